//! The notify thread: scripts that want to know of changes, in order for each subject.

use core::fmt;
use core::time::Duration;
use std::collections::{HashMap, VecDeque};
use std::os::fd::AsFd;
use std::sync::Arc;

use kconf_parser::model::{
    GroupNotify, Notify, NotifyFifo, ScriptCommand, ScriptUser, SyncGroup, VrrpInstance,
};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use vrrp_fsm::{Instant, Notification};

use crate::clock;
use crate::fifo::Fifo;
use crate::process::{Running, describe, user_of};
use crate::queue::QueueReceiver;
use crate::vrrp::net::{Notice, Subject};

/// How long a script may hold up the next event of its subject.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long scripts may take after the daemon was told to stop.
const GRACE: Duration = Duration::from_secs(1);
/// How long one may then hold up the next event, which is the last one: its subject stops.
const LAST_PATIENCE: Duration = Duration::from_millis(500);

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
    /// What no other has, for the log and for the order of its events.
    pub name: String,
    /// `notify_up` or `quorum_up`.
    pub up: Option<Box<ScriptCommand>>,
    /// `notify_down` or `quorum_down`.
    pub down: Option<Box<ScriptCommand>>,
}

/// Who wants to know, of one configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Audience {
    /// Scripts of the instances, by their position.
    pub instances: Vec<Scripts>,
    /// Scripts of the sync groups, by their position.
    pub groups: Vec<Scripts>,
    /// `notify_fifo` and `vrrp_notify_fifo`.
    pub fifos: Vec<NotifyFifo>,
    /// `script_user`.
    pub default_user: Option<ScriptUser>,
}

/// Something that scripts may want to know, or that is to be known about them.
#[derive(Clone, Debug)]
pub(crate) enum News {
    /// An instance or a sync group changed.
    Vrrp(Notice),
    /// A real or virtual server came up or went down, or is no longer in the file. It brings its scripts along: who
    /// tells may not have heard of a reload yet.
    Lvs {
        /// Its scripts.
        scripts: Arc<UpDown>,
        /// Which.
        up: bool,
    },
    /// A reload: from here on instances are these. What runs or waits goes on.
    Audience(Box<Audience>),
    /// Nothing follows.
    Stop,
}

/// Whose events are kept in order.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Whose {
    Instance(String),
    Group(String),
    Server(String),
}

/// What runs and waits for one subject.
#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Event>,
    running: Vec<(Running, String)>,
    since: Instant,
}

#[derive(Debug)]
struct Event {
    /// It says in which state its subject is now; a later one makes it worthless.
    is_state: bool,
    /// Commands and the arguments that are added to them.
    commands: Vec<(Box<ScriptCommand>, Vec<String>)>,
}

/// All scripts, for as long as the worker lives.
#[derive(Debug)]
pub(crate) struct Notifier {
    audience: Audience,
    /// Only of those of whom something runs or waits.
    lines: HashMap<Whose, Line>,
}

impl Notifier {
    /// Nothing has happened yet.
    #[must_use]
    pub(crate) fn new(audience: Audience) -> Self {
        Self { audience, lines: HashMap::new() }
    }

    /// Runs scripts until [`News::Stop`], then for a second more at most.
    pub(crate) fn run(mut self, news: &QueueReceiver<News>) {
        let mut end = None;
        let mut fifos = self.audience.open_fifos();
        loop {
            news.clear();
            while let Some(news) = news.try_recv() {
                match news {
                    News::Vrrp(notice) => self.changed(notice, &mut fifos),
                    News::Lvs { scripts, up } => {
                        self.enqueue(Whose::Server(scripts.name.clone()), scripts.event(up));
                    }
                    News::Audience(audience) => {
                        let same = audience.fifos == self.audience.fifos;
                        self.audience = *audience;
                        if !same {
                            // First those of before: the new ones may have their places.
                            fifos.clear();
                            fifos = self.audience.open_fifos();
                        }
                    }
                    News::Stop => end = Some(clock::now() + GRACE),
                }
            }
            let now = clock::now();
            let patience = if end.is_some() { LAST_PATIENCE } else { PATIENCE };
            self.advance(now, patience);
            if end.is_some_and(|end| self.lines.is_empty() || end <= now) {
                return;
            }
            let deadline = self.next_deadline(patience).into_iter().chain(end).min();
            let timeout = deadline.map_or(PollTimeout::NONE, |due| {
                let wait = due.saturating_since(now).as_millis().saturating_add(1);
                PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX)
            });
            let running = self.lines.values().flat_map(|line| &line.running);
            let fds = running.map(|(running, _)| PollFd::new(running.as_fd(), PollFlags::POLLIN));
            let mut fds: Vec<PollFd<'_>> =
                core::iter::once(PollFd::new(news.as_fd(), PollFlags::POLLIN)).chain(fds).collect();
            // EINTR and timeouts alike: look at everything.
            let _ = poll(&mut fds, timeout);
        }
    }

    fn scripts(&self, subject: Subject) -> Option<&Scripts> {
        match subject {
            Subject::Instance(position) => self.audience.instances.get(position),
            Subject::Group(position) => self.audience.groups.get(position),
        }
    }

    /// FIFOs have no queue of their own: they get every event.
    fn changed(&mut self, notice: Notice, fifos: &mut [Fifo]) {
        let Some(scripts) = self.scripts(notice.subject) else { return };
        let Scripts { kind, name, .. } = scripts;
        let line = format!("{kind} \"{name}\" {} {}\n", notice.what, notice.priority);
        fifos.iter_mut().for_each(|fifo| fifo.write(&line));
        let whose = match notice.subject {
            Subject::Instance(_) => Whose::Instance(name.clone()),
            Subject::Group(_) => Whose::Group(name.clone()),
        };
        let event = scripts.event(notice);
        self.enqueue(whose, event);
    }

    fn enqueue(&mut self, whose: Whose, event: Event) {
        if event.commands.is_empty() {
            return;
        }
        let line = self.lines.entry(whose).or_default();
        // While a script runs, waiting events collapse to the newest state.
        if event.is_state {
            line.waiting.retain(|old| !old.is_state);
        } else if line.waiting.iter().any(|old| !old.is_state) {
            return;
        }
        line.waiting.push_back(event);
    }

    fn advance(&mut self, now: Instant, patience: Duration) {
        let default_user = self.audience.default_user.as_ref();
        self.lines.retain(|whose, line| {
            line.advance(whose, now, patience, default_user);
            !line.running.is_empty() || !line.waiting.is_empty()
        });
    }

    fn next_deadline(&self, patience: Duration) -> Option<Instant> {
        let blocked = self.lines.values().filter(|line| !line.waiting.is_empty());
        blocked.map(|line| line.since + patience).min()
    }
}

impl Line {
    fn advance(
        &mut self,
        whose: &Whose,
        now: Instant,
        patience: Duration,
        default_user: Option<&ScriptUser>,
    ) {
        self.running.retain_mut(|(running, program)| {
            let Some(status) = running.ended() else { return true };
            if !status.success() {
                tracing::warn!("({whose}) notify script {program} {}", describe(status));
            }
            false
        });
        loop {
            let busy = !self.running.is_empty();
            if busy && now.saturating_since(self.since) < patience {
                return;
            }
            let Some(event) = self.waiting.pop_front() else { return };
            if busy {
                tracing::warn!(
                    "({whose}) a notify script still runs after {patience:?}; starting the next one"
                );
            }
            self.since = now;
            self.start(whose, &event, default_user);
        }
    }

    fn start(&mut self, whose: &Whose, event: &Event, default_user: Option<&ScriptUser>) {
        for (command, extra) in &event.commands {
            let user = user_of(command, default_user);
            let program = command.args.first().map(|arg| arg.to_string_lossy()).unwrap_or_default();
            match Running::start(&command.args, extra, user.as_ref(), None) {
                Ok(running) => self.running.push((running, program.into_owned())),
                Err(error) => tracing::error!("({whose}) cannot run notify script {program}: {error}"),
            }
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(name) | Self::Group(name) | Self::Server(name) => f.write_str(name),
        }
    }
}

impl Audience {
    fn open_fifos(&self) -> Vec<Fifo> {
        self.fifos.iter().filter_map(|fifo| Fifo::open(fifo, self.default_user.as_ref())).collect()
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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::thread;
    use std::time::Instant as Moment;

    use super::*;
    use crate::queue::{QueueSender, queue};

    /// A command that says `word` in `file` and then takes its time.
    fn says(file: &Path, word: &str, seconds: &str) -> Option<Box<ScriptCommand>> {
        let line = format!("echo {word} >> {}; sleep {seconds}", file.display());
        let args = ["sh", "-c", &line].map(Into::into).to_vec();
        // As ourselves, whoever may be there to run scripts.
        let user = nix::unistd::Uid::effective().as_raw().to_string();
        Some(Box::new(ScriptCommand { args, user: Some(Box::new(ScriptUser { user, group: None })) }))
    }

    fn server(file: &Path, name: &str, seconds: &str) -> Arc<UpDown> {
        let (up, down) = (format!("{name}-up"), format!("{name}-down"));
        Arc::new(UpDown { name: name.into(), up: says(file, &up, seconds), down: says(file, &down, "0") })
    }

    fn start() -> (QueueSender<News>, thread::JoinHandle<()>, tempfile::TempDir) {
        let (news, received) = queue().unwrap();
        let notifier = Notifier::new(Audience::default());
        (news, thread::spawn(move || notifier.run(&received)), tempfile::tempdir().unwrap())
    }

    /// What was said, once there are `count` words.
    fn said(file: &Path, count: usize) -> Vec<String> {
        let began = Moment::now();
        loop {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            let words: Vec<String> = text.lines().map(str::to_owned).collect();
            if words.len() >= count || began.elapsed() > Duration::from_secs(30) {
                return words;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn what_waits_at_a_reload_is_told_and_so_is_what_comes_from_before() {
        let (news, thread, folder) = start();
        let file = folder.path().join("said");
        let scripts = server(&file, "a", "0.3");
        news.send(News::Lvs { scripts: Arc::clone(&scripts), up: true });
        assert_eq!(said(&file, 1), ["a-up"]);
        news.send(News::Lvs { scripts, up: false });
        news.send(News::Audience(Box::default()));
        // Somebody who has not heard of the reload.
        news.send(News::Lvs { scripts: server(&file, "b", "0"), up: false });
        let mut words = said(&file, 3);
        words.sort();
        assert_eq!(words, ["a-down", "a-up", "b-down"]);
        news.send(News::Stop);
        thread.join().unwrap();
    }

    #[test]
    fn the_last_event_is_told_even_if_a_script_does_not_end() {
        let (news, thread, folder) = start();
        let file = folder.path().join("said");
        let scripts = server(&file, "a", "4");
        news.send(News::Lvs { scripts: Arc::clone(&scripts), up: true });
        assert_eq!(said(&file, 1), ["a-up"]);
        news.send(News::Lvs { scripts, up: false });
        news.send(News::Stop);
        thread.join().unwrap();
        assert_eq!(said(&file, 2), ["a-up", "a-down"]);
    }

    #[test]
    fn a_script_that_cannot_be_run_does_not_hold_up_the_next_event() {
        let now = clock::now();
        let nowhere = || ScriptCommand { args: vec!["/nonexistent/script".into()], user: None };
        let event = |is_state| Event { is_state, commands: vec![(Box::new(nowhere()), Vec::new())] };
        let mut notifier = Notifier::new(Audience::default());
        let subject = || Whose::Instance("VI".into());
        notifier.enqueue(subject(), event(true));
        notifier.enqueue(subject(), event(false));
        assert_eq!(notifier.lines.get(&subject()).map(|line| line.waiting.len()), Some(2));
        notifier.advance(now, PATIENCE);
        assert!(notifier.lines.is_empty());
    }
}
