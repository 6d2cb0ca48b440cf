//! `DNS_CHECK`: one question and what to make of the datagrams that come back.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use hickory_proto::op::{Message, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RecordType};

use crate::{Exchange, Failure, Phase, Step};

/// Octets of a reply that are looked at. We offer no EDNS, so a server sends at most 512.
pub(crate) const MAX_REPLY: usize = 4096;

/// `type`: the records that are asked for.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum DnsType {
    /// IPv4 address.
    A,
    /// Name server.
    Ns,
    /// Alias.
    Cname,
    /// Start of authority, keepalived's default.
    #[default]
    Soa,
    /// Mail exchanger.
    Mx,
    /// Text.
    Txt,
    /// IPv6 address.
    Aaaa,
    /// Signature (RFC 4034 §3).
    Rrsig,
    /// Key of a zone (RFC 4034 §2).
    Dnskey,
    /// Any other, which keepalived cannot ask for, by its number in IANA's registry: 12 is PTR, 33 SRV, 65 HTTPS.
    Other(u16),
}

impl DnsType {
    fn record(self) -> RecordType {
        match self {
            Self::A => RecordType::A,
            Self::Ns => RecordType::NS,
            Self::Cname => RecordType::CNAME,
            Self::Soa => RecordType::SOA,
            Self::Mx => RecordType::MX,
            Self::Txt => RecordType::TXT,
            Self::Aaaa => RecordType::AAAA,
            Self::Rrsig => RecordType::RRSIG,
            Self::Dnskey => RecordType::DNSKEY,
            Self::Other(number) => RecordType::from(number),
        }
    }
}

/// Why a text is not a name to ask for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDnsName {
    /// Two dots in a row, or one at the beginning.
    #[error("an empty label")]
    EmptyLabel,
    /// A label above 63 octets, or a name above 255 (RFC 1035 §2.3.4).
    #[error("a label or the name is too long")]
    TooLong,
}

/// One question, class IN, recursion desired.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DnsQuery {
    /// The message with the identifier 0.
    wire: Vec<u8>,
    record: RecordType,
}

impl DnsQuery {
    /// Asks for the records of `name`, whose labels are taken as they are: no escapes, no IDNA.
    /// A dot at the end does not matter; the empty name and `.` are the root.
    ///
    /// # Errors
    ///
    /// [`InvalidDnsName`] if the name does not fit the wire.
    pub fn new(name: &str, record: DnsType) -> Result<Self, InvalidDnsName> {
        let labels = name.strip_suffix('.').unwrap_or(name);
        let labels = match labels {
            "" => Vec::new(),
            _ => labels.split('.').map(str::as_bytes).collect(),
        };
        if labels.iter().any(|label| label.is_empty()) {
            return Err(InvalidDnsName::EmptyLabel);
        }
        let name = Name::from_labels(labels).map_err(|_| InvalidDnsName::TooLong)?;
        let mut message = Message::new(0, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.add_query(Query::query(name, record.record()));
        let wire = message.to_vec().map_err(|_| InvalidDnsName::TooLong)?;
        Ok(Self { wire, record: record.record() })
    }
}

/// What the answer must hold.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub enum DnsAnswer {
    /// Nothing: any reply without an error code will do, as for keepalived. An empty answer
    /// passes, and so does one that is cut off.
    #[default]
    Anything,
    /// A record of the type that was asked for.
    Some,
    /// A record of that type with this data: `192.0.2.1`, `10 mail.example.org.`.
    ///
    /// Written as in a zone file, but for the strings of a TXT record, joined and without quotes,
    /// and for RRSIG and DNSKEY, the Base64 of all of their data. Letter case and a dot at the end
    /// do not matter.
    Is(String),
}

/// Why a reply was not the one we want.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DnsFailure {
    /// The server's error code (RFC 1035 §4.1.1), 1 to 15: 2 is SERVFAIL, 3 NXDOMAIN, 5 REFUSED.
    #[error("response code {0}")]
    Code(u8),
    /// An answer was wanted and the reply cannot be read.
    #[error("the reply is not a DNS message")]
    Malformed,
    /// An answer was wanted, and what the server could fit in (TC is set) does not hold it.
    #[error("the reply is truncated")]
    Truncated,
    /// No record of the type.
    #[error("no record of the type")]
    NoRecord,
    /// Records of the type, none with the data.
    #[error("no record with the expected data")]
    OtherData,
    /// The stream ended. Datagrams have no end.
    #[error("no reply")]
    Closed,
}

impl DnsFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Closed => Phase::Receive,
            Self::Code(_) => Phase::Status,
            Self::Malformed | Self::Truncated | Self::NoRecord | Self::OtherData => Phase::Body,
        }
    }
}

/// One question and the judgement of its reply, over datagrams: each call of
/// [`received`](Exchange::received) takes one whole datagram.
///
/// What is too short for a header, has another identifier or is no response was not sent as a
/// reply to this question and is passed over.
#[derive(Clone, Debug)]
pub struct DnsExchange {
    query: Vec<u8>,
    sent: usize,
    id: u16,
    record: RecordType,
    answer: DnsAnswer,
    done: Option<Result<(), Failure>>,
}

impl DnsExchange {
    /// A dialogue that has not begun. `id` should be hard to guess: who guesses it can answer in
    /// the server's place.
    #[must_use]
    pub fn new(query: &DnsQuery, id: u16, answer: DnsAnswer) -> Self {
        let mut wire = query.wire.clone();
        if let Some(field) = wire.first_chunk_mut() {
            *field = id.to_be_bytes();
        }
        Self { query: wire, sent: 0, id, record: query.record, answer, done: None }
    }

    /// Makes [`to_send`](Exchange::to_send) return the question once more, for a datagram that
    /// was lost.
    pub const fn ask_again(&mut self) {
        self.sent = 0;
    }

    /// `None` if the datagram is not the reply.
    fn judge(&self, datagram: &[u8]) -> Option<Result<(), DnsFailure>> {
        // Identifier, flags and four counts (RFC 1035 §4.1.1).
        let [id_high, id_low, flags_high, flags_low, ..] = *datagram.first_chunk::<12>()?;
        let is_response = flags_high & 0x80 != 0;
        if u16::from_be_bytes([id_high, id_low]) != self.id || !is_response {
            return None;
        }
        Some(match flags_low & 0x0f {
            0 => self.judge_answer(datagram, flags_high & 0x02 != 0),
            code => Err(DnsFailure::Code(code)),
        })
    }

    fn judge_answer(&self, datagram: &[u8], truncated: bool) -> Result<(), DnsFailure> {
        let wanted = match &self.answer {
            DnsAnswer::Anything => return Ok(()),
            DnsAnswer::Some => None,
            DnsAnswer::Is(data) => Some(data.strip_suffix('.').unwrap_or(data)),
        };
        let broken = if truncated { DnsFailure::Truncated } else { DnsFailure::Malformed };
        let octets = datagram.get(..MAX_REPLY).unwrap_or(datagram);
        let message = Message::from_vec(octets).map_err(|_| broken)?;
        let mut of_type = message.answers.iter().filter(|r| r.record_type() == self.record).peekable();
        let none = of_type.peek().is_none();
        let found = of_type.any(|record| match wanted {
            None => true,
            Some(wanted) => {
                let data = record.data.to_string();
                data.strip_suffix('.').unwrap_or(&data).eq_ignore_ascii_case(wanted)
            }
        });
        match (found, truncated, none) {
            (true, ..) => Ok(()),
            (false, true, _) => Err(DnsFailure::Truncated),
            (false, false, true) => Err(DnsFailure::NoRecord),
            (false, false, false) => Err(DnsFailure::OtherData),
        }
    }

    fn step(&self) -> Step {
        self.done.map_or(Step::Continue, Step::Done)
    }
}

impl Exchange for DnsExchange {
    fn to_send(&self) -> &[u8] {
        self.query.get(self.sent..).unwrap_or(&[])
    }

    fn sent(&mut self, count: usize) {
        self.sent = self.sent.saturating_add(count).min(self.query.len());
    }

    fn received(&mut self, octets: &[u8]) -> Step {
        if self.done.is_none() {
            self.done = self.judge(octets).map(|result| result.map_err(Failure::Dns));
        }
        self.step()
    }

    fn closed(&mut self) -> Step {
        self.done.get_or_insert(Err(Failure::Dns(DnsFailure::Closed)));
        self.step()
    }
}
