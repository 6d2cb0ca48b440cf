//! The notify thread: scripts that want to know of changes, in order for each subject.

use core::time::Duration;
use std::collections::{HashMap, VecDeque};
use std::os::fd::AsFd;

use kconf_parser::model::{
    Globals, GroupNotify, Notify, NotifyFifo, ScriptCommand, ScriptUser, SyncGroup, VrrpInstance,
};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use vrrp_fsm::{Instant, Notification};

use crate::clock;
use crate::fifo::Fifo;
use crate::process::{Running, user_of};
use crate::queue::QueueReceiver;
use crate::vrrp::net::{Notice, Subject};

/// How long a script may hold up the next event of its subject.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long scripts may take after the daemon was told to stop.
const GRACE: Duration = Duration::from_secs(1);

/// What an instance or a sync group wants run.
#[derive(Clone, Debug)]
pub(crate) struct Scripts {
    /// `INSTANCE` or `GROUP`, the first argument of `notify`.
    pub kind: &'static str,
    /// Its name, the second argument of `notify`.
    pub name: String,
    /// Its commands.
    pub notify: Notify,
}

/// What a real or virtual server wants run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct UpDown {
    /// As the log names it.
    pub name: String,
    /// `notify_up` or `quorum_up`.
    pub up: Option<Box<ScriptCommand>>,
    /// `notify_down` or `quorum_down`.
    pub down: Option<Box<ScriptCommand>>,
}

/// Something that scripts may want to know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum News {
    /// An instance or a sync group changed.
    Vrrp(Notice),
    /// A real or virtual server came up or went down.
    Lvs {
        /// Its place among the [`UpDown`]s.
        subject: usize,
        /// Which.
        up: bool,
    },
    /// A real or virtual server that was up is no longer in the file.
    Removed(Box<UpDown>),
}

/// An instance, a sync group, a real server or a virtual server.
#[derive(Debug)]
struct Line {
    name: String,
    waiting: VecDeque<Event>,
    running: Vec<Running>,
    since: Instant,
}

#[derive(Debug)]
struct Event {
    /// It says in which state its subject is now; a later one makes it worthless.
    is_state: bool,
    /// Commands and the arguments that are added to them.
    commands: Vec<(Box<ScriptCommand>, Vec<String>)>,
}

/// All scripts.
#[derive(Debug)]
pub(crate) struct Notifier {
    /// The instances', then the groups'.
    vrrp: Vec<Scripts>,
    /// How many of those are instances'.
    instances: usize,
    /// By their place, with the place of their line; only those that want something run.
    servers: HashMap<usize, (UpDown, usize)>,
    /// First the instances', then the groups', then the servers'.
    lines: Vec<Line>,
    default_user: Option<ScriptUser>,
    /// `notify_fifo`, then `vrrp_notify_fifo`.
    fifos: Vec<NotifyFifo>,
}

impl Notifier {
    /// Scripts of all instances, groups and servers, by position.
    #[must_use]
    pub(crate) fn new(
        mut vrrp: Vec<Scripts>,
        groups: impl IntoIterator<Item = Scripts>,
        servers: impl IntoIterator<Item = UpDown>,
        globals: &Globals,
    ) -> Self {
        let instances = vrrp.len();
        vrrp.extend(groups);
        let mut lines: Vec<Line> = vrrp.iter().map(|scripts| Line::new(&scripts.name)).collect();
        let wanting = servers.into_iter().enumerate();
        let wanting = wanting.filter(|(_, server)| server.up.is_some() || server.down.is_some());
        let servers = wanting.map(|(place, server)| {
            lines.push(Line::new(&server.name));
            (place, (server, lines.len().saturating_sub(1)))
        });
        let fifos = globals.notify_fifo.iter().chain(&globals.vrrp_notify_fifo).cloned().collect();
        let default_user = globals.script_user.clone();
        Self { servers: servers.collect(), lines, vrrp, instances, default_user, fifos }
    }

    /// Runs scripts until something is sent on `stop`, then for a second more at most.
    pub(crate) fn run(mut self, news: &QueueReceiver<News>, stop: &QueueReceiver<()>) {
        let user = self.default_user.clone();
        let mut fifos: Vec<Fifo> =
            self.fifos.iter().filter_map(|fifo| Fifo::open(fifo, user.as_ref())).collect();
        let mut end = None;
        loop {
            news.clear();
            while let Some(news) = news.try_recv() {
                if let Some(line) = self.line(&news) {
                    fifos.iter_mut().for_each(|fifo| fifo.write(&line));
                }
                self.enqueue(news);
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
            let mut fds = vec![PollFd::new(news.as_fd(), PollFlags::POLLIN)];
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

    /// What the FIFOs are told, which have no queue of their own: they get every event.
    fn line(&self, news: &News) -> Option<String> {
        let News::Vrrp(Notice { subject, what, priority }) = news else { return None };
        let Scripts { kind, name, .. } = self.vrrp.get(self.place(*subject))?;
        Some(format!("{kind} \"{name}\" {what} {priority}\n"))
    }

    fn place(&self, subject: Subject) -> usize {
        match subject {
            Subject::Instance(position) => position,
            Subject::Group(position) => self.instances + position,
        }
    }

    fn enqueue(&mut self, news: News) {
        let (place, event) = match news {
            News::Vrrp(notice) => {
                let place = self.place(notice.subject);
                (place, self.vrrp.get(place).map(|scripts| scripts.event(notice)))
            }
            News::Lvs { subject, up } => match self.servers.get(&subject) {
                Some((server, line)) => (*line, Some(server.event(up))),
                None => return,
            },
            News::Removed(server) => {
                self.lines.push(Line::new(&server.name));
                (self.lines.len().saturating_sub(1), Some(server.event(false)))
            }
        };
        let (Some(line), Some(event)) = (self.lines.get_mut(place), event) else { return };
        if event.commands.is_empty() {
            return;
        }
        // While a script runs, waiting events collapse to the newest state.
        if event.is_state {
            line.waiting.retain(|old| !old.is_state);
        } else if line.waiting.iter().any(|old| !old.is_state) {
            return;
        }
        line.waiting.push_back(event);
    }

    fn advance(&mut self, now: Instant) {
        for line in &mut self.lines {
            line.running.retain_mut(|running| running.ended().is_none());
            let patient = !line.running.is_empty() && now.saturating_since(line.since) < PATIENCE;
            if patient {
                continue;
            }
            let Some(event) = line.waiting.pop_front() else { continue };
            if !line.running.is_empty() {
                tracing::warn!(
                    "({}) a notify script still runs after {PATIENCE:?}; starting the next one",
                    line.name
                );
            }
            line.since = now;
            line.start(&event, self.default_user.as_ref());
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let blocked = self.lines.iter().filter(|line| !line.waiting.is_empty());
        blocked.map(|line| line.since + PATIENCE).min()
    }
}

impl Line {
    fn new(name: &str) -> Self {
        let (waiting, running) = (VecDeque::new(), Vec::new());
        Self { name: name.to_owned(), waiting, running, since: Instant::default() }
    }

    fn start(&mut self, event: &Event, default_user: Option<&ScriptUser>) {
        for (command, extra) in &event.commands {
            let user = user_of(command, default_user);
            match Running::start(&command.args, extra, user.as_ref(), None) {
                Ok(running) => self.running.push(running),
                Err(error) => {
                    let program = command.args.first().map(|arg| arg.to_string_lossy()).unwrap_or_default();
                    tracing::error!("({}) cannot run notify script {program}: {error}", self.name);
                }
            }
        }
    }
}

impl Scripts {
    /// Those of an instance.
    #[must_use]
    pub(crate) fn instance(block: &VrrpInstance) -> Self {
        Self { kind: "INSTANCE", name: block.name.clone(), notify: block.notify.clone() }
    }

    /// Those of a sync group.
    #[must_use]
    pub(crate) fn group(block: &SyncGroup) -> Self {
        let GroupNotify { master, backup, fault, stop, any } = block.notify.clone();
        let notify = Notify { master, backup, fault, stop, any, ..Notify::default() };
        Self { kind: "GROUP", name: block.name.clone(), notify }
    }

    /// The commands for an event in keepalived's order: the state's own, then the generic one
    /// with its arguments.
    fn event(&self, notice: Notice) -> Event {
        let notify = &self.notify;
        let own = match notice.what {
            Notification::Master => &notify.master,
            Notification::Backup => &notify.backup,
            Notification::Fault => &notify.fault,
            Notification::Stop => &notify.stop,
            Notification::Deleted => &notify.deleted,
            Notification::MasterReceivedLowerPriority => &notify.master_rx_lower_pri,
            Notification::MasterPriority | Notification::BackupPriority => &None,
        };
        let generic = notify.any.as_ref().filter(|_| notice.what.is_state()).map(|command| {
            let args = [self.kind, &self.name, notice.what.word()].map(str::to_owned);
            (command.clone(), args.into_iter().chain([notice.priority.to_string()]).collect())
        });
        let own = own.clone().map(|command| (command, Vec::new()));
        Event { is_state: notice.what.is_state(), commands: own.into_iter().chain(generic).collect() }
    }
}

impl UpDown {
    fn event(&self, up: bool) -> Event {
        let command = if up { &self.up } else { &self.down };
        let commands = command.iter().map(|command| (command.clone(), Vec::new())).collect();
        Event { is_state: true, commands }
    }
}
