//! The words that a fuzzer cannot guess are those of the keyword table.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kconf_parser::keywords::{BLOCKS, Keyword};

/// What stands between keywords, and what expansion looks for.
const OTHERS: &[&str] = &[
    "{",
    "}",
    "\n",
    "{\n",
    "}\n",
    " {\n",
    "\"",
    "#",
    "!",
    "\\",
    "\\\n",
    "$A=",
    "$A",
    "${A}",
    "@fuzz ",
    "@^fuzz ",
    "~SEQ(A,3) ",
    "~LST(A,x,y) ",
    "eth0",
    "VI_1",
    "192.0.2.1",
    "192.0.2.1/24",
    "2001:db8::1",
    "80",
    "255",
    "-254",
    "0.01",
    "MASTER",
    "BACKUP",
    "PASS",
    "on",
    "off",
    "TCP",
    "UDP",
    "TUN",
    "DR",
    "NAT",
    "/bin/true",
    "# kconf: allow(",
    "# kconf: allow-file(",
    "unknown-keyword) why",
];

/// The dictionary as libFuzzer reads it.
fn dictionary() -> String {
    let blocks = || BLOCKS.iter().flat_map(|block| block.keywords.iter());
    let words = blocks().filter_map(Keyword::entry).flat_map(|entry| entry.words.iter());
    let keywords: BTreeSet<&str> = blocks().chain(words).map(|keyword| keyword.name).collect();
    let escaped = |word: &str| {
        let octet = |octet: u8| match octet {
            b'"' | b'\\' => format!("\\{}", char::from(octet)),
            b' '..=b'~' => char::from(octet).to_string(),
            _ => format!("\\x{octet:02x}"),
        };
        word.bytes().map(octet).collect::<String>()
    };
    let all = keywords.into_iter().chain(OTHERS.iter().copied());
    all.map(|word| format!("\"{}\"\n", escaped(word))).collect()
}

/// `UPDATE=1 cargo test` writes it.
#[test]
fn dictionary_has_every_keyword() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configuration.dict");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, dictionary()).expect("a folder to write to");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == dictionary(),
        "out of date: UPDATE=1 cargo test --no-default-features --test dictionary"
    );
}
