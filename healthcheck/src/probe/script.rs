//! `MISC_CHECK`.

use core::time::Duration;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus, Stdio};

use async_trait::async_trait;
use nix::unistd::{Gid, Group, Uid, User, getegid, geteuid};
use rustix::io::Errno;
use rustix::process::Signal;
use tokio::time::{Instant, timeout};

mod process;
mod reaper;

use super::{Probe, ProbeReport};
use crate::{LocalProblem, Outcome, ScriptEnd};
use process::Process;

/// After `SIGTERM` a script has so long before it gets `SIGKILL`, as with keepalived.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a script is not told of our environment: keepalived keeps these back from it, too, lest they
/// change what it is that runs.
const KEPT_BACK: [&str; 3] = ["IFS", "LD_PRELOAD", "LD_LIBRARY_PATH"];

/// `MISC_CHECK`: a script runs, and its exit status is the verdict ([`ScriptEnd::judge`]).
///
/// The script is the leader of a process group of its own, has `/dev/null` for its standard streams,
/// and our environment except for `IFS`, `LD_PRELOAD`, `LD_LIBRARY_PATH` and
/// [`without`](Self::without). Signals that the probing thread blocks or the program ignores stay so, save
/// for `SIGPIPE`; handlers end with the program's image. A script that cannot be run says nothing about the server:
/// [`LocalProblem::Script`]. (keepalived counts that as a success.)
///
/// When its time is over its whole group gets `SIGTERM`, and `SIGKILL` when the script has ended or two
/// seconds later. The probe waits for that, so that scripts do not pile up: it ends four seconds after
/// its time-out at the latest, even if the kernel cannot kill the script. What a script leaves running in
/// the background when it ends in time goes on, as with keepalived.
///
/// If the probe's future is dropped the same happens, on a thread that lives for as long as there is a
/// script to be waited for. No zombie stays behind.
///
/// ```
/// use core::time::Duration;
/// use healthcheck::{Probe, ScriptCommand, ScriptProbe};
///
/// # async fn run() {
/// let command = ScriptCommand::new("/usr/local/bin/check", ["--quick", "192.0.2.1"]);
/// let probe = ScriptProbe::new(command, Duration::from_secs(5));
/// println!("{:?}", probe.probe().await.outcome);
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ScriptProbe {
    /// What to run.
    pub command: ScriptCommand,
    /// As whom; as we are, if `None`.
    pub user: Option<ScriptUser>,
    /// `misc_timeout`. keepalived takes the virtual server's `delay_loop` if there is none.
    pub timeout: Duration,
    /// `misc_dynamic`: exit status 2 to 255 is a success that asks for a weight of two less, told by
    /// [`ProbeReport::weight`]; a success without a weight asks for the configured one.
    pub dynamic: bool,
    /// Variables of our environment that are none of the script's business.
    pub without: Vec<OsString>,
    /// How many files it may have open (the soft limit): for a caller who has raised its own for thousands of probes.
    /// Set as soon as the script runs, thus moments after its start. `None`: as many as we.
    pub open_files: Option<u64>,
}

impl ScriptProbe {
    /// As ourselves, without `misc_dynamic`.
    #[must_use]
    pub const fn new(command: ScriptCommand, timeout: Duration) -> Self {
        Self { command, user: None, timeout, dynamic: false, without: Vec::new(), open_files: None }
    }

    async fn attempt(&self) -> io::Result<ScriptEnd> {
        let process = self.start()?;
        match timeout(self.timeout, process.ended()).await {
            Ok(ended) => ended.and_then(|()| process.reap()).map(end),
            Err(_) => stop(process).await.map(|()| ScriptEnd::TimedOut),
        }
    }

    fn start(&self) -> io::Result<Process> {
        let process = match Process::start(&mut self.prepare(self.command.command())) {
            Err(error) if error.raw_os_error() == Some(Errno::NOEXEC.raw_os_error()) => {
                Process::start(&mut self.prepare(self.command.interpreted()))?
            }
            other => other?,
        };
        if let Some(number) = self.open_files {
            process.may_open(number);
        }
        Ok(process)
    }

    fn prepare(&self, mut command: Command) -> Command {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        KEPT_BACK.iter().for_each(|name| _ = command.env_remove(name));
        self.without.iter().for_each(|name| _ = command.env_remove(name));
        if let Some(user) = self.user.filter(|user| !user.is_us()) {
            // The standard library drops all other groups where we are root.
            command.gid(user.gid).uid(user.uid);
        }
        command
    }
}

#[async_trait]
impl Probe for ScriptProbe {
    async fn probe(&self) -> ProbeReport {
        let start = Instant::now();
        let (outcome, weight) = match self.attempt().await {
            Ok(end) => end.judge(self.dynamic),
            Err(error) => (Outcome::NotProbed(LocalProblem::Script(error.raw_os_error())), None),
        };
        ProbeReport { weight, ..ProbeReport::new(outcome, start.elapsed()) }
    }
}

/// Stops all of its group. Whatever cannot even be killed is left to the reaper.
async fn stop(process: Process) -> io::Result<()> {
    for signal in [Signal::TERM, Signal::KILL] {
        process.signal(signal);
        if let Ok(ended) = timeout(PATIENCE, process.ended()).await {
            ended?;
            // What it has started may not have ended with it.
            process.signal(Signal::KILL);
            return process.reap().map(drop);
        }
    }
    Ok(())
}

fn end(status: ExitStatus) -> ScriptEnd {
    match status.code().map(u8::try_from) {
        Some(Ok(code)) => ScriptEnd::Exited(code),
        // The kernel keeps eight bits.
        Some(Err(_)) => ScriptEnd::Exited(u8::MAX),
        None => ScriptEnd::Killed(status.signal().unwrap_or_default()),
    }
}

/// What a [`ScriptProbe`] runs.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum ScriptCommand {
    /// A program and its arguments, no shell. Without a slash it is looked for in `PATH`. A file that
    /// is executable and names no interpreter is given to `/bin/sh`.
    Program {
        /// It.
        program: OsString,
        /// Its arguments, without its name.
        args: Vec<OsString>,
    },
    /// A line for `/bin/sh -c`.
    Shell(OsString),
}

impl ScriptCommand {
    /// A program and its arguments.
    pub fn new<I>(program: impl Into<OsString>, args: I) -> Self
    where
        I: IntoIterator<Item: Into<OsString>>,
    {
        Self::Program { program: program.into(), args: args.into_iter().map(Into::into).collect() }
    }

    /// The words of `misc_path`, as keepalived takes them: a program and its arguments, unless it begins
    /// like `</path`, which a shell opens for reading, a success if it can. `None` without a word.
    #[must_use]
    pub fn keepalived(words: &[OsString]) -> Option<Self> {
        let (first, rest) = words.split_first()?;
        let opens = first
            .as_encoded_bytes()
            .strip_prefix(b"<")
            .is_some_and(|path| path.iter().find(|octet| !matches!(octet, b' ' | b'\t')) == Some(&b'/'));
        if !opens {
            return Some(Self::new(first, rest));
        }
        let line = rest.iter().fold(first.clone(), |mut line, word| {
            line.push(" ");
            line.push(quoted(word));
            line
        });
        Some(Self::Shell(line))
    }

    fn command(&self) -> Command {
        match self {
            Self::Program { program, args } => {
                let mut command = Command::new(program);
                command.args(args);
                command
            }
            Self::Shell(line) => {
                let mut command = Command::new("/bin/sh");
                command.arg("-c").arg(line);
                command
            }
        }
    }

    /// As a shell goes on where the kernel says `ENOEXEC`.
    fn interpreted(&self) -> Command {
        match self {
            Self::Program { program, args } => {
                let mut command = Command::new("/bin/sh");
                command.arg(program).args(args);
                command
            }
            Self::Shell(_) => self.command(),
        }
    }
}

/// For a shell: nothing within single quotes means anything but the next single quote.
fn quoted(word: &OsStr) -> OsString {
    let mut quoted = OsString::from("'");
    let mut rest = word;
    while let Some((before, after)) = split_at_quote(rest) {
        quoted.push(before);
        quoted.push(r"'\''");
        rest = after;
    }
    quoted.push(rest);
    quoted.push("'");
    quoted
}

fn split_at_quote(word: &OsStr) -> Option<(&OsStr, &OsStr)> {
    use std::os::unix::ffi::OsStrExt as _;
    let octets = word.as_bytes();
    let (before, after) = octets.split_at_checked(octets.iter().position(|octet| *octet == b'\'')?)?;
    Some((OsStr::from_bytes(before), OsStr::from_bytes(after.get(1..)?)))
}

/// As whom a script runs: nobody else's groups stay with it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ScriptUser {
    /// The user's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
}

impl ScriptUser {
    /// `user` with its optional group, each a name or a number; without a group the user's own.
    ///
    /// It asks the system's user database, thus may wait for a server.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such user or group, and what the database says.
    pub fn find(user: &str, group: Option<&str>) -> io::Result<Self> {
        let unknown = || io::Error::from(io::ErrorKind::NotFound);
        let (uid, own) = match user.parse() {
            Ok(uid) => (uid, User::from_uid(Uid::from_raw(uid))?.map(|user| user.gid)),
            Err(_) => {
                User::from_name(user)?.map(|user| (user.uid.as_raw(), Some(user.gid))).ok_or_else(unknown)?
            }
        };
        let gid = match group {
            // A number without an account has the group of the same number.
            None => own.unwrap_or(Gid::from_raw(uid)),
            Some(group) => match group.parse() {
                Ok(gid) => Gid::from_raw(gid),
                Err(_) => Group::from_name(group)?.ok_or_else(unknown)?.gid,
            },
        };
        Ok(Self { uid, gid: gid.as_raw() })
    }

    fn is_us(self) -> bool {
        (self.uid, self.gid) == (geteuid().as_raw(), getegid().as_raw())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_to_be_opened_takes_a_shell() {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let shell = |line: &str| Some(ScriptCommand::Shell(line.into()));
        let program = |program: &str, args: &[&str]| Some(ScriptCommand::new(program, args.iter().copied()));
        assert_eq!(ScriptCommand::keepalived(&[]), None);
        assert_eq!(ScriptCommand::keepalived(&words(&["</run/ok"])), shell("</run/ok"));
        assert_eq!(
            ScriptCommand::keepalived(&words(&["< \t/run/ok", "it's"])),
            shell(r"< \t/run/ok 'it'\''s'".replace(r"\t", "\t").as_str())
        );
        assert_eq!(ScriptCommand::keepalived(&words(&["<run", "a b"])), program("<run", &["a b"]));
        assert_eq!(
            ScriptCommand::keepalived(&words(&["/bin/a", "<", "/b"])),
            program("/bin/a", &["<", "/b"])
        );
    }
}
