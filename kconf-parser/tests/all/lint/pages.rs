//! Each page is true of its lint.

use std::collections::HashSet;

use kconf_parser::ConfigTest;
use kconf_parser::Lint;
use kconf_parser::config_test;

use super::{Severity, findings, node};

#[test]
fn the_example_of_a_page_has_the_finding_and_the_mended_one_has_not() {
    for lint in Lint::ALL {
        let page = lint.page();
        let found = findings(&page.example);
        let hits: Vec<_> = found.iter().filter(|finding| finding.code() == page.code).collect();
        assert!(!hits.is_empty(), "{}: {found:#?}", page.code);
        let worst = hits.iter().map(|finding| finding.severity).max().unwrap();
        assert!(worst <= page.severity, "{}: {worst:?}", page.code);
        let mended = findings(&page.mended);
        assert!(mended.iter().all(|finding| finding.code() != page.code), "{}: {mended:#?}", page.code);
    }
}

#[test]
fn examples_are_configurations_that_keepalived_takes() {
    for lint in Lint::ALL {
        let page = lint.page();
        for text in
            [Some(page.example.text), Some(page.mended.text), page.example.other_node, page.mended.other_node]
        {
            let Some(text) = text else { continue };
            let read = node(text);
            let found = [read.parsed.diagnostics, read.lowered.diagnostics].concat();
            let judged = config_test(&found);
            // Scripts without script security are no matter here.
            assert!(
                matches!(judged, ConfigTest::Accepted | ConfigTest::ScriptSecurity),
                "{}: {found:#?}\n{text}",
                page.code
            );
            let wrong = found
                .iter()
                .filter(|finding| !["script-security", "not-supported"].contains(&finding.code()));
            assert_eq!(wrong.count(), 0, "{}: {found:#?}", page.code);
        }
    }
}

#[test]
fn codes_and_words_of_pages_are_complete() {
    let mut seen = HashSet::new();
    for lint in Lint::ALL {
        let page = lint.page();
        assert!(seen.insert(page.code), "{} twice", page.code);
        assert!(page.code.bytes().all(|octet| octet.is_ascii_lowercase() || octet == b'-'), "{}", page.code);
        assert_eq!(Lint::by_code(page.code), Some(*lint));
        assert!(page.severity < Severity::Error, "{}", page.code);
        for text in [page.what, page.why, page.mend] {
            assert!(text.len() > 15, "{}: {text}", page.code);
        }
    }
}

#[test]
fn findings_point_into_the_text_and_say_a_sentence() {
    for lint in Lint::ALL {
        for finding in findings(&lint.page().example) {
            let text = lint.page().example.text;
            let at = text.get(finding.span.range()).unwrap();
            assert!(!at.is_empty() && !at.contains('{'), "{}: {at:?}", finding.code());
            for related in &finding.related {
                assert!(
                    text.get(related.span.range()).is_some_and(|at| !at.is_empty()),
                    "{}",
                    finding.code()
                );
            }
            let message = finding.problem.to_string();
            assert!(!message.ends_with('.') && message.len() > 15, "{message}");
        }
    }
}
