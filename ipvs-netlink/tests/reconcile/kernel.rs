//! A model of the kernel's table, and a loop around it and a reconciler.

use core::time::Duration;
use std::collections::BTreeMap;

use ipvs_netlink::{
    Action, Command, Connections, Destination, DestinationKey, Error, Event, ForwardMethod, ObservedTable,
    Reconciler, ReconcilerConfig, Rejected, Scope, Service, ServiceKey, Table,
};

const ENOENT: i32 = 2;
const ESRCH: i32 = 3;
const EEXIST: i32 = 17;

pub(crate) const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn tcp(host: u8) -> ServiceKey {
    ServiceKey::tcp(([192, 0, 2, host], 80).into())
}

pub(crate) fn udp(host: u8) -> ServiceKey {
    ServiceKey::udp(([192, 0, 2, host], 53).into())
}

pub(crate) fn real(host: u8) -> DestinationKey {
    DestinationKey::new(([198, 51, 100, host], 80).into())
}

pub(crate) fn service(scheduler: &str) -> Service {
    Service::new(scheduler.parse().expect("a short name"))
}

pub(crate) fn weighing(weight: u32) -> Destination {
    Destination { weight, ..Destination::new(ForwardMethod::DirectRoute) }
}

/// A table of one service with destinations by host and weight.
pub(crate) fn table(key: ServiceKey, scheduler: &str, destinations: &[(u8, u32)]) -> Table {
    let destinations: Vec<_> =
        destinations.iter().map(|&(host, weight)| (real(host), weighing(weight))).collect();
    Table::from_iter([(key, service(scheduler), destinations)])
}

/// A service with its destinations and what they serve.
pub(crate) type Entry = (Service, BTreeMap<DestinationKey, (Destination, Connections)>);

/// What the kernel holds; errors as it gives them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kernel {
    pub(crate) services: BTreeMap<ServiceKey, Entry>,
}

impl Kernel {
    pub(crate) fn with(table: &Table) -> Self {
        let mut kernel = Self::default();
        for (key, service) in table.services() {
            let destinations = table.destinations(key).map(|(to, found)| (*to, (*found, none())));
            kernel.services.insert(*key, (service.clone(), destinations.collect()));
        }
        kernel
    }

    pub(crate) fn apply(&mut self, command: &Command) -> Result<(), Error> {
        let refuse = |errno| Err(Rejected::new(command.operation(), command.object(), errno).into());
        match command {
            Command::NewService { key, .. } if self.services.contains_key(key) => refuse(EEXIST),
            Command::NewService { key, service } => {
                self.services.insert(*key, (service.clone(), BTreeMap::new()));
                Ok(())
            }
            Command::SetService { key, service } => match self.services.get_mut(key) {
                Some(entry) => {
                    entry.0 = service.clone();
                    Ok(())
                }
                None => refuse(ESRCH),
            },
            Command::DeleteService { key } => match self.services.remove(key) {
                Some(_) => Ok(()),
                None => refuse(ESRCH),
            },
            Command::NewDestination { service, key, destination } => match self.services.get_mut(service) {
                None => refuse(ESRCH),
                Some(entry) if entry.1.contains_key(key) => refuse(EEXIST),
                Some(entry) => {
                    entry.1.insert(*key, (*destination, none()));
                    Ok(())
                }
            },
            Command::SetDestination { service, key, destination } => match self.services.get_mut(service) {
                None => refuse(ESRCH),
                Some(entry) => match entry.1.get_mut(key) {
                    None => refuse(ENOENT),
                    Some(found) => {
                        found.0 = *destination;
                        Ok(())
                    }
                },
            },
            Command::DeleteDestination { service, key } => match self.services.get_mut(service) {
                None => refuse(ESRCH),
                Some(entry) => match entry.1.remove(key) {
                    Some(_) => Ok(()),
                    None => refuse(ENOENT),
                },
            },
            other => panic!("a reconciler never asks for {other:?}"),
        }
    }

    /// Everything, or these services.
    pub(crate) fn read(&self, keys: Option<&[ServiceKey]>) -> ObservedTable {
        let mut observed = ObservedTable::new();
        let asked = |key: &ServiceKey| keys.is_none_or(|keys| keys.contains(key));
        for (key, (service, destinations)) in self.services.iter().filter(|(key, _)| asked(key)) {
            observed.insert(*key, service.clone());
            for (to, (destination, connections)) in destinations {
                observed.insert_destination(*key, *to, *destination, *connections);
            }
        }
        observed
    }

    pub(crate) fn table(&self) -> Table {
        self.read(None).table().clone()
    }

    pub(crate) fn weight(&self, service: ServiceKey, host: u8) -> Option<u32> {
        Some(self.services.get(&service)?.1.get(&real(host))?.0.weight)
    }

    /// What a destination serves from now on.
    pub(crate) fn serve(&mut self, service: ServiceKey, host: u8, active: u32, persistent: u32) {
        let entry = self.services.get_mut(&service).expect("the service");
        let connections = Connections { active, inactive: 0, persistent };
        entry.1.get_mut(&real(host)).expect("the destination").1 = connections;
    }

    /// Somebody else sets a weight.
    pub(crate) fn set_weight(&mut self, service: ServiceKey, host: u8, weight: u32) {
        let entry = self.services.get_mut(&service).expect("the service");
        entry.1.get_mut(&real(host)).expect("the destination").0.weight = weight;
    }
}

fn none() -> Connections {
    Connections::default()
}

/// A kernel, a reconciler and a clock.
pub(crate) struct Rig {
    pub(crate) kernel: Kernel,
    pub(crate) reconciler: Reconciler,
    pub(crate) now: Duration,
    pub(crate) events: Vec<Event>,
    /// When each command was given.
    pub(crate) log: Vec<(Duration, Command)>,
    pub(crate) reads: usize,
    /// Refuses these with an error number.
    pub(crate) refuse: fn(&Command) -> Option<i32>,
}

impl Rig {
    pub(crate) fn new(kernel: &Table, desired: &Table, config: ReconcilerConfig) -> Self {
        Self::scoped(kernel, desired, Scope::everything(), config)
    }

    pub(crate) fn scoped(kernel: &Table, desired: &Table, scope: Scope, config: ReconcilerConfig) -> Self {
        let mut reconciler = Reconciler::new(scope, config);
        reconciler.set_desired(desired.clone());
        Self {
            kernel: Kernel::with(kernel),
            reconciler,
            now: Duration::ZERO,
            events: Vec::new(),
            log: Vec::new(),
            reads: 0,
            refuse: |_| None,
        }
    }

    /// Does what is to be done now.
    pub(crate) fn run(&mut self) {
        for _ in 0..1_000 {
            let Some(action) = self.reconciler.poll_action(self.now) else {
                while let Some(event) = self.reconciler.poll_event() {
                    self.events.push(event);
                }
                return;
            };
            self.answer(action);
        }
        panic!("the reconciler spins: {:?}", self.events.last());
    }

    fn answer(&mut self, action: Action) {
        let now = self.now;
        match action {
            Action::ReadTable => {
                self.reads += 1;
                self.reconciler.handle_table(now, Ok(self.kernel.read(None)));
            }
            Action::ReadServices(keys) => {
                self.reads += 1;
                self.reconciler.handle_services(now, Ok(self.kernel.read(Some(&keys))));
            }
            Action::Apply(commands) => {
                let results = commands.iter().map(|command| {
                    self.log.push((now, command.clone()));
                    match (self.refuse)(command) {
                        Some(errno) => {
                            Err(Rejected::new(command.operation(), command.object(), errno).into())
                        }
                        None => self.kernel.apply(command),
                    }
                });
                let results = results.collect();
                self.reconciler.handle_results(now, results);
            }
        }
    }

    /// Lives until `to`, waking when the reconciler wants to.
    pub(crate) fn live_until(&mut self, to: Duration) {
        self.run();
        while let Some(next) = self.reconciler.poll_timeout().filter(|next| *next <= to) {
            assert!(next > self.now, "a time-out in the past: {next:?} at {:?}", self.now);
            self.now = next;
            self.run();
        }
        self.now = to;
        self.run();
    }

    /// What was commanded since the last call, in short words.
    pub(crate) fn commands(&mut self) -> Vec<String> {
        self.log.drain(..).map(|(_, command)| words(&command)).collect()
    }

    /// The events since the last call.
    pub(crate) fn events(&mut self) -> Vec<Event> {
        core::mem::take(&mut self.events)
    }
}

/// A command in short words: hosts and weights.
pub(crate) fn words(command: &Command) -> String {
    let host =
        |address: core::net::SocketAddr| address.ip().to_string().rsplit('.').next().map(str::to_owned);
    let named = |key: &ServiceKey| match key {
        ServiceKey::Address { address, .. } => host(*address).expect("a host"),
        ServiceKey::FirewallMark { mark, .. } => mark.to_string(),
    };
    let to = |key: &DestinationKey| host(key.address()).expect("a host");
    match command {
        Command::NewService { key, .. } => format!("+s{}", named(key)),
        Command::SetService { key, service } => format!("=s{} {}", named(key), service.scheduler),
        Command::DeleteService { key } => format!("-s{}", named(key)),
        Command::NewDestination { service, key, destination } => {
            format!("+s{}d{} {}", named(service), to(key), destination.weight)
        }
        Command::SetDestination { service, key, destination } => {
            format!("=s{}d{} {}", named(service), to(key), destination.weight)
        }
        Command::DeleteDestination { service, key } => format!("-s{}d{}", named(service), to(key)),
        other => panic!("a reconciler never asks for {other:?}"),
    }
}
