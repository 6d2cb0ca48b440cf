//! The lvs thread: what the kernel should hold, what it holds, and the way between.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::AsFd;
use std::process::{Command as Process, Stdio};

use ipvs_netlink::{Client, Command, Error, Object, Reason, Scope, ServiceKey, Socket, Table, plan};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use vrrp_fsm::Instant;

use super::Policy;
use super::hints::Hints;
use super::whole::{Settings, Whole};
use crate::clock;
use crate::notify::News;
use crate::queue::{QueueReceiver, QueueSender};

/// Pause before what the kernel refused is tried again, doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What the lvs thread is told.
#[derive(Debug)]
pub(crate) enum Order {
    /// This service should be like that; the table holds no other.
    Want(ServiceKey, Table),
    /// This service is no longer ours to have.
    Remove(ServiceKey),
    /// Pass on once the kernel has what was wanted before.
    News(News),
    /// What is wanted of all of IPVS, and whether the instance that decides about it is master.
    Whole(Box<Settings>, bool),
    /// Whether it is now.
    Lead(bool),
    /// End.
    Stop(Policy),
}

/// The kernel's table, as far as it is ours. Services of others are never touched.
#[derive(Debug)]
pub(crate) struct Ipvs {
    client: Client<Socket>,
    /// Each a table of one service, or of none where it should go.
    wanted: BTreeMap<ServiceKey, Table>,
    /// What the kernel was last seen to hold; a service that is not here was never looked at.
    known: BTreeMap<ServiceKey, Table>,
    /// Where both may differ.
    dirty: BTreeSet<ServiceKey>,
    /// What the kernel refused.
    refused: BTreeSet<ServiceKey>,
    /// When to try that again, and the pause after it.
    retry: Option<(Instant, Duration)>,
    whole: Whole,
    hints: Hints,
}

impl Ipvs {
    /// Opens the kernel's IPVS; loads the module if it is not there.
    ///
    /// # Errors
    ///
    /// The client's.
    pub(crate) fn open() -> Result<Self, Error> {
        let client = Client::open().or_else(|error| {
            if error.reason() != Some(Reason::NoIpvs) {
                return Err(error);
            }
            load_module();
            Client::open()
        })?;
        Ok(Self {
            client,
            wanted: BTreeMap::new(),
            known: BTreeMap::new(),
            dirty: BTreeSet::new(),
            refused: BTreeSet::new(),
            retry: None,
            whole: Whole::default(),
            hints: Hints::default(),
        })
    }

    /// Empties the whole table, whosever it is.
    ///
    /// # Errors
    ///
    /// The client's.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        tracing::info!("lvs_flush: emptying the IPVS table");
        self.client.apply(&Command::Flush)
    }

    /// Follows `orders` until [`Order::Stop`]; news go to `outlet`.
    pub(crate) fn run(mut self, orders: &QueueReceiver<Order>, outlet: &QueueSender<News>) {
        loop {
            orders.clear();
            let mut news = Vec::new();
            let mut stop = None;
            while let Some(order) = orders.try_recv() {
                match order {
                    Order::Want(key, table) => self.want(key, table),
                    Order::Remove(key) => self.want(key, Table::new()),
                    Order::News(told) => news.push(told),
                    Order::Whole(settings, master) => self.whole.want(&mut self.client, *settings, master),
                    Order::Lead(master) => self.whole.lead(master),
                    Order::Stop(policy) => stop = Some(policy),
                }
            }
            self.settle(clock::now());
            if stop.is_none() {
                self.whole.settle(&mut self.client, clock::now());
                self.hints.give(&mut self.client, &self.wanted, &self.whole.roles());
            }
            news.into_iter().for_each(|told| outlet.send(told));
            if let Some(policy) = stop {
                return self.leave(policy);
            }
            let due = self.retry.map(|(due, _)| due).into_iter().chain(self.whole.due()).min();
            let timeout = due.map_or(PollTimeout::NONE, |due| {
                let wait = due.saturating_since(clock::now()).as_millis().saturating_add(1);
                PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX)
            });
            // EINTR and timeouts alike: look at everything.
            let _ = poll(&mut [PollFd::new(orders.as_fd(), PollFlags::POLLIN)], timeout);
        }
    }

    fn want(&mut self, key: ServiceKey, table: Table) {
        self.wanted.insert(key, table);
        self.dirty.insert(key);
    }

    /// Brings the kernel to what is wanted. What it refuses is looked at and tried once more,
    /// then again later.
    fn settle(&mut self, now: Instant) {
        let pause = match self.retry {
            Some((due, pause)) if due <= now => {
                self.dirty.append(&mut self.refused);
                Some(pause)
            }
            Some(_) => None,
            None => Some(FIRST_PAUSE),
        };
        if self.dirty.is_empty() {
            return;
        }
        self.refused.retain(|key| !self.dirty.contains(key));
        // Somebody else may have changed it since we looked.
        self.dirty = self.attempt(false);
        if !self.dirty.is_empty() {
            let mut refused = self.attempt(true);
            self.refused.append(&mut refused);
        }
        if self.refused.is_empty() {
            self.retry = None;
        } else if let Some(pause) = pause {
            self.retry = Some((now + pause, pause.saturating_mul(2).min(LONGEST_PAUSE)));
        }
    }

    /// Tries to settle what is dirty; returns the services that the kernel holds otherwise.
    fn attempt(&mut self, last: bool) -> BTreeSet<ServiceKey> {
        let dirty = core::mem::take(&mut self.dirty);
        if let Err(error) = self.look(&dirty) {
            tracing::error!("IPVS: {error}");
            self.reopen();
            return dirty;
        }
        let nothing = Table::new();
        let commands: Vec<Command> = dirty
            .iter()
            .flat_map(|key| {
                let known = self.known.get(key).unwrap_or(&nothing);
                let wanted = self.wanted.get(key).unwrap_or(&nothing);
                plan(known, wanted, &Scope::everything())
            })
            .collect();
        let results = self.client.apply_all(&commands);
        let mut failed = BTreeSet::new();
        for (command, result) in commands.iter().zip(results) {
            let Err(error) = result else { continue };
            let (Object::Service(key) | Object::Destination { service: key, .. }) = command.object() else {
                continue;
            };
            // One line a service: what follows a refusal is mostly its consequence.
            if failed.insert(key) && last {
                tracing::error!("IPVS: {error}; trying again later");
            }
        }
        for key in dirty {
            if failed.contains(&key) {
                self.known.remove(&key);
            } else {
                self.done(key);
            }
        }
        failed
    }

    /// The kernel holds what is wanted of this service.
    fn done(&mut self, key: ServiceKey) {
        let Some(wanted) = self.wanted.get(&key) else { return };
        if wanted.services().next().is_none() {
            self.wanted.remove(&key);
            self.known.remove(&key);
        } else {
            self.known.insert(key, wanted.clone());
        }
    }

    /// Reads those of `keys` that are not known.
    fn look(&mut self, keys: &BTreeSet<ServiceKey>) -> Result<(), Error> {
        let unknown: BTreeSet<ServiceKey> =
            keys.iter().filter(|key| !self.known.contains_key(key)).copied().collect();
        if unknown.is_empty() {
            return Ok(());
        }
        for service in self.client.services()? {
            if unknown.contains(&service.key) {
                let destinations = self.client.destinations(&service.key)?;
                let mut table = Table::new();
                table.insert_observed(&service, &destinations);
                self.known.insert(service.key, table);
            }
        }
        Ok(())
    }

    /// A socket that failed is not used again.
    fn reopen(&mut self) {
        match Client::open() {
            Ok(client) => self.client = client,
            Err(error) => tracing::error!("IPVS: {error}"),
        }
    }

    /// Takes away what is ours.
    fn leave(mut self, policy: Policy) {
        self.whole.leave(&mut self.client);
        if policy.keep {
            tracing::info!("-I: the IPVS table stays as it is");
            return;
        }
        if policy.flush_on_stop {
            match self.client.apply(&Command::Flush) {
                Ok(()) => return,
                Err(error) => tracing::error!("IPVS: {error}"),
            }
        }
        let commands: Vec<Command> = self.wanted.keys().map(|&key| Command::DeleteService { key }).collect();
        for result in self.client.apply_all(&commands) {
            match result {
                // Somebody else was faster.
                Err(error) if error.reason() == Some(Reason::NoSuchService) => {}
                Err(error) => tracing::error!("IPVS: {error}"),
                Ok(()) => {}
            }
        }
    }
}

/// As keepalived does; where it cannot be loaded, or `modprobe` is missing, opening says so.
fn load_module() {
    let mut modprobe = Process::new("modprobe");
    let _ = modprobe
        .args(["-s", "--", "ip_vs"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}
