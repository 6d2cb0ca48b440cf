//! Groups, references to them, and flags.

use alloc::format;
use alloc::string::String;

use super::{Group, Reader};
use crate::http::regex::RegexError;

impl Reader {
    /// To a group by number or name.
    pub(super) fn reference_to(&mut self, target: &str) -> Result<(), RegexError> {
        let is_number = target.bytes().all(|octet| octet.is_ascii_digit());
        // PCRE2 then means what the group matched the last time around, fancy-regex does not.
        let is_open = |group: &Group| match is_number {
            true => group.number.is_some() && group.number == target.parse().ok(),
            false => group.name.as_deref() == Some(target),
        };
        if self.groups.iter().any(is_open) {
            return self.unsupported("a reference to a group from inside of it");
        }
        let case = if self.settings.caseless { "i" } else { "" };
        match is_number {
            true => self.push(format_args!(r"(?{case}:\{target})")),
            false => self.push(format_args!(r"(?{case}:\k<{target}>)")),
        }
        Ok(())
    }

    pub(super) fn reference_by_number(&mut self) -> Result<(), RegexError> {
        let number = match self.eat("{") {
            true => self.until('}')?,
            false => format!("{}", self.digits(10, 4)),
        };
        match number.parse::<u16>() {
            Ok(1..) => self.reference_to(&number),
            _ => self.unsupported(r"\g other than with a number"),
        }
    }

    pub(super) fn group(&mut self) -> Result<(), RegexError> {
        if self.peek(0) == Some('*') {
            return self.unsupported("a verb");
        }
        self.groups.push(Group { before: self.settings, number: None, name: None });
        if !self.eat("?") {
            match self.settings.no_auto_capture {
                true => self.out.push_str("(?:"),
                false => self.capture(None),
            }
            return Ok(());
        }
        for kind in [":", ">", "=", "!", "<=", "<!"] {
            if self.eat(kind) {
                self.push(format_args!("(?{kind}"));
                return Ok(());
            }
        }
        if self.eat("P=") {
            self.groups.pop();
            let name = self.until(')')?;
            return self.reference_to(&name);
        } else if self.eat("#") {
            self.groups.pop();
            self.until(')')?;
        } else if self.eat("<") || self.eat("P<") {
            let name = self.until('>')?;
            self.capture(Some(name));
        } else if self.eat("'") {
            let name = self.until('\'')?;
            self.capture(Some(name));
        } else if self.eat("(") {
            let condition = self.until(')')?;
            if condition.is_empty() || !condition.bytes().all(|octet| octet.is_ascii_digit()) {
                return self.unsupported("a condition other than a number");
            }
            self.push(format_args!("(?({condition})"));
        } else {
            return self.flags();
        }
        Ok(())
    }

    /// Begins a group that captures.
    fn capture(&mut self, name: Option<String>) {
        self.captures += 1;
        match &name {
            Some(name) => self.push(format_args!("(?<{name}>")),
            None => self.out.push('('),
        }
        if let Some(group) = self.groups.last_mut() {
            (group.number, group.name) = (Some(self.captures), name);
        }
    }

    /// `(?i)` and `(?i:`. The settings before the group are on the stack already.
    fn flags(&mut self) -> Result<(), RegexError> {
        let mut on = true;
        loop {
            match self.next().ok_or(RegexError::Unclosed)? {
                '-' => on = false,
                'i' => self.settings.caseless = on,
                'm' => self.settings.multiline = on,
                's' => self.settings.dotall = on,
                'x' if self.peek(0) == Some('x') => return self.unsupported("(?xx)"),
                'x' => self.settings.extended = on,
                'n' => self.settings.no_auto_capture = on,
                'U' => self.settings.ungreedy = on,
                ':' => {
                    self.out.push_str("(?:");
                    return Ok(());
                }
                ')' => {
                    // In force up to the end of the group around it.
                    self.groups.pop();
                    return Ok(());
                }
                _ => return self.unsupported("a kind of group"),
            }
        }
    }
}
