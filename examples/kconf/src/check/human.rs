//! Findings for people: with the lines, in colours where they are wanted.

use std::io::{IsTerminal, stdout};

use clap::ColorChoice;
use clap::builder::styling::{AnsiColor, Style};
use kconf_parser::Severity;
use kconf_parser::diagnostic::Role;

use super::Report;

pub(super) fn print(reports: &[Report], color: ColorChoice) -> String {
    let colors = match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty())
        }
    };
    let mut text = String::new();
    for report in reports {
        for finding in &report.findings {
            for piece in finding.pieces(&report.sources) {
                let style = if colors { style(piece.role) } else { Style::new() };
                // A line end inside a style would carry it into the next line on some terminals.
                let body = piece.text.trim_end_matches('\n');
                let end = piece.text.get(body.len()..).unwrap_or("");
                text.push_str(&format!("{style}{body}{style:#}{end}"));
            }
        }
    }
    text.push_str(&summary(reports));
    text
}

fn style(role: Role) -> Style {
    let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    let severity = |severity: Severity| match severity {
        Severity::Error => color(AnsiColor::Red).bold(),
        Severity::Warning => color(AnsiColor::Yellow).bold(),
        Severity::Note => color(AnsiColor::Green).bold(),
    };
    match role {
        Role::Severity(level) | Role::Mark(level) => severity(level),
        Role::Message => Style::new().bold(),
        Role::Gutter | Role::RelatedMark => color(AnsiColor::Blue).bold(),
        Role::Advice => color(AnsiColor::Cyan),
        Role::Place | Role::Source | _ => Style::new(),
    }
}

/// How many there are; nothing where there are none.
fn summary(reports: &[Report]) -> String {
    let count = |severity| {
        reports
            .iter()
            .flat_map(|report| &report.findings)
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let names = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let parts: Vec<String> = names
        .into_iter()
        .map(|(severity, name)| (count(severity), name))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let allowed: usize = reports.iter().map(|report| report.allowed.len()).sum();
    let allowed = if allowed > 0 { format!("; {allowed} allowed by comments") } else { String::new() };
    if parts.is_empty() { String::new() } else { format!("{}{allowed}\n", parts.join(", ")) }
}
