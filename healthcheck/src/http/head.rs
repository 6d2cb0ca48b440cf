//! The head of a reply.

use alloc::borrow::Cow;

use super::body::Framing;

/// Where the head in `octets` ends, the empty line included; only what was added at `from` and
/// the few octets before it are searched, so a head in single octets costs no more.
///
/// Bare line feeds are accepted, as RFC 9112 §2.2 lets us: old servers send them. For keepalived
/// such a head never ends.
pub(super) fn end(octets: &[u8], from: usize) -> Option<usize> {
    let start = from.saturating_sub(3);
    let tail = octets.get(start..)?;
    let mut line_was_empty = false;
    for (offset, octet) in tail.iter().enumerate() {
        match octet {
            b'\n' if line_was_empty => return Some(start.saturating_add(offset).saturating_add(1)),
            b'\n' => line_was_empty = true,
            b'\r' => {}
            _ => line_was_empty = false,
        }
    }
    None
}

/// What matters of a head.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// Its version knows transfer codings (RFC 9112 §6.1).
    knows_codings: bool,
    coding: Coding,
    length: Length,
}

/// The last transfer coding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Coding {
    None,
    Chunked,
    Other,
}

/// What the first `Content-Length` says, which is the one that keepalived sees.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Length {
    Absent,
    Known(u64),
    /// No number: then the end of the stream is the end of the body.
    Unusable,
}

impl Head {
    /// Reads a whole head; `None` if its first line is no status line.
    pub(super) fn parse(octets: &[u8]) -> Option<Self> {
        let first = octets.split(|octet| *octet == b'\n').next()?.trim_ascii_end();
        let (knows_codings, status) = status_line(first)?;
        let mut head = Self { status, knows_codings, coding: Coding::None, length: Length::Absent };
        for (name, value) in fields(octets) {
            if name.eq_ignore_ascii_case(b"content-length") && head.length == Length::Absent {
                head.length = decimal(&value).map_or(Length::Unusable, Length::Known);
            } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
                let last = value.rsplit(|octet| *octet == b',').next().unwrap_or(&value);
                let is_chunked = last.trim_ascii().eq_ignore_ascii_case(b"chunked");
                head.coding = if is_chunked { Coding::Chunked } else { Coding::Other };
            }
        }
        Some(head)
    }

    /// How the end of the body is found (RFC 9112 §6.3) after a GET.
    pub(super) const fn framing(&self) -> Framing {
        let coding = if self.knows_codings { self.coding } else { Coding::None };
        match (self.status, coding, self.length) {
            (100..=199 | 204 | 304, _, _) => Framing::Length(0),
            (_, Coding::Chunked, _) => Framing::Chunked,
            (_, Coding::None, Length::Known(length)) => Framing::Length(length),
            (_, Coding::Other, _) | (_, Coding::None, Length::Absent | Length::Unusable) => Framing::Close,
        }
    }

    /// `Content-Length`, if it is one.
    pub(super) const fn length(&self) -> Option<u64> {
        match self.length {
            Length::Known(length) => Some(length),
            Length::Absent | Length::Unusable => None,
        }
    }
}

/// Names and values of the headers.
///
/// A line without a colon is passed over, as by keepalived. A line that begins with a blank goes
/// on with the value before it (RFC 9112 §5.2); behind the first line it goes on with nothing and
/// is passed over (RFC 9112 §2.2).
pub(super) fn fields(head: &[u8]) -> impl Iterator<Item = (&[u8], Cow<'_, [u8]>)> {
    let mut lines = head.split(|octet| *octet == b'\n').skip(1).peekable();
    let is_folded = |line: &&[u8]| matches!(line, [b' ' | b'\t', ..]);
    core::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            let colon = line.iter().position(|octet| *octet == b':').filter(|_| !is_folded(&line));
            let Some((name, rest)) = colon.and_then(|colon| line.split_at_checked(colon)) else { continue };
            let mut value = Cow::Borrowed(rest.get(1..).unwrap_or(&[]).trim_ascii());
            while let Some(more) = lines.next_if(is_folded) {
                let value = value.to_mut();
                value.push(b' ');
                value.extend_from_slice(more.trim_ascii());
            }
            // The first line of a folded value may be empty.
            let value = match value {
                Cow::Owned(folded) => Cow::Owned(folded.trim_ascii().to_vec()),
                borrowed @ Cow::Borrowed(_) => borrowed,
            };
            return Some((name, value));
        }
    })
}

/// Whether the version knows transfer codings, and the status, of `HTTP/1.x NNN reason`.
///
/// Any word may stand in the place of the version, as with keepalived: servers of streams say `ICY`.
/// Their bodies end with the stream or with their length.
fn status_line(line: &[u8]) -> Option<(bool, u16)> {
    let blank = line.iter().position(|octet| *octet == b' ')?;
    let (version, rest) = line.split_at_checked(blank)?;
    let minor = version.strip_prefix(b"HTTP/1.").unwrap_or(&[]);
    let knows_codings = decimal(minor).is_some_and(|minor| minor > 0);
    match rest.trim_ascii_start() {
        [hundreds, tens, ones] | [hundreds, tens, ones, b' ', ..] => {
            let status = decimal(&[*hundreds, *tens, *ones])?;
            Some((knows_codings, u16::try_from(status).ok()?))
        }
        _ => None,
    }
}

fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |sum, octet| match octet {
        b'0'..=b'9' => sum.checked_mul(10)?.checked_add(u64::from(octet - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(head: &str) -> Framing {
        Head::parse(head.as_bytes()).unwrap().framing()
    }

    #[test]
    fn the_end_of_a_head_is_found_wherever_it_is_cut() {
        for text in ["HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", "HTTP/1.0 200 OK\nA: b\n\nbody"] {
            let want = text.len() - 4;
            assert_eq!(end(text.as_bytes(), 0), Some(want));
            for cut in 1..want {
                assert_eq!(end(&text.as_bytes()[..cut], 0), None, "{cut}");
                assert_eq!(end(text.as_bytes(), cut), Some(want), "{cut}");
            }
        }
    }

    #[test]
    fn a_status_line_has_three_digits_behind_its_first_word() {
        #[rustfmt::skip]
        let cases: [(&str, Option<(bool, u16)>); 14] = [
            ("HTTP/1.1 200 OK",  Some((true, 200))),
            ("HTTP/1.10 200 OK", Some((true, 200))),
            ("HTTP/1.0 503",     Some((false, 503))),
            ("HTTP/1.1 204 ",    Some((true, 204))),
            ("HTTP/1.1  999 x",  Some((true, 999))),
            ("HTTP/2 200",       Some((false, 200))),
            ("http/1.1 200 ok",  Some((false, 200))),
            ("ICY 200 OK",       Some((false, 200))),
            ("200 OK",           None),
            ("HTTP/1.1 20",      None),
            ("HTTP/1.1 2000",    None),
            ("HTTP/1.1 2x0 OK",  None),
            ("HTTP/1.1 +20 OK",  None),
            ("220 smtp ready",   None),
        ];
        for (line, want) in cases {
            assert_eq!(status_line(line.as_bytes()), want, "{line}");
        }
    }

    #[test]
    fn the_body_ends_as_rfc_9112_says() {
        #[rustfmt::skip]
        let cases = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Framing::Length(5)),
            ("HTTP/1.1 200 OK\r\ncontent-length:5\r\nContent-Length: 5\r\n\r\n", Framing::Length(5)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", Framing::Length(5)),
            ("HTTP/1.1 200 OK\r\nContent-Length: five\r\nContent-Length: 5\r\n\r\n", Framing::Close),
            ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", Framing::Close),
            ("HTTP/1.1 200 OK\r\n\r\n", Framing::Close),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\nContent-Length: 5\r\n\r\n", Framing::Chunked),
            ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", Framing::Length(5)),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\nContent-Length: 5\r\n\r\n", Framing::Close),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n gzip,\r\n\tchunked\r\n\r\n", Framing::Chunked),
            ("HTTP/1.1 200 OK\r\n Content-Length: 5\r\nX\r\nA: b\r\n\tContent-Length: 5\r\n\r\n", Framing::Close),
            ("HTTP/1.1 204 No Content\r\n\r\n", Framing::Length(0)),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", Framing::Length(0)),
        ];
        for (head, want) in cases {
            assert_eq!(framing(head), want, "{head}");
        }
    }

    #[test]
    fn folded_values_are_one_line() {
        let head =
            b"HTTP/1.1 200 OK\r\n ignored: x\r\nA:  b \r\n\t c\r\n \r\nno colon\r\nB:\n d\r\nC:\r\n\r\n";
        let got: Vec<(&[u8], Cow<'_, [u8]>)> = fields(head).collect();
        let want: [(&[u8], &[u8]); 3] = [(b"A", b"b c"), (b"B", b"d"), (b"C", b"")];
        assert!(got.iter().map(|(name, value)| (*name, &**value)).eq(want), "{got:?}");
    }
}
