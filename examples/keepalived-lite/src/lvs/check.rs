//! From a checker block to a check that can be made.

use core::num::NonZeroU16;
use core::time::Duration;
use std::sync::Arc;

use healthcheck::{Config, Contribution, Failure, Health, Pace, Policy, Probe, Sequence, TcpProbe};
use kconf_parser::model::{Checker, CheckerCommon, CheckerKind};

use super::files::Followed;
use super::kinds::{self, Means};

/// One check of a real server. There may be thousands: nothing is kept that follows from the rest.
#[derive(Debug)]
pub(crate) struct Check {
    /// The same for all that have the same.
    common: Arc<CheckerCommon>,
    means: Made,
}

/// What it does.
#[derive(Debug)]
enum Made {
    /// The most frequent kind; what is written is what the probe does.
    Tcp(Arc<TcpProbe>),
    Other(Box<Other>),
}

struct Other {
    kind: CheckerKind,
    /// One for each target; none if a file is followed.
    probes: Vec<Arc<dyn Probe>>,
    /// What `FILE_CHECK` follows.
    file: Option<Followed>,
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

impl core::fmt::Debug for Other {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Other").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Check {
    /// Whether `other` asks the same of the same server.
    #[must_use]
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        let same = match (&self.means, &other.means) {
            (Made::Tcp(one), Made::Tcp(other)) => one == other,
            (Made::Other(one), Made::Other(other)) => one.kind == other.kind,
            (Made::Tcp(_), Made::Other(_)) | (Made::Other(_), Made::Tcp(_)) => false,
        };
        same && self.common == other.common
    }

    /// When to probe and what to believe.
    #[must_use]
    pub(crate) fn config(&self) -> Config {
        let CheckerCommon { delay_loop, retry, delay_before_retry, alpha, .. } = *self.common;
        let mut policy = Policy::keepalived(delay_loop, retry, delay_before_retry);
        let mut sequence = Sequence::Single;
        if let Made::Other(other) = &self.means {
            if let CheckerKind::Http(check) = &other.kind {
                let targets = u16::try_from(other.probes.len()).ok().and_then(NonZeroU16::new);
                let targets = targets.unwrap_or(NonZeroU16::MAX);
                sequence = Sequence::Rotation { targets, fast_recovery: check.fast_recovery };
            }
            if matches!(other.kind, CheckerKind::Misc(_)) {
                // The time to the next probe counts from the start of the last one.
                policy.pace = Pace::FromStart;
            }
        }
        Config::keepalived(policy, alpha, sequence)
    }

    /// The first probe comes at a random time within this.
    #[must_use]
    pub(crate) fn warmup(&self) -> Duration {
        self.common.warmup
    }

    /// `log_all_failures`.
    #[must_use]
    pub(crate) fn log_all_failures(&self) -> bool {
        self.common.log_all_failures
    }

    /// One for each target; none if a file is followed.
    #[must_use]
    pub(crate) fn probes(&self) -> Vec<Arc<dyn Probe>> {
        match &self.means {
            Made::Tcp(probe) => vec![Arc::clone(probe) as Arc<dyn Probe>],
            Made::Other(other) => other.probes.clone(),
        }
    }

    /// What `FILE_CHECK` follows.
    #[must_use]
    pub(crate) fn file(&self) -> Option<&Followed> {
        match &self.means {
            Made::Tcp(_) => None,
            Made::Other(other) => other.file.as_ref(),
        }
    }

    /// What it says before anything was probed, and whether that is known.
    #[must_use]
    pub(crate) fn start(&self) -> Start {
        match self.file() {
            Some(file) => {
                let (health, contribution) = file.now();
                Start { health, contribution, known: true }
            }
            None => {
                let health = if self.common.alpha { Health::Down } else { Health::Up };
                Start { health, contribution: Contribution(0), known: false }
            }
        }
    }

    /// What keepalived's log calls it.
    #[must_use]
    pub(crate) fn word(&self) -> &'static str {
        match &self.means {
            Made::Tcp(_) => kinds::TCP_CHECK,
            Made::Other(other) => kinds::word(&other.kind),
        }
    }

    /// What is probed.
    #[must_use]
    pub(crate) fn target(&self) -> String {
        match &self.means {
            Made::Tcp(probe) => probe.connect.address.to_string(),
            Made::Other(other) => kinds::target(&other.kind),
        }
    }

    /// What was probed and how it failed, for the log.
    #[must_use]
    pub(crate) fn explain(&self, cause: Failure) -> String {
        let target = self.target();
        match (&self.means, cause) {
            // A script has no phases.
            (Made::Other(other), Failure::TimedOut { .. }) if matches!(other.kind, CheckerKind::Misc(_)) => {
                format!("{target}: timed out")
            }
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
pub(crate) fn build(block: Checker, means: &Means<'_>) -> Option<Check> {
    let Checker { common, kind, .. } = block;
    let common = means.shared(common);
    let means = if let CheckerKind::Tcp(connect) = kind {
        Made::Tcp(Arc::new(kinds::tcp(connect)))
    } else {
        let probes = kinds::probes(&kind, means);
        let file = kinds::file(&kind, means);
        if probes.is_empty() && file.is_none() {
            return None;
        }
        Made::Other(Box::new(Other { kind, probes, file }))
    };
    Some(Check { common, means })
}
