//! Why a demonstration did not come to its end.

use core::time::Duration;
use std::{io, path::PathBuf};

/// Why a demonstration did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The network could not be built.
    #[error(transparent)]
    Lab(#[from] netlab::LabError),
    /// A file of ours could not be written or read.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A socket or a thread could not be made.
    #[error("cannot {step}: {source}")]
    Step {
        /// What was tried.
        step: &'static str,
        /// Why.
        source: io::Error,
    },
    /// What should have happened did not, in time.
    #[error("expected within {} s, but it did not happen: {expected}", timeout.as_secs())]
    Missed {
        /// A sentence about it.
        expected: String,
        /// The time it had.
        timeout: Duration,
    },
    /// A daemon ended although nobody had asked it to.
    #[error("the daemon of {0} ended by itself ({1})")]
    Ended(&'static str, std::process::ExitStatus),
}
