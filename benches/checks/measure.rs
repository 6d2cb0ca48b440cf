//! One scenario.

use core::fmt;
use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::fs;
use std::time::Instant;

use healthcheck::{
    Checker, Close, Config, ConnectTo, Entry, HttpExpect, HttpProbe, HttpRequest, HttpVersion, Pace, Policy,
    Scheduled, Scheduler, Sequence, TcpProbe, spread,
};

/// Whatever goes wrong; it is only printed.
pub(crate) type Problem = Box<dyn core::error::Error>;

/// Lateness is told to this.
const STEP: Duration = Duration::from_micros(10);
/// Up to 2 s.
const STEPS: usize = 200_000;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Tcp,
    Http,
}

impl Kind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Http => "http",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Tcp, Self::Http].into_iter().find(|kind| kind.word() == word)
    }
}

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) kind: Kind,
    pub(crate) count: u32,
    pub(crate) interval_ms: u32,
    pub(crate) seconds: u32,
}

impl Scenario {
    pub(crate) fn from_words(words: &[&str]) -> Option<Self> {
        let [kind, count, interval_ms, seconds] = words else { return None };
        Some(Self {
            kind: Kind::from_word(kind)?,
            count: count.parse().ok()?,
            interval_ms: interval_ms.parse().ok()?,
            seconds: seconds.parse().ok()?,
        })
    }

    pub(crate) fn words(&self) -> [String; 4] {
        let Self { kind, count, interval_ms, seconds } = self;
        [kind.word().into(), count.to_string(), interval_ms.to_string(), seconds.to_string()]
    }

    fn interval(&self) -> Duration {
        Duration::from_millis(self.interval_ms.into())
    }

    fn entry(&self, number: u32, port: u16) -> Result<Entry, Problem> {
        let policy = Policy {
            pace: Pace::FromStart,
            ..Policy::keepalived(self.interval(), 1, Duration::from_secs(1))
        };
        let checker = Checker::new(Config::keepalived(policy, false, Sequence::Single));
        // A server of its own for each: 127.1.0.0 and on.
        let address = SocketAddr::from((Ipv4Addr::from_bits(0x7f01_0000 + number), port));
        let connect = ConnectTo::new(address);
        let entry = match self.kind {
            Kind::Tcp => Entry::new(checker, TcpProbe { connect, close: Close::Reset }),
            Kind::Http => Entry::new(
                checker,
                HttpProbe {
                    connect,
                    request: HttpRequest::new(HttpVersion::Http11, "/", None, address)?,
                    expect: HttpExpect::default(),
                    deadline: Duration::from_secs(5),
                },
            ),
        };
        Ok(entry.after(spread(number.into(), self.interval())))
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}, each every {:?}", self.count, self.kind.word(), self.interval())
    }
}

/// What happened in the time that counts.
struct Tally {
    late: Vec<u32>,
    checks: u32,
    failures: u32,
}

impl Tally {
    fn add(&mut self, what: Scheduled) {
        let Scheduled::Probed { report, late, .. } = what else { return };
        self.checks += 1;
        self.failures += u32::from(!report.outcome.is_success());
        let step = usize::try_from(late.as_nanos() / STEP.as_nanos()).unwrap_or(STEPS).min(STEPS - 1);
        if let Some(count) = self.late.get_mut(step) {
            *count += 1;
        }
    }

    /// No more than this share of all probes, in thousandths, began later.
    fn percentile(&self, thousandths: u64) -> Duration {
        let wanted = u64::from(self.checks) * thousandths;
        let mut sum = 0;
        for (steps, count) in (1_u32..).zip(&self.late) {
            sum += u64::from(*count) * 1000;
            if sum >= wanted {
                return STEP * steps;
            }
        }
        Duration::MAX
    }
}

/// Measures in this process and prints a line.
pub(crate) fn run(scenario: &Scenario, port: u16) -> Result<(), Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Filled, so that it is memory before memory is measured.
        let mut tally = Tally { late: vec![1; STEPS], checks: 0, failures: 0 };
        tally.late.fill(0);
        let mut scheduler = Scheduler::new();
        let memory = resident()?;
        for number in 0..scenario.count {
            scheduler.insert(number, scenario.entry(number, port)?);
        }
        until(&mut scheduler, scenario.interval() * 2, |_| {}).await;
        let grown = resident()?.saturating_sub(memory);
        let (cpu, began) = (on_cpu()?, Instant::now());
        until(&mut scheduler, Duration::from_secs(scenario.seconds.into()), |what| tally.add(what)).await;
        let (cpu, took) = (on_cpu()?.saturating_sub(cpu), began.elapsed());
        println!(
            "{scenario}: {:.0} checks/s, {:.1} % of a core, {:.1} µs CPU each, late p50 {:?} p99 {:?} max {:?}, {} failed, \
             {} octets each",
            f64::from(tally.checks) / took.as_secs_f64(),
            cpu.as_secs_f64() / took.as_secs_f64() * 100.0,
            cpu.as_secs_f64() * 1e6 / f64::from(tally.checks.max(1)),
            tally.percentile(500),
            tally.percentile(990),
            tally.percentile(1000),
            tally.failures,
            grown / u64::from(scenario.count.max(1)),
        );
        Ok(())
    })
}

async fn until(scheduler: &mut Scheduler<u32>, time: Duration, mut each: impl FnMut(Scheduled)) {
    let end = tokio::time::sleep(time);
    tokio::pin!(end);
    loop {
        tokio::select! {
            biased;
            () = &mut end => return,
            event = scheduler.next() => each(event.what),
        }
    }
}

/// Of this process, in octets.
fn resident() -> Result<u64, Problem> {
    let text = fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = text.lines().find_map(|line| line.strip_prefix("Anonymous:")).ok_or("no line Anonymous")?;
    Ok(line.split_whitespace().next().ok_or("no number")?.parse::<u64>()? * 1024)
}

/// CPU time of this process, which has one thread.
fn on_cpu() -> Result<Duration, Problem> {
    let text = fs::read_to_string("/proc/self/schedstat")?;
    Ok(Duration::from_nanos(text.split(' ').next().ok_or("no number")?.parse()?))
}
