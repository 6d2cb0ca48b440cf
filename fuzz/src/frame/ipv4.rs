//! IPv4 packets.

use core::num::NonZeroU16;

use vrrp_proto::{
    AddressFamily, Advertisement, AdvertisementView, FrameError, HMAC_TRAILER_LEN, HmacSequence, Ipv4Frame,
    Ipv4Packet, multicast_mac,
};

use super::{authenticated, is_summed, refused};
use crate::hosts::{HMAC_KEYS, scopes};

/// Octets of a header without options.
pub(super) const LEN: usize = 20;

pub(super) fn run(octets: &[u8]) {
    let frame = match Ipv4Frame::parse(octets) {
        Ok(frame) => frame,
        Err(error) => return refused(octets, error),
    };
    read(octets, &frame);
    let Some(packet) = packet(octets, &frame) else { return };
    if let Some(header) = frame.facts().authentication_header() {
        return authenticated::written_again(octets, &frame, &packet, header);
    }
    if let Some(owned) = owned(frame.payload()) {
        written_again(octets, &frame, &packet, &owned);
    }
    if let Some((message, trailer)) = frame.payload().split_last_chunk::<HMAC_TRAILER_LEN>()
        && let Some(owned) = owned(message)
    {
        signed_again(octets, &frame, &packet, &owned, trailer);
    }
}

/// Every field is where RFC 791 has it.
fn read(octets: &[u8], frame: &Ipv4Frame<'_>) {
    let facts = frame.facts();
    let header_len = usize::from(octets[0] & 0x0f) * 4;
    let total = usize::from(u16::from_be_bytes([octets[2], octets[3]]));
    let authentication = if facts.authentication_header().is_some() { 24 } else { 0 };
    assert_eq!(frame.payload(), &octets[header_len + authentication..total]);
    assert_eq!(
        (facts.ttl(), frame.identification()),
        (octets[8], u16::from_be_bytes([octets[4], octets[5]]))
    );
    assert_eq!(facts.source().to_string(), dotted(&octets[12..16]));
    assert_eq!(facts.destination().to_string(), dotted(&octets[16..20]));
    let group_mac = multicast_mac(facts.destination()).map(|[.., hi, lo]| [hi, lo]);
    assert_eq!(group_mac, facts.destination().is_multicast().then_some([octets[18], octets[19]]));
}

fn dotted(octets: &[u8]) -> String {
    octets.iter().map(u8::to_string).collect::<Vec<_>>().join(".")
}

/// How the packet travelled; 0 is no identification that we would send.
fn packet(octets: &[u8], frame: &Ipv4Frame<'_>) -> Option<Ipv4Packet> {
    let [s0, s1, s2, s3, d0, d1, d2, d3] = *octets[12..].first_chunk()?;
    Some(Ipv4Packet {
        source: [s0, s1, s2, s3].into(),
        destination: [d0, d1, d2, d3].into(),
        ttl: frame.facts().ttl(),
        identification: NonZeroU16::new(frame.identification())?,
    })
}

pub(super) fn owned(message: &[u8]) -> Option<Advertisement> {
    AdvertisementView::parse(message, AddressFamily::V4).ok()?.try_into().ok()
}

/// The same packet again, but for what we always write alike.
fn written_again(octets: &[u8], frame: &Ipv4Frame<'_>, packet: &Ipv4Packet, owned: &Advertisement) {
    assert_eq!(packet.pseudo_header(), frame.facts().pseudo_header());
    for scope in scopes(owned.version, &frame.facts()) {
        let len = LEN + owned.encoded_len();
        let mut out = vec![0xa5; len];
        assert_eq!(packet.encode(&owned.fields(), scope, &mut out), Ok(len));
        let again = Ipv4Frame::parse(&out).expect("what was written is read");
        assert_eq!((again.facts(), again.identification()), (frame.facts(), frame.identification()));
        assert_eq!(self::owned(again.payload()).as_ref(), Some(owned));
        same_header(octets, &out);
        let too_small = FrameError::BufferTooSmall { needed: len, available: len - 1 };
        assert_eq!(packet.encode(&owned.fields(), scope, &mut out[..len - 1]), Err(too_small));
    }
}

/// A header is octet for octet the one that was read, if that has what we always write: no
/// options, type of service, no flags.
pub(super) fn same_header(octets: &[u8], out: &[u8]) {
    assert!(is_summed(&out[..LEN]));
    if octets[..2] == [0x45, 0xc0] && octets[6..8] == [0, 0] {
        assert_eq!(out[..10], octets[..10]);
        assert_eq!(out[12..LEN], octets[12..LEN]);
        assert!(!is_summed(&octets[..LEN]) || octets[10..12] == [0xff; 2] || out[..LEN] == octets[..LEN]);
    }
}

/// Signed with each of our keys; the same again if it was one of them.
fn signed_again(
    octets: &[u8],
    frame: &Ipv4Frame<'_>,
    packet: &Ipv4Packet,
    owned: &Advertisement,
    trailer: &[u8; HMAC_TRAILER_LEN],
) {
    let [_, id, _, _, n0, n1, n2, n3, n4, n5, n6, n7, ..] = *trailer;
    let sequence = HmacSequence::new(u64::from_be_bytes([n0, n1, n2, n3, n4, n5, n6, n7]));
    let fields = owned.fields();
    let source = frame.facts().source();
    for key in HMAC_KEYS.iter() {
        for scope in scopes(owned.version, &frame.facts()) {
            let mut out = vec![0xa5; LEN + fields.signed_len()];
            let len = packet.encode_signed(&fields, scope, key, sequence, &mut out);
            if let Err(error) = len {
                assert_eq!(error, FrameError::Message(vrrp_proto::EncodeError::TwoAuthentications));
                assert!(out.iter().all(|octet| *octet == 0xa5));
                continue;
            }
            assert_eq!(len, Ok(out.len()));
            let again = Ipv4Frame::parse(&out).expect("what was written is read");
            assert_eq!(again.facts(), frame.facts());
            let (message, code) = again.payload().split_last_chunk().expect("a trailer");
            assert_eq!(self::owned(message).as_ref(), Some(owned));
            assert_eq!(*code, key.sign(source, sequence, message));
            same_header(octets, &out);
            let ours = frame.payload().len() - HMAC_TRAILER_LEN;
            if key.id().get() == id && *trailer == key.sign(source, sequence, &frame.payload()[..ours]) {
                // The code does not cover the checksum, and we write what a reader ignores as zeros.
                let same_message =
                    message[..6] == frame.payload()[..6] && message[8..] == frame.payload()[8..ours];
                assert!(!same_message || code == trailer);
            }
        }
    }
}
