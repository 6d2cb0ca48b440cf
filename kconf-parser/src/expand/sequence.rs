//! `~SEQ` and `~LST`.

/// Rounds that one sequence may have.
const MAX_ROUNDS: usize = 100_000;

/// Names and what they stand for in each round.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    pub(super) names: Vec<Vec<u8>>,
    pub(super) rounds: Vec<Vec<Vec<u8>>>,
}

/// Which of the two it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// `~SEQ`: decimal numbers.
    Decimal,
    /// `~SEQx`: hexadecimal numbers.
    Hexadecimal,
    /// `~LST`
    List,
}

/// The arguments of a sequence at the start of a line, and the rest of the line.
pub(super) fn split(text: &[u8]) -> Option<(&[u8], &[u8], Kind)> {
    let (rest, kind) =
        [(&b"~SEQ("[..], Kind::Decimal), (b"~SEQx(", Kind::Hexadecimal), (b"~LST(", Kind::List)]
            .into_iter()
            .find_map(|(start, kind)| Some((text.strip_prefix(start)?, kind)))?;
    let close = rest.iter().position(|octet| *octet == b')')?;
    let (arguments, rest) = rest.split_at_checked(close)?;
    Some((arguments, rest.get(1..).unwrap_or(&[]).trim_ascii_start(), kind))
}

impl Sequence {
    /// `None` for arguments that make no sense, and for more than `most` rounds.
    pub(super) fn parse(arguments: &[u8], kind: Kind, most: usize) -> Option<Self> {
        let arguments = fields(arguments);
        let (first, values) = arguments.split_first()?;
        match kind {
            Kind::List => Self::list(first, values),
            Kind::Decimal | Kind::Hexadecimal => Self::numbers(first, values, kind, most.min(MAX_ROUNDS)),
        }
    }

    fn numbers(name: &[u8], values: &[&[u8]], kind: Kind, most: usize) -> Option<Self> {
        let numbers: Vec<i64> = values.iter().map(|value| number(value)).collect::<Option<_>>()?;
        let (start, step, end) = match *numbers.as_slice() {
            [end] => (if end < 0 { -1 } else { 1 }, None, end),
            [start, end] => (start, None, end),
            [start, step, end] => (start, Some(step), end),
            _ => return None,
        };
        let step = step.unwrap_or(if end < start { -1 } else { 1 });
        if step == 0 || name.is_empty() {
            return None;
        }
        let mut rounds = Vec::new();
        let mut value = start;
        while (step > 0 && value <= end) || (step < 0 && value >= end) {
            if rounds.len() >= most {
                return None;
            }
            let text = if kind == Kind::Hexadecimal { format!("{value:x}") } else { value.to_string() };
            rounds.push(vec![text.into_bytes()]);
            value = value.checked_add(step)?;
        }
        Some(Self { names: vec![name.to_vec()], rounds })
    }

    fn list(names: &[u8], values: &[&[u8]]) -> Option<Self> {
        let (names, is_tuple) = match tuple(names) {
            Some(names) => (names, true),
            None => (vec![names.to_vec()], false),
        };
        let mut rounds = Vec::with_capacity(values.len());
        for value in values {
            let round = if is_tuple { tuple(value)? } else { vec![value.to_vec()] };
            if round.len() != names.len() {
                return None;
            }
            rounds.push(round);
        }
        Some(Self { names, rounds })
    }
}

/// What stands in `{a,b}`.
fn tuple(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let inner = text.strip_prefix(b"{")?.strip_suffix(b"}")?;
    Some(fields(inner).into_iter().map(<[u8]>::to_vec).collect())
}

/// What commas outside of braces separate.
fn fields(text: &[u8]) -> Vec<&[u8]> {
    let mut depth = 0_usize;
    let separates = |octet: &u8| {
        match octet {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *octet == b',' && depth == 0
    };
    text.split(separates).map(<[u8]>::trim_ascii).collect()
}

/// Decimal, hexadecimal (0x) or octal (0).
fn number(text: &[u8]) -> Option<i64> {
    let text = core::str::from_utf8(text).ok()?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (digits, radix) = match (digits.strip_prefix("0x"), digits.strip_prefix('0')) {
        (Some(hex), _) => (hex, 16),
        (None, Some(octal)) if !octal.is_empty() => (octal, 8),
        _ => (digits, 10),
    };
    let value = i64::from_str_radix(digits, radix).ok()?;
    Some(if negative { -value } else { value })
}
