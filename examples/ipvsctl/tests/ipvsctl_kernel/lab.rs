//! The kernel's table for one test at a time, and both programs.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::thread;

use ipvs_netlink::Client;

/// The kernel has one table.
static TABLE: Mutex<()> = Mutex::new(());

/// The empty table of a kernel with ip_vs, and ipvsadm beside it. Emptied again in the end.
#[derive(Debug)]
pub(crate) struct Lab {
    _guard: MutexGuard<'static, ()>,
}

impl Lab {
    /// `None`, and a printed reason, where there is no such thing. A table with something in it
    /// may be in use: that is none either.
    pub(crate) fn enter() -> Option<Self> {
        let guard = TABLE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let missing = match Client::open().and_then(|mut client| client.services()) {
            Err(error) => format!("needs ip_vs in the kernel: {error}"),
            Ok(services) if !services.is_empty() => "needs an empty IPVS table".to_owned(),
            Ok(_) if Command::new("ipvsadm").output().is_err() => "needs ipvsadm".to_owned(),
            Ok(_) => return Some(Self { _guard: guard }),
        };
        println!("SKIPPED {}: {missing}", thread::current().name().unwrap_or("test"));
        None
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        clear();
    }
}

/// Every so many of a list of comparisons, all of them with `IPVSCTL_ALL=1`: starting a process
/// can take a third of a second in the guest.
pub(crate) fn one_in(many: usize) -> usize {
    if std::env::var_os("IPVSCTL_ALL").is_some() { 1 } else { many }
}

/// Empties the table.
pub(crate) fn clear() {
    let mut client = Client::open().unwrap();
    client.apply(&ipvs_netlink::Command::Flush).unwrap();
}

/// How a program ended and what it said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

fn said(output: Output) -> Said {
    let text = |octets| String::from_utf8(octets).unwrap();
    Said { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn run(program: &str, line: &str, input: &str) -> Said {
    let mut command = Command::new(program);
    command.args(line.split_ascii_whitespace()).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read it may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    said(child.wait_with_output().unwrap())
}

/// Runs ipvsadm with the words of a line.
pub(crate) fn ipvsadm(line: &str, input: &str) -> Said {
    run("ipvsadm", line, input)
}

/// Runs our program with the words of a line.
pub(crate) fn ipvsctl(line: &str, input: &str) -> Said {
    run(env!("CARGO_BIN_EXE_ipvsctl"), line, input)
}

/// Runs our program by way of another one, such as `unshare`.
pub(crate) fn by_way_of(way: &str, line: &str) -> Said {
    let (program, arguments) = way.split_once(' ').unwrap_or((way, ""));
    run(program, &format!("{arguments} {} {line}", env!("CARGO_BIN_EXE_ipvsctl")), "")
}

/// Runs our program, which must succeed, and gives what it printed.
pub(crate) fn printed(line: &str, input: &str) -> String {
    let Said { status, out, err } = ipvsctl(line, input);
    assert_eq!((status, err.as_str()), (0, ""), "{line}");
    out
}
