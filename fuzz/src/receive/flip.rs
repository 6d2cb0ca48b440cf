//! One changed bit of an accepted packet.

use vrrp_proto::{AhCoverage, Expectation, Proof, Received, receive};

use super::situation::Situation;
use super::{heard, laws};

/// Refused, unless no code and no checksum covers the bit.
pub(super) fn changed(
    situation: &Situation,
    packet: &[u8],
    expect: &Expectation<'_>,
    received: &Received<'_>,
) {
    let bit = usize::from(situation.flip) % (packet.len() * 8);
    let at = bit / 8;
    let mut changed = packet.to_vec();
    changed[at] ^= 1 << (bit % 8);
    let Ok((facts, message)) = heard::open(situation, &changed) else { return };
    let Ok(other) = receive(message, &facts, expect) else { return };

    laws::accepted(message, &facts, expect, &other);
    // A bit of the checksum may be what two scopes differ in.
    let in_another_scope = other.checksum_scope != received.checksum_scope;
    match received.proof {
        // RFC 2402 §3.3.3.1.1.1: type of service, flags, offset and checksum change on the way.
        Proof::Header { .. } => {
            let ttl_may_change = situation.coverage() == AhCoverage::WithoutTtl;
            assert!(matches!(at, 1 | 6 | 7 | 10 | 11) || at == 8 && ttl_may_change, "octet {at}");
        }
        Proof::Trailer { .. } => assert!(matches!(at, 6 | 7) && in_another_scope, "octet {at}"),
        // VRRPv3 behind an authentication header that nobody looks at: a checksum is all.
        _ if situation.is_whole_packet() => assert!(at < 44 || in_another_scope, "octet {at}"),
        _ => assert!(in_another_scope, "octet {at}"),
    }
}
