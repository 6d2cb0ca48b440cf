//! One line: conditions, definitions, sequences, references.

use std::borrow::Cow;

use super::Expander;
use super::builtin::Builtins;
use super::definitions::{Definition, MAX_TEXT, Replaced, definition};
use super::include::include;
use super::sequence::{Sequence, is_sequence};
use crate::lexer::{first_line, without_comment};
use crate::{Problem, Span};

/// Definitions and sequences inside one another.
const MAX_LEVELS: usize = 64;
/// Keywords whose values are nobody's business.
const SECRETS: &[&[u8]] = &[b"auth_pass", b"password", b"key"];

/// A line on its way.
struct Line<'l> {
    text: Cow<'l, [u8]>,
    /// It is no longer what is written.
    changed: bool,
    /// How often references were replaced: a definition that mentions itself would never end.
    rounds: usize,
    /// Further lines that definitions brought along, those to read next at the end.
    following: Vec<Vec<u8>>,
}

/// What happens to a line next.
enum Next {
    /// It is looked at once more.
    Again,
    /// It has had its effect.
    Taken,
    /// It is read as it is now.
    Give,
}

impl Expander<'_> {
    /// Processes the line written at `origin`. False: it is nothing special, and has not been taken.
    pub(super) fn line(&mut self, origin: Span, text: &[u8], changed: bool) -> bool {
        if let Some((name, value)) = self.open.take() {
            self.define(name, value, text, true);
            return true;
        }
        let mut line = Line { text: Cow::Borrowed(text), changed, rounds: 0, following: Vec::new() };
        let taken = loop {
            match self.next(origin, &mut line) {
                Next::Again => {}
                Next::Taken => break true,
                Next::Give => break self.give(origin, &line.text, line.changed),
            }
        };
        self.follow(origin, line.following);
        taken
    }

    fn next(&mut self, origin: Span, line: &mut Line<'_>) -> Next {
        if let Some((holds, rest)) = self.condition(&line.text) {
            let rest = rest.to_vec();
            if !holds || rest.is_empty() {
                return Next::Taken;
            }
            (line.text, line.changed) = (Cow::Owned(rest), true);
        }
        if let Some((name, value)) = definition(&line.text) {
            self.define(name.to_vec(), Vec::new(), value, false);
            return Next::Taken;
        }
        if is_sequence(&line.text) {
            self.repeat(origin, &line.text);
            return Next::Taken;
        }
        if line.text.starts_with(b"~") {
            return Next::Give;
        }
        let Some(replaced) = self.replace(&line.text) else { return Next::Give };
        line.rounds += 1;
        if replaced.line.len() > MAX_TEXT || line.rounds > MAX_LEVELS {
            self.too_many(origin, "definitions", MAX_LEVELS);
            self.full = true;
        }
        line.text = Cow::Owned(without_comment(&replaced.line).trim_ascii().to_vec());
        line.changed = true;
        line.following.extend(replaced.following);
        if !self.step(origin) {
            return Next::Taken;
        }
        let again = line.text.starts_with(b"@") || line.text.contains(&b'$');
        if again { Next::Again } else { Next::Give }
    }

    /// `@id` or `@^id`: whether it holds, and what is behind it.
    fn condition<'l>(&self, text: &'l [u8]) -> Option<(bool, &'l [u8])> {
        let rest = text.strip_prefix(b"@")?;
        let (negated, rest) = match rest.strip_prefix(b"^") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        let (id, rest) = rest.split_at_checked(end)?;
        Some(((id == self.options.config_id.as_bytes()) != negated, rest.trim_ascii_start()))
    }

    /// Takes a line of a definition.
    fn define(&mut self, name: Vec<u8>, mut value: Vec<u8>, line: &[u8], several_lines: bool) {
        let (line, continues) = match line.strip_suffix(b"\\") {
            Some(line) => (line.trim_ascii_end(), true),
            None => (line, false),
        };
        // Blank lines of a definition are dropped.
        if !line.is_empty() {
            if !value.is_empty() {
                value.push(b'\n');
            }
            value.extend_from_slice(line);
        }
        if continues {
            self.open = Some((name, value));
        } else {
            let several_lines = several_lines && !value.is_empty();
            self.definitions.define(&name, Definition { value, several_lines });
        }
    }

    fn replace(&mut self, text: &[u8]) -> Option<Replaced> {
        let directory = self.directory().to_owned();
        let tree = &self.builder.tree;
        let mut builtins = Builtins {
            directory: &directory,
            options: self.options,
            loader: self.loader,
            random: &mut self.random,
            seed: &|| super::builtin::seed(tree),
        };
        self.definitions.replace(text, &mut builtins)
    }

    fn repeat(&mut self, origin: Span, text: &[u8]) {
        let most = self.options.max_lines;
        let sequence = Sequence::parse(text, most, |numbers| Some(self.replace(numbers)?.line));
        let Some(sequence) = sequence else {
            let value = String::from_utf8_lossy(text).into_owned();
            let expected = "~SEQ(name, [start, [step,]] end) or ~LST(name, value, ...)";
            let effect = "the line has no effect";
            self.report(origin, Problem::InvalidValue { value, expected, effect });
            return;
        };
        if !self.enter(origin) {
            return;
        }
        for values in sequence.rounds {
            if self.full {
                break;
            }
            for (name, value) in sequence.names.iter().zip(values) {
                // They keep the values of the last round, as in keepalived.
                self.definitions.define(name, Definition { value, several_lines: false });
            }
            self.line(origin, sequence.rest, true);
        }
        self.level -= 1;
    }

    fn follow(&mut self, origin: Span, mut following: Vec<Vec<u8>>) {
        if following.is_empty() || !self.enter(origin) {
            return;
        }
        while let Some(lines) = following.pop() {
            for line in lines.split(|octet| *octet == b'\n') {
                let line = without_comment(line);
                self.line(origin, line.trim_ascii(), true);
            }
        }
        self.level -= 1;
    }

    /// A line with nothing more to replace. False: it is as it was written, and not taken.
    fn give(&mut self, origin: Span, text: &[u8], changed: bool) -> bool {
        if let Some((pattern, insist)) = include(text) {
            let pattern = String::from_utf8_lossy(pattern).into_owned();
            self.include(origin, &pattern, insist);
            return true;
        }
        self.doubt(origin, text);
        if changed && !text.is_empty() && self.step(origin) {
            let line = [text, b"\n"].concat();
            let span = self.builder.tree.sources.append(self.generated, &line, origin);
            let (_, signs) = first_line(&line);
            self.builder.line(span, &line, signs);
        }
        changed
    }

    /// Says what looks like a reference and was not replaced.
    fn doubt(&mut self, origin: Span, text: &[u8]) {
        if !text.contains(&b'$') || SECRETS.iter().any(|keyword| text.starts_with(keyword)) {
            return;
        }
        let Some((name, reason)) = self.definitions.mistake(text) else { return };
        if self.doubted.insert((origin, name.clone())) {
            self.report(origin, Problem::NotExpanded { name, reason });
        }
    }

    /// One level deeper, unless that is too deep. Whoever enters leaves by decrementing the level.
    fn enter(&mut self, origin: Span) -> bool {
        if self.level >= MAX_LEVELS {
            self.too_many(origin, "definitions", MAX_LEVELS);
            self.full = true;
        }
        let may = self.step(origin);
        self.level += usize::from(may);
        may
    }

    /// Definitions can double what they contain at every level, so the steps are counted, too.
    fn step(&mut self, origin: Span) -> bool {
        self.lines += 1;
        if self.lines > self.options.max_lines && !self.full {
            self.too_many(origin, "lines of definitions", self.options.max_lines);
            self.full = true;
        }
        !self.full
    }
}
