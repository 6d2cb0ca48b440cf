//! What the demonstration measured, against what the protocol's timers allow.

use core::{fmt, time::Duration};

/// `advert_int` of the shipped configurations.
const INTERVAL: Duration = Duration::from_secs(1);

/// `Skew_Time` of VRRPv3 (RFC 9568 §6.1): how long a backup of `priority` waits once it knows that
/// the master has resigned.
pub(crate) fn skew_time(priority: u8) -> Duration {
    INTERVAL * (256 - u32::from(priority)) / 256
}

/// `Master_Down_Interval`: how long it waits for a master that just falls silent.
pub(crate) fn master_down_interval(priority: u8) -> Duration {
    3 * INTERVAL + skew_time(priority)
}

/// One line of the table.
#[derive(Debug)]
struct Row {
    step: &'static str,
    what: String,
    measured: Duration,
    timer: Option<Duration>,
}

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    rows: Vec<Row>,
}

impl Summary {
    /// Adds a line; a `step` is only named in its first. `timer` is the part of `measured` that the
    /// protocol prescribes.
    pub(crate) fn add(
        &mut self,
        step: &'static str,
        what: impl Into<String>,
        measured: Duration,
        timer: Option<Duration>,
    ) {
        let step = if self.rows.iter().any(|row| row.step == step) { "" } else { step };
        self.rows.push(Row { step, what: what.into(), measured, timer });
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{:<7} {:<47} {:>10} {:>10} {:>11}", "", "", "measured", "by timer", "beyond it")?;
        for Row { step, what, measured, timer } in &self.rows {
            write!(out, "{step:<7} {what:<47} {:>8.4} s", measured.as_secs_f64())?;
            if let Some(timer) = timer {
                let beyond = (measured.as_secs_f64() - timer.as_secs_f64()) * 1000.0;
                write!(out, " {:>8.4} s {beyond:>+8.2} ms", timer.as_secs_f64())?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timers_are_those_of_the_rfc() {
        // 3 × 1 s + (256 − 100) / 256 × 1 s
        assert_eq!(master_down_interval(100), Duration::from_micros(3_609_375));
        assert_eq!(skew_time(150), Duration::from_micros(414_062) + Duration::from_nanos(500));
    }

    #[test]
    fn a_table_fits_into_90_columns_and_names_a_step_once() {
        let mut summary = Summary::default();
        let measured = Duration::from_micros(3_609_875);
        summary.add(
            "crash",
            "last advertisement to the first of director2",
            measured,
            Some(master_down_interval(100)),
        );
        summary.add("crash", "client without an answer", measured, None);
        let text = summary.to_string();
        assert!(text.lines().all(|line| line.len() <= 90), "{text}");
        assert!(text.contains("3.6099 s   3.6094 s    +0.50 ms"), "{text}");
        assert_eq!(text.matches("crash").count(), 1, "{text}");
    }
}
