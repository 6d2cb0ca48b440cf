//! MySQL's and PostgreSQL's greetings as octets, captured from MariaDB 10.11.19 and PostgreSQL
//! 15.18.
use healthcheck::{
    Exchange, Failure, MAX_MYSQL_PACKET, MAX_POSTGRES_MESSAGE, MysqlExchange, MysqlFailure, MysqlHello,
    PostgresExchange, PostgresFailure, PostgresHello, Step,
};
use proptest::prelude::*;

const GREETING: &[u8] = b"d\x00\x00\x00\n5.5.5-10.11.19-MariaDB-0+deb12u1\x00\x03\x00\x00\x00~OO~NHa.\x00\xfe\xf7\
    \x08\x02\x00\xff\x81\x15\x00\x00\x00\x00\x00\x00\x1d\x00\x00\x00^rC5~=TnO}I4\x00mysql_native_password\x00";
const ACCEPTED: &[u8] = b"\x07\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00";
const DENIED: &[u8] = b"K\x00\x00\x02\xff\x15\x04#28000Access denied for user 'stranger'@'127.0.0.1' \
    (using password: NO)";
/// Asks for `mysql_native_password`, with the salt behind the name.
const SWITCH: &[u8] = b"\x2c\x00\x00\x02\xfemysql_native_password\x00aaaaaaaaaaaaaaaaaaaa\x00";

fn mysql(user: Option<&str>) -> MysqlExchange {
    MysqlExchange::new(&MysqlHello { user: user.map(str::to_owned) })
}

fn mysql_failed(failure: MysqlFailure) -> Step {
    Step::Done(Err(Failure::Mysql(failure)))
}

fn startup() -> PostgresExchange {
    let database = Some("postgres".to_owned());
    PostgresExchange::new(&PostgresHello::Startup { user: "keeper".to_owned(), database })
}

fn ssl() -> PostgresExchange {
    PostgresExchange::new(&PostgresHello::SslRequest)
}

fn postgres_failed(failure: PostgresFailure) -> Step {
    Step::Done(Err(Failure::Postgres(failure)))
}

/// Sends all there is to send and returns it.
fn sent(exchange: &mut impl Exchange) -> Vec<u8> {
    let octets = exchange.to_send().to_vec();
    exchange.sent(octets.len());
    octets
}

#[test]
fn a_mysql_greeting_is_enough_without_an_account() {
    let mut exchange = mysql(None);
    assert!(exchange.to_send().is_empty(), "the server speaks first");
    assert_eq!(exchange.received(&GREETING[..GREETING.len() - 1]), Step::Continue);
    assert_eq!(exchange.received(&GREETING[GREETING.len() - 1..]), Step::Done(Ok(())));
    assert!(exchange.to_send().is_empty());
}

#[test]
fn a_mysql_account_logs_in_and_quits() {
    let mut exchange = mysql(Some("root"));
    assert_eq!(exchange.received(GREETING), Step::Continue);
    #[rustfmt::skip]
    let response = [
        b"\x3c\x00\x00\x01\x01\x82\x08\x00\x00\x00\x00\x01\x21".as_slice(), &[0; 23],
        b"root\x00\x00mysql_native_password\x00",
    ].concat();
    assert_eq!(sent(&mut exchange), response);
    assert_eq!(exchange.received(ACCEPTED), Step::Continue);
    assert_eq!(sent(&mut exchange), b"\x01\x00\x00\x00\x01");
    assert_eq!(exchange.closed(), Step::Done(Ok(())));
}

#[test]
fn a_mysql_server_may_ask_for_another_method_once() {
    let mut exchange = mysql(Some("root"));
    assert_eq!(exchange.received(GREETING), Step::Continue);
    sent(&mut exchange);
    assert_eq!(exchange.received(SWITCH), Step::Continue);
    assert_eq!(sent(&mut exchange), b"\x00\x00\x00\x03", "no password, whatever the method");
    let mut again = exchange.clone();
    assert_eq!(exchange.received(b"\x07\x00\x00\x04\x00\x00\x00\x02\x00\x00\x00"), Step::Continue);
    assert_eq!(sent(&mut exchange), b"\x01\x00\x00\x00\x01");
    assert_eq!(again.received(b"\x02\x00\x00\x04\xfea"), mysql_failed(MysqlFailure::Packet));
}

#[test]
fn a_mysql_server_that_says_no_is_named() {
    use MysqlFailure::{HostBlocked, HostNotAllowed, Packet, Server, TooLong, TooManyConnections, Version};
    let long = u32::try_from(MAX_MYSQL_PACKET).unwrap() + 1;
    let [low, high, ..] = long.to_le_bytes();
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], MysqlFailure)] = &[
        // These errors have no SQLSTATE: the client has not said that it knows of it.
        ("blocked",        b"\x13\x00\x00\x00\xff\x69\x04Host is blocked.", HostBlocked),
        ("not allowed",    b"\x03\x00\x00\x00\xff\x6a\x04",                 HostNotAllowed),
        ("too many",       b"\x03\x00\x00\x00\xff\x10\x04",                 TooManyConnections),
        ("shutting down",  b"\x03\x00\x00\x00\xff\x1d\x04",                 Server(1053)),
        ("version 9",      b"\x02\x00\x00\x00\x09\x00",                     Version(9)),
        ("half an error",  b"\x02\x00\x00\x00\xff\x69",                     Packet),
        ("empty",          b"\x00\x00\x00\x00",                             Packet),
        ("sequence",       b"\x03\x00\x00\x01\xff\x69\x04",                 Packet),
        ("no salt",        b"\x04\x00\x00\x00\n10\x00",                     Packet),
        ("endless text",   b"\x04\x00\x00\x00\n10.",                        Packet),
        ("long",           &[low, high, 0, 0],                              TooLong(long)),
        ("not MySQL",      b"HTTP/1.1 400 Bad Request\r\n",                 TooLong(0x0054_5448)),
        ("SSH",            b"SSH-2.0-OpenSSH_9.2p1\r\n",                    TooLong(0x0048_5353)),
    ];
    for (name, octets, want) in cases {
        assert_eq!(mysql(None).received(octets), mysql_failed(*want), "{name}");
    }
    let mut stranger = mysql(Some("stranger"));
    assert_eq!(stranger.received(GREETING), Step::Continue);
    sent(&mut stranger);
    assert_eq!(stranger.received(DENIED), mysql_failed(MysqlFailure::AccessDenied));
}

#[test]
fn a_mysql_server_that_hangs_up_fails() {
    assert_eq!(mysql(None).closed(), mysql_failed(MysqlFailure::Empty));
    let mut exchange = mysql(None);
    assert_eq!(exchange.received(&GREETING[..20]), Step::Continue);
    assert_eq!(exchange.closed(), mysql_failed(MysqlFailure::Truncated));
    let mut exchange = mysql(Some("root"));
    assert_eq!(exchange.received(GREETING), Step::Continue);
    assert_eq!(exchange.closed(), mysql_failed(MysqlFailure::Truncated));
}

const TRUSTED: &[u8] = b"R\x00\x00\x00\x08\x00\x00\x00\x00";
const PARAMETERS: &[u8] =
    b"S\x00\x00\x00\x16application_name\x00\x00S\x00\x00\x00\x19client_encoding\x00UTF8\x00\
    K\x00\x00\x00\x0c\x00\x00r\x880\xd9fb";
const READY: &[u8] = b"Z\x00\x00\x00\x05I";
const SCRAM: &[u8] = b"R\x00\x00\x00\x17\x00\x00\x00\nSCRAM-SHA-256\x00\x00";
const NOT_NOW: &[u8] = b"E\x00\x00\x00\x95SFATAL\x00VFATAL\x00C57P03\x00\
    Mthe database system is not accepting connections\x00DHot standby mode is disabled.\x00Fpostmaster.c\x00L2426\x00\
    RProcessStartupPacket\x00\x00";
const NO_ROLE: &[u8] =
    b"E\x00\x00\x00\x64SFATAL\x00VFATAL\x00C28000\x00Mrole \"stranger\" does not exist\x00\
    Fmiscinit.c\x00L768\x00RInitializeSessionUserId\x00\x00";

#[test]
fn postgresql_is_asked_as_its_own_clients_ask() {
    #[rustfmt::skip]
    assert_eq!(startup().to_send(), b"\x00\x00\x00\x27\x00\x03\x00\x00user\x00keeper\x00database\x00postgres\x00\x00");
    assert_eq!(ssl().to_send(), b"\x00\x00\x00\x08\x04\xd2\x16\x2f");
    let cut = PostgresHello::Startup { user: "a\0b".to_owned(), database: None };
    assert_eq!(PostgresExchange::new(&cut).to_send(), b"\x00\x00\x00\x10\x00\x03\x00\x00user\x00a\x00\x00");
}

#[test]
fn a_demand_for_authentication_is_enough() {
    let mut exchange = startup();
    sent(&mut exchange);
    assert_eq!(exchange.received(SCRAM), Step::Done(Ok(())));
    for answer in [b"S", b"N"] {
        assert_eq!(ssl().received(answer), Step::Done(Ok(())));
    }
}

#[test]
fn a_trusted_session_is_ended_when_it_is_ready() {
    let mut exchange = startup();
    sent(&mut exchange);
    assert_eq!(exchange.received(TRUSTED), Step::Continue);
    assert_eq!(exchange.received(PARAMETERS), Step::Continue);
    assert!(exchange.to_send().is_empty(), "an error may still come");
    let mut refused = exchange.clone();
    assert_eq!(exchange.received(READY), Step::Continue);
    assert_eq!(sent(&mut exchange), b"X\x00\x00\x00\x04");
    assert_eq!(exchange.closed(), Step::Done(Ok(())));
    assert_eq!(refused.received(NO_ROLE), postgres_failed(PostgresFailure::Server(*b"28000")));
}

#[test]
fn a_postgresql_server_that_says_no_is_named() {
    use PostgresFailure::{Message, NotNow, Server, TooLong, TooManyConnections};
    let long = u32::try_from(MAX_POSTGRES_MESSAGE).unwrap() + 5;
    let endless = [b"E".as_slice(), &long.to_be_bytes()].concat();
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], PostgresFailure)] = &[
        ("starting up",     NOT_NOW,                                         NotNow),
        ("no role",         NO_ROLE,                                         Server(*b"28000")),
        ("too many",        b"E\x00\x00\x00\x0c\x4353300\x00\x00",             TooManyConnections),
        ("no code",         b"E\x00\x00\x00\x05\x00",                        Message),
        ("short code",      b"E\x00\x00\x00\x09C123\x00",                    Message),
        ("short length",    b"E\x00\x00\x00\x03",                            Message),
        ("half a demand",   b"R\x00\x00\x00\x07\x00\x00\x00",                Message),
        ("session first",   READY,                                           Message),
        ("long",            &endless,                                        TooLong(long)),
        ("HTTP",            b"HTTP/1.1 400 Bad Request\r\n",                 Message),
        ("SSH",             b"SSH-2.0-OpenSSH_9.2p1\r\n",                    Message),
    ];
    for (name, octets, want) in cases {
        assert_eq!(startup().received(octets), postgres_failed(*want), "{name}");
    }
    assert_eq!(ssl().received(SCRAM), postgres_failed(Message));
    assert_eq!(ssl().received(NOT_NOW), postgres_failed(NotNow));
    assert_eq!(Server(*b"28\n00").to_string(), "server error 28\\n00");
}

#[test]
fn a_postgresql_server_that_hangs_up_fails() {
    assert_eq!(startup().closed(), postgres_failed(PostgresFailure::Empty));
    for cut in [&NOT_NOW[..30], TRUSTED] {
        let mut exchange = startup();
        assert_eq!(exchange.received(cut), Step::Continue);
        assert_eq!(exchange.closed(), postgres_failed(PostgresFailure::Truncated));
    }
}

/// What comes of `stream`, handed over in pieces of the given lengths, repeated.
fn verdict(mut exchange: impl Exchange, stream: &[u8], lengths: &[usize]) -> Step {
    let mut rest = stream;
    for length in lengths.iter().cycle() {
        let (now, later) = rest.split_at((*length).min(rest.len()));
        rest = later;
        if now.is_empty() {
            return exchange.closed();
        }
        if let done @ Step::Done(_) = exchange.received(now) {
            return done;
        }
    }
    unreachable!("the lengths are not empty");
}

/// Streams that get somewhere: real messages in any order, spoilt here and there.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let real = [GREETING, ACCEPTED, DENIED, SWITCH, TRUSTED, PARAMETERS, READY, SCRAM, NOT_NOW, NO_ROLE];
    let part = prop_oneof![
        4 => prop::sample::select(real.to_vec()).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    let spoilt = prop::option::weighted(0.3, (any::<prop::sample::Index>(), any::<u8>()));
    (prop::collection::vec(part, 0..6), spoilt).prop_map(|(parts, spoilt)| {
        let mut stream = parts.concat();
        if let (Some((at, octet)), false) = (spoilt, stream.is_empty()) {
            *at.get_mut(&mut stream) = octet;
        }
        stream
    })
}

proptest! {
    #[test]
    fn the_verdict_does_not_depend_on_how_the_stream_is_cut(
        stream in streams(), lengths in prop::collection::vec(1..50_usize, 1..8),
    ) {
        for user in [None, Some("root")] {
            let whole = verdict(mysql(user), &stream, &[stream.len().max(1)]);
            prop_assert_eq!(verdict(mysql(user), &stream, &lengths), whole);
        }
        for new in [startup, ssl] {
            let whole = verdict(new(), &stream, &[stream.len().max(1)]);
            prop_assert_eq!(verdict(new(), &stream, &lengths), whole);
        }
    }
}
