//! What the kernel's IPVS table holds.

use core::time::Duration;
use std::{process::Command, thread, time::Instant};

use ipvs_netlink::{Client, DestinationKey, ServiceKey, Socket, Table};
use netlab::Namespace;

/// How often the table is looked at, unless looking takes long.
const PERIOD: Duration = Duration::from_millis(100);

/// The table of one namespace.
#[derive(Debug)]
pub(crate) struct Ipvs<'lab> {
    namespace: &'lab Namespace,
    client: Client<Socket>,
}

impl<'lab> Ipvs<'lab> {
    /// The table of `namespace`.
    pub(crate) fn of(namespace: &'lab Namespace) -> Self {
        // The socket stays in the namespace where it was made.
        let client = namespace.run(Client::open).unwrap().unwrap();
        Self { namespace, client }
    }

    /// What it holds by our own reading: to know when to look, never what is right. No process has
    /// to be started for it. (`/proc/net/ip_vs` will not do: read in several pieces, it loses
    /// services when other namespaces have some too.)
    /// It may be changing: one reading is enough.
    pub(crate) fn glance(&mut self) -> Table {
        Table::from_observed(&self.client.entries().unwrap().whole().unwrap())
    }

    /// Whether the kernel has counted packets for a destination; it adds up every other second.
    pub(crate) fn has_counted(&mut self, service: &ServiceKey, destination: DestinationKey) -> bool {
        let counted = |client: &mut Client<Socket>| {
            let found = client.destinations(service).unwrap();
            found.iter().any(|found| found.key == destination && found.stats.packets_in > 0)
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while !counted(&mut self.client) {
            if Instant::now() >= deadline {
                return false;
            }
            thread::sleep(PERIOD);
        }
        true
    }

    /// `ipvsadm -Sn`, its lines sorted.
    pub(crate) fn saved(&self) -> Vec<String> {
        let text = self.ipvsadm(&["-Sn"]);
        let mut lines: Vec<_> = text.lines().map(|line| line.trim_end().to_owned()).collect();
        lines.sort();
        lines
    }

    /// `ipvsadm -Ln --thresholds`, which [`saved`](Self::saved) leaves out: a line for each service
    /// and, with its service in front, for each destination, without counts of connections; sorted.
    pub(crate) fn thresholds(&self) -> Vec<String> {
        let (text, mut service) = (self.ipvsadm(&["-Ln", "--thresholds"]), String::new());
        // Three lines of titles.
        let mut all: Vec<String> = text
            .lines()
            .skip(3)
            .map(|line| {
                let mut words: Vec<&str> = line.split_whitespace().collect();
                if words.first() != Some(&"->") {
                    service = words.join(" ");
                    return service.clone();
                }
                words.truncate(words.len() - 2);
                format!("{service} {}", words.join(" "))
            })
            .collect();
        all.sort();
        all
    }

    /// What `ipvsadm` prints for `arguments`.
    pub(crate) fn ipvsadm(&self, arguments: &[&str]) -> String {
        let output = self.namespace.output(Command::new("ipvsadm").args(arguments)).unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "ipvsadm {arguments:?}: {words}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Waits until a glance is `wanted`, at most for `timeout`; the last glance either way.
    pub(crate) fn wait(
        &mut self,
        timeout: Duration,
        mut wanted: impl FnMut(&Table) -> bool,
    ) -> Result<Table, Table> {
        let deadline = Instant::now() + timeout;
        loop {
            let began = Instant::now();
            let glance = self.glance();
            let dear = began.elapsed();
            if wanted(&glance) {
                return Ok(glance);
            }
            if Instant::now() >= deadline {
                return Err(glance);
            }
            // There is one processor, and others want it.
            thread::sleep(PERIOD.max(dear * 10));
        }
    }

    /// Waits until the table has stayed as it is for `rest`, at most for `timeout`.
    pub(crate) fn settle(&mut self, rest: Duration, timeout: Duration) -> Table {
        let (mut last, mut since) = (self.glance(), Instant::now());
        let settled = self.wait(timeout, |glance| {
            if *glance != last {
                (last, since) = (glance.clone(), Instant::now());
            }
            since.elapsed() >= rest
        });
        settled.unwrap_or_else(|glance| glance)
    }

    /// Waits until `ipvsadm -Sn` prints what is `wanted`, which is to be within `timeout`.
    pub(crate) fn wait_saved(
        &self,
        timeout: Duration,
        what: &str,
        mut wanted: impl FnMut(&[String]) -> bool,
    ) -> Vec<String> {
        let deadline = Instant::now() + timeout;
        loop {
            let saved = self.saved();
            if wanted(&saved) {
                return saved;
            }
            assert!(Instant::now() < deadline, "{what}: not within {timeout:?}: {saved:#?}");
            thread::sleep(PERIOD);
        }
    }
}
