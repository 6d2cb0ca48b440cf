//! Reading the wire: a checked view of a received message.

use core::fmt;
use core::net::IpAddr;
use core::slice::ChunksExact;

use crate::checksum::is_intact;
use crate::{
    AddressFamily, AdvertInterval, AuthenticationKind, ChecksumError, ChecksumScope, DecodeError, Password,
    Priority, Version, Vrid, checksum,
};

/// Octets before the addresses, in both versions.
pub(crate) const HEADER_LEN: usize = 8;
/// Octets of VRRPv2 authentication data, always present (RFC 3768 §5.3.10).
pub(crate) const AUTHENTICATION_LEN: usize = 8;
/// The only packet type, ADVERTISEMENT.
pub(crate) const TYPE_ADVERTISEMENT: u8 = 1;

/// The VRID of the message in `octets`, to find the virtual router whose
/// [`Expectation`](crate::Expectation) applies, before anything else is checked.
///
/// `None` if there is no second octet or it is 0.
#[must_use]
pub fn peek_vrid(octets: &[u8]) -> Option<Vrid> {
    match octets {
        [_, vrid, ..] => Vrid::new(*vrid),
        _ => None,
    }
}

/// An advertisement borrowed from a receive buffer.
///
/// Lengths and reserved values are checked once, in [`parse`](Self::parse); afterwards every
/// accessor is infallible. Nothing is copied. `Debug` and `Display` mask a password.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct AdvertisementView<'a> {
    layout: Layout<'a>,
    vrid: Vrid,
    interval: AdvertInterval,
}

impl<'a> AdvertisementView<'a> {
    /// Reads the VRRP message in `octets`, which starts after the IP header and ends where the
    /// IP total length says; `family` is that of the IP header.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] names the first rule that fails, in the order version, count, length,
    /// type, VRID, interval. The checksum may need the IP addresses and authentication needs a
    /// configuration, so [`verify_checksum`](Self::verify_checksum) and
    /// [`receive`](crate::receive) are separate.
    ///
    /// # Examples
    ///
    /// ```
    /// use vrrp_proto::{AddressFamily, AdvertisementView, DecodeError};
    ///
    /// let octets = [0x31, 51, 200, 1, 0, 100, 0, 0];
    /// let error = AdvertisementView::parse(&octets, AddressFamily::V4);
    /// assert_eq!(error, Err(DecodeError::Truncated { needed: 12, got: 8 }));
    /// ```
    pub fn parse(octets: &'a [u8], family: AddressFamily) -> Result<Self, DecodeError> {
        let layout = Layout::split(octets, family)?;
        layout.check_type()?;
        let vrid = layout.vrid()?;
        let interval = layout.interval()?;
        Ok(Self { layout, vrid, interval })
    }

    /// Puts together what [`receive`](crate::receive) checked in its own order.
    pub(crate) const fn from_checked(layout: Layout<'a>, vrid: Vrid, interval: AdvertInterval) -> Self {
        Self { layout, vrid, interval }
    }

    /// The version nibble.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.layout.version
    }

    /// The family of the IP header and of the addresses.
    #[must_use]
    pub const fn family(&self) -> AddressFamily {
        self.layout.family
    }

    /// Which virtual router this is about.
    #[must_use]
    pub const fn vrid(&self) -> Vrid {
        self.vrid
    }

    /// The sender's priority, or [`Priority::RELEASE`].
    #[must_use]
    pub const fn priority(&self) -> Priority {
        let [_, _, priority, ..] = *self.layout.header;
        Priority::new(priority)
    }

    /// Time between the sender's advertisements. The four bits that VRRPv3 reserves beside it
    /// are ignored (RFC 9568 §5.2.6).
    #[must_use]
    pub const fn interval(&self) -> AdvertInterval {
        self.interval
    }

    /// Number of addresses. The RFCs want at least one; keepalived sends none for a router
    /// without `virtual_ipaddress`.
    #[must_use]
    pub const fn count(&self) -> u8 {
        let [_, _, _, count, ..] = *self.layout.header;
        count
    }

    /// The protected addresses in the order of the message.
    #[must_use]
    pub fn addresses(&self) -> AddressIter<'a> {
        AddressIter { chunks: self.layout.addresses.chunks_exact(self.layout.family.address_len()) }
    }

    /// The checksum field.
    #[must_use]
    pub const fn checksum(&self) -> u16 {
        let [.., hi, lo] = *self.layout.header;
        u16::from_be_bytes([hi, lo])
    }

    /// What the message says about authentication; always
    /// [`None`](ReceivedAuthentication::None) in VRRPv3, which has no such field.
    #[must_use]
    pub const fn authentication(&self) -> ReceivedAuthentication {
        self.layout.authentication()
    }

    /// The whole message.
    #[must_use]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.layout.octets
    }

    /// Checks the checksum, in one `scope`.
    ///
    /// # Errors
    ///
    /// [`ChecksumError`] if the sum over the scope and the message is not all ones.
    pub fn verify_checksum(&self, scope: ChecksumScope) -> Result<(), ChecksumError> {
        if is_intact(self.layout.octets, scope) {
            return Ok(());
        }
        let alone = scope != ChecksumScope::Message && is_intact(self.layout.octets, ChecksumScope::Message);
        Err(self.checksum_error(self.layout.octets, scope, alone.then_some(ChecksumScope::Message)))
    }

    /// Why the sum over `octets`, the message and perhaps what follows it, is wrong.
    pub(crate) fn checksum_error(
        &self,
        octets: &[u8],
        scope: ChecksumScope,
        right_under: Option<ChecksumScope>,
    ) -> ChecksumError {
        let computed = checksum(octets, scope);
        ChecksumError { received: self.checksum(), computed, right_under }
    }
}

impl fmt::Debug for AdvertisementView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdvertisementView")
            .field("version", &self.version())
            .field("vrid", &self.vrid())
            .field("priority", &self.priority())
            .field("interval", &self.interval())
            .field("addresses", &self.addresses())
            .field("checksum", &self.checksum())
            .field("authentication", &self.authentication())
            .finish()
    }
}

/// One line, worded as `tcpdump -v` words it; a password is shown as `auth ***`.
impl fmt::Display for AdvertisementView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.as_octets().len();
        let (vrid, priority) = (self.vrid, self.priority());
        match self.version() {
            Version::V2 => {
                let kind = self.authentication().kind();
                let seconds = self.interval.as_centis() / 100;
                write!(f, "VRRPv2, Advertisement, vrid {vrid}, prio {priority}, authtype {kind}")?;
                write!(f, ", intvl {seconds}s, length {length}")?;
            }
            Version::V3 => {
                let centis = self.interval.as_centis();
                write!(f, "VRRPv3, Advertisement, vrid {vrid}, prio {priority}")?;
                write!(f, ", intvl {centis}cs, length {length}")?;
            }
        }
        match self.count() {
            1 => write!(f, ", addrs: ")?,
            count => write!(f, ", addrs({count}): ")?,
        }
        for (index, address) in self.addresses().enumerate() {
            write!(f, "{}{address}", if index == 0 { "" } else { "," })?;
        }
        match self.authentication() {
            ReceivedAuthentication::Password(_) => write!(f, " auth ***"),
            ReceivedAuthentication::None
            | ReceivedAuthentication::Header
            | ReceivedAuthentication::Unknown(_) => Ok(()),
        }
    }
}

/// What a received message says about authentication.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReceivedAuthentication {
    /// VRRPv3, or VRRPv2 with type 0, whose authentication data are ignored
    /// (RFC 3768 §5.3.6.1).
    None,
    /// Type 1: the octets of a simple password (RFC 2338).
    Password(Password),
    /// Type 2: an IP authentication header stands before the message (RFC 2338).
    Header,
    /// Any other type.
    Unknown(u8),
}

impl ReceivedAuthentication {
    /// The method, without its data.
    #[must_use]
    pub const fn kind(self) -> AuthenticationKind {
        match self {
            Self::None => AuthenticationKind::None,
            Self::Password(_) => AuthenticationKind::Password,
            Self::Header => AuthenticationKind::Header,
            Self::Unknown(kind) => AuthenticationKind::Unknown(kind),
        }
    }
}

/// Iterator over the addresses of a message.
#[derive(Clone)]
pub struct AddressIter<'a> {
    chunks: ChunksExact<'a, u8>,
}

impl Iterator for AddressIter<'_> {
    type Item = IpAddr;

    fn next(&mut self) -> Option<IpAddr> {
        let chunk = self.chunks.next()?;
        match <[u8; 4]>::try_from(chunk) {
            Ok(octets) => Some(IpAddr::from(octets)),
            Err(_) => <[u8; 16]>::try_from(chunk).ok().map(IpAddr::from),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.chunks.size_hint()
    }
}

impl ExactSizeIterator for AddressIter<'_> {}

impl fmt::Debug for AddressIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// A message cut into its parts by lengths alone; the other fields are checked one by one, so
/// that [`receive`](crate::receive) can follow keepalived's order.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct Layout<'a> {
    pub(crate) octets: &'a [u8],
    pub(crate) version: Version,
    family: AddressFamily,
    header: &'a [u8; HEADER_LEN],
    addresses: &'a [u8],
    /// Zeros in VRRPv3, which has none.
    authentication_data: [u8; AUTHENTICATION_LEN],
}

impl<'a> Layout<'a> {
    /// Checks version, count and length.
    pub(crate) fn split(octets: &'a [u8], family: AddressFamily) -> Result<Self, DecodeError> {
        let (layout, rest) = Self::split_front(octets, family)?;
        if rest.is_empty() {
            return Ok(layout);
        }
        let (expected, got) = (layout.octets.len(), octets.len());
        Err(DecodeError::Trailing { expected, got })
    }

    /// Checks version, count and length of the message that `octets` begin with; also returns
    /// what follows it.
    pub(crate) fn split_front(
        octets: &'a [u8],
        family: AddressFamily,
    ) -> Result<(Self, &'a [u8]), DecodeError> {
        let Some((header, rest)) = octets.split_first_chunk::<HEADER_LEN>() else {
            return Err(DecodeError::Truncated { needed: HEADER_LEN, got: octets.len() });
        };
        let [version_type, _vrid, _priority, count, ..] = *header;
        let version = match version_type >> 4 {
            2 => Version::V2,
            3 => Version::V3,
            other => return Err(DecodeError::Version(other)),
        };
        let trailer_len = match (version, family) {
            (Version::V2, AddressFamily::V4) => AUTHENTICATION_LEN,
            (Version::V2, AddressFamily::V6) => return Err(DecodeError::Version2OverIpv6),
            (Version::V3, AddressFamily::V4 | AddressFamily::V6) => 0,
        };
        let addresses_len = usize::from(count) * family.address_len();
        let expected = HEADER_LEN + addresses_len + trailer_len;
        let truncated = DecodeError::Truncated { needed: expected, got: octets.len() };
        let (octets, behind) = octets.split_at_checked(expected).ok_or(truncated)?;
        let (addresses, trailer) = rest.split_at_checked(addresses_len).ok_or(truncated)?;
        let authentication_data = match version {
            Version::V2 => *trailer.first_chunk().ok_or(truncated)?,
            Version::V3 => [0; AUTHENTICATION_LEN],
        };
        Ok((Self { octets, version, family, header, addresses, authentication_data }, behind))
    }

    /// The type nibble is 1.
    pub(crate) const fn check_type(&self) -> Result<(), DecodeError> {
        let [version_type, ..] = *self.header;
        match version_type & 0x0f {
            TYPE_ADVERTISEMENT => Ok(()),
            other => Err(DecodeError::Type(other)),
        }
    }

    /// The VRID is not 0.
    pub(crate) fn vrid(&self) -> Result<Vrid, DecodeError> {
        peek_vrid(self.octets).ok_or(DecodeError::Vrid)
    }

    /// The interval is not 0.
    pub(crate) fn interval(&self) -> Result<AdvertInterval, DecodeError> {
        let [_, _, _, _, hi, lo, ..] = *self.header;
        let interval = match self.version {
            // Octet 4 is the authentication type.
            Version::V2 => AdvertInterval::from_secs(lo),
            Version::V3 => AdvertInterval::from_centis(u16::from_be_bytes([hi & 0x0f, lo])),
        };
        interval.ok_or(DecodeError::Interval)
    }

    pub(crate) const fn authentication(&self) -> ReceivedAuthentication {
        let [_, _, _, _, kind, ..] = *self.header;
        match (self.version, kind) {
            // Octet 4 holds reserved bits and the high bits of the interval.
            (Version::V3, _) | (Version::V2, 0) => ReceivedAuthentication::None,
            (Version::V2, 1) => {
                ReceivedAuthentication::Password(Password::from_octets(self.authentication_data))
            }
            (Version::V2, 2) => ReceivedAuthentication::Header,
            (Version::V2, other) => ReceivedAuthentication::Unknown(other),
        }
    }
}
