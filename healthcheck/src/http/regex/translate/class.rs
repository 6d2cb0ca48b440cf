//! Classes: what stands between brackets.

use alloc::string::String;

use super::{ANY, Reader, written};
use crate::http::regex::RegexError;

/// One element of a class.
enum Member {
    Character(u32),
    /// In the words of fancy-regex.
    Set(&'static str),
}

impl Reader {
    pub(super) fn class(&mut self) -> Result<(), RegexError> {
        let negated = self.eat("^");
        if self.settings.allow_empty_class && self.eat("]") {
            self.out.push_str(if negated { ANY } else { r"[^\x{0}-\x{10FFFF}]" });
            return Ok(());
        }
        let mut members = String::new();
        let mut first = true;
        loop {
            let unit = self.next().ok_or(RegexError::Unclosed)?;
            if unit == ']' && !first {
                break;
            }
            first = false;
            match self.member(unit)? {
                Some(Member::Character(low)) => self.range(low, &mut members)?,
                Some(Member::Set(set)) => members.push_str(set),
                None => {}
            }
        }
        let (case, sign) = (if self.settings.caseless { "i" } else { "" }, if negated { "^" } else { "" });
        self.push(format_args!("(?{case}:[{sign}{members}])"));
        Ok(())
    }

    /// A character of a class, or all from it to another.
    fn range(&mut self, low: u32, members: &mut String) -> Result<(), RegexError> {
        members.push_str(&written(self.checked(low)?));
        if self.peek(0) != Some('-') || self.peek(1) == Some(']') {
            return Ok(());
        }
        self.at += 1;
        let unit = self.next().ok_or(RegexError::Unclosed)?;
        match self.member(unit)? {
            Some(Member::Character(high)) if low <= high => {
                members.push('-');
                members.push_str(&written(self.checked(high)?));
                Ok(())
            }
            Some(Member::Character(_) | Member::Set(_)) | None => self.unsupported("a range"),
        }
    }

    fn member(&mut self, unit: char) -> Result<Option<Member>, RegexError> {
        if unit == '[' && matches!(self.peek(0), Some(':' | '.' | '=')) {
            return self.named_set();
        }
        if unit != '\\' {
            return Ok(Some(Member::Character(u32::from(unit))));
        }
        if let Some(number) = self.number_escape(true)? {
            return Ok(Some(Member::Character(number)));
        }
        let unit = self.next().ok_or(RegexError::Unclosed)?;
        if let Some(set) = self.set(unit) {
            return Ok(Some(Member::Set(nested(set))));
        }
        match unit {
            'E' => Ok(None),
            _ if unit.is_ascii_alphanumeric() => self.unsupported("an escape in a class"),
            _ => Ok(Some(Member::Character(u32::from(unit)))),
        }
    }

    /// `[:alpha:]` and its like; a bracket that begins none is just a bracket.
    fn named_set(&mut self) -> Result<Option<Member>, RegexError> {
        if self.settings.ucp {
            return self.unsupported("a named set with 'ucp'");
        }
        let found = NAMED.iter().find(|(name, _)| self.eat(name));
        if let Some((_, set)) = found {
            return Ok(Some(Member::Set(set)));
        }
        let kind = self.peek(0);
        let mut ahead = 1;
        while let Some(unit) = self.peek(ahead).filter(|unit| *unit != ']' && *unit != '\\') {
            if Some(unit) == kind && self.peek(ahead + 1) == Some(']') {
                return self.unsupported("a named set");
            }
            ahead += 1;
        }
        Ok(Some(Member::Character(u32::from('['))))
    }
}

/// A set as a member of another one.
fn nested(set: &'static str) -> &'static str {
    const NEGATED: [&str; 7] = [
        "[^0-9]",
        "[^0-9A-Za-z_]",
        r"[^\x{9}-\x{D}\x{20}]",
        r"[^\x{9}\x{20}\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]",
        r"[^\x{9}\x{20}\x{E0A0}]",
        r"[^\x{A}-\x{D}\x{85}\x{2028}\x{2029}]",
        r"[^\x{A}-\x{D}\x{E085}]",
    ];
    match set.starts_with('^') {
        true => NEGATED.iter().find(|text| text.get(1..text.len() - 1) == Some(set)).unwrap_or(&set),
        false => set,
    }
}

macro_rules! named {
    ($($name:literal),+) => {
        [$((concat!(":", $name, ":]"), concat!("[:", $name, ":]")),
           (concat!(":^", $name, ":]"), concat!("[:^", $name, ":]")),)+]
    };
}

/// What follows the bracket, and the set for fancy-regex. All are of ASCII, in both.
const NAMED: [(&str, &str); 28] = named!(
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit"
);
