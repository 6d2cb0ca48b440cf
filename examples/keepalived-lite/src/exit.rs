//! Exit codes that scripts rely on.

use std::process::ExitCode;

/// Why a process of ours ends. The numbers are keepalived's, except for usage
/// and for what only the parent sees.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    /// Stopped in order.
    Ok,
    /// Something failed that should not.
    Fatal,
    /// The configuration cannot be run.
    Config,
    /// The system forbids what we need.
    Permission,
    /// There is no configuration file.
    NoConfig,
    /// The kernel does not balance, and the configuration wants it to.
    NoIpvs,
    /// The command line makes no sense.
    Usage,
    /// `-t`: keepalived's verdict as a number.
    ConfigTest(u8),
}

impl Exit {
    /// The process's exit status.
    #[must_use]
    pub(crate) const fn status(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Fatal => 1,
            Self::Config => 2,
            Self::Permission => 4,
            Self::NoIpvs => 5,
            Self::NoConfig => 6,
            Self::Usage => 64,
            Self::ConfigTest(code) => code,
        }
    }

    /// Whether the parent should try again with a new worker.
    #[must_use]
    pub(crate) const fn worth_a_respawn(status: Option<i32>) -> bool {
        !matches!(status, Some(0 | 2 | 4 | 5 | 6))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}
