//! What TCP is told about a route.

use core::fmt;
use core::time::Duration;

use super::names::Quoted;
use crate::describe::{Describe, Value, describe};

/// Metrics of a route (`RTA_METRICS`). What is absent is left to the kernel.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RouteMetrics {
    /// `mtu`, in octets.
    pub mtu: Option<Lockable<u32>>,
    /// `hoplimit` (`RTAX_HOPLIMIT`).
    pub hop_limit: Option<u8>,
    /// `advmss`: the MSS to advertise, in octets.
    pub advertised_mss: Option<Lockable<u32>>,
    /// `rtt`: first estimate of the round trip time, 200 ms..=120 s in steps of 125 µs.
    pub rtt: Option<Lockable<Duration>>,
    /// `rttvar`: first estimate of its variance, 200 ms..=120 s in steps of 250 µs.
    pub rtt_variance: Option<Lockable<Duration>>,
    /// `rto_min`: least retransmission time-out, 200 ms..=120 s in steps of 1 ms.
    pub rto_min: Option<Lockable<Duration>>,
    /// `reordering`: how far packets may come out of order, in packets.
    pub reordering: Option<Lockable<u32>>,
    /// `window`: largest window to advertise, in octets.
    pub window: Option<u32>,
    /// `cwnd`: largest congestion window, in segments.
    pub congestion_window: Option<Lockable<u32>>,
    /// `ssthresh`: first slow start threshold.
    pub slow_start_threshold: Option<Lockable<u32>>,
    /// `initcwnd`: first congestion window, in segments.
    pub initial_congestion_window: Option<u32>,
    /// `initrwnd`: first receive window, in segments.
    pub initial_receive_window: Option<u32>,
    /// `features ecn`: explicit congestion notification.
    pub ecn: bool,
    /// `quickack`: acknowledge at once.
    pub quick_ack: Option<bool>,
    /// `congctl`: name of the congestion control algorithm.
    pub congestion_control: Option<Lockable<String>>,
    /// `fastopen_no_cookie`: TCP fast open without a cookie.
    pub fast_open_no_cookie: Option<bool>,
}

describe!(RouteMetrics {
    mtu,
    hop_limit,
    advertised_mss,
    rtt,
    rtt_variance,
    rto_min,
    reordering,
    window,
    congestion_window,
    slow_start_threshold,
    initial_congestion_window,
    initial_receive_window,
    ecn,
    quick_ack,
    congestion_control,
    fast_open_no_cookie
});

/// A metric that `lock` keeps the kernel from changing (`RTAX_LOCK`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Lockable<T> {
    /// The metric.
    pub value: T,
    /// `lock`.
    pub locked: bool,
}

impl<T: Describe> Describe for Lockable<T> {
    fn describe(&self) -> Value {
        let Self { value, locked } = self;
        Value::Map(vec![("value", value.describe()), ("locked", locked.describe())])
    }
}

impl RouteMetrics {
    /// Microseconds that the kernel counts `rtt` in.
    pub const RTT_UNIT_US: u32 = 125;
    /// Microseconds that the kernel counts `rttvar` in.
    pub const RTT_VARIANCE_UNIT_US: u32 = 250;
    /// Microseconds that the kernel counts `rto_min` in.
    pub const RTO_MIN_UNIT_US: u32 = 1000;
}

impl fmt::Display for RouteMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let locked = |f: &mut fmt::Formatter<'_>, word: &str, metric: &Option<Lockable<u32>>| match metric {
            Some(metric) => write_metric(f, word, metric.locked, &metric.value),
            None => Ok(()),
        };
        let plain = |f: &mut fmt::Formatter<'_>, word: &str, metric: Option<u32>| match metric {
            Some(metric) => write_metric(f, word, false, &metric),
            None => Ok(()),
        };
        locked(f, "mtu", &self.mtu)?;
        plain(f, "hoplimit", self.hop_limit.map(u32::from))?;
        locked(f, "advmss", &self.advertised_mss)?;
        locked(f, "rtt", &in_units(self.rtt, Self::RTT_UNIT_US))?;
        locked(f, "rttvar", &in_units(self.rtt_variance, Self::RTT_VARIANCE_UNIT_US))?;
        locked(f, "rto_min", &in_units(self.rto_min, Self::RTO_MIN_UNIT_US))?;
        locked(f, "reordering", &self.reordering)?;
        plain(f, "window", self.window)?;
        locked(f, "cwnd", &self.congestion_window)?;
        locked(f, "ssthresh", &self.slow_start_threshold)?;
        plain(f, "initcwnd", self.initial_congestion_window)?;
        plain(f, "initrwnd", self.initial_receive_window)?;
        if self.ecn {
            f.write_str(" features ecn")?;
        }
        plain(f, "quickack", self.quick_ack.map(u32::from))?;
        if let Some(name) = &self.congestion_control {
            write_metric(f, "congctl", name.locked, &Quoted(&name.value))?;
        }
        plain(f, "fastopen_no_cookie", self.fast_open_no_cookie.map(u32::from))
    }
}

fn in_units(time: Option<Lockable<Duration>>, unit_us: u32) -> Option<Lockable<u32>> {
    let time = time?;
    let units = time.value.as_micros() / u128::from(unit_us.max(1));
    Some(Lockable { value: u32::try_from(units).unwrap_or(u32::MAX), locked: time.locked })
}

fn write_metric(
    f: &mut fmt::Formatter<'_>,
    word: &str,
    locked: bool,
    value: &dyn fmt::Display,
) -> fmt::Result {
    write!(f, " {word}{} {value}", if locked { " lock" } else { "" })
}
