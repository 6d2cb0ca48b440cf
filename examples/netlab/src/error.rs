//! Why a laboratory could not be built.

use std::{io, path::PathBuf};

/// Why a step in building or using the laboratory failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// A system call for this process or a thread of it failed.
    #[error("cannot {step}: {source}")]
    Step {
        /// What was tried, as the end of a sentence.
        step: &'static str,
        /// The kernel's answer.
        source: io::Error,
    },
    /// A file or a mount point could not be used.
    #[error("cannot {step} {}: {source}", path.display())]
    Path {
        /// What was tried.
        step: &'static str,
        /// With which file.
        path: PathBuf,
        /// The kernel's answer.
        source: io::Error,
    },
    /// The kernel refused a change of an interface, an address or a route.
    #[error("cannot {step} {name}: {source}")]
    Link {
        /// What was tried.
        step: &'static str,
        /// With which interface or route.
        name: String,
        /// The kernel's answer.
        source: io::Error,
    },
    /// The namespace has no interface of that name.
    #[error("no interface {0} in this namespace")]
    NoInterface(String),
    /// The LAN has no host of that number.
    #[error("no host {0} on this LAN")]
    NoHost(u8),
    /// A thread that owned the state panicked.
    #[error("a thread of the laboratory panicked")]
    Poisoned,
}

impl LabError {
    /// For `map_err` behind a system call of nix or std.
    pub(crate) fn step<E: Into<io::Error>>(step: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::Step { step, source: source.into() }
    }

    /// For `map_err` behind an operation on a file.
    pub(crate) fn path<E: Into<io::Error>>(
        step: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(E) -> Self {
        let path = path.into();
        move |source| Self::Path { step, path, source: source.into() }
    }
}
