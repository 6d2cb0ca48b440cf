//! Every virtual router of the daemon, without a system call.

use core::net::Ipv4Addr;
use std::collections::BTreeSet;

use healthcheck::FileValue;
use vrrp_fsm::{Input, Instant, Notification, Output, ScriptTracker, StateKind, Transition, VirtualRouter};
use vrrp_proto::Ipv4Frame;
use vrrp_proto::{Priority, peek_vrid};

use super::instance::Instance;
use super::machine::{Machine, Wish};
use super::net::{Net, Notice, Subject};
use super::report;

/// What comes to the engine from other threads.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// A tracking script ended.
    ScriptResult {
        /// Position of the script.
        script: usize,
        /// Exit status 0.
        success: bool,
        /// How it ended, for the log.
        how: String,
    },
    /// A tracked file holds this number.
    FileNumber {
        /// Position of the file.
        file: usize,
        /// Its number.
        value: FileValue,
    },
    /// A link went up or down.
    Link {
        /// The kernel's number of the interface.
        index: u32,
        /// Up and with a carrier.
        running: bool,
    },
    /// A virtual address was removed by somebody else.
    AddressLost {
        /// Position of the instance.
        instance: usize,
        /// The address.
        address: Ipv4Addr,
    },
    /// The address to send from changed.
    SourceAddress {
        /// Position of the instance.
        instance: usize,
        /// The new one; `None` when there is none left.
        address: Option<Ipv4Addr>,
    },
    /// Write statistics or data; answered through the loop.
    Dump(crate::dump::Kind),
    /// Give up every instance but these, and end: everything, or what a reload changes.
    Leave {
        /// Positions of the instances that go on under the next engine.
        keep: Vec<usize>,
        /// The others are in the file no more.
        reload: bool,
    },
}

/// A tracking script as the engine sees it.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// Name in the file.
    pub name: String,
    /// Its counter.
    pub tracker: ScriptTracker,
}

/// A tracked file as the engine sees it.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Name in the file of the configuration.
    pub name: String,
    /// What it holds.
    pub value: FileValue,
}

/// All instances with their timers.
#[derive(Debug)]
pub(crate) struct Engine {
    /// The instances; positions are the numbers that other threads use.
    pub instances: Vec<Instance>,
    /// Their state machines; each instance belongs to one.
    pub machines: Vec<Machine>,
    /// For each instance its machine, and which of its routers it is.
    pub(super) places: Vec<(usize, usize)>,
    /// The tracking scripts; positions are the numbers that the monitor uses.
    pub(crate) scripts: Vec<Script>,
    /// The tracked files; positions are the numbers that their watches use.
    pub(super) files: Vec<File>,
    /// Instances by port and VRID.
    index: Vec<[Option<u16>; 256]>,
    /// Deadlines of machines.
    timers: BTreeSet<(Instant, usize)>,
    /// For each machine its deadline among the timers.
    due: Vec<Option<Instant>>,
    /// When to start, if that is still to come (`vrrp_startup_delay`).
    start_at: Option<Instant>,
    /// Who stops now was removed from the file.
    reloading: bool,
    /// Log lines and notifications of machines wait here until all packets and addresses are out.
    reports: Vec<(usize, Wish)>,
}

impl Engine {
    /// An engine of these instances with their state machines.
    #[must_use]
    pub(crate) fn new(
        instances: Vec<Instance>,
        machines: Vec<Machine>,
        (scripts, files): (Vec<Script>, Vec<File>),
        ports: usize,
    ) -> Self {
        let mut places = vec![(usize::MAX, 0); instances.len()];
        for (number, machine) in machines.iter().enumerate() {
            for (member, position) in machine.members().iter().enumerate() {
                if let Some(place) = places.get_mut(*position) {
                    *place = (number, member);
                }
            }
        }
        let mut index = vec![[None; 256]; ports];
        for (position, instance) in instances.iter().enumerate() {
            let vrid = usize::from(instance.wire.content().vrid.get());
            if let Some(slot) = index.get_mut(instance.port).and_then(|vrids| vrids.get_mut(vrid)) {
                *slot = u16::try_from(position).ok();
            }
        }
        let due = vec![None; machines.len()];
        let (timers, reports) = (BTreeSet::new(), Vec::new());
        Self {
            instances,
            machines,
            places,
            scripts,
            files,
            index,
            timers,
            due,
            start_at: None,
            reloading: false,
            reports,
        }
    }

    /// Starts at `at`, by [`handle_timeout`](Self::handle_timeout). Until then nothing is heard or
    /// said.
    pub(crate) const fn start_at(&mut self, at: Instant) {
        self.start_at = Some(at);
    }

    /// The state machine of the instance at `position`.
    #[must_use]
    pub(crate) fn router(&self, position: usize) -> Option<&VirtualRouter> {
        let (machine, member) = self.places.get(position)?;
        self.machines.get(*machine)?.routers().get(*member)
    }

    /// Each instance with its state machine.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Instance, &VirtualRouter)> {
        let routers = (0..self.instances.len()).filter_map(|position| self.router(position));
        self.instances.iter().zip(routers)
    }

    /// Starts every machine that does not run already. Instances with a script that has no weight
    /// and no result yet, or with a link that is down, wait in Fault.
    pub(crate) fn start(&mut self, now: Instant, net: &mut impl Net) {
        for number in 0..self.machines.len() {
            let Some(machine) = self.machines.get(number) else { continue };
            let members = machine.members().to_vec();
            if machine.state() != StateKind::Initialize {
                // It comes from before a reload.
                members.iter().for_each(|position| self.go_on(now, *position));
                self.drain(number, net);
                continue;
            }
            for position in &members {
                for fault in self.initial_faults(*position) {
                    self.input(now, *position, Input::FaultRaised(fault), net);
                }
                self.update_priority(now, *position, net);
            }
            if let Some(first) = members.first() {
                self.input(now, *first, Input::Startup, net);
            }
        }
        self.flush(net);
    }

    /// A packet that arrived on `port` at `at`, IP header included.
    pub(crate) fn receive(&mut self, port: usize, at: Instant, octets: &[u8], net: &mut impl Net) {
        let Ok(frame) = Ipv4Frame::parse(octets) else { return };
        let Some(vrid) = peek_vrid(frame.payload()) else { return };
        let slot = self.index.get(port).and_then(|vrids| vrids.get(usize::from(vrid.get())));
        let Some(position) = slot.copied().flatten().map(usize::from) else { return };
        let hears = |router: &VirtualRouter| matches!(router.state(), StateKind::Backup | StateKind::Master);
        if !self.router(position).is_some_and(hears) {
            return;
        }
        let Some(instance) = self.instances.get_mut(position) else { return };
        let facts = frame.facts();
        let received = match vrrp_proto::receive(frame.payload(), &facts, &instance.expectation()) {
            Ok(received) => received,
            Err(reason) => {
                // A refused packet touches no timer.
                instance.stats.refused(&reason);
                report::refused(instance, facts.source(), reason);
                return;
            }
        };
        let (priority, interval) = (received.view.priority(), received.view.interval());
        let addresses_match = received.addresses_match;
        instance.stats.received += 1;
        if !addresses_match {
            instance.stats.address_list += 1;
            report::other_addresses(instance, facts.source());
        }
        if priority == Priority::RELEASE {
            instance.stats.priority_zero_received += 1;
        }
        self.input(at, position, Input::Advertisement { priority, interval, source: facts.source() }, net);
    }

    /// Runs what is due at `now`.
    pub(crate) fn handle_timeout(&mut self, now: Instant, net: &mut impl Net) {
        if self.start_at.is_some_and(|at| at <= now) {
            self.start_at = None;
            self.start(now, net);
        }
        while let Some(&(due, number)) = self.timers.first()
            && due <= now
        {
            if let Some(machine) = self.machines.get_mut(number) {
                machine.handle_timeout(now);
            }
            self.drain(number, net);
        }
    }

    /// Prepares for the advertisement that the earliest deadline will bring, if nothing is heard.
    pub(crate) fn rehearse(&mut self, net: &mut impl Net) {
        let Some(machine) = self.timers.first().and_then(|(_, number)| self.machines.get(*number)) else {
            return;
        };
        let members = machine.members().iter().zip(machine.routers());
        let Some((position, router)) = members.min_by_key(|(_, router)| router.poll_timeout()) else {
            return;
        };
        let priority = router.effective_priority();
        let Some(instance) = self.instances.get_mut(*position) else { return };
        if let Ok(packets) = instance.wire.packets(priority) {
            for (destination, packet) in packets {
                net.rehearse(instance.port, *destination, packet);
            }
        }
    }

    /// The earliest deadline, and whether a takeover hangs on it.
    #[must_use]
    pub(crate) fn next_deadline(&self) -> Option<(Instant, bool)> {
        if let Some(at) = self.start_at {
            return Some((at, false));
        }
        let &(due, number) = self.timers.first()?;
        let backup = |machine: &Machine| machine.state() == StateKind::Backup;
        Some((due, self.machines.get(number).is_some_and(backup)))
    }

    /// Applies what another thread says. Dumps and the end are the loop's to carry out.
    pub(crate) fn command(&mut self, now: Instant, command: &Command, net: &mut impl Net) {
        match command {
            Command::ScriptResult { script, success, how } => {
                self.script_result(now, *script, *success, how, net);
            }
            Command::FileNumber { file, value } => self.file_number(now, *file, *value, net),
            Command::Link { index, running } => self.link(now, *index, *running, net),
            Command::AddressLost { instance, address } => {
                if let Some(instance) = self.instances.get(*instance) {
                    tracing::warn!("({}) address {address} was removed by somebody else", instance.name);
                }
                self.input(now, *instance, Input::AddressLost, net);
            }
            Command::SourceAddress { instance, address } => {
                self.source_address(now, *instance, *address, net);
            }
            Command::Leave { keep, reload } => {
                self.reloading = *reload;
                for position in (0..self.instances.len()).filter(|position| !keep.contains(position)) {
                    self.input(now, position, Input::Shutdown, net);
                }
            }
            Command::Dump(_) => {}
        }
    }

    pub(super) fn input(&mut self, now: Instant, position: usize, input: Input, net: &mut impl Net) {
        let Some(&(number, member)) = self.places.get(position) else { return };
        if let Some(machine) = self.machines.get_mut(number) {
            machine.handle_input(now, member, input);
        }
        self.drain(number, net);
    }

    /// Carries out what a machine wants; packets and addresses first, words later.
    fn drain(&mut self, number: usize, net: &mut impl Net) {
        let Some(machine) = self.machines.get_mut(number) else { return };
        while let Some(wish) = machine.poll_output() {
            let Wish::Instance(position, output) = wish else {
                self.reports.push((number, wish));
                continue;
            };
            match output {
                Output::SendAdvertisement { priority } => {
                    let Some(instance) = self.instances.get_mut(position) else { continue };
                    instance.advertise(priority, net);
                }
                Output::AcquireAddresses => net.want_addresses(position, true),
                Output::ReleaseAddresses => net.want_addresses(position, false),
                Output::Announce { repeat } => net.announce(position, repeat),
                Output::Transition(_) | Output::Event(_) => self.reports.push((number, wish)),
            }
        }
        let due = machine.poll_timeout();
        let Some(known) = self.due.get_mut(number) else { return };
        if due != *known {
            if let Some(old) = *known {
                self.timers.remove(&(old, number));
            }
            if let Some(new) = due {
                self.timers.insert((new, number));
            }
            *known = due;
        }
    }

    /// Writes the log and tells the notify scripts; after this nothing is pending.
    pub(crate) fn flush(&mut self, net: &mut impl Net) {
        for (number, wish) in core::mem::take(&mut self.reports) {
            let waits = self.machines.get(number).is_some_and(|machine| self.only_waits(machine));
            match wish {
                Wish::Instance(position, output) => self.tell(position, &output, waits, net),
                Wish::Group(change) => self.tell_of_group(number, change, waits, net),
            }
        }
    }

    fn tell(&mut self, position: usize, output: &Output, waits: bool, net: &mut impl Net) {
        let Some(router) = self.router(position) else { return };
        let (priority, state) = (router.effective_priority(), router.state());
        let Some(instance) = self.instances.get_mut(position) else { return };
        if let Output::Transition(change) = output
            && waits
            && change.to == StateKind::Fault
        {
            tracing::info!("({}) waits for its scripts", instance.name);
            return;
        }
        report::output(instance, priority, output);
        let priority_change = instance.notify_priority.then(|| output.priority_notification(state)).flatten();
        let mut what = output.notification().or(priority_change);
        if let (Output::Transition(change), true) = (output, self.reloading) {
            what = what.and_then(|what| removed(what, change, instance.notify_deleted));
        }
        if let Some(what) = what {
            let subject = Subject::Instance(position);
            net.notify(Notice { subject, what, priority: priority.get() });
        }
    }

    fn tell_of_group(&self, number: usize, change: Transition, waits: bool, net: &mut impl Net) {
        if waits && change.to == StateKind::Fault {
            return;
        }
        let Some((group, name)) = self.machines.get(number).and_then(Machine::as_group) else { return };
        // keepalived says nothing of a group that begins or ends.
        if change.from != StateKind::Initialize && change.to != StateKind::Initialize {
            report::group(name, change.to);
        }
        let what = Output::Transition(change).notification();
        // keepalived tells nobody of a group that a reload removes.
        if let Some(what) = what.filter(|what| *what != Notification::Stop || !self.reloading) {
            net.notify(Notice { subject: Subject::Group(group), what, priority: 0 });
        }
    }
}

/// What is told of an instance that is in the file no more: as by keepalived that it is deleted, or else that it
/// has a fault, if it had none.
fn removed(what: Notification, change: &Transition, report: bool) -> Option<Notification> {
    match (what, report) {
        (Notification::Stop, true) => Some(Notification::Deleted),
        (Notification::Stop, false) => (change.from != StateKind::Fault).then_some(Notification::Fault),
        _ => Some(what),
    }
}
