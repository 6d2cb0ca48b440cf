//! Why a run under User-Mode Linux failed.

use core::time::Duration;
use std::{io, path::PathBuf};

use crate::LabError;

/// Why a program could not be run to its end in the guest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UmlError {
    /// The kernel is built for x86-64 only.
    #[error("user-mode-linux exists for x86-64 only, this is {}", std::env::consts::ARCH)]
    Architecture,
    /// Something that a package of Debian brings is not there.
    #[error("no {}: install Debian's package {package}", path.display())]
    Missing {
        /// What was looked for.
        path: PathBuf,
        /// What brings it.
        package: &'static str,
    },
    /// The program `netlab`, which is the guest's first process, has not been built.
    #[error("no program netlab beside this one, above it or in PATH: cargo build -p netlab")]
    NoInit,
    /// The path of the folder for the request splits the kernel's command line.
    #[error("{} has blanks or quotes in it, set TMPDIR to another folder", .0.display())]
    Folder(PathBuf),
    /// A step on the host failed.
    #[error(transparent)]
    Host(#[from] LabError),
    /// The guest could not be made ready, in its own words.
    #[error("in the guest: {0}")]
    Guest(String),
    /// The program could not be started.
    #[error("cannot start {}: {source}", program.display())]
    Unstartable {
        /// What was to run.
        program: PathBuf,
        /// The guest's answer.
        source: io::Error,
    },
    /// The kernel ended without a verdict.
    #[error("the guest's kernel died ({status}); the end of its console:\n{console}")]
    Died {
        /// How its process ended.
        status: String,
        /// The last lines that it printed.
        console: String,
    },
    /// The time was over; the kernel and all of its processes have been killed.
    #[error("killed after {limit:?}")]
    TimedOut {
        /// The time there was.
        limit: Duration,
        /// What the program had printed by then. Empty if it was relayed.
        stdout: Vec<u8>,
        /// The same of its standard error.
        stderr: Vec<u8>,
    },
    /// The caller wanted no more; the kernel and all of its processes have been killed.
    #[error("interrupted")]
    Interrupted,
}
