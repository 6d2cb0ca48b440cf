//! The demo: two real daemons on one LAN, one virtual address, and a client that keeps asking.
//!
//! Everything happens in network namespaces of this process: no root, nothing installed, nothing
//! left behind. The daemon is this very program, started again under a hidden first argument.

mod balancing;
mod client;
mod director;
mod failure;
mod responder;
mod scenario;
mod summary;
mod timeline;
mod web;

use core::time::Duration;
use std::{
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use clap::Parser;

use netlab::uml::Uml;

use crate::{balancing::Balancing, scenario::Scenario};

/// Two directors share 10.77.0.100. The master dies, comes back, and is stopped in order; a client
/// asks the address all the while. About 20 seconds; exit status 0 if all went as it should.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Run this daemon instead of our own, for example /usr/sbin/keepalived, to compare them
    #[arg(long, value_name = "PATH")]
    daemon: Option<PathBuf>,
    /// Show balancing: the same two directors in front of two real servers (LVS by direct routing).
    /// A kernel without ip_vs is replaced by User-Mode Linux. About 35 seconds
    #[arg(short, long)]
    balance: bool,
    /// Print the daemons' logs at the end
    #[arg(short, long)]
    verbose: bool,
}

fn main() -> ExitCode {
    if let Some(exit) = netlab::uml::hidden_role() {
        return exit;
    }
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
    if arguments.balance && !Path::new("/proc/net/ip_vs").exists() {
        return in_another_kernel();
    }
    // Before any thread starts.
    let entered = match netlab::enter_user_namespace() {
        Ok(entered) => entered,
        Err(refusal) => {
            eprintln!("failover-lab: cannot {}: {}", refusal.step, refusal.source);
            eprintln!("The demonstration needs network namespaces, but {}.", refusal.rule.advice());
            return ExitCode::FAILURE;
        }
    };
    let shown = if arguments.balance {
        Balancing::prepare(arguments.daemon, arguments.verbose).and_then(Balancing::run)
    } else {
        Scenario::prepare(arguments.daemon, arguments.verbose).and_then(|lab| lab.run(entered))
    };
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("failover-lab: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The same again under a kernel that can balance.
fn in_another_kernel() -> ExitCode {
    println!("This kernel has no ip_vs (or it is not loaded): starting User-Mode Linux.\n");
    // Not /proc/self/exe: in the other kernel that is something else.
    let this = env::current_exe().unwrap_or_else(|_| PathBuf::from("failover-lab"));
    let mut command = Command::new(this);
    command.args(env::args_os().skip(1));
    let uml = Uml::new().timeout(Duration::from_secs(300)).first_process_is_this_program();
    match uml.relay(&command, &mut io::stdout(), &mut io::stderr()) {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => {
            // It has told why, unless something killed it.
            if status.code().is_none() {
                eprintln!("failover-lab: ended by {status}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("failover-lab: {error}");
            ExitCode::FAILURE
        }
    }
}
