//! `FILE_CHECK` and `track_file`: what the number in a file says.

use crate::{Contribution, Health};

/// Octets of a tracked file that count.
pub const MAX_FILE_VALUE_LEN: usize = 127;

/// The number in a tracked file. A file that is missing, empty or begins with no number holds 0.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FileValue(i64);

/// The number in a file is not in −2³¹..=2³¹. keepalived then stays with the number that it had.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[error("the number in the file is out of range")]
pub struct FileValueOutOfRange;

impl FileValue {
    /// Reads a file's content as C's `strtol` does with base 0: white space, a sign, then decimal digits,
    /// hexadecimal ones after `0x` or octal ones after `0`. What follows the number does not matter, nor do
    /// octets beyond [`MAX_FILE_VALUE_LEN`].
    ///
    /// # Errors
    ///
    /// [`FileValueOutOfRange`].
    pub fn parse(content: &[u8]) -> Result<Self, FileValueOutOfRange> {
        let text = content.get(..MAX_FILE_VALUE_LEN).unwrap_or(content);
        // `isspace` has the vertical tab, too.
        let start =
            text.iter().position(|octet| !matches!(octet, b' ' | b'\t'..=b'\r')).unwrap_or(text.len());
        let text = text.get(start..).unwrap_or(&[]);
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let (base, digits) = match text {
            [b'0', b'x' | b'X', digits @ ..] if digits.first().is_some_and(u8::is_ascii_hexdigit) => {
                (16, digits)
            }
            [b'0', digits @ ..] => (8, digits),
            _ => (10, text),
        };
        let digits = digits.iter().map_while(|octet| char::from(*octet).to_digit(base));
        // Saturated it is out of range, whatever follows.
        let number = digits
            .fold(0_i64, |number, digit| number.saturating_mul(base.into()).saturating_add(digit.into()));
        let number = if negative { number.saturating_neg() } else { number };
        let limit = 1 << 31;
        if (-limit..=limit).contains(&number) { Ok(Self(number)) } else { Err(FileValueOutOfRange) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// `weight N [reverse]` of a `FILE_CHECK` or a `track_file`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct FileRule {
    /// What the number in the file is multiplied with. With 0 any number but 0 is a fault.
    pub weight: i32,
    /// Turns the sign round; with weight 0 the number 0 is the fault.
    pub reverse: bool,
}

impl FileRule {
    /// `FILE_CHECK`: number times weight is added to the server's weight; −2³¹ and below is a fault, which
    /// takes the server down.
    #[must_use]
    pub fn judge(self, value: FileValue) -> (Health, Contribution) {
        match self.apply(value) {
            Some(change) if change > i32::MIN.into() => {
                (Health::Up, Contribution(change.min(i32::MAX.into())))
            }
            Some(_) | None => (Health::Down, Contribution(0)),
        }
    }

    /// `track_file` of a VRRP instance: number times weight is added to the priority, at most 253; −254 and
    /// below is a fault, `None`.
    #[must_use]
    pub fn priority_change(self, value: FileValue) -> Option<i16> {
        let change = self.apply(value)?.min(253);
        i16::try_from(change).ok().filter(|change| *change > -254)
    }

    /// `None` where a weight of 0 makes a fault of the number.
    fn apply(self, value: FileValue) -> Option<i64> {
        if self.weight == 0 {
            return ((value.0 == 0) != self.reverse).then_some(0);
        }
        // At most 2⁶².
        let product = value.0.saturating_mul(self.weight.into());
        Some(if self.reverse { product.saturating_neg() } else { product })
    }
}
