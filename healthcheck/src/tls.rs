//! What can be said of TLS without speaking it: how it fails, and what was agreed on.

use core::fmt;
use core::time::Duration;

/// Why a server and a probe did not agree on TLS.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsFailure {
    /// The server speaks neither TLS 1.2 nor 1.3. RFC 8996 forbids what is older. keepalived takes
    /// what its OpenSSL takes; version 3 takes nothing older either unless it is told to.
    #[error("{}", OnlyOlder(*version))]
    OlderProtocol {
        /// What it offers instead, if it said so. Most servers only say that it is not ours.
        version: Option<TlsVersion>,
    },
    /// What the server says is not TLS at all.
    #[error("the server does not speak TLS")]
    NotTls,
    /// It began as TLS and makes no sense, or cannot be deciphered.
    #[error("what the server says is broken TLS")]
    Malformed,
    /// The server closed before TLS was agreed on.
    #[error("the server closed")]
    Closed,
    /// The server chose something that we do not have or did not offer.
    #[error("no parameters in common with the server")]
    NothingInCommon,
    /// The server said no.
    #[error("the server sent the alert {0}")]
    Alert(TlsAlert),
    /// The certificate is no longer valid.
    #[error("the certificate has expired")]
    Expired,
    /// The certificate is valid at some later time.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// The certificate is somebody else's.
    #[error("the certificate is for another name")]
    WrongName,
    /// No chain leads to a root that is trusted.
    #[error("the certificate is of an unknown issuer")]
    UnknownIssuer,
    /// Something else is wrong with the certificate.
    #[error("the certificate cannot be used")]
    Certificate,
    /// The server does not have the certificate's key.
    #[error("the server's signature is not of its certificate's key")]
    Signature,
}

impl TlsFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> crate::Phase {
        crate::Phase::Tls
    }
}

struct OnlyOlder(Option<TlsVersion>);

impl fmt::Display for OnlyOlder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(version) => write!(f, "the server speaks nothing newer than {version}"),
            None => f.write_str("the server speaks neither TLS 1.2 nor TLS 1.3"),
        }
    }
}

/// A version of the protocol.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum TlsVersion {
    /// RFC 6101.
    Ssl3,
    /// RFC 2246.
    Tls10,
    /// RFC 4346.
    Tls11,
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

impl TlsVersion {
    /// The version that has `number` on the wire.
    #[must_use]
    pub const fn from_wire(number: u16) -> Option<Self> {
        match number {
            0x0300 => Some(Self::Ssl3),
            0x0301 => Some(Self::Tls10),
            0x0302 => Some(Self::Tls11),
            0x0303 => Some(Self::Tls12),
            0x0304 => Some(Self::Tls13),
            _ => None,
        }
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ssl3 => "SSL 3.0",
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        })
    }
}

/// The number of an alert (RFC 8446 §6).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct TlsAlert(pub u8);

impl TlsAlert {
    /// The server would take none of what we offered; one of TLS 1.2 also says so when it wants a
    /// certificate of ours.
    pub const HANDSHAKE_FAILURE: Self = Self(40);
    /// The server wants a certificate of ours, and we have none (TLS 1.3).
    pub const CERTIFICATE_REQUIRED: Self = Self(116);
    /// The server knows no host of the name that we asked for.
    pub const UNRECOGNIZED_NAME: Self = Self(112);
    /// The server would take none of our versions; a handshake that ends so is
    /// [`TlsFailure::OlderProtocol`].
    pub const PROTOCOL_VERSION: Self = Self(70);

    const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            10 => "unexpected_message",
            20 => "bad_record_mac",
            22 => "record_overflow",
            40 => "handshake_failure",
            42 => "bad_certificate",
            43 => "unsupported_certificate",
            44 => "certificate_revoked",
            45 => "certificate_expired",
            46 => "certificate_unknown",
            47 => "illegal_parameter",
            48 => "unknown_ca",
            49 => "access_denied",
            50 => "decode_error",
            51 => "decrypt_error",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            109 => "missing_extension",
            110 => "unsupported_extension",
            112 => "unrecognized_name",
            113 => "bad_certificate_status_response",
            115 => "unknown_psk_identity",
            116 => "certificate_required",
            120 => "no_application_protocol",
            _ => return None,
        })
    }
}

impl fmt::Display for TlsAlert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}

/// What a server and a probe agreed on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct TlsReport {
    /// How long agreeing took, from the first octet of ours to the last.
    pub handshake: Duration,
    /// The version of the protocol.
    pub version: TlsVersion,
    /// Number of the cipher suite in IANA's registry.
    pub cipher_suite: u16,
    /// `notAfter` of the server's own certificate, since 1970, if it could be read.
    pub certificate_expires: Option<Duration>,
}

impl TlsReport {
    /// Whole days that the certificate has left at `now`, which is since 1970; negative when they
    /// are over.
    #[must_use]
    pub fn days_left(&self, now: Duration) -> Option<i64> {
        let seconds = |time: Duration| i64::try_from(time.as_secs()).ok();
        let left = seconds(self.certificate_expires?)?.checked_sub(seconds(now)?)?;
        Some(left.div_euclid(86_400))
    }
}
