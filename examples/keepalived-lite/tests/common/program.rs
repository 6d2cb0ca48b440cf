//! The two daemons that the tests compare.

use std::path::Path;

/// A daemon that takes keepalived's file and flags.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Program {
    /// This crate's.
    Ours,
    /// The original, as the distribution packages it.
    Keepalived,
}

impl Program {
    const KEEPALIVED: &str = "/usr/sbin/keepalived";

    /// How the test names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "keepalived-lite",
            Self::Keepalived => "keepalived",
        }
    }

    /// The program file.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Ours => env!("CARGO_BIN_EXE_keepalived-lite"),
            Self::Keepalived => Self::KEEPALIVED,
        }
    }

    /// Whether the original is there; where it is not, says that the calling test is skipped.
    pub(crate) fn keepalived_is_installed(test: &str) -> bool {
        let found = Path::new(Self::KEEPALIVED).exists();
        if !found {
            println!("SKIPPED {test}: no {}", Self::KEEPALIVED);
        }
        found
    }
}
