//! Virtual time and its text.

use core::fmt;
use core::time::Duration;

use vrrp_fsm::Instant;

/// A point in virtual time: nanoseconds since the start of the simulation. Sums saturate.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Time(u64);

impl Time {
    /// The start.
    pub const START: Self = Self(0);
    /// Later than anything that happens.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// So many nanoseconds after the start.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the start.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The time since the start.
    #[must_use]
    pub const fn since_start(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// How long after `earlier` this is; zero if it is not after it.
    #[must_use]
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// This point and `nanos` more.
    #[must_use]
    pub(crate) const fn plus_nanos(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// The same on the clock of the machines.
    pub(crate) const fn instant(self) -> Instant {
        Instant::from_origin(self.since_start())
    }
}

impl core::ops::Add<Duration> for Time {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        self.plus_nanos(nanos(duration))
    }
}

impl From<Instant> for Time {
    fn from(instant: Instant) -> Self {
        Self(nanos(instant.since_origin()))
    }
}

impl fmt::Display for Time {
    /// Seconds with milliseconds: `12.345 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", Seconds(self.since_start()))
    }
}

/// Nanoseconds of `duration`, at most 584 years.
pub(crate) fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(duration.subsec_nanos()))
}

/// Seconds with three decimals, rounded to the nearest.
pub(crate) struct Seconds(pub(crate) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.saturating_add(Duration::from_micros(500)).as_millis();
        f.pad(&format!("{}.{:03}", millis / 1000, millis % 1000))
    }
}

/// Reads `250 us`, `1.5 ms`, `12 s`, `3 min` or `2 h`, exactly; `None` for anything else.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at_checked(split)?;
    let unit: u64 = match unit.trim() {
        "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "min" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || (number.contains('.') && fraction.is_empty()) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let mut total = whole.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.chars() {
        if !place.is_multiple_of(10) {
            return None;
        }
        place /= 10;
        total = total.checked_add(u64::from(digit.to_digit(10)?).checked_mul(place)?)?;
    }
    Some(Duration::from_nanos(total))
}

/// Writes a duration so that [`parse_duration`] reads it back.
#[must_use]
pub fn duration_text(duration: Duration) -> String {
    let (secs, subsec) = (duration.as_secs(), duration.subsec_nanos());
    if secs == 0 && subsec > 0 && subsec.is_multiple_of(1_000_000) {
        return format!("{} ms", subsec / 1_000_000);
    }
    if secs == 0 && subsec > 0 && subsec.is_multiple_of(1_000) && subsec < 1_000_000 {
        return format!("{} us", subsec / 1_000);
    }
    let decimals = format!("{subsec:09}");
    match decimals.trim_end_matches('0') {
        "" => format!("{secs} s"),
        decimals => format!("{secs}.{decimals} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_exactly_and_written_back() {
        let cases = [
            ("250 us", 250_000),
            ("1.5 ms", 1_500_000),
            ("12s", 12_000_000_000),
            ("3.609375 s", 3_609_375_000),
            ("0 s", 0),
            ("0.000000001 s", 1),
            ("2 h", 7_200_000_000_000),
            ("1.5 min", 90_000_000_000),
        ];
        for (text, want) in cases {
            let duration = parse_duration(text).unwrap();
            assert_eq!(duration.as_nanos(), want, "{text}");
            assert_eq!(parse_duration(&duration_text(duration)), Some(duration), "{text}");
        }
        for text in ["", "3", "s", "1. s", ".5 s", "-1 s", "1 parsec", "0.5 ns", "1.2.3 s"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_shown_to_the_nearest_millisecond() {
        assert_eq!(Time::from_nanos(3_609_375_000).to_string(), "3.609 s");
        assert_eq!(Time::from_nanos(1_999_600_000).to_string(), "2.000 s");
    }
}
