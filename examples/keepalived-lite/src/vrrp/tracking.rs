//! What moves the instances' priorities and makes them unfit: scripts, files, links, addresses.

use core::net::Ipv4Addr;

use healthcheck::{FileRule, FileValue};
use vrrp_fsm::{
    Effect, Fault, Input, Instant, Notification, ScriptTracker, StateKind, Verdict, Weight,
    effective_priority,
};
use vrrp_proto::Priority;

use super::engine::Engine;
use super::machine::Machine;
use super::net::{Net, Notice, Subject};
use super::report;

impl Engine {
    /// What keeps an instance from taking part when it starts.
    pub(super) fn initial_faults(&self, position: usize) -> Vec<Fault> {
        self.faults(position, |script, weight| !script.is_known() || is_fault(weight, script.is_good()))
    }

    /// A machine that comes from before a reload goes on with what the file says now. What is new to it
    /// is waited for without a fault: a Master does not fall because it is to be watched better.
    pub(super) fn go_on(&mut self, now: Instant, position: usize) {
        let Some(config) = self.instances.get_mut(position).and_then(|it| it.fresh.take()) else { return };
        let effective = self.priority(position, config.priority);
        let faults =
            self.faults(position, |script, weight| script.is_known() && is_fault(weight, script.is_good()));
        let Some(&(number, member)) = self.places.get(position) else { return };
        if let Some(machine) = self.machines.get_mut(number) {
            machine.reconfigure(now, member, *config, effective, faults);
        }
    }

    /// Everything that is wrong with an instance, where scripts are `bad` that say so.
    fn faults(&self, position: usize, bad_script: impl Fn(&ScriptTracker, Weight) -> bool) -> Vec<Fault> {
        let Some(instance) = self.instances.get(position) else { return Vec::new() };
        let scripts = instance.scripts.iter().enumerate().filter_map(|(number, (script, weight))| {
            let bad = bad_script(&self.scripts.get(*script)?.tracker, *weight);
            (weight.is_fault() && bad).then(|| script_fault(number))
        });
        let links = instance.interfaces.iter();
        let links = links.filter(|link| is_fault(link.weight, link.running)).map(|link| link.fault);
        let source = instance.wire.content().source.is_unspecified().then_some(Fault::SourceAddress);
        let bad = |(file, rule): &(usize, FileRule)| {
            self.files.get(*file).is_some_and(|file| rule.priority_change(file.value).is_none())
        };
        let files = instance.files.iter().enumerate().filter(|(_, file)| bad(file));
        let files = files.map(|(number, _)| file_fault(number));
        scripts.chain(links).chain(source).chain(files).collect()
    }

    pub(super) fn script_result(
        &mut self,
        now: Instant,
        script: usize,
        success: bool,
        how: &str,
        net: &mut impl Net,
    ) {
        let waiting = self.waiting_for(script);
        let Some(entry) = self.scripts.get_mut(script) else { return };
        let verdict = entry.tracker.record(success);
        match verdict {
            Some(Verdict::Good) => tracing::info!("VRRP_Script({}) succeeded", entry.name),
            Some(Verdict::Bad) => tracing::info!("VRRP_Script({}) failed ({how})", entry.name),
            None => return,
        }
        for position in 0..self.instances.len() {
            let Some(number) = self.follows(position, script) else { continue };
            let Some((_, weight)) = self.instances.get(position).and_then(|it| it.scripts.get(number)) else {
                continue;
            };
            let (good, fault) = (verdict == Some(Verdict::Good), script_fault(number));
            if !weight.is_fault() {
                self.update_priority(now, position, net);
            } else if is_fault(*weight, good) {
                self.input(now, position, Input::FaultRaised(fault), net);
            } else {
                self.input(now, position, Input::FaultCleared(fault), net);
            }
        }
        for machine in waiting {
            self.fault_is_known(machine, net);
        }
    }

    /// Which of an instance's scripts this is.
    fn follows(&self, position: usize, script: usize) -> Option<usize> {
        self.instances.get(position)?.scripts.iter().position(|(index, _)| *index == script)
    }

    /// The machines that this result may let go, or be the first bad news of.
    fn waiting_for(&self, script: usize) -> Vec<usize> {
        if self.scripts.get(script).is_none_or(|script| script.tracker.is_known()) {
            return Vec::new();
        }
        let needs = |position: &usize| {
            let instance = self.instances.get(*position);
            instance.is_some_and(|it| {
                it.scripts.iter().any(|(index, weight)| *index == script && weight.is_fault())
            })
        };
        let machines = self.machines.iter().enumerate();
        let waiting =
            machines.filter(|(_, machine)| machine.members().iter().any(needs) && self.only_waits(machine));
        waiting.map(|(number, _)| number).collect()
    }

    /// Whether a machine stands in Fault for nothing but scripts that have not told yet.
    /// keepalived keeps silent about that.
    pub(super) fn only_waits(&self, machine: &Machine) -> bool {
        let fine = |position: &usize| {
            let Some(instance) = self.instances.get(*position) else { return false };
            let mut trackers = instance
                .scripts
                .iter()
                .filter_map(|(script, weight)| Some((&self.scripts.get(*script)?.tracker, weight)));
            let mut files =
                instance.files.iter().filter_map(|(file, rule)| Some((self.files.get(*file)?, rule)));
            trackers.all(|(tracker, weight)| !tracker.is_known() || !is_fault(*weight, tracker.is_good()))
                && files.all(|(file, rule)| rule.priority_change(file.value).is_some())
                && instance.interfaces.iter().all(|link| !is_fault(link.weight, link.running))
                && !instance.wire.content().source.is_unspecified()
        };
        machine.state() == StateKind::Fault && machine.members().iter().all(fine)
    }

    /// If what was waited for is bad news: the machine is in Fault already, and now it is said.
    fn fault_is_known(&self, number: usize, net: &mut impl Net) {
        let Some(machine) = self.machines.get(number) else { return };
        if machine.state() != StateKind::Fault || self.only_waits(machine) {
            return;
        }
        for (position, router) in machine.members().iter().zip(machine.routers()) {
            let Some(instance) = self.instances.get(*position) else { continue };
            tracing::info!("({}) Entering FAULT STATE (its script failed)", instance.name);
            let (subject, priority) = (Subject::Instance(*position), router.effective_priority().get());
            net.notify(Notice { subject, what: Notification::Fault, priority });
        }
        if let Some((group, name)) = machine.as_group() {
            report::group(name, StateKind::Fault);
            net.notify(Notice { subject: Subject::Group(group), what: Notification::Fault, priority: 0 });
        }
    }

    pub(super) fn file_number(&mut self, now: Instant, file: usize, value: FileValue, net: &mut impl Net) {
        let Some(known) = self.files.get_mut(file) else { return };
        if known.value != value {
            tracing::info!("track_file {} holds {}", known.name, value.get());
        }
        known.value = value;
        // Also where nothing changed: an instance that comes from before a reload may not know it.
        for position in 0..self.instances.len() {
            let Some(instance) = self.instances.get(position) else { continue };
            let Some(number) = instance.files.iter().position(|(index, _)| *index == file) else { continue };
            let Some((_, rule)) = instance.files.get(number) else { continue };
            let fault = file_fault(number);
            let effect = match rule.priority_change(value) {
                Some(_) => Input::FaultCleared(fault),
                None => Input::FaultRaised(fault),
            };
            self.update_priority(now, position, net);
            self.input(now, position, effect, net);
        }
    }

    pub(super) fn link(&mut self, now: Instant, index: u32, running: bool, net: &mut impl Net) {
        for position in 0..self.instances.len() {
            let Some(instance) = self.instances.get_mut(position) else { continue };
            let changed =
                instance.interfaces.iter_mut().find(|link| link.index == index && link.running != running);
            let Some(link) = changed else { continue };
            link.running = running;
            let (weight, fault) = (link.weight, link.fault);
            if !weight.is_fault() {
                self.update_priority(now, position, net);
            } else if is_fault(weight, running) {
                self.input(now, position, Input::FaultRaised(fault), net);
            } else {
                self.input(now, position, Input::FaultCleared(fault), net);
            }
        }
    }

    pub(super) fn source_address(
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

    pub(super) fn update_priority(&mut self, now: Instant, position: usize, net: &mut impl Net) {
        let Some(base) = self.router(position).map(|router| router.config().priority) else { return };
        self.input(now, position, Input::Priority(self.priority(position, base)), net);
    }

    /// The effective priority of an instance.
    fn priority(&self, position: usize, base: Priority) -> Priority {
        let Some(instance) = self.instances.get(position) else { return base };
        let scripts = instance.scripts.iter().filter_map(|(script, weight)| {
            let tracker = &self.scripts.get(*script)?.tracker;
            tracker.is_known().then(|| weight.contribution(tracker.is_good()))
        });
        let links = instance.interfaces.iter().map(|link| link.weight.contribution(link.running));
        let files = instance
            .files
            .iter()
            .filter_map(|(file, rule)| rule.priority_change(self.files.get(*file)?.value));
        effective_priority(base, scripts.chain(links).chain(files))
    }
}

/// Whether a tracker of this weight that is good or bad is a fault.
fn is_fault(weight: Weight, good: bool) -> bool {
    weight.effect(good) == Effect::Fault
}

/// The fault of an instance's script without a weight: its place in the instance's own list,
/// which a reload that leaves the instance alone does not change.
fn script_fault(number: usize) -> Fault {
    Fault::Tracker(u16::try_from(number).unwrap_or(u16::MAX))
}

/// Likewise of an instance's file; interfaces' begin at 0x8000.
fn file_fault(number: usize) -> Fault {
    Fault::Tracker(u16::try_from(number).map_or(u16::MAX, |number| number | 0x4000))
}
