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

/// One element of a class.
enum Member {
    Character(u32),
    /// In the words of fancy-regex.
    Set(&'static str),
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

    fn escape(&mut self) -> Result<(), RegexError> {
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
    fn number_escape(&mut self, in_class: bool) -> Result<Option<u32>, RegexError> {
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
    fn digits(&mut self, radix: u32, count: usize) -> u32 {
        let mut number = 0;
        for _ in 0..count {
            let Some(digit) = self.peek(0).and_then(|unit| unit.to_digit(radix)) else { break };
            number = number * radix + digit;
            self.at += 1;
        }
        number
    }

    /// The members of `\d` and its like, without the brackets around them.
    const fn set(&self, unit: char) -> Option<&'static str> {
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

    /// To a group by number or name.
    fn reference_to(&mut self, target: &str) -> Result<(), RegexError> {
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

    fn reference_by_number(&mut self) -> Result<(), RegexError> {
        let number = match self.eat("{") {
            true => self.until('}')?,
            false => format!("{}", self.digits(10, 4)),
        };
        match number.parse::<u16>() {
            Ok(1..) => self.reference_to(&number),
            _ => self.unsupported(r"\g other than with a number"),
        }
    }

    fn group(&mut self) -> Result<(), RegexError> {
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

    fn class(&mut self) -> Result<(), RegexError> {
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

/// A character that stands for itself in fancy-regex, in and outside of classes.
fn written(character: char) -> String {
    match character {
        '0'..='9' | 'A'..='Z' | 'a'..='z' | '_' => String::from(character),
        _ => format!(r"\x{{{:X}}}", u32::from(character)),
    }
}
