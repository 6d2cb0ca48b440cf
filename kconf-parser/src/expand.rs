//! Includes, conditions, definitions and sequences.
//!
//! keepalived does all of this line by line before it looks at words, so this does, too: what comes out is a tree of the
//! lines that keepalived reads in the end. Each of them still knows the line that it was written on.

mod definitions;
mod sequence;

use std::path::{Path, PathBuf};

use crate::lexer::{Signs, first_line, without_comment};
use crate::parse::{Builder, PhysicalLine, physical_lines};
use crate::{Diagnostic, Parsed, Problem, SourceId, Span};

use definitions::{Definitions, MAX_TEXT, Scope};
use sequence::Sequence;

/// Files that include one another this deep are a circle.
const MAX_INCLUDES: usize = 16;
/// Definitions and sequences inside one another.
const MAX_LEVELS: usize = 64;
/// Files that may be read, all includes together.
const MAX_FILES: usize = 10_000;

/// Finds the files that a configuration includes.
pub trait Loader {
    /// The files that `pattern` (a path with `*`, `?`, `[…]` and `{a,b}`) names, in the order to read them.
    /// A relative pattern is relative to `directory`. Empty if there are none.
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf>;

    /// The content of one of these files.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>>;
}

/// A loader for a place without files: every include finds nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Loader for NoFiles {
    fn find(&self, _directory: &Path, _pattern: &str) -> Vec<PathBuf> {
        Vec::new()
    }

    fn read(&self, _path: &Path) -> std::io::Result<Vec<u8>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

/// What expansion depends on besides the text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExpandOptions {
    /// `-i`: what `@id` lines and `${_INSTANCE}` compare with; the short host name by default in keepalived.
    pub config_id: String,
    /// Lines that expansion may make, and steps it may take for them; 500,000 by default. A few
    /// octets of `~SEQ` ask for any number, so something has to say no.
    pub max_lines: usize,
}

impl Default for ExpandOptions {
    fn default() -> Self {
        Self { config_id: String::new(), max_lines: 500_000 }
    }
}

/// Reads a file with its includes, conditions, definitions and sequences. Never fails.
///
/// `source_name` is also the path that relative includes start from.
pub fn expand(source_name: &str, octets: &[u8], loader: &dyn Loader, options: &ExpandOptions) -> Parsed {
    expand_owned(source_name, octets.to_vec(), loader, options)
}

/// [`expand`] for a text that nobody else needs, which is then not copied.
pub fn expand_owned(
    source_name: &str,
    octets: Vec<u8>,
    loader: &dyn Loader,
    options: &ExpandOptions,
) -> Parsed {
    let mut builder = Builder::default();
    let source = builder.tree.sources.add(source_name, octets);
    let octets = builder.tree.sources.shared(source);
    let generated = builder.tree.sources.add("(expanded)", Vec::new());
    let mut expander = Expander {
        builder,
        loader,
        options,
        generated,
        definitions: Definitions::default(),
        open: None,
        level: 0,
        lines: 0,
        files: 0,
        full: false,
    };
    expander.file(Path::new(source_name), source, &octets, 0);
    expander.builder.finish()
}

struct Expander<'a> {
    builder: Builder,
    loader: &'a dyn Loader,
    options: &'a ExpandOptions,
    /// Holds the lines that are not as they were written.
    generated: SourceId,
    definitions: Definitions,
    /// A definition whose last line so far ended in a backslash.
    open: Option<(Vec<u8>, Vec<u8>)>,
    level: usize,
    lines: usize,
    files: usize,
    /// A limit was exceeded: nothing more is expanded.
    full: bool,
}

/// Where a line comes from.
#[derive(Clone, Copy)]
struct Place<'p> {
    directory: &'p Path,
    /// Files that include the one we are in.
    includes: usize,
    /// The line as written.
    origin: Span,
}

impl Expander<'_> {
    fn file(&mut self, path: &Path, source: SourceId, octets: &[u8], includes: usize) {
        let directory = path.parent().unwrap_or(Path::new(""));
        for PhysicalLine { span, text: written, signs } in physical_lines(source, octets) {
            if self.open.is_none() && !is_special(written, signs) {
                self.builder.line(span, written, signs);
                continue;
            }
            let text = written;
            let text = without_comment(text.strip_suffix(b"\n").unwrap_or(text));
            let text = text.trim_ascii();
            let indent = text_offset(octets, text, span);
            let end = indent.saturating_add(u32::try_from(text.len()).unwrap_or(0));
            let origin = Span::new(source, indent, end);
            let place = Place { directory, includes, origin };
            if !self.line(place, text, false) {
                self.builder.line(span, written, signs);
            }
        }
    }

    /// Processes a line. False: it is nothing special, and has not been taken.
    fn line(&mut self, place: Place<'_>, text: &[u8], changed: bool) -> bool {
        if let Some((name, mut value)) = self.open.take() {
            self.definition(name, &mut value, text);
            return true;
        }
        if let Some(pattern) = include(text) {
            self.include(place, pattern);
            return true;
        }
        // A condition is looked for once, so what it leaves is not asked again.
        if let Some((condition, rest)) = condition(text) {
            let holds = condition.holds(self.options.config_id.as_bytes());
            if holds && !rest.is_empty() && !self.unconditional(place, rest, true) {
                self.emit(place, rest);
            }
            return true;
        }
        self.unconditional(place, text, changed)
    }

    fn unconditional(&mut self, place: Place<'_>, text: &[u8], changed: bool) -> bool {
        if let Some((name, value)) = definitions::definition(text) {
            self.definition(name.to_vec(), &mut Vec::new(), value);
            return true;
        }
        if let Some((sequence, rest)) = self.sequence(place, text) {
            self.repeat(place, &sequence, rest);
            return true;
        }
        self.substitute(place, text, changed)
    }

    fn definition(&mut self, name: Vec<u8>, value: &mut Vec<u8>, line: &[u8]) {
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
        let value = core::mem::take(value);
        if continues {
            self.open = Some((name, value));
        } else {
            self.definitions.define(&name, value);
        }
    }

    fn sequence<'l>(&mut self, place: Place<'_>, text: &'l [u8]) -> Option<(Sequence, &'l [u8])> {
        let (arguments, rest, kind) = sequence::split(text)?;
        let scope = self.scope(place);
        let arguments = self.definitions.replace(arguments, &scope).unwrap_or_else(|| arguments.to_vec());
        let sequence = Sequence::parse(&arguments, kind, self.options.max_lines);
        if sequence.is_none() {
            let value = String::from_utf8_lossy(text).into_owned();
            let expected = "~SEQ(name, [start, [step,]] end) or ~LST(name, value, ...)";
            let effect = "the line has no effect";
            self.builder.report(place.origin, Problem::InvalidValue { value, expected, effect });
        }
        Some((sequence.unwrap_or_default(), rest))
    }

    fn repeat(&mut self, place: Place<'_>, sequence: &Sequence, rest: &[u8]) {
        if !self.enter(place) {
            return;
        }
        let before: Vec<_> = sequence.names.iter().map(|name| self.definitions.get(name).cloned()).collect();
        for values in &sequence.rounds {
            if self.full {
                break;
            }
            for (name, value) in sequence.names.iter().zip(values) {
                self.definitions.define(name, value.clone());
            }
            if !self.line(place, rest, true) {
                self.emit(place, rest);
            }
        }
        for (name, value) in sequence.names.iter().zip(before) {
            self.definitions.restore(name, value);
        }
        self.level -= 1;
    }

    fn substitute(&mut self, place: Place<'_>, text: &[u8], changed: bool) -> bool {
        let scope = self.scope(place);
        let Some(replaced) = self.definitions.replace(text, &scope) else {
            self.not_supported(place, text);
            if changed {
                self.emit(place, text);
            }
            return changed;
        };
        if replaced.len() > MAX_TEXT {
            self.too_many(place.origin, "definitions", MAX_LEVELS);
            self.full = true;
        }
        if !self.enter(place) {
            return true;
        }
        for line in replaced.split(|octet| *octet == b'\n') {
            let line = without_comment(line);
            let line = line.trim_ascii();
            // A definition that mentions itself would never end; `enter` counts the levels.
            if !line.is_empty() && !self.line(place, line, true) {
                self.emit(place, line);
            }
        }
        self.level -= 1;
        true
    }

    /// `${_RANDOM}` and `${_ENV}` depend on what this crate does not look at.
    fn not_supported(&mut self, place: Place<'_>, text: &[u8]) {
        for builtin in ["${_RANDOM", "${_ENV"] {
            if text.windows(builtin.len()).any(|window| window == builtin.as_bytes()) {
                self.builder.report(place.origin, Problem::NotSupported { keyword: format!("{builtin}}}") });
            }
        }
    }

    fn scope<'s>(&'s self, place: Place<'s>) -> Scope<'s> {
        Scope { directory: place.directory, config_id: &self.options.config_id }
    }

    /// One level deeper, unless that is too deep. Whoever enters leaves by decrementing the level.
    fn enter(&mut self, place: Place<'_>) -> bool {
        if self.level >= MAX_LEVELS {
            self.too_many(place.origin, "definitions", MAX_LEVELS);
            self.full = true;
        }
        let may = self.step(place);
        self.level += usize::from(may);
        may
    }

    /// Definitions can double what they contain at every level, so the steps are counted, too.
    fn step(&mut self, place: Place<'_>) -> bool {
        self.lines += 1;
        if self.lines > self.options.max_lines && !self.full {
            self.too_many(place.origin, "lines of definitions", self.options.max_lines);
            self.full = true;
        }
        !self.full
    }

    fn emit(&mut self, place: Place<'_>, text: &[u8]) {
        if !self.step(place) {
            return;
        }
        let mut line = text.to_vec();
        line.push(b'\n');
        let span = self.builder.tree.sources.append(self.generated, &line, place.origin);
        let (_, signs) = first_line(&line);
        self.builder.line(span, &line, signs);
    }

    fn too_many(&mut self, at: Span, what: &'static str, max: usize) {
        let problem = Problem::TooManyLevels { what, max };
        if !self.builder.diagnostics.iter().any(|finding| finding.problem == problem) {
            self.builder.report(at, problem);
        }
    }

    fn include(&mut self, place: Place<'_>, pattern: &[u8]) {
        if place.includes >= MAX_INCLUDES {
            self.too_many(place.origin, "includes", MAX_INCLUDES);
            return;
        }
        let scope = self.scope(place);
        let pattern = definitions::replace_directory(pattern, &scope);
        let pattern = String::from_utf8_lossy(&pattern).into_owned();
        let files = self.loader.find(place.directory, &pattern);
        if files.is_empty() {
            self.builder.report(place.origin, Problem::IncludeMissing { pattern });
            return;
        }
        for path in files {
            self.files += 1;
            if self.files > MAX_FILES {
                self.too_many(place.origin, "includes", MAX_FILES);
                return;
            }
            match self.loader.read(&path) {
                Ok(octets) => {
                    let name = path.to_string_lossy();
                    let source = self.builder.tree.sources.add(&name, octets);
                    let octets = self.builder.tree.sources.shared(source);
                    self.file(&path, source, &octets, place.includes + 1);
                }
                Err(error) => {
                    let path = path.to_string_lossy().into_owned();
                    let problem = Problem::IncludeUnreadable { path, reason: error.to_string() };
                    self.builder.diagnostics.push(Diagnostic::new(place.origin, problem));
                }
            }
        }
    }
}

/// Whether a line may need more than being split into words.
fn is_special(text: &[u8], signs: Signs) -> bool {
    signs.has(Signs::EXPANSION) || include(text.trim_ascii_start()).is_some()
}

/// Where `text`, a part of the line at `span`, begins.
fn text_offset(octets: &[u8], text: &[u8], span: Span) -> u32 {
    let line = octets.get(span.range()).unwrap_or(&[]);
    let blank = line.len() - line.trim_ascii_start().len();
    if text.is_empty() { span.start } else { span.start.saturating_add(u32::try_from(blank).unwrap_or(0)) }
}

/// The pattern of an `include` line: all the rest of it. Definitions are not used in it.
fn include(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b"include")?;
    let rest = match rest {
        [b'r' | b'm' | b'w' | b'b' | b'a', rest @ ..] => rest,
        rest => rest,
    };
    let pattern = rest.trim_ascii();
    (rest.first().is_some_and(u8::is_ascii_whitespace) && !pattern.is_empty()).then_some(pattern)
}

/// `@id` or `@^id`.
struct Condition<'l> {
    id: &'l [u8],
    negated: bool,
}

impl Condition<'_> {
    fn holds(&self, config_id: &[u8]) -> bool {
        (self.id == config_id) != self.negated
    }
}

fn condition(text: &[u8]) -> Option<(Condition<'_>, &[u8])> {
    let rest = text.strip_prefix(b"@")?;
    let (negated, rest) = match rest.strip_prefix(b"^") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    let (id, rest) = rest.split_at_checked(end)?;
    Some((Condition { id, negated }, rest.trim_ascii_start()))
}

#[cfg(test)]
mod tests;
