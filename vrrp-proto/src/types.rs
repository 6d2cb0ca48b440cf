//! The vocabulary of VRRP: small types that hold only values the RFCs allow.

use core::fmt;
use core::num::NonZeroU8;
use core::time::Duration;

/// Protocol version, the high nibble of a message's first octet.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Version {
    /// RFC 3768: whole seconds, authentication data, IPv4 only.
    V2,
    /// RFC 5798 and RFC 9568: centiseconds, IPv4 and IPv6.
    V3,
}

/// Address family of the protected addresses. One virtual router has exactly one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum AddressFamily {
    /// IPv4: four octets an address.
    V4,
    /// IPv6: sixteen octets an address.
    V6,
}

impl AddressFamily {
    /// Octets of one address on the wire.
    #[must_use]
    pub const fn address_len(self) -> usize {
        match self {
            Self::V4 => 4,
            Self::V6 => 16,
        }
    }
}

/// Virtual router identifier, `1..=255` (RFC 9568 §5.2.3). 0 cannot be written down.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Vrid(NonZeroU8);

impl Vrid {
    /// `None` for 0.
    #[must_use]
    pub const fn new(vrid: u8) -> Option<Self> {
        match NonZeroU8::new(vrid) {
            Some(vrid) => Some(Self(vrid)),
            None => None,
        }
    }

    /// The octet on the wire.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0.get()
    }
}

impl fmt::Display for Vrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Election priority as it stands on the wire; every octet is legal there.
///
/// [`RELEASE`](Self::RELEASE) (0) says that the Master is leaving and is never configured;
/// [`OWNER`](Self::OWNER) (255) is the router whose own addresses are protected
/// (RFC 9568 §5.2.4).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Priority(u8);

impl Priority {
    /// The Master gives up its role.
    pub const RELEASE: Self = Self(0);
    /// keepalived's and the RFCs' default for a router that owns nothing.
    pub const DEFAULT: Self = Self(100);
    /// The owner of the protected addresses.
    pub const OWNER: Self = Self(255);

    /// Any octet.
    #[must_use]
    pub const fn new(priority: u8) -> Self {
        Self(priority)
    }

    /// The octet on the wire.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Whether this is [`OWNER`](Self::OWNER).
    #[must_use]
    pub const fn is_owner(self) -> bool {
        self.0 == Self::OWNER.0
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Time between advertisements, stored in centiseconds (10 ms).
///
/// VRRPv3 carries 12 bits of centiseconds, `1..=4095` (RFC 9568 §5.2.7); VRRPv2 carries
/// whole seconds, `1..=255` (RFC 3768 §5.3.7). This type holds both; encoding refuses what
/// its version cannot carry.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AdvertInterval {
    centis: u16,
}

impl AdvertInterval {
    /// One second, the default of both versions.
    pub const DEFAULT: Self = Self { centis: 100 };

    /// `1..=25_500` centiseconds.
    #[must_use]
    pub const fn from_centis(centis: u16) -> Option<Self> {
        match centis {
            1..=25_500 => Some(Self { centis }),
            _ => None,
        }
    }

    /// `1..=255` seconds, all that VRRPv2 can say.
    #[must_use]
    pub const fn from_secs(secs: u8) -> Option<Self> {
        // `as` widens: 255 × 100 fits.
        Self::from_centis(secs as u16 * 100)
    }

    /// Centiseconds, `1..=25_500`.
    #[must_use]
    pub const fn as_centis(self) -> u16 {
        self.centis
    }

    /// The same as a [`Duration`].
    #[must_use]
    pub const fn as_duration(self) -> Duration {
        Duration::from_millis(self.centis as u64 * 10)
    }

    /// The octet of a VRRPv2 message; `None` unless a whole number of seconds.
    #[must_use]
    pub const fn v2_octet(self) -> Option<u8> {
        if !self.centis.is_multiple_of(100) {
            return None;
        }
        let [high, low] = (self.centis / 100).to_be_bytes();
        if high == 0 { Some(low) } else { None }
    }

    /// The 12 bits of a VRRPv3 message; `None` above 4095 centiseconds.
    #[must_use]
    pub const fn v3_field(self) -> Option<u16> {
        if self.centis <= 0x0fff { Some(self.centis) } else { None }
    }

    /// `Skew_Time` for `priority`.
    ///
    /// VRRPv2 takes its fraction of one second whatever the interval (RFC 3768 §6.1),
    /// VRRPv3 of the interval (RFC 9568 §6.1). The division comes last, on nanoseconds: on
    /// whole seconds it is always zero, and two backups would start an election together.
    #[must_use]
    pub fn skew_time(self, version: Version, priority: Priority) -> Duration {
        let unit = match version {
            Version::V2 => Duration::from_secs(1),
            Version::V3 => self.as_duration(),
        };
        unit * (256 - u32::from(priority.get())) / 256
    }

    /// `Master_Down_Interval`: `adverts` missed intervals (3 in the RFCs) and `Skew_Time`.
    #[must_use]
    pub fn master_down_interval(self, version: Version, priority: Priority, adverts: u8) -> Duration {
        self.as_duration() * u32::from(adverts) + self.skew_time(version, priority)
    }
}

impl fmt::Display for AdvertInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02} s", self.centis / 100, self.centis % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v2_skew_ignores_the_interval_and_v3_scales_with_it() {
        let five = AdvertInterval::from_secs(5).unwrap();
        let p100 = Priority::new(100);
        // RFC 3768 §6.1: (256 − 100) / 256 s, whatever the interval.
        assert_eq!(five.skew_time(Version::V2, p100), Duration::from_nanos(609_375_000));
        // RFC 9568 §6.1: (256 − 100) × 5 s / 256.
        assert_eq!(five.skew_time(Version::V3, p100), Duration::from_nanos(3_046_875_000));
    }

    #[test]
    fn master_down_interval_is_three_adverts_and_skew() {
        let ten_ms = AdvertInterval::from_centis(1).unwrap();
        let p100 = Priority::new(100);
        assert_eq!(ten_ms.master_down_interval(Version::V3, p100, 3), Duration::from_nanos(36_093_750));
        let one = AdvertInterval::DEFAULT;
        assert_eq!(one.master_down_interval(Version::V2, p100, 3), Duration::from_micros(3_609_375));
    }

    #[test]
    fn interval_refuses_what_a_version_cannot_carry() {
        assert_eq!(AdvertInterval::from_centis(0), None);
        assert_eq!(AdvertInterval::from_centis(25_501), None);
        assert_eq!(AdvertInterval::from_secs(0), None);
        assert_eq!(AdvertInterval::from_centis(150).unwrap().v2_octet(), None);
        assert_eq!(AdvertInterval::from_secs(255).unwrap().v2_octet(), Some(255));
        assert_eq!(AdvertInterval::from_centis(4095).unwrap().v3_field(), Some(4095));
        assert_eq!(AdvertInterval::from_centis(4096).unwrap().v3_field(), None);
    }
}
