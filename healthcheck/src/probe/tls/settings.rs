//! What is settled about TLS before the first server is asked.

use core::fmt;
use std::sync::Arc;

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use super::verifier::Verifier;

/// What a probe says and wants in a handshake.
///
/// The default is keepalived's: nothing is verified and no name is told.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TlsOptions {
    /// Whose certificate is taken.
    pub verify: TlsVerify,
    /// The name that the server is told (SNI, RFC 6066 §3), which may be another than that of the
    /// `Host` header; with `enable_sni` it is the `virtualhost`. An address is not told, as the RFC
    /// wants it.
    pub server_name: Option<String>,
    /// Who we are.
    pub identity: Option<TlsIdentity>,
    /// Protocols to offer (ALPN, RFC 7301), the best first; none offers nothing.
    pub alpn: Vec<Vec<u8>>,
}

/// Whose certificate is taken.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum TlsVerify {
    /// Anybody's. That the server has the certificate's key is still asked for.
    #[default]
    Nobody,
    /// One that leads to a root, is valid now, and is for a name.
    Server {
        /// Certificates in PEM, for instance the contents of
        /// `/etc/ssl/certs/ca-certificates.crt`.
        roots: Vec<u8>,
        /// A host name or an address, independent of the one that the server is told.
        name: String,
    },
}

/// A certificate of ours with its key.
#[derive(Clone, Eq, PartialEq)]
pub struct TlsIdentity {
    /// Our certificate and those that lead to a root, in PEM.
    pub certificates: Vec<u8>,
    /// Its key, in PEM and not encrypted.
    pub key: Vec<u8>,
}

impl fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsIdentity").finish_non_exhaustive()
    }
}

/// Settings that cannot work.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTls {
    /// No root among the certificates, or one that is none.
    #[error("no root certificate in PEM")]
    Roots,
    /// The name to be verified is neither a host name nor an address.
    #[error("no host name or address to verify")]
    Name,
    /// The name to be told is neither a host name nor an address.
    #[error("no host name to tell the server")]
    ServerName,
    /// Our own certificate is none.
    #[error("no client certificate in PEM")]
    Certificates,
    /// A key with a password.
    #[error("the client's key is encrypted")]
    EncryptedKey,
    /// Our key is none, or of a kind that we cannot use.
    #[error("no usable client key in PEM")]
    Key,
    /// Our certificate is of another key.
    #[error("the client's key is not that of its certificate")]
    KeyMismatch,
    /// A protocol's name has no octet or more than 255.
    #[error("no protocol name for ALPN")]
    Alpn,
    /// The library refuses.
    #[error("settings that the TLS library refuses")]
    Library,
}

/// Settings made ready. Copies share them, so that thousands of probes hold them once.
///
/// Versions 1.3 and 1.2, with ciphers that authenticate (GCM, ChaCha20-Poly1305) and keys that are
/// agreed on anew (ECDHE). keepalived's OpenSSL also takes CBC, RSA and DHE; a server that has
/// nothing else fails here with the alert [`HANDSHAKE_FAILURE`](crate::TlsAlert::HANDSHAKE_FAILURE).
#[derive(Clone, Debug)]
pub struct Tls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) server_name: ServerName<'static>,
}

impl Tls {
    /// Makes settings ready. Each handshake is one from the beginning: what a resumed session saves
    /// is what a check is there to try.
    ///
    /// # Errors
    ///
    /// [`InvalidTls`] names what does not work.
    pub fn new(options: &TlsOptions) -> Result<Self, InvalidTls> {
        let provider = Arc::new(ring::default_provider());
        let verifier = verifier(&options.verify, &provider)?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| InvalidTls::Library)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &options.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let (certificates, key) = identity.read()?;
                builder.with_client_auth_cert(certificates, key).map_err(|error| wrong_key(&error))?
            }
        };
        if options.alpn.iter().any(|name| !(1..=255).contains(&name.len())) {
            return Err(InvalidTls::Alpn);
        }
        config.alpn_protocols.clone_from(&options.alpn);
        config.resumption = Resumption::disabled();
        // An address is what the library tells nobody.
        let nobody = ServerName::from(core::net::IpAddr::from([0, 0, 0, 0]));
        let server_name = match &options.server_name {
            None => nobody,
            Some(name) => ServerName::try_from(name.clone()).map_err(|_| InvalidTls::ServerName)?,
        };
        Ok(Self { config: Arc::new(config), server_name })
    }

    /// The same settings, offering HTTP/2 and nothing else.
    #[cfg(feature = "grpc")]
    pub(super) fn for_http2(&self) -> Self {
        let mut tls = self.clone();
        if tls.config.alpn_protocols != [b"h2"] {
            Arc::make_mut(&mut tls.config).alpn_protocols = vec![b"h2".to_vec()];
        }
        tls
    }
}

fn verifier(verify: &TlsVerify, provider: &Arc<CryptoProvider>) -> Result<Verifier, InvalidTls> {
    let algorithms = provider.signature_verification_algorithms;
    let (pem, name) = match verify {
        TlsVerify::Nobody => return Ok(Verifier::nobody(algorithms)),
        TlsVerify::Server { roots, name } => (roots, name),
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem).ok_or(InvalidTls::Roots)? {
        roots.add(certificate).map_err(|_| InvalidTls::Roots)?;
    }
    let name = ServerName::try_from(name.clone()).map_err(|_| InvalidTls::Name)?;
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|_| InvalidTls::Roots)?;
    Ok(Verifier::server(algorithms, chain, name))
}

impl TlsIdentity {
    fn read(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), InvalidTls> {
        let certificates = certificates(&self.certificates).ok_or(InvalidTls::Certificates)?;
        let encrypted = self.key.windows(9).any(|part| part == b"ENCRYPTED");
        let key = PrivateKeyDer::from_pem_slice(&self.key);
        let key = key.map_err(|_| if encrypted { InvalidTls::EncryptedKey } else { InvalidTls::Key })?;
        Ok((certificates, key))
    }
}

/// All certificates of a text in PEM; `None` if there is none, or one is broken.
fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().ok()?;
    (!found.is_empty()).then_some(found)
}

fn wrong_key(error: &rustls::Error) -> InvalidTls {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the library may refuse a key in any of its words")]
    match error {
        rustls::Error::InconsistentKeys(_) => InvalidTls::KeyMismatch,
        rustls::Error::InvalidCertificate(_) => InvalidTls::Certificates,
        _ => InvalidTls::Key,
    }
}
