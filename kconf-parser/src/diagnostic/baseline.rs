//! Findings that were there when somebody began to look, so that only new ones are reported.

use core::fmt;
use std::collections::BTreeMap;

use super::{Diagnostic, Problem, mask};
use crate::{Sources, Span};

/// The first line of a baseline.
const HEADER: &str = "# kconf baseline 1";

/// A list of findings: file, code and the text of the line, one to a line, separated by tabs.
///
/// The number of the line does not matter, so what is inserted above does no harm. Secrets are masked in it. Of two
/// findings that look alike, both are listed.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    entries: BTreeMap<Entry, Vec<Span>>,
    sources: Sources,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Entry {
    file: String,
    code: String,
    line: String,
}

impl Entry {
    fn of(finding: &Diagnostic, sources: &Sources) -> Self {
        let span = sources.written_at(finding.span);
        let line = mask(sources.text(sources.line_around(span)));
        let line = String::from_utf8_lossy(&line).split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            file: sources.name(span.source).replace(['\t', '\n'], " "),
            code: finding.code().to_owned(),
            line,
        }
    }
}

/// Why a text is no baseline.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// It does not begin as one.
    #[error("the first line of a baseline is '{HEADER}'")]
    Header,
    /// A line has not three parts.
    #[error("line {0} is not FILE, CODE and LINE, separated by tabs")]
    Line(usize),
}

impl Baseline {
    /// Reads what [`Display`](fmt::Display) wrote; `name` is what findings about it show.
    ///
    /// # Errors
    ///
    /// [`BaselineError`] says which line is not as it should be.
    pub fn parse(name: &str, text: &str) -> Result<Self, BaselineError> {
        let mut baseline = Self::default();
        let source = baseline.sources.add(name, text.as_bytes().to_vec());
        if text.lines().next() != Some(HEADER) {
            return Err(BaselineError::Header);
        }
        let mut start = 0;
        for (number, line) in text.split('\n').enumerate() {
            let end = start + line.len();
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span::new(source, offset(start), offset(end));
            start = end + 1;
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut parts = line.splitn(3, '\t').map(str::to_owned);
            let (Some(file), Some(code), Some(line)) = (parts.next(), parts.next(), parts.next()) else {
                return Err(BaselineError::Line(number + 1));
            };
            baseline.entries.entry(Entry { file, code, line }).or_default().push(span);
        }
        Ok(baseline)
    }

    /// Lists these findings, too.
    pub fn add(&mut self, findings: &[Diagnostic], sources: &Sources) {
        for finding in findings {
            let places = self.entries.entry(Entry::of(finding, sources)).or_default();
            places.push(Span::default());
        }
    }

    /// Takes each finding that is listed off the list, and gives the others.
    #[must_use]
    pub fn subtract(&mut self, findings: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
        let mut new = findings;
        new.retain(|finding| {
            let places = self.entries.get_mut(&Entry::of(finding, sources));
            places.and_then(Vec::pop).is_none()
        });
        new
    }

    /// What is still listed once every file has been subtracted: findings about the baseline itself, in
    /// [`sources`](Self::sources).
    pub fn stale(&self) -> Vec<Diagnostic> {
        let mut stale = Vec::new();
        for (entry, places) in &self.entries {
            let (code, line) = (entry.code.clone(), entry.line.clone());
            let problem = Problem::BaselineStale { code, line };
            stale.extend(places.iter().map(|place| {
                Diagnostic::new(*place, problem.clone())
                    .suggest("write the baseline again, with --write-baseline")
            }));
        }
        stale.sort_by_key(|finding| finding.span);
        stale
    }

    /// The text of the baseline, for what is found in it.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        for (Entry { file, code, line }, places) in &self.entries {
            for _ in places {
                writeln!(f, "{file}\t{code}\t{line}")?;
            }
        }
        Ok(())
    }
}
