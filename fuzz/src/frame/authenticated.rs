//! IPv4 packets with an authentication header.

use vrrp_proto::{
    AH_LEN, Addresses, Advertisement, AhCheck, AhCoverage, AhWindow, Authentication, AuthenticationHeader,
    Credentials, Expectation, Ipv4Frame, Ipv4Packet, Mode, Policy, UnicastPeer, Version, receive,
};

use super::ipv4::{LEN, owned, same_header};
use crate::hosts::AH_KEY;

/// The same packet again; with the same check value, if it had one of our key.
pub(super) fn written_again(
    octets: &[u8],
    frame: &Ipv4Frame<'_>,
    packet: &Ipv4Packet,
    header: &AuthenticationHeader,
) {
    let Some(owned) = owned(frame.payload()).filter(|owned| owned.version == Version::V2) else { return };
    let owned = Advertisement { authentication: Authentication::Header, ..owned };
    for coverage in [AhCoverage::WithTtl, AhCoverage::WithoutTtl] {
        let mut out = vec![0xa5; LEN + AH_LEN + owned.encoded_len()];
        let len =
            packet.encode_authenticated(&owned.fields(), &AH_KEY, coverage, header.sequence(), &mut out);
        assert_eq!(len, Ok(out.len()));
        same_header(octets, &out);
        let again = Ipv4Frame::parse(&out).expect("what was written is read");
        let facts = again.facts();
        assert_eq!(super::ipv4::owned(again.payload()).as_ref(), Some(&owned));
        assert_eq!((facts.source(), facts.destination()), (packet.source.into(), packet.destination.into()));
        let read = facts.authentication_header().expect("an authentication header");
        assert_eq!((read.spi(), read.sequence()), (u32::from(packet.source), header.sequence()));
        // A receiver by multicast wants TTL 255, and number 0 is never sent.
        let from_afar = facts.destination().is_multicast() && facts.ttl() != 255;
        assert_eq!(is_received(&again, &owned, coverage), header.sequence() > 0 && !from_afar);
        if is_received(frame, &owned, coverage) && octets[..LEN] == out[..LEN] && octets[22..24] == [0; 2] {
            // Our message has zeros where the reader looks at nothing, and the value covers them.
            let message = LEN + AH_LEN;
            let same = octets[message..].starts_with(&out[message..]);
            assert!(!same || octets[..message] == out[..message]);
        }
    }
}

/// Whether somebody with our key hears it.
fn is_received(frame: &Ipv4Frame<'_>, owned: &Advertisement, coverage: AhCoverage) -> bool {
    const PEERS: &[UnicastPeer] = &[];
    let (facts, window) = (frame.facts(), AhWindow::growing());
    let mode = if facts.destination().is_multicast() {
        Mode::Multicast { group: facts.destination() }
    } else {
        Mode::Unicast { peers: PEERS, check_source: false }
    };
    let expect = Expectation {
        version: Version::V2,
        vrid: owned.vrid,
        interval: owned.interval,
        credentials: Credentials::Header(AhCheck { key: &AH_KEY, coverage, window }),
        mode,
        addresses: Addresses::V4(&[]),
        policy: Policy::KEEPALIVED,
    };
    receive(frame.payload(), &facts, &expect).is_ok()
}
