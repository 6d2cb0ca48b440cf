//! `authentication` and `auth_hmac`.

use core::fmt;
use core::time::Duration;
use std::path::PathBuf;

use crate::describe::{Describe, Secret, Value, describe};

/// What a secret looks like wherever it could be seen.
const MASK: &str = "********";

/// `authentication`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Authentication {
    /// `auth_type PASS`: authentication type 1.
    Pass(AuthPass),
    /// `auth_type AH`: authentication type 2, IP protocol 51 around the advert.
    Ah(AuthPass),
}

/// `auth_pass`: eight octets, padded with zeros. `Debug` masks them.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct AuthPass([u8; 8]);

impl AuthPass {
    /// The first eight octets of `secret`, padded with zeros.
    pub fn new(secret: &[u8]) -> Self {
        let mut octets = [0; 8];
        octets.iter_mut().zip(secret).for_each(|(octet, secret)| *octet = *secret);
        Self(octets)
    }

    /// The octets as they go on the wire.
    pub const fn octets(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Debug for AuthPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthPass({MASK})")
    }
}

/// `auth_hmac`: an HMAC-SHA256 behind each advert. keepalived has it since 2.4.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthHmac {
    /// `key`: every key that adverts may be signed with, by id; each id once.
    pub keys: Vec<HmacKey>,
    /// `active_key`: id of the key that signs; it is among [`keys`](Self::keys).
    pub active_key: u8,
    /// `anti_replay` and `time_window`.
    pub anti_replay: AntiReplay,
    /// `mode`.
    pub mode: HmacMode,
}

describe!(AuthHmac { keys, active_key, anti_replay, mode });

/// An entry `key ID VALUE` of `auth_hmac`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HmacKey {
    /// 1..=255.
    pub id: u8,
    /// What it signs with.
    pub secret: HmacSecret,
}

describe!(HmacKey { id, secret });

/// Value of an `auth_hmac` key. `Debug` masks it.
#[derive(Clone, Eq, PartialEq)]
pub enum HmacSecret {
    /// Written in the configuration as text or behind `hex:`, 32..=64 octets.
    Octets(Vec<u8>),
    /// `file:PATH`: its first line is read at start, text or `hex:`.
    File(PathBuf),
}

impl fmt::Debug for HmacSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Octets(_) => write!(f, "Octets({MASK})"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// How `auth_hmac` tells old adverts from new ones.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AntiReplay {
    /// `anti_replay time`: an advert may be this old, 1..=300 s; three advert intervals, at least 5 s, if nothing is
    /// written. Needs clocks that agree.
    Time(Duration),
    /// `anti_replay monotonic`: the sequence must grow.
    Monotonic,
}

/// `mode` of `auth_hmac`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum HmacMode {
    /// Signs, and drops what is not signed.
    #[default]
    Enforce,
    /// Signs, and accepts adverts without a signature.
    Permissive,
    /// Does not sign, and accepts adverts without a signature.
    ReceiveOnly,
}

describe!(HmacMode = Enforce "enforce", Permissive "permissive", ReceiveOnly "receive-only");

impl Describe for Authentication {
    fn describe(&self) -> Value {
        let (kind, pass) = match self {
            Self::Pass(pass) => ("PASS", pass),
            Self::Ah(pass) => ("AH", pass),
        };
        Value::Map(vec![
            ("auth_type", Value::Text(kind.to_owned())),
            ("auth_pass", Value::Secret(Secret::new(pass.octets()))),
        ])
    }
}

impl Describe for HmacSecret {
    fn describe(&self) -> Value {
        match self {
            Self::Octets(octets) => Value::Secret(Secret::new(octets)),
            Self::File(path) => Value::Map(vec![("file", path.describe())]),
        }
    }
}

impl Describe for AntiReplay {
    fn describe(&self) -> Value {
        match self {
            Self::Time(window) => Value::Map(vec![("time_window", Value::Time(*window))]),
            Self::Monotonic => Value::Text("monotonic".to_owned()),
        }
    }
}
