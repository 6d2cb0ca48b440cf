//! What there is to say about a text.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use kconf_parser::diagnostic::waive;
use kconf_parser::host::HostFiles;
use kconf_parser::{
    AssumePresent, Diagnostic, ExpandOptions, Fix, LintOptions, Loader, Severity, SourceId, Span, Tree,
    expand, lint, lower, parse,
};
use lsp_types::{DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, TextEdit, Uri};

use super::document::Document;
use super::names::{self, Name};
use super::uri;

/// A text with all that is known about it.
#[derive(Debug)]
pub(super) struct Analysis {
    pub(super) document: Document,
    /// Where it is; in an editor it need not be anywhere.
    pub(super) path: PathBuf,
    /// As written.
    pub(super) tree: Tree,
    /// As keepalived reads it.
    pub(super) expanded: Tree,
    pub(super) names: Vec<Name>,
    findings: Vec<Diagnostic>,
}

/// Files as the editor has them, and the others as they are.
pub(super) struct Open<'a>(pub(super) &'a HashMap<PathBuf, String>);

impl Loader for Open<'_> {
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf> {
        HostFiles::default().find(directory, pattern)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).map_or_else(|| HostFiles::default().read(path), |text| Ok(text.clone().into_bytes()))
    }
}

impl Analysis {
    pub(super) fn new(path: PathBuf, text: String, loader: &dyn Loader, config_id: &str) -> Self {
        let name = path.to_string_lossy().into_owned();
        let tree = parse(&name, text.as_bytes()).tree;
        let options = ExpandOptions { config_id: config_id.to_owned(), ..ExpandOptions::default() };
        let expanded = expand(&name, text.as_bytes(), loader, &options);
        let lowered = lower(&expanded.tree, &AssumePresent);
        let mut findings = expanded.diagnostics;
        findings.extend(lowered.diagnostics);
        findings.extend(lint(&expanded.tree, &lowered.config, &LintOptions::default()));
        let findings = waive(&expanded.tree, findings).findings;
        let names = names::of(&expanded.tree);
        Self { document: Document::new(text), path, tree, expanded: expanded.tree, names, findings }
    }

    /// The place of a span that is in this text, not in one that it includes.
    fn here(&self, span: Span) -> Option<lsp_types::Range> {
        let span = self.expanded.sources().written_at(span);
        (span.source == SourceId::default()).then(|| self.document.range(span.range()))
    }

    /// The place of a span in this text or in an included one.
    pub(super) fn location(&self, own: &Uri, span: Span) -> Option<Location> {
        let span = self.expanded.sources().written_at(span);
        if let Some(range) = self.here(span) {
            return Some(Location::new(own.clone(), range));
        }
        let sources = self.expanded.sources();
        let uri = uri::of(Path::new(sources.name(span.source)))?;
        let text = String::from_utf8_lossy(sources.octets(span.source)).into_owned();
        Some(Location::new(uri, Document::new(text).range(span.range())))
    }

    /// Findings in this text.
    pub(super) fn diagnostics(&self, own: &Uri) -> Vec<lsp_types::Diagnostic> {
        self.findings.iter().filter_map(|finding| self.diagnostic(own, finding)).collect()
    }

    fn diagnostic(&self, own: &Uri, finding: &Diagnostic) -> Option<lsp_types::Diagnostic> {
        let range = self.here(finding.span)?;
        let severity = match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        };
        let mut message = finding.problem.to_string();
        if let Some(advice) = &finding.suggestion {
            message.push('\n');
            message.push_str(advice);
        }
        let related = finding.related.iter().filter_map(|related| {
            let location = self.location(own, related.span)?;
            Some(DiagnosticRelatedInformation { location, message: related.text.clone() })
        });
        let related: Vec<_> = related.collect();
        Some(lsp_types::Diagnostic {
            range,
            severity: Some(severity),
            code: Some(NumberOrString::String(finding.code().to_owned())),
            source: Some("kconf".to_owned()),
            message,
            related_information: (!related.is_empty()).then_some(related),
            ..lsp_types::Diagnostic::default()
        })
    }

    /// Findings that touch `range` and the change that mends each.
    pub(super) fn fixes(&self, own: &Uri, range: lsp_types::Range) -> Vec<(lsp_types::Diagnostic, TextEdit)> {
        let fix = |finding: &Diagnostic| {
            let Fix { span, replacement } = finding.fix.as_ref()?;
            let diagnostic = self.diagnostic(own, finding)?;
            let touches = diagnostic.range.start <= range.end && range.start <= diagnostic.range.end;
            let edit = TextEdit::new(self.here(*span)?, replacement.clone());
            touches.then_some((diagnostic, edit))
        };
        self.findings.iter().filter_map(fix).collect()
    }
}
