//! The hidden third role of the program: becoming another user, then the script.
//!
//! Changing groups and user between fork and exec takes code that the standard library does not
//! offer safely; a process of its own does it with ordinary calls.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use kconf_parser::host::find_program;
use kconf_parser::model::ScriptUser;
use nix::unistd::{Gid, Group, Uid, User, setgid, setgroups, setuid};

use crate::{PROGRAM, SCRIPT_ROLE};

/// Exit status when the script could not be run, as a shell has it.
const CANNOT_RUN: u8 = 126;

/// The command that runs `args` as `user`.
#[must_use]
pub(crate) fn command(user: &ScriptUser, args: &[OsString]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg(SCRIPT_ROLE).arg(&user.user).arg(user.group.as_deref().unwrap_or_default()).args(args);
    command
}

/// Runs in the helper process: `USER GROUP PROGRAM ARGS…`. Returns only when that failed.
#[must_use]
pub(crate) fn run(args: &[OsString]) -> u8 {
    let [user, group, program, rest @ ..] = args else { return CANNOT_RUN };
    match become_and_exec(&user.to_string_lossy(), &group.to_string_lossy(), program, rest) {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("cannot run {} as {}: {error}", program.to_string_lossy(), user.to_string_lossy());
            CANNOT_RUN
        }
    }
}

fn become_and_exec(
    user: &str,
    group: &str,
    program: &OsString,
    rest: &[OsString],
) -> std::io::Result<core::convert::Infallible> {
    let unknown = |what: &str| std::io::Error::other(format!("there is no {what}"));
    let uid = user_id(user).ok_or_else(|| unknown("such user"))?;
    let gid = group_id(group, uid).ok_or_else(|| unknown("such group"))?;
    setgroups(&[gid])?;
    setgid(gid)?;
    setuid(Uid::from_raw(uid))?;
    let path = find_program(Path::new(program)).ok_or(std::io::ErrorKind::NotFound)?;
    // Not a bare execv: the standard library ignores SIGPIPE from the start of this process, and the script would, too.
    Err(Command::new(path).arg0(program).args(rest).exec())
}

/// The number behind a name or a number.
#[must_use]
pub(crate) fn user_id(user: &str) -> Option<u32> {
    user.parse().ok().or_else(|| User::from_name(user).ok().flatten().map(|user| user.uid.as_raw()))
}

/// The number behind a name or a number; the user's own for an empty name.
#[must_use]
pub(crate) fn group_id(group: &str, uid: u32) -> Option<Gid> {
    if group.is_empty() {
        let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
        return Some(user.map_or(Gid::from_raw(uid), |user| user.gid));
    }
    let number = group.parse().ok().map(Gid::from_raw);
    number.or_else(|| Group::from_name(group).ok().flatten().map(|group| group.gid))
}
