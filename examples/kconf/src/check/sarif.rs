//! Findings as SARIF 2.1.0, which code scanning services read.

use kconf_parser::diagnostic::{page, pages};
use kconf_parser::{Diagnostic, Severity, Sources, Span};
use serde_json::{Value, json};

use super::Report;
use super::format::Place;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn print(reports: &[Report]) -> String {
    let codes: Vec<&str> = pages().map(|page| page.code).collect();
    let mut results = Vec::new();
    for report in reports {
        results.extend(report.findings.iter().map(|finding| result(finding, report, &codes)));
        results.extend(report.allowed.iter().map(|finding| {
            let mut result = result(finding, report, &codes);
            if let Some(result) = result.as_object_mut() {
                result.insert("suppressions".to_owned(), json!([{ "kind": "inSource" }]));
            }
            result
        }));
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kconf",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().filter_map(|code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: &str) -> Option<Value> {
    let page = page(code)?;
    Some(json!({
        "id": page.code,
        "shortDescription": { "text": page.what },
        "fullDescription": { "text": page.effect },
        "help": { "text": page.mend },
    }))
}

fn result(finding: &Diagnostic, report: &Report, codes: &[&str]) -> Value {
    let sources = &report.sources;
    let help = finding.suggestion.as_deref().map_or_else(String::new, |help| format!("\n{help}"));
    let related: Vec<Value> = finding
        .related
        .iter()
        .map(|related| {
            let mut location = location(related.span, sources);
            if let Some(location) = location.as_object_mut() {
                location.insert("message".to_owned(), json!({ "text": related.text }));
            }
            location
        })
        .collect();
    let mut result = json!({
        "ruleId": finding.code(),
        "level": match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "message": { "text": format!("{}{help}", finding.problem) },
        "locations": [location(finding.span, sources)],
    });
    let Some(map) = result.as_object_mut() else { return result };
    if let Some(index) = codes.iter().position(|code| *code == finding.code()) {
        map.insert("ruleIndex".to_owned(), json!(index));
    }
    if !related.is_empty() {
        map.insert("relatedLocations".to_owned(), related.into());
    }
    if let Some(fix) = &finding.fix {
        let place = Place::new(fix.span, sources);
        let change = json!({
            "artifactLocation": artifact(&place.file),
            "replacements": [{
                "deletedRegion": region(&place),
                "insertedContent": { "text": fix.replacement },
            }],
        });
        map.insert("fixes".to_owned(), json!([{ "artifactChanges": [change] }]));
    }
    result
}

fn location(span: Span, sources: &Sources) -> Value {
    let place = Place::new(span, sources);
    json!({ "physicalLocation": {
        "artifactLocation": artifact(&place.file),
        "region": region(&place),
    } })
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

/// The path as a reference that RFC 3986 allows.
fn artifact(file: &str) -> Value {
    let mut uri = String::new();
    for octet in file.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~/".contains(&octet) {
            uri.push(char::from(octet));
        } else {
            uri.push_str(&format!("%{octet:02X}"));
        }
    }
    json!({ "uri": uri })
}
