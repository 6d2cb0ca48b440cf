//! `notify_fifo` and its like: every change as a line in a pipe.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, chown};
use std::path::PathBuf;

use kconf_parser::model::{NotifyFifo, ScriptUser};
use nix::errno::Errno;
use nix::libc::{O_NOFOLLOW, O_NONBLOCK};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::{Uid, mkfifo};

use crate::process::{Running, user_of};
use crate::script_helper::{group_id, user_id};

/// A pipe that is open; gone with its reader when dropped.
#[derive(Debug)]
pub(crate) struct Fifo {
    path: PathBuf,
    file: File,
    /// Ours to remove.
    made: bool,
    script: Option<Running>,
    /// Lines that nobody had room for, since the last that was written.
    lost: u64,
}

/// Why a pipe is not used.
#[derive(Debug, thiserror::Error)]
enum FifoError {
    #[error("cannot make it: {0}")]
    Make(Errno),
    #[error("cannot give it to {0}: {1}")]
    Give(String, io::Error),
    #[error("cannot open it: {0}")]
    Open(#[from] io::Error),
    #[error("there is something else, or it belongs to somebody else")]
    NotOurs,
}

impl Fifo {
    /// Makes the pipe if it is not there, runs the script that reads it, and opens it. What cannot be
    /// done is logged.
    #[must_use]
    pub(crate) fn open(block: &NotifyFifo, default_user: Option<&ScriptUser>) -> Option<Self> {
        match Self::opened(block, default_user) {
            Ok(fifo) => Some(fifo),
            Err(error) => {
                tracing::error!("the notify FIFO {} is not used: {error}", block.path.display());
                None
            }
        }
    }

    fn opened(block: &NotifyFifo, default_user: Option<&ScriptUser>) -> Result<Self, FifoError> {
        let path = block.path.clone();
        let owner = block.user.as_ref().or(default_user);
        let made = match mkfifo(&path, Mode::from_bits_truncate(0o644)) {
            Ok(()) => true,
            Err(Errno::EEXIST) => false,
            Err(error) => return Err(FifoError::Make(error)),
        };
        let file = give(&path, owner.filter(|_| made)).and_then(|()| open(&path, owner));
        match file {
            Ok(file) => {
                let script = block.script.as_ref().and_then(|script| {
                    let user = user_of(script, default_user);
                    let name = [path.display().to_string()];
                    Running::start(&script.args, &name, user.as_ref(), None)
                        .inspect_err(|error| {
                            tracing::error!(
                                "cannot run the script of notify FIFO {}: {error}",
                                path.display()
                            );
                        })
                        .ok()
                });
                Ok(Self { path, file, made, script, lost: 0 })
            }
            Err(error) => {
                if made {
                    let _ = fs::remove_file(&path);
                }
                Err(error)
            }
        }
    }

    /// Writes a line, whole or not at all. While nobody reads, a full pipe loses the newest; how
    /// many were lost is logged.
    pub(crate) fn write(&mut self, line: &str) {
        match self.file.write(line.as_bytes()) {
            Ok(_) if self.lost > 0 => {
                let lost = core::mem::take(&mut self.lost);
                tracing::warn!("the notify FIFO {} was full: {lost} lines are lost", self.path.display());
            }
            Ok(_) => {}
            Err(error) => {
                if self.lost == 0 {
                    tracing::warn!("the notify FIFO {} takes nothing: {error}", self.path.display());
                }
                self.lost += 1;
            }
        }
    }
}

impl Drop for Fifo {
    fn drop(&mut self) {
        // First, so that a script that opens it again and again ends.
        if self.made {
            let _ = fs::remove_file(&self.path);
        }
        if let Some(script) = &self.script {
            script.signal(Signal::SIGTERM);
        }
    }
}

fn give(path: &PathBuf, user: Option<&ScriptUser>) -> Result<(), FifoError> {
    let Some(user) = user else { return Ok(()) };
    let Some(uid) = user_id(&user.user) else {
        return Err(FifoError::Give(user.user.clone(), io::ErrorKind::NotFound.into()));
    };
    let gid = group_id(user.group.as_deref().unwrap_or_default(), uid).map(nix::unistd::Gid::as_raw);
    chown(path, Some(uid), gid).map_err(|error| FifoError::Give(user.user.clone(), error))
}

/// For reading, too: a pipe without a reader cannot be opened for writing alone.
fn open(path: &PathBuf, owner: Option<&ScriptUser>) -> Result<File, FifoError> {
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).custom_flags(O_NONBLOCK | O_NOFOLLOW).open(path)?;
    let there = file.metadata()?;
    let owners = [Some(Uid::effective().as_raw()), owner.and_then(|owner| user_id(&owner.user))];
    let ours = there.file_type().is_fifo() && owners.contains(&Some(there.uid()));
    if ours { Ok(file) } else { Err(FifoError::NotOurs) }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn block(path: PathBuf) -> NotifyFifo {
        NotifyFifo { path, user: None, script: None }
    }

    #[test]
    fn a_line_is_read_as_it_was_written_and_the_pipe_goes_with_us() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let mut fifo = Fifo::open(&block(path.clone()), None).unwrap();
        fifo.write("INSTANCE \"VI_1\" MASTER 150\n");
        let mut text = [0; 64];
        let mut reader = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(&path).unwrap();
        let length = reader.read(&mut text).unwrap();
        assert_eq!(&text[..length], b"INSTANCE \"VI_1\" MASTER 150\n");
        drop(fifo);
        assert!(!path.exists());
    }

    #[test]
    fn a_pipe_that_was_there_stays_and_another_file_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, file) = (folder.path().join("pipe"), folder.path().join("file"));
        mkfifo(&pipe, Mode::from_bits_truncate(0o600)).unwrap();
        drop(Fifo::open(&block(pipe.clone()), None).unwrap());
        assert!(pipe.exists());
        fs::write(&file, "mine").unwrap();
        assert!(Fifo::open(&block(file.clone()), None).is_none());
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn a_full_pipe_loses_whole_lines_and_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let mut fifo = Fifo::open(&block(path.clone()), None).unwrap();
        let line = format!("{}\n", "x".repeat(99));
        (0..2000).for_each(|_| fifo.write(&line));
        assert!(fifo.lost > 0);
        let mut reader = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(&path).unwrap();
        let mut octets = Vec::new();
        // Ends with EAGAIN: we hold the other end.
        reader.read_to_end(&mut octets).unwrap_err();
        assert_eq!(octets.len() % line.len(), 0);
        fifo.write(&line);
        assert_eq!(fifo.lost, 0);
    }
}
