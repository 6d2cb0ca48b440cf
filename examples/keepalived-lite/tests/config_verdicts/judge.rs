//! Where configurations are judged, and how a verdict reads.

use core::{fmt, time::Duration};
use std::{
    fs::{self, File},
    path::Path,
    process::Command,
    process::Stdio,
};

use netlab::{Isolation, Namespace};
use tempfile::TempDir;

use crate::program::Program;

/// No file of the corpus is worth more.
const LIMIT: Duration = Duration::from_secs(10);
/// Exit codes of `-t`.
const CODES: [i32; 5] = [0, 2, 4, 5, 6];

/// A network with every interface that the corpus names.
#[derive(Debug)]
pub(crate) struct Judge {
    namespace: Namespace,
    // Holds the other ends of the cables.
    _cables: Namespace,
    folder: TempDir,
}

/// What a daemon says of a file.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// Nothing when it was killed or did not come to an end.
    code: Option<i32>,
    words: String,
}

impl Judge {
    /// With these interfaces.
    pub(crate) fn new(interfaces: &[String]) -> Self {
        let (namespace, cables) = (Namespace::new().unwrap(), Namespace::new().unwrap());
        for (number, name) in interfaces.iter().enumerate() {
            namespace.add_veth(name, &cables, &format!("c{number}")).unwrap();
            namespace.set_up(name).unwrap();
        }
        Self { namespace, _cables: cables, folder: TempDir::new().unwrap() }
    }

    /// The verdict of `program` on `file`.
    pub(crate) fn ask(&self, program: Program, file: &Path) -> Verdict {
        let log = self.folder.path().join("words");
        let words = File::create(&log).unwrap();
        let mut command = Command::new(program.path());
        command.args(["-t", "-i", "corpus", "-f"]).arg(file).stdin(Stdio::null());
        command.stdout(words.try_clone().unwrap()).stderr(words);
        // Some files have copies of themselves written somewhere.
        let isolation = Isolation::own_tmp().keep(file);
        let mut node = self.namespace.spawn(&mut command, &isolation).unwrap();
        let status = node.wait(LIMIT).unwrap();
        let words = String::from_utf8_lossy(&fs::read(&log).unwrap()).into_owned();
        Verdict { code: status.and_then(|status| status.code()), words }
    }
}

impl Verdict {
    /// The exit code, if it ended by itself in time.
    pub(crate) fn code(&self) -> Option<i32> {
        self.code
    }

    /// Whether it has nothing against the file.
    pub(crate) fn accepted(&self) -> bool {
        self.code == Some(0)
    }

    /// Everything that it printed.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }

    /// It came to an end, in time and in order.
    pub(crate) fn assert_sane(&self, file: &str) {
        assert!(!self.words.contains("panicked at"), "{file}: {}", self.words);
        let code = self.code.unwrap_or_else(|| panic!("{file}: no end within {LIMIT:?}: {}", self.words));
        assert!(CODES.contains(&code), "{file}: exit code {code}: {}", self.words);
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => code.fmt(out),
            None => out.write_str("none"),
        }
    }
}
