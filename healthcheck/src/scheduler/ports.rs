//! Which ports the kernel gives to connections of this host.

use core::ops::RangeInclusive;
use core::time::Duration;
use std::fs;

use crate::{ConnectTo, Instant};

const FILE: &str = "/proc/sys/net/ipv4/ip_local_port_range";

/// An administrator may change it while we run.
const FRESH: Duration = Duration::from_secs(10);

/// `net.ipv4.ip_local_port_range`, which also counts for IPv6.
#[derive(Debug, Default)]
pub(super) struct LocalPorts {
    /// With the time of reading.
    known: Option<(Instant, RangeInclusive<u16>)>,
}

impl LocalPorts {
    /// Whether a probe could be given the very port that it wants to reach, and talk to itself. If not, and it is so
    /// for the ports of most services, looking at each connection is a system call saved.
    pub(super) fn may_meet_itself(&mut self, now: Instant, connect: &ConnectTo) -> bool {
        let port = connect.address.port();
        if connect.source_port != 0 {
            return connect.source_port == port;
        }
        let range = match &self.known {
            Some((at, range)) if now.saturating_since(*at) < FRESH => range,
            _ => &self.known.insert((now, read())).1,
        };
        range.contains(&port)
    }
}

/// Any port where it cannot be read.
fn read() -> RangeInclusive<u16> {
    let text = fs::read_to_string(FILE).unwrap_or_default();
    understand(&text).unwrap_or(0..=u16::MAX)
}

fn understand(text: &str) -> Option<RangeInclusive<u16>> {
    let mut words = text.split_whitespace();
    Some(words.next()?.parse().ok()?..=words.next()?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_port_that_may_be_its_own_is_doubted() {
        let to =
            |port, source_port| ConnectTo { source_port, ..ConnectTo::new(([192, 0, 2, 1], port).into()) };
        let range = understand("32768\t60999\n").unwrap();
        let mut ports = LocalPorts { known: Some((Instant::default(), range)) };
        let mut may = |port, source| ports.may_meet_itself(Instant::default(), &to(port, source));
        assert!(!may(80, 0) && may(40_000, 0) && may(32_768, 0) && may(60_999, 0) && !may(61_000, 0));
        assert!(may(80, 80) && !may(40_000, 80));
        assert_eq!(understand("x"), None);
    }
}
