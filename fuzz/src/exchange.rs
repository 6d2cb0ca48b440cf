//! Servers that are checked: what they send, however the network cuts it.
//!
//! An input is an octet that chooses the dialogue, one for its settings, one for the number of
//! pieces (its highest bit: the server repeats itself), the lengths of the pieces, and then what
//! the server sends.

mod framing;
mod server;

use core::fmt::Debug;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use healthcheck::{
    AgentExchange, DnsAnswer, DnsExchange, DnsQuery, DnsType, Echo, EchoSocket, Exchange, MysqlExchange,
    MysqlHello, NetworkError, PatternOctet, PostgresExchange, PostgresHello, RedisAuth, RedisExchange,
    SmtpDialogue, SmtpExchange, SmtpReplies, SmtpRequest, UdpEvent, UdpExpect, UdpReply,
};

use server::Server;

/// Runs one input.
///
/// # Panics
///
/// When one of the laws in [`Server`], [`framing`] or below does not hold.
pub fn run(octets: &[u8]) {
    let Some((&[dialogue, settings, pieces], rest)) = octets.split_first_chunk() else { return };
    let (lengths, reply) = rest.split_at(usize::from(pieces & 0x0f).min(rest.len()));
    let server = Server { lengths, reply, repeats: pieces & 0x80 != 0 };
    match dialogue % 10 {
        0 => {
            server.talk(&http::exchange(settings));
            framing::laws(lengths, reply);
        }
        1 => smtp(&server, settings),
        2 => drop(server.talk(&redis(settings))),
        3 => agent(&server, settings),
        4 => drop(server.talk(&mysql(settings))),
        5 => drop(server.talk(&postgres(settings))),
        6 => drop(server.talk(&script::exchange(settings))),
        7 => dns(settings, reply),
        8 => udp(settings, reply),
        _ => echo(settings, reply),
    }
}

/// What is chosen by the lowest bits.
fn chosen<T: Clone>(settings: u8, of: &[T]) -> T {
    of[usize::from(settings) % of.len()].clone()
}

mod http {
    use std::sync::LazyLock;

    use healthcheck::{
        HeaderCondition, HttpExchange, HttpExpect, HttpHeader, HttpMethod, HttpRegex, HttpRequest,
        HttpVersion, RegexOption, RegexPattern,
    };

    use super::chosen;

    static REGEXES: LazyLock<[HttpRegex; 4]> = LazyLock::new(|| {
        let regex = |pattern, options: &[RegexOption]| {
            HttpRegex::new(RegexPattern::new(pattern, options).expect("a proper pattern"))
        };
        [
            regex("hello$|^.{3,5}\\n", &[RegexOption::Multiline]),
            HttpRegex { no_match: true, ..regex("(?<=l)(l+)o(?!\\1)", &[]) },
            HttpRegex { min_offset: 3, max_offset: Some(9), ..regex("[^a-z]|l", &[RegexOption::Caseless]) },
            regex("\\bä", &[RegexOption::Utf, RegexOption::Ucp]),
        ]
    });

    pub(super) fn exchange(settings: u8) -> HttpExchange {
        let version = chosen(settings, &[HttpVersion::Http10, HttpVersion::Http11]);
        let method =
            chosen(settings >> 1, &[HttpMethod::Get, HttpMethod::Get, HttpMethod::Get, HttpMethod::Head]);
        let request =
            HttpRequest::new(version, "/", None, ([192, 0, 2, 1], 80).into()).expect("a proper request");
        let mut expect = HttpExpect::default();
        if settings & 0x08 != 0 {
            expect.status = vec![(100, 399)];
        }
        match settings >> 4 {
            0..4 => {}
            4 => expect.digest = Some([0; 16]),
            5 => expect.sha256 = Some([0; 32]),
            6 => {
                let pattern = REGEXES[2].pattern.clone();
                let header = |name: &str, condition| HttpHeader { name: name.into(), condition };
                expect.headers = vec![
                    header("server", HeaderCondition::Present),
                    header("set-cookie", HeaderCondition::Absent),
                    header("x", HeaderCondition::Contains("a".into())),
                    header("x", HeaderCondition::Matches(pattern)),
                    header("y", HeaderCondition::Equals("b c".into())),
                ];
            }
            7 => expect.max_body = 5,
            which => expect.regex = Some(chosen(which, &*REGEXES)),
        }
        HttpExchange::new(&request.with_method(method), expect)
    }
}

fn smtp(server: &Server<'_>, settings: u8) {
    use SmtpDialogue::{Ehlo, Helo, StartTls};
    let (dialogue, replies) = chosen(
        settings,
        &[
            (Helo, SmtpReplies::Rfc5321),
            (Helo, SmtpReplies::Keepalived),
            (Ehlo, SmtpReplies::Rfc5321),
            (StartTls, SmtpReplies::Rfc5321),
        ],
    );
    let exchange = SmtpExchange::new(SmtpRequest::new(dialogue, replies, "bar.com").expect("a proper name"));
    let exchange = match dialogue {
        // What comes in one piece with the last word in clear text is refused, on purpose.
        StartTls => server.talk_as_it_comes(&exchange),
        Helo | Ehlo => server.talk(&exchange),
    };
    assert!(!exchange.reply().chars().any(char::is_control), "control characters in a log");
}

fn redis(settings: u8) -> RedisExchange {
    let auth = |user: Option<&str>| RedisAuth { user: user.map(Into::into), password: b"s3cret".to_vec() };
    RedisExchange::new(chosen(settings, &[None, Some(auth(None)), Some(auth(Some("probe")))]).as_ref())
}

fn agent(server: &Server<'_>, settings: u8) {
    let exchange = server.talk(&AgentExchange::new(chosen(settings, &[b"".as_slice(), b"web1\n"])));
    let Some(reply) = exchange.reply() else { return };
    let words = reply.unknown.iter().chain([&reply.text]);
    assert!(!words.flat_map(|word| word.chars()).any(char::is_control), "control characters in a log");
    // Of what is said again nothing changes.
    assert_eq!(reply.clone().after(reply).agent(), reply.agent());
}

fn mysql(settings: u8) -> MysqlExchange {
    MysqlExchange::new(&MysqlHello { user: chosen(settings, &[None, Some("root".into())]) })
}

fn postgres(settings: u8) -> PostgresExchange {
    let startup = PostgresHello::Startup { user: "keeper".into(), database: None };
    PostgresExchange::new(&chosen(settings, &[PostgresHello::SslRequest, startup]))
}

mod script {
    use healthcheck::{Expected, SendExpectExchange, SendExpectScript, SendExpectStep};

    use super::chosen;

    pub(super) fn exchange(settings: u8) -> SendExpectExchange {
        let step = |expect| SendExpectStep { send: b"?".to_vec(), expect };
        let any = || {
            chosen(
                settings >> 2,
                &[
                    Expected::Contains(b"aab".to_vec()),
                    Expected::Line(b"25".to_vec()),
                    Expected::Octets(b"ab".to_vec()),
                    Expected::Any,
                ],
            )
        };
        let steps = chosen(
            settings,
            &[
                vec![step(any())],
                vec![step(any()), step(any())],
                vec![step(any()), step(Expected::Contains(b"aaab".to_vec()))],
                vec![step(any()), step(Expected::Close)],
            ],
        );
        SendExpectExchange::new(SendExpectScript::new(steps).expect("a proper script"))
    }
}

/// Datagrams are whole, so nothing is cut here.
fn dns(settings: u8, datagram: &[u8]) {
    use DnsType::{A, Aaaa, Cname, Dnskey, Mx, Ns, Rrsig, Soa, Txt};
    let record = chosen(settings, &[A, Aaaa, Cname, Dnskey, Mx, Ns, Rrsig, Soa, Txt]);
    let query = DnsQuery::new("a.example", record).expect("a proper name");
    let of = |answer| {
        let mut exchange = DnsExchange::new(&query, 0xbeef, answer);
        let step = exchange.received(datagram);
        (step, exchange.closed())
    };
    let [anything, some, is] =
        [DnsAnswer::Anything, DnsAnswer::Some, DnsAnswer::Is("192.0.2.1".into())].map(of);
    let good = |(step, _)| step == healthcheck::Step::Done(Ok(()));
    // The more is asked for, the fewer pass.
    assert!(good(anything) || !good(some), "some, but not anything");
    assert!(good(some) || !good(is), "this, but not any");
    for (step, closed) in [anything, some, is] {
        assert!(step == healthcheck::Step::Continue || step == closed, "the result stays");
    }
}

fn udp(settings: u8, datagram: &[u8]) {
    let pattern = vec![PatternOctet::exactly(settings), PatternOctet { value: 0x10, mask: 0xf0 }];
    let reply = UdpReply { min_len: u16::from(settings & 3), max_len: u16::from(settings), pattern };
    for expect in [UdpExpect::NoError, UdpExpect::AnyReply, UdpExpect::Reply(reply)] {
        let whole = expect.judge(UdpEvent::Reply(datagram));
        let cut = datagram.get(..expect.buffer_len()).unwrap_or(datagram);
        let again = expect.judge(UdpEvent::Reply(cut));
        assert_eq!(whole.is_success(), again.is_success(), "what is cut off does not matter");
        assert!(!expect.judge(UdpEvent::IcmpError(NetworkError::Refused)).is_success());
    }
}

fn echo(settings: u8, packet: &[u8]) {
    let v4 = IpAddr::from(Ipv4Addr::LOCALHOST);
    let server = chosen(settings, &[v4, IpAddr::from(Ipv6Addr::LOCALHOST)]);
    let echo = Echo::new(server, 0x1234, 1);
    for socket in [EchoSocket::Raw, EchoSocket::Datagram] {
        let other = Echo::new(server, 0x1234, 2);
        assert!(
            !(echo.is_reply(socket, packet) && other.is_reply(socket, packet)),
            "a reply to two requests"
        );
    }
    let mut reply = echo.encode();
    reply[0] = if server == v4 { 0 } else { 129 };
    assert!(echo.is_reply(EchoSocket::Datagram, &reply));
}

/// What a dialogue shows of itself, which is more than it holds.
fn shown(exchange: &impl Debug) -> usize {
    format!("{exchange:?}").len()
}

/// A dialogue that can be had again.
trait Dialogue: Exchange + Clone + Debug {}

impl<E: Exchange + Clone + Debug> Dialogue for E {}
