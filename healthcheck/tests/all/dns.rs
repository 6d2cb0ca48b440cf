//! `DNS_CHECK` as octets: the questions keepalived asks, and what it makes of replies.

use healthcheck::{
    DnsAnswer, DnsExchange, DnsFailure, DnsQuery, DnsType, Exchange, Failure, InvalidDnsName, Step,
};
use proptest::prelude::*;

const ID: u16 = 0xbeef;

fn exchange(name: &str, record: DnsType, answer: DnsAnswer) -> DnsExchange {
    DnsExchange::new(&DnsQuery::new(name, record).unwrap(), ID, answer)
}

/// The one question of these tests: `a.example. IN A`.
const QUESTION: &[u8] = b"\x01a\x07example\x00\x00\x01\x00\x01";

/// A reply to it, with `answers` ready for the wire.
fn reply(flags: u16, answers: &[&[u8]]) -> Vec<u8> {
    let mut octets = ID.to_be_bytes().to_vec();
    octets.extend(flags.to_be_bytes());
    octets.extend([0, 1, 0, u8::try_from(answers.len()).unwrap(), 0, 0, 0, 0]);
    octets.extend(QUESTION);
    octets.extend(answers.concat());
    octets
}

/// `a.example. 60 IN CNAME b.example.`; names are compressed (RFC 1035 §4.1.4).
const ALIAS: &[u8] = b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x04\x01b\xc0\x0e";
/// `b.example. 60 IN A 192.0.2.1`.
const ADDRESS: &[u8] = b"\x01b\xc0\x0e\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01";

const OK: u16 = 0x8180;
const TRUNCATED: u16 = 0x8380;

fn judge(answer: DnsAnswer, datagram: &[u8]) -> Step {
    exchange("a.example", DnsType::A, answer).received(datagram)
}

fn failed(failure: DnsFailure) -> Step {
    Step::Done(Err(Failure::Dns(failure)))
}

#[test]
fn questions_are_keepalived_s() {
    // Identifier, RD, one question.
    let header = b"\xbe\xef\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00";
    #[rustfmt::skip]
    let cases: &[(&str, DnsType, &[u8])] = &[
        (".",                DnsType::Soa,    b"\x00\x00\x06\x00\x01"),
        ("",                 DnsType::Ns,     b"\x00\x00\x02\x00\x01"),
        ("a.example",        DnsType::A,      b"\x01a\x07example\x00\x00\x01\x00\x01"),
        ("a.example.",       DnsType::Aaaa,   b"\x01a\x07example\x00\x00\x1c\x00\x01"),
        ("A.Example",        DnsType::Cname,  b"\x01A\x07Example\x00\x00\x05\x00\x01"),
        ("_x._tcp.example",  DnsType::Mx,     b"\x02_x\x04_tcp\x07example\x00\x00\x0f\x00\x01"),
        ("example",          DnsType::Txt,    b"\x07example\x00\x00\x10\x00\x01"),
        ("example",          DnsType::Rrsig,  b"\x07example\x00\x00\x2e\x00\x01"),
        ("example",          DnsType::Dnskey, b"\x07example\x00\x00\x30\x00\x01"),
    ];
    for (name, record, want) in cases {
        let exchange = exchange(name, *record, DnsAnswer::Anything);
        assert_eq!(exchange.to_send(), [header, *want].concat(), "{name} {record:?}");
    }
    assert_eq!(DnsType::default(), DnsType::Soa);
}

#[test]
fn names_that_do_not_fit_the_wire_are_refused() {
    let new = |name: &str| DnsQuery::new(name, DnsType::A).map(drop);
    for name in [".a", "a..b", "a.."] {
        assert_eq!(new(name), Err(InvalidDnsName::EmptyLabel), "{name}");
    }
    assert_eq!(new(&"a".repeat(63)), Ok(()));
    assert_eq!(new(&"a".repeat(64)), Err(InvalidDnsName::TooLong));
    assert_eq!(new(&"a.".repeat(127)), Ok(()));
    assert_eq!(new(&"a.".repeat(128)), Err(InvalidDnsName::TooLong));
}

#[test]
fn a_reply_without_an_error_code_is_enough() {
    #[rustfmt::skip]
    let cases: &[(&str, Vec<u8>, Step)] = &[
        ("answer",       reply(OK, &[ADDRESS]),       Step::Done(Ok(()))),
        ("no answer",    reply(OK, &[]),              Step::Done(Ok(()))),
        ("truncated",    reply(TRUNCATED, &[]),       Step::Done(Ok(()))),
        ("header only",  reply(OK, &[])[..12].into(), Step::Done(Ok(()))),
        ("SERVFAIL",     reply(OK | 2, &[]),          failed(DnsFailure::Code(2))),
        ("NXDOMAIN",     reply(OK | 3, &[]),          failed(DnsFailure::Code(3))),
        ("REFUSED",      reply(OK | 5, &[ADDRESS]),   failed(DnsFailure::Code(5))),
    ];
    for (name, datagram, want) in cases {
        assert_eq!(judge(DnsAnswer::Anything, datagram), *want, "{name}");
    }
}

#[test]
fn what_is_no_reply_to_the_question_is_passed_over() {
    let mut exchange = exchange("a.example", DnsType::A, DnsAnswer::Anything);
    let mut other = reply(OK | 3, &[]);
    other[1] ^= 1;
    let question = exchange.to_send().to_vec();
    for stray in [&[][..], &reply(OK, &[])[..11], &other, &question] {
        assert_eq!(exchange.received(stray), Step::Continue);
    }
    assert_eq!(exchange.received(&reply(OK, &[])), Step::Done(Ok(())));
    assert_eq!(exchange.received(&reply(OK | 2, &[])), Step::Done(Ok(())), "the first reply counts");
}

#[test]
fn a_wanted_answer_must_be_there() {
    use DnsAnswer::{Is, Some};
    let is = |data: &str| Is(data.to_owned());
    let full = reply(OK, &[ALIAS, ADDRESS]);
    #[rustfmt::skip]
    let cases: &[(&str, DnsAnswer, &[u8], Step)] = &[
        ("any of the type",    Some,            &full,                         Step::Done(Ok(()))),
        ("the data",           is("192.0.2.1"), &full,                         Step::Done(Ok(()))),
        ("other data",         is("192.0.2.2"), &full,                         failed(DnsFailure::OtherData)),
        ("of another type",    is("b.example"), &full,                         failed(DnsFailure::OtherData)),
        ("alias only",         Some,            &reply(OK, &[ALIAS]),          failed(DnsFailure::NoRecord)),
        ("empty",              Some,            &reply(OK, &[]),               failed(DnsFailure::NoRecord)),
        ("truncated, empty",   Some,            &reply(TRUNCATED, &[]),        failed(DnsFailure::Truncated)),
        ("truncated, enough",  Some,            &reply(TRUNCATED, &[ADDRESS]), Step::Done(Ok(()))),
        ("cut off",            Some,            &full[..full.len() - 1],       failed(DnsFailure::Malformed)),
        ("error first",        Some,            &reply(OK | 3, &[ADDRESS]),    failed(DnsFailure::Code(3))),
    ];
    for (name, answer, datagram, want) in cases {
        assert_eq!(judge(answer.clone(), datagram), *want, "{name}");
    }
    let mut alias = exchange("a.example", DnsType::Cname, is("B.Example."));
    assert_eq!(alias.received(&full), Step::Done(Ok(())), "letter case and the last dot do not matter");
}

#[test]
fn a_question_can_be_asked_again() {
    let mut exchange = exchange(".", DnsType::Soa, DnsAnswer::Anything);
    let question = exchange.to_send().to_vec();
    exchange.sent(question.len());
    assert!(exchange.to_send().is_empty());
    exchange.ask_again();
    assert_eq!(exchange.to_send(), question);
    assert_eq!(exchange.closed(), failed(DnsFailure::Closed));
}

proptest! {
    #[test]
    fn stray_datagrams_never_change_the_verdict(
        strays in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..100), 0..8),
        last in prop::collection::vec(any::<u8>(), 0..200), count in 0..4_u8,
    ) {
        let mut datagram = reply(OK, &[]);
        datagram[7] = count;
        datagram.extend(last);
        let answer = DnsAnswer::Is("192.0.2.1".to_owned());
        let alone = judge(answer.clone(), &datagram);
        prop_assert_ne!(alone, Step::Continue);
        let mut exchange = exchange("a.example", DnsType::A, answer);
        for mut stray in strays {
            // Another identifier, so that it cannot be the reply.
            if let Some(octet) = stray.get_mut(1) {
                *octet &= 0x7f;
            }
            prop_assert_eq!(exchange.received(&stray), Step::Continue);
        }
        prop_assert_eq!(exchange.received(&datagram), alone);
    }

    #[test]
    fn no_reply_panics(flags: u16, body in prop::collection::vec(any::<u8>(), 0..600), counts: [u8; 8]) {
        let mut datagram = [ID.to_be_bytes(), (flags | 0x8000).to_be_bytes()].concat();
        datagram.extend(counts);
        datagram.extend(body);
        prop_assert_ne!(judge(DnsAnswer::Some, &datagram), Step::Continue);
    }
}
