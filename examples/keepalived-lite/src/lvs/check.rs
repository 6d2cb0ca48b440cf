//! From a checker block to a check that can be made.

use core::num::NonZeroU16;
use core::time::Duration;

use healthcheck::{Config, Contribution, Failure, Health, Policy, Probe, Sequence};
use kconf_parser::Span;
use kconf_parser::model::{Checker, CheckerKind};

use super::files::Followed;
use super::kinds::{self, Means};

/// One check of a real server.
pub(crate) struct Check {
    /// When to probe and what to believe.
    pub config: Config,
    /// The first probe comes at a random time within this.
    pub warmup: Duration,
    /// One for each target; none if a file is followed.
    pub probes: Vec<Box<dyn Probe>>,
    /// What `FILE_CHECK` follows.
    pub file: Option<Followed>,
    /// `log_all_failures`.
    pub log_all_failures: bool,
    /// The time to the next probe counts from the start of the last one, as with `MISC_CHECK`.
    pub from_start: bool,
    /// What it was made of; a check of the same is the same.
    block: Checker,
}

/// Where a check begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// Whether the server counts as working.
    pub health: Health,
    /// What is added to its weight.
    pub contribution: Contribution,
    /// Otherwise it is an assumption.
    pub known: bool,
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

    /// What it says before anything was probed, and whether that is known.
    #[must_use]
    pub(crate) fn start(&self) -> Start {
        match &self.file {
            Some(file) => {
                let (health, contribution) = file.now();
                Start { health, contribution, known: true }
            }
            None => {
                let health = if self.config.alpha { Health::Down } else { Health::Up };
                Start { health, contribution: Contribution(0), known: false }
            }
        }
    }

    /// What keepalived's log calls it.
    #[must_use]
    pub(crate) const fn word(&self) -> &'static str {
        kinds::word(&self.block.kind)
    }

    /// What is probed.
    #[must_use]
    pub(crate) fn target(&self) -> String {
        kinds::target(&self.block.kind)
    }

    /// What was probed and how it failed, for the log.
    #[must_use]
    pub(crate) fn explain(&self, cause: Failure) -> String {
        let target = self.target();
        match (&self.block.kind, cause) {
            // A script has no phases.
            (CheckerKind::Misc(_), Failure::TimedOut { .. }) => format!("{target}: timed out"),
            _ => format!("{target}: {cause}"),
        }
    }
}

/// Why a check is not made, if it is one that this version does not know.
#[must_use]
pub(crate) const fn unsupported(block: &Checker) -> Option<&'static str> {
    match &block.kind {
        CheckerKind::Tcp(_)
        | CheckerKind::Misc(_)
        | CheckerKind::Http(_)
        | CheckerKind::Smtp(_)
        | CheckerKind::Dns(_)
        | CheckerKind::Udp(_)
        | CheckerKind::Ping(_)
        | CheckerKind::File(_) => None,
        CheckerKind::Bfd(_) => Some("BFD_CHECK"),
        _ => Some("this check"),
    }
}

/// A check, if it can be made: see [`unsupported`].
#[must_use]
pub(crate) fn build(block: &Checker, means: &Means<'_>) -> Option<Check> {
    let probes = kinds::probes(block, means);
    let file = kinds::file(block, means);
    if probes.is_empty() && file.is_none() {
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
        file,
        log_all_failures: common.log_all_failures,
        from_start: matches!(block.kind, CheckerKind::Misc(_)),
        block: Checker { span: Span::default(), ..block.clone() },
    })
}
