//! `authentication` and `auth_hmac`. No secret ever reaches a message.

use core::time::Duration;
use std::path::PathBuf;

use crate::keywords::Keyword;
use crate::lower::command::os_string;
use crate::lower::reader::{Reader, Section, Statement};
use crate::lower::value::IGNORED;
use crate::model::{HmacKey, HmacMode, HmacSecret};
use crate::{Problem, Span};

/// Length of an `auth_hmac` key in octets.
const HMAC_KEY: core::ops::RangeInclusive<usize> = 32..=64;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::lower) enum AuthType {
    Pass,
    Ah,
}

/// `authentication`.
#[derive(Default)]
pub(in crate::lower) struct AuthenticationDraft {
    pub(in crate::lower) kind: Option<AuthType>,
    pub(in crate::lower) secret: Vec<u8>,
    pub(in crate::lower) span: Span,
}

impl core::fmt::Debug for AuthenticationDraft {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AuthenticationDraft").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl<'t> Section<'t> for AuthenticationDraft {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let Some(word) = line.arg(1) else { return true };
        match (keyword.name, &*word.text) {
            ("auth_pass", secret) => {
                if secret.len() > 8 {
                    reader.report(word.span, Problem::AuthPassTruncated { octets: secret.len() });
                }
                self.secret = secret.to_vec();
            }
            ("auth_type", b"PASS") => self.kind = Some(AuthType::Pass),
            ("auth_type", b"AH") => self.kind = Some(AuthType::Ah),
            ("auth_type", _) => {
                let (value, expected) = (word.string(), "PASS or AH");
                reader.report(word.span, Problem::InvalidValue { value, expected, effect: IGNORED });
            }
            _ => return false,
        }
        true
    }
}

/// `auth_hmac`.
#[derive(Debug, Default)]
pub(in crate::lower) struct HmacDraft {
    pub(in crate::lower) keys: Vec<HmacKey>,
    pub(in crate::lower) active_key: u8,
    pub(in crate::lower) monotonic: bool,
    pub(in crate::lower) window: Option<Duration>,
    pub(in crate::lower) mode: HmacMode,
    pub(in crate::lower) span: Span,
}

impl<'t> Section<'t> for HmacDraft {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        match keyword.name {
            "key" => self.key(reader, &line),
            "active_key" => self.active_key = reader.exact_number(&line, 1, 255).unwrap_or(self.active_key),
            "time_window" => self.window = reader.exact_seconds(&line, 1, 300).or(self.window),
            "anti_replay" => {
                let choices = [("time", false), ("monotonic", true)];
                self.monotonic =
                    choice(reader, &line, &choices, "time or monotonic").unwrap_or(self.monotonic);
            }
            "mode" => {
                let choices = [
                    ("enforce", HmacMode::Enforce),
                    ("permissive", HmacMode::Permissive),
                    ("receive-only", HmacMode::ReceiveOnly),
                ];
                let expected = "enforce, permissive or receive-only";
                self.mode = choice(reader, &line, &choices, expected).unwrap_or(self.mode);
            }
            _ => return false,
        }
        true
    }
}

/// The first argument as one of some words.
fn choice<T: Copy>(
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    choices: &[(&str, T)],
    expected: &'static str,
) -> Option<T> {
    let word = line.arg(1)?;
    let found = choices.iter().find(|(name, _)| name.as_bytes() == &*word.text);
    if found.is_none() {
        reader.report(word.span, Problem::InvalidValue { value: word.string(), expected, effect: IGNORED });
    }
    found.map(|(_, value)| *value)
}

impl HmacDraft {
    /// `key ID VALUE`, the value being text, `hex:DIGITS` or `file:PATH`.
    fn key(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        let Some(value) = line.arg(2) else {
            reader.report(line.keyword_span(), Problem::MissingValue { keyword: "key" });
            return;
        };
        let Some(id) = reader.exact_number(line, 1, 255) else { return };
        let secret = match value.text.strip_prefix(b"file:") {
            Some(path) => HmacSecret::File(PathBuf::from(os_string(path.to_vec()))),
            None => match octets(&value.text).filter(|octets| HMAC_KEY.contains(&octets.len())) {
                Some(octets) => HmacSecret::Octets(octets),
                None => {
                    let what = format!("the value of key {id} is no text or hex: of 32 to 64 octets");
                    reader.report(value.span, Problem::Adjusted { what, effect: IGNORED, reported: true });
                    return;
                }
            },
        };
        if self.keys.iter().any(|key| key.id == id) {
            reader.report(line.span(), Problem::Duplicate { kind: "key", name: id.to_string() });
            return;
        }
        self.keys.push(HmacKey { id, secret });
    }
}

/// Text, or hexadecimal digits behind `hex:`.
fn octets(value: &[u8]) -> Option<Vec<u8>> {
    let Some(digits) = value.strip_prefix(b"hex:") else { return Some(value.to_vec()) };
    let digit = |octet: &u8| char::from(*octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: Option<Vec<u8>> = digits.iter().map(digit).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit)).collect())
}
