//! What is wrong, where, how bad it is, and what to do about it.

mod baseline;
mod excerpt;
mod mask;
mod mend;
mod page;
mod problem;
mod render;
mod waiver;

pub use baseline::{Baseline, BaselineError};
pub use mask::mask;
pub(crate) use mend::mend;
pub use page::{Page, page, pages};
pub use problem::Problem;
pub use render::{Piece, Role};
pub use waiver::{Waived, waive};

use crate::Span;

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub span: Span,
    /// What is wrong.
    pub problem: Problem,
    /// What to do about it, if that can be told.
    pub suggestion: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// A change of the text that a tool can make.
    pub fix: Option<Fix>,
}

/// Another place that a finding is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    /// The place.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// A change of the text that mends a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What is replaced; empty where something is inserted.
    pub span: Span,
    /// What stands there instead.
    pub replacement: String,
}

impl Fix {
    /// The text with the change made; `octets` is the whole source that [`span`](Self::span) points into.
    pub fn apply(&self, octets: &[u8]) -> Vec<u8> {
        let before = octets.get(..self.span.start as usize).unwrap_or(octets);
        let after = octets.get(self.span.end as usize..).unwrap_or(&[]);
        [before, self.replacement.as_bytes(), after].concat()
    }
}

impl Diagnostic {
    /// A finding with the severity that belongs to the problem.
    pub fn new(span: Span, problem: Problem) -> Self {
        Self { severity: problem.severity(), span, problem, suggestion: None, related: Vec::new(), fix: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// The same with another place.
    #[must_use]
    pub fn relate(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Related { span, text: text.into() });
        self
    }

    /// The same with a change that mends it.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// A stable name for the kind of problem, such as `unknown-keyword`.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// keepalived runs with it, without the effect that was meant. So do we.
    Warning,
    /// Stops keepalived, and us before anything on the system is changed.
    Error,
}

impl core::fmt::Display for Severity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// How `keepalived -t` judges a file; the discriminants are the exit codes of keepalived 2.2.7.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[repr(u8)]
pub enum ConfigTest {
    /// Nothing to complain about.
    #[default]
    Accepted = 0,
    /// A keyword lacks its argument: keepalived stops reading there.
    MissingParameter = 2,
    /// keepalived would not start.
    CannotRun = 4,
    /// keepalived would run without what it complains about.
    WouldRun = 5,
    /// Scripts are configured without script security.
    ScriptSecurity = 6,
}

impl ConfigTest {
    /// The exit code of `keepalived -t`.
    pub const fn exit_code(self) -> u8 {
        self as u8
    }

    /// Which of two verdicts keepalived's exit code shows. Measured: a missing parameter ends everything;
    /// otherwise the larger number wins.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        if self == Self::MissingParameter || other == Self::MissingParameter {
            Self::MissingParameter
        } else if self.exit_code() >= other.exit_code() {
            self
        } else {
            other
        }
    }
}

/// The verdict of `keepalived -t` on a file with these findings.
pub fn config_test<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> ConfigTest {
    diagnostics
        .into_iter()
        .map(|finding| finding.problem.class())
        .fold(ConfigTest::Accepted, ConfigTest::worse)
}
