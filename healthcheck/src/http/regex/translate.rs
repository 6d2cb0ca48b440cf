//! PCRE2's patterns in the words of fancy-regex.
//!
//! Without `utf` PCRE2 compares octets and knows letters of ASCII only. fancy-regex compares
//! characters. So an octet above 127 becomes a character of the private use area, which is no
//! letter and has no other case, in the pattern here and in the text by [`character`]: one octet
//! is one character again, and the order of ranges stays.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::RegexError;

mod class;
mod escape;
mod group;

/// What is in force at a place of the pattern.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Settings {
    pub(super) caseless: bool,
    pub(super) multiline: bool,
    pub(super) dotall: bool,
    pub(super) extended: bool,
    pub(super) ungreedy: bool,
    pub(super) no_auto_capture: bool,
    pub(super) utf: bool,
    pub(super) ucp: bool,
    pub(super) allow_empty_class: bool,
    pub(super) dollar_endonly: bool,
    pub(super) alt_circumflex: bool,
    pub(super) never_backslash_c: bool,
}

/// The character that stands for an octet where text is octets.
pub(super) fn character(octet: u8) -> char {
    match octet {
        0..=127 => char::from(octet),
        _ => char::from_u32(0xe000 + u32::from(octet)).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// The pattern for fancy-regex; every setting but none of its own flags is needed besides.
pub(super) fn translate(pattern: &str, settings: Settings) -> Result<String, RegexError> {
    let units = match settings.utf {
        true => pattern.chars().collect(),
        false => pattern.bytes().map(char::from).collect(),
    };
    let mut reader = Reader { units, at: 0, settings, groups: Vec::new(), captures: 0, out: String::new() };
    while let Some(unit) = reader.next() {
        reader.item(unit)?;
    }
    match reader.groups.is_empty() {
        true => Ok(reader.out),
        false => Err(RegexError::Unclosed),
    }
}

struct Reader {
    /// Octets or characters of the pattern.
    units: Vec<char>,
    at: usize,
    settings: Settings,
    groups: Vec<Group>,
    /// Groups that capture, so far.
    captures: usize,
    out: String,
}

/// An open group.
struct Group {
    /// What was in force before it.
    before: Settings,
    /// How it is referred to, by number and by name, if it captures.
    number: Option<usize>,
    name: Option<String>,
}

const ANY: &str = "(?s:.)";
const WORD: &str = "0-9A-Za-z_";

impl Reader {
    fn next(&mut self) -> Option<char> {
        let unit = self.peek(0)?;
        self.at += 1;
        Some(unit)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.units.get(self.at.checked_add(ahead)?).copied()
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(ahead, unit)| self.peek(ahead) == Some(unit));
        if found {
            self.at += text.len();
        }
        found
    }

    /// What stands before `end`, which is passed.
    fn until(&mut self, end: char) -> Result<String, RegexError> {
        let mut text = String::new();
        loop {
            match self.next().ok_or(RegexError::Unclosed)? {
                unit if unit == end => return Ok(text),
                unit => text.push(unit),
            }
        }
    }

    fn unsupported<T>(&self, what: &'static str) -> Result<T, RegexError> {
        Err(RegexError::Unsupported { at: self.at, what })
    }

    fn item(&mut self, unit: char) -> Result<(), RegexError> {
        match unit {
            '\\' => self.escape(),
            '[' => self.class(),
            '(' => self.group(),
            ')' => {
                self.settings = self.groups.pop().ok_or(RegexError::Unclosed)?.before;
                self.out.push(')');
                Ok(())
            }
            '|' => {
                self.out.push('|');
                Ok(())
            }
            '*' | '+' | '?' => {
                self.out.push(unit);
                self.greed();
                Ok(())
            }
            '{' => {
                self.repeat();
                Ok(())
            }
            '.' | '^' | '$' => {
                self.out.push_str(self.sign(unit));
                Ok(())
            }
            ' ' | '\t'..='\r' if self.settings.extended => Ok(()),
            '#' if self.settings.extended => {
                while self.next().is_some_and(|unit| unit != '\n') {}
                Ok(())
            }
            _ => self.literal(u32::from(unit)),
        }
    }

    const fn sign(&self, unit: char) -> &'static str {
        let settings = &self.settings;
        match unit {
            '.' if settings.dotall => ANY,
            '.' => r"[^\x{A}]",
            '^' if !settings.multiline => r"\A",
            '^' if settings.alt_circumflex => r"(?:\A|(?<=\x{A}))",
            // Not behind the line feed that ends the text.
            '^' => r"(?:\A|(?<=\x{A})(?!\z))",
            _ if settings.multiline => r"(?=\x{A}|\z)",
            _ if settings.dollar_endonly => r"\z",
            _ => r"(?=\x{A}?\z)",
        }
    }

    /// The sign behind a quantifier; `ungreedy` turns it around.
    fn greed(&mut self) {
        if self.eat("+") {
            self.out.push('+');
        } else if self.eat("?") != self.settings.ungreedy {
            self.out.push('?');
        }
    }

    /// A brace that begins a quantifier, or is just a brace.
    fn repeat(&mut self) {
        let mut text = String::from("{");
        let mut ahead = 0;
        while let Some(unit) = self.peek(ahead).filter(|unit| unit.is_ascii_digit() || *unit == ',') {
            text.push(unit);
            ahead += 1;
        }
        let digits_first = text.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        if self.peek(ahead) == Some('}') && digits_first && text.matches(',').count() <= 1 {
            self.at += ahead + 1;
            self.out.push_str(&text);
            self.out.push('}');
            self.greed();
        } else {
            self.out.push_str(r"\x{7B}");
        }
    }

    /// The character with this number, as fancy-regex is to see it.
    fn checked(&self, number: u32) -> Result<char, RegexError> {
        match (self.settings.utf, u8::try_from(number)) {
            (false, Ok(octet)) => Ok(character(octet)),
            (false, Err(_)) => self.unsupported("a character above 255 without 'utf'"),
            (true, _) => char::from_u32(number).map_or_else(|| self.unsupported("no character"), Ok),
        }
    }

    fn literal(&mut self, number: u32) -> Result<(), RegexError> {
        let text = written(self.checked(number)?);
        match self.settings.caseless {
            true => self.push(format_args!("(?i:{text})")),
            false => self.push(format_args!("{text}")),
        }
        Ok(())
    }

    fn push(&mut self, text: core::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(text);
    }
}

/// A character that stands for itself in fancy-regex, in and outside of classes.
fn written(character: char) -> String {
    match character {
        '0'..='9' | 'A'..='Z' | 'a'..='z' | '_' => String::from(character),
        _ => format!(r"\x{{{:X}}}", u32::from(character)),
    }
}
