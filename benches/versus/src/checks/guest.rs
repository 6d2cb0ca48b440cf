//! The part of this program that runs inside the guest.

use core::{fmt::Write as _, net::Ipv4Addr, time::Duration};
use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Instant,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{
    IDLE, MARKS, SERVERS,
    server::{PORT, Server},
};
use crate::{
    daemon::wait_until,
    failure::{Failure, check},
    fleet::usage::pss_mib,
    row::Side,
};

/// The guest's own memory.
const FOLDER: &str = "/run";
/// The kernel's own text about its table.
const TABLE: &str = "/proc/net/ip_vs";
/// Real servers of one virtual server.
const PER_SERVICE: u32 = 250;
/// Until a daemon has filled the table, or is gone.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);
/// First checks are spread over an interval; then all go round.
const WARM_UP: Duration = Duration::from_secs(4);
const WINDOW: Duration = Duration::from_secs(8);

/// Prints a line for each run: round, side, MiB; and for the host, which alone can tell how much CPU is used, marks each
/// time that counts in [`MARKS`]: a line with its name at the beginning, and one with the number of checks at the end.
/// The first is that of nobody.
pub(super) fn run(theirs: &str, ours: &str, rounds: u32) -> Result<(), Failure> {
    let path = Path::new(FOLDER).join("checks.conf");
    fs::write(&path, configuration()).map_err(Failure::file("write", &path))?;
    let mut server = Server::start()?;
    count(IDLE, &mut server)?;
    for round in 0..rounds {
        for side in Side::order(round) {
            let program = match side {
                Side::Theirs => theirs,
                Side::Ours => ours,
            };
            let mut daemon = Daemon::start(Path::new(program), &path)?;
            let memory = daemon.measure(&format!("{round} {}", side.word()), &mut server)?;
            daemon.stop()?;
            println!("{round} {} {memory}", side.word());
        }
    }
    Ok(())
}

/// Counts checks for a while, between marks for the host.
fn count(name: &str, server: &mut Server) -> Result<(u32, Duration), Failure> {
    let mark = |text: &str| {
        let mut options = fs::OpenOptions::new();
        let file = options.create(true).append(true).open(MARKS);
        file.and_then(|mut file| writeln!(file, "{text}")).map_err(Failure::file("write", MARKS))
    };
    let before = server.accepted()?;
    mark(name)?;
    let began = Instant::now();
    thread::sleep(WINDOW);
    let took = began.elapsed();
    let checked = server.accepted()?.wrapping_sub(before);
    mark(&checked.to_string())?;
    Ok((checked, took))
}

/// Virtual servers with many real ones, each on an address of its own.
fn configuration() -> String {
    let mut text = String::from("global_defs {\n    router_id checks\n}\n");
    for first in (0..SERVERS).step_by(usize::try_from(PER_SERVICE).unwrap_or(1)) {
        let virtual_address = Ipv4Addr::from_bits(0x0a01_0000 + first);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "virtual_server {virtual_address} {PORT} {{\n    delay_loop 1\n    lvs_sched rr\n    lvs_method DR\n    \
             protocol TCP\n"
        );
        for number in first..(first + PER_SERVICE).min(SERVERS) {
            let address = Ipv4Addr::from_bits(0x7f01_0000 + number);
            let _ = write!(
                text,
                "    real_server {address} {PORT} {{\n        weight 1\n        TCP_CHECK {{\n            \
                 connect_timeout 3\n        }}\n    }}\n"
            );
        }
        text.push_str("}\n");
    }
    text
}

/// A daemon of either side, with its children.
#[derive(Debug)]
struct Daemon {
    process: Child,
    log: PathBuf,
}

impl Daemon {
    fn start(program: &Path, configuration: &Path) -> Result<Self, Failure> {
        let log = configuration.with_extension("log");
        let file = File::create(&log).map_err(Failure::file("make", &log))?;
        let same = file.try_clone().map_err(Failure::file("share", &log))?;
        let mut command = Command::new(program);
        command.args(["-n", "-l", "-C", "-p", "/run/k.pid", "-c", "/run/kc.pid", "-f"]).arg(configuration);
        command.stdin(Stdio::null()).stdout(file).stderr(same);
        let process = command.spawn().map_err(Failure::file("start", program))?;
        Ok(Self { process, log })
    }

    /// MiB while every check is made once a second.
    fn measure(&mut self, name: &str, server: &mut Server) -> Result<f64, Failure> {
        let wanted = usize::try_from(SERVERS).unwrap_or(usize::MAX);
        self.wait("all real servers in the kernel's table", || Ok(destinations()? == wanted))?;
        thread::sleep(WARM_UP);
        let (checked, took) = count(name, server)?;
        let due = took.as_secs_f64() * f64::from(SERVERS);
        // The host counts CPU for each check. Where the guest is slow keepalived has none left before it makes all.
        let least = if name.ends_with(Side::Theirs.word()) { 0.25 } else { 0.9 };
        let all = f64::from(checked) >= due * least && f64::from(checked) <= due * 1.05;
        check(all, || format!("{name}: {checked} checks instead of {due:.0}"))?;
        let found = destinations()?;
        check(found == wanted, || format!("only {found} real servers are left"))?;
        pss_mib(&self.processes()?)
    }

    /// It and its children.
    fn processes(&self) -> Result<Vec<u32>, Failure> {
        let mut all = vec![self.process.id()];
        let mut place = 0;
        while let Some(parent) = all.get(place) {
            let path = format!("/proc/{parent}/task/{parent}/children");
            let text = fs::read_to_string(&path).map_err(Failure::file("read", path))?;
            all.extend(text.split_whitespace().filter_map(|word| word.parse::<u32>().ok()));
            place += 1;
        }
        Ok(all)
    }

    fn stop(&mut self) -> Result<(), Failure> {
        let number = i32::try_from(self.process.id()).unwrap_or_default();
        let asked = kill(Pid::from_raw(number), Signal::SIGTERM);
        asked.map_err(|error| Failure::Untrue(format!("cannot stop the daemon: {error}")))?;
        let ended = wait_until(PATIENCE, POLL, || {
            self.process.try_wait().map_err(Failure::file("wait for", "the daemon"))
        })?;
        check(ended.is_some_and(|status| status.success()), || format!("the daemon ended with {ended:?}"))?;
        check(destinations()? == 0, || "real servers are left behind".into())
    }

    /// Waits until `holds`; what the daemon logged last goes with the complaint.
    fn wait(&mut self, what: &str, mut holds: impl FnMut() -> Result<bool, Failure>) -> Result<(), Failure> {
        let held = wait_until(PATIENCE, POLL, || Ok(holds()?.then_some(())))?;
        held.ok_or_else(|| {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let tail: Vec<&str> = log.lines().rev().take(5).collect();
            Failure::Missed { what: format!("{what}; the log ends, backwards: {tail:?}"), within: PATIENCE }
        })
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Without effect where it has ended in order.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Real servers in the kernel's table.
fn destinations() -> Result<usize, Failure> {
    let text = fs::read_to_string(TABLE).map_err(Failure::file("read", TABLE))?;
    Ok(text.lines().filter(|line| line.starts_with("  -> ") && !line.contains("Address")).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_has_every_real_server_once() {
        let text = configuration();
        let lines = text.lines().filter(|line| line.contains("real_server"));
        let found: std::collections::BTreeSet<&str> = lines.collect();
        assert_eq!(found.len(), usize::try_from(SERVERS).unwrap());
        assert_eq!(text.matches("virtual_server").count(), 16);
    }
}
