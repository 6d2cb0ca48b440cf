//! Words to numbers, times, addresses and switches.

use core::net::IpAddr;
use core::str::FromStr;
use core::time::Duration;

use super::reader::{Reader, Statement, Word};
use crate::keywords::near;
use crate::{Diagnostic, Problem, Span};

/// What is done about a value that is not valid.
pub(super) const IGNORED: &str = "the line has no effect";

impl Reader<'_> {
    /// Argument `index` as a whole number from `min` to `max`. Reports and gives `None` otherwise.
    pub(super) fn integer(&mut self, line: &Statement<'_>, index: usize, min: i64, max: i64) -> Option<i64> {
        let word = line.arg(index)?;
        self.integer_word(&word, min, max, IGNORED)
    }

    pub(super) fn integer_word(
        &mut self,
        word: &Word<'_>,
        min: i64,
        max: i64,
        effect: &'static str,
    ) -> Option<i64> {
        let number = parse::<i64>(&word.text).filter(|number| (min..=max).contains(number));
        if number.is_none() {
            let value = word.string();
            let (min, max) = (min.to_string(), max.to_string());
            self.report(word.span, Problem::InvalidNumber { value, min, max, effect });
        }
        number
    }

    /// The same in a smaller type, whose range is the valid one.
    pub(super) fn number<T: TryFrom<i64>>(&mut self, line: &Statement<'_>, min: i64, max: i64) -> Option<T> {
        self.integer(line, 1, min, max).and_then(|number| T::try_from(number).ok())
    }

    /// The first argument as whole seconds.
    pub(super) fn seconds(&mut self, line: &Statement<'_>, min: i64, max: i64) -> Option<Duration> {
        self.number::<u64>(line, min, max).map(Duration::from_secs)
    }

    /// The first argument as decimal seconds with microseconds.
    pub(super) fn timer(&mut self, line: &Statement<'_>, min: Duration, max: Duration) -> Option<Duration> {
        let word = line.arg(1)?;
        let decimals = word.text.iter().rev().position(|octet| *octet == b'.');
        if decimals.is_some_and(|decimals| decimals > 6) {
            let what = format!("'{}' has more than six decimal places", word.string());
            let effect = "it is rounded to microseconds";
            self.report(word.span, Problem::Adjusted { what, effect, reported: true });
        }
        let time = decimal_seconds(&word.text).filter(|time| (min..=max).contains(time));
        if time.is_none() {
            let (min, max) = (min.as_secs_f64().to_string(), max.as_secs_f64().to_string());
            self.report(
                word.span,
                Problem::InvalidNumber { value: word.string(), min, max, effect: IGNORED },
            );
        }
        time
    }

    /// A switch: on without an argument, else `on`, `true`, `yes` or `off`, `false`, `no`.
    pub(super) fn switch(&mut self, line: &Statement<'_>) -> Option<bool> {
        let Some(word) = line.arg(1) else { return Some(true) };
        match &*word.text {
            b"on" | b"true" | b"yes" => Some(true),
            b"off" | b"false" | b"no" => Some(false),
            _ => {
                let expected = "one of on, off, true, false, yes, no";
                self.report(
                    word.span,
                    Problem::InvalidValue { value: word.string(), expected, effect: IGNORED },
                );
                None
            }
        }
    }

    /// Reports what does not fit and what happens instead; `reported`: `keepalived -t` mentions it.
    pub(super) fn adjusted(
        &mut self,
        at: Span,
        what: impl Into<String>,
        effect: &'static str,
        reported: bool,
    ) {
        self.report(at, Problem::Adjusted { what: what.into(), effect, reported });
    }

    /// Reports a word that is none of those that are possible here.
    pub(super) fn invalid(&mut self, word: &Word<'_>, expected: &'static str, effect: &'static str) {
        self.report(word.span, Problem::InvalidValue { value: word.string(), expected, effect });
    }

    /// The same, with the one of `choices` that was most likely meant.
    pub(super) fn invalid_choice(
        &mut self,
        word: &Word<'_>,
        expected: &'static str,
        effect: &'static str,
        choices: &[&str],
    ) {
        let value = word.string();
        let near = near(choices.iter().copied(), &value);
        let finding = Diagnostic::new(word.span, Problem::InvalidValue { value, expected, effect });
        self.advise(match near {
            Some(near) => finding.suggest(format!("did you mean '{near}'?")).fix(word.span, near),
            None => finding,
        });
    }

    /// Argument `index` as an address.
    pub(super) fn address(&mut self, line: &Statement<'_>, index: usize) -> Option<IpAddr> {
        let word = line.arg(index)?;
        self.address_word(&word, "an IP address")
    }

    pub(super) fn address_word<T: FromStr>(&mut self, word: &Word<'_>, expected: &'static str) -> Option<T> {
        // keepalived takes a prefix length wherever it takes an address, and looks at it only in virtual addresses.
        let bare = word.text.split(|octet| *octet == b'/').next().unwrap_or(&[]);
        let address = parse(bare);
        if address.is_some() && bare.len() < word.text.len() {
            let what = "an address without a prefix length is wanted here".to_owned();
            let effect = "the prefix length has no effect";
            self.report(word.span, Problem::Adjusted { what, effect, reported: false });
        }
        if address.is_none() {
            self.report(word.span, Problem::InvalidAddress { value: word.string(), expected });
        }
        address
    }

    /// The first argument as text.
    pub(super) fn text(&self, line: &Statement<'_>) -> Option<String> {
        line.arg(1).map(|word| word.string())
    }
}

/// Text that is a `T` as a whole.
pub(super) fn parse<T: FromStr>(text: &[u8]) -> Option<T> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// Decimal seconds, no sign, rounded to microseconds by the seventh decimal place.
pub(super) fn decimal_seconds(text: &[u8]) -> Option<Duration> {
    let text = core::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|octet| octet.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let seconds = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let micros = fraction.bytes().chain(core::iter::repeat(b'0')).take(6);
    let micros = micros.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    let micros = micros + u64::from(fraction.as_bytes().get(6).is_some_and(|digit| *digit >= b'5'));
    Duration::from_secs(seconds).checked_add(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_seconds_keep_microseconds() {
        #[rustfmt::skip]
        let cases: &[(&str, Option<u64>)] = &[
            ("1", Some(1_000_000)), ("0.25", Some(250_000)), (".5", Some(500_000)), ("2.", Some(2_000_000)),
            ("0.0000019", Some(2)), ("0.0000014", Some(1)), ("", None), (".", None), ("-1", None), ("1s", None), ("1e3", None),
        ];
        for (text, want) in cases {
            assert_eq!(decimal_seconds(text.as_bytes()), want.map(Duration::from_micros), "{text}");
        }
    }
}
