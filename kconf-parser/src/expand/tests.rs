use super::*;

/// A loader over files in memory; a pattern is a name or a prefix with `*`.
struct Memory(&'static [(&'static str, &'static str)]);

impl Loader for Memory {
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf> {
        let path = directory.join(pattern);
        let wanted = path.to_string_lossy();
        let prefix = wanted.strip_suffix('*');
        let names = self.0.iter().map(|(name, _)| *name);
        names
            .filter(|name| prefix.map_or(*name == wanted, |prefix| name.starts_with(prefix)))
            .map(PathBuf::from)
            .collect()
    }

    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        let found = self.0.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| std::io::ErrorKind::NotFound.into())
    }
}

fn expanded(text: &str) -> String {
    let options = ExpandOptions { config_id: "here".to_owned(), ..ExpandOptions::default() };
    let parsed = expand("/etc/k.conf", text.as_bytes(), &NoFiles, &options);
    String::from_utf8(parsed.tree.print()).unwrap()
}

#[test]
fn lines_become_what_keepalived_reads() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str)] = &[
        ("plain",             "a b # c\n\n",                      "a b # c\n\n"),
        ("condition kept",    "@here a\n@there b\n@^there c\n@here\n", "a\nc\n"),
        ("condition once",    "@here @here a\n",                  "@here a\n"),
        ("definition",        "$A=1 2\nx $A\nx ${A}y\nz$A b\n$A, c)$A)\n",   "x 1 2\nx 1 2y\nz1 2 b\n1 2, c)1 2)\n"),
        ("not a reference",   "$A=1\nx $AB\nx $A}\n",             "x $AB\nx $A}\n"),
        ("not a definition",  "$A = 1\n$9=1\n",                   "$A = 1\n$9=1\n"),
        ("redefinition",      "$A=1\n$B=$A\n$A=2\nx $B\n",        "x 2\n"),
        ("conditional value", "@here $A=1\n@there $A=2\nx ${A}\n", "x 1\n"),
        ("several lines",     "$M=a \\\nb\\\n\\\nc\nx $M\nx $M y\n",    "x a\nb\nc\nx $M y\n"),
        ("built-ins",         "x ${_PWD} ${_INSTANCE} a${_HASH}\n", "x /etc here a\n"),
        ("switched off",      "$A=${_HASH}\n$B=\n$A x\n$B y\n", "y\n"),
        ("SEQ",               "~SEQ(i,3) x$i\n~SEQ(i,2,-2,-2) y${i}z\n", "x1\nx2\nx3\ny2z\ny0z\ny-2z\n"),
        ("SEQx",              "~SEQx(i,0x8,010,0x18) x$i\n",      "x8\nx10\nx18\n"),
        ("LST",               "~LST(i,a,b) x$i\n~LST({i,j},{1,2},{3,4}) y${i}${j}\n", "xa\nxb\ny12\ny34\n"),
        ("nested",            "~SEQ(i,2) ~SEQ(j,2) x${i}${j}\n",  "x11\nx12\nx21\nx22\n"),
        ("SEQ of lines",      "$B=p${i} {\\\nq\\\n}\n~SEQ(i,2) $B\n", "p1 {\nq\n}\np2 {\nq\n}\n"),
    ];
    for (name, text, want) in cases {
        assert_eq!(expanded(text), *want, "{name}");
    }
}

#[test]
fn expanded_lines_point_to_where_they_are_written() {
    let text = b"$A=zz\nglobal_defs {\n  x${A}\n}\n";
    let parsed = expand("f", text, &NoFiles, &ExpandOptions::default());
    let line = parsed.tree.lines().get(2).unwrap();
    let word = parsed.tree.words(line).first().unwrap();
    assert_eq!(&*parsed.tree.text(word), b"xzz");
    let position = parsed.tree.sources().position(word.span());
    assert_eq!((position.line, position.column), (3, 3));
}

#[test]
fn includes_are_relative_to_the_file_that_has_them() {
    let files = Memory(&[("/etc/d/a", "include b\n"), ("/etc/d/b", "in b\n"), ("/etc/b", "wrong\n")]);
    let text = b"include d/a\ninclude d/*\ninclude nothing\n";
    let parsed = expand("/etc/k.conf", text, &files, &ExpandOptions::default());
    assert_eq!(parsed.tree.print(), b"in b\nin b\nin b\n");
    assert_eq!(parsed.diagnostics.len(), 1);
    assert_eq!(parsed.diagnostics[0].problem, Problem::IncludeMissing { pattern: "nothing".to_owned() });
    let word = parsed.tree.words(&parsed.tree.lines()[0])[0];
    assert_eq!(parsed.tree.sources().name(word.span().source), "/etc/d/b");
}

#[test]
fn what_would_never_end_is_stopped() {
    let circle = Memory(&[("/etc/k.conf", "include k.conf\n")]);
    let parsed = expand("/etc/k.conf", b"include k.conf\n", &circle, &ExpandOptions::default());
    assert_eq!(parsed.diagnostics.len(), 1);

    for text in
        ["$A=x ${A}\n$A\n", "$A=$B ${B}\n$B=$A ${A}\n$A\n", "~SEQ(i,0,0,9) x\n", "~SEQ(i,999999999999) x\n"]
    {
        let parsed = expand("f", text.as_bytes(), &NoFiles, &ExpandOptions::default());
        assert_eq!(parsed.diagnostics.len(), 1, "{text}");
    }
}
