//! Netlink messages and attributes over byte slices. Total: no octets can panic it.
//!
//! Numbers are in the host's byte order; whoever needs network order (ports, IPv4 masks)
//! hands over octets.

use crate::error::DecodeError;
use crate::uapi::{NLA_F_NESTED, NLA_TYPE_MASK};

const ATTRIBUTE_HEADER: usize = 4;
/// `struct nlmsghdr`.
pub(crate) const MESSAGE_HEADER: usize = 16;

/// One attribute, flags of its type removed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Attribute<'a> {
    pub(crate) kind: u16,
    pub(crate) payload: &'a [u8],
}

impl<'a> Attribute<'a> {
    fn fixed<const N: usize>(&self) -> Result<[u8; N], DecodeError> {
        self.payload.first_chunk().copied().ok_or(DecodeError::AttributeLength {
            attribute: self.kind,
            needed: N,
            got: self.payload.len(),
        })
    }

    pub(crate) fn u8(&self) -> Result<u8, DecodeError> {
        self.fixed().map(u8::from_ne_bytes)
    }

    pub(crate) fn u16(&self) -> Result<u16, DecodeError> {
        self.fixed().map(u16::from_ne_bytes)
    }

    pub(crate) fn u16_be(&self) -> Result<u16, DecodeError> {
        self.fixed().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&self) -> Result<u32, DecodeError> {
        self.fixed().map(u32::from_ne_bytes)
    }

    /// A counter: `STATS` has some of 4 octets, `STATS64` none.
    pub(crate) fn counter(&self) -> Result<u64, DecodeError> {
        match self.payload.first_chunk() {
            Some(octets) => Ok(u64::from_ne_bytes(*octets)),
            None => self.u32().map(u64::from),
        }
    }

    /// The first `N` octets as they are.
    pub(crate) fn octets<const N: usize>(&self) -> Result<[u8; N], DecodeError> {
        self.fixed()
    }

    /// Text up to its zero octet.
    pub(crate) fn text(&self) -> Result<&'a str, DecodeError> {
        let text = self.payload.split(|octet| *octet == 0).next().unwrap_or_default();
        core::str::from_utf8(text).map_err(|_| DecodeError::Text { attribute: self.kind })
    }

    pub(crate) fn nested(&self) -> Attributes<'a> {
        Attributes { rest: self.payload }
    }
}

/// The attributes of one level, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Attributes<'a> {
    rest: &'a [u8],
}

impl<'a> Attributes<'a> {
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    /// The first attribute of that number.
    pub(crate) fn find(&self, kind: u16) -> Result<Option<Attribute<'a>>, DecodeError> {
        for attribute in self.clone() {
            let attribute = attribute?;
            if attribute.kind == kind {
                return Ok(Some(attribute));
            }
        }
        Ok(None)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let octets = core::mem::take(&mut self.rest);
        let Some(([l0, l1, k0, k1], _)) = octets.split_first_chunk::<ATTRIBUTE_HEADER>() else {
            return Some(Err(DecodeError::Truncated { needed: ATTRIBUTE_HEADER, got: octets.len() }));
        };
        let length = usize::from(u16::from_ne_bytes([*l0, *l1]));
        let kind = u16::from_ne_bytes([*k0, *k1]) & NLA_TYPE_MASK;
        let Some(payload) = octets.get(ATTRIBUTE_HEADER..length) else {
            return Some(Err(DecodeError::Truncated {
                needed: length.max(ATTRIBUTE_HEADER),
                got: octets.len(),
            }));
        };
        // The padding behind the last attribute may be missing.
        self.rest = octets.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(Ok(Attribute { kind, payload }))
    }
}

/// One netlink message: `struct nlmsghdr` and what follows it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Message<'a> {
    pub(crate) kind: u16,
    pub(crate) flags: u16,
    pub(crate) sequence: u32,
    pub(crate) payload: &'a [u8],
}

/// The messages of one datagram.
#[derive(Clone, Debug)]
pub(crate) struct Messages<'a> {
    rest: &'a [u8],
}

impl<'a> Messages<'a> {
    pub(crate) const fn new(datagram: &'a [u8]) -> Self {
        Self { rest: datagram }
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let octets = core::mem::take(&mut self.rest);
        let Some((header, _)) = octets.split_first_chunk::<MESSAGE_HEADER>() else {
            return Some(Err(DecodeError::Truncated { needed: MESSAGE_HEADER, got: octets.len() }));
        };
        let [l0, l1, l2, l3, k0, k1, f0, f1, s0, s1, s2, s3, ..] = *header;
        let length = usize::try_from(u32::from_ne_bytes([l0, l1, l2, l3])).unwrap_or(usize::MAX);
        let Some(payload) = octets.get(MESSAGE_HEADER..length) else {
            return Some(Err(DecodeError::Truncated {
                needed: length.max(MESSAGE_HEADER),
                got: octets.len(),
            }));
        };
        self.rest = octets.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(Ok(Message {
            kind: u16::from_ne_bytes([k0, k1]),
            flags: u16::from_ne_bytes([f0, f1]),
            sequence: u32::from_ne_bytes([s0, s1, s2, s3]),
            payload,
        }))
    }
}

/// Appends messages to a buffer. Every length is patched in when its level ends.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    pub(crate) const fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// A whole generic netlink message. Our messages stay below 300 octets.
    pub(crate) fn message(
        &mut self,
        kind: u16,
        flags: u16,
        sequence: u32,
        command: u8,
        body: impl FnOnce(&mut Writer<'_>),
    ) {
        let start = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        self.out.extend_from_slice(&kind.to_ne_bytes());
        self.out.extend_from_slice(&flags.to_ne_bytes());
        self.out.extend_from_slice(&sequence.to_ne_bytes());
        // The port: the kernel fills it in.
        self.out.extend_from_slice(&[0; 4]);
        self.out.extend_from_slice(&[command, crate::uapi::GENL_VERSION, 0, 0]);
        body(self);
        let length = u32::try_from(self.out.len() - start).unwrap_or(u32::MAX);
        self.patch(start, length.to_ne_bytes());
    }

    fn patch<const N: usize>(&mut self, at: usize, octets: [u8; N]) {
        if let Some(place) = self.out.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            *place = octets;
        }
    }

    fn level(&mut self, kind: u16, body: impl FnOnce(&mut Writer<'_>)) {
        let start = self.out.len();
        self.out.extend_from_slice(&[0; 2]);
        self.out.extend_from_slice(&kind.to_ne_bytes());
        body(self);
        // What we write is bounded by its types: names of 15 octets, addresses of 16.
        let length = u16::try_from(self.out.len() - start).unwrap_or(u16::MAX);
        self.patch(start, length.to_ne_bytes());
        self.out.resize(self.out.len().next_multiple_of(4), 0);
    }

    pub(crate) fn nest(&mut self, kind: u16, body: impl FnOnce(&mut Writer<'_>)) {
        self.level(kind | NLA_F_NESTED, body);
    }

    pub(crate) fn octets(&mut self, kind: u16, octets: &[u8]) {
        self.level(kind, |writer| writer.out.extend_from_slice(octets));
    }

    pub(crate) fn u8(&mut self, kind: u16, value: u8) {
        self.octets(kind, &[value]);
    }

    pub(crate) fn u16(&mut self, kind: u16, value: u16) {
        self.octets(kind, &value.to_ne_bytes());
    }

    pub(crate) fn u16_be(&mut self, kind: u16, value: u16) {
        self.octets(kind, &value.to_be_bytes());
    }

    pub(crate) fn u32(&mut self, kind: u16, value: u32) {
        self.octets(kind, &value.to_ne_bytes());
    }

    /// Text and its zero octet.
    pub(crate) fn text(&mut self, kind: u16, text: &str) {
        self.level(kind, |writer| {
            writer.out.extend_from_slice(text.as_bytes());
            writer.out.push(0);
        });
    }
}
