//! Files, and how they include one another.

use std::path::PathBuf;

use super::Expander;
use super::include::{Insist, WILDCARDS, alternatives, include, include_check};
use crate::lexer::{Signs, without_comment};
use crate::parse::{PhysicalLine, PhysicalLines};
use crate::{Problem, SourceId, Span};

/// Files inside one another. A circle is noticed earlier, unless its files have several names.
const MAX_INCLUDES: usize = 16;
/// Files that may be read, all includes together.
const MAX_FILES: usize = 10_000;

impl Expander<'_> {
    /// Reads a source as the file at `path`.
    pub(super) fn file(&mut self, path: PathBuf, source: SourceId) {
        let octets = self.builder.tree.sources.shared(source);
        if self.builder.is_too_large(source, octets.len()) {
            return;
        }
        // What include_check says in a file ends with it.
        let insist = self.insist;
        self.reading.push(path);
        let mut lines = PhysicalLines::new(source, &octets);
        loop {
            // A definition that goes on takes any line.
            let plain = self.open.is_none();
            let next = if plain { self.builder.next_special(&mut lines) } else { lines.next() };
            let Some(PhysicalLine { span, text: written, signs }) = next else { break };
            if self.open.is_none() && !is_special(written, signs) {
                self.builder.line(span, written, signs);
                continue;
            }
            let text = without_comment(written.strip_suffix(b"\n").unwrap_or(written));
            let text = text.trim_ascii();
            let indent = if text.is_empty() { 0 } else { written.len() - written.trim_ascii_start().len() };
            if !self.line(span.part(indent, indent + text.len()), text, false) {
                self.builder.line(span, written, signs);
                if let Some(words) = include_check(text) {
                    self.insist = self.insist.after_check(words);
                }
            }
        }
        self.reading.pop();
        self.insist = insist;
    }

    /// Reads all files that an include line names.
    pub(super) fn include(&mut self, at: Span, pattern: &str, insist: Insist) {
        let insist = insist | self.insist;
        if self.reading.len() > MAX_INCLUDES {
            self.too_many(at, "includes", MAX_INCLUDES);
            return;
        }
        let Some(files) = self.find(at, pattern, insist) else { return };
        for path in files {
            self.files += 1;
            if self.files > MAX_FILES {
                self.too_many(at, "includes", MAX_FILES);
                return;
            }
            if self.reading.contains(&path) {
                self.circle(at, &path);
                continue;
            }
            match self.loader.read(&path) {
                Ok(octets) => {
                    let name = path.to_string_lossy().into_owned();
                    let source = self.builder.tree.sources.add_included(&name, octets, at);
                    self.file(path, source);
                }
                Err(error) => {
                    let (path, reason) = (path.to_string_lossy().into_owned(), error.to_string());
                    let problem = if insist.on(Insist::READ) {
                        Problem::IncludeRefused { pattern: path, reason }
                    } else {
                        Problem::IncludeUnreadable { path, reason }
                    };
                    self.report(at, problem);
                }
            }
        }
    }

    /// The files that a pattern names; `None` if that is not what the include insists on.
    fn find(&mut self, at: Span, pattern: &str, insist: Insist) -> Option<Vec<PathBuf>> {
        let alternatives = alternatives(pattern);
        let several = alternatives.len() > 1;
        let mut files = Vec::new();
        let mut missing = None;
        for alternative in &alternatives {
            let found = self.loader.find(self.directory(), alternative);
            if found.is_empty() && self.is_missing(alternative) {
                missing.get_or_insert(alternative);
            }
            files.extend(found);
        }
        let refused =
            |reason: &str| Problem::IncludeRefused { pattern: pattern.to_owned(), reason: reason.to_owned() };
        match missing {
            Some(one) if insist.on(if several { Insist::BRACE } else { Insist::MATCH }) => {
                let problem = refused(&format!("there is no file '{one}'"));
                self.report(at, problem);
                return None;
            }
            Some(one) => self.report(at, Problem::IncludeMissing { pattern: one.clone() }),
            None if files.is_empty() && insist.on(Insist::WILDCARD) => {
                let problem = refused("no file matches it");
                self.report(at, problem);
            }
            None => {}
        }
        Some(files)
    }

    /// Whether a pattern that finds nothing is a mistake: what it names without wildcards is not there.
    fn is_missing(&self, pattern: &str) -> bool {
        let Some(wildcard) = pattern.find(WILDCARDS) else { return true };
        let folder = pattern.get(..wildcard).and_then(|fixed| fixed.rsplit_once('/'));
        folder.is_some_and(|(folder, _)| {
            !folder.is_empty() && self.loader.find(self.directory(), folder).is_empty()
        })
    }

    fn circle(&mut self, at: Span, path: &PathBuf) {
        let circle = self.reading.iter().skip_while(|file| *file != path).chain([path]);
        let chain: Vec<_> = circle.map(|file| file.to_string_lossy().into_owned()).collect();
        self.report(at, Problem::IncludeCircle { chain: chain.join(" → ") });
    }
}

/// Whether a line may need more than being split into words.
fn is_special(text: &[u8], signs: Signs) -> bool {
    let text = text.trim_ascii_start();
    signs.has(Signs::EXPANSION)
        || (text.starts_with(b"include") && (include(text).is_some() || include_check(text).is_some()))
}
