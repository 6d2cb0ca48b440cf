//! How many files this process may have open at once, and the programs that it runs.

use core::num::NonZeroUsize;
use std::sync::OnceLock;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use rustix::process::{Pid, Rlimit, prlimit};

/// Descriptors for everything but checks.
const OTHER: u64 = 256;

/// The soft limit that we were started with.
static ORIGINAL: OnceLock<u64> = OnceLock::new();

/// What the programs that we run may have open, soft limit: as much as if we had raised nothing.
#[must_use]
pub(crate) fn of_scripts() -> u64 {
    *ORIGINAL.get_or_init(|| getrlimit(Resource::RLIMIT_NOFILE).map_or(1024, |(soft, _)| soft))
}

/// How many sockets `checks` may have at once. As keepalived does, the limit is raised to what they need, as far as that
/// is allowed.
pub(crate) fn sockets(checks: usize) -> NonZeroUsize {
    let original = of_scripts();
    let wanted = u64::try_from(checks).unwrap_or(u64::MAX).saturating_add(OTHER);
    let (mut soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((original, original));
    let raised = wanted.min(hard);
    if raised > soft && setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok() {
        soft = raised;
    }
    let left = usize::try_from(soft.saturating_sub(OTHER)).unwrap_or(usize::MAX);
    NonZeroUsize::new(left).unwrap_or(NonZeroUsize::MIN)
}

/// Gives a child that has just begun the soft limit `soft`, if it has another one from us. Between fork and exec, where
/// keepalived does it, only unsafe code could.
pub(crate) fn reset(child: Pid, soft: u64) {
    let own = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    if own.current != Some(soft) {
        let limit = Rlimit { current: Some(soft), maximum: own.maximum };
        // It may have ended already, or be another user's that we have no rights over.
        let _ = prlimit(Some(child), rustix::process::Resource::Nofile, limit);
    }
}
