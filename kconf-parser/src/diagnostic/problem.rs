//! Every problem by name.

use super::{ConfigTest, Severity};

/// What is wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Not a keyword here.
    #[error("unknown keyword '{keyword}'")]
    UnknownKeyword {
        /// The word as written.
        keyword: String,
    },
    /// A keyword that keepalived knows and this crate does not implement.
    #[error("'{keyword}' is not supported; it has no effect")]
    NotSupported {
        /// The keyword.
        keyword: String,
    },
}

impl Problem {
    /// A stable name for the kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownKeyword { .. } => "unknown-keyword",
            Self::NotSupported { .. } => "not-supported",
        }
    }

    /// How bad the problem is.
    pub fn severity(&self) -> Severity {
        Severity::Warning
    }

    /// How `keepalived -t` judges the problem.
    pub fn class(&self) -> ConfigTest {
        match self {
            Self::UnknownKeyword { .. } => ConfigTest::WouldRun,
            Self::NotSupported { .. } => ConfigTest::Accepted,
        }
    }
}
