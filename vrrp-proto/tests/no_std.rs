//! The codec and the state machine link without std: see `nostd/src/lib.rs` for the proof, and
//! the two controls here for its strength.

use std::path::Path;
use std::process::Command;

/// Builds `nostd` with `features`; what the compiler said, if it failed.
///
/// `None` if the folder is missing, as in a published crate.
fn build(features: &str) -> Option<Result<(), String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nostd");
    if !folder.join("Cargo.toml").exists() || !folder.join("../../../vrrp-fsm").exists() {
        println!("skipped: needs the source tree of the workspace");
        return None;
    }
    let output = Command::new(env!("CARGO"))
        .args(["build", "--features", features, "--target-dir"])
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("nostd"))
        .current_dir(folder)
        // Flags of the outer build, such as coverage, may need std.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .map_err(|error| error.to_string());
    Some(match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(error),
    })
}

#[test]
fn the_codec_links_without_std_and_without_an_allocator() {
    for features in ["", "frame", "auth", "frame,auth"] {
        if let Some(built) = build(features) {
            assert_eq!(built, Ok(()), "features: {features}");
        }
    }
}

#[test]
fn the_owned_form_links_without_std() {
    if let Some(built) = build("alloc,frame,auth") {
        assert_eq!(built, Ok(()));
    }
}

#[test]
fn the_state_machine_links_without_std() {
    if let Some(built) = build("fsm,frame") {
        assert_eq!(built, Ok(()));
    }
}

#[test]
fn std_is_noticed() {
    if let Some(built) = build("control-std") {
        let said = built.expect_err("std was linked into a program without it");
        assert!(said.contains("panic_impl"), "{said}");
    }
}

#[test]
fn alloc_is_noticed() {
    if let Some(built) = build("control-alloc") {
        let said = built.expect_err("alloc was linked into a program without an allocator");
        assert!(said.contains("no global memory allocator"), "{said}");
    }
}
