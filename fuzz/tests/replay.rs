//! The committed corpus, sent through the targets' bodies on the stable toolchain.

use std::fs;
use std::path::Path;

/// Runs every file of `corpus/TARGET`; a crash prints its name.
fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    for file in files {
        let octets = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if std::panic::catch_unwind(|| run(&octets)).is_err() {
            panic!("{} breaks a law", file.display());
        }
    }
}

#[test]
fn view_corpus_breaks_no_law() {
    replay("view", vrrp_lvs_fuzz::view::run);
}

#[test]
fn receive_corpus_breaks_no_law() {
    replay("receive", vrrp_lvs_fuzz::receive::run);
}

#[test]
fn frame_corpus_breaks_no_law() {
    replay("frame", vrrp_lvs_fuzz::frame::run);
}

#[test]
fn parse_corpus_breaks_no_law() {
    replay("parse", vrrp_lvs_fuzz::text::parse::run);
}

#[test]
fn expand_corpus_breaks_no_law() {
    replay("expand", vrrp_lvs_fuzz::text::expand::run);
}

#[test]
fn lower_corpus_breaks_no_law() {
    replay("lower", vrrp_lvs_fuzz::text::lower::run);
}

#[test]
fn reply_corpus_breaks_no_law() {
    replay("reply", vrrp_lvs_fuzz::reply::run);
}

#[test]
fn exchange_corpus_breaks_no_law() {
    replay("exchange", vrrp_lvs_fuzz::exchange::run);
}

#[test]
fn pattern_corpus_breaks_no_law() {
    replay("pattern", vrrp_lvs_fuzz::pattern::run);
}
