//! The library's errors in our words.

use std::io;

use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

use crate::{Failure, NetworkError, Phase, TlsAlert, TlsFailure};

/// An error before TLS was agreed on.
pub(super) fn of_handshake(error: &io::Error) -> Failure {
    match error.kind() == io::ErrorKind::UnexpectedEof {
        true => Failure::Tls(TlsFailure::Closed),
        false => failure(Phase::Tls, error),
    }
}

/// An error of the library, or of the socket below it.
pub(super) fn failure(phase: Phase, error: &io::Error) -> Failure {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return Failure::Tls(of_tls(error));
    }
    // Not of the socket: a message that the library's buffers do not take.
    let of_library = Failure::Network { phase, reason: NetworkError::Other(None) };
    let failure = crate::probe::failure(phase, error);
    if failure == of_library { Failure::Tls(TlsFailure::Malformed) } else { failure }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library has more words than we need")]
fn of_tls(error: &Error) -> TlsFailure {
    match error {
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => TlsFailure::OlderProtocol { version: None },
        Error::AlertReceived(AlertDescription::CloseNotify) => TlsFailure::Closed,
        Error::AlertReceived(alert) => TlsFailure::Alert(TlsAlert((*alert).into())),
        Error::PeerIncompatible(_) | Error::NoApplicationProtocol => TlsFailure::NothingInCommon,
        Error::InvalidCertificate(error) => of_certificate(error),
        Error::NoCertificatesPresented => TlsFailure::Certificate,
        _ => TlsFailure::Malformed,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library has more words than we need")]
const fn of_certificate(error: &CertificateError) -> TlsFailure {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFailure::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFailure::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsFailure::WrongName
        }
        CertificateError::UnknownIssuer => TlsFailure::UnknownIssuer,
        CertificateError::BadSignature => TlsFailure::Signature,
        _ => TlsFailure::Certificate,
    }
}
