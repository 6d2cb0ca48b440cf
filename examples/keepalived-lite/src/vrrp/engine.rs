//! Every virtual router of the daemon, without a system call.

use core::net::Ipv4Addr;
use std::collections::BTreeSet;

use vrrp_fsm::{
    Fault, Input, Instant, Notification, Output, ScriptTracker, StateKind, Verdict, effective_priority,
};
use vrrp_proto::Ipv4Frame;
use vrrp_proto::{Priority, peek_vrid};

use super::instance::Instance;
use super::report;

/// What the engine does to the world.
pub(crate) trait Net {
    /// Sends one packet, IP header included, through a port. Failure is counted by the port.
    fn send(&mut self, port: usize, destination: Ipv4Addr, packet: &[u8]);
    /// Prepares for sending this packet without sending it.
    fn rehearse(&mut self, port: usize, destination: Ipv4Addr, packet: &[u8]);
    /// The instance's addresses are wanted on their interfaces from now on, or no longer.
    fn want_addresses(&mut self, instance: usize, wanted: bool);
    /// So many announcements for each address of the instance.
    fn announce(&mut self, instance: usize, repeat: u8);
    /// The instance is in a new state; scripts may want to know.
    fn notify(&mut self, notice: Notice);
}

/// A change of state, as notify scripts are told about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Notice {
    /// Position of the instance.
    pub instance: usize,
    /// What happened.
    pub what: Notification,
    /// Effective priority.
    pub priority: u8,
}

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

/// All instances with their timers.
#[derive(Debug)]
pub(crate) struct Engine {
    /// The instances; positions are the numbers that other threads use.
    pub instances: Vec<Instance>,
    /// The tracking scripts; positions are the numbers that the monitor uses.
    pub(crate) scripts: Vec<Script>,
    /// Instances by port and VRID.
    index: Vec<[Option<u16>; 256]>,
    timers: BTreeSet<(Instant, usize)>,
    /// When to start, if that is still to come (`vrrp_startup_delay`).
    start_at: Option<Instant>,
    /// Log lines and notifications wait here until all packets and addresses are out.
    reports: Vec<(usize, Output)>,
}

impl Engine {
    /// An engine whose instances all stand in Initialize.
    #[must_use]
    pub(crate) fn new(instances: Vec<Instance>, scripts: Vec<Script>, ports: usize) -> Self {
        let mut index = vec![[None; 256]; ports];
        for (position, instance) in instances.iter().enumerate() {
            let vrid = usize::from(instance.router.config().vrid.get());
            if let Some(slot) = index.get_mut(instance.port).and_then(|vrids| vrids.get_mut(vrid)) {
                *slot = u16::try_from(position).ok();
            }
        }
        Self { instances, scripts, index, timers: BTreeSet::new(), start_at: None, reports: Vec::new() }
    }

    /// Starts at `at`, by [`handle_timeout`](Self::handle_timeout). Until then nothing is heard or
    /// said.
    pub(crate) const fn start_at(&mut self, at: Instant) {
        self.start_at = Some(at);
    }

    /// Starts every instance that does not run already. Those with a script that has no weight
    /// and no result yet, or with a link that is down, wait in Fault.
    pub(crate) fn start(&mut self, now: Instant, net: &mut impl Net) {
        for position in 0..self.instances.len() {
            let running = |instance: &Instance| instance.router.state() != StateKind::Initialize;
            if self.instances.get(position).is_some_and(running) {
                // It comes from before a reload: its timer is all that this engine lacks.
                self.drain(position, net);
                continue;
            }
            for fault in self.initial_faults(position) {
                self.input(now, position, Input::FaultRaised(fault), net);
            }
            self.update_priority(now, position, net);
            self.input(now, position, Input::Startup, net);
        }
        self.flush(net);
    }

    fn initial_faults(&self, position: usize) -> Vec<Fault> {
        let Some(instance) = self.instances.get(position) else { return Vec::new() };
        let scripts = instance.scripts.iter().enumerate().filter_map(|(number, (script, weight))| {
            let good = self.scripts.get(*script)?.tracker.is_good();
            (weight.is_fault() && !good).then(|| script_fault(number))
        });
        let links = instance.interfaces.iter();
        let links = links.filter(|link| link.weight.is_fault() && !link.running).map(|link| link.fault);
        let source = instance.wire.content().source.is_unspecified().then_some(Fault::SourceAddress);
        scripts.chain(links).chain(source).collect()
    }

    /// A packet that arrived on `port` at `at`, IP header included.
    pub(crate) fn receive(&mut self, port: usize, at: Instant, octets: &[u8], net: &mut impl Net) {
        let Ok(frame) = Ipv4Frame::parse(octets) else { return };
        let Some(vrid) = peek_vrid(frame.payload()) else { return };
        let slot = self.index.get(port).and_then(|vrids| vrids.get(usize::from(vrid.get())));
        let Some(position) = slot.copied().flatten().map(usize::from) else { return };
        let Some(instance) = self.instances.get_mut(position) else { return };
        if matches!(instance.router.state(), StateKind::Initialize | StateKind::Fault) {
            return;
        }
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
        while let Some(&(due, position)) = self.timers.first()
            && due <= now
        {
            if let Some(instance) = self.instances.get_mut(position) {
                instance.router.handle_timeout(now);
            }
            self.drain(position, net);
        }
    }

    /// Prepares for the advertisement that the earliest deadline will bring, if nothing is heard.
    pub(crate) fn rehearse(&mut self, net: &mut impl Net) {
        let Some(instance) = self.timers.first().and_then(|(_, position)| self.instances.get_mut(*position))
        else {
            return;
        };
        let priority = instance.router.effective_priority();
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
        let &(due, position) = self.timers.first()?;
        let backup = |instance: &Instance| instance.router.state() == StateKind::Backup;
        Some((due, self.instances.get(position).is_some_and(backup)))
    }

    /// Applies what another thread says. Dumps and the end are the loop's to carry out.
    pub(crate) fn command(&mut self, now: Instant, command: &Command, net: &mut impl Net) {
        match command {
            Command::ScriptResult { script, success, how } => {
                self.script_result(now, *script, *success, how, net);
            }
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
            Command::Leave { keep } => {
                for position in (0..self.instances.len()).filter(|position| !keep.contains(position)) {
                    self.input(now, position, Input::Shutdown, net);
                }
            }
            Command::Dump(_) => {}
        }
    }

    fn script_result(&mut self, now: Instant, script: usize, success: bool, how: &str, net: &mut impl Net) {
        let waiting = self.waiting_for(script);
        let Some(entry) = self.scripts.get_mut(script) else { return };
        let verdict = entry.tracker.record(success);
        match verdict {
            Some(Verdict::Good) => tracing::info!("VRRP_Script({}) succeeded", entry.name),
            Some(Verdict::Bad) => tracing::info!("VRRP_Script({}) failed ({how})", entry.name),
            None => return,
        }
        for position in 0..self.instances.len() {
            let Some(instance) = self.instances.get(position) else { continue };
            let Some(number) = instance.scripts.iter().position(|(index, _)| *index == script) else {
                continue;
            };
            let Some((_, weight)) = instance.scripts.get(number) else { continue };
            match (weight.is_fault(), verdict) {
                (true, Some(Verdict::Good)) => {
                    self.input(now, position, Input::FaultCleared(script_fault(number)), net);
                }
                (true, _) if waiting.binary_search(&position).is_ok() => self.fault_is_known(position, net),
                (true, _) => self.input(now, position, Input::FaultRaised(script_fault(number)), net),
                (false, _) => self.update_priority(now, position, net),
            }
        }
    }

    /// The instances that this result may let go, or be the first bad news of; in order.
    fn waiting_for(&self, script: usize) -> Vec<usize> {
        if self.scripts.get(script).is_none_or(|script| script.tracker.is_known()) {
            return Vec::new();
        }
        (0..self.instances.len()).filter(|position| self.only_waits(*position)).collect()
    }

    /// Whether an instance stands in Fault for nothing but scripts that have not told yet.
    /// keepalived keeps silent about that.
    fn only_waits(&self, position: usize) -> bool {
        let Some(instance) = self.instances.get(position) else { return false };
        let scripts = instance.scripts.iter().filter(|(_, weight)| weight.is_fault());
        let mut trackers = scripts.filter_map(|(script, _)| Some(&self.scripts.get(*script)?.tracker));
        let mut links = instance.interfaces.iter().filter(|link| link.weight.is_fault());
        instance.router.state() == StateKind::Fault
            && trackers.all(|tracker| tracker.is_good() || !tracker.is_known())
            && links.all(|link| link.running)
            && !instance.wire.content().source.is_unspecified()
    }

    /// What was waited for is bad news: the instance is in Fault already, and now it is said.
    fn fault_is_known(&mut self, position: usize, net: &mut impl Net) {
        let Some(instance) = self.instances.get(position) else { return };
        tracing::info!("({}) Entering FAULT STATE (its script failed)", instance.name);
        let priority = instance.router.effective_priority().get();
        net.notify(Notice { instance: position, what: Notification::Fault, priority });
    }

    fn link(&mut self, now: Instant, index: u32, running: bool, net: &mut impl Net) {
        for position in 0..self.instances.len() {
            let Some(instance) = self.instances.get_mut(position) else { continue };
            let changed =
                instance.interfaces.iter_mut().find(|link| link.index == index && link.running != running);
            let Some(link) = changed else { continue };
            link.running = running;
            let (weight, fault) = (link.weight, link.fault);
            match (weight.is_fault(), running) {
                (true, true) => self.input(now, position, Input::FaultCleared(fault), net),
                (true, false) => self.input(now, position, Input::FaultRaised(fault), net),
                (false, _) => self.update_priority(now, position, net),
            }
        }
    }

    fn source_address(
        &mut self,
        now: Instant,
        position: usize,
        address: Option<Ipv4Addr>,
        net: &mut impl Net,
    ) {
        let Some(instance) = self.instances.get_mut(position) else { return };
        if let Some(address) = address {
            if instance.wire.set_source(address).is_err() {
                return;
            }
            self.input(now, position, Input::PrimaryAddress(address.into()), net);
            self.input(now, position, Input::FaultCleared(Fault::SourceAddress), net);
        } else {
            self.input(now, position, Input::FaultRaised(Fault::SourceAddress), net);
        }
    }

    fn update_priority(&mut self, now: Instant, position: usize, net: &mut impl Net) {
        let Some(instance) = self.instances.get(position) else { return };
        let scripts = instance.scripts.iter().filter_map(|(script, weight)| {
            let tracker = &self.scripts.get(*script)?.tracker;
            tracker.is_known().then(|| weight.contribution(tracker.is_good()))
        });
        let links = instance.interfaces.iter().map(|link| link.weight.contribution(link.running));
        let priority = effective_priority(instance.router.config().priority, scripts.chain(links));
        self.input(now, position, Input::Priority(priority), net);
    }

    fn input(&mut self, now: Instant, position: usize, input: Input, net: &mut impl Net) {
        if let Some(instance) = self.instances.get_mut(position) {
            instance.router.handle_input(now, input);
        }
        self.drain(position, net);
    }

    /// Carries out what the machine wants; packets and addresses first, words later.
    fn drain(&mut self, position: usize, net: &mut impl Net) {
        let Some(instance) = self.instances.get_mut(position) else { return };
        while let Some(output) = instance.router.poll_output() {
            match output {
                Output::SendAdvertisement { priority } => {
                    instance.stats.sent += 1;
                    if priority == Priority::RELEASE {
                        instance.stats.priority_zero_sent += 1;
                    }
                    // The content was accepted when the instance was made.
                    if let Ok(packets) = instance.wire.packets(priority) {
                        for (destination, packet) in packets {
                            net.send(instance.port, *destination, packet);
                        }
                    }
                }
                Output::AcquireAddresses => net.want_addresses(position, true),
                Output::ReleaseAddresses => net.want_addresses(position, false),
                Output::Announce { repeat } => net.announce(position, repeat),
                Output::Transition(_) | Output::Event(_) => self.reports.push((position, output)),
            }
        }
        let due = instance.router.poll_timeout();
        if due != instance.due {
            if let Some(old) = instance.due {
                self.timers.remove(&(old, position));
            }
            if let Some(new) = due {
                self.timers.insert((new, position));
            }
            instance.due = due;
        }
    }

    /// Writes the log and tells the notify scripts; after this nothing is pending.
    pub(crate) fn flush(&mut self, net: &mut impl Net) {
        for (position, output) in core::mem::take(&mut self.reports) {
            let waits = self.only_waits(position);
            let Some(instance) = self.instances.get_mut(position) else { continue };
            let what = match output {
                Output::Transition(change) if waits && change.to == StateKind::Fault => {
                    tracing::info!("({}) waits for its scripts", instance.name);
                    None
                }
                Output::Transition(_)
                | Output::Event(_)
                | Output::SendAdvertisement { .. }
                | Output::AcquireAddresses
                | Output::ReleaseAddresses
                | Output::Announce { .. } => {
                    report::output(instance, &output);
                    output.notification()
                }
            };
            if let Some(what) = what {
                let priority = instance.router.effective_priority().get();
                net.notify(Notice { instance: position, what, priority });
            }
        }
    }
}

/// The fault of an instance's script without a weight: its place in the instance's own list,
/// which a reload that leaves the instance alone does not change.
fn script_fault(number: usize) -> Fault {
    Fault::Tracker(u16::try_from(number).unwrap_or(u16::MAX))
}
