//! Why the program did not do what it was asked.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ipvs_netlink::Error;

use crate::flags::UsageError;
use crate::rules::RuleError;

/// Why the program did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The command line makes no sense.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The kernel's no, or no answer.
    #[error(transparent)]
    Kernel(#[from] Error),
    /// A rule makes no sense.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A file cannot be read or written.
    #[error("cannot {doing} {}: {error}", path.display())]
    File {
        /// What was to be done with it.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why it cannot.
        error: io::Error,
    },
    /// There is no such service.
    #[error("there is no such service: {0}")]
    NoSuchService(ipvs_netlink::ServiceKey),
    /// The kernel refused some of the changes; each was told already.
    #[error("{0} of {1} changes were refused")]
    Told(usize, usize),
    /// Entries are missing in what was printed; each was told already.
    #[error("{0} entries are missing")]
    Incomplete(usize),
}

/// Whose exit statuses a caller expects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Statuses {
    /// 0 done, 1 refused, 64 a command line that makes no sense (sysexits(3)).
    Ours,
    /// ipvsadm's: 2 for what makes no sense, 255 for flags that it does not know and for the
    /// kernel's no.
    Ipvsadm,
}

/// A command line that makes no sense, as sysexits(3) has it.
pub(crate) const USAGE: u8 = 64;

impl Failure {
    pub(crate) fn file(doing: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |error| Self::File { doing, path, error }
    }

    /// Whether standard output was closed by whoever read it: nothing to report.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::File { error, .. } if error.kind() == io::ErrorKind::BrokenPipe)
    }

    pub(crate) fn status(&self, statuses: Statuses) -> ExitCode {
        let usage = match self {
            Self::Usage(error) => Some(error),
            Self::Rule(error) => error.usage(),
            Self::Kernel(_)
            | Self::File { .. }
            | Self::NoSuchService(_)
            | Self::Told(..)
            | Self::Incomplete(_) => None,
        };
        ExitCode::from(match (statuses, self, usage) {
            (Statuses::Ours, Self::Usage(_), _) => USAGE,
            (Statuses::Ours, ..) => 1,
            (Statuses::Ipvsadm, _, Some(error)) if error.is_about_words() => 255,
            (Statuses::Ipvsadm, _, Some(_)) => 2,
            (Statuses::Ipvsadm, Self::NoSuchService(_) | Self::File { .. }, _) => 1,
            // An IPVS that is not there is 2, whatever was asked of it.
            (Statuses::Ipvsadm, Self::Kernel(error), _)
                if error.reason() == Some(ipvs_netlink::Reason::NoIpvs) =>
            {
                2
            }
            (Statuses::Ipvsadm, ..) => 255,
        })
    }
}
