//! VRRPv2 authentication (RFC 2338; RFC 3768 §5.3.6 keeps the fields).

use core::fmt;
use core::hint::black_box;

/// How a virtual router authenticates its messages (keepalived's `authentication` block).
///
/// RFC 3768 dropped authentication because it stops mistakes, not attackers: the password
/// travels in clear. VRRPv3 has none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Authentication {
    /// Type 0: no authentication. Eight zero octets are sent and ignored.
    #[default]
    None,
    /// Type 1: a password in clear (`auth_type PASS`).
    Password(Password),
    /// Type 2: an IP authentication header stands before the message (`auth_type AH`), whose
    /// own eight octets are zero. Writing that header is another step (feature `auth`).
    Header,
}

impl Authentication {
    /// The method, without its data.
    #[must_use]
    pub const fn kind(self) -> AuthenticationKind {
        match self {
            Self::None => AuthenticationKind::None,
            Self::Password(_) => AuthenticationKind::Password,
            Self::Header => AuthenticationKind::Header,
        }
    }

    /// What checks messages that are written like this; `None` for
    /// [`Header`](Self::Header), which takes a key.
    #[must_use]
    pub const fn credentials(&self) -> Option<Credentials<'_>> {
        match self {
            Self::None => Some(Credentials::None),
            Self::Password(password) => Some(Credentials::Password(password)),
            Self::Header => None,
        }
    }
}

/// What a virtual router wants to see of its peers' authentication, and what it takes to check
/// it. The counterpart of [`Authentication`] on the receiving side.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub enum Credentials<'a> {
    /// Nothing.
    #[default]
    None,
    /// A password in clear (`auth_type PASS`). VRRPv3 has none, so there it is not looked at.
    Password(&'a Password),
    /// An IP authentication header before each VRRPv2 message (`auth_type AH`). Demanded of a
    /// VRRPv3 router, it is checked before those messages, too; keepalived has no such thing.
    #[cfg(feature = "auth")]
    Header(crate::AhCheck<'a>),
    /// A trailer behind each message of either version (`auth_hmac`).
    #[cfg(feature = "auth")]
    Trailer(crate::HmacCheck<'a>),
}

impl Credentials<'_> {
    /// The authentication type that a VRRPv2 message must have.
    #[must_use]
    pub const fn kind(self) -> AuthenticationKind {
        match self {
            Self::None => AuthenticationKind::None,
            Self::Password(_) => AuthenticationKind::Password,
            #[cfg(feature = "auth")]
            Self::Header(_) => AuthenticationKind::Header,
            #[cfg(feature = "auth")]
            Self::Trailer(_) => AuthenticationKind::None,
        }
    }
}

/// The authentication type octet of VRRPv2.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AuthenticationKind {
    /// 0.
    None,
    /// 1: simple password.
    Password,
    /// 2: IP authentication header (`auth_type AH`).
    Header,
    /// Any other octet; `receive` refuses it.
    Unknown(u8),
}

impl AuthenticationKind {
    /// The octet on the wire.
    #[must_use]
    pub const fn get(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Password => 1,
            Self::Header => 2,
            Self::Unknown(octet) => octet,
        }
    }
}

/// As tcpdump names them: `none`, `simple`, `ah`.
impl fmt::Display for AuthenticationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Password => f.write_str("simple"),
            Self::Header => f.write_str("ah"),
            Self::Unknown(octet) => write!(f, "unknown ({octet})"),
        }
    }
}

/// A VRRPv2 password: eight octets, a shorter one filled up with zeros (`auth_pass`).
///
/// Comparing takes the same time wherever the first difference is. `Debug` prints no octet.
#[derive(Clone, Copy)]
pub struct Password([u8; 8]);

impl Password {
    /// `None` above eight octets. keepalived cuts a longer `auth_pass` at eight: a caller who
    /// wants that cuts first.
    #[must_use]
    pub fn new(password: &[u8]) -> Option<Self> {
        let mut octets = [0; 8];
        octets.get_mut(..password.len())?.copy_from_slice(password);
        Some(Self(octets))
    }

    /// The eight octets of a message.
    #[must_use]
    pub const fn from_octets(octets: [u8; 8]) -> Self {
        Self(octets)
    }

    /// The eight octets for a message. A secret: keep it out of logs.
    #[must_use]
    pub const fn as_octets(&self) -> &[u8; 8] {
        &self.0
    }
}

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        let difference = self.0.iter().zip(&other.0).fold(0, |seen, (a, b)| seen | (a ^ b));
        // Hides the value from the optimizer, which could otherwise leave the loop early.
        black_box(difference) == 0
    }
}

impl Eq for Password {}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}
