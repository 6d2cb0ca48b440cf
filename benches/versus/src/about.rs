//! Where and with what was measured.

use core::fmt;
use std::{fs, path::Path, process::Command, thread};

use netlab::Entered;
use nix::sys::utsname::uname;
use serde::Serialize;

/// What a number depends on besides the programs' merits.
#[derive(Debug, Serialize)]
pub(crate) struct About {
    theirs: String,
    ours: String,
    kernel: String,
    cpus: usize,
    /// Without root daemons cannot lock their memory or take a real-time priority.
    root: bool,
    /// As `/proc/loadavg` told before the first run.
    load: String,
    /// Whether this program, which plays our side of IPVS, was built without optimizations.
    debug_build: bool,
}

impl About {
    /// Asks both daemons for their version and the kernel for the rest.
    pub(crate) fn gather(theirs: &Path, ours: &Path, entered: Entered) -> Self {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            theirs: version(theirs),
            ours: version(ours),
            kernel: uname()
                .map_or_else(|_| "unknown".into(), |name| name.release().to_string_lossy().into_owned()),
            cpus: thread::available_parallelism().map_or(1, usize::from),
            root: entered == Entered::Privileged,
            load: load.split_whitespace().take(3).collect::<Vec<_>>().join(" "),
            debug_build: cfg!(debug_assertions),
        }
    }
}

impl fmt::Display for About {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { theirs, ours, kernel, cpus, root, load, debug_build } = self;
        let rights = if *root { "as root" } else { "in a user namespace" };
        write!(
            out,
            "Theirs: {theirs}. Ours: {ours}. Linux {kernel}, {cpus} CPUs, {rights}, load before {load}."
        )?;
        if *debug_build {
            write!(out, " **Debug build: the IPVS rows of our side count for nothing.**")?;
        }
        Ok(())
    }
}

/// The first line of `-v`, and where the program is.
fn version(program: &Path) -> String {
    let output = Command::new(program).arg("-v").output().ok();
    let text = output.map(|output| [output.stdout, output.stderr].concat()).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("unknown version");
    format!("{} ({})", line.trim(), program.display())
}
