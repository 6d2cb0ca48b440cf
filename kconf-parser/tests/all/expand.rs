//! What expansion makes of lines: values seen with keepalived 2.2.7, and asked of it again where it is installed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use kconf_parser::tree::LineKind;
use kconf_parser::{ExpandOptions, Loader, Parsed, expand};

use crate::common::codes;

/// Name, text, and the first words of the lines that keepalived reads.
#[rustfmt::skip]
const CASES: &[(&str, &str, &[&str])] = &[
    ("definitions", "$A=1 2\nx${A}\nq$A,\nr$A)\nab$A\n", &["x1", "q1", "r1", "ab1"]),
    ("no definitions", "$A=1\n$B = 5\n$B =5\nu$UNDEF\n$A$A\n$$A\n", &["$B", "u$UNDEF", "$A1", "$1"]),
    ("recursive", "$A=1\n$B=b${A}\nx${B}y\n$C=$A$A\nz${C}z\n", &["xb1y", "z$A$Az"]),
    ("redefined", "$A=1\n$B=${A}\n$A=2\nx${B}\n", &["x2"]),
    ("several lines", "$M=a \\\n\\\nb \\\nc\nx$M\ny${M}\n", &["xa", "b", "c", "ya"]),
    ("several lines before others", "$M=a \\\nb\nx$M z\n", &["x$M"]),
    ("several lines, ended by a blank one", "$M=only \\\n\nz$M\n", &["zonly"]),
    ("blanks around a value", "$L=  lead  \nw${L}w\n", &["wleadw"]),
    ("empty", "$E=\ne${E}e\n", &["ee"]),
    ("condition", "@here a\n@there b\n@^here c\n@^there d\n@here\n", &["a", "d"]),
    ("condition twice", "@here @here a\n", &["@here"]),
    ("condition from a definition", "$W=@here w\n@here $W\n$W\n", &["w"]),
    ("conditional definition", "@here $A=1\n@there $A=2\nx${A}\n", &["x1"]),
    ("sequence", "~SEQ(i,3)s$i\n~SEQ(i,5,4) d$i\n~SEQ(i,2,-2,-2) n${i}z\n", &["s1", "s2", "s3", "d5", "d4", "n2z", "n0z", "n-2z"]),
    ("sequence from one number", "~SEQ(i,0) z$i\n~SEQ(i,-2) n$i\n", &["z1", "z0", "n-1", "n-2"]),
    ("sequence in other bases", "~SEQ(i,0x10,010,0x20) o$i\n~SEQx(i,8,12) h$i\n~SEQ (i,2) b$i\n", &["o16", "o24", "o32", "h8", "h9", "ha", "hb", "hc", "b1", "b2"]),
    ("sequences nested", "~SEQ(i,2) ~SEQ(j,2) n${i}_$j\n", &["n1_1", "n1_2", "n2_1", "n2_2"]),
    ("sequence of a definition", "$N=2\n~SEQ(i,$N) v$i\n~SEQ(i,1,${N}) w$i\n", &["v1", "v2", "w1", "w2"]),
    ("sequence of lines", "$M=s${i} \\\nt${i}\n~SEQ(i,2) $M\nlast${i}\n", &["s1", "t1", "s2", "t2", "last2"]),
    ("sequence in a definition", "$S=~SEQ(i,2) s${i}\n$S\nx$S\n", &["s1", "s2", "x~SEQ(i,2)"]),
    ("sequence that leads away", "~SEQ(i,1,-1,5) x$i\n~SEQ(i,1,0,5) x$i\n~SEQx(i,-2) x$i\ny\n", &["y"]),
    ("list", "~LST(i,a,b) l$i\n", &["la", "lb"]),
    ("list of tuples", "~LST({i,j},{1,2},{3}) t${i}_${j}_\n~LST( {i,j} , {1,2} ) u${i}_${j}_\n", &["t1_2_", "t3__", "u1_2_"]),
    ("list in a sequence", "~SEQ(i,1,2,4) ~LST(j,x,y) u${i}$j\n", &["u1x", "u1y", "u3x", "u3y"]),
    ("list with too many values", "~LST({i,j},{1,2,3}) x\n~LST(i,${A},b) y\nz\n", &["z"]),
    ("other tildes", "~FOO a\n~\n", &["~FOO", "~"]),
    ("built-ins", "i${_INSTANCE}\na${_HASH}b\nc${_BANG}d\n$_PWD=over\np${_PWD}\n", &["ihere", "a", "c", "pover"]),
    ("random in one number", "r${_RANDOM 5 5}\n", &["r5"]),
    ("arguments where none belong", "$A=1\nx${A b\n", &["x$", "A"]),
    ("included", "include one\n@here include two\n$I=include one\n$I\ninclude o*\ninclude {one,two}\n", &["in_one", "in_two"]),
    ("not included", "include\nincludex one\n@there include one\n", &["include", "includex"]),
];

const FILES: &[(&str, &str)] = &[("one", "in_one\n"), ("two", "in_two\n")];

/// Files in memory; a pattern is a name, or a beginning with `*`.
struct Memory(BTreeMap<PathBuf, String>);

impl Memory {
    fn new(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(name, text)| (PathBuf::from(name), (*text).to_owned())).collect())
    }
}

impl Loader for Memory {
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf> {
        let pattern = directory.join(pattern);
        let pattern = pattern.to_string_lossy();
        let matches = |path: &&PathBuf| match pattern.strip_suffix('*') {
            Some(prefix) => path.to_string_lossy().starts_with(prefix),
            None => path.to_string_lossy() == pattern,
        };
        self.0.keys().filter(matches).cloned().collect()
    }

    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        let text = self.0.get(path).ok_or(std::io::ErrorKind::NotFound)?;
        if text.starts_with("unreadable") {
            return Err(std::io::ErrorKind::PermissionDenied.into());
        }
        Ok(text.clone().into_bytes())
    }

    fn environment(&self, name: &str) -> Option<Vec<u8>> {
        (name == "SITE").then(|| b"north".to_vec())
    }
}

fn read(text: &str, files: &[(&str, &str)]) -> Parsed {
    let options = ExpandOptions { config_id: "here".to_owned(), ..ExpandOptions::default() };
    expand("main", text.as_bytes(), &Memory::new(files), &options)
}

/// The first words of all lines, each once.
fn first_words(parsed: &Parsed) -> Vec<String> {
    let lines = parsed.tree.lines().iter().filter(|line| line.kind == LineKind::Statement);
    let words = lines.filter_map(|line| parsed.tree.words(line).first());
    once(words.map(|word| String::from_utf8_lossy(&parsed.tree.text(word)).into_owned()))
}

fn once(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut out = Vec::new();
    for word in words {
        if !out.contains(&word) {
            out.push(word);
        }
    }
    out
}

#[test]
fn lines_become_what_keepalived_reads() {
    for (name, text, want) in CASES {
        assert_eq!(first_words(&read(text, FILES)), *want, "{name}");
    }
}

#[test]
fn keepalived_itself_reads_the_same() {
    let version = Command::new("keepalived").arg("-v").output();
    let known = version.is_ok_and(|out| String::from_utf8_lossy(&out.stderr).contains("v2.2."));
    if !known {
        println!("skipped: keepalived 2.2 is not installed");
        return;
    }
    let folder = std::env::temp_dir().join(format!("kconf-expand-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in FILES {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let file = folder.join("main");
    for (name, text, want) in CASES {
        std::fs::write(&file, text).unwrap();
        let told = Command::new("keepalived").args(["-t", "-i", "here", "-f"]).arg(&file).output().unwrap();
        let told = String::from_utf8_lossy(&told.stderr).into_owned();
        let words =
            told.lines().filter_map(|line| line.split_once("Unknown keyword '")?.1.strip_suffix('\''));
        let words = once(words.filter(|word| *word != "}").map(str::to_owned));
        assert_eq!(words, *want, "{name}: {told}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn includes_insist_on_what_their_variant_says() {
    const FILES: &[(&str, &str)] = &[("one", "in_one\n"), ("bad", "unreadable")];
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("include nothere\n",                   &["include-missing"]),
        ("include nothere*\n",                  &[]),
        ("include {one,nothere}\n",             &["include-missing"]),
        ("include bad\n",                       &["include-unreadable"]),
        ("includer nothere\n",                  &["include-missing"]),
        ("includer bad\n",                      &["include-refused"]),
        ("includem nothere\n",                  &["include-refused"]),
        ("includem nothere*\n",                 &[]),
        ("includew nothere*\n",                 &["include-refused"]),
        ("includeb {one,nothere}\n",            &["include-refused"]),
        ("includeb nothere\n",                  &["include-missing"]),
        ("includea nothere*\n",                 &["include-refused"]),
        ("include_check\ninclude nothere*\n",   &["include-refused"]),
        ("include_check +match -match\ninclude nothere\n", &["include-missing"]),
    ];
    for (text, want) in cases {
        assert_eq!(codes(&read(text, FILES).diagnostics), *want, "{text}");
    }
    let options = ExpandOptions { all_includes: true, ..ExpandOptions::default() };
    let parsed = expand("main", b"include nothere\n", &Memory::new(FILES), &options);
    assert_eq!(codes(&parsed.diagnostics), ["include-refused"]);
}

#[test]
fn include_check_ends_with_its_file() {
    let files = [("check", "include_check\n")];
    let parsed = read("include check\ninclude nothere*\n", &files);
    assert_eq!(codes(&parsed.diagnostics), [""; 0]);
}

#[test]
fn files_that_include_one_another_are_named() {
    let files = [("main", "include a\n"), ("a", "in_a\ninclude b\n"), ("b", "include a\nin_b\n")];
    let parsed = read("include a\n", &files);
    assert_eq!(first_words(&parsed), ["in_a", "in_b"]);
    let [finding] = parsed.diagnostics.as_slice() else { panic!("{:?}", parsed.diagnostics) };
    assert!(finding.problem.to_string().contains("a → b → a"), "{}", finding.problem);
    // The finding stands in b, which a includes, which the file includes that everything began with.
    let sources = parsed.tree.sources();
    let chain = core::iter::successors(Some(finding.span), |at| sources.included_at(at.source));
    let chain: Vec<_> = chain.map(|at| sources.name(at.source)).collect();
    assert_eq!(chain, ["b", "a", "main"]);
}

#[test]
fn a_line_knows_what_it_was_and_what_it_became() {
    let parsed = read("$P=150\nvrrp_instance V {\n  priority ${P}  # high\n  state MASTER\n}\n", &[]);
    let sources = parsed.tree.sources();
    let priority = parsed.tree.lines().get(2).unwrap();
    let word = parsed.tree.words(priority).get(1).unwrap();
    assert_eq!(sources.text(word.span()), b"150");
    assert_eq!(sources.text(sources.written_at(word.span())), b"priority ${P}");
    assert_eq!(sources.became(word.span()), Some(&b"priority 150"[..]));
    let state = parsed.tree.words(parsed.tree.lines().get(3).unwrap()).first().unwrap();
    assert_eq!(sources.became(state.span()), None);
}

#[test]
fn references_that_look_like_mistakes_are_noted() {
    let text = "$PRIORITY=1\n$LINES=a \\\nb\nx ${PRIORTY}\ny $LINES z\nauth_pass pa$PRIORTY\nw $OTHER\n";
    let parsed = read(text, &[]);
    assert_eq!(codes(&parsed.diagnostics), ["not-expanded", "not-expanded"]);
    let told: Vec<_> = parsed.diagnostics.iter().map(|finding| finding.problem.to_string()).collect();
    assert!(told.first().unwrap().contains("did you mean '$PRIORITY'"), "{told:?}");
    assert!(told.last().unwrap().contains("end a line"), "{told:?}");
}

#[test]
fn the_environment_is_the_loaders() {
    assert_eq!(first_words(&read("a${_ENV SITE}\nb${_ENV OTHER}\n", &[])), ["anorth", "b"]);
}

/// 24 565, 25 155 and 5 + 1 are what the C library's `random()` gives after `srandom(7)`.
#[test]
fn random_numbers_are_those_of_the_c_library() {
    let text = "r${_RANDOM}\ns${_RANDOM}\nt${_RANDOM 1 6}\nu${_RANDOM 9 3}\n";
    let options = ExpandOptions { seed: 7, ..ExpandOptions::default() };
    let parsed = expand("main", text.as_bytes(), &Memory::new(&[]), &options);
    assert_eq!(first_words(&parsed), ["r24565", "s25155", "t6", "u9"]);
    let text = format!("global_defs {{\nrandom_seed 7\n}}\n{text}");
    let parsed = read(&text, &[]);
    assert_eq!(first_words(&parsed)[2..], ["r24565", "s25155", "t6", "u9"]);
}
