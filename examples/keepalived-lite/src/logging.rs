//! Where log lines go, and what they look like.

use core::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

/// Where to log; the parent decides and the worker inherits it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Targets {
    /// Write to stderr.
    pub console: bool,
    /// Syslog facility, or `None` for no syslog.
    pub syslog: Option<String>,
    /// A file.
    pub file: Option<PathBuf>,
    /// Also what is only interesting when something is wrong.
    pub detail: bool,
}

/// Starts logging for this process under `process`, keepalived's name of its role.
///
/// # Errors
///
/// Says which target cannot be used; the others are then used all the same.
pub(crate) fn start(targets: &Targets, process: &'static str) -> Result<(), String> {
    let mut problems = Vec::new();
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    if targets.console {
        sinks.push(Box::new(Lines(io::stderr())));
    }
    if let Some(path) = &targets.file {
        match File::options().create(true).append(true).open(path) {
            Ok(file) => sinks.push(Box::new(Lines(file))),
            Err(error) => problems.push(format!("cannot open log file {}: {error}", path.display())),
        }
    }
    if let Some(facility) = &targets.syslog {
        match Syslog::connect(facility, process) {
            Ok(syslog) => sinks.push(Box::new(syslog)),
            Err(error) => problems.push(format!("cannot log to syslog: {error}")),
        }
    }
    let level = if targets.detail { Level::DEBUG } else { Level::INFO };
    let subscriber = Registry::default().with(LogLayer { sinks: Mutex::new(sinks), level, process });
    // A second call in one process (tests) keeps the first subscriber.
    let _ = tracing::subscriber::set_global_default(subscriber);
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

trait Sink: Send {
    fn write(&mut self, level: Level, process: &str, line: &str);
}

struct Lines<W>(W);

impl<W: Write + Send> Sink for Lines<W> {
    fn write(&mut self, _level: Level, process: &str, line: &str) {
        let now = crate::clock::wall();
        let (seconds, micros) = (now.as_secs() % 86_400, now.subsec_micros());
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        // One write, so that lines of parent and worker do not mix. A console that is gone
        // must not stop a failover daemon.
        let text = format!("{hours:02}:{minutes:02}:{seconds:02}.{micros:06} {process}: {line}\n");
        let _ = self.0.write_all(text.as_bytes());
    }
}

struct Syslog(syslog::Logger<syslog::LoggerBackend, syslog::Formatter3164>);

impl Syslog {
    fn connect(facility: &str, process: &str) -> Result<Self, String> {
        let name = match facility.as_bytes() {
            [digit @ b'0'..=b'7'] => format!("local{}", char::from(*digit)),
            _ => facility.to_owned(),
        };
        let facility = name.parse().map_err(|()| format!("unknown facility {name}"))?;
        let formatter = syslog::Formatter3164 {
            facility,
            hostname: None,
            process: process.to_owned(),
            pid: std::process::id(),
        };
        syslog::unix(formatter).map(Self).map_err(|error| error.to_string())
    }
}

impl Sink for Syslog {
    fn write(&mut self, level: Level, _process: &str, line: &str) {
        // Syslog may be restarting; losing a line is better than stopping.
        let _ = match level {
            Level::ERROR => self.0.err(line),
            Level::WARN => self.0.warning(line),
            Level::INFO => self.0.info(line),
            Level::DEBUG | Level::TRACE => self.0.debug(line),
        };
    }
}

struct LogLayer {
    sinks: Mutex<Vec<Box<dyn Sink>>>,
    level: Level,
    process: &'static str,
}

impl<S: Subscriber> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let level = *event.metadata().level();
        if level > self.level {
            return;
        }
        let mut line = Message::default();
        event.record(&mut line);
        let mut sinks = self.sinks.lock().unwrap_or_else(PoisonError::into_inner);
        for sink in sinks.iter_mut() {
            sink.write(level, self.process, &line.0);
        }
    }
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        use fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
