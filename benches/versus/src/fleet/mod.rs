//! Many instances in one daemon: CPU, memory, start and stop.

mod network;
pub(crate) mod usage;

use core::{fmt::Write as _, time::Duration};
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

use nix::sys::signal::Signal;

use self::{
    network::{Instance, Network},
    usage::{CpuTime, pss_mib, sharers},
};
use crate::{
    daemon::{Daemon, POLL, wait_until},
    experiment::{Bench, Experiment, take_turns},
    failure::{Failure, check},
    row::{Goal, Row, Unit},
};

/// Of every instance.
const PRIORITY: u8 = 200;

/// For other processes of the same program, say of a test that runs beside, to end.
const ALONE: Duration = Duration::from_secs(60);

/// Until a thousand instances have their addresses.
const START: Duration = Duration::from_secs(60);

/// How often is looked meanwhile. Reading a thousand addresses costs a millisecond or two.
const START_POLL: Duration = Duration::from_millis(10);

/// Until they are gone.
const STOP: Duration = Duration::from_secs(30);

/// Over which CPU time is counted.
const WINDOW: Duration = Duration::from_secs(5);

/// From the last address to the window: the second burst of gratuitous ARP, a second after the
/// first, is over then.
const SETTLE: Duration = Duration::from_millis(2500);

/// How instances advertise.
#[derive(Clone, Copy, Debug)]
struct Adverts {
    version: u8,
    interval: Duration,
}

/// As a pair would that has nothing else to do; the timer of a start is 3.2 s.
const SLOW: Adverts = Adverts { version: 2, interval: Duration::from_secs(1) };

/// Ten a second.
const FAST: Adverts = Adverts { version: 3, interval: Duration::from_millis(100) };

/// CPU and memory of so many masters.
#[derive(Debug)]
pub(crate) struct Masters {
    instances: u16,
    cpu: Goal,
    pss: Goal,
}

/// Every number of masters that is measured.
pub(crate) fn masters() -> [Masters; 3] {
    [
        Masters { instances: 1, cpu: Goal::NONE, pss: Goal::NONE },
        Masters { instances: 255, cpu: Goal::NONE, pss: Goal::NONE },
        Masters { instances: 1000, cpu: Goal::ratio(0.45), pss: Goal::median(4.0) },
    ]
}

impl Experiment for Masters {
    fn name(&self) -> String {
        format!("{} masters", self.instances)
    }

    fn rounds(&self) -> u32 {
        3
    }

    fn rows(&self) -> Vec<Row> {
        let count = self.instances;
        let noun = if count == 1 { "master" } else { "masters" };
        let what = |of: &str| format!("{of} of {count} {noun}, 10 adverts/s each");
        vec![
            Row::new(format!("cpu/{count}"), what("CPU"), Unit::Percent, self.cpu),
            Row::new(format!("pss/{count}"), what("memory (PSS)"), Unit::Mebibytes, self.pss),
        ]
    }

    fn run(&self, bench: &Bench, rounds: u32, rows: &mut [Row]) {
        take_turns(&self.name(), rounds, rows, |side| {
            let (mut life, _) = Life::start(bench.daemon(side), &bench.folder, self.instances, FAST)?;
            let usage = life.usage();
            if usage.is_err() {
                eprintln!("{}", life.daemon.log_tail());
            }
            life.stop()?;
            usage
        });
    }
}

/// How long a thousand instances take to come and to go.
#[derive(Debug)]
pub(crate) struct StartAndStop;

impl StartAndStop {
    const INSTANCES: u16 = 1000;
}

impl Experiment for StartAndStop {
    fn name(&self) -> String {
        "start and stop".into()
    }

    fn rounds(&self) -> u32 {
        3
    }

    fn rows(&self) -> Vec<Row> {
        let count = Self::INSTANCES;
        let start = format!("start, {count} instances (v2-1s, timer 3.22 s): until all addresses are there");
        let stop = format!("stop, {count} instances: until no address and no process is left");
        vec![
            Row::new(format!("start/{count}"), start, Unit::Seconds, Goal::median(3.4)),
            Row::new(format!("stop/{count}"), stop, Unit::Seconds, Goal::median(0.1)),
        ]
    }

    fn run(&self, bench: &Bench, rounds: u32, rows: &mut [Row]) {
        take_turns(&self.name(), rounds, rows, |side| {
            let (mut life, start) = Life::start(bench.daemon(side), &bench.folder, Self::INSTANCES, SLOW)?;
            life.network.assert_all_advertise(PRIORITY, SLOW.interval * 2)?;
            let stop = life.stop()?;
            Ok(vec![start.as_secs_f64(), stop.as_secs_f64()])
        });
    }
}

/// A daemon with many instances, all of them masters.
#[derive(Debug)]
struct Life {
    // Ends before its network does.
    daemon: Daemon,
    network: Network,
    program: PathBuf,
    instances: u16,
    adverts: Adverts,
}

impl Life {
    /// Starts the daemon; the time is from there until all addresses were seen.
    fn start(
        program: &Path,
        folder: &Path,
        instances: u16,
        adverts: Adverts,
    ) -> Result<(Self, Duration), Failure> {
        const NAME: &str = "fleet";
        let network = Network::new(instances)?;
        let path = folder.join(NAME).with_extension("conf");
        fs::write(&path, configuration(instances, adverts)).map_err(Failure::file("write", &path))?;
        let began = Instant::now();
        let daemon = Daemon::start(program, &network.machine, folder, NAME)?;
        let mut life = Self { daemon, network, program: program.to_owned(), instances, adverts };
        let all = usize::from(instances);
        let took = wait_until(START, START_POLL, || {
            life.daemon.must_run()?;
            Ok((life.network.present()? == all).then(|| began.elapsed()))
        })?;
        let Some(took) = took else {
            let what = format!("{} of {all} addresses are there", life.network.present()?);
            eprintln!("{}", life.daemon.log_tail());
            return Err(Failure::Missed { what, within: START });
        };
        Ok((life, took))
    }

    /// CPU in percent of a core and memory in MiB, while all masters advertise.
    fn usage(&self) -> Result<Vec<f64>, Failure> {
        thread::sleep(SETTLE);
        self.network.assert_all_advertise(PRIORITY, self.adverts.interval * 3)?;
        let processes = self.daemon.node.processes()?;
        let (cpu, arrived, began) = (CpuTime::of(&processes)?, self.network.arrived()?, Instant::now());
        thread::sleep(WINDOW);
        let used = CpuTime::of(&processes)?.since(&cpu)?;
        let (arrived, took) = (self.network.arrived()? - arrived, began.elapsed());
        self.check_rate(arrived, took)?;
        let same = self.daemon.node.processes()? == processes;
        check(same, || "processes of the daemon came or went".into())?;
        let present = self.network.present()?;
        check(present == usize::from(self.instances), || format!("only {present} addresses are left"))?;
        Ok(vec![used.as_secs_f64() / took.as_secs_f64() * 100.0, self.pss(&processes)?])
    }

    /// Memory in MiB, once nobody else runs the same program.
    fn pss(&self, processes: &[u32]) -> Result<f64, Failure> {
        let alone = wait_until(ALONE, START_POLL, || {
            if !sharers(&self.program, processes)?.is_empty() {
                return Ok(None);
            }
            Ok(Some(pss_mib(processes)?))
        })?;
        let what = || format!("alone with {}, whose memory others share", self.program.display());
        alone.ok_or_else(|| Failure::Missed { what: what(), within: ALONE })
    }

    /// The packets must be the advertisements: no fewer, and not many others.
    fn check_rate(&self, arrived: u64, took: Duration) -> Result<(), Failure> {
        let due = took.as_secs_f64() / self.adverts.interval.as_secs_f64() * f64::from(self.instances);
        let arrived = f64::from(u32::try_from(arrived).unwrap_or(u32::MAX));
        // A kernel repeats its group membership now and then.
        let tolerance = (due * 0.02).max(4.0);
        check((arrived - due).abs() <= tolerance, || format!("{arrived} packets instead of {due:.0}"))
    }

    /// Stops the daemon; the time is until neither an address nor a process is left.
    fn stop(&mut self) -> Result<Duration, Failure> {
        let began = Instant::now();
        self.daemon.node.signal(Signal::SIGTERM)?;
        let gone = wait_until(STOP, POLL, || {
            let ended = self.daemon.node.try_wait()?.is_some() && self.daemon.node.processes()?.is_empty();
            Ok((ended && self.network.present()? == 0).then(|| began.elapsed()))
        })?;
        let took =
            gone.ok_or_else(|| Failure::Missed { what: "no address, no process".into(), within: STOP })?;
        self.daemon.wait_for_end()?;
        Ok(took)
    }
}

fn configuration(instances: u16, adverts: Adverts) -> String {
    let Adverts { version, interval } = adverts;
    let mut text = format!(
        "global_defs {{\n    router_id fleet\n    vrrp_version {version}\n    vrrp_garp_master_repeat 1\n    \
         vrrp_garp_master_delay 1\n}}\n"
    );
    for (number, instance) in Instance::all(instances).enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "vrrp_instance VI_{number} {{\n    state MASTER\n    interface {}\n    virtual_router_id {}\n    priority \
             {PRIORITY}\n    advert_int {}\n    virtual_ipaddress {{\n        {}/32\n    }}\n}}\n",
            instance.interface_name(),
            instance.vrid,
            interval.as_secs_f64(),
            instance.address(),
        );
    }
    text
}
