//! `UDP_CHECK`.

use super::super::reader::{Reader, Statement, Word};
use crate::Problem;
use crate::model::{PatternOctet, UdpReply};

/// `payload` and `require_reply`.
pub(super) struct UdpDraft {
    pub(super) payload: Option<Vec<u8>>,
    require_reply: bool,
    pattern: Vec<PatternOctet>,
    min_length: u16,
    max_length: u16,
}

impl Default for UdpDraft {
    fn default() -> Self {
        let (payload, pattern) = (None, Vec::new());
        Self { payload, require_reply: false, pattern, min_length: 0, max_length: 255 }
    }
}

impl UdpDraft {
    pub(super) fn keyword(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        match name {
            "payload" => {
                let octets = hex(line, false);
                let octets =
                    octets.map(|octets| octets.into_iter().map(|octet| octet.value).collect::<Vec<u8>>());
                if octets.is_none() {
                    let expected = "a number of octets in hexadecimal digits";
                    invalid(reader, line, expected, "no payload is set");
                }
                self.payload = octets;
            }
            "require_reply" => {
                self.require_reply = true;
                if line.arg(1).is_some() {
                    let pattern = hex(line, true);
                    if pattern.is_none() {
                        let expected = "a number of octets in hexadecimal digits, or x for any digit";
                        invalid(reader, line, expected, "any reply will do");
                    }
                    self.pattern = pattern.unwrap_or_default();
                }
            }
            "min_reply_length" => {
                self.min_length = reader.exact_number(line, 0, 65_535).unwrap_or(self.min_length)
            }
            "max_reply_length" => {
                self.max_length = reader.exact_number(line, 0, 65_535).unwrap_or(self.max_length)
            }
            _ => return false,
        }
        true
    }

    /// The end of the block that `line` opens.
    pub(super) fn end(&self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        if self.min_length > self.max_length {
            let what = format!(
                "min_reply_length {} is more than max_reply_length {}",
                self.min_length, self.max_length
            );
            reader.adjusted(line.span(), what, "no reply can be as long as that: the check fails", true);
        }
        if !self.require_reply && (self.min_length, self.max_length) != (0, 255) {
            let what = "a length is set, but no reply is required";
            reader.adjusted(line.span(), what, "the length of a reply does not matter", false);
        }
    }

    pub(super) fn reply(&self) -> Option<UdpReply> {
        let Self { pattern, min_length, max_length, .. } = self;
        let (pattern, min_length, max_length) = (pattern.clone(), *min_length, *max_length);
        self.require_reply.then_some(UdpReply { pattern, min_length, max_length })
    }
}

fn invalid(reader: &mut Reader<'_>, line: &Statement<'_>, expected: &'static str, effect: &'static str) {
    let (text, span) = line.rest();
    let value = String::from_utf8_lossy(text).into_owned();
    reader.report(span, Problem::InvalidValue { value, expected, effect });
}

/// All words as octets of two digits each; a digit that stands alone is the lower one.
fn hex(line: &Statement<'_>, wildcards: bool) -> Option<Vec<PatternOctet>> {
    let mut octets = Vec::new();
    for word in line.args() {
        for part in parts(&word) {
            for pair in part.chunks(2) {
                // The upper half of a digit that stands alone is 0, and counts.
                let mut octet = PatternOctet { value: 0, mask: if pair.len() == 1 { 0x0f } else { 0 } };
                for digit in pair {
                    let (value, mask) = nibble(*digit, wildcards)?;
                    octet = PatternOctet { value: octet.value << 4 | value, mask: octet.mask << 4 | mask };
                }
                octets.push(octet);
            }
        }
    }
    (!octets.is_empty()).then_some(octets)
}

/// What was one word in quotes may hold blanks.
fn parts<'w>(word: &'w Word<'_>) -> impl Iterator<Item = &'w [u8]> {
    word.text.split(|octet| matches!(octet, b' ' | b'\t')).filter(|part| !part.is_empty())
}

/// The value and the bits that count.
fn nibble(digit: u8, wildcards: bool) -> Option<(u8, u8)> {
    match digit {
        b'0'..=b'9' => Some((digit - b'0', 0x0f)),
        b'a'..=b'f' => Some((digit - b'a' + 10, 0x0f)),
        b'A'..=b'F' => Some((digit - b'A' + 10, 0x0f)),
        b'x' | b'X' if wildcards => Some((0, 0)),
        _ => None,
    }
}
