//! When to probe again.

use core::time::Duration;

/// keepalived's probing policy (`delay_loop`, `retry`, `delay_before_retry`).
///
/// A server that is up is probed every `delay_loop`. After a failed probe the next one comes
/// after `delay_before_retry`, and only the failure number `retry + 1` in a row takes it down.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Policy {
    /// Between two probes of a server whose state is settled.
    pub delay_loop: Duration,
    /// Further attempts after the first failure of a server that is up.
    pub retry: u32,
    /// Between two attempts while failing.
    pub delay_before_retry: Duration,
}

impl Policy {
    /// When the next probe starts, counted from the end of one that failed, for a server that
    /// is still up and has now failed `failures` times in a row; `None` when that was once too
    /// often and the server is down.
    #[must_use]
    pub fn after_failure(&self, failures: u32) -> Option<Duration> {
        (failures <= self.retry).then_some(self.delay_before_retry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_goes_down_with_the_failure_after_the_last_retry() {
        let policy = Policy {
            delay_loop: Duration::from_secs(6),
            retry: 1,
            delay_before_retry: Duration::from_secs(1),
        };
        assert_eq!(policy.after_failure(1), Some(Duration::from_secs(1)));
        assert_eq!(policy.after_failure(2), None);
    }
}
