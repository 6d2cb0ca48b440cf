//! `netlab`: the laboratory for the shell. So far: `netlab uml`.

use std::{env, ffi::OsStr, process::ExitCode};

fn main() -> ExitCode {
    // Inside the guest this program is something else.
    if let Some(code) = netlab::uml::hidden_role() {
        return code;
    }
    let mut arguments = env::args_os().skip(1);
    match arguments.next().as_deref().and_then(OsStr::to_str) {
        Some("uml") => netlab::uml::run_command_line(arguments),
        _ => {
            eprintln!("usage: netlab uml [OPTIONS] -- PROGRAM [ARGUMENT]…  (netlab uml --help tells more)");
            ExitCode::from(64)
        }
    }
}
