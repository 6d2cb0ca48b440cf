//! `~SEQ` and `~LST`.

/// Rounds that one sequence may have.
const MAX_ROUNDS: usize = 100_000;

/// Names and what they stand for in each round, and what is repeated.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Sequence<'l> {
    pub(super) names: Vec<&'l [u8]>,
    pub(super) rounds: Vec<Vec<Vec<u8>>>,
    pub(super) rest: &'l [u8],
}

/// Whether a line is meant as a sequence.
pub(super) fn is_sequence(text: &[u8]) -> bool {
    text.starts_with(b"~SEQ") || text.starts_with(b"~LST")
}

impl<'l> Sequence<'l> {
    /// Reads a line that [`is_sequence`]. `None` if it makes no sense, and for more than `most` rounds.
    ///
    /// Definitions are replaced by `replace` in the numbers of `~SEQ` and nowhere else, as in keepalived.
    pub(super) fn parse(
        text: &'l [u8],
        most: usize,
        replace: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Option<Self> {
        match text.strip_prefix(b"~SEQ") {
            Some(text) => Self::numbers(text, most.min(MAX_ROUNDS), replace),
            None => Self::list(text.strip_prefix(b"~LST")?),
        }
    }

    fn numbers(text: &'l [u8], most: usize, replace: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Option<Self> {
        let (hexadecimal, text) = match text.strip_prefix(b"x") {
            Some(text) => (true, text),
            None => (false, text),
        };
        let mut cursor = Cursor(text);
        cursor.sign(b'(')?;
        let name = cursor.word(b",)");
        if name.is_empty() || name.starts_with(b"{") {
            return None;
        }
        cursor.sign(b',')?;
        let close = cursor.0.iter().position(|octet| *octet == b')')?;
        let (arguments, rest) = cursor.0.split_at_checked(close)?;
        let arguments = replace(arguments).unwrap_or_else(|| arguments.to_vec());
        let Range { start, step, end } = Range::parse(&arguments)?;
        if hexadecimal && (start < 0 || end < 0) {
            return None;
        }
        let count = (i128::from(end) - i128::from(start)) / i128::from(step) + 1;
        let count = usize::try_from(count).ok().filter(|count| *count <= most)?;
        let values = core::iter::successors(Some(start), |value| value.checked_add(step)).take(count);
        let written = |value| if hexadecimal { format!("{value:x}") } else { format!("{value}") };
        let rounds = values.map(|value| vec![written(value).into_bytes()]).collect();
        Some(Self { names: vec![name], rounds, rest: blank_cut(rest.get(1..)?) })
    }

    fn list(text: &'l [u8]) -> Option<Self> {
        let mut cursor = Cursor(text);
        cursor.sign(b'(')?;
        let names = cursor.tuple(b",}")?;
        let mut rounds = Vec::new();
        while cursor.sign(b',').is_some() {
            let mut round: Vec<_> = cursor.tuple(b",})")?.into_iter().map(<[u8]>::to_vec).collect();
            if round.len() > names.len() {
                return None;
            }
            // Values that are missing are empty.
            round.resize(names.len(), Vec::new());
            rounds.push(round);
        }
        cursor.sign(b')')?;
        (!rounds.is_empty()).then_some(Self { names, rounds, rest: cursor.0 })
    }
}

/// The numbers of `~SEQ`.
struct Range {
    start: i64,
    /// Towards `end`, never 0.
    step: i64,
    end: i64,
}

impl Range {
    fn parse(arguments: &[u8]) -> Option<Self> {
        let numbers = arguments.split(|octet| *octet == b',').map(number).collect::<Option<Vec<_>>>()?;
        let range = match *numbers.as_slice() {
            [end] => Self { start: if end < 0 { -1 } else { 1 }, step: if end < 1 { -1 } else { 1 }, end },
            [start, end] => Self { start, step: if start <= end { 1 } else { -1 }, end },
            [start, step, end] => Self { start, step, end },
            _ => return None,
        };
        let leads_away = (range.end - range.start).signum() * range.step.signum() < 0;
        (range.step != 0 && !leads_away).then_some(range)
    }
}

/// What of a line is still to be read.
struct Cursor<'l>(&'l [u8]);

impl<'l> Cursor<'l> {
    /// Takes a sign with the blanks around it.
    fn sign(&mut self, sign: u8) -> Option<()> {
        let (first, rest) = blank_cut(self.0).split_first()?;
        (*first == sign).then(|| self.0 = blank_cut(rest))
    }

    /// Takes what stands before a blank or one of `ends`.
    fn word(&mut self, ends: &[u8]) -> &'l [u8] {
        let is_end = |octet: &u8| matches!(octet, b' ' | b'\t') || ends.contains(octet);
        let end = self.0.iter().position(is_end).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at_checked(end).unwrap_or((self.0, &[]));
        self.0 = rest;
        word
    }

    /// Takes one word, or several in braces.
    fn tuple(&mut self, ends: &[u8]) -> Option<Vec<&'l [u8]>> {
        if self.sign(b'{').is_none() {
            return Some(vec![self.word(ends)]);
        }
        let mut words = vec![self.word(ends)];
        while self.sign(b',').is_some() {
            words.push(self.word(ends));
        }
        self.sign(b'}')?;
        Some(words)
    }
}

fn blank_cut(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|octet| matches!(octet, b' ' | b'\t')).count();
    text.get(blanks..).unwrap_or(&[])
}

/// Decimal, hexadecimal (0x) or octal (0), as C reads it: nothing at all is 0, and what is too large the largest.
fn number(text: &[u8]) -> Option<i64> {
    let text = core::str::from_utf8(text).ok()?.trim_ascii();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, radix) =
        match (digits.strip_prefix("0x").or(digits.strip_prefix("0X")), digits.strip_prefix('0')) {
            (Some(hex), _) => (hex, 16),
            (None, Some(octal)) if !octal.is_empty() => (octal, 8),
            _ => (digits, 10),
        };
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let value = digits.chars().filter_map(|digit| digit.to_digit(radix));
    // Far above every limit of rounds, and far below where sums overflow.
    let value = value.fold(0_i64, |sum, digit| (sum * i64::from(radix) + i64::from(digit)).min(1 << 50));
    Some(if negative { -value } else { value })
}
