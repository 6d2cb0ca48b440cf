//! Words to numbers, times, addresses and switches.

use core::net::IpAddr;
use core::str::FromStr;
use core::time::Duration;

use super::reader::{Reader, Statement, Word};
use crate::keywords::near;
use crate::{Diagnostic, Problem, Span};

/// What is done about a value that is not valid.
pub(super) const IGNORED: &str = "the line has no effect";
/// What keepalived does about `5;` and `5s`, though its configuration test drops the line.
const BEGINNING: &str = "the number that it begins with is used";
/// What happens to `6s`. keepalived would check servers every 6 µs; nobody means that, and nobody wants it.
const UNIT: &str = "the line has no effect; keepalived takes the digits for microseconds";
/// The same where it begins with none.
const ZERO: &str = "0 is used";

impl Reader<'_> {
    /// Argument `index` as a whole number from `min` to `max`. Reports what is none.
    ///
    /// keepalived reads the number at the beginning of a word, complains about what follows, and for most keywords
    /// goes on with that number. So this gives it, too; [`exact_number`](Self::exact_number) is for the other keywords.
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
        let number = Number::of(&word.text);
        let value = number.value.filter(|value| (min..=max).contains(value));
        if value.is_some() && number.is_valid(min) {
            self.doubt_empty(word);
            return value;
        }
        let effect = match value {
            Some(_) if number.digits => BEGINNING,
            Some(_) => ZERO,
            None => effect,
        };
        self.report_number(word, min, max, effect);
        value
    }

    /// The same where keepalived uses nothing but a number as a whole.
    pub(super) fn exact_integer_word(
        &mut self,
        word: &Word<'_>,
        min: i64,
        max: i64,
        effect: &'static str,
    ) -> Option<i64> {
        let number = Number::of(&word.text);
        let value = number.value.filter(|value| (min..=max).contains(value) && number.is_valid(min));
        if value.is_none() {
            self.report_number(word, min, max, effect);
        } else {
            self.doubt_empty(word);
        }
        value
    }

    /// Says that an empty word is a number, about which keepalived says nothing.
    fn doubt_empty(&mut self, word: &Word<'_>) {
        if word.text.trim_ascii().is_empty() {
            self.adjusted(word.span, "there is no number in these quotes", ZERO, false);
        }
    }

    /// A port of a service; 0, with however many digits, is none.
    pub(super) fn port_word(&mut self, word: &Word<'_>, effect: &'static str) -> Option<u16> {
        if word.text.iter().all(|octet| *octet == b'0') {
            return Some(0);
        }
        self.integer_word(word, 1, 65_535, effect).and_then(|port| u16::try_from(port).ok())
    }

    fn report_number(&mut self, word: &Word<'_>, min: i64, max: i64, effect: &'static str) {
        let (min, max) = (min.to_string(), max.to_string());
        self.report(word.span, Problem::InvalidNumber { value: word.string(), min, max, effect });
    }

    /// [`integer`](Self::integer) in a smaller type, whose range is the valid one.
    pub(super) fn number<T: TryFrom<i64>>(&mut self, line: &Statement<'_>, min: i64, max: i64) -> Option<T> {
        self.integer(line, 1, min, max).and_then(|number| T::try_from(number).ok())
    }

    /// The same where keepalived uses nothing but a number as a whole.
    pub(super) fn exact_number<T: TryFrom<i64>>(
        &mut self,
        line: &Statement<'_>,
        min: i64,
        max: i64,
    ) -> Option<T> {
        let word = line.arg(1)?;
        self.exact_integer_word(&word, min, max, IGNORED).and_then(|number| T::try_from(number).ok())
    }

    /// The first argument as whole seconds.
    pub(super) fn seconds(&mut self, line: &Statement<'_>, min: i64, max: i64) -> Option<Duration> {
        self.number::<u64>(line, min, max).map(Duration::from_secs)
    }

    /// The same where keepalived uses nothing but a number as a whole.
    pub(super) fn exact_seconds(&mut self, line: &Statement<'_>, min: i64, max: i64) -> Option<Duration> {
        self.exact_number::<u64>(line, min, max).map(Duration::from_secs)
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
        let in_range = |time: &Duration| (min..=max).contains(time);
        let time = decimal_seconds(&word.text).filter(in_range);
        if time.is_none() {
            let number = Number::of(&word.text);
            let micros = number.value.and_then(|value| u64::try_from(value).ok()).map(Duration::from_micros);
            let unit = number.digits && !number.whole && micros.as_ref().is_some_and(in_range);
            let effect = if unit { UNIT } else { IGNORED };
            let (min, max) = (min.as_secs_f64().to_string(), max.as_secs_f64().to_string());
            self.report(word.span, Problem::InvalidNumber { value: word.string(), min, max, effect });
        } else {
            self.doubt_empty(&word);
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
        // keepalived takes a prefix length or a range wherever it takes an address, and looks at it in few places only.
        let range = word.text.contains(&b'-');
        let separator = if range { b'-' } else { b'/' };
        let bare = word.text.split(|octet| *octet == separator).next().unwrap_or(&[]);
        let address = parse(bare);
        if address.is_some() && bare.len() < word.text.len() {
            let (what, effect) = if range {
                ("one address is wanted here, not a range", "only the first address has an effect")
            } else {
                ("an address without a prefix length is wanted here", "the prefix length has no effect")
            };
            self.adjusted(word.span, what, effect, false);
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

/// What C makes of a text that should be a decimal number: blanks, a sign, digits. Nothing at all is 0.
struct Number {
    /// `None`: too large for any range.
    value: Option<i64>,
    negative: bool,
    /// There is at least one.
    digits: bool,
    /// Nothing follows.
    whole: bool,
}

impl Number {
    fn of(text: &[u8]) -> Self {
        let text = text.trim_ascii_start();
        let (negative, rest) = match text.split_first() {
            Some((b'-', rest)) => (true, rest),
            Some((b'+', rest)) => (false, rest),
            _ => (false, text),
        };
        let len = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
        let (digits, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        let value = digits.iter().try_fold(0_i64, |sum, digit| {
            sum.checked_mul(10)?.checked_add(i64::from(digit.saturating_sub(b'0')))
        });
        let value = value.map(|value| if negative { -value } else { value });
        // A sign alone is no number, and C begins anew before it.
        let whole = if digits.is_empty() { text.is_empty() } else { after.is_empty() };
        Self { value, negative, digits: !digits.is_empty(), whole }
    }

    /// Whether keepalived has nothing against how it is written: where nothing is negative, not even 0 has a sign.
    const fn is_valid(&self, min: i64) -> bool {
        self.whole && !(self.negative && min >= 0)
    }
}

/// Text that is a `T` as a whole.
pub(super) fn parse<T: FromStr>(text: &[u8]) -> Option<T> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// Decimal seconds without a minus, rounded to microseconds by the seventh decimal place. Nothing at all is 0, as to C.
pub(super) fn decimal_seconds(text: &[u8]) -> Option<Duration> {
    let text = core::str::from_utf8(text).ok()?.trim_ascii_start();
    let text = text.strip_prefix('+').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|octet| octet.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
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
            ("0.0000019", Some(2)), ("0.0000014", Some(1)), ("", Some(0)), (".", Some(0)), (" +1", Some(1_000_000)), ("+", Some(0)), ("-1", None), ("1s", None), ("1e3", None),
        ];
        for (text, want) in cases {
            assert_eq!(decimal_seconds(text.as_bytes()), want.map(Duration::from_micros), "{text}");
        }
    }
}
