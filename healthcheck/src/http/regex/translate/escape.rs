//! What a backslash means.

use alloc::string::String;

use super::{ANY, Reader, Settings, WORD};
use crate::http::regex::RegexError;

impl Reader {
    pub(super) fn escape(&mut self) -> Result<(), RegexError> {
        if let Some(number) = self.number_escape(false)? {
            return self.literal(number);
        }
        let Some(unit) = self.next() else { return Err(RegexError::Unclosed) };
        if let Some(set) = self.set(unit) {
            self.push(format_args!("[{set}]"));
            return Ok(());
        }
        match unit {
            'Q' => return self.quoted(),
            'E' => {}
            'A' => self.out.push_str(r"\A"),
            'z' => self.out.push_str(r"\z"),
            'Z' => self.out.push_str(r"(?=\x{A}?\z)"),
            'K' => self.out.push_str(r"\K"),
            'N' if self.peek(0) == Some('{') => return self.unsupported(r"\N{…}"),
            'N' => self.out.push_str(r"[^\x{A}]"),
            'b' | 'B' => self.boundary(unit == 'b'),
            'R' if self.settings.utf => {
                self.out.push_str(r"(?>\x{D}\x{A}|[\x{A}-\x{D}\x{85}\x{2028}\x{2029}])");
            }
            'R' => self.out.push_str(r"(?>\x{D}\x{A}|[\x{A}-\x{D}\x{E085}])"),
            'C' if self.settings.utf || self.settings.never_backslash_c => return self.unsupported(r"\C"),
            'C' => self.out.push_str(ANY),
            'p' | 'P' => return self.property(unit),
            '1'..='9' => {
                let mut number = String::from(unit);
                while let Some(digit) = self.peek(0).filter(char::is_ascii_digit) {
                    number.push(digit);
                    self.at += 1;
                }
                return self.reference_to(&number);
            }
            'g' => return self.reference_by_number(),
            'k' => {
                let end = match self.next() {
                    Some('<') => '>',
                    Some('\'') => '\'',
                    Some('{') => '}',
                    _ => return self.unsupported(r"\k without a name"),
                };
                let name = self.until(end)?;
                return self.reference_to(&name);
            }
            _ if unit.is_ascii_alphanumeric() => return self.unsupported("an escape"),
            _ => return self.literal(u32::from(unit)),
        }
        Ok(())
    }

    /// An escape for one character, in or outside of a class; the backslash is passed already.
    pub(super) fn number_escape(&mut self, in_class: bool) -> Result<Option<u32>, RegexError> {
        let Some(unit) = self.peek(0) else { return Ok(None) };
        let number = match unit {
            'a' => 7,
            'e' => 27,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'b' if in_class => 8,
            'c' => {
                self.at += 1;
                return match self.next() {
                    Some(unit @ ' '..='~') => Ok(Some(u32::from(unit.to_ascii_uppercase()) ^ 64)),
                    _ => self.unsupported(r"\c without a letter"),
                };
            }
            'x' => {
                self.at += 1;
                return self.hexadecimal().map(Some);
            }
            'o' => {
                self.at += 1;
                return match self.eat("{") {
                    true => self.braced(8).map(Some),
                    false => self.unsupported(r"\o without braces"),
                };
            }
            '0' => return Ok(Some(self.digits(8, 3))),
            '1'..='7' if in_class => return Ok(Some(self.digits(8, 3))),
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(number))
    }

    fn hexadecimal(&mut self) -> Result<u32, RegexError> {
        match self.eat("{") {
            true => self.braced(16),
            false => Ok(self.digits(16, 2)),
        }
    }

    fn braced(&mut self, radix: u32) -> Result<u32, RegexError> {
        let text = self.until('}')?;
        u32::from_str_radix(&text, radix).or_else(|_| self.unsupported("a number in braces"))
    }

    /// The number in the next digits, at most `count` of them; 0 without any.
    pub(super) fn digits(&mut self, radix: u32, count: usize) -> u32 {
        let mut number = 0;
        for _ in 0..count {
            let Some(digit) = self.peek(0).and_then(|unit| unit.to_digit(radix)) else { break };
            number = number * radix + digit;
            self.at += 1;
        }
        number
    }

    /// The members of `\d` and its like, without the brackets around them.
    pub(super) const fn set(&self, unit: char) -> Option<&'static str> {
        let Settings { utf, ucp, .. } = self.settings;
        Some(match unit {
            'd' if ucp => r"\d",
            'D' if ucp => r"\D",
            'w' if ucp => r"\w",
            'W' if ucp => r"\W",
            's' if ucp => r"\s",
            'S' if ucp => r"\S",
            'd' => "0-9",
            'D' => "^0-9",
            'w' => WORD,
            'W' => "^0-9A-Za-z_",
            's' => r"\x{9}-\x{D}\x{20}",
            'S' => r"^\x{9}-\x{D}\x{20}",
            'h' if utf => r"\x{9}\x{20}\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}",
            'H' if utf => r"^\x{9}\x{20}\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}",
            'h' => r"\x{9}\x{20}\x{E0A0}",
            'H' => r"^\x{9}\x{20}\x{E0A0}",
            'v' if utf => r"\x{A}-\x{D}\x{85}\x{2028}\x{2029}",
            'V' if utf => r"^\x{A}-\x{D}\x{85}\x{2028}\x{2029}",
            'v' => r"\x{A}-\x{D}\x{E085}",
            'V' => r"^\x{A}-\x{D}\x{E085}",
            _ => return None,
        })
    }

    /// Between letters of ASCII and others; with `utf` alone fancy-regex would take more letters.
    fn boundary(&mut self, is: bool) {
        let text = match (is, self.settings.utf && !self.settings.ucp) {
            (true, false) => r"(?:\b)",
            (false, false) => r"(?:\B)",
            (true, true) => "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))",
            (false, true) => "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))",
        };
        self.out.push_str(text);
    }

    fn property(&mut self, unit: char) -> Result<(), RegexError> {
        if !self.settings.utf {
            return self.unsupported("a property without 'utf'");
        }
        let name = match self.next().ok_or(RegexError::Unclosed)? {
            '{' => self.until('}')?,
            letter => String::from(letter),
        };
        let (name, negated) = match name.strip_prefix('^') {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        let unit = if (unit == 'P') == negated { 'p' } else { 'P' };
        self.push(format_args!("\\{unit}{{{name}}}"));
        Ok(())
    }

    fn quoted(&mut self) -> Result<(), RegexError> {
        while !self.eat(r"\E") {
            let Some(unit) = self.next() else { return Ok(()) };
            self.literal(u32::from(unit))?;
        }
        Ok(())
    }
}
