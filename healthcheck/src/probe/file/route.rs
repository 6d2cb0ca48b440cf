//! The way that a path takes.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// As many links as the kernel follows (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// A place on the way that decides how it goes on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Hop {
    /// It has no link in it.
    pub(super) directory: PathBuf,
    pub(super) name: OsString,
    pub(super) leads: Leads,
}

/// What is, or is to be, at a place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Leads {
    /// The file, if it is there.
    ToFile,
    /// A link.
    On,
    /// Nothing yet, and more than a file would have to come.
    Nowhere,
}

impl Hop {
    pub(super) fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }
}

/// The links on the way of an absolute `path`, and where it ends.
pub(super) fn route(path: &Path) -> Vec<Hop> {
    let mut hops = Vec::new();
    let mut directory = PathBuf::from("/");
    // The next one last.
    let mut left = names(path);
    while let Some(name) = left.pop() {
        if name == ".." {
            directory.pop();
            continue;
        }
        let place = directory.join(&name);
        let there = fs::symlink_metadata(&place);
        let hop = |leads| Hop { directory: directory.clone(), name: name.clone(), leads };
        match (there, fs::read_link(&place)) {
            (Ok(_), Ok(target)) if hops.len() < MAX_LINKS => {
                hops.push(hop(Leads::On));
                if target.is_absolute() {
                    directory = PathBuf::from("/");
                }
                left.extend(names(&target));
            }
            (Ok(there), _) if there.is_dir() && !left.is_empty() => directory = place,
            _ => {
                hops.push(hop(if left.is_empty() { Leads::ToFile } else { Leads::Nowhere }));
                return hops;
            }
        }
    }
    hops
}

/// In reverse.
fn names(path: &Path) -> Vec<OsString> {
    let names = path.components().rev().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    names.collect()
}
