//! How the tests start a daemon.

use std::{path::Path, process::Command};

use crate::Program;

/// The daemon in the foreground, with its log on the console.
pub(crate) fn in_foreground(program: Program, configuration: &Path) -> Command {
    let mut command = Command::new(program.path());
    command.args(["-n", "-l", "-D", "-p", "/run/keepalived.pid", "-r", "/run/vrrp.pid", "-f"]);
    command.arg(configuration);
    command
}
