//! Dialogues with Redis; the error texts are those of Redis 5 to 7.

use crate::dialogue::{converse, judge, judge_in_all_pieces, replies};
use healthcheck::{
    Exchange as _, Failure, MAX_REDIS_LINE_LEN, Phase, RedisAuth, RedisExchange, RedisFailure,
};
use proptest::prelude::*;

fn auth(user: Option<&str>) -> RedisAuth {
    RedisAuth { user: user.map(Into::into), password: b"s3cret\r\n".to_vec() }
}

#[test]
fn every_answer_has_a_name() {
    use RedisFailure::*;
    #[rustfmt::skip]
    let to_ping: &[(&str, Result<(), RedisFailure>)] = &[
        ("+PONG\r\n", Ok(())),
        ("+PONG\r\nand more", Ok(())),
        ("-NOAUTH Authentication required.\r\n", Err(AuthRequired)),
        ("-ERR operation not permitted\r\n", Err(AuthRequired)),
        ("-NOPERM this user has no permissions to run the 'ping' command\r\n", Err(NoPermission)),
        ("-LOADING Redis is loading the dataset in memory\r\n", Err(Loading)),
        ("-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n", Err(Busy)),
        ("-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n", Err(MasterDown)),
        ("-DENIED Redis is running in protected mode because protected mode is enabled\r\n", Err(Protected)),
        ("-ERR max number of clients reached\r\n", Err(Full)),
        ("-ERR unknown command\r\n", Err(Error)),
        ("-\r\n", Err(Error)),
        ("+OK\r\n", Err(Unexpected)),
        ("$4\r\nPONG\r\n", Err(Unexpected)),
        ("HTTP/1.1 400 Bad Request\r\n", Err(Unexpected)),
        ("\r\n", Err(Unexpected)),
        ("+PON", Err(Closed)),
        ("", Err(Closed)),
    ];
    for (reply, want) in to_ping {
        let found = judge_in_all_pieces(&RedisExchange::new(None), reply.as_bytes());
        assert_eq!(found, want.map_err(Failure::Redis), "{reply:?}");
    }
    #[rustfmt::skip]
    let to_auth: &[(&str, Result<(), RedisFailure>)] = &[
        ("+OK\r\n+PONG\r\n", Ok(())),
        ("-WRONGPASS invalid username-password pair or user is disabled.\r\n", Err(AuthRefused)),
        ("-ERR invalid password\r\n", Err(AuthRefused)),
        ("-ERR Client sent AUTH, but no password is set\r\n", Err(AuthRefused)),
        ("-ERR max number of clients reached\r\n", Err(Full)),
        ("-LOADING Redis is loading the dataset in memory\r\n", Err(Loading)),
        ("+OK\r\n-LOADING Redis is loading the dataset in memory\r\n", Err(Loading)),
        ("+PONG\r\n", Err(Unexpected)),
        ("+OK\r\n", Err(Closed)),
    ];
    for (reply, want) in to_auth {
        let found = judge_in_all_pieces(&RedisExchange::new(Some(&auth(None))), reply.as_bytes());
        assert_eq!(found, want.map_err(Failure::Redis), "{reply:?}");
    }
}

#[test]
fn commands_are_arrays_in_which_any_octets_may_stand() {
    let wire = |auth: Option<&RedisAuth>, reply: &str| {
        let mut exchange = RedisExchange::new(auth);
        String::from_utf8(converse(&mut exchange, reply.as_bytes(), 1).0).unwrap()
    };
    let ping = "*1\r\n$4\r\nPING\r\n";
    assert_eq!(wire(None, "+PONG\r\n"), ping);
    let with_password = "*2\r\n$4\r\nAUTH\r\n$8\r\ns3cret\r\n\r\n";
    assert_eq!(wire(Some(&auth(None)), "-ERR"), with_password, "no PING before the answer");
    assert_eq!(wire(Some(&auth(None)), "+OK\r\n+PONG\r\n"), [with_password, ping].concat());
    let with_name = "*3\r\n$4\r\nAUTH\r\n$5\r\nprobe\r\n$8\r\ns3cret\r\n\r\n";
    assert_eq!(wire(Some(&auth(Some("probe"))), "-ERR"), with_name);
}

#[test]
fn a_password_is_never_printed() {
    let auth = auth(Some("probe"));
    let text = format!("{auth:?} {:?}", RedisExchange::new(Some(&auth)));
    assert!(text.contains("probe") && !text.contains("s3cret") && !text.contains("115, 51"), "{text}");
}

#[test]
fn a_line_without_end_is_cut_off_at_its_bound() {
    let line = |length: usize| [b"-LOADING ".as_slice(), &vec![b'x'; length - 9], b"\n"].concat();
    for step in [1, 1000, 100_000] {
        let judge = |length| judge(&RedisExchange::new(None), &line(length), step);
        assert_eq!(judge(MAX_REDIS_LINE_LEN), Err(Failure::Redis(RedisFailure::Loading)));
        assert_eq!(judge(MAX_REDIS_LINE_LEN + 1), Err(Failure::Redis(RedisFailure::LineTooLong)));
    }
}

#[test]
fn the_error_of_the_server_can_be_logged() {
    let mut exchange = RedisExchange::new(None);
    let _ = exchange.received(b"-LOADING Redis is \x07loading\r\n");
    assert_eq!(exchange.reply(), "-LOADING Redis is \u{fffd}loading");
    let failure = Failure::Redis(RedisFailure::Loading);
    assert_eq!(
        (failure.to_string().as_str(), failure.phase()),
        ("the data set is being loaded", Some(Phase::Status))
    );
}

proptest! {
    #[test]
    fn no_reply_panics_and_pieces_do_not_matter(
        reply in replies(&["+OK\r\n", "+PONG\r\n", "-LOADING x\r\n", "-ERR x\n", "-", "+", "\r\n", "\n"]),
        step in 1_usize..60,
        with_auth: bool,
    ) {
        let exchange = RedisExchange::new(with_auth.then(|| auth(None)).as_ref());
        prop_assert_eq!(judge(&exchange, &reply, step), judge(&exchange, &reply, usize::MAX));
    }
}
