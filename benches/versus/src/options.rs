//! The command line, and finding the two daemons.

use std::{
    env,
    path::{Path, PathBuf},
};

use clap::Parser;

use crate::failure::Failure;

/// Runs keepalived-lite and keepalived in turn and prints a table of ratios.
///
/// Needs root or user namespaces; the rows of IPVS need Debian's packages user-mode-linux and
/// ipvsadm. Exit status: 0 if every row was measured, 1 if one failed, 64 for a mistake in the
/// options. A goal that is not reached is no failure.
#[derive(Debug, Parser)]
#[command(name = "versus", version)]
pub(crate) struct Options {
    /// Rounds of every row, instead of a number that fits each; in a round each side runs once
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rounds: Option<u32>,
    /// Only the rows of that id, or below it, separated by commas: takeover/v2-1s, cpu/1, config-test
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// List the ids of all rows and end
    #[arg(long)]
    pub(crate) list: bool,
    /// Two rounds of everything
    #[arg(long, conflicts_with = "rounds")]
    pub(crate) quick: bool,
    /// Write every run to this file; unless told, versus.json beside this program
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the table to this file too
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Our daemon; unless told, keepalived-lite beside this program
    #[arg(long, value_name = "PATH")]
    ours: Option<PathBuf>,
    /// keepalived; unless told, the one in PATH or in /usr/sbin
    #[arg(long, value_name = "PATH")]
    theirs: Option<PathBuf>,
}

impl Options {
    /// Rounds of a row that needs `usual` of them.
    pub(crate) fn rounds(&self, usual: u32) -> u32 {
        if self.quick { 2 } else { self.rounds.unwrap_or(usual) }
    }

    /// Whether the row `id` is wanted.
    pub(crate) fn wants(&self, id: &str) -> bool {
        let below = |wanted: &String| {
            id.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.only.is_empty() || self.only.iter().any(below)
    }

    /// The file for every run.
    pub(crate) fn json(&self) -> Result<PathBuf, Failure> {
        match &self.json {
            Some(path) => Ok(path.clone()),
            None => beside("versus.json"),
        }
    }

    /// The program file of our daemon.
    pub(crate) fn ours(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.ours {
            return existing(path);
        }
        let beside = beside("keepalived-lite")?;
        existing(&beside).map_err(|_| {
            Failure::Untrue(format!(
                "no {}: cargo build --release -p keepalived-lite -p netlab, or --ours PATH",
                beside.display()
            ))
        })
    }

    /// The program file of keepalived.
    pub(crate) fn theirs(&self) -> Result<PathBuf, Failure> {
        match &self.theirs {
            Some(path) => existing(path),
            None => in_path("keepalived")
                .ok_or_else(|| Failure::Untrue("no keepalived in PATH: install it, or --theirs PATH".into())),
        }
    }
}

/// A program in `PATH`, or where root has it although a user's `PATH` does not.
pub(crate) fn in_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/local/sbin", "/usr/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// A file beside this program.
pub(crate) fn beside(name: &str) -> Result<PathBuf, Failure> {
    let this = env::current_exe().map_err(Failure::file("find", "versus"))?;
    Ok(this.with_file_name(name))
}

/// An absolute path, because daemons start with another view of the file system.
fn existing(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(Failure::file("find", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(words: &[&str]) -> Options {
        Options::try_parse_from([&["versus"], words].concat()).unwrap()
    }

    #[test]
    fn rows_are_chosen_by_the_first_parts_of_their_id() {
        let some = options(&["--only", "takeover/v2-1s,cpu/1"]);
        assert!(some.wants("takeover/v2-1s/crash/arp") && some.wants("cpu/1"));
        for id in ["takeover/v3-10ms/crash/arp", "pss/1", "cpu/1000", "takeover"] {
            assert!(!some.wants(id), "{id}");
        }
        assert!(options(&[]).wants("anything"));
    }

    #[test]
    fn rounds_are_each_rows_own_unless_told() {
        let rounds = |words: &[&str]| options(words).rounds(20);
        assert_eq!([rounds(&[]), rounds(&["--rounds", "7"]), rounds(&["--quick"])], [20, 7, 2]);
    }

    #[test]
    fn no_round_is_a_mistake() {
        assert!(Options::try_parse_from(["versus", "--rounds", "0"]).is_err());
    }
}
