//! Every requirement of the RFCs that binds the codec is proven by a test, and
//! `docs/conformance.md` says by which.

mod checker;

use checker::{Problem, Subject, check, conform};

#[test]
fn every_requirement_is_proven_and_the_document_says_by_which_test() {
    let subject =
        Subject { package: "vrrp-proto", title: "The codec: vrrp-proto", folder: env!("CARGO_MANIFEST_DIR") };
    let proven = match conform(&subject) {
        Ok(proven) => proven,
        Err(problems) => panic!("\n{problems}\n"),
    };
    // A row that is lost would take its tests' duty with it.
    for (rfc, count) in [("3768", 20), ("5798", 19), ("9568", 25)] {
        assert_eq!(proven.rows.iter().filter(|row| row.rfc() == rfc).count(), count, "RFC {rfc}");
    }
}

/// One rule with two sides and one with one.
const TABLE: &str = "\
id\tlevel\tsides\tdemand\tdeparture\tletter kept by
1-2.3-1\tMUST\t2\tOne and one are two.
1-2.3-2\tDEF\t1\tTwo is even.\tWe count in threes.\t`Policy::EVEN`
";

/// Cites all of [`TABLE`].
const SUM: &str = "/// Sums.\n///\n/// Holds: 1-2.3-1, 1-2.3-2\n#[test]\nfn sum() {\n}\n";
const NO_SUM: &str = "// Refuses: 1-2.3-1.\n#[cfg(all(\n    unix\n))]\n#[test]\nfn no_sum() {\n}\n";

fn problems(table: &str, files: &[(&str, &str)]) -> Vec<Problem> {
    let files: Vec<_> = files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    check(table, &files).map_or_else(|problems| problems, |_| Vec::new())
}

#[test]
fn a_tree_that_cites_everything_has_no_problem() {
    assert_eq!(problems(TABLE, &[("src/a.rs", SUM), ("tests/b.rs", NO_SUM)]), []);
    // The same, in a module, of another width, above an async test.
    let inner = NO_SUM.replace('\n', "\n    ").replace("fn no", "async fn no");
    assert_eq!(problems(TABLE, &[("src/a.rs", &format!("{SUM}\nmod b {{\n    {inner}\n}}\n"))]), []);
}

#[test]
fn a_row_that_no_test_holds_is_reported() {
    let one = SUM.replace(", 1-2.3-2", "");
    let want = [Problem::NotShown { id: "1-2.3-2".into() }];
    assert_eq!(problems(TABLE, &[("src/a.rs", &one), ("tests/b.rs", NO_SUM)]), want);
}

#[test]
fn a_two_sided_row_that_no_test_refuses_is_reported() {
    assert_eq!(problems(TABLE, &[("src/a.rs", SUM)]), [Problem::NotRefused { id: "1-2.3-1".into() }]);
}

#[test]
fn a_refusal_where_the_table_knows_of_none_is_reported() {
    let both = NO_SUM.replace("1-2.3-1", "1-2.3-1, 1-2.3-2");
    let want = [Problem::NothingToRefuse { id: "1-2.3-2".into(), at: "tests/b.rs:1".into() }];
    assert_eq!(problems(TABLE, &[("src/a.rs", SUM), ("tests/b.rs", &both)]), want);
}

#[test]
fn a_cited_id_that_is_in_no_row_is_reported() {
    let stale = SUM.replace("1-2.3-2", "1-2.3-2, 1-2.4-1");
    let want = [Problem::Stale { id: "1-2.4-1".into(), at: "src/a.rs:3".into() }];
    assert_eq!(problems(TABLE, &[("src/a.rs", &stale), ("tests/b.rs", NO_SUM)]), want);
}

#[test]
fn a_citation_that_is_attached_to_no_test_is_reported_and_proves_nothing() {
    let apart = NO_SUM.replace("#[test]", "\n#[test]");
    let code = NO_SUM.replace("#[test]", "const A: u8 = 1;\n#[test]");
    let helper = NO_SUM.replace("#[test]\n", "");
    let ignored = NO_SUM.replace("#[test]", "#[test]\n#[ignore = \"slow\"]");
    let inside = "#[test]\nfn no_sum() {\n    // Refuses: 1-2.3-1\n    assert!(true);\n}\n";
    let last = "// Refuses: 1-2.3-1";
    let commented_out =
        format!("// Refuses: 1-2.3-1\n/*\n{}*/\n", NO_SUM.replace("// Refuses: 1-2.3-1.\n", ""));
    for (text, line) in
        [(&*apart, 1), (&code, 1), (&helper, 1), (&ignored, 1), (inside, 3), (last, 1), (&commented_out, 1)]
    {
        let want = [
            Problem::NotRefused { id: "1-2.3-1".into() },
            Problem::Loose { at: format!("tests/b.rs:{line}") },
        ];
        assert_eq!(problems(TABLE, &[("src/a.rs", SUM), ("tests/b.rs", text)]), want, "{text}");
    }
    let empty = format!("{NO_SUM}/// Holds:\n#[test]\nfn nothing() {{}}\n");
    let want = [Problem::Loose { at: "tests/b.rs:8".into() }];
    assert_eq!(problems(TABLE, &[("src/a.rs", SUM), ("tests/b.rs", &empty)]), want);
}

#[test]
fn a_line_of_the_table_that_cannot_be_read_is_reported() {
    let files = [("src/a.rs", SUM), ("tests/b.rs", NO_SUM)];
    for (line, reason) in [
        ("1-2.3-3\tMUST\t2", "four columns, or six with a departure and what keeps the letter"),
        ("1-2.3-3\tMUST\t2\tA.\tWhy.", "four columns, or six with a departure and what keeps the letter"),
        ("1-2.3-3\tMUST\t2\tA.\tWhy.\t", "four columns, or six with a departure and what keeps the letter"),
        ("1-2.3\tMUST\t2\tA.", "the id is not RFC, section, number"),
        ("1-2.3-3\tOUGHT\t2\tA.", "unknown level"),
        ("1-2.3-3\tMUST\t3\tA.", "sides are 1 or 2"),
        ("1-2.3-3\tMUST\t1\t", "no demand"),
        ("1-2.3-1\tMUST\t1\tA.", "a second row of this id"),
    ] {
        let want = [Problem::Table { line: 4, reason }];
        assert_eq!(problems(&format!("{TABLE}{line}\n"), &files), want, "{line}");
    }
    let headless = TABLE.replace("sides", "side");
    let want = [Problem::Table { line: 1, reason: "the heading is another one" }];
    assert_eq!(problems(&headless, &files), want);
}
