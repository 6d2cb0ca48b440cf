//! `SSL`.

use core::fmt;
use std::path::PathBuf;

use crate::Span;
use crate::describe::{Describe, Secret, Value, describe};

/// `SSL`: what `SSL_GET` shows of itself, and whom it trusts.
#[derive(Clone, Debug, PartialEq)]
pub struct SslSettings {
    /// The line that opens the block.
    pub span: Span,
    /// `ca`: certificates to trust.
    pub ca: Option<PathBuf>,
    /// `certificate`: our own.
    pub certificate: Option<PathBuf>,
    /// `key`: our own.
    pub key: Option<PathBuf>,
    /// `password` of the key.
    pub password: Option<KeyPassword>,
}

describe!(SslSettings { ca, certificate, key, password; span });

/// The password of a key file. Neither [`Debug`] nor a dump shows it.
#[derive(Clone, Eq, PartialEq)]
pub struct KeyPassword(String);

impl KeyPassword {
    pub(crate) const fn new(password: String) -> Self {
        Self(password)
    }

    /// The password itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Describe for KeyPassword {
    fn describe(&self) -> Value {
        Value::Secret(Secret::new(self.0.as_bytes()))
    }
}
