//! What an event makes of a state.

use core::time::Duration;
use std::sync::Arc;

use vrrp_fsm::{Fault, Input, Instant, Output, StateKind};
use vrrp_proto::Priority;

use super::event::Event;
use super::lan::{Host, Lan, Life, NOW, Packet, State};
use super::law::{Broken, Law, MOST_OUTPUTS};
use super::plan::master_down;
use super::rows::{self, Glance};

/// A state while something happens to it. `watch` is told what the machines want done: host,
/// number of its virtual router, output.
pub(super) struct Step<'a, W> {
    lan: &'a Lan,
    state: State,
    watch: W,
}

impl<'a, W: FnMut(u8, u8, Output)> Step<'a, W> {
    pub(super) fn new(lan: &'a Lan, mut state: State, watch: W) -> Self {
        state.broken = Broken::default();
        Self { lan, state, watch }
    }

    pub(super) fn finish(mut self) -> State {
        self.state.wire.sort_unstable();
        self.state.held.sort_unstable();
        self.state
    }

    pub(super) fn apply(&mut self, event: &Event) {
        if event.is_fault() {
            self.state.quiet = Duration::ZERO;
        }
        event.spend(&mut self.state.faults);
        let state = &mut self.state;
        match *event {
            Event::Deliver(packet) => {
                remove(&mut state.wire, packet);
                self.arrive(packet);
            }
            Event::Arrive(packet) => {
                remove(&mut state.held, packet);
                self.arrive(packet);
            }
            Event::Drop(packet) => remove(&mut state.wire, packet),
            Event::Duplicate(packet) => state.held.push(packet),
            Event::Delay(packet) => {
                remove(&mut state.wire, packet);
                state.held.push(packet);
            }
            Event::Pass => self.pass(),
            Event::Cut(hosts) => self.cut(hosts),
            Event::Heal => state.cut = 0,
            Event::Fire(place) => self.with(place, Self::fire),
            Event::Crash(place) => self.power_off(place),
            Event::Stop(place) => {
                self.with(place, Self::shut_down);
                self.power_off(place);
            }
            Event::Start(place) => self.with(place, |step, place, host| {
                host.life = Life::Up;
                host.machine.tell_all(NOW, Input::Startup);
                step.carry_out(place, host);
            }),
            Event::Freeze(place, length) => self.with(place, |_, _, host| {
                host.life = Life::Frozen { until: NOW + length, waiting: Vec::new() };
            }),
            Event::Thaw(place) => self.with(place, Self::thaw),
            Event::Priority(place, priority) => self.with(place, |step, place, host| {
                host.machine.tell_all(NOW, Input::Priority(priority));
                step.carry_out(place, host);
            }),
            Event::Fail(place) => self.with(place, |step, place, host| {
                host.unfit = true;
                host.machine.tell_first(NOW, Input::FaultRaised(TRACKER));
                step.carry_out(place, host);
            }),
            Event::Recover(place) => self.with(place, |step, place, host| {
                host.unfit = false;
                host.machine.tell_first(NOW, Input::FaultCleared(TRACKER));
                step.carry_out(place, host);
            }),
        }
    }

    /// The LAN falls in two: what was under way between the parts is lost.
    fn cut(&mut self, hosts: u8) {
        self.state.cut = hosts;
        let side = |place: u8| hosts >> place & 1;
        let stays = |packet: &Packet| side(packet.from) == side(packet.to);
        self.state.wire.retain(stays);
        self.state.held.retain(stays);
    }

    fn shut_down(&mut self, place: u8, host: &mut Host) {
        let before = Glance::at_all(&host.machine);
        host.machine.tell_all(NOW, Input::Shutdown);
        let goodbyes = self.carry_out(place, host);
        self.judge_rows(rows::is_shut_well(&before, goodbyes));
    }

    /// As a daemon does: what arrived meanwhile is heard before timers are looked at.
    fn thaw(&mut self, place: u8, host: &mut Host) {
        let life = core::mem::replace(&mut host.life, Life::Up);
        let Life::Frozen { waiting, .. } = life else { return };
        for (at, packet) in waiting {
            self.hear(place, host, at, packet);
        }
    }

    /// Changes one host; states before this one keep theirs.
    fn with(&mut self, place: u8, change: impl FnOnce(&mut Self, u8, &mut Host)) {
        let Some(mut host) = self.state.host(place).cloned() else { return };
        change(self, place, &mut host);
        self.put(place, host);
    }

    fn put(&mut self, place: u8, host: Host) {
        if let Some(slot) = self.state.hosts.get_mut(usize::from(place)) {
            *slot = Arc::new(host);
        }
    }

    fn power_off(&mut self, place: u8) {
        let Some(down) = self.lan.down(place, self.state.stubborn) else { return };
        self.put(place, down);
        self.state.wire.retain(|packet| packet.to != place);
        self.state.held.retain(|packet| packet.to != place);
    }

    fn arrive(&mut self, packet: Packet) {
        self.with(packet.to, |step, place, host| match &mut host.life {
            Life::Frozen { waiting, .. } => waiting.push((NOW, packet)),
            Life::Up => step.hear(place, host, NOW, packet),
            Life::Down => {}
        });
    }

    fn hear(&mut self, place: u8, host: &mut Host, at: Instant, packet: Packet) {
        let Packet { from, vrid, priority, .. } = packet;
        if let Some(heard) = host.heard.get_mut(usize::from(vrid)) {
            // A farewell takes the memory away: then it is time to become Master.
            let counts = self.state.stubborn.has(place) && priority != Priority::RELEASE;
            *heard = counts.then_some(at);
        }
        let must_yield = host.machine.loses_to(vrid, priority, from);
        let late = host.machine.deadline().is_some_and(|due| due < NOW);
        let before = host.machine.member(vrid).map(Glance::at);
        host.machine.hear(at, vrid, priority, from, self.lan.mutant);
        let after = host.machine.member(vrid).map(Glance::at);
        if must_yield && host.machine.state(vrid) == Some(StateKind::Master) {
            self.state.broken.put(Law::NoTwoMasters);
        }
        if !late && host.machine.deadline().is_some_and(|due| due < at) {
            self.state.broken.put(Law::NoPast);
        }
        let sent = self.carry_out(place, host);
        if let (Some(before), Some(after)) = (before, after) {
            self.judge_rows(rows::is_heard_well(&before, &after, at, priority, must_yield, sent));
        }
    }

    fn judge_rows(&mut self, well: bool) {
        if !well {
            self.state.broken.put(Law::Rows);
        }
    }

    fn fire(&mut self, place: u8, host: &mut Host) {
        let is_master = |host: &Host, vrid: u8| host.machine.state(vrid) == Some(StateKind::Master);
        let was = [is_master(host, 0), is_master(host, 1)];
        let before = Glance::at_all(&host.machine);
        host.machine.wake(NOW, self.lan.mutant);
        for (vrid, was) in (0..).zip(was) {
            if !was && is_master(host, vrid) && self.is_early(host, vrid) {
                self.state.broken.put(Law::NoPreemption);
            }
        }
        if host.machine.deadline().is_some_and(|due| due <= NOW) {
            self.state.broken.put(Law::NoPast);
        }
        let after = Glance::at_all(&host.machine);
        let sent = self.carry_out(place, host);
        self.judge_rows(rows::is_fired_well(&before, &after, sent));
    }

    /// Whether it heard a Master less than `Master_Down` ago.
    fn is_early(&self, host: &Host, vrid: u8) -> bool {
        let heard = host.heard.get(usize::from(vrid)).copied().flatten();
        let (Some(heard), Some(router)) = (heard, host.machine.member(vrid)) else { return false };
        NOW.saturating_since(heard) < master_down(self.lan.plan.version, router.effective_priority())
    }

    fn pass(&mut self) {
        let Some(by) = self.state.pause() else { return };
        let settled = self.lan.plan.settled();
        self.state.quiet = (self.state.quiet + by).min(settled);
        let forgotten = NOW.saturating_sub(settled);
        for host in &mut self.state.hosts {
            if host.life == Life::Down {
                continue;
            }
            let mut moved = Host::clone(host);
            moved.machine.rebase(by);
            for heard in &mut moved.heard {
                *heard = heard.map(|at| at.saturating_sub(by)).filter(|at| *at > forgotten);
            }
            if let Life::Frozen { until, waiting } = &mut moved.life {
                *until = until.saturating_sub(by);
                waiting.iter_mut().for_each(|(at, _)| *at = at.saturating_sub(by));
            }
            *host = Arc::new(moved);
        }
    }

    /// Takes what a machine wants done; its advertisements go to everybody who hears it. Returns how
    /// many they are.
    fn carry_out(&mut self, from: u8, host: &mut Host) -> usize {
        let outputs = host.machine.take(self.lan.mutant);
        if outputs.len() > MOST_OUTPUTS * host.machine.members().len() {
            self.state.broken.put(Law::FewOutputs);
        }
        let mut sent = 0;
        for (vrid, output) in outputs {
            (self.watch)(from, vrid, output);
            let Output::SendAdvertisement { priority } = output else { continue };
            sent += 1;
            for (to, other) in (0..).zip(&self.state.hosts) {
                let hears = self.state.side(to) == self.state.side(from);
                if to != from && hears && other.life != Life::Down {
                    self.state.wire.push(Packet { to, from, vrid, priority });
                }
            }
        }
        sent
    }
}

const TRACKER: Fault = Fault::Tracker(0);

fn remove(packets: &mut Vec<Packet>, packet: Packet) {
    if let Some(index) = packets.iter().position(|other| *other == packet) {
        packets.remove(index);
    }
}
