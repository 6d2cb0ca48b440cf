//! Why a measurement has no result.

use core::time::Duration;
use std::{io, path::PathBuf};

/// Why a measurement has no result. A number is only kept when what it stands for was seen to
/// happen; everything else is one of these.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The network could not be built or asked.
    #[error(transparent)]
    Lab(#[from] netlab::LabError),
    /// The guest that has ip_vs could not be run.
    #[error(transparent)]
    Uml(#[from] netlab::uml::UmlError),
    /// The guest's table could not be read.
    #[error(transparent)]
    Ipvs(#[from] ipvs_netlink::Error),
    /// A file could not be used or a program not be started.
    #[error("cannot {step} {}: {source}", path.display())]
    File {
        /// What was tried.
        step: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What should have happened did not, in time.
    #[error("not within {:.1} s: {what}", within.as_secs_f64())]
    Missed {
        /// What was waited for.
        what: String,
        /// The time it had.
        within: Duration,
    },
    /// It happened otherwise than the measurement assumes.
    #[error("{0}")]
    Untrue(String),
}

impl Failure {
    /// For `map_err` behind an operation on a file.
    pub(crate) fn file(step: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { step, path, source }
    }
}

/// Refuses a measurement that is not of what it claims to be; `found` says what was seen instead.
pub(crate) fn check(holds: bool, found: impl FnOnce() -> String) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::Untrue(found())) }
}
