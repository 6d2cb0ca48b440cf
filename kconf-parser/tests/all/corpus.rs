//! Configurations from the wild, and what keepalived 2.2.7 says about them.
//!
//! The corpus is not part of the project. Without it these tests say so and pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

mod agreement;

use std::collections::BTreeSet;
use std::path::Path;

use kconf_parser::model::Config;
use kconf_parser::{Diagnostic, Tree, config_test, parse};

use crate::common::corpus::{corpus, files, folder, name, verdict};
use crate::common::expanded;

const NAMESPACE: &str = "the namespace did not exist: keepalived read no further, and exited with 0";
const IPTABLES: &str = "Debian's keepalived is built without iptables, and complains about its keywords";
const NO_SUCH_SCRIPT: &str = "the script did not exist for keepalived; here every script exists";

/// Files for which our exit code differs: keepalived's, ours, and why.
#[rustfmt::skip]
const KNOWN_DIFFERENCES: &[(&str, u8, u8, &str)] = &[
    ("seed004-03-synopsis-vrrp", 5, 6, NO_SUCH_SCRIPT),
    ("duben5945_www__ka-kc", 5, 6, NO_SUCH_SCRIPT),
    ("eth-easl_dirigent__configs-kc", 5, 6, NO_SUCH_SCRIPT),
    ("mykubernetes_linux-install__ka-ka-nginx.md-block1", 5, 6, NO_SUCH_SCRIPT),
    ("pqdev__1033", 5, 6, NO_SUCH_SCRIPT),
    ("pqdev__1155", 0, 6, "nothing runs the fifo's script: there is neither an instance nor a virtual server"),
    ("pqdev__1186a", 5, 6, NO_SUCH_SCRIPT),
    ("pqdev__1323", 0, 6, NAMESPACE),
    ("pqdev__1399", 5, 6, NO_SUCH_SCRIPT),
    ("pqdev__1492a", 0, 5, NAMESPACE),
    ("pqdev__1804-1804", 5, 6, NO_SUCH_SCRIPT),
    ("pqdev__2003l", 0, 6, NAMESPACE),
    ("pqdev__255", 5, 0, IPTABLES),
    ("pqdev__751", 0, 6, NAMESPACE),
    ("pqdev__950-test", 0, 6, NAMESPACE),
    ("pqdev__check_align.2", 5, 6, NO_SUCH_SCRIPT),
    ("pqdev__check_align.3", 5, 6, NO_SUCH_SCRIPT),
    ("pqdev__check_align", 5, 6, NO_SUCH_SCRIPT),
    ("pqdev__check_align_old", 5, 6, NO_SUCH_SCRIPT),
    ("pqdev__erik.tempelaar", 0, 6, NAMESPACE),
    ("pqdev__ipvlan", 5, 0, IPTABLES),
    ("pqdev__linkbeat", 5, 0, IPTABLES),
    ("pqdev__n1", 0, 5, NAMESPACE),
];

fn read(octets: &[u8]) -> (Tree, Config, Vec<Diagnostic>) {
    expanded(octets, "corpus")
}

/// A file with keepalived's verdict: its exit code and the lines it names.
struct Case {
    name: String,
    octets: Vec<u8>,
    exit: u8,
    lines: BTreeSet<u32>,
    /// Everything that keepalived says.
    messages: Vec<String>,
}

impl Case {
    /// Whether keepalived runs with it and has nothing to say.
    fn is_accepted(&self) -> bool {
        self.exit == 0 && self.messages.is_empty()
    }

    fn messages_of(&self, line: u32) -> String {
        let about = |message: &&String| message.contains(&format!("Line {line})"));
        self.messages.iter().find(about).cloned().unwrap_or_default()
    }
}

fn cases(root: &Path) -> Vec<Case> {
    let all = files(root, &["seeds", "public"]).into_iter();
    all.map(|path| {
        let name = name(&path);
        let verdict = verdict(root, &name);
        let exit = verdict.lines().next().unwrap().strip_prefix("exit: ").unwrap().parse().unwrap();
        let line = |text: &str| text.split_once("Line ")?.1.split_once(')')?.0.parse().ok();
        let lines = verdict.lines().filter_map(line).collect();
        let messages = verdict.lines().skip(1).map(str::to_owned).collect();
        Case { name, octets: std::fs::read(&path).unwrap(), exit, lines, messages }
    })
    .collect()
}

#[test]
fn every_file_is_printed_back_octet_for_octet() {
    for (path, octets) in corpus() {
        assert!(parse("f", &octets).tree.print() == octets, "{}", path.display());
    }
}

#[test]
fn templates_and_every_finding_can_be_rendered() {
    for (path, octets) in corpus() {
        let (tree, _, findings) = read(&octets);
        for finding in findings.iter().take(100) {
            assert!(finding.render(tree.sources()).lines().count() >= 4, "{}", path.display());
        }
    }
}

#[test]
fn exit_codes_are_those_of_keepalived_except_where_known() {
    let Some(root) = folder() else { return };
    let mut wrong = Vec::new();
    for case in cases(&root) {
        let (_, _, findings) = read(&case.octets);
        let ours = config_test(&findings).exit_code();
        let known = KNOWN_DIFFERENCES.iter().find(|(name, ..)| *name == case.name);
        let expected = known.map_or((case.exit, case.exit), |(_, theirs, ours, _)| (*theirs, *ours));
        if (case.exit, ours) != expected {
            wrong.push(format!("{}: keepalived {}, ours {ours}, known {known:?}", case.name, case.exit));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
