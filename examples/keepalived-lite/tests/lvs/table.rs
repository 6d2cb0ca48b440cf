//! What the kernel's IPVS table holds, as the kernel and ipvsadm tell it.

use core::time::Duration;
use std::{
    fs::File,
    io::{Read, Seek},
    process::Command,
    thread,
    time::Instant,
};

use netlab::Namespace;

/// How often the table is looked at.
const PERIOD: Duration = Duration::from_millis(100);

/// The table of one namespace.
#[derive(Debug)]
pub(crate) struct Table<'lab> {
    namespace: &'lab Namespace,
    file: File,
}

impl<'lab> Table<'lab> {
    /// The table of `namespace`.
    pub(crate) fn of(namespace: &'lab Namespace) -> Self {
        // It shows the namespace of the thread that opened it for ever.
        let file = namespace.run(|| File::open("/proc/thread-self/net/ip_vs")).unwrap().unwrap();
        Self { namespace, file }
    }

    /// The kernel's own view, without the counts of connections. It says nothing about thresholds
    /// and kinds of tunnels, but no process has to be started for it.
    pub(crate) fn glance(&mut self) -> Vec<String> {
        let mut text = String::new();
        self.file.rewind().unwrap();
        self.file.read_to_string(&mut text).unwrap();
        // Three lines of titles.
        one_line_each(text.lines().skip(3))
    }

    /// `ipvsadm -Sn`, its lines sorted.
    pub(crate) fn saved(&self) -> Vec<String> {
        let mut lines: Vec<_> =
            self.ipvsadm(&["-Sn"]).lines().map(|line| line.trim_end().to_owned()).collect();
        lines.sort();
        lines
    }

    /// `ipvsadm -Ln --thresholds`, which [`saved`](Self::saved) leaves out, as in a glance.
    pub(crate) fn thresholds(&self) -> Vec<String> {
        one_line_each(self.ipvsadm(&["-Ln", "--thresholds"]).lines().skip(3))
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
        mut wanted: impl FnMut(&[String]) -> bool,
    ) -> Result<Vec<String>, Vec<String>> {
        let deadline = Instant::now() + timeout;
        loop {
            let glance = self.glance();
            if wanted(&glance) {
                return Ok(glance);
            }
            if Instant::now() >= deadline {
                return Err(glance);
            }
            thread::sleep(PERIOD);
        }
    }

    /// Waits until the table has stayed as it is for `rest`, at most for `timeout`.
    pub(crate) fn settle(&mut self, rest: Duration, timeout: Duration) -> Vec<String> {
        let (mut last, mut since) = (self.glance(), Instant::now());
        let settled = self.wait(timeout, |glance| {
            if *glance != *last {
                (last, since) = (glance.to_vec(), Instant::now());
            }
            since.elapsed() >= rest
        });
        settled.unwrap_or_else(|glance| glance)
    }
}

/// A line for each service and, with its service in front, for each destination; sorted, for the
/// kernel's order differs from namespace to namespace.
fn one_line_each<'text>(lines: impl Iterator<Item = &'text str>) -> Vec<String> {
    let mut service = String::new();
    let mut all: Vec<String> = lines
        .map(|line| {
            let mut words: Vec<&str> = line.split_whitespace().collect();
            if words.first() != Some(&"->") {
                service = words.join(" ");
                return service.clone();
            }
            // The last two are its active and its other connections.
            words.truncate(words.len() - 2);
            format!("{service} {}", words.join(" "))
        })
        .collect();
    all.sort();
    all
}
