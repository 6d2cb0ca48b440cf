//! IPv6 packets.

use core::net::Ipv6Addr;

use vrrp_proto::{
    AddressFamily, Advertisement, AdvertisementView, FrameError, HMAC_TRAILER_LEN, HmacSequence, Ipv6Frame,
    Ipv6Packet,
};

use super::refused;
use crate::hosts::HMAC_KEYS;

/// Octets of a header without extensions.
const LEN: usize = 40;

pub(super) fn run(octets: &[u8]) {
    let frame = match Ipv6Frame::parse(octets) {
        Ok(frame) => frame,
        Err(error) => return refused(octets, error),
    };
    let packet = read(octets, &frame);
    if let Some(owned) = owned(frame.payload()) {
        written_again(octets, &frame, &packet, &owned);
    }
    if let Some((message, trailer)) = frame.payload().split_last_chunk::<HMAC_TRAILER_LEN>()
        && let Some(owned) = owned(message)
    {
        signed_again(&frame, &packet, &owned, trailer);
    }
}

fn owned(message: &[u8]) -> Option<Advertisement> {
    AdvertisementView::parse(message, AddressFamily::V6).ok()?.try_into().ok()
}

/// Every field is where RFC 8200 has it.
fn read(octets: &[u8], frame: &Ipv6Frame<'_>) -> Ipv6Packet {
    let facts = frame.facts();
    let payload_len = usize::from(u16::from_be_bytes([octets[4], octets[5]]));
    assert_eq!(frame.payload(), &octets[LEN..LEN + payload_len]);
    let address = |octets: &[u8]| octets.first_chunk::<16>().map(|octets| Ipv6Addr::from(*octets));
    let packet = Ipv6Packet {
        source: address(&octets[8..]).expect("a source"),
        destination: address(&octets[24..]).expect("a destination"),
        hop_limit: octets[7],
    };
    assert_eq!((facts.source(), facts.destination()), (packet.source.into(), packet.destination.into()));
    assert_eq!((facts.ttl(), facts.pseudo_header()), (packet.hop_limit, packet.pseudo_header()));
    packet
}

/// The same packet again, but for traffic class and flow label.
fn written_again(octets: &[u8], frame: &Ipv6Frame<'_>, packet: &Ipv6Packet, owned: &Advertisement) {
    let len = LEN + owned.encoded_len();
    let mut out = vec![0xa5; len];
    assert_eq!(packet.encode(&owned.fields(), &mut out), Ok(len));
    let again = Ipv6Frame::parse(&out).expect("what was written is read");
    assert_eq!(again.facts(), frame.facts());
    assert_eq!(self::owned(again.payload()).as_ref(), Some(owned));
    assert_eq!((&out[..4], &out[4..LEN]), (&[0x6c, 0, 0, 0][..], &octets[4..LEN]));
    let view = AdvertisementView::parse(frame.payload(), AddressFamily::V6);
    let is_sound = view.is_ok_and(|view| view.verify_checksum(packet.pseudo_header()).is_ok());
    if is_sound && octets[LEN + 4] < 0x10 && octets[LEN + 6..LEN + 8] != [0xff; 2] {
        assert_eq!(again.payload(), frame.payload());
    }
    let too_small = FrameError::BufferTooSmall { needed: len, available: len - 1 };
    assert_eq!(packet.encode(&owned.fields(), &mut out[..len - 1]), Err(too_small));
}

/// Signed with each of our keys.
fn signed_again(
    frame: &Ipv6Frame<'_>,
    packet: &Ipv6Packet,
    owned: &Advertisement,
    trailer: &[u8; HMAC_TRAILER_LEN],
) {
    let [_, _, _, _, n0, n1, n2, n3, n4, n5, n6, n7, ..] = *trailer;
    let sequence = HmacSequence::new(u64::from_be_bytes([n0, n1, n2, n3, n4, n5, n6, n7]));
    let fields = owned.fields();
    for key in HMAC_KEYS.iter() {
        let mut out = vec![0xa5; LEN + fields.signed_len()];
        let len = packet.encode_signed(&fields, key, sequence, &mut out);
        assert_eq!(len, Ok(out.len()));
        let again = Ipv6Frame::parse(&out).expect("what was written is read");
        assert_eq!(again.facts(), frame.facts());
        let (message, code) = again.payload().split_last_chunk().expect("a trailer");
        assert_eq!(self::owned(message).as_ref(), Some(owned));
        assert_eq!(*code, key.sign(packet.source.into(), sequence, message));
    }
}
