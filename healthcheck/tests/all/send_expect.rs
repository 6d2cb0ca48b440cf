//! Scripts of send and expect.

use crate::dialogue::{converse, judge, judge_in_all_pieces, replies};
use healthcheck::{
    Expected, Failure, InvalidScript, Phase, SendExpectExchange, SendExpectFailure, SendExpectScript,
    SendExpectStep,
};
use proptest::prelude::*;

fn octets(text: &str) -> Expected {
    Expected::Octets(text.into())
}

fn contains(text: &str) -> Expected {
    Expected::Contains(text.into())
}

fn line(text: &str) -> Expected {
    Expected::Line(text.into())
}

fn script(steps: &[(&str, Expected)]) -> Result<SendExpectScript, InvalidScript> {
    let step =
        |(send, expect): &(&str, Expected)| SendExpectStep { send: (*send).into(), expect: expect.clone() };
    SendExpectScript::new(steps.iter().map(step).collect())
}

fn exchange(steps: &[(&str, Expected)]) -> SendExpectExchange {
    SendExpectExchange::new(script(steps).unwrap())
}

#[test]
fn each_expectation_begins_where_the_one_before_it_ended() {
    use SendExpectFailure::{Closed, Mismatch};
    let ftp = exchange(&[("", line("220 ")), ("USER probe\r\n", line("331 ")), ("QUIT\r\n", line("221"))]);
    let close = exchange(&[("bye\n", contains("ok")), ("", Expected::Close)]);
    let search = exchange(&[("", contains("aabaaa"))]);
    #[rustfmt::skip]
    let cases: &[(&str, &SendExpectExchange, &str, Result<(), SendExpectFailure>)] = &[
        ("FTP",                &ftp, "220 ready\r\n331 who?\r\n221 bye\r\n", Ok(())),
        ("wrong at once",      &ftp, "421 full\r\n", Err(Mismatch { step: 0 })),
        ("wrong later",        &ftp, "220 ready\r\n530 no\r\n", Err(Mismatch { step: 1 })),
        ("cut off",            &ftp, "220 ready\r\n331 who", Err(Closed { step: 1 })),
        ("an end of stream",   &close, "all ok", Ok(())),
        ("which does not come", &close, "all ok.", Err(Mismatch { step: 1 })),
        ("or too early",       &close, "all o", Err(Closed { step: 0 })),
        ("found",              &search, "xxaabaaa", Ok(())),
        ("found after a false start", &search, "aabaabaaabaaa", Ok(())),
        ("overlapping",        &search, "aaabaaa", Ok(())),
        ("not found",          &search, "aabaab", Err(Closed { step: 0 })),
        ("exactly",            &exchange(&[("", octets("ab")), ("", octets("c"))]), "abc", Ok(())),
        ("anything",           &exchange(&[("", Expected::Any), ("", octets("b"))]), "xb", Ok(())),
        ("nothing",            &exchange(&[("", Expected::Any)]), "", Err(Closed { step: 0 })),
        ("a line with its end", &exchange(&[("", line("a\n")), ("", line("b"))]), "a\nb\n", Ok(())),
        ("a line and more",    &exchange(&[("", line("a\n"))]), "ab\n", Err(Mismatch { step: 0 })),
    ];
    for (name, exchange, reply, want) in cases {
        let found = judge_in_all_pieces(*exchange, reply.as_bytes());
        assert_eq!(found, want.map_err(Failure::SendExpect), "{name}");
    }
}

#[test]
fn each_turn_sends_when_the_one_before_it_is_met() {
    let mut ftp = exchange(&[("hi\n", line("220 ")), ("QUIT\r\n", line("221"))]);
    let (wire, _) = converse(&mut ftp.clone(), b"220 ready", 1);
    assert_eq!(wire, b"hi\n");
    let (wire, result) = converse(&mut ftp, b"220 ready\n221 bye\n", 1);
    assert_eq!((wire.as_slice(), result), (b"hi\nQUIT\r\n".as_slice(), Ok(())));
}

#[test]
fn a_server_that_talks_on_is_cut_off() {
    let steps = [("", line("a")), ("", contains("end"))];
    let exchange = SendExpectExchange::new(script(&steps).unwrap().with_max_reply(10));
    for step in [1, 3, 100] {
        assert_eq!(judge(&exchange, b"a23456\nend", step), Ok(()));
        let failure = Failure::SendExpect(SendExpectFailure::TooMuch { step: 1 });
        assert_eq!(judge(&exchange, b"a234567\nend", step), Err(failure));
        assert_eq!(
            (failure.to_string().as_str(), failure.phase()),
            ("step 1: too many octets", Some(Phase::Body))
        );
    }
}

#[test]
fn a_script_that_cannot_be_run_is_refused() {
    assert_eq!(script(&[]).unwrap_err(), InvalidScript::Empty);
    let empty = script(&[("", Expected::Any), ("", contains(""))]);
    assert_eq!(empty.unwrap_err(), InvalidScript::EmptyPattern { step: 1 });
    let late = script(&[("", Expected::Close), ("x", Expected::Any)]);
    assert_eq!(late.unwrap_err(), InvalidScript::AfterClose { step: 1 });
}

fn expected() -> impl Strategy<Value = Expected> {
    let pattern = prop::collection::vec(prop::sample::select(b"ab\n".as_slice()), 1..5);
    (pattern, 0..4_u8).prop_map(|(pattern, kind)| match kind {
        0 => Expected::Octets(pattern),
        1 => Expected::Contains(pattern),
        2 => Expected::Line(pattern),
        _ => Expected::Any,
    })
}

proptest! {
    #[test]
    fn no_reply_panics_and_pieces_do_not_matter(
        reply in replies(&["a", "b", "ab", "ba", "\n", "aab", "abab"]),
        expected in prop::collection::vec(expected(), 1..4),
        step in 1_usize..20,
    ) {
        let steps = expected.into_iter().map(|expect| SendExpectStep { send: b"x".to_vec(), expect }).collect();
        let exchange = SendExpectExchange::new(SendExpectScript::new(steps).unwrap().with_max_reply(2000));
        prop_assert_eq!(judge(&exchange, &reply, step), judge(&exchange, &reply, usize::MAX));
    }

    #[test]
    fn a_search_finds_what_a_naive_one_finds(
        reply in prop::collection::vec(prop::sample::select(b"ab".as_slice()), 0..60),
        pattern in prop::collection::vec(prop::sample::select(b"ab".as_slice()), 1..7),
    ) {
        let found = reply.windows(pattern.len()).any(|window| window == pattern);
        let step = SendExpectStep { send: Vec::new(), expect: Expected::Contains(pattern) };
        let exchange = SendExpectExchange::new(SendExpectScript::new(vec![step]).unwrap());
        prop_assert_eq!(judge(&exchange, &reply, 7).is_ok(), found);
    }
}
