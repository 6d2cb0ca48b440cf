//! A Linux kernel with ip_vs that runs as an ordinary process.
//!
//! Many kernels have no ip_vs, and whoever is not root may not load it. User-Mode Linux, Debian's
//! package `user-mode-linux` for x86-64, is a kernel that any user can start like a program. The
//! host's file system is its root, so what was just built runs in it, as root, on one CPU, with a
//! network of its own in which nothing is but the loopback interface.
//!
//! What the program finds:
//!
//! - Arguments, environment, working folder, standard output and error are the caller's; there is
//!   no standard input. Root's folders are appended to `PATH`.
//! - `/tmp` and `/var/tmp` show the host's content, but what is written there stays in the guest's
//!   memory and ends with it. The working folder and what [`Uml::keep`] names are spared. `/run`
//!   and `/dev/shm` are empty. **Everything else is the host's**: written files are really written.
//! - The module ip_vs is loaded, every other when the kernel needs it: schedulers, dummy, veth,
//!   netem. `modprobe NAME` works too, installed or not.
//!
//! ```no_run
//! use std::process::Command;
//! use netlab::uml::Uml;
//!
//! # fn main() -> Result<(), netlab::uml::UmlError> {
//! let mut shell = Command::new("sh");
//! shell.args(["-c", "ipvsadm -A -t 10.0.0.1:80 -s rr && ipvsadm -Sn"]);
//! let output = Uml::new().run(&shell)?;
//! assert_eq!(output.stdout, b"-A -t 10.0.0.1:80 -s rr\n");
//! # Ok(()) }
//! ```
//!
//! On the command line: `netlab uml [--mem N] [--timeout S] -- PROGRAM ARGS…`. As cargo's runner,
//! `CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="netlab uml --" cargo test` runs every test in it.

mod command_line;
mod error;
mod harness;
mod init;
mod modules;
mod request;
mod runner;
mod verdict;

use std::{env, path::Path, path::PathBuf, process::ExitCode};

pub use command_line::run_command_line;
pub use error::UmlError;
pub use harness::with_uml;
pub use runner::{Output, Uml};

/// The file of the request, in a folder that the host makes for each run.
const REQUEST: &str = "request";
/// What the program writes to its standard output.
const STDOUT: &str = "stdout";
/// What the program writes to its standard error.
const STDERR: &str = "stderr";

/// The name under which the guest's kernel starts this program to load a module.
const MODPROBE: &str = "modprobe";

/// In the environment of the guest's first process: the folder of the request.
const FOLDER: &str = "NETLAB_UML_FOLDER";

/// Plays the part that this process was started for inside the guest, if it was: the first
/// process, or `modprobe`. To be called first in the `main` of the program `netlab`.
///
/// `None` in every process that a user started.
pub fn hidden_role() -> Option<ExitCode> {
    if std::process::id() == 1
        && let Some(folder) = env::var_os(FOLDER)
    {
        init::run(Path::new(&folder));
    }
    let called = PathBuf::from(env::args_os().next()?);
    (called.file_name()? == MODPROBE).then(load_modules)
}

/// `modprobe [FLAGS] NAME…`; flags make no difference to loading, and nothing else is offered.
fn load_modules() -> ExitCode {
    let names = env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let loaded = modules::Index::of_running_kernel()
        .and_then(|index| names.into_iter().try_for_each(|name| index.load(&name)));
    match loaded {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("modprobe: {error}");
            ExitCode::FAILURE
        }
    }
}
