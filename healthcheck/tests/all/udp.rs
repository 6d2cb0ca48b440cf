//! `UDP_CHECK` without sockets: the verdict on replies, silence and ICMP errors.

use healthcheck::{
    DEFAULT_UDP_PAYLOAD, Failure, NetworkError, Outcome, PatternOctet, Phase, UdpEvent, UdpExpect,
    UdpFailure, UdpReply,
};
use proptest::prelude::*;

/// `require_reply "01 2x xx 0f"`.
fn pattern() -> Vec<PatternOctet> {
    let octet = |value, mask| PatternOctet { value, mask };
    [octet(0x01, 0xff), octet(0x20, 0xf0), octet(0, 0), octet(0x0f, 0xff)].into()
}

fn reply(min_len: u16, max_len: u16) -> UdpExpect {
    UdpExpect::Reply(UdpReply { pattern: pattern(), min_len, max_len })
}

fn failed(failure: UdpFailure) -> Outcome {
    Outcome::Failure(Failure::Udp(failure))
}

#[test]
fn replies_are_compared_as_far_as_they_and_the_pattern_go() {
    let expect = UdpExpect::Reply(UdpReply::new(pattern()));
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], Outcome)] = &[
        ("exact",             &[0x01, 0x20, 0x00, 0x0f],       Outcome::Success),
        ("wildcards",         &[0x01, 0x2f, 0xff, 0x0f],       Outcome::Success),
        ("more",              &[0x01, 0x20, 0x00, 0x0f, 0xff], Outcome::Success),
        ("less",              &[0x01, 0x20],                   Outcome::Success),
        ("nothing",           &[],                             Outcome::Success),
        ("first differs",     &[0x00, 0x20, 0x00, 0x0f],       failed(UdpFailure::Mismatch { at: 0 })),
        ("half octet",        &[0x01, 0x30],                   failed(UdpFailure::Mismatch { at: 1 })),
        ("after a wildcard",  &[0x01, 0x20, 0xff, 0x1f],       failed(UdpFailure::Mismatch { at: 3 })),
    ];
    for (name, octets, want) in cases {
        assert_eq!(expect.judge(UdpEvent::Reply(octets)), *want, "{name}");
    }
}

#[test]
fn the_length_of_a_reply_is_judged_before_its_octets() {
    let expect = reply(2, 4);
    assert_eq!(expect.buffer_len(), 5);
    assert_eq!(expect.judge(UdpEvent::Reply(&[0x01])), failed(UdpFailure::Length(1)));
    assert_eq!(expect.judge(UdpEvent::Reply(&[0x01, 0x20])), Outcome::Success);
    assert_eq!(expect.judge(UdpEvent::Reply(&[0xff; 5])), failed(UdpFailure::Length(5)));
    // keepalived only warns about this one: it always fails.
    assert_eq!(reply(4, 2).judge(UdpEvent::Reply(&[0x01, 0x20, 0])), failed(UdpFailure::Length(3)));
}

#[test]
fn silence_is_a_success_only_where_no_reply_is_required() {
    let late = Outcome::Failure(Failure::TimedOut { phase: Phase::Receive });
    assert_eq!(UdpExpect::NoError.judge(UdpEvent::Silence), Outcome::Success);
    assert_eq!(UdpExpect::AnyReply.judge(UdpEvent::Silence), late);
    assert_eq!(reply(0, 255).judge(UdpEvent::Silence), late);
    for expect in [UdpExpect::NoError, UdpExpect::AnyReply] {
        assert_eq!(expect.judge(UdpEvent::Reply(&[])), Outcome::Success);
    }
}

#[test]
fn an_icmp_error_fails_whatever_is_expected() {
    for expect in [UdpExpect::default(), UdpExpect::AnyReply, reply(0, 255)] {
        for reason in [NetworkError::Refused, NetworkError::Unreachable, NetworkError::Other(Some(71))] {
            let want = Outcome::Failure(Failure::Network { phase: Phase::Receive, reason });
            assert_eq!(expect.judge(UdpEvent::IcmpError(reason)), want);
        }
    }
}

#[test]
fn the_default_payload_is_text_cut_off_at_32_octets() {
    let endless = b"keepalived check - ".iter().cycle();
    assert!(DEFAULT_UDP_PAYLOAD.iter().eq(endless.take(32)));
}

proptest! {
    #[test]
    fn a_reply_cut_off_at_the_buffer_is_judged_like_the_whole(
        octets in prop::collection::vec(any::<u8>(), 0..600), min_len in 0..20_u16, max_len in 0..300_u16,
    ) {
        let expect = reply(min_len, max_len);
        let whole = expect.judge(UdpEvent::Reply(&octets));
        let cut = expect.judge(UdpEvent::Reply(&octets[..octets.len().min(expect.buffer_len())]));
        prop_assert_eq!(whole.is_success(), cut.is_success());
    }

    #[test]
    fn a_pattern_without_wildcards_matches_itself_only(octets in prop::collection::vec(any::<u8>(), 1..64), at: prop::sample::Index, flip in 1..=255_u8) {
        let exact = octets.iter().copied().map(PatternOctet::exactly).collect();
        let expect = UdpExpect::Reply(UdpReply::new(exact));
        prop_assert_eq!(expect.judge(UdpEvent::Reply(&octets)), Outcome::Success);
        let mut other = octets.clone();
        let at = at.index(other.len());
        other[at] ^= flip;
        let place = u16::try_from(at).unwrap();
        prop_assert_eq!(expect.judge(UdpEvent::Reply(&other)), failed(UdpFailure::Mismatch { at: place }));
    }
}
