//! `HTTP_GET` as octets: the request that keepalived sends, and what it makes of replies.

use core::net::SocketAddr;

use healthcheck::{
    Exchange, Failure, HttpExchange, HttpExpect, HttpFailure, HttpRequest, HttpVersion, InvalidRequest,
    MAX_HEAD_LEN, Step,
};
use proptest::prelude::*;

/// Printed by `printf hello | md5sum`.
const MD5_OF_HELLO: [u8; 16] = 0x5d41_402a_bc4b_2a76_b971_9d91_1017_c592_u128.to_be_bytes();
/// Printed by `printf '5\r\nhello\r\n0\r\n\r\n' | md5sum`.
const MD5_OF_CHUNKS: [u8; 16] = 0x79e9_489e_3bd3_f0cb_0158_2153_41de_046d_u128.to_be_bytes();
/// Printed by `md5sum < /dev/null`.
const MD5_OF_NOTHING: [u8; 16] = 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e_u128.to_be_bytes();

fn server() -> SocketAddr {
    "192.0.2.1:80".parse().unwrap()
}

fn request(version: HttpVersion) -> HttpRequest {
    HttpRequest::new(version, "/", None, server()).unwrap()
}

fn text(version: HttpVersion, virtualhost: Option<&str>, server: &str) -> String {
    let request = HttpRequest::new(version, "/a?b", virtualhost, server.parse().unwrap()).unwrap();
    String::from_utf8(request.encode()).unwrap()
}

#[test]
fn requests_are_keepalived_s() {
    use HttpVersion::{Http10, Http10Close, Http11};
    #[rustfmt::skip]
    let cases = [
        (Http10, None, "192.0.2.1:80",
            "GET /a?b HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 192.0.2.1:80\r\n\r\n"),
        (Http10, Some("www.example.org"), "192.0.2.1:80",
            "GET /a?b HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: www.example.org\r\n\r\n"),
        (Http10Close, None, "[2001:db8::1]:8080",
            "GET /a?b HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: [2001:db8::1]:8080\r\n\r\n"),
        (Http11, Some("a"), "192.0.2.1:80",
            "GET /a?b HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: a\r\n\r\n"),
        (Http10, None, "[fe80::1%2]:80",
            "GET /a?b HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: [fe80::1]:80\r\n\r\n"),
    ];
    for (version, virtualhost, server, want) in cases {
        assert_eq!(text(version, virtualhost, server), want);
    }
}

#[test]
fn nothing_can_be_smuggled_into_a_request() {
    let new = |path, host| HttpRequest::new(HttpVersion::Http11, path, host, server()).map(drop);
    assert_eq!(new("", None), Err(InvalidRequest::EmptyPath));
    assert_eq!(new("/ HTTP/1.1", None), Err(InvalidRequest::Path));
    assert_eq!(new("/\r\nX: y", None), Err(InvalidRequest::Path));
    assert_eq!(new("/", Some("a\nb")), Err(InvalidRequest::Host));
    assert_eq!(new("/ü", Some("bücher.example")), Ok(()));
}

/// The result of a reply that arrives in pieces of `step` octets and then ends.
fn judge(expect: &HttpExpect, reply: &[u8], step: usize) -> Result<(), Failure> {
    let mut exchange = HttpExchange::new(&request(HttpVersion::Http11), expect.clone());
    for piece in reply.chunks(step.max(1)) {
        if let Step::Done(result) = exchange.received(piece) {
            return result;
        }
    }
    match exchange.closed() {
        Step::Done(result) => result,
        Step::Continue | Step::StartTls => panic!("an exchange ends with its stream"),
    }
}

fn digest(want: [u8; 16]) -> HttpExpect {
    HttpExpect { digest: Some(want), ..HttpExpect::default() }
}

fn status(low: u16, high: u16) -> HttpExpect {
    HttpExpect { status: vec![(low, high)], ..HttpExpect::default() }
}

#[test]
fn replies_are_judged_by_status_then_digest_however_they_are_cut() {
    use HttpFailure::{Chunk, Digest, Empty, HeadTruncated, Status, StatusLine};
    let any = HttpExpect::default();
    let hello = digest(MD5_OF_HELLO);
    let as_sent = digest(MD5_OF_CHUNKS);
    #[rustfmt::skip]
    let cases: [(&str, &HttpExpect, &str, Result<(), HttpFailure>); 23] = [
        ("200 by default",            &any, "HTTP/1.0 200 OK\r\n\r\nhello", Ok(())),
        ("299 by default",            &any, "HTTP/1.0 299 OK\r\n\r\n", Ok(())),
        ("no other by default",       &any, "HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n", Err(Status(302))),
        ("a range of its own",        &status(404, 404), "HTTP/1.0 404 No\r\n\r\n", Ok(())),
        ("outside of the range",      &status(404, 404), "HTTP/1.0 200 OK\r\n\r\n", Err(Status(200))),
        ("empty reply fails",         &any, "", Err(Empty)),
        ("half a head",               &any, "HTTP/1.0 200 OK\r\nA: b\r\n", Err(HeadTruncated)),
        ("no HTTP",                   &any, "220 ready\r\n\r\n", Err(StatusLine)),
        ("another word for a version", &any, "ICY 200 OK\r\n\r\nhello", Ok(())),
        ("length mismatch is no failure", &any, "HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nhello", Ok(())),
        ("digest, until close",       &hello, "HTTP/1.0 200 OK\r\n\r\nhello", Ok(())),
        ("digest, by length",         &hello, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more", Ok(())),
        ("digest, chunked",           &hello, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", Ok(())),
        ("digest, as keepalived has it", &as_sent, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nmore", Ok(())),
        ("digest of nothing",         &hello, "HTTP/1.1 204 No Content\r\n\r\n", Err(Digest { got: MD5_OF_NOTHING })),
        ("digest of a short body",    &hello, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Err(Digest { got: MD5_OF_NOTHING })),
        ("status before digest",      &hello, "HTTP/1.1 500 No\r\n\r\nhello", Err(Status(500))),
        ("broken chunk",              &any, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello", Err(Chunk)),
        ("interim heads are passed",  &hello, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello", Ok(())),
        ("only interim heads",        &any, "HTTP/1.1 100 Continue\r\n\r\n", Err(HeadTruncated)),
        ("an accepted interim status", &status(100, 199), "HTTP/1.1 100 Continue\r\n\r\n", Ok(())),
        ("101 is no interim head",    &any, "HTTP/1.1 101 Switching\r\n\r\n", Err(Status(101))),
        ("bare line feeds",           &hello, "HTTP/1.0 200 OK\nA: b\n\nhello", Ok(())),
    ];
    for (name, expect, reply, want) in cases {
        let want = want.map_err(Failure::Http);
        for step in 1..=reply.len().max(1) {
            assert_eq!(judge(expect, reply.as_bytes(), step), want, "{name}, by {step}");
        }
    }
}

#[test]
fn a_head_without_end_is_cut_off_at_its_bound() {
    let any = HttpExpect::default();
    let head = |length: usize| {
        let mut head = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
        head.resize(length - 4, b'x');
        head.extend_from_slice(b"\r\n\r\n");
        head
    };
    let too_long = Err(Failure::Http(HttpFailure::HeadTooLong));
    for step in [1, 1000, 100_000] {
        assert_eq!(judge(&any, &head(MAX_HEAD_LEN), step), Ok(()));
        assert_eq!(judge(&any, &head(MAX_HEAD_LEN + 1), step), too_long);
        assert_eq!(
            judge(&any, &b"HTTP/1.1 100 C\r\n\r\n".repeat(1000), step),
            too_long,
            "all heads together"
        );
    }
}

#[test]
fn a_body_without_end_is_read_up_to_its_bound() {
    let reply = [b"HTTP/1.0 200 OK\r\n\r\n".as_slice(), &[b'x'; 5000]].concat();
    let by_status = HttpExpect { max_body: 4000, ..HttpExpect::default() };
    assert_eq!(judge(&by_status, &reply, 100), Ok(()));
    let by_digest = HttpExpect { max_body: 4000, ..digest(MD5_OF_HELLO) };
    assert_eq!(judge(&by_digest, &reply, 100), Err(Failure::Http(HttpFailure::BodyTooLong)));
}

#[test]
fn the_report_tells_what_was_seen() {
    let mut exchange = HttpExchange::new(&request(HttpVersion::Http11), digest(MD5_OF_HELLO));
    let first = exchange.received(b"HTTP/1.1 201 OK\r\nContent-Length: 7\r\n\r\nhel");
    assert_eq!(first, Step::Continue);
    assert_eq!(exchange.received(b"lo"), Step::Continue);
    assert_eq!(exchange.closed(), Step::Done(Ok(())));
    let report = exchange.report();
    assert_eq!((report.status, report.body_len, report.content_length), (Some(201), 5, Some(7)));
    assert_eq!(report.digest, Some(MD5_OF_HELLO));
    assert_eq!(exchange.received(b"late"), Step::Done(Ok(())), "the result stays");
}

#[test]
fn the_request_is_sent_once_in_any_pieces() {
    let request = request(HttpVersion::Http10);
    let mut exchange = HttpExchange::new(&request, HttpExpect::default());
    let mut wire = Vec::new();
    while let Some(octet) = exchange.to_send().first().copied() {
        wire.push(octet);
        exchange.sent(1);
    }
    assert_eq!(wire, request.encode());
    exchange.sent(usize::MAX);
    assert_eq!(exchange.to_send(), []);
}

#[test]
fn failures_read_well_in_a_log() {
    let digest = Failure::Http(HttpFailure::Digest { got: MD5_OF_HELLO });
    assert_eq!(digest.to_string(), "digest 5d41402abc4b2a76b9719d911017c592");
    assert_eq!(Failure::Http(HttpFailure::Status(503)).to_string(), "status 503");
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    #[rustfmt::skip]
    let words = [
        "HTTP/1.1 200 OK\r\n", "HTTP/1.0 500 No\n", "HTTP/1.1 100 Continue\r\n\r\n", "\r\n", "\n", "0\r\n\r\n", "5\r\nhello\r\n",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n", "hello", ";", "\r",
    ];
    prop_oneof![
        4 => prop::sample::select(words.map(|word| word.as_bytes().to_vec()).to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..40),
    ]
}

proptest! {
    #[test]
    fn no_reply_panics_and_pieces_do_not_matter(
        pieces in prop::collection::vec(piece(), 0..30),
        step in 1_usize..60,
        with_digest: bool,
    ) {
        let expect = if with_digest { digest(MD5_OF_HELLO) } else { HttpExpect::default() };
        let reply = pieces.concat();
        prop_assert_eq!(judge(&expect, &reply, step), judge(&expect, &reply, usize::MAX));
    }
}
