//! The demo: two real daemons on one LAN, one virtual address, and a client that keeps asking.
//!
//! Everything happens in network namespaces of this process: no root, nothing installed, nothing
//! left behind. The daemon is this very program, started again under a hidden first argument.

mod client;
mod director;
mod failure;
mod responder;
mod scenario;
mod summary;
mod timeline;

use std::{env, ffi::OsString, path::PathBuf, process::ExitCode};

use clap::Parser;

use crate::scenario::Scenario;

/// Two directors share 10.77.0.100. The master dies, comes back, and is stopped in order; a client
/// asks the address all the while. About 20 seconds; exit status 0 if all went as it should.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Run this daemon instead of our own, for example /usr/sbin/keepalived, to compare them
    #[arg(long, value_name = "PATH")]
    daemon: Option<PathBuf>,
    /// Print the daemons' logs at the end
    #[arg(short, long)]
    verbose: bool,
}

fn main() -> ExitCode {
    let mut own: Vec<OsString> = env::args_os().skip(1).collect();
    match own.first() {
        Some(first) if first == director::DAEMON => {
            own.remove(0);
            keepalived_lite::run(own)
        }
        // The daemon starts its own processes like this, from the same executable.
        Some(first) if keepalived_lite::is_ours(first) => keepalived_lite::run(own),
        Some(_) | None => demonstrate(),
    }
}

fn demonstrate() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => {
            let usage = told.use_stderr();
            // Nobody is left to tell if even that cannot be printed.
            let _ = told.print();
            return if usage { ExitCode::from(64) } else { ExitCode::SUCCESS };
        }
    };
    // Before any thread starts.
    let entered = match netlab::enter_user_namespace() {
        Ok(entered) => entered,
        Err(refusal) => {
            eprintln!("failover-lab: cannot {}: {}", refusal.step, refusal.source);
            eprintln!("The demonstration needs network namespaces, but {}.", refusal.rule.advice());
            return ExitCode::FAILURE;
        }
    };
    match Scenario::prepare(arguments.daemon, arguments.verbose).and_then(|lab| lab.run(entered)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("failover-lab: {failure}");
            ExitCode::FAILURE
        }
    }
}
