//! `MISC_CHECK`: what the end of a script says about a server.

use crate::{Failure, Outcome, Phase};

/// How a script ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ScriptEnd {
    /// By itself, with this exit status.
    Exited(u8),
    /// By this signal.
    Killed(i32),
    /// It had to be stopped because its time was over.
    TimedOut,
}

/// Why a script's end is no success.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptFailure {
    /// It says so with its exit status.
    #[error("exited with status {0}")]
    Status(u8),
    /// A signal ended it, and not one of ours.
    #[error("killed by signal {0}")]
    Signal(i32),
}

impl ScriptFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Status(_) => Phase::Status,
            Self::Signal(_) => Phase::Receive,
        }
    }
}

impl ScriptEnd {
    /// The verdict and, with `dynamic` (`misc_dynamic`), the weight that a success asks for.
    ///
    /// Status 0 is a success that asks for the configured weight, thus `None`. With `dynamic` 2 to
    /// 255 are, too, and ask for two less than themselves. Everything else is a failure.
    ///
    /// keepalived believes a script that traps `SIGTERM` and exits with 0 after its time was over;
    /// here it has failed.
    #[must_use]
    pub fn judge(self, dynamic: bool) -> (Outcome, Option<u32>) {
        match self {
            Self::Exited(0) => (Outcome::Success, None),
            Self::Exited(status @ 2..) if dynamic => (Outcome::Success, Some(u32::from(status) - 2)),
            Self::Exited(status) => (Outcome::Failure(Failure::Script(ScriptFailure::Status(status))), None),
            Self::Killed(signal) => (Outcome::Failure(Failure::Script(ScriptFailure::Signal(signal))), None),
            Self::TimedOut => (Outcome::Failure(Failure::TimedOut { phase: Phase::Receive }), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_mean_what_keepalived_makes_of_them() {
        let failed = |failure| (Outcome::Failure(Failure::Script(failure)), None);
        #[rustfmt::skip]
        let cases = [
            (ScriptEnd::Exited(0),   false, (Outcome::Success, None)),
            (ScriptEnd::Exited(0),   true,  (Outcome::Success, None)),
            (ScriptEnd::Exited(1),   false, failed(ScriptFailure::Status(1))),
            (ScriptEnd::Exited(1),   true,  failed(ScriptFailure::Status(1))),
            (ScriptEnd::Exited(2),   false, failed(ScriptFailure::Status(2))),
            (ScriptEnd::Exited(2),   true,  (Outcome::Success, Some(0))),
            (ScriptEnd::Exited(3),   true,  (Outcome::Success, Some(1))),
            (ScriptEnd::Exited(255), true,  (Outcome::Success, Some(253))),
            (ScriptEnd::Killed(9),   true,  failed(ScriptFailure::Signal(9))),
            (ScriptEnd::TimedOut,    true,  (Outcome::Failure(Failure::TimedOut { phase: Phase::Receive }), None)),
        ];
        for (end, dynamic, want) in cases {
            assert_eq!(end.judge(dynamic), want, "{end:?} {dynamic}");
        }
    }
}
