//! Findings as text for people.

use core::fmt::Write as _;

use super::{Diagnostic, Severity};
use crate::Sources;
use crate::span::characters;

impl Diagnostic {
    /// `file:line:column: severity[code]: message`, the line, carets under the part that is meant, and advice.
    pub fn render(&self, sources: &Sources) -> String {
        let span = sources.written_at(self.span);
        let position = sources.position(span);
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let mut out = format!(
            "{}:{}:{}: {severity}[{}]: {}\n",
            sources.name(span.source),
            position.line,
            position.column,
            self.code(),
            self.problem
        );
        let line = sources.line_around(span);
        let text = sources.text(line);
        let before = sources.octets(span.source).get(line.start as usize..span.start as usize).unwrap_or(&[]);
        let marked_end = span.end.min(line.end).max(span.start);
        let marked = sources.octets(span.source).get(span.start as usize..marked_end as usize).unwrap_or(&[]);
        // Tabs stay tabs in both lines, so the carets stand below their text whatever a tab is wide.
        let pad: String =
            String::from_utf8_lossy(before).chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let gutter = position.line.to_string();
        let blank = " ".repeat(gutter.len());
        let carets = "^".repeat(characters(marked).max(1));
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{blank} |");
        let _ = writeln!(out, "{gutter} | {}", printable(text));
        let _ = writeln!(out, "{blank} | {pad}{carets}");
        if let Some(suggestion) = &self.suggestion {
            let _ = writeln!(out, "{blank} = help: {suggestion}");
        }
        out
    }
}

/// The text with control characters replaced, so that a file cannot drive the terminal.
fn printable(text: &[u8]) -> String {
    String::from_utf8_lossy(text)
        .chars()
        .map(|c| if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}
