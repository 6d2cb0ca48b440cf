//! The two fields of a certificate that are of use although nobody vouches for it.

use core::time::Duration;

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// `[0]`, the version, which certificates of version 1 do not have.
const VERSION: u8 = 0xa0;

/// What a certificate (RFC 5280 §4.1) says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Certificate {
    /// `notAfter`, since 1970; `None` when it is not a time.
    pub(super) not_after: Option<Duration>,
    /// Octets of `subjectPublicKey` with its algorithm.
    pub(super) public_key_len: usize,
}

impl Certificate {
    /// Reads a certificate in DER as far as its key; `None` if it is none.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let (certificate, _) = expect(SEQUENCE, der)?;
        let (signed, _) = expect(SEQUENCE, certificate)?;
        let rest = match element(signed)? {
            (VERSION, _, rest) => rest,
            _ => signed,
        };
        // Serial number, algorithm of the signature, issuer.
        let (_, _, rest) = element(rest)?;
        let (_, rest) = expect(SEQUENCE, rest)?;
        let (_, rest) = expect(SEQUENCE, rest)?;
        let (validity, rest) = expect(SEQUENCE, rest)?;
        let (_, _, not_after) = element(validity)?;
        let (kind, text, _) = element(not_after)?;
        // The subject stands before its key.
        let (_, rest) = expect(SEQUENCE, rest)?;
        let (key, _) = expect(SEQUENCE, rest)?;
        Some(Self { not_after: time(kind, text), public_key_len: key.len() })
    }
}

/// The content of an element with `tag`, and what follows it.
fn expect(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(der)?;
    (found == tag).then_some((content, rest))
}

/// Tag and content of the first element, and what follows it. Lengths of more than 2 octets do not
/// occur in the certificates of a handshake, whose own length has 3.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, length, rest) = match *der {
        [tag, 0x82, high, low, ref rest @ ..] => (tag, usize::from(u16::from_be_bytes([high, low])), rest),
        [tag, 0x81, length, ref rest @ ..] => (tag, usize::from(length), rest),
        [tag, length @ ..=0x7f, ref rest @ ..] => (tag, usize::from(length), rest),
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ` (RFC 5280 §4.1.2.5).
fn time(kind: u8, text: &[u8]) -> Option<Duration> {
    let digits = text.strip_suffix(b"Z")?;
    let (year, rest) = match kind {
        UTC_TIME => {
            let (year, rest) = number(digits, 2)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => number(digits, 4)?,
        _ => return None,
    };
    let (month, rest) = number(rest, 2)?;
    let (day, rest) = number(rest, 2)?;
    let (hour, rest) = number(rest, 2)?;
    let (minute, rest) = number(rest, 2)?;
    let (second, rest) = number(rest, 2)?;
    let days = days_since_1970(year, month, day)?;
    rest.is_empty().then(|| Duration::from_secs(((days * 24 + hour) * 60 + minute) * 60 + second))
}

/// A number of `count` digits, and what follows it.
fn number(text: &[u8], count: usize) -> Option<(u64, &[u8])> {
    let (digits, rest) = text.split_at_checked(count)?;
    let digits = core::str::from_utf8(digits).ok()?;
    let number = digits.bytes().all(|octet| octet.is_ascii_digit()).then(|| digits.parse().ok())?;
    Some((number?, rest))
}

/// Of the Gregorian calendar.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    // Counted from March on, so that a leap day is the last of its year.
    let (year, month) = match month {
        1 | 2 => (year.checked_sub(1)?, month + 9),
        3..=12 => (year, month - 3),
        _ => return None,
    };
    let before_year = year * 365 + year / 4 - year / 100 + year / 400;
    // 31, 30, 31, 30, 31 days, twice over.
    let before_month = (month * 153 + 2) / 5;
    (before_year + before_month + day).checked_sub(719_469)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds were printed by GNU `date -u +%s -d`.
    #[test]
    fn times_are_seconds_since_1970() {
        #[rustfmt::skip]
        let cases: &[(u8, &[u8], Option<u64>)] = &[
            (UTC_TIME,         b"700101000000Z",   Some(0)),
            (UTC_TIME,         b"491231235959Z",   Some(2_524_607_999)),
            (UTC_TIME,         b"240229120000Z",   Some(1_709_208_000)),
            (UTC_TIME,         b"000301000000Z",   Some(951_868_800)),
            (UTC_TIME,         b"690101000000Z",   None),
            (GENERALIZED_TIME, b"21000301000000Z", Some(4_107_542_400)),
            (GENERALIZED_TIME, b"99991231235959Z", Some(253_402_300_799)),
            (GENERALIZED_TIME, b"00000000000000Z", None),
            (UTC_TIME,         b"261301000000Z",   None),
            (UTC_TIME,         b"2613+1000000Z",   None),
            (UTC_TIME,         b"260101000000",    None),
            (UTC_TIME,         b"2601010000000Z",  None),
            (SEQUENCE,         b"260101000000Z",   None),
        ];
        for (kind, text, want) in cases {
            let text_shown = String::from_utf8_lossy(text);
            assert_eq!(time(*kind, text), want.map(Duration::from_secs), "{text_shown}");
        }
    }

    #[test]
    fn a_certificate_that_is_cut_off_is_none() {
        let whole = rcgen::generate_simple_self_signed(["a.example.org".to_owned()]).unwrap();
        let whole = whole.cert.der();
        let read = Certificate::read(whole).unwrap();
        // rcgen's own default: 4096-01-01.
        assert_eq!(read.not_after, Some(Duration::from_secs(67_090_118_400)));
        // 91 octets are a key on P-256 (RFC 5480) with the two octets that begin it.
        assert_eq!(read.public_key_len, 89);
        for length in 0..whole.len() {
            assert_eq!(Certificate::read(&whole[..length]), None);
        }
    }

    #[test]
    fn no_certificate_is_too_broken_to_be_read() {
        let whole = rcgen::generate_simple_self_signed(["a.example.org".to_owned()]).unwrap();
        let mut der = whole.cert.der().to_vec();
        for place in 0..der.len() {
            let kept = der[place];
            for octet in 0..=255 {
                der[place] = octet;
                let _ = Certificate::read(&der);
            }
            der[place] = kept;
        }
    }
}
