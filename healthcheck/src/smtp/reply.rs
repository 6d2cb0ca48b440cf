//! Replies of a mail server (RFC 5321 §4.2).

use crate::lines::{Line, without_return};

/// Octets of a line without its line feed. RFC 5321 §4.5.3.1.5 allows 512; some servers send more.
pub const MAX_SMTP_LINE_LEN: usize = 2048;
/// Octets of all lines of one reply.
pub const MAX_SMTP_REPLY_LEN: usize = 16 * 1024;

/// Which replies are understood.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum SmtpReplies {
    /// Replies of one line or several, and 221 to `QUIT`.
    #[default]
    Rfc5321,
    /// One line, with a blank or nothing at all (not even a carriage return) after the code; and
    /// any line in answer to `QUIT` (keepalived 2.2.7 to 2.4.3). A server whose banner has several lines is down, as it is to
    /// keepalived.
    Keepalived,
}

/// A reply that arrives in pieces.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    kind: SmtpReplies,
    line: Line,
    /// Octets of the complete lines of this reply.
    length: usize,
    /// Of the first line, while others are to follow.
    code: Option<u16>,
    /// A line after the first said `STARTTLS`.
    starttls: bool,
}

/// What became of octets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Taken<'o> {
    /// The reply is not complete.
    More,
    /// It is; this follows it.
    Code(u16, &'o [u8]),
    /// A line is none of a reply; this follows it.
    Malformed(&'o [u8]),
    SeveralLines,
    TooLong,
}

impl Reply {
    pub(super) const fn new(kind: SmtpReplies) -> Self {
        Self { kind, line: Line::new(MAX_SMTP_LINE_LEN), length: 0, code: None, starttls: false }
    }

    /// The last line.
    pub(super) fn line(&self) -> &[u8] {
        without_return(self.line.octets())
    }

    /// Whether the last complete reply had a line `STARTTLS`.
    pub(super) const fn offers_starttls(&self) -> bool {
        self.starttls
    }

    /// Takes octets up to the end of a reply.
    pub(super) fn take<'o>(&mut self, mut octets: &'o [u8]) -> Taken<'o> {
        loop {
            match self.line.take(octets, |octet| octet == b'\n') {
                Err(_) => return Taken::TooLong,
                Ok(None) => return Taken::More,
                Ok(Some(rest)) => octets = rest,
            }
            let first = self.code.is_none();
            if first {
                self.length = 0;
                self.starttls = false;
            }
            self.length = self.length.saturating_add(self.line.octets().len());
            if self.length > MAX_SMTP_REPLY_LEN {
                return Taken::TooLong;
            }
            let Some((code, separator, text)) = split(self.line.octets()) else {
                return Taken::Malformed(octets);
            };
            if self.code.is_some_and(|other| other != code) {
                return Taken::Malformed(octets);
            }
            // The first line is the server's name (RFC 5321 §4.1.1.1).
            self.starttls |=
                !first && without_return(text).trim_ascii_end().eq_ignore_ascii_case(b"STARTTLS");
            match (self.kind, separator) {
                (SmtpReplies::Rfc5321, Some(b'-')) => self.code = Some(code),
                (SmtpReplies::Keepalived, Some(b'-')) => return Taken::SeveralLines,
                (_, None | Some(b' ')) | (SmtpReplies::Rfc5321, Some(b'\r')) => {
                    self.code = None;
                    return Taken::Code(code, octets);
                }
                (_, Some(_)) => return Taken::Malformed(octets),
            }
        }
    }
}

/// Code, what stands after it, and the rest of a line.
fn split(line: &[u8]) -> Option<(u16, Option<u8>, &[u8])> {
    let (code, rest) = line.split_first_chunk::<3>()?;
    let mut number = 0_u16;
    for digit in code {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u16::from(digit - b'0');
    }
    Some(match rest.split_first() {
        None => (number, None, &[]),
        Some((separator, text)) => (number, Some(*separator), text),
    })
}
