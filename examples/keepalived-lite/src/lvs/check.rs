//! From a checker block to a check that can be made.

use core::num::NonZeroU16;
use core::time::Duration;

use healthcheck::{Config, Failure, Policy, Probe, Sequence};
use kconf_parser::Span;
use kconf_parser::model::{Checker, CheckerKind, ScriptUser};

use super::kinds;

/// One check of a real server.
pub(crate) struct Check {
    /// When to probe and what to believe.
    pub config: Config,
    /// The first probe comes at a random time within this.
    pub warmup: Duration,
    /// One for each target.
    pub probes: Vec<Box<dyn Probe>>,
    /// `log_all_failures`.
    pub log_all_failures: bool,
    /// The time to the next probe counts from the start of the last one, as with `MISC_CHECK`.
    pub from_start: bool,
    /// What it was made of; a check of the same is the same.
    block: Checker,
}

impl core::fmt::Debug for Check {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Check").field("block", &self.block).finish_non_exhaustive()
    }
}

impl Check {
    /// Whether `other` asks the same of the same server.
    #[must_use]
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.block == other.block
    }

    /// What is probed.
    #[must_use]
    pub(crate) fn describe(&self) -> String {
        kinds::describe(&self.block.kind)
    }

    /// What was probed and how it failed, for the log.
    #[must_use]
    pub(crate) fn explain(&self, cause: Failure) -> String {
        match self.block.kind {
            CheckerKind::Misc(_) if matches!(cause, Failure::TimedOut { .. }) => {
                format!("{} timed out", self.describe())
            }
            CheckerKind::Misc(_)
            | CheckerKind::Tcp(_)
            | CheckerKind::Http(_)
            | CheckerKind::Smtp(_)
            | CheckerKind::Dns(_)
            | CheckerKind::Udp(_)
            | CheckerKind::Ping(_)
            | CheckerKind::Bfd(_)
            | CheckerKind::File(_)
            | _ => format!("{}: {cause}", self.describe()),
        }
    }
}

/// Why a check is not made, if it is one that this version does not know.
#[must_use]
pub(crate) const fn unsupported(block: &Checker) -> Option<&'static str> {
    match &block.kind {
        CheckerKind::Http(check) if check.tls => Some("SSL_GET"),
        CheckerKind::Tcp(_)
        | CheckerKind::Misc(_)
        | CheckerKind::Http(_)
        | CheckerKind::Smtp(_)
        | CheckerKind::Dns(_)
        | CheckerKind::Udp(_)
        | CheckerKind::Ping(_) => None,
        CheckerKind::Bfd(_) => Some("BFD_CHECK"),
        CheckerKind::File(_) => Some("FILE_CHECK"),
        _ => Some("this check"),
    }
}

/// A check, if it can be made: see [`unsupported`].
#[must_use]
pub(crate) fn build(block: &Checker, default_user: Option<&ScriptUser>) -> Option<Check> {
    let probes = kinds::probes(block, default_user);
    if probes.is_empty() {
        return None;
    }
    let common = &block.common;
    let sequence = match &block.kind {
        CheckerKind::Http(check) => Sequence::Rotation {
            targets: NonZeroU16::new(u16::try_from(probes.len()).unwrap_or(u16::MAX))?,
            fast_recovery: check.fast_recovery,
        },
        CheckerKind::Tcp(_)
        | CheckerKind::Misc(_)
        | CheckerKind::Smtp(_)
        | CheckerKind::Dns(_)
        | CheckerKind::Udp(_)
        | CheckerKind::Ping(_)
        | CheckerKind::Bfd(_)
        | CheckerKind::File(_)
        | _ => Sequence::Single,
    };
    let policy = Policy::keepalived(common.delay_loop, common.retry, common.delay_before_retry);
    Some(Check {
        config: Config::keepalived(policy, common.alpha, sequence),
        warmup: common.warmup,
        probes,
        log_all_failures: common.log_all_failures,
        from_start: matches!(block.kind, CheckerKind::Misc(_)),
        block: Checker { span: Span::default(), ..block.clone() },
    })
}
