//! Patterns that fancy-regex must see as PCRE2 does.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::pattern::RegexPattern;
use super::window::Edges;
use super::{RegexError, RegexOption, Trouble};

/// Options, pattern, text, and where `pcre2_match` of PCRE2 10.42 finds it.
type Case = (&'static str, &'static str, &'static [u8], Option<(usize, usize)>);

#[rustfmt::skip]
const FOUND_BY_PCRE2: [Case; 134] = [
    ("", r"hello", b"say hello", Some((4, 9))),
    ("", r"(?i)HeLLo", b"say hello", Some((4, 9))),
    ("caseless", r"h\x45LLo", b"say hello", Some((4, 9))),
    ("caseless", r"[G-H]ello\x21?", b"say Hello", Some((4, 9))),
    ("", r"^hello$", b"hello\n", Some((0, 5))),
    ("dollar_endonly", r"^hello$", b"hello\n", None),
    ("", r"hello$", b"hello\n\n", None),
    ("", r"hello\Z", b"hello\n", Some((0, 5))),
    ("", r"hello\z", b"hello\n", None),
    ("multiline", r"^b$", b"a\nb\nc", Some((2, 3))),
    ("multiline", r"^$", b"a\n", None),
    ("multiline alt_circumflex", r"^$", b"a\n", Some((2, 2))),
    ("multiline", r"^\z", b"", Some((0, 0))),
    ("", r"(?m)c$", b"b\nc\nd", Some((2, 3))),
    ("", r"^b", b"a\nb", None),
    ("", r"a.b", b"a\nb", None),
    ("dotall", r"a.b", b"a\nb", Some((0, 3))),
    ("", r"(?s)a.b", b"a\nb", Some((0, 3))),
    ("", r"a\Nb", b"a\nb", None),
    ("dotall", r"a\Nb", b"a\nb", None),
    ("", r"a\Cb", b"a\nb", Some((0, 3))),
    ("", r"(?<=foo)bar(?!baz)", b"foobarbaz foobar", Some((13, 16))),
    ("", r"(?<!x)y", b"xy y", Some((3, 4))),
    ("", r"(a+)\1b", b"aaaab", Some((0, 5))),
    ("", r"(?<n>[ab])\k<n>", b"abba", Some((1, 3))),
    ("", r"(?P<n>[ab])(?P=n)", b"abba", Some((1, 3))),
    ("", r"(?'n'[ab])\k{n}", b"abba", Some((1, 3))),
    ("", r"(a)\g1", b"aa", Some((0, 2))),
    ("", r"(a)\g{1}", b"aa", Some((0, 2))),
    ("", r"(?>a+)ab", b"aaab", None),
    ("", r"a++ab", b"aaab", None),
    ("", r"a+?", b"aaa", Some((0, 1))),
    ("ungreedy", r"a+", b"aaa", Some((0, 1))),
    ("ungreedy", r"a+?", b"aaa", Some((0, 3))),
    ("", r"(?U)a{2,}", b"aaa", Some((0, 2))),
    ("ungreedy", r"a{2,3}?", b"aaa", Some((0, 3))),
    ("extended", "a b # no\n c", b"abc", Some((0, 3))),
    ("extended", r"a\ b [ ]", b"a b ", Some((0, 4))),
    ("", r"(?x: a ) b", b"a b", Some((0, 3))),
    ("", r"a(?#note)b", b"ab", Some((0, 2))),
    ("", r"a{,3}", b"a{,3}", Some((0, 5))),
    ("", r"a{x}", b"a{x}", Some((0, 4))),
    ("", r"a{2}", b"aa", Some((0, 2))),
    ("", r"a{", b"a{", Some((0, 2))),
    ("", r"]", b"]", Some((0, 1))),
    ("", r"}", b"}", Some((0, 1))),
    ("", r"[]a]+", b"x]a", Some((1, 3))),
    ("", r"[^]a]+", b"]xa", Some((1, 2))),
    ("allow_empty_class", r"a[]|b", b"ab", Some((1, 2))),
    ("allow_empty_class", r"a[^]", b"a\n", Some((0, 2))),
    ("", r"[a\-z]+", b"b-z", Some((1, 3))),
    ("", r"[a-]+", b"b-a", Some((1, 3))),
    ("", r"[\d-]+", b"x1-2", Some((1, 4))),
    ("", r"[[:alpha:]_]+", b"12ab_", Some((2, 5))),
    ("", r"[[:^digit:]]+", b"12ab", Some((2, 4))),
    ("", r"[[:word:]\W]", b"\xff", Some((0, 1))),
    ("", r"[a&&b]+", b"x&&a", Some((1, 4))),
    ("", r"[a~~b]+", b"~~", Some((0, 2))),
    ("", r"[[a]+", b"x[a", Some((1, 3))),
    ("", r"[\]\\^]+", b"]\\^", Some((0, 3))),
    ("", r"[\b]", b"a\x08", Some((1, 2))),
    ("", r"[\n-\r]", b"x\x0b", Some((1, 2))),
    ("", r"[\101-\103]+", b"xABC", Some((1, 4))),
    ("", r"[\x41-\x{43}]+", b"xABC", Some((1, 4))),
    ("", r"[\Dx]+", b"12ax", Some((2, 4))),
    ("", r"[^\D]+", b"ab12", Some((2, 4))),
    ("", r"\d+\s\w+", b"x 12 ab", Some((2, 7))),
    ("", r"\W+", b"ab\xe4\xf6", Some((2, 4))),
    ("", r"\w+", b"\xe4b", Some((1, 2))),
    ("", r"\s", b"a\x0b", Some((1, 2))),
    ("", r"\h+", b"a\t\xa0", Some((1, 3))),
    ("", r"\v", b"a\x85", Some((1, 2))),
    ("", r"\H\V", b"\na", Some((0, 2))),
    ("", r"\R", b"a\r\nb", Some((1, 3))),
    ("", r"a\Rb", b"a\x85b", Some((0, 3))),
    ("", r"\bfoo\b", b"foo\xe9", Some((0, 3))),
    ("", r"\Bo\B", b"foo oo oooo", Some((1, 2))),
    ("", r"\x41\x{42}\o{103}\060", b"ABC0", Some((0, 4))),
    ("", r"\cA\e\a\f\t", b"\x01\x1b\x07\x0c\t", Some((0, 5))),
    ("", r"\Qa.b\E+", b"a.bb", Some((0, 4))),
    ("", r"\Q[x]", b"[x]", Some((0, 3))),
    ("", r#"\.\/\-\<\>\"\#\ "#, b"./-<>\"# ", Some((0, 8))),
    ("", r"\xe4", b"\xe4", Some((0, 1))),
    ("", r"[\x80-\xff]+", b"ab\xc3\xa4c", Some((2, 4))),
    ("", r"[^a]", b"\xff", Some((0, 1))),
    ("", r"ä+", b"\xc3\xa4\xa4\xa4", Some((0, 4))),
    ("", r"[ä]", b"\xa4", Some((0, 1))),
    ("caseless", r"ä", b"\xc3\x84", None),
    ("caseless", r"\xe4", b"\xc4", None),
    ("", r".", b"\xff", Some((0, 1))),
    ("", r"^..$", b"\xc3\xa4", Some((0, 2))),
    ("utf", r"^.$", b"\xc3\xa4", Some((0, 2))),
    ("utf caseless", r"Ä", b"\xc3\xa4", Some((0, 2))),
    ("utf", r"\w", b"\xc3\xa4", None),
    ("utf ucp", r"\w", b"\xc3\xa4", Some((0, 2))),
    ("utf", r"\p{Greek}+", b"ab\xce\xb3\xce\xb4", Some((2, 6))),
    ("utf", r"\P{L}+", b"ab\xce\xb31", Some((4, 5))),
    ("utf", r"\p{^L}", b"ab1", Some((2, 3))),
    ("utf", r"\x{263a}", b"\xe2\x98\xba", Some((0, 3))),
    ("utf", r"[ä-ö]+", b"a\xc3\xb6x", Some((1, 3))),
    ("utf", r"b\b", b"b\xc3\xa4", Some((0, 1))),
    ("utf ucp", r"b\b", b"b\xc3\xa4", None),
    ("utf", r"\s", b"\xc2\xa0", None),
    ("utf ucp", r"\s", b"\xc2\xa0", Some((0, 2))),
    ("utf", r"\h", b"\xe2\x80\x83", Some((0, 3))),
    ("no_auto_capture", r"(a)(?<x>b)\k<x>", b"abb", Some((0, 3))),
    ("", r"(a)?(?(1)b|c)", b"xc", Some((1, 2))),
    ("", r"(a)?(?(1)b|c)", b"ab", Some((0, 2))),
    ("", r"a(?i)b|c", b"C", Some((0, 1))),
    ("", r"(a(?i)b)c", b"aBC", None),
    ("", r"(a(?i)b)c", b"aBc", Some((0, 3))),
    ("", r"(?i:a)b", b"AB", None),
    ("", r"(?i:a)b", b"Ab", Some((0, 2))),
    ("", r"(?i)(a)\1", b"aA", Some((0, 2))),
    ("", r"(?-i)a", b"A", None),
    ("caseless", r"(?-i)a", b"A", None),
    ("", r"(?im-s:^A.)", b"x\nab", Some((2, 4))),
    ("", r"foo\Kbar", b"foobar", Some((3, 6))),
    ("", r"", b"abc", Some((0, 0))),
    ("", r"|a", b"abc", Some((0, 0))),
    ("", r"a|ab", b"ab", Some((0, 1))),
    ("", r"(?=a)b", b"ab", None),
    ("", r"x*", b"aax", Some((0, 0))),
    ("", r"(?:a|b)+?c", b"abac", Some((0, 4))),
    ("auto_callout no_start_optimize no_auto_possess no_dotstar_anchor use_offset_limit alt_verbnames never_ucp never_utf", r"b+", b"abb", Some((1, 3))),
    ("", r"(?:(?=a)a|b)*c", b"abac", Some((0, 4))),
    ("", r"<title>(?!.*error).*</title>", b"<title>ok</title>", Some((0, 17))),
    ("", r#""status":\s*"(?:ok|green)""#, b"{\"status\": \"green\"}", Some((1, 18))),
    ("", r"a.*c$", b"abc\nxabc", Some((5, 8))),
    ("multiline dotall", r"^b.*$", b"a\nb\nc", Some((2, 5))),
    ("", r"(?<=a|bc)d", b"bcd", Some((2, 3))),
    ("", r"(?<=^|,)x", b"a,x", Some((2, 3))),
    ("", r"\Aab\z", b"ab", Some((0, 2))),
    ("", r"a\z|b", b"ab", Some((1, 2))),
];

fn options(words: &str) -> Vec<RegexOption> {
    words.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

fn find(pattern: &RegexPattern, octets: &[u8], from: usize) -> Result<Option<(usize, usize)>, Trouble> {
    let found = pattern.find(octets, from, Edges { first: true, last: true })?;
    Ok(found.map(|found| (found.start, found.end)))
}

#[test]
fn matches_are_where_pcre2_finds_them() {
    for (words, text, octets, want) in FOUND_BY_PCRE2 {
        let pattern = RegexPattern::new(text, &options(words))
            .unwrap_or_else(|error| panic!("{words:?} {text:?}: {error}"));
        let got = find(&pattern, octets, 0).unwrap();
        assert_eq!(got, want, "{words:?} {text:?} in {:?}", octets.escape_ascii().to_string());
    }
}

#[test]
fn what_cannot_be_had_is_refused() {
    #[rustfmt::skip]
    let unsupported = [
        ("", "a(?R)?b"), ("", "(?|a|b)"), ("", "(*ACCEPT)a"), ("", r"\X"), ("", r"\Ga"), ("", "(?1)(a)"), ("", r"\p{L}"),
        ("", "(?C1)a"), ("", "(?(?=a)b)"), ("", r"\x{100}"), ("", "[b-a]"), ("", "[[:nosuch:]]"), ("", r"\y"), ("", "(?xx)a"),
        ("", r"\u0041"), ("", r"\N{U+41}"), ("never_backslash_c", r"\C"), ("utf", r"\C"), ("", "(?J)a"), ("", "[[.a.]]"), ("", r"(a|b\1)+"), ("", r"(?<n>a|\k<n>)+"),
    ];
    for (words, text) in unsupported {
        let refused = RegexPattern::new(text, &options(words));
        assert!(matches!(refused, Err(RegexError::Unsupported { .. })), "{text:?}: {refused:?}");
    }
    for text in ["(a", "a)", "[a", r"a\", r"\x{41", "(?<n", "(?"] {
        assert_eq!(RegexPattern::new(text, &[]), Err(RegexError::Unclosed), "{text:?}");
    }
    for text in ["a**", "*a", r"\1", "(?<=a*)b", "a{99999}{99999}", &"(".repeat(2000).replace('(', "(a)?(")] {
        let closed = [text, &")".repeat(text.matches('(').count() - text.matches(')').count())].concat();
        let refused = RegexPattern::new(&closed, &[]);
        assert!(
            matches!(refused, Err(RegexError::Invalid(_) | RegexError::TooLong)),
            "{text:.20}: {refused:?}"
        );
    }
    for words in [
        "alt_bsux",
        "dupnames",
        "firstline",
        "match_unset_backref",
        "ucp",
        "utf never_utf",
        "utf ucp never_ucp",
    ] {
        let refused = RegexPattern::new("a", &options(words));
        assert!(matches!(refused, Err(RegexError::Option(_))), "{words}: {refused:?}");
    }
    assert_eq!("nosuch".parse::<RegexOption>(), Err(RegexError::UnknownOption));
    assert_eq!(RegexPattern::new(&"a".repeat(5000), &[]), Err(RegexError::TooLong));
}

#[test]
fn a_search_that_goes_back_too_often_is_given_up() {
    let pattern = RegexPattern::new(r"(a|b|ab)*(?=c)(?!d)\1e", &[]).unwrap();
    assert_eq!(find(&pattern, &b"ab".repeat(100), 0), Err(Trouble::Limit));
}

#[test]
fn text_that_is_not_utf_8_is_named() {
    let pattern = RegexPattern::new("a", &[RegexOption::Utf]).unwrap();
    assert_eq!(find(&pattern, b"\xffa", 0), Err(Trouble::Text));
    assert_eq!(find(&pattern, b"a\xc3", 0), Err(Trouble::Text));
    let cut = |octets, first, last| pattern.find(octets, 0, Edges { first, last });
    assert_eq!(cut(b"\xa4a\xc3", false, false), Ok(Some(1..3)), "up to the edge");
    assert_eq!(cut(b"\xa4b\xc3", false, false), Ok(None));
    assert_eq!(cut(b"\xa4a", true, false), Err(Trouble::Text));
}
