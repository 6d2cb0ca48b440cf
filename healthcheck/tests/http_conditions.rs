//! What a reply is judged by besides its status: headers, SHA-256, the body's framing.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod dialogue;

use dialogue::{converse, judge_in_all_pieces, replies};
use healthcheck::{
    Exchange as _, Failure, HeaderCondition, HttpExchange, HttpExpect, HttpFailure, HttpHeader, HttpMethod,
    HttpRequest, HttpVersion, Phase, Step,
};

/// Printed by `printf hello | sha256sum`.
const SHA256_OF_HELLO: [u8; 32] = [
    0x2c, 0xf2, 0x4d, 0xba, 0x5f, 0xb0, 0xa3, 0x0e, 0x26, 0xe8, 0x3b, 0x2a, 0xc5, 0xb9, 0xe2, 0x9e, 0x1b,
    0x16, 0x1e, 0x5c, 0x1f, 0xa7, 0x42, 0x5e, 0x73, 0x04, 0x33, 0x62, 0x93, 0x8b, 0x98, 0x24,
];

/// What nginx 1.22.1 sends for a page with server-side includes.
const NGINX_CHUNKED: &str = "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sat, 21 Nov 2026 21:36:50 GMT\r\n\
    Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nX-Role: primary\r\n\r\n\
    5\r\nhello\r\n0\r\n\r\n";

fn exchange(method: HttpMethod, expect: HttpExpect) -> HttpExchange {
    let request = HttpRequest::new(HttpVersion::Http11, "/", None, ([192, 0, 2, 1], 80).into()).unwrap();
    HttpExchange::new(&request.with_method(method), expect)
}

fn judge(expect: HttpExpect, reply: &str) -> Result<(), HttpFailure> {
    judge_in_all_pieces(&exchange(HttpMethod::Get, expect), reply.as_bytes()).map_err(http)
}

fn http(failure: Failure) -> HttpFailure {
    let Failure::Http(failure) = failure else { panic!("{failure}") };
    failure
}

fn header(name: &str, condition: HeaderCondition) -> HttpExpect {
    HttpExpect { headers: vec![HttpHeader { name: name.into(), condition }], ..HttpExpect::default() }
}

fn sha256() -> HttpExpect {
    HttpExpect { sha256: Some(SHA256_OF_HELLO), ..HttpExpect::default() }
}

#[test]
fn headers_are_judged_by_name_without_case_and_value_as_it_is() {
    use HeaderCondition::{Absent, Contains, Equals, Present};
    let head = "HTTP/1.1 200 OK\r\nServer: a/1\r\nX-Role:  Primary \r\nVia: one\r\nvia: two\r\nFolded:\r\n left\r\n\tright\r\n\
        no colon\r\nEmpty:\r\n\r\nServer: body";
    #[rustfmt::skip]
    let cases = [
        ("x-role", Present,                     true),
        ("X-None", Present,                     false),
        ("X-None", Absent,                      true),
        ("Server", Absent,                      false),
        ("X-Role", Equals("Primary".into()),    true),
        ("X-Role", Equals("primary".into()),    false),
        ("X-Role", Contains("rim".into()),      true),
        ("X-Role", Contains("x".into()),        false),
        ("Via",    Equals("two".into()),        true),
        ("Via",    Equals("one, two".into()),   false),
        ("Folded", Equals("left right".into()), true),
        ("Empty",  Equals(String::new()),       true),
        ("Empty",  Contains(String::new()),     true),
        ("Server", Equals("body".into()),       false),
        ("no colon", Present,                   false),
    ];
    for (name, condition, holds) in cases {
        let got = judge(header(name, condition.clone()), head);
        assert_eq!(got, if holds { Ok(()) } else { Err(HttpFailure::Header(0)) }, "{name} {condition:?}");
    }
}

#[test]
fn the_status_comes_before_headers_and_headers_before_the_body() {
    let mut expect = header("A", HeaderCondition::Present);
    expect.headers.push(HttpHeader { name: "B".into(), condition: HeaderCondition::Absent });
    expect.sha256 = Some([0; 32]);
    let cases = [
        ("HTTP/1.1 500 No\r\nB: x\r\n\r\n", HttpFailure::Status(500)),
        ("HTTP/1.1 200 OK\r\nB: x\r\n\r\n", HttpFailure::Header(0)),
        ("HTTP/1.1 200 OK\r\nB: x\r\nA: y\r\n\r\n", HttpFailure::Header(1)),
        ("HTTP/1.1 103 Hints\r\nA: y\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", HttpFailure::Header(0)),
        ("HTTP/1.1 200 OK\r\nA: y\r\n\r\nhello", HttpFailure::Sha256),
    ];
    for (reply, want) in cases {
        assert_eq!(judge(expect.clone(), reply), Err(want), "{reply}");
    }
    assert_eq!(HttpFailure::Header(1).phase(), Phase::Status);
    assert_eq!(HttpFailure::Header(1).to_string(), "header condition 1 does not hold");
    assert_eq!(HttpFailure::Sha256.phase(), Phase::Body);
}

#[test]
fn the_body_is_what_is_between_head_and_end() {
    // The message of RFC 9112 §7.1.3's kind: extensions and trailers are no content.
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Expires\r\n\r\n\
        3;name=\"value;x\"\r\nhel\r\n2\r\nlo\r\n0\r\nExpires: 0\r\n\r\nHTTP/1.1 500 Next\r\n\r\n";
    let cases = [
        NGINX_CHUNKED,
        chunked,
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 500 Next\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, x\r\nContent-Length: 1\r\n\r\nhello",
        "HTTP/1.0 200 OK\nContent-Length: 5\n\nhello",
    ];
    for reply in cases {
        assert_eq!(judge(sha256(), reply), Ok(()), "{reply}");
    }
}

#[test]
fn what_comes_behind_the_bound_of_a_body_does_not_matter() {
    let broken = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nno chunk";
    assert_eq!(judge(HttpExpect { max_body: 4, ..HttpExpect::default() }, broken), Ok(()));
    assert_eq!(judge(HttpExpect { max_body: 4, ..sha256() }, broken), Err(HttpFailure::BodyTooLong));
    assert_eq!(judge(HttpExpect { max_body: 5, ..HttpExpect::default() }, broken), Err(HttpFailure::Chunk));
}

#[test]
fn a_server_that_keeps_the_connection_is_not_waited_for() {
    let replies = ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", NGINX_CHUNKED];
    for reply in replies {
        let step = exchange(HttpMethod::Get, sha256()).received(reply.as_bytes());
        assert_eq!(step, Step::Done(Ok(())), "{reply}");
    }
    for status in ["204 No Content", "304 Not Modified"] {
        let expect = HttpExpect { status: vec![(200, 399)], ..HttpExpect::default() };
        let reply = format!("HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\n");
        assert_eq!(
            exchange(HttpMethod::Get, expect).received(reply.as_bytes()),
            Step::Done(Ok(())),
            "{status}"
        );
    }
}

#[test]
fn the_reply_to_head_has_no_body_whatever_it_announces() {
    let mut asked = exchange(HttpMethod::Head, HttpExpect::default());
    assert!(asked.to_send().starts_with(b"HEAD / HTTP/1.1\r\n"));
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(asked.received(head), Step::Done(Ok(())));
    assert_eq!((asked.report().content_length, asked.report().body_len), (Some(5), 0));
}

#[test]
fn the_report_has_the_digests_that_were_asked_for() {
    let mut asked = exchange(HttpMethod::Get, sha256());
    let _ = asked.received(NGINX_CHUNKED.as_bytes());
    assert_eq!((asked.report().sha256, asked.report().digest), (Some(SHA256_OF_HELLO), None));
    let mut asked = exchange(HttpMethod::Get, HttpExpect { sha256: Some([0; 32]), ..HttpExpect::default() });
    assert_eq!(asked.received(NGINX_CHUNKED.as_bytes()), Step::Done(Err(Failure::Http(HttpFailure::Sha256))));
    assert_eq!(asked.report().sha256, Some(SHA256_OF_HELLO));
}

const WORDS: &[&str] = &[
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 200 OK\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "\r\n",
    "\n",
    " folded\r\n",
    "Server: a\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "hello",
    "\r",
    ":",
    ";",
];

proptest::proptest! {
    #[test]
    fn no_reply_panics_and_pieces_do_not_matter(reply in replies(WORDS), step in 1_usize..3000, head: bool) {
        let mut expect = header("Server", HeaderCondition::Contains("a".into()));
        expect.sha256 = Some(SHA256_OF_HELLO);
        let exchange = exchange(if head { HttpMethod::Head } else { HttpMethod::Get }, expect);
        let whole = converse(&mut exchange.clone(), &reply, usize::MAX).1;
        proptest::prop_assert_eq!(converse(&mut exchange.clone(), &reply, step).1, whole);
    }
}

#[cfg(feature = "regex")]
mod regex {
    use healthcheck::{HttpRegex, RegexOption, RegexPattern};

    use super::*;

    fn body(pattern: &str, options: &[RegexOption]) -> HttpExpect {
        let regex = HttpRegex::new(RegexPattern::new(pattern, options).unwrap());
        HttpExpect { regex: Some(regex), ..HttpExpect::default() }
    }

    #[test]
    fn the_body_is_searched_without_its_framing() {
        assert_eq!(judge(body("^hello$", &[]), NGINX_CHUNKED), Ok(()));
        assert_eq!(judge(body("HEL{2}O", &[RegexOption::Caseless]), NGINX_CHUNKED), Ok(()));
        assert_eq!(judge(body("nginx", &[]), NGINX_CHUNKED), Err(HttpFailure::RegexNoMatch));
        assert_eq!(judge(body("^$", &[]), "HTTP/1.1 204 No\r\n\r\n"), Ok(()));
    }

    #[test]
    fn no_match_turns_the_verdict_around() {
        let not = |pattern| {
            let mut expect = body(pattern, &[]);
            expect.regex.as_mut().unwrap().no_match = true;
            judge(expect, NGINX_CHUNKED)
        };
        assert_eq!(not("error|fail"), Ok(()));
        assert_eq!(not("hell"), Err(HttpFailure::RegexMatch));
    }

    #[test]
    fn a_digest_is_judged_first_and_a_body_too_long_is_not_judged() {
        let mut expect = body("nginx", &[]);
        expect.digest = Some([0; 16]);
        assert!(matches!(judge(expect, NGINX_CHUNKED), Err(HttpFailure::Digest { .. })));
        let short = HttpExpect { max_body: 4, ..body("h", &[]) };
        assert_eq!(judge(short, NGINX_CHUNKED), Err(HttpFailure::BodyTooLong));
    }

    #[test]
    fn a_header_may_have_to_match() {
        let condition = |pattern| HeaderCondition::Matches(RegexPattern::new(pattern, &[]).unwrap());
        assert_eq!(judge(header("Server", condition(r"^nginx/1\.\d+")), NGINX_CHUNKED), Ok(()));
        assert_eq!(judge(header("Server", condition("^1")), NGINX_CHUNKED), Err(HttpFailure::Header(0)));
        assert_eq!(judge(header("X-None", condition("")), NGINX_CHUNKED), Err(HttpFailure::Header(0)));
        let endless = condition(r"(a|b|ab)*(?=c)(?!d)\1e");
        let reply = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "ab".repeat(100));
        assert_eq!(judge_once(header("X", endless), &reply), Err(HttpFailure::RegexLimit));
    }

    fn judge_once(expect: HttpExpect, reply: &str) -> Result<(), HttpFailure> {
        match exchange(HttpMethod::Get, expect).received(reply.as_bytes()) {
            Step::Done(result) => result.map_err(http),
            Step::Continue | Step::StartTls => panic!("the head alone decides"),
        }
    }

    #[test]
    fn equal_patterns_are_equal_and_show_what_was_written() {
        let pattern = |options: &[RegexOption]| RegexPattern::new("a", options).unwrap();
        use RegexOption::{Caseless, Dotall};
        assert_eq!(pattern(&[Dotall, Caseless, Dotall]), pattern(&[Caseless, Dotall]));
        assert_ne!(pattern(&[Dotall]), pattern(&[]));
        assert_eq!((pattern(&[]).pattern(), pattern(&[Dotall]).options()), ("a", [Dotall].as_slice()));
        assert_eq!(format!("{:?}", pattern(&[])), "RegexPattern { pattern: \"a\", options: [], .. }");
    }
}
