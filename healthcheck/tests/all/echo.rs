//! `PING_CHECK` without sockets: requests as captured, replies told from other ICMP.

use core::net::IpAddr;

use healthcheck::{DEFAULT_ECHO_PAYLOAD, Echo, EchoSocket};
use proptest::prelude::*;

fn v4() -> Echo {
    Echo::new("192.0.2.1".parse().unwrap(), 0x1234, 0x0007)
}

fn v6() -> Echo {
    Echo::new("2001:db8::1".parse().unwrap(), 0x1234, 0x0007)
}

/// An IPv4 header of `words` times four octets, as a raw socket hands it over.
fn behind_ip(words: u8, icmp: &[u8]) -> Vec<u8> {
    let rest = vec![0; usize::from(words) * 4 - 1];
    [&[0x40 | words], rest.as_slice(), icmp].concat()
}

/// RFC 1071 §4.1: a receiver that adds everything up, the sum included, gets all ones.
fn folded_sum(octets: &[u8]) -> u32 {
    let (words, _) = octets.as_chunks();
    let sum: u32 = words.iter().map(|word| u32::from(u16::from_be_bytes(*word))).sum();
    let once = (sum & 0xffff) + (sum >> 16);
    (once & 0xffff) + (once >> 16)
}

#[test]
fn requests_carry_keepalived_s_text() {
    assert!(DEFAULT_ECHO_PAYLOAD.iter().eq(b"keepalived check - ".iter().cycle().take(128)));
    for (echo, kind) in [(v4(), 8), (v6(), 128)] {
        let octets = echo.encode();
        assert_eq!(octets.len(), 136);
        assert_eq!((octets[0], octets[1]), (kind, 0));
        assert_eq!(octets[4..8], [0x12, 0x34, 0x00, 0x07]);
        assert_eq!(octets[8..], DEFAULT_ECHO_PAYLOAD);
    }
    assert_eq!(v6().encode()[2..4], [0, 0], "the kernel's to fill in");
    assert_eq!(folded_sum(&v4().encode()), 0xffff);
}

#[test]
fn only_the_reply_is_the_reply() {
    use EchoSocket::{Datagram, Raw};
    #[rustfmt::skip]
    let cases: &[(&str, Echo, EchoSocket, Vec<u8>, bool)] = &[
        ("reply",              v4(), Datagram, [0, 0, 0, 0, 0x12, 0x34, 0, 7].into(),                 true),
        ("kernel's identifier", v4(), Datagram, [0, 0, 0, 0, 0xff, 0xff, 0, 7].into(),                true),
        ("earlier request",    v4(), Datagram, [0, 0, 0, 0, 0x12, 0x34, 0, 6].into(),                 false),
        ("short",              v4(), Datagram, [0, 0, 0, 0, 0x12, 0x34, 0].into(),                    false),
        ("raw",                v4(), Raw,      behind_ip(5, &[0, 0, 0, 0, 0x12, 0x34, 0, 7]),          true),
        ("raw with options",   v4(), Raw,      behind_ip(15, &[0, 0, 0, 0, 0x12, 0x34, 0, 7]),         true),
        ("another program's",  v4(), Raw,      behind_ip(5, &[0, 0, 0, 0, 0x12, 0x35, 0, 7]),          false),
        ("our own request",    v4(), Raw,      behind_ip(5, &v4().encode()),                           false),
        ("unreachable",        v4(), Raw,      behind_ip(5, &[3, 1, 0, 0, 0x12, 0x34, 0, 7]),          false),
        ("cut off",            v4(), Raw,      behind_ip(15, &[])[..20].into(),                        false),
        ("reply",              v6(), Datagram, [129, 0, 0, 0, 0, 0, 0, 7].into(),                     true),
        ("raw",                v6(), Raw,      [129, 0, 0, 0, 0x12, 0x34, 0, 7].into(),               true),
        ("advertisement",      v6(), Raw,      [136, 0, 0, 0, 0x12, 0x34, 0, 7].into(),               false),
        ("IPv4's type",        v6(), Datagram, [0, 0, 0, 0, 0x12, 0x34, 0, 7].into(),                 false),
    ];
    for (name, echo, socket, octets, want) in cases {
        assert_eq!(echo.is_reply(*socket, octets), *want, "{name} on {socket:?}");
    }
}

proptest! {
    #[test]
    fn every_request_has_a_right_checksum(identifier: u16, sequence: u16) {
        let echo = Echo::new(IpAddr::from([127, 0, 0, 1]), identifier, sequence);
        prop_assert_eq!(folded_sum(&echo.encode()), 0xffff);
    }

    #[test]
    fn no_octets_panic(octets in prop::collection::vec(any::<u8>(), 0..80)) {
        for echo in [v4(), v6()] {
            for socket in [EchoSocket::Datagram, EchoSocket::Raw] {
                let _ = echo.is_reply(socket, &octets);
            }
        }
    }
}
