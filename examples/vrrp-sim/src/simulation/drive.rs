//! The simulation's side of the machines: what comes to them, what they want done.

use vrrp_proto::Priority;

use super::Simulation;
use super::together::Together;
use crate::law;
use crate::machine::{Event, Heard, Machine, Order, Transition, World};
use crate::medium::Medium;
use crate::observer::{Note, Observer};
use crate::queue::Coming;
use crate::router::{Power, Router};
use crate::time::Time;

impl<O: Observer> Simulation<O> {
    /// Tells a router something, when it runs again if it is frozen, never if it is off.
    pub(super) fn order(&mut self, position: usize, order: Order) {
        let Some(router) = self.routers.get_mut(position) else { return };
        match router.power {
            Power::Off => {}
            Power::Frozen => {
                if router.orders.len() < crate::router::WAITING_ORDERS {
                    router.orders.push(order);
                }
            }
            Power::On => {
                self.input(position, order);
                self.elapse(position);
            }
        }
    }

    pub(super) fn input(&mut self, position: usize, order: Order) {
        let now = self.now;
        if let Some((together, place)) = self.together(position) {
            together.group.obey(now, place, order);
        } else if let Some(router) = self.routers.get_mut(position) {
            router.machine.obey(now, order);
        }
        self.drain(position);
    }

    pub(super) fn timer(&mut self, position: usize) {
        let now = self.now;
        let Some(router) = self.routers.get_mut(position) else { return };
        // Another one if it was armed anew for an earlier time meanwhile.
        if router.armed == now {
            router.armed = Time::NEVER;
            if router.power == Power::On {
                self.elapse(position);
            }
        }
    }

    /// Runs what is due and arms the timer for what is due next.
    pub(super) fn elapse(&mut self, position: usize) {
        let now = self.now;
        // One timer for a sync group.
        let position = self.together(position).map_or(position, |(together, _)| together.first());
        let mut due = self.deadline(position);
        if due <= now {
            if let Some((together, _)) = self.together(position) {
                together.group.elapse(now);
            } else if let Some(router) = self.routers.get_mut(position) {
                router.machine.elapse(now);
            }
            self.drain(position);
            due = self.deadline(position);
            if let Some(law) = law::judge_deadline(now, due) {
                self.observer.note(now, Note::Broke { router: position, law });
                return;
            }
        }
        // A later deadline finds its way when the earlier timer fires: one entry in the queue for
        // each router, not one for each advertisement.
        let Some(router) = self.routers.get_mut(position) else { return };
        if due < router.armed {
            router.armed = due;
            self.medium.queue.push(due, Coming::Timer { router: position });
        }
    }

    /// A router reads what arrived at `at`.
    pub(super) fn receive(&mut self, from: usize, to: usize, at: Time, octets: &[u8]) {
        let Some(facts) = self.routers.get(from).map(|router| *router.wire.facts()) else { return };
        let Some(router) = self.routers.get_mut(to) else { return };
        match router.wire.receive(octets, &facts) {
            Ok(heard) => self.hear(to, at, heard),
            Err(reason) => self.observer.note(self.now, Note::Refused { router: to, reason }),
        }
    }

    fn hear(&mut self, position: usize, at: Time, heard: Heard) {
        let now = self.now;
        let Some(router) = self.routers.get(position) else { return };
        let must_yield = law::must_yield(&router.machine, &heard);
        if let Some((together, place)) = self.together(position) {
            together.group.hear(at, place, heard);
        } else if let Some(router) = self.routers.get_mut(position) {
            router.machine.hear(at, heard);
        }
        self.drain(position);
        if must_yield
            && let Some(router) = self.routers.get(position)
            && let Some(law) = law::judge_yielding(&router.machine, &heard)
        {
            self.observer.note(now, Note::Broke { router: position, law });
        }
    }

    /// When the machine of a router wants to be woken.
    fn deadline(&mut self, position: usize) -> Time {
        if let Some((together, _)) = self.together(position) {
            return together.group.deadline();
        }
        self.routers.get(position).map_or(Time::NEVER, |router| router.machine.deadline())
    }

    /// The sync group of a router, and its place there.
    pub(super) fn together(&mut self, position: usize) -> Option<(&mut Together, usize)> {
        self.together.iter_mut().find_map(|one| one.place(position).map(|place| (one, place)))
    }

    fn drain(&mut self, position: usize) {
        self.steps += 1;
        let (medium, observer, now) = (&mut self.medium, &mut self.observer, self.now);
        let group = self.together.iter_mut().find(|one| one.place(position).is_some());
        let (count, machines) = if let Some(Together { group, members }) = group {
            let mut count = 0;
            while let Some((place, wanted)) = group.next() {
                count += 1;
                let Some(position) = members.get(place) else { continue };
                if let Some(router) = self.routers.get_mut(*position) {
                    wanted.carry_out(&mut Around::of(*position, router, medium, observer, now).1);
                }
            }
            let states = (0..members.len()).filter_map(|place| group.member(place));
            let split = law::judge_group(states.map(|machine| machine.state()));
            if let Some((law, router)) = split.zip(members.first().copied()) {
                observer.note(now, Note::Broke { router, law });
            }
            for (place, member) in members.iter().enumerate() {
                if let (Some(router), Some(machine)) = (self.routers.get_mut(*member), group.member(place)) {
                    router.machine = machine;
                }
            }
            (count, members.len())
        } else {
            let Some(router) = self.routers.get_mut(position) else { return };
            let (machine, mut around) = Around::of(position, router, medium, observer, now);
            (machine.drain(&mut around), 1)
        };
        if let Some(law) = law::judge_outputs(count, machines) {
            self.observer.note(now, Note::Broke { router: position, law });
        }
    }
}

/// What a machine acts on while it is drained.
struct Around<'a, O> {
    position: usize,
    group: usize,
    plugged: bool,
    wire: &'a mut crate::wire::Wire,
    medium: &'a mut Medium,
    observer: &'a mut O,
    now: Time,
}

impl<'a, O> Around<'a, O> {
    /// The machine of a router, and what is around it.
    fn of(
        position: usize,
        router: &'a mut Router,
        medium: &'a mut Medium,
        observer: &'a mut O,
        now: Time,
    ) -> (&'a mut Machine, Self) {
        let Router { machine, wire, plugged, group, .. } = router;
        (machine, Self { position, group: *group, plugged: *plugged, wire, medium, observer, now })
    }
}

impl<O: Observer> World for Around<'_, O> {
    fn send(&mut self, priority: Priority) {
        // A packet for a dead link goes nowhere.
        if self.plugged {
            self.observer.note(self.now, Note::Sent { router: self.position, priority });
            self.medium.transmit(self.now, self.position, self.group, self.wire.octets(priority));
        }
    }

    fn hold_addresses(&mut self, held: bool) {
        self.observer.note(self.now, Note::Addresses { router: self.position, held });
    }

    fn announce(&mut self, repeat: u8) {
        self.observer.note(self.now, Note::Announced { router: self.position, repeat });
    }

    fn changed(&mut self, transition: Transition) {
        self.observer.note(self.now, Note::Changed { router: self.position, transition });
    }

    fn tell(&mut self, event: Event) {
        self.observer.note(self.now, Note::Told { router: self.position, event });
    }
}
