//! Configurations from the wild, which are no part of the project.

use std::path::{Path, PathBuf};

/// Their folder. Where it is not, this says so, and the tests that want it pass.
pub(crate) fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("KCONF_CORPUS").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join("shared").join("corpus");
    let root = given.unwrap_or_else(beside);
    if root.is_dir() {
        return Some(root);
    }
    println!("skipped: no corpus at {} (set KCONF_CORPUS)", root.display());
    None
}

/// The files of some of its folders, by name.
pub(crate) fn files(root: &Path, folders: &[&str]) -> Vec<PathBuf> {
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Every file with its content; none where there is no corpus.
pub(crate) fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let Some(root) = folder() else { return Vec::new() };
    let paths = files(&root, &["seeds", "public", "templates"]).into_iter();
    paths.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// What its files are called: by name, without the ending.
pub(crate) fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// What keepalived says about the file of this name; nothing about templates.
pub(crate) fn verdict(root: &Path, name: &str) -> String {
    let octets = std::fs::read(root.join("verdicts").join(format!("{name}.txt"))).unwrap_or_default();
    String::from_utf8_lossy(&octets).into_owned()
}
