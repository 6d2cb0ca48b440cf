//! The notify thread: scripts that want to know of changes, in order for each instance.

use core::time::Duration;
use std::collections::VecDeque;
use std::os::fd::AsFd;

use kconf_parser::model::{Notify, ScriptCommand, ScriptUser};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use vrrp_fsm::Instant;

use crate::clock;
use crate::process::{Running, user_of};
use crate::queue::QueueReceiver;
use crate::vrrp::engine::{Happening, Notice};

/// How long a script may hold up the next event of its instance.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long scripts may take after the daemon was told to stop.
const GRACE: Duration = Duration::from_secs(1);

/// What an instance wants run.
#[derive(Clone, Debug)]
pub(crate) struct Scripts {
    /// Name of the instance, the second argument of `notify`.
    pub name: String,
    /// Its commands.
    pub notify: Notify,
}

#[derive(Debug)]
struct Line {
    scripts: Scripts,
    waiting: VecDeque<Notice>,
    running: Vec<Running>,
    since: Instant,
}

/// All instances' scripts.
#[derive(Debug)]
pub(crate) struct Notifier {
    lines: Vec<Line>,
    default_user: Option<ScriptUser>,
}

impl Notifier {
    /// Scripts of all instances, by position.
    #[must_use]
    pub(crate) fn new(scripts: Vec<Scripts>, default_user: Option<ScriptUser>) -> Self {
        let lines = scripts.into_iter().map(|scripts| Line {
            scripts,
            waiting: VecDeque::new(),
            running: Vec::new(),
            since: Instant::default(),
        });
        Self { lines: lines.collect(), default_user }
    }

    /// Runs scripts until something is sent on `stop`, then for a second more at most.
    pub(crate) fn run(mut self, notices: &QueueReceiver<Notice>, stop: &QueueReceiver<()>) {
        let mut end = None;
        loop {
            notices.clear();
            while let Some(notice) = notices.try_recv() {
                self.enqueue(notice);
            }
            let now = clock::now();
            self.advance(now);
            let idle = self.lines.iter().all(|line| line.running.is_empty() && line.waiting.is_empty());
            if end.is_some_and(|end| idle || end <= now) {
                return;
            }
            let deadline = self.next_deadline().into_iter().chain(end).min();
            let timeout = deadline.map_or(PollTimeout::NONE, |due| {
                let wait = due.saturating_since(now).as_millis().saturating_add(1);
                PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX)
            });
            let mut fds = vec![PollFd::new(notices.as_fd(), PollFlags::POLLIN)];
            // Once stopping, its descriptor stays readable and would keep us from sleeping.
            if end.is_none() {
                fds.push(PollFd::new(stop.as_fd(), PollFlags::POLLIN));
            }
            let watched = fds.len();
            let running = self.lines.iter().flat_map(|line| &line.running);
            fds.extend(running.map(|running| PollFd::new(running.as_fd(), PollFlags::POLLIN)));
            // EINTR and timeouts alike: look at everything.
            let _ = poll(&mut fds, timeout);
            let told = watched == 2 && fds.get(1).and_then(PollFd::any).unwrap_or(false);
            drop(fds);
            if told {
                end = Some(clock::now() + GRACE);
            }
        }
    }

    fn enqueue(&mut self, notice: Notice) {
        let Some(line) = self.lines.get_mut(notice.instance) else { return };
        if line.scripts.commands(notice.what).next().is_none() {
            return;
        }
        // While a script runs, waiting events collapse to the newest state.
        if notice.what != Happening::MasterHeardLower {
            line.waiting.retain(|old| old.what == Happening::MasterHeardLower);
        } else if line.waiting.iter().any(|old| old.what == Happening::MasterHeardLower) {
            return;
        }
        line.waiting.push_back(notice);
    }

    fn advance(&mut self, now: Instant) {
        for line in &mut self.lines {
            line.running.retain_mut(|running| running.ended().is_none());
            let patient = !line.running.is_empty() && now.saturating_since(line.since) < PATIENCE;
            if patient {
                continue;
            }
            let Some(notice) = line.waiting.pop_front() else { continue };
            if !line.running.is_empty() {
                tracing::warn!(
                    "({}) a notify script still runs after {PATIENCE:?}; starting the next one",
                    line.scripts.name
                );
            }
            line.since = now;
            line.start(notice, self.default_user.as_ref());
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let blocked = self.lines.iter().filter(|line| !line.waiting.is_empty());
        blocked.map(|line| line.since + PATIENCE).min()
    }
}

impl Line {
    fn start(&mut self, notice: Notice, default_user: Option<&ScriptUser>) {
        let name = &self.scripts.name;
        for (command, generic) in self.scripts.commands(notice.what) {
            // keepalived appends these to the generic script only.
            let extra = match (generic, word(notice.what)) {
                (true, Some(word)) => {
                    vec!["INSTANCE".to_owned(), name.clone(), word.to_owned(), notice.priority.to_string()]
                }
                _ => Vec::new(),
            };
            let user = user_of(command, default_user);
            match Running::start(&command.args, &extra, user.as_ref(), None) {
                Ok(running) => self.running.push(running),
                Err(error) => {
                    let program = command.args.first().map(|arg| arg.to_string_lossy()).unwrap_or_default();
                    tracing::error!("({name}) cannot run notify script {program}: {error}");
                }
            }
        }
    }
}

impl Scripts {
    /// The commands for an event in keepalived's order, and whether each is the generic one.
    fn commands(&self, what: Happening) -> impl Iterator<Item = (&ScriptCommand, bool)> {
        let notify = &self.notify;
        let own = match what {
            Happening::Master => &notify.master,
            Happening::Backup => &notify.backup,
            Happening::Fault => &notify.fault,
            Happening::Stop => &notify.stop,
            Happening::MasterHeardLower => &notify.master_rx_lower_pri,
        };
        let generic = notify.any.as_ref().filter(|_| word(what).is_some());
        own.iter().map(|command| (command, false)).chain(generic.map(|command| (command, true)))
    }
}

/// The state's name in the arguments of `notify`.
const fn word(what: Happening) -> Option<&'static str> {
    match what {
        Happening::Master => Some("MASTER"),
        Happening::Backup => Some("BACKUP"),
        Happening::Fault => Some("FAULT"),
        Happening::Stop => Some("STOP"),
        Happening::MasterHeardLower => None,
    }
}
