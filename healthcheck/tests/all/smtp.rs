//! Conversations with mail servers; those of RFC 5321 and RFC 3207 are from their examples.

use crate::dialogue::{converse, judge, judge_in_all_pieces, replies};
use healthcheck::{
    Exchange as _, Failure, InvalidHelo, MAX_SMTP_LINE_LEN, MAX_SMTP_REPLY_LEN, Phase, SmtpDialogue,
    SmtpExchange, SmtpFailure, SmtpReplies, SmtpRequest, SmtpStep, Step,
};
use proptest::prelude::*;

/// RFC 5321 appendix D.1, without the mail.
const RFC_5321: &str = "220 foo.com Simple Mail Transfer Service Ready\r\n\
    250-foo.com greets bar.com\r\n250-8BITMIME\r\n250-SIZE\r\n250-DSN\r\n250 HELP\r\n\
    221 foo.com Service closing transmission channel\r\n";

fn exchange(dialogue: SmtpDialogue, replies: SmtpReplies) -> SmtpExchange {
    SmtpExchange::new(SmtpRequest::new(dialogue, replies, "bar.com").unwrap())
}

#[test]
fn replies_are_judged_step_by_step() {
    use SmtpDialogue::{Ehlo, Helo};
    use SmtpFailure::{Closed, Code, Malformed, SeveralLines};
    use SmtpReplies::{Keepalived, Rfc5321};
    use SmtpStep::{Banner, Hello, Quit};
    type Case = (&'static str, SmtpDialogue, SmtpReplies, &'static str, Result<(), SmtpFailure>);
    #[rustfmt::skip]
    let cases: &[Case] = &[
        ("the example",       Ehlo, Rfc5321,    RFC_5321, Ok(())),
        ("one line each",     Helo, Rfc5321,    "220 a\r\n250 b\r\n221 c\r\n", Ok(())),
        ("and to keepalived", Helo, Keepalived, "220 a\r\n250 b\r\n221 c\r\n", Ok(())),
        ("a long banner",     Helo, Rfc5321,    "220-a\r\n220-\r\n220 b\r\n250 b\r\n221 c\r\n", Ok(())),
        ("which keepalived refuses", Helo, Keepalived, "220-a\r\n220 b\r\n250 b\r\n221 c\r\n", Err(SeveralLines { step: Banner })),
        ("a long greeting",   Helo, Keepalived, "220 a\r\n250-b\r\n250 c\r\n221 c\r\n", Err(SeveralLines { step: Hello })),
        ("no text",           Helo, Rfc5321,    "220\r\n250\r\n221\r\n", Ok(())),
        ("keepalived wants a blank before the return", Helo, Keepalived, "220\r\n250\r\n221\r\n", Err(Malformed { step: Banner })),
        ("or no return",      Helo, Keepalived, "220\n250\n221\n", Ok(())),
        ("any farewell does for keepalived", Helo, Keepalived, "220 a\r\n250 b\r\nbye\r\n", Ok(())),
        ("of several lines",  Helo, Keepalived, "220 a\r\n250 b\r\n221-c\r\n221 d\r\n", Ok(())),
        ("whatever its code", Helo, Keepalived, "220 a\r\n250 b\r\n500 c\r\n", Ok(())),
        ("but not for us",    Helo, Rfc5321,    "220 a\r\n250 b\r\n500 c\r\n", Err(Code { step: Quit, code: 500 })),
        ("no farewell",       Helo, Keepalived, "220 a\r\n250 b\r\n", Err(Closed { step: Quit })),
        ("full",              Helo, Rfc5321,    "421 too many connections\r\n", Err(Code { step: Banner, code: 421 })),
        ("no EHLO",           Ehlo, Rfc5321,    "220 a\r\n502 what?\r\n", Err(Code { step: Hello, code: 502 })),
        ("two codes",         Ehlo, Rfc5321,    "220 a\r\n250-b\r\n251 c\r\n", Err(Malformed { step: Hello })),
        ("HTTP",              Helo, Rfc5321,    "HTTP/1.1 400 Bad Request\r\n\r\n", Err(Malformed { step: Banner })),
        ("four digits",       Helo, Rfc5321,    "2200 a\r\n", Err(Malformed { step: Banner })),
        ("a sign",            Helo, Keepalived, "+22 a\r\n", Err(Malformed { step: Banner })),
        ("silence",           Helo, Rfc5321,    "", Err(Closed { step: Banner })),
        ("half a line",       Helo, Rfc5321,    "220 a", Err(Closed { step: Banner })),
        ("half a reply",      Ehlo, Rfc5321,    "220 a\r\n250-b\r\n", Err(Closed { step: Hello })),
    ];
    for (name, dialogue, replies, reply, want) in cases {
        let found = judge_in_all_pieces(&exchange(*dialogue, *replies), reply.as_bytes());
        assert_eq!(found, want.map_err(Failure::Smtp), "{name}");
    }
}

#[test]
fn we_speak_only_after_the_server() {
    for (dialogue, hello) in [(SmtpDialogue::Helo, "HELO"), (SmtpDialogue::Ehlo, "EHLO")] {
        let mut exchange = exchange(dialogue, SmtpReplies::Rfc5321);
        assert_eq!(exchange.to_send(), b"");
        let (wire, result) = converse(&mut exchange, RFC_5321.as_bytes(), 1);
        assert_eq!(result, Ok(()));
        assert_eq!(String::from_utf8(wire).unwrap(), format!("{hello} bar.com\r\nQUIT\r\n"));
        assert_eq!(exchange.reply(), "221 foo.com Service closing transmission channel");
    }
}

#[test]
fn starttls_tells_the_driver_when_to_switch_and_greets_once_more() {
    let mut exchange = exchange(SmtpDialogue::StartTls, SmtpReplies::Rfc5321);
    let mut say = |reply: &str, answer: &str| {
        let step = exchange.received(reply.as_bytes());
        assert_eq!(String::from_utf8_lossy(exchange.to_send()), answer);
        exchange.sent(answer.len());
        step
    };
    // RFC 3207 §5
    assert_eq!(say("220 mail.imc.org SMTP service ready\r\n", "EHLO bar.com\r\n"), Step::Continue);
    let offer =
        "250-mail.imc.org offers a warm hug of welcome\r\n250-8BITMIME\r\n250-STARTTLS\r\n250 DSN\r\n";
    assert_eq!(say(offer, "STARTTLS\r\n"), Step::Continue);
    assert_eq!(say("220 Go ahead\r\n", "EHLO bar.com\r\n"), Step::StartTls);
    // The offer is not made again over TLS, and not needed.
    let again = "250-mail.imc.org touches your hand gently for a moment\r\n250-8BITMIME\r\n250 DSN\r\n";
    assert_eq!(say(again, "QUIT\r\n"), Step::Continue);
    assert_eq!(say("221 bye\r\n", ""), Step::Done(Ok(())));
}

#[test]
fn starttls_fails_where_it_is_not_offered_refused_or_tampered_with() {
    let judge = |reply: &str| {
        judge(&exchange(SmtpDialogue::StartTls, SmtpReplies::Rfc5321), reply.as_bytes(), usize::MAX)
    };
    assert_eq!(judge("220 a\r\n250-b\r\n250 DSN\r\n"), Err(Failure::Smtp(SmtpFailure::NoStartTls)));
    let named_so = "220 a\r\n250-STARTTLS\r\n250 DSN\r\n";
    assert_eq!(judge(named_so), Err(Failure::Smtp(SmtpFailure::NoStartTls)), "a name is no offer");
    let refused = SmtpFailure::Code { step: SmtpStep::StartTls, code: 454 };
    assert_eq!(judge("220 a\r\n250-b\r\n250 starttls\r\n454 not now\r\n"), Err(Failure::Smtp(refused)));
    let injected = "220 a\r\n250-b\r\n250 STARTTLS\r\n220 go\r\n250 b\r\n";
    assert_eq!(judge(injected), Err(Failure::Smtp(SmtpFailure::ClearText)));
    assert_eq!(Failure::Smtp(SmtpFailure::ClearText).phase(), Some(Phase::Tls));
}

#[test]
fn a_reply_without_end_is_cut_off_at_its_bounds() {
    let exchange = exchange(SmtpDialogue::Helo, SmtpReplies::Rfc5321);
    let line = |length: usize| format!("220 {}\n250 b\n221 c\n", "x".repeat(length - 4));
    let too_long = Err(Failure::Smtp(SmtpFailure::TooLong { step: SmtpStep::Banner }));
    for step in [1, 1000, 100_000] {
        assert_eq!(judge(&exchange, line(MAX_SMTP_LINE_LEN).as_bytes(), step), Ok(()));
        assert_eq!(judge(&exchange, line(MAX_SMTP_LINE_LEN + 1).as_bytes(), step), too_long);
        let lines = "220-\n".repeat(MAX_SMTP_REPLY_LEN / 4 + 1);
        assert_eq!(judge(&exchange, lines.as_bytes(), step), too_long);
    }
}

#[test]
fn a_name_that_would_end_the_command_is_refused() {
    use SmtpDialogue::{Ehlo, Helo};
    use SmtpReplies::{Keepalived, Rfc5321};
    let refused = |dialogue, replies, name: &str| SmtpRequest::new(dialogue, replies, name).unwrap_err();
    assert_eq!(refused(Helo, Rfc5321, ""), InvalidHelo::Empty);
    assert_eq!(refused(Helo, Rfc5321, "a\r\nMAIL FROM:<>"), InvalidHelo::Character);
    assert_eq!(refused(Helo, Rfc5321, "a b"), InvalidHelo::Character);
    assert_eq!(refused(Helo, Rfc5321, &"a".repeat(256)), InvalidHelo::TooLong);
    assert_eq!(refused(Ehlo, Keepalived, "a"), InvalidHelo::SingleLine);
}

#[test]
fn failures_read_well_in_a_log() {
    let failure = Failure::Smtp(SmtpFailure::Code { step: SmtpStep::Banner, code: 421 });
    assert_eq!(failure.to_string(), "banner: code 421");
    let mut exchange = exchange(SmtpDialogue::Helo, SmtpReplies::Rfc5321);
    assert_eq!(exchange.received(b"421 \x1b[31mgo away\xff\r\n"), Step::Done(Err(failure)));
    assert_eq!(exchange.reply(), "421 \u{fffd}[31mgo away\u{fffd}");
}

const WORDS: &[&str] =
    &["220 a\r\n", "220-a\n", "250 b\r\n", "250-b\r\n", "250 STARTTLS\r\n", "221 c\n", "\r\n", "221", "-"];

proptest! {
    #[test]
    fn no_reply_panics_and_pieces_do_not_matter(
        reply in replies(WORDS),
        step in 1_usize..60,
        dialogue in prop::sample::select(&[
            (SmtpDialogue::Helo, SmtpReplies::Rfc5321),
            (SmtpDialogue::Helo, SmtpReplies::Keepalived),
            (SmtpDialogue::Ehlo, SmtpReplies::Rfc5321),
        ]),
    ) {
        let exchange = exchange(dialogue.0, dialogue.1);
        prop_assert_eq!(judge(&exchange, &reply, step), judge(&exchange, &reply, usize::MAX));
    }

    #[test]
    fn no_reply_panics_around_starttls(reply in replies(WORDS), step in 1_usize..60) {
        let _ = judge(&exchange(SmtpDialogue::StartTls, SmtpReplies::Rfc5321), &reply, step);
    }
}
