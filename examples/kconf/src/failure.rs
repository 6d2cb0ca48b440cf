//! Why the program did not do what it was asked.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A command line that makes no sense, as sysexits(3) has it.
pub(crate) const USAGE: u8 = 64;

/// Why the program did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file cannot be read or written.
    #[error("cannot {doing} {}: {error}", path.display())]
    File {
        /// What was to be done with it.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why it cannot.
        error: io::Error,
    },
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    pub(crate) fn file(doing: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |error| Self::File { doing, path, error }
    }

    /// Says why, unless whoever read our output is gone.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Self::File { error, .. } if error.kind() == io::ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            Self::File { .. } | Self::Usage(_) => eprintln!("kconf: {self}"),
        }
        ExitCode::from(USAGE)
    }
}

/// Writes to standard output.
pub(crate) fn write(text: &str) -> Result<(), Failure> {
    use io::Write as _;
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::file("write", "standard output"))
}
