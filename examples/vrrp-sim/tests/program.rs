//! The program as scripts use it: exit status, streams, files.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn sim(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vrrp-sim")).args(arguments).output().unwrap()
}

fn scenario(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    path.to_str().unwrap().to_owned()
}

fn temporary(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

#[test]
fn a_scenario_as_expected_is_0_and_draws_its_picture() {
    let svg = temporary("crash.svg");
    let output = sim(&["run", &scenario("crash.toml"), "--svg", svg.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("everything as expected; longest outage 2.828 s"));
    let svg = fs::read_to_string(svg).unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    for word in ["who has the address", "VRID 51 on lan", "1  at 10.000 s: crash a", "advertisement"] {
        assert!(svg.contains(word), "{word}");
    }
}

#[test]
fn a_failed_expectation_is_1_and_named() {
    let path = temporary("wrong.toml");
    let right = fs::read_to_string(scenario("crash.toml")).unwrap();
    fs::write(&path, right.replace("\"only b is master\", \"outage", "\"only a is master\", \"outage"))
        .unwrap();
    let output = sim(&["run", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("at 12.840 s expected: only a is master; but b is master (line "), "{stderr}");
    assert!(text(&output.stdout).contains("!!! expected: only a is master"));
}

#[test]
fn every_json_line_is_an_object_with_a_time() {
    let output = sim(&["run", &scenario("split-brain.toml"), "--json", "--seed", "9"]);
    let stdout = text(&output.stdout);
    assert!(stdout.lines().count() > 40);
    for line in stdout.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(value["t_ns"].is_u64() && value["event"].is_string(), "{line}");
    }
}

#[test]
fn an_unusable_scenario_is_2_with_its_line_and_a_wrong_option_64() {
    let path = temporary("unusable.toml");
    fs::write(&path, "length = \"1 s\"\nseeed = 1\n[[router]]\nname=\"a\"\naddress=\"192.0.2.1\"\n").unwrap();
    let output = sim(&["run", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("line 2: unknown field `seeed`"), "{}", text(&output.stderr));
    assert_eq!(sim(&["run", "/nonexistent"]).status.code(), Some(2));
    assert_eq!(sim(&["run", "--nonsense"]).status.code(), Some(64));
    assert_eq!(sim(&["--help"]).status.code(), Some(0));
}

#[test]
fn a_search_says_how_much_it_searched() {
    let output = sim(&["explore", "--seeds", "2", "--routers", "3", "--one-second", "--shrink"]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.starts_with("2 seeds, 2 simulated hours, "), "{stdout}");
    assert!(stdout.contains(" events per second"), "{stdout}");
}

#[test]
fn a_check_counts_its_states_names_its_laws_and_finds_wrong_machines() {
    let output = sim(&["check", "--routers", "2", "--drops", "0", "--others", "0", "--mutants"]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("\n2 routers: 1 crash  "), "{stdout}");
    assert!(stdout.contains("\nholds        two masters never outlast the next delivered"), "{stdout}");
    assert!(stdout.contains("\nnot checked  a sync group is never split once quiet"), "{stdout}");
    assert!(!stdout.contains("NOT FOUND") && !stdout.contains("BUT ALSO"), "{stdout}");
    assert!(stdout.contains(" s  !!! not so: after Master_Down of quiet one master"), "{stdout}");
}
