//! Lines that arrive in pieces.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The line that is being received. It never holds more than its bound.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    octets: Vec<u8>,
    max: usize,
    complete: bool,
}

/// A line is longer than its bound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct TooLong;

impl Line {
    /// A line of at most `max` octets, its end not counted.
    pub(crate) const fn new(max: usize) -> Self {
        Self { octets: Vec::new(), max, complete: false }
    }

    /// Takes octets up to an end of line and says what follows it; `None` if the end is not there
    /// yet. A complete line makes room for the next one.
    pub(crate) fn take<'o>(
        &mut self,
        octets: &'o [u8],
        is_end: impl Fn(u8) -> bool,
    ) -> Result<Option<&'o [u8]>, TooLong> {
        if self.complete {
            self.octets.clear();
            self.complete = false;
        }
        let end = octets.iter().position(|octet| is_end(*octet));
        let (line, rest) = octets.split_at_checked(end.unwrap_or(octets.len())).unwrap_or((octets, &[]));
        if line.len() > self.max.saturating_sub(self.octets.len()) {
            return Err(TooLong);
        }
        self.octets.extend_from_slice(line);
        self.complete = end.is_some();
        Ok(end.map(|_| rest.get(1..).unwrap_or(&[])))
    }

    /// What there is of the line, without its end.
    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets
    }
}

/// Text of a server, made safe for a log: control characters and broken UTF-8 become U+FFFD.
pub(crate) fn printable(octets: &[u8]) -> String {
    let text: Cow<'_, str> = String::from_utf8_lossy(octets);
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// `octets` without a carriage return at their end.
pub(crate) fn without_return(octets: &[u8]) -> &[u8] {
    octets.strip_suffix(b"\r").unwrap_or(octets)
}
