//! What TCP is told about a route.

use core::time::Duration;

use super::names::decimal;
use super::words::{Key, Void, Words};
use crate::lower::reader::Word;
use crate::model::{Lockable, RouteMetrics};

/// `TCP_RTO_MIN` and `TCP_RTO_MAX` of the kernel, in milliseconds.
const MIN_MS: u32 = 200;
const MAX_MS: u32 = 120_000;

/// Takes an option that is a metric. False: it is none.
pub(super) fn metric<'t>(
    words: &mut Words<'_, 't>,
    key: &Key<'t>,
    metrics: &mut RouteMetrics,
) -> Result<bool, Void> {
    match key.name {
        "mtu" => metrics.mtu = Some(lockable(words, key, metrics.mtu)?),
        "advmss" => metrics.advertised_mss = Some(lockable(words, key, metrics.advertised_mss)?),
        "reordering" => metrics.reordering = Some(lockable(words, key, metrics.reordering)?),
        "cwnd" => metrics.congestion_window = Some(lockable(words, key, metrics.congestion_window)?),
        "ssthresh" => {
            metrics.slow_start_threshold = Some(lockable(words, key, metrics.slow_start_threshold)?)
        }
        "rtt" => metrics.rtt = Some(time(words, key, metrics.rtt, RouteMetrics::RTT_UNIT_US)?),
        "rttvar" => {
            let before = metrics.rtt_variance;
            metrics.rtt_variance = Some(time(words, key, before, RouteMetrics::RTT_VARIANCE_UNIT_US)?);
        }
        "rto_min" => {
            metrics.rto_min = Some(time(words, key, metrics.rto_min, RouteMetrics::RTO_MIN_UNIT_US)?)
        }
        "hoplimit" => metrics.hop_limit = Some(plain(words, key, u64::from(u8::MAX))?),
        "window" => metrics.window = Some(plain(words, key, u64::from(u32::MAX))?),
        "initcwnd" => metrics.initial_congestion_window = Some(plain(words, key, u64::from(u32::MAX))?),
        "initrwnd" => metrics.initial_receive_window = Some(plain(words, key, u64::from(u32::MAX))?),
        "quickack" => metrics.quick_ack = Some(plain::<u8>(words, key, 1)? == 1),
        "fastopen_no_cookie" => metrics.fast_open_no_cookie = Some(plain::<u8>(words, key, 1)? == 1),
        "features" => features(words, key, metrics)?,
        "congctl" => {
            let (locked, word) = locked(words, key)?;
            let locked = locked || metrics.congestion_control.as_ref().is_some_and(|before| before.locked);
            metrics.congestion_control = Some(Lockable { value: word.string(), locked });
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn features<'t>(words: &mut Words<'_, 't>, key: &Key<'t>, metrics: &mut RouteMetrics) -> Result<(), Void> {
    let word = words.value(key)?;
    if &*word.text == b"ecn" {
        metrics.ecn = true;
    } else {
        let (value, effect) = (word.string(), "it has no effect");
        let problem =
            crate::Problem::InvalidValue { value, expected: "ecn, the only feature there is", effect };
        words.reader.report(word.span, problem);
    }
    Ok(())
}

fn plain<'t, T: TryFrom<u64>>(words: &mut Words<'_, 't>, key: &Key<'t>, max: u64) -> Result<T, Void> {
    let word = words.value(key)?;
    words.number(&word, 0, max)
}

/// `[lock] VALUE`.
fn locked<'t>(words: &mut Words<'_, 't>, key: &Key<'t>) -> Result<(bool, Word<'t>), Void> {
    match words.take("lock") {
        Some(lock) => Ok((true, words.value(&Key { name: "lock", word: lock })?)),
        None => Ok((false, words.value(key)?)),
    }
}

/// A lock stays, even if the metric is written again without it.
fn lockable<'t>(
    words: &mut Words<'_, 't>,
    key: &Key<'t>,
    before: Option<Lockable<u32>>,
) -> Result<Lockable<u32>, Void> {
    let (locked, word) = locked(words, key)?;
    let value = words.number(&word, 0, u64::from(u32::MAX))?;
    Ok(Lockable { value, locked: locked || before.is_some_and(|before| before.locked) })
}

fn time<'t>(
    words: &mut Words<'_, 't>,
    key: &Key<'t>,
    before: Option<Lockable<Duration>>,
    unit_us: u32,
) -> Result<Lockable<Duration>, Void> {
    let (locked, word) = locked(words, key)?;
    let units_per_ms = 1000 / unit_us.max(1);
    let Some(Time { units, cut }) = read_time(&word.text, units_per_ms) else {
        return Err(words.wrong(&word, expected(key.name)));
    };
    if cut {
        words.adjust(&word, "the number has too many decimal places", "it is rounded", true);
    }
    let used = units.clamp(u64::from(MIN_MS * units_per_ms), u64::from(MAX_MS * units_per_ms));
    if used != units {
        words.adjust(&word, "the time is not within 200 ms and 120 s", "the nearest of them is used", false);
    }
    let value = Duration::from_micros(used * u64::from(unit_us));
    Ok(Lockable { value, locked: locked || before.is_some_and(|before| before.locked) })
}

fn expected(name: &str) -> &'static str {
    match name {
        "rtt" => {
            "a time of at most 120 s, such as 300ms or 0.3s; a number alone counts eighths of a millisecond"
        }
        "rttvar" => {
            "a time of at most 120 s, such as 300ms or 0.3s; a number alone counts quarters of a millisecond"
        }
        _ => "a time of at most 120 s, such as 300ms or 0.3s; a number alone counts milliseconds",
    }
}

struct Time {
    units: u64,
    /// Decimal places were lost.
    cut: bool,
}

/// A number of units, or one with `s`, `sec`, `secs` and an `m` before them. The first `s` must begin the unit.
fn read_time(text: &[u8], units_per_ms: u32) -> Option<Time> {
    let text = text.trim_ascii_start();
    let unit = text.iter().position(|octet| octet.eq_ignore_ascii_case(&b's'));
    let (number, places, factor) = match unit.map(|at| text.split_at(at)) {
        None => (text, 0, 1),
        Some((number, unit)) => {
            let known = [&b"s"[..], b"sec", b"secs"].iter().any(|known| unit.eq_ignore_ascii_case(known));
            let millis = number.strip_suffix(b"m").or_else(|| number.strip_suffix(b"M"));
            let number = millis.map_or((number, 3), |millis| (millis, 0));
            if !known || number.0.is_empty() {
                return None;
            }
            (number.0, number.1, u64::from(units_per_ms))
        }
    };
    let (number, cut) = shifted(number, places)?;
    // The limit is that of the unit alone, whatever the number counts.
    let within = number <= u64::from(MAX_MS * units_per_ms);
    within.then_some(Time { units: number * factor, cut })
}

/// A decimal number times 10 to the power of `places`, and whether more places than that were written.
fn shifted(text: &[u8], places: usize) -> Option<(u64, bool)> {
    let mut parts = text.splitn(2, |octet| *octet == b'.');
    let (whole, fraction) = (parts.next().unwrap_or(&[]), parts.next().unwrap_or(&[]));
    if text.starts_with(b"-") {
        return None;
    }
    let up = fraction.get(places).is_some_and(|digit| *digit >= b'5');
    let fraction_digits = fraction.iter().take(places).copied();
    let zeros = core::iter::repeat_n(b'0', places.saturating_sub(fraction.len()));
    let digits: Vec<u8> = whole.iter().copied().chain(fraction_digits).chain(zeros).collect();
    let number = decimal(&digits)?.checked_add(u64::from(up))?;
    Some((number, fraction.len() > places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_in_the_units_of_the_kernel() {
        let read = |text: &str| read_time(text.as_bytes(), 8).map(|time| (time.units, time.cut));
        #[rustfmt::skip]
        let cases: &[(&str, Option<(u64, bool)>)] = &[
            ("102", Some((102, false))), ("300ms", Some((2400, false))), ("0.5s", Some((4000, false))),
            ("2SECS", Some((16_000, false))), ("130sec", Some((1_040_000, false))), ("0.5555s", Some((4448, true))),
            ("500.4", Some((500, true))), ("500.5", Some((501, true))), ("960000", Some((960_000, false))),
            ("960001", None), ("s", None), ("ms", None), ("1e3", None), ("102x", None), ("-1", None), ("1sx", None),
        ];
        for (text, want) in cases {
            assert_eq!(read(text), *want, "{text}");
        }
    }
}
