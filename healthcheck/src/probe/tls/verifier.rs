//! Whose certificate is taken.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::x509::Certificate;

#[derive(Debug)]
pub(super) struct Verifier {
    algorithms: WebPkiSupportedAlgorithms,
    server: Option<Server>,
}

/// The name is kept here because the library passes the one that it tells the server.
#[derive(Debug)]
struct Server {
    chain: Arc<WebPkiServerVerifier>,
    name: ServerName<'static>,
}

impl Verifier {
    pub(super) const fn nobody(algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self { algorithms, server: None }
    }

    pub(super) const fn server(
        algorithms: WebPkiSupportedAlgorithms,
        chain: Arc<WebPkiServerVerifier>,
        name: ServerName<'static>,
    ) -> Self {
        Self { algorithms, server: Some(Server { chain, name }) }
    }

    /// Where nobody is verified, a certificate that the library cannot read is no reason to call a
    /// server dead which OpenSSL, and so keepalived, would have taken: X.509 version 1, RSA under
    /// 2048 bits. A signature that can be read and is wrong is one everywhere.
    fn lenient(
        &self,
        certificate: &CertificateDer<'_>,
        result: Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let wrong = match result {
            Err(Error::InvalidCertificate(CertificateError::BadSignature)) => !has_short_key(certificate),
            Ok(_) | Err(_) => false,
        };
        if self.server.is_some() || wrong { result } else { Ok(HandshakeSignatureValid::assertion()) }
    }
}

/// Shorter than RSA with 2048 bits, yet longer than any key on a curve that we know: those of RSA
/// with 1024 bits have 159 octets, those on P-521 have 155.
fn has_short_key(certificate: &[u8]) -> bool {
    Certificate::read(certificate).is_none_or(|read| (156..280).contains(&read.public_key_len))
}

/// A chain that leads to the name of a root but not to its key leads to somebody unknown.
fn issuer(error: Error) -> Error {
    let other_key = Error::InvalidCertificate(CertificateError::BadSignature);
    if error == other_key { CertificateError::UnknownIssuer.into() } else { error }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _told: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.server {
            None => Ok(ServerCertVerified::assertion()),
            Some(Server { chain, name }) => {
                chain.verify_server_cert(end_entity, intermediates, name, ocsp_response, now).map_err(issuer)
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let result = verify_tls12_signature(message, certificate, signature, &self.algorithms);
        self.lenient(certificate, result)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let result = verify_tls13_signature(message, certificate, signature, &self.algorithms);
        self.lenient(certificate, result)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
