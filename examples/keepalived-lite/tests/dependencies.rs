//! What each library brings along: `dependencies.txt` beside its manifest is its `cargo tree`.
#![expect(clippy::expect_used, reason = "a test may panic")]

use std::path::Path;
use std::process::Command;

const LIBRARIES: [(&str, &str); 5] = [
    ("vrrp-proto", "vrrp-proto"),
    ("vrrp-fsm", "vrrp-fsm"),
    ("ipvs-netlink", "ipvs-netlink"),
    ("lvs-healthcheck", "healthcheck"),
    ("kconf-parser", "kconf-parser"),
];

/// The tree of a library with its default features, without the paths of this machine.
fn tree(package: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "normal",
            "--charset",
            "ascii",
            "--package",
            package,
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| line.split(" (/").next().unwrap_or(line).to_owned() + "\n").collect()
}

#[test]
fn no_library_brings_along_more_than_is_written_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (package, folder) in LIBRARIES {
        let file = root.join(folder).join("dependencies.txt");
        let now = tree(package);
        if std::env::var_os("UPDATE_DEPENDENCIES").is_some() {
            std::fs::write(&file, &now).expect("the file can be written");
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(now, written, "{package}: run with UPDATE_DEPENDENCIES=1 if the change is meant");
        // I/O adapters sit behind a feature; the default is none of them.
        assert!(!now.contains("tokio"), "{package} brings tokio along by default");
    }
}
