//! `netlab uml` for people, scripts and cargo.

use core::{sync::atomic::AtomicBool, time::Duration};
use std::{
    ffi::{OsStr, OsString},
    io,
    os::unix::process::ExitStatusExt,
    process::{Command, ExitCode, ExitStatus},
    sync::Arc,
};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::{Uml, UmlError};

const USAGE: &str = "\
usage: netlab uml [--mem MIB] [--timeout SECONDS] [--keep PATH]… [--module NAME]… -- PROGRAM [ARGUMENT]…

Runs PROGRAM as root under a User-Mode Linux kernel with ip_vs, on the host's file system.
What it writes to /tmp, /var/tmp, /run and /dev/shm is lost, the working folder and --keep excepted.

  --mem MIB           the guest's memory, 512 unless told
  --timeout SECONDS   kill the kernel after this time; for ever unless told
  --keep PATH         what is written to PATH, below /tmp, is written on the host
  --module NAME       load a module beforehand; most are loaded when they are needed

The exit status is PROGRAM's, 128 and the number of the signal that killed it,
64 usage, 124 time-out, 125 the kernel or the host failed, 126 and 127 PROGRAM cannot be started.
";

/// What the words after `netlab uml` ask for.
#[derive(Debug)]
enum Wish {
    Run(Box<Uml>, Vec<OsString>),
    Help,
    /// A mistake in the words, to be told.
    Wrong(String),
}

/// Does what `netlab uml` is asked to do; `arguments` are the words after that.
pub fn run_command_line(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let (uml, words) = match understand(arguments) {
        Wish::Run(uml, words) => (uml, words),
        Wish::Help => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Wish::Wrong(mistake) => {
            eprint!("netlab: {mistake}\n{USAGE}");
            return ExitCode::from(64);
        }
    };
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        if let Err(error) = signal_hook::flag::register(signal, Arc::clone(&stop)) {
            eprintln!("netlab: cannot wait for signals: {error}");
            return ExitCode::from(125);
        }
    }
    let Some((program, rest)) = words.split_first() else { return ExitCode::from(64) };
    let mut command = Command::new(program);
    command.args(rest);
    match uml.interrupted_by(stop).relay(&command, &mut io::stdout(), &mut io::stderr()) {
        Ok(status) => exit_code(status),
        Err(error) => {
            eprintln!("netlab: {error}");
            ExitCode::from(failure_code(&error))
        }
    }
}

fn understand(arguments: impl IntoIterator<Item = OsString>) -> Wish {
    let mut uml = Uml::new().without_timeout();
    let mut arguments = arguments.into_iter();
    while let Some(word) = arguments.next() {
        let Some(option) = word.to_str().filter(|word| word.starts_with('-')) else {
            return program(uml, core::iter::once(word).chain(arguments));
        };
        if option == "--" {
            return program(uml, arguments);
        }
        let (name, joined) = match option.split_once('=') {
            Some((name, value)) => (name, Some(OsString::from(value))),
            None => (option, None),
        };
        if ["-h", "--help"].contains(&name) {
            return Wish::Help;
        }
        if !["--mem", "--timeout", "--keep", "--module"].contains(&name) {
            return Wish::Wrong(format!("unknown option {name}"));
        }
        let Some(value) = joined.or_else(|| arguments.next()) else {
            return Wish::Wrong(format!("{name} needs a value"));
        };
        uml = match apply(uml, name, &value) {
            Some(uml) => uml,
            None => return Wish::Wrong(format!("{} is no value for {name}", value.display())),
        };
    }
    Wish::Wrong("no program to run".to_owned())
}

fn apply(uml: Uml, name: &str, value: &OsStr) -> Option<Uml> {
    if name == "--keep" {
        return Some(uml.keep(value));
    }
    let text = value.to_str()?;
    match name {
        "--mem" => text.trim_end_matches('M').parse().ok().filter(|mib| *mib >= 64).map(|mib| uml.mem(mib)),
        "--timeout" => {
            let limit = Duration::try_from_secs_f64(text.parse().ok()?).ok()?;
            (!limit.is_zero()).then(|| uml.timeout(limit))
        }
        "--module" => Some(uml.module(text)),
        _ => None,
    }
}

fn program(uml: Uml, words: impl Iterator<Item = OsString>) -> Wish {
    let words: Vec<OsString> = words.collect();
    if words.is_empty() {
        return Wish::Wrong("no program to run".to_owned());
    }
    Wish::Run(Box::new(uml), words)
}

/// As a shell tells it.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(125))
}

fn failure_code(error: &UmlError) -> u8 {
    match error {
        UmlError::TimedOut { .. } => 124,
        UmlError::Unstartable { source, .. } if source.kind() == io::ErrorKind::NotFound => 127,
        UmlError::Unstartable { .. } => 126,
        UmlError::Interrupted => 130,
        UmlError::Architecture
        | UmlError::Missing { .. }
        | UmlError::NoInit
        | UmlError::Folder(_)
        | UmlError::Host(_)
        | UmlError::Guest(_)
        | UmlError::Died { .. } => 125,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Wish {
        understand(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn options_end_where_the_program_begins() {
        for line in ["--mem 64 -- ls --mem", "--timeout=1.5 ls --mem"] {
            let Wish::Run(_, words) = words(line) else { panic!("{line}") };
            assert_eq!(words, ["ls", "--mem"], "{line}");
        }
    }

    #[test]
    fn a_mistake_is_named() {
        for (line, mistake) in [
            ("", "no program to run"),
            ("--mem 64 --", "no program to run"),
            ("--mem", "--mem needs a value"),
            ("--mem 3 -- ls", "3 is no value for --mem"),
            ("--timeout -1 -- ls", "-1 is no value for --timeout"),
            ("--frobnicate -- ls", "unknown option --frobnicate"),
        ] {
            let Wish::Wrong(told) = words(line) else { panic!("{line}") };
            assert_eq!(told, mistake, "{line}");
        }
    }
}
