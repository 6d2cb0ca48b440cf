//! Lines of HAProxy's agents.

use crate::dialogue::{converse, judge, judge_in_all_pieces, replies};
use healthcheck::{
    Agent, AgentAdmin, AgentExchange, AgentFailure, AgentHealth, AgentReply, AgentState, Exchange as _,
    Failure, MAX_AGENT_LINE_LEN,
};
use proptest::prelude::*;

#[test]
fn each_word_means_what_haproxy_makes_of_it() {
    use AgentState::{Down, Drain, Ready};
    #[rustfmt::skip]
    let lines: &[(&str, AgentState, Option<u8>)] = &[
        ("up",                      Ready, None),
        ("ready",                   Ready, None),
        ("drain",                   Drain, None),
        ("maint",                   Down,  None),
        ("down",                    Down,  None),
        ("fail",                    Down,  None),
        ("failed",                  Down,  None),
        ("stopped",                 Down,  None),
        ("UP, 50%",                 Ready, Some(50)),
        ("75%",                     Ready, Some(75)),
        ("0%",                      Ready, Some(0)),
        ("300%",                    Ready, Some(255)),
        ("99999999999999999999%",   Ready, Some(255)),
        ("maxconn:30",              Ready, None),
        // Of one kind the last word counts; of different kinds the strictest.
        ("up down up",              Ready, None),
        ("drain\tready,,",          Ready, None),
        ("ready down",              Down,  None),
        ("up drain 10% 20%",        Drain, Some(20)),
        ("up maint",                Down,  None),
        ("down#disk is full",       Down,  None),
        ("up # and not down",       Ready, None),
    ];
    for (line, state, percent) in lines {
        let reply = AgentReply::parse(line.as_bytes());
        assert_eq!(reply.agent(), Agent { state: *state, percent: *percent }, "{line}");
        assert!(reply.is_meaningful() && reply.unknown.is_empty(), "{line}");
    }
    let reply = AgentReply::parse(b"down maxconn:30 #  disk \x1b full ");
    assert_eq!((reply.text.as_str(), reply.max_connections), ("disk \u{fffd} full", Some(30)));
}

#[test]
fn unknown_words_are_reported_beside_those_that_are_known() {
    let reply = AgentReply::parse(b"up weight:5 % -5% maxconn: \xff50% 5,0%");
    assert_eq!(reply.unknown, ["weight:5", "%", "-5%", "maxconn:", "\u{fffd}50%", "5"]);
    assert_eq!((reply.health, reply.percent), (Some(AgentHealth::Up), Some(0)));
}

#[test]
fn what_an_agent_does_not_speak_of_stays_as_it_was() {
    let first = AgentReply::parse(b"drain 50% maxconn:9 #because");
    let second = AgentReply::parse(b"down").after(&first);
    assert_eq!((second.health, second.admin), (Some(AgentHealth::Down), Some(AgentAdmin::Drain)));
    assert_eq!((second.percent, second.max_connections, second.text.as_str()), (Some(50), Some(9), ""));
    let third = AgentReply::parse(b"up ready 100%").after(&second);
    assert_eq!(third.agent(), Agent { state: AgentState::Ready, percent: Some(100) });
}

#[test]
fn only_a_complete_line_that_says_something_counts() {
    use AgentFailure::{Empty, LineTooLong, Meaningless, Truncated};
    let long = "x".repeat(MAX_AGENT_LINE_LEN - 2);
    let fits = format!("up{long}\n");
    let too_long = format!("up {long}\n");
    #[rustfmt::skip]
    let cases: &[(&str, Result<(), AgentFailure>)] = &[
        ("up\n",            Ok(())),
        ("down\r\n",        Ok(())),
        ("up\rdown\n",      Ok(())),
        ("75% #a\n\n\n",    Ok(())),
        ("",                Err(Empty)),
        ("up",              Err(Truncated)),
        ("\n",              Err(Meaningless)),
        ("hello\n",         Err(Meaningless)),
        ("#up\n",           Err(Meaningless)),
        (&fits,             Err(Meaningless)),
        (&too_long,         Err(LineTooLong)),
    ];
    for (line, want) in cases {
        let found = judge_in_all_pieces(&AgentExchange::new(b""), line.as_bytes());
        assert_eq!(found, want.map_err(Failure::Agent), "{line:?}");
    }
}

#[test]
fn the_agent_is_told_what_it_should_be_told() {
    let mut exchange = AgentExchange::new(b"web1\n");
    let (wire, result) = converse(&mut exchange, b"hello 5\n", 3);
    assert_eq!(
        (wire.as_slice(), result),
        (b"web1\n".as_slice(), Err(Failure::Agent(AgentFailure::Meaningless)))
    );
    assert_eq!(exchange.reply().unwrap().unknown, ["hello", "5"], "they are reported all the same");
    assert_eq!(AgentExchange::new(b"").to_send(), b"");
}

proptest! {
    #[test]
    fn no_line_panics_and_pieces_do_not_matter(
        line in replies(&["up", "down", "75%", " ", ",", "#", "maxconn:", "4294967296", "\n", "\r"]),
        step in 1_usize..60,
    ) {
        let hear = |step| {
            let mut exchange = AgentExchange::new(b"");
            let result = converse(&mut exchange, &line, step).1;
            (result, exchange.reply().cloned())
        };
        let (result, reply) = hear(step);
        prop_assert_eq!(&(result, reply.clone()), &hear(usize::MAX));
        prop_assert_eq!(result, judge(&AgentExchange::new(b""), &line, step));
        if let Some(reply) = reply {
            let length: usize = reply.unknown.iter().map(|word| word.len()).sum();
            prop_assert!(length + reply.text.len() <= 3 * MAX_AGENT_LINE_LEN);
        }
    }
}
