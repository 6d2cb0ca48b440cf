//! Writing the wire: from borrowed slices without allocation, and the owned form.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::view::{AUTHENTICATION_LEN, HEADER_LEN, TYPE_ADVERTISEMENT};
use crate::{
    AddressFamily, AdvertInterval, Authentication, ChecksumScope, EncodeError, Priority, Version, Vrid,
    checksum,
};

/// Protected addresses of one family, borrowed; a mixed list cannot be written down.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Addresses<'a> {
    /// IPv4.
    V4(&'a [Ipv4Addr]),
    /// IPv6. The first one is to be link-local (RFC 9568 §5.2.9).
    V6(&'a [Ipv6Addr]),
}

impl Addresses<'_> {
    /// The family of all of them.
    #[must_use]
    pub const fn family(self) -> AddressFamily {
        match self {
            Self::V4(_) => AddressFamily::V4,
            Self::V6(_) => AddressFamily::V6,
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(self) -> usize {
        match self {
            Self::V4(addresses) => addresses.len(),
            Self::V6(addresses) => addresses.len(),
        }
    }

    /// Whether there are none, which the RFCs do not allow (RFC 9568 §5.2.5) and keepalived sends.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub(crate) fn contains(self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::V4(list), IpAddr::V4(address)) => list.contains(&address),
            (Self::V6(list), IpAddr::V6(address)) => list.contains(&address),
            (Self::V4(_), IpAddr::V6(_)) | (Self::V6(_), IpAddr::V4(_)) => false,
        }
    }

    pub(crate) fn get(self, index: usize) -> Option<IpAddr> {
        match self {
            Self::V4(list) => list.get(index).copied().map(IpAddr::V4),
            Self::V6(list) => list.get(index).copied().map(IpAddr::V6),
        }
    }

    /// Writes the addresses to the front of `out`, which is long enough.
    fn write(self, out: &mut [u8]) {
        match self {
            Self::V4(list) => {
                for (to, from) in out.chunks_exact_mut(4).zip(list) {
                    to.copy_from_slice(&from.octets());
                }
            }
            Self::V6(list) => {
                for (to, from) in out.chunks_exact_mut(16).zip(list) {
                    to.copy_from_slice(&from.octets());
                }
            }
        }
    }
}

/// Everything that stands in an advertisement, with the addresses borrowed: the form to encode
/// from without allocating.
///
/// # Examples
///
/// ```
/// use core::net::Ipv4Addr;
/// use vrrp_proto::{
///     Addresses, AdvertInterval, AdvertisementFields, Authentication, ChecksumScope, Priority, Version, Vrid,
/// };
///
/// let fields = AdvertisementFields {
///     version: Version::V3,
///     vrid: Vrid::new(51).ok_or("VRID 0")?,
///     priority: Priority::DEFAULT,
///     interval: AdvertInterval::DEFAULT,
///     addresses: Addresses::V4(&[Ipv4Addr::new(192, 0, 2, 1)]),
///     authentication: Authentication::None,
/// };
/// let mut out = [0; 64];
/// let len = fields.encode(ChecksumScope::Message, &mut out)?;
/// assert_eq!(out[..len], [0x31, 51, 100, 1, 0, 100, 0xa8, 0x65, 192, 0, 2, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AdvertisementFields<'a> {
    /// Version to speak.
    pub version: Version,
    /// Virtual router identifier.
    pub vrid: Vrid,
    /// The effective priority, or [`Priority::RELEASE`].
    pub priority: Priority,
    /// Time between advertisements. VRRPv2 carries whole seconds only.
    pub interval: AdvertInterval,
    /// The protected addresses, `0..=255`. The RFCs want at least one (RFC 9568 §5.2.5);
    /// keepalived sends an empty list for a router without `virtual_ipaddress`.
    pub addresses: Addresses<'a>,
    /// VRRPv2 only.
    pub authentication: Authentication,
}

impl AdvertisementFields<'_> {
    /// Octets that [`encode`](Self::encode) writes.
    #[must_use]
    pub const fn encoded_len(&self) -> usize {
        let trailer = match self.version {
            Version::V2 => AUTHENTICATION_LEN,
            Version::V3 => 0,
        };
        HEADER_LEN + self.addresses.len() * self.addresses.family().address_len() + trailer
    }

    /// Writes the message to the front of `out` and returns its length in octets.
    ///
    /// keepalived sends VRRPv2 with [`ChecksumScope::Message`] and VRRPv3 with a pseudo-header
    /// of the packet's own source and destination.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] names the field that the version cannot carry, or
    /// [`BufferTooSmall`](EncodeError::BufferTooSmall). `out` is then untouched.
    pub fn encode(&self, scope: ChecksumScope, out: &mut [u8]) -> Result<usize, EncodeError> {
        self.check_scope(scope)?;
        let header = self.header()?;
        let needed = self.encoded_len();
        let available = out.len();
        let too_small = EncodeError::BufferTooSmall { needed, available };
        let out = out.get_mut(..needed).ok_or(too_small)?;
        let (to_header, rest) = out.split_first_chunk_mut::<HEADER_LEN>().ok_or(too_small)?;

        *to_header = header;
        self.addresses.write(rest);
        if let (Version::V2, Some(to)) = (self.version, rest.last_chunk_mut::<AUTHENTICATION_LEN>()) {
            *to = match self.authentication {
                Authentication::None | Authentication::Header => [0; AUTHENTICATION_LEN],
                Authentication::Password(password) => *password.as_octets(),
            };
        }
        write_checksum(out, scope);
        Ok(needed)
    }

    /// Octets that [`encode_signed`](Self::encode_signed) writes.
    #[cfg(feature = "auth")]
    #[must_use]
    pub const fn signed_len(&self) -> usize {
        self.encoded_len() + crate::HMAC_TRAILER_LEN
    }

    /// Writes the message and its authentication trailer (`auth_hmac`) to the front of `out`
    /// and returns their length in octets.
    ///
    /// The checksum covers the trailer over IPv6, where it is the kernel's sum over the whole
    /// payload, and leaves it out over IPv4.
    ///
    /// # Errors
    ///
    /// As [`encode`](Self::encode); also [`EncodeError::TwoAuthentications`] if the message has
    /// a method of its own. `out` is then untouched.
    #[cfg(feature = "auth")]
    pub fn encode_signed(
        &self,
        scope: ChecksumScope,
        key: &crate::HmacKey,
        source: IpAddr,
        sequence: crate::HmacSequence,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        if self.authentication != Authentication::None {
            return Err(EncodeError::TwoAuthentications);
        }
        let needed = self.signed_len();
        let too_small = EncodeError::BufferTooSmall { needed, available: out.len() };
        let out = out.get_mut(..needed).ok_or(too_small)?;
        let len = self.encode(scope, out)?;
        let (message, trailer) = out.split_at_mut_checked(len).ok_or(too_small)?;
        trailer.copy_from_slice(&key.sign(source, sequence, message));
        if self.addresses.family() == AddressFamily::V6 {
            write_checksum(out, scope);
        }
        Ok(needed)
    }

    /// The header with a checksum of zero.
    fn header(&self) -> Result<[u8; HEADER_LEN], EncodeError> {
        let count = match u8::try_from(self.addresses.len()) {
            Ok(count) => count,
            Err(_) => return Err(EncodeError::TooManyAddresses { count: self.addresses.len() }),
        };
        let refused = EncodeError::Interval { version: self.version, interval: self.interval };
        let (version, [octet_4, octet_5]) = match (self.version, self.authentication) {
            (Version::V2, authentication) => {
                let seconds = self.interval.v2_octet().ok_or(refused)?;
                (2, [authentication.kind().get(), seconds])
            }
            // The four reserved bits are zero, as 4095 is the greatest interval.
            (Version::V3, Authentication::None) => {
                (3, self.interval.v3_field().ok_or(refused)?.to_be_bytes())
            }
            (Version::V3, Authentication::Password(_) | Authentication::Header) => {
                return Err(EncodeError::AuthenticationInVersion3);
            }
        };
        let version_type = version << 4 | TYPE_ADVERTISEMENT;
        Ok([version_type, self.vrid.get(), self.priority.get(), count, octet_4, octet_5, 0, 0])
    }

    fn check_scope(&self, scope: ChecksumScope) -> Result<(), EncodeError> {
        match (self.version, self.addresses, scope) {
            (Version::V2, Addresses::V6(_), _) => Err(EncodeError::Version2OverIpv6),
            (Version::V2 | Version::V3, Addresses::V4(_), ChecksumScope::Message)
            | (Version::V3, Addresses::V4(_), ChecksumScope::PseudoV4 { .. })
            | (Version::V3, Addresses::V6(_), ChecksumScope::PseudoV6 { .. }) => Ok(()),
            (Version::V2 | Version::V3, Addresses::V4(_) | Addresses::V6(_), _) => {
                Err(EncodeError::ChecksumScope)
            }
        }
    }
}

fn write_checksum(octets: &mut [u8], scope: ChecksumScope) {
    let sum = checksum(octets, scope);
    if let Some([.., hi, lo]) = octets.first_chunk_mut::<HEADER_LEN>() {
        [*hi, *lo] = sum.to_be_bytes();
    }
}

#[cfg(feature = "alloc")]
pub use owned::{AddressList, Advertisement};

#[cfg(feature = "alloc")]
mod owned {
    use alloc::vec::Vec;

    use super::*;
    use crate::{AdvertisementView, DecodeError, ReceivedAuthentication};

    /// Protected addresses of one family, owned.
    #[derive(Clone, Debug, Eq, Hash, PartialEq)]
    pub enum AddressList {
        /// IPv4.
        V4(Vec<Ipv4Addr>),
        /// IPv6. The first one is to be link-local (RFC 9568 §5.2.9).
        V6(Vec<Ipv6Addr>),
    }

    impl AddressList {
        /// The same, borrowed.
        #[must_use]
        pub fn as_addresses(&self) -> Addresses<'_> {
            match self {
                Self::V4(list) => Addresses::V4(list),
                Self::V6(list) => Addresses::V6(list),
            }
        }
    }

    /// An advertisement that owns its addresses.
    #[derive(Clone, Debug, Eq, PartialEq)]
    pub struct Advertisement {
        /// Version to speak.
        pub version: Version,
        /// Virtual router identifier.
        pub vrid: Vrid,
        /// The effective priority, or [`Priority::RELEASE`].
        pub priority: Priority,
        /// Time between advertisements. VRRPv2 carries whole seconds only.
        pub interval: AdvertInterval,
        /// The protected addresses, `0..=255`.
        pub addresses: AddressList,
        /// VRRPv2 only.
        pub authentication: Authentication,
    }

    impl Advertisement {
        /// The same, borrowed.
        #[must_use]
        pub fn fields(&self) -> AdvertisementFields<'_> {
            AdvertisementFields {
                version: self.version,
                vrid: self.vrid,
                priority: self.priority,
                interval: self.interval,
                addresses: self.addresses.as_addresses(),
                authentication: self.authentication,
            }
        }

        /// Octets that [`encode`](Self::encode) writes.
        #[must_use]
        pub fn encoded_len(&self) -> usize {
            self.fields().encoded_len()
        }

        /// Writes the message to the front of `out` and returns its length in octets.
        ///
        /// # Errors
        ///
        /// As [`AdvertisementFields::encode`]. `out` is then untouched.
        pub fn encode(&self, scope: ChecksumScope, out: &mut [u8]) -> Result<usize, EncodeError> {
            self.fields().encode(scope, out)
        }
    }

    impl TryFrom<AdvertisementView<'_>> for Advertisement {
        type Error = DecodeError;

        /// Copies a view. [`DecodeError::AuthenticationType`] if its method is not one of
        /// [`Authentication`].
        fn try_from(view: AdvertisementView<'_>) -> Result<Self, DecodeError> {
            let authentication = match view.authentication() {
                ReceivedAuthentication::None => Authentication::None,
                ReceivedAuthentication::Password(password) => Authentication::Password(password),
                ReceivedAuthentication::Header => Authentication::Header,
                ReceivedAuthentication::Unknown(other) => return Err(DecodeError::AuthenticationType(other)),
            };
            let v4 = |address| match address {
                IpAddr::V4(address) => Some(address),
                IpAddr::V6(_) => None,
            };
            let v6 = |address| match address {
                IpAddr::V4(_) => None,
                IpAddr::V6(address) => Some(address),
            };
            let addresses = match view.family() {
                AddressFamily::V4 => AddressList::V4(view.addresses().filter_map(v4).collect()),
                AddressFamily::V6 => AddressList::V6(view.addresses().filter_map(v6).collect()),
            };
            Ok(Self {
                version: view.version(),
                vrid: view.vrid(),
                priority: view.priority(),
                interval: view.interval(),
                addresses,
                authentication,
            })
        }
    }
}
