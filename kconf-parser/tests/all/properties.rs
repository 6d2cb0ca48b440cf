//! What holds for every text, sensible or not.

#![expect(clippy::indexing_slicing, reason = "an index out of bounds is a failed test")]

use std::path::{Path, PathBuf};

use kconf_parser::tree::{LineKind, TokenKind};
use kconf_parser::{
    AssumePresent, Diagnostic, ExpandOptions, Loader, NoFiles, Parsed, Sources, config_test, expand, lower,
    parse,
};
use proptest::prelude::*;

/// Words and signs that make deep and broken configurations likely.
const SOUP: &[&str] = &[
    "vrrp_instance",
    "vrrp_script",
    "virtual_server",
    "real_server",
    "global_defs",
    "authentication",
    "V",
    "W",
    "virtual_ipaddress",
    "track_script",
    "TCP_CHECK",
    "HTTP_GET",
    "MISC_CHECK",
    "url",
    "path",
    "/",
    "1.2.3.4",
    "::1",
    "80",
    "{",
    "}",
    "{",
    "}",
    "\n",
    "\n",
    "\n",
    " ",
    "\t",
    "\"",
    "'",
    "\\",
    "#",
    "!",
    "$A=",
    "${A}",
    "$A ",
    "@id ",
    "~SEQ(A,3) ",
    "~LST(A,x,y) ",
    "include",
    "include one\n",
    "includew t*\n",
    "include_check\n",
    "${_RANDOM 1 6}",
    "${_ENV X}",
    "${_PWD}",
    "interface",
    "eth0",
    "state",
    "MASTER",
    "priority",
    "255",
    "300",
    "-1",
    "virtual_router_id",
    "5",
    "auth_pass",
    "notify_master",
    "\"/bin/x y\"",
    "script",
    "misc_path",
    "weight",
    "quorum",
    "unicast_peer",
    "advert_int",
    "0.5",
    "\r\n",
    "\u{a0}state",
    "\u{3000}",
    "中",
    "\0",
    "lb_kind",
    "TUN",
    "type",
    "gue",
    "vrrp_strict",
    "vrrp_version",
    "3",
    "nopreempt",
    "dev",
    "scope",
    "label",
    "/24",
    "retry",
    "no_such_thing",
];

fn soup() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(SOUP).prop_map(|word| word.as_bytes().to_vec());
    let noise = prop::collection::vec(any::<u8>(), 0..4);
    let piece = prop_oneof![20 => word, 1 => noise];
    prop::collection::vec((piece, any::<bool>()), 0..120).prop_map(|pieces| {
        let piece = |(mut piece, blank): (Vec<u8>, bool)| {
            piece.extend(blank.then_some(b' '));
            piece
        };
        pieces.into_iter().flat_map(piece).collect()
    })
}

fn octets() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..300), soup()]
}

/// Two files in memory, whatever they say of each other.
struct Files([Vec<u8>; 2]);

impl Loader for Files {
    fn find(&self, _directory: &Path, pattern: &str) -> Vec<PathBuf> {
        match pattern {
            "one" | "two" => vec![pattern.into()],
            "t*" => vec!["two".into()],
            _ => Vec::new(),
        }
    }

    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        let [one, two] = &self.0;
        Ok(if path == Path::new("one") { one } else { two }.clone())
    }

    fn environment(&self, _name: &str) -> Option<Vec<u8>> {
        self.0.last().cloned()
    }
}

fn render_all(sources: &Sources, findings: &[Diagnostic]) {
    for finding in findings {
        assert!(!finding.render(sources).is_empty());
    }
}

/// Tokens stand in order and apart, and what lies between them is blank.
fn check_tokens(parsed: &Parsed, octets: &[u8]) {
    let mut at = 0;
    for token in parsed.tree.tokens() {
        let range = token.span().range();
        assert!(at <= range.start && range.start < range.end, "{token:?} after {at}");
        assert!(octets[at..range.start].iter().all(|octet| octet.is_ascii_whitespace() || *octet == 0x0b));
        at = range.end;
    }
}

/// Braces pair up, and the depth changes with nothing else.
fn check_lines(parsed: &Parsed) {
    let lines = parsed.tree.lines();
    for (index, line) in lines.iter().enumerate() {
        let words = parsed.tree.words(line);
        let brace = matches!(words, [token] if matches!(token.kind, TokenKind::Open | TokenKind::Close));
        assert_eq!(brace, line.kind != LineKind::Statement);
        if let Some(close) = parsed.tree.closing(index) {
            assert!(close > index);
            assert_eq!((lines[close].kind, lines[close].depth), (LineKind::Close, line.depth));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn parsing_loses_nothing(octets in octets()) {
        let parsed = parse("f", &octets);
        prop_assert_eq!(parsed.tree.print(), octets.clone());
        check_tokens(&parsed, &octets);
        check_lines(&parsed);
        render_all(parsed.tree.sources(), &parsed.diagnostics);
    }

    #[test]
    fn expansion_ends_and_every_line_knows_its_place(
        main in soup(), one in soup(), two in octets(),
    ) {
        let options =
            ExpandOptions { config_id: "id".to_owned(), max_lines: 2_000, ..ExpandOptions::default() };
        let files = Files([one, two]);
        let parsed = expand("main", &main, &files, &options);
        let sources = parsed.tree.sources();
        for token in parsed.tree.tokens() {
            let at = sources.written_at(token.span());
            prop_assert!(at.range().end <= sources.octets(at.source).len());
            prop_assert!(sources.became(at).is_none());
            if let Some(line) = sources.became(token.span()) {
                let word = sources.text(token.span());
                prop_assert!(line.windows(word.len()).any(|part| part == word));
            }
        }
        let lowered = lower(&parsed.tree, &AssumePresent);
        render_all(sources, &parsed.diagnostics);
        render_all(sources, &lowered.diagnostics);
        // The same again: what expansion left is what is read, once nothing in it asks for expansion.
        let printed = parsed.tree.print();
        prop_assert_eq!(parse("f", &printed).tree.print(), printed);
    }

    #[test]
    fn nothing_panics(octets in octets()) {
        let options = ExpandOptions { config_id: "id".to_owned(), ..ExpandOptions::default() };
        let parsed = expand("f", &octets, &NoFiles, &options);
        let lowered = lower(&parsed.tree, &AssumePresent);
        render_all(parsed.tree.sources(), &parsed.diagnostics);
        render_all(parsed.tree.sources(), &lowered.diagnostics);
        config_test(&lowered.diagnostics);
    }

    #[test]
    fn what_is_accepted_is_within_its_ranges(octets in soup()) {
        let config = lower(&parse("f", &octets).tree, &AssumePresent).config;
        for instance in &config.instances {
            prop_assert!(instance.vrid > 0 && instance.priority > 0);
            prop_assert!(!instance.advert_interval.is_zero());
            prop_assert!(instance.virtual_addresses.len() <= 255);
            for track in &instance.track_scripts {
                prop_assert!(config.script(&track.name).is_some());
            }
        }
        for server in &config.virtual_servers {
            prop_assert!(!server.real_servers.is_empty());
        }
    }

    #[test]
    fn without_definitions_expanding_changes_nothing(text in "[a-z0-9 {}\"#!\n]{0,200}") {
        prop_assume!(!text.contains("include"));
        let expanded = expand("f", text.as_bytes(), &NoFiles, &ExpandOptions::default());
        let parsed = parse("f", text.as_bytes());
        prop_assert_eq!(expanded.tree.print(), text.as_bytes());
        prop_assert_eq!(expanded.tree.lines(), parsed.tree.lines());
        prop_assert_eq!(expanded.diagnostics, parsed.diagnostics);
    }
}
