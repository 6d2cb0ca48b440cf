//! Octets on their way to a server.

use alloc::vec::Vec;

/// What is still to be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outgoing {
    octets: Vec<u8>,
    sent: usize,
}

impl Outgoing {
    /// Adds octets behind those that are waiting.
    pub(crate) fn push(&mut self, octets: &[u8]) {
        self.octets.drain(..self.sent);
        self.sent = 0;
        self.octets.extend_from_slice(octets);
    }

    pub(crate) fn to_send(&self) -> &[u8] {
        self.octets.get(self.sent..).unwrap_or(&[])
    }

    pub(crate) fn sent(&mut self, count: usize) {
        self.sent = self.sent.saturating_add(count).min(self.octets.len());
    }
}
