//! Formatting changes the layout and nothing else.

use kconf_parser::{FormatOptions, LineEnding, format, parse};
use proptest::prelude::*;

use crate::common::corpus::corpus;
use crate::common::{meaning, text, words};

fn formatted(octets: &[u8]) -> Vec<u8> {
    format(&parse("f", octets).tree, &FormatOptions::default())
}

fn check(octets: &[u8], name: &str) {
    let once = formatted(octets);
    let shown =
        || format!("{name}\n--- before\n{}\n--- after\n{}", octets.escape_ascii(), once.escape_ascii());
    assert_eq!(words(&once), words(octets), "{}", shown());
    let ((before, found), (after, found_after)) = (meaning(octets), meaning(&once));
    assert!(before == after, "{}", shown());
    // Which brace is missing is told by the layout, so what else is found then may differ.
    let unbalanced = found.iter().any(|code| matches!(*code, "missing-close" | "extra-close"));
    assert!(unbalanced || found == found_after, "{}", shown());
    let twice = formatted(&once);
    assert!(twice == once, "{}\n--- again\n{}", shown(), twice.escape_ascii());
}

#[test]
fn the_layout_is_what_people_write() {
    #[rustfmt::skip]
    let cases: &[(&str, &str)] = &[
        ("", ""),
        ("\n\n# one\n\n\n\n# two", "# one\n\n# two\n"),
        ("a\n{\nb   c\td\n}\ne { f }", "a {\n    b c d\n}\n\ne {\n    f\n}\n"),
        ("a # x\n\n{ # y\nb\n}", "a { # x\n    # y\n    b\n}\n"),
        ("a\n# between\n{\n}\n", "a\n# between\n{\n}\n"),
        ("a {\n\n\nb\n\n\nc\n\n}\nd", "a {\n    b\n\n    c\n}\n\nd\n"),
        ("script \"x  y\"  z", "script \"x  y\"  z\n"),
        ("a {\nb 1     # one\ncc 22   # two\nd       # three\n}", "a {\n    b 1   # one\n    cc 22 # two\n    d     # three\n}\n"),
        ("a {\nb 1 # one\ncc 22   # two\n}", "a {\n    b 1 # one\n    cc 22 # two\n}\n"),
        ("a  # one\n   # more\n# other", "a # one\n  # more\n# other\n"),
        ("a {\n  @x b   c\n   $D=1   2\n$M= \\\n   x { \\\n y }\nz ${D}\n}", "a {\n    @x b   c\n    $D=1   2\n$M= \\\n   x { \\\n y }\n    z ${D}\n}\n"),
        ("@x a {\n@^x b {\nc\n}\nd", "@x a {\n@^x b {\n    c\n}\n\nd\n"),
        ("a {\r\nb\r\n}\r\n", "a {\r\n    b\r\n}\r\n"),
        ("a {\n\tb \"open  \n}\n", "a {\n\tb \"open  \n}\n"),
        ("}\n}\na", "}\n}\na"),
        ("a {\nb", "a {\nb"),
    ];
    for (before, after) in cases {
        assert_eq!(String::from_utf8_lossy(&formatted(before.as_bytes())), *after, "{before:?}");
        check(before.as_bytes(), before);
    }
}

#[test]
fn line_endings_are_kept_or_made_one() {
    let with = |text: &str, line_ending| {
        let out = format(&parse("f", text.as_bytes()).tree, &FormatOptions { line_ending });
        String::from_utf8(out).unwrap()
    };
    assert_eq!(with("a\r\nb\r\nc\n", LineEnding::Keep), "a\r\nb\r\nc\r\n");
    assert_eq!(with("a\r\nb\nc\n", LineEnding::Keep), "a\nb\nc\n");
    assert_eq!(with("a\r\nb\n", LineEnding::Lf), "a\nb\n");
    assert_eq!(with("a\nb", LineEnding::CrLf), "a\r\nb\r\n");
}

#[test]
fn files_from_the_wild_mean_the_same_afterwards() {
    for (path, octets) in corpus() {
        check(&octets, &path.display().to_string());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_text_means_the_same_afterwards(octets in text()) {
        check(&octets, "");
    }

    #[test]
    fn any_octets_keep_their_words(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        let once = formatted(&octets);
        prop_assert_eq!(words(&once), words(&octets));
        prop_assert_eq!(formatted(&once), once);
    }
}
