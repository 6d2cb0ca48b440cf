//! What `SSL_GET` shows of itself and asks for: settings of TLS, made once for all checks that share them.

use core::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use healthcheck::{InvalidTls, Tls, TlsIdentity, TlsOptions};
use kconf_parser::model::SslSettings;

/// Settings by the name that the server is told.
#[derive(Debug, Default)]
pub(crate) struct Secure {
    identity: Option<TlsIdentity>,
    known: RefCell<HashMap<Option<String>, Tls>>,
}

impl Secure {
    /// With the certificate of the block `SSL`, if it names one. One that cannot be used is logged.
    #[must_use]
    pub(crate) fn new(written: Option<&SslSettings>) -> Self {
        let secure = Self { identity: written.and_then(identity), ..Self::default() };
        match secure.tls(None) {
            Ok(_) => secure,
            Err(error) => {
                tracing::error!("SSL: SSL_GET goes without a client certificate: {error}");
                Self::default()
            }
        }
    }

    /// keepalived's settings: nobody is verified. The server is told `name` (`enable_sni`).
    ///
    /// # Errors
    ///
    /// [`InvalidTls::ServerName`] if no server can have the name.
    pub(crate) fn tls(&self, name: Option<&str>) -> Result<Tls, InvalidTls> {
        let name = name.map(str::to_owned);
        if let Some(known) = self.known.borrow().get(&name) {
            return Ok(known.clone());
        }
        let options = TlsOptions {
            server_name: name.clone(),
            identity: self.identity.clone(),
            ..TlsOptions::default()
        };
        let tls = Tls::new(&options)?;
        self.known.borrow_mut().insert(name, tls.clone());
        Ok(tls)
    }
}

fn identity(written: &SslSettings) -> Option<TlsIdentity> {
    let read = |path: &Path| {
        fs::read(path).map_err(|error| tracing::error!("SSL: cannot read {}: {error}", path.display())).ok()
    };
    // As with OpenSSL, the certificate's file may hold the key too.
    let certificate = written.certificate.as_ref()?;
    let key = written.key.as_ref().unwrap_or(certificate);
    Some(TlsIdentity { certificates: read(certificate)?, key: read(key)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_shared_by_name() {
        let secure = Secure::default();
        assert!(secure.tls(None).is_ok());
        assert!(secure.tls(Some("www.example.org")).is_ok());
        assert!(secure.tls(Some("www.example.org")).is_ok());
        assert_eq!(secure.known.borrow().len(), 2);
        assert_eq!(secure.tls(Some("no name")).err(), Some(InvalidTls::ServerName));
    }
}
