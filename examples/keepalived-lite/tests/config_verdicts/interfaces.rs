//! Names of interfaces in configurations.

use std::{collections::BTreeSet, fs, path::PathBuf};

/// Keywords that an interface's name follows.
const BEFORE: [&str; 7] = [
    "interface",
    "dev",
    "dynamic_interface",
    "default_interface",
    "lvs_sync_daemon",
    "lvs_sync_daemon_interface",
    "vrrp_garp_interface",
];
/// Blocks whose lines begin with one.
const AROUND: [&str; 3] = ["track_interface", "linkbeat_interfaces", "interfaces"];
/// Interfaces that come as numbers in loops.
const NUMBERED: u8 = 12;

/// Every name that may be an interface's, in order. Too many do no harm, so the grammar here is
/// a rough one on purpose: it must not be the parser's that is under test.
pub(crate) fn named_in(files: &[PathBuf]) -> Vec<String> {
    let mut names: BTreeSet<String> = (0..NUMBERED).map(|number| format!("eth{number}")).collect();
    for file in files {
        let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
        collect(&text, &mut names);
    }
    // Keepalived makes those itself, and does not like to find another's.
    names.retain(|name| !name.starts_with("vrrp.") && possible(name));
    names.into_iter().collect()
}

fn collect(text: &str, names: &mut BTreeSet<String>) {
    let mut inside = false;
    for line in text.lines() {
        let line = line.split(['#', '!']).next().unwrap_or_default().replace('{', " { ").replace('}', " } ");
        let words: Vec<&str> = line.split_whitespace().collect();
        for (word, next) in words.iter().zip(words.iter().skip(1)) {
            if BEFORE.contains(word) {
                names.insert((*next).to_owned());
            }
        }
        // `$IF=eth1`
        if let Some((_, value)) = line.strip_prefix('$').and_then(|line| line.split_once('=')) {
            names.insert(value.trim().to_owned());
        }
        let begins = words.first().is_some_and(|word| AROUND.contains(word));
        let mut names_here = words.iter().skip(usize::from(begins)).skip_while(|word| **word == "{");
        if inside || begins {
            names.extend(names_here.next().filter(|word| **word != "}").map(|word| (*word).to_owned()));
        }
        inside = (inside || begins) && !words.contains(&"}");
    }
}

/// Whether a new interface can have this name, and nobody's tools stumble over it.
fn possible(name: &str) -> bool {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"._-".contains(&octet);
    // The first is there already, the others are directories beside the interfaces' settings.
    let taken = ["lo", "all", "default"].contains(&name);
    // The kernel's limit (IFNAMSIZ less the zero at the end).
    name.len() <= 15
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(plain)
        && !taken
}

#[test]
fn names_are_found_where_a_configuration_has_them() {
    let text = "$IF=ens3\ninterface eth0 # dev eth9\n10.0.0.1/8 dev bond0.5 label x\n\
                track_interface { eth1 weight 5 }\ntrack_interface {\n  eth2\n  eth3 weight -5\n}\nweight 2\n";
    let mut names = BTreeSet::new();
    collect(text, &mut names);
    let expected = ["bond0.5", "ens3", "eth0", "eth1", "eth2", "eth3"];
    assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
}
