//! What each library shows: `public-api.txt` beside its manifest lists it, with its default
//! features. A type of a dependency among it would make that dependency's next version our break.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const LIBRARIES: [(&str, &str, &str); 5] = [
    ("vrrp-proto", "vrrp-proto", "vrrp_proto"),
    ("vrrp-fsm", "vrrp-fsm", "vrrp_fsm"),
    ("ipvs-netlink", "ipvs-netlink", "ipvs_netlink"),
    ("lvs-healthcheck", "healthcheck", "healthcheck"),
    ("kconf-parser", "kconf-parser", "kconf_parser"),
];

/// A library may show types of ours that it is built on.
const OURS_AND_THE_STANDARD_LIBRARY: [&str; 4] = ["core", "alloc", "std", "vrrp_proto"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// rustdoc's description of a library. Its format belongs to no stable version, hence the switch; the
/// little that is read of it has long been the same.
fn described(package: &str, library: &str) -> Value {
    // Of its own: the switch is part of what cargo tells builds apart by.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("public-api");
    let output = Command::new(env!("CARGO"))
        .args(["rustdoc", "--quiet", "--locked", "--offline", "--lib", "--package", package, "--target-dir"])
        .arg(&target)
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("RUSTDOCFLAGS")
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{package}: {}", String::from_utf8_lossy(&output.stderr));
    let file = target.join("doc").join(library).with_extension("json");
    let text = std::fs::read(&file).expect("rustdoc has written it");
    serde_json::from_slice(&text).expect("rustdoc writes JSON")
}

/// The ids of everything that a signature, a field or an implementation names.
fn named(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        // What somebody implements for every type there is.
        Value::Object(map) if map.get("blanket_impl").is_some_and(|of| !of.is_null()) => {}
        Value::Object(map) => {
            if let (Some(id), true) = (map.get("id"), map.contains_key("path")) {
                found.insert(id.to_string());
            }
            map.values().for_each(|value| named(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| named(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn path(item: &Value) -> String {
    let parts = item["path"].as_array().into_iter().flatten().filter_map(Value::as_str);
    parts.collect::<Vec<_>>().join("::")
}

fn kind(item: &Value) -> &str {
    item["kind"].as_str().unwrap_or("?")
}

/// Public names, and the names of others that stand in them.
fn listed(description: &Value, library: &str) -> (String, BTreeMap<String, String>) {
    let mut found = BTreeSet::new();
    named(&description["index"], &mut found);
    let paths = description["paths"].as_object().expect("an object of paths");
    let (mut own, mut foreign) = (BTreeSet::new(), BTreeMap::new());
    for (id, item) in paths {
        let name = path(item);
        if item["crate_id"] == 0 {
            let visible = description["index"].get(id).is_some();
            let shown = reexported(description, id).unwrap_or(name);
            if visible && shown != library {
                own.insert(format!("{} {shown}", kind(item)));
            }
        } else if found.contains(id) {
            let origin = description["external_crates"][item["crate_id"].to_string()]["name"].as_str();
            foreign.insert(name, origin.unwrap_or("?").to_owned());
        }
    }
    let lines = own.iter().map(String::as_str).chain(["", "named in it:"]);
    let text = lines.chain(foreign.keys().map(String::as_str)).map(|line| format!("{line}\n")).collect();
    (text, foreign)
}

/// The path under which the root of the library shows an item of a private module.
fn reexported(description: &Value, id: &str) -> Option<String> {
    let root = &description["index"][description["root"].to_string()];
    let items = root["inner"]["module"]["items"].as_array()?;
    let used = items.iter().find_map(|item| {
        let reexport = &description["index"][item.to_string()]["inner"]["use"];
        (reexport["id"].as_u64() == id.parse().ok()).then(|| reexport["name"].as_str()).flatten()
    })?;
    Some(format!("{}::{used}", root["name"].as_str()?))
}

#[test]
fn no_library_shows_a_type_of_a_dependency_and_all_that_they_show_is_written_down() {
    for (package, folder, library) in LIBRARIES {
        let (text, foreign) = listed(&described(package, library), library);
        for (name, origin) in &foreign {
            let allowed = OURS_AND_THE_STANDARD_LIBRARY.contains(&origin.as_str());
            assert!(allowed, "{package} shows {name} of {origin}");
        }
        let file = root().join(folder).join("public-api.txt");
        if std::env::var_os("UPDATE_PUBLIC_API").is_some() {
            std::fs::write(&file, &text).expect("the file can be written");
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(text == written, "{package}: run with UPDATE_PUBLIC_API=1 if the change is meant:\n{text}");
    }
}
