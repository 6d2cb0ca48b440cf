//! Numbers the way C reads them.

/// A number of 32 bits, and what follows it.
pub(super) struct Wrapped<'a> {
    pub(super) number: u32,
    /// Whether it is what is written.
    pub(super) exact: bool,
    pub(super) rest: &'a [u8],
}

/// A decimal number as a whole. Blanks and a plus sign may stand before it, and no digit at all is 0 (`strtoul`).
pub(in crate::lower) fn decimal(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii_start();
    if text.is_empty() {
        return Some(0);
    }
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    valid.then_some(digits).and_then(|digits| core::str::from_utf8(digits).ok()?.parse().ok())
}

/// The number that `text` begins with, decimal, octal or hexadecimal (`strtoul` with base 0), cut to 32 bits.
pub(super) fn base_zero(text: &[u8]) -> Option<Wrapped<'_>> {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let hexadecimal = digits.strip_prefix(b"0x").or_else(|| digits.strip_prefix(b"0X"));
    let hexadecimal = hexadecimal.filter(|digits| digits.first().is_some_and(u8::is_ascii_hexdigit));
    let (radix, digits) = match hexadecimal {
        Some(digits) => (16, digits),
        None if digits.starts_with(b"0") => (8, digits),
        None => (10, digits),
    };
    let (read, rest) = leading(digits, radix)?;
    let signed = if negative { read.wrapping_neg() } else { read };
    let number = u32::try_from(signed & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    Some(Wrapped { number, exact: !negative && u64::from(number) == read, rest })
}

/// Digits in front, saturating; `None` if there are none.
fn leading(text: &[u8], radix: u32) -> Option<(u64, &[u8])> {
    let digit = |octet: &u8| char::from(*octet).to_digit(radix);
    let count = text.iter().take_while(|octet| digit(octet).is_some()).count();
    let (digits, rest) = text.split_at_checked(count).filter(|(digits, _)| !digits.is_empty())?;
    let add =
        |sum: Option<u64>, digit: u32| sum?.checked_mul(u64::from(radix))?.checked_add(u64::from(digit));
    let number = digits.iter().filter_map(digit).fold(Some(0), add);
    Some((number.unwrap_or(u64::MAX), rest))
}

/// `A-B` in decimal, and whether something follows (`sscanf` with `%u-%u`).
pub(in crate::lower) fn range(text: &[u8]) -> Option<(u64, u64, bool)> {
    let (first, rest) = leading(text.trim_ascii_start(), 10)?;
    let (last, rest) = leading(rest.strip_prefix(b"-")?.trim_ascii_start(), 10)?;
    Some((first, last, !rest.is_empty()))
}

/// `VALUE[/MASK]`, each decimal, octal or hexadecimal and at most 32 bits. A slash alone is a mask of 0.
pub(in crate::lower) fn mark(text: &[u8]) -> Option<(u32, Option<u32>)> {
    if text.trim_ascii_start().starts_with(b"-") {
        return None;
    }
    let Wrapped { number: value, exact: true, rest } = base_zero(text)? else { return None };
    let Some(mask) = rest.strip_prefix(b"/") else {
        return rest.is_empty().then_some((value, None));
    };
    if mask.is_empty() {
        return Some((value, Some(0)));
    }
    match base_zero(mask)? {
        Wrapped { number, exact: true, rest: [] } if !mask.starts_with(b" ") => Some((value, Some(number))),
        Wrapped { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_c_reads_them() {
        let read =
            |text: &str| base_zero(text.as_bytes()).map(|read| (read.number, read.exact, read.rest.len()));
        #[rustfmt::skip]
        type Row = (&'static str, Option<(u32, bool, usize)>);
        let cases: &[Row] = &[
            ("5", Some((5, true, 0))),
            ("0x1F", Some((31, true, 0))),
            ("017", Some((15, true, 0))),
            ("08", Some((0, true, 1))),
            ("0x", Some((0, true, 1))),
            ("+7", Some((7, true, 0))),
            ("-1", Some((u32::MAX, false, 0))),
            ("4294967297", Some((1, false, 0))),
            ("12ab", Some((12, true, 2))),
            ("99999999999999999999", Some((u32::MAX, false, 0))),
            ("", None),
            ("x", None),
            ("-", None),
        ];
        for (text, want) in cases {
            assert_eq!(read(text), *want, "{text}");
        }
    }

    #[test]
    fn marks_have_a_mask_or_none() {
        #[rustfmt::skip]
        type Row = (&'static str, Option<(u32, Option<u32>)>);
        let cases: &[Row] = &[
            ("5", Some((5, None))),
            ("0x5/0x10", Some((5, Some(16)))),
            ("5/", Some((5, Some(0)))),
            ("-5", None),
            ("5x", None),
            ("5/x", None),
            ("5/-1", None),
            ("5/1x", None),
            ("4294967296", None),
        ];
        for (text, want) in cases {
            assert_eq!(mark(text.as_bytes()), *want, "{text}");
        }
    }
}
