//! What each instance has seen, in keepalived's counters and words.

use core::fmt;

use vrrp_proto::ReceiveError;

/// keepalived's statistics of one instance (`SIGUSR2`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Stats {
    /// Valid advertisements heard.
    pub received: u64,
    /// Advertisements sent.
    pub sent: u64,
    /// Times it became Master.
    pub became_master: u64,
    /// Times it gave up being Master.
    pub released_master: u64,
    /// Wrong length.
    pub packet_length: u64,
    /// Wrong TTL.
    pub ttl: u64,
    /// Not an advertisement.
    pub invalid_type: u64,
    /// Another interval than ours.
    pub interval: u64,
    /// Other addresses than ours.
    pub address_list: u64,
    /// Wrong checksum.
    pub checksum: u64,
    /// Another version.
    pub version: u64,
    /// Unknown authentication type.
    pub invalid_auth_type: u64,
    /// Another authentication type than ours.
    pub auth_type_mismatch: u64,
    /// Wrong password.
    pub auth_failure: u64,
    /// Priority 0 heard.
    pub priority_zero_received: u64,
    /// Priority 0 sent.
    pub priority_zero_sent: u64,
    /// Refused for another reason.
    pub other: u64,
}

impl Stats {
    /// Counts a message that was refused.
    pub(crate) fn refused(&mut self, reason: &ReceiveError) {
        let counter = match reason {
            ReceiveError::Ttl(_) | ReceiveError::UnicastTtl { .. } => &mut self.ttl,
            ReceiveError::Version { .. } => &mut self.version,
            ReceiveError::AuthenticationType(_) => &mut self.invalid_auth_type,
            ReceiveError::AuthenticationMismatch { .. }
            | ReceiveError::HeaderMissing
            | ReceiveError::HeaderUnexpected => &mut self.auth_type_mismatch,
            ReceiveError::Password => &mut self.auth_failure,
            ReceiveError::Interval { .. } => &mut self.interval,
            ReceiveError::Checksum(_) => &mut self.checksum,
            ReceiveError::Addresses | ReceiveError::Destination(_) | ReceiveError::FirstAddress(_) => {
                &mut self.address_list
            }
            ReceiveError::Decode(vrrp_proto::DecodeError::Type(_)) => &mut self.invalid_type,
            ReceiveError::Decode(
                vrrp_proto::DecodeError::Truncated { .. } | vrrp_proto::DecodeError::Trailing { .. },
            ) => &mut self.packet_length,
            ReceiveError::Family { .. }
            | ReceiveError::Decode(_)
            | ReceiveError::Vrid { .. }
            | ReceiveError::Source(_)
            | _ => &mut self.other,
        };
        *counter += 1;
    }
}

impl fmt::Display for Stats {
    /// The lines below an instance's name in `keepalived.stats`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  Advertisements:")?;
        writeln!(f, "    Received: {}", self.received)?;
        writeln!(f, "    Sent: {}", self.sent)?;
        writeln!(f, "  Became master: {}", self.became_master)?;
        writeln!(f, "  Released master: {}", self.released_master)?;
        writeln!(f, "  Packet Errors:")?;
        writeln!(f, "    Length: {}", self.packet_length)?;
        writeln!(f, "    TTL: {}", self.ttl)?;
        writeln!(f, "    Invalid Type: {}", self.invalid_type)?;
        writeln!(f, "    Advertisement Interval: {}", self.interval)?;
        writeln!(f, "    Address List: {}", self.address_list)?;
        writeln!(f, "    Checksum: {}", self.checksum)?;
        writeln!(f, "    Version: {}", self.version)?;
        writeln!(f, "    Other: {}", self.other)?;
        writeln!(f, "  Authentication Errors:")?;
        writeln!(f, "    Invalid Type: {}", self.invalid_auth_type)?;
        writeln!(f, "    Type Mismatch: {}", self.auth_type_mismatch)?;
        writeln!(f, "    Failure: {}", self.auth_failure)?;
        writeln!(f, "  Priority Zero:")?;
        writeln!(f, "    Received: {}", self.priority_zero_received)?;
        writeln!(f, "    Sent: {}", self.priority_zero_sent)
    }
}
