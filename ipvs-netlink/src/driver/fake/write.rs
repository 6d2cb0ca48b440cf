//! Messages as the kernel writes them.

/// What every message of the kernel begins with: `struct nlmsghdr` without its length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) kind: u16,
    pub(super) flags: u16,
    pub(super) sequence: u32,
    /// The receiver's port.
    pub(super) port: u32,
}

/// Appends to a datagram. Nests carry no `NLA_F_NESTED`: IPVS is older than that rule.
#[derive(Debug)]
pub(super) struct Reply<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Reply<'a> {
    /// One netlink message; `body` writes what follows the header.
    pub(super) fn message(out: &'a mut Vec<u8>, header: Header, body: impl FnOnce(&mut Reply<'_>)) {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&header.kind.to_ne_bytes());
        out.extend_from_slice(&header.flags.to_ne_bytes());
        out.extend_from_slice(&header.sequence.to_ne_bytes());
        out.extend_from_slice(&header.port.to_ne_bytes());
        let mut reply = Reply { out };
        body(&mut reply);
        let length = u32::try_from(reply.out.len() - start).unwrap_or(u32::MAX);
        reply.patch(start, length.to_ne_bytes());
        reply.out.resize(reply.out.len().next_multiple_of(4), 0);
    }

    /// `struct genlmsghdr`; every family here has version 1 or 2.
    pub(super) fn generic(&mut self, command: u8, version: u8) {
        self.out.extend_from_slice(&[command, version, 0, 0]);
    }

    /// Octets without a header.
    pub(super) fn raw(&mut self, octets: &[u8]) {
        self.out.extend_from_slice(octets);
    }

    pub(super) fn nest(&mut self, kind: u16, body: impl FnOnce(&mut Reply<'_>)) {
        let start = self.out.len();
        self.out.extend_from_slice(&[0; 2]);
        self.out.extend_from_slice(&kind.to_ne_bytes());
        body(&mut Reply { out: self.out });
        // Bounded by the types of what is written: far below 65,535.
        let length = u16::try_from(self.out.len() - start).unwrap_or(u16::MAX);
        self.patch(start, length.to_ne_bytes());
        self.out.resize(self.out.len().next_multiple_of(4), 0);
    }

    pub(super) fn octets(&mut self, kind: u16, octets: &[u8]) {
        self.nest(kind, |reply| reply.raw(octets));
    }

    pub(super) fn u8(&mut self, kind: u16, value: u8) {
        self.octets(kind, &[value]);
    }

    pub(super) fn u16(&mut self, kind: u16, value: u16) {
        self.octets(kind, &value.to_ne_bytes());
    }

    pub(super) fn u16_be(&mut self, kind: u16, value: u16) {
        self.octets(kind, &value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, kind: u16, value: u32) {
        self.octets(kind, &value.to_ne_bytes());
    }

    /// 8 octets, on a boundary of 8 if there is a number `pad`: where the place does not fit by
    /// itself, an empty attribute of that number comes first.
    pub(super) fn u64(&mut self, kind: u16, value: u64, pad: Option<u16>) {
        if let Some(pad) = pad.filter(|_| self.out.len().is_multiple_of(8)) {
            self.octets(pad, &[]);
        }
        self.octets(kind, &value.to_ne_bytes());
    }

    /// Text and its zero octet.
    pub(super) fn text(&mut self, kind: u16, text: &str) {
        self.nest(kind, |reply| {
            reply.raw(text.as_bytes());
            reply.raw(&[0]);
        });
    }

    fn patch<const N: usize>(&mut self, at: usize, octets: [u8; N]) {
        if let Some(place) = self.out.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            *place = octets;
        }
    }
}
