//! A counter-example as a timeline for people.

use core::fmt::{self, Write as _};

use stateright::Path;
use vrrp_fsm::{Output, StateKind};
use vrrp_proto::Priority;

use super::event::Event;
use super::lan::{Lan, Life, Packet, State};
use super::law::Law;
use super::plan::Plan;
use super::step::Step;
use crate::action::Action;
use crate::machine::state_word;
use crate::text;
use crate::time::{Seconds, Time};
use crate::timeline::{Happening, Lane, Timeline};

/// The way to a state in which `law` is broken.
pub(super) fn tell(lan: &Lan, law: Law, path: Path<State, Event>) -> String {
    let mut story = Story { plan: lan.plan, names: names(&lan.plan), now: Time::START, out: String::new() };
    // Writing to a string cannot fail.
    let _ = story.write(lan, law, path.into_vec());
    story.out
}

struct Story {
    plan: Plan,
    /// For the names and words of the simulator's timelines; without records.
    names: Timeline,
    now: Time,
    out: String,
}

/// A lane for each virtual router, those of one host side by side.
fn names(plan: &Plan) -> Timeline {
    let mut lanes = Vec::new();
    for place in 0..plan.hosts {
        for vrid in 0..plan.vrids {
            let Some(config) = plan.config(place, vrid, true) else { continue };
            let host = name(place);
            let name = if plan.vrids > 1 { format!("{host}/{}", config.vrid) } else { host };
            lanes.push(Lane {
                name,
                lan: "lan".to_owned(),
                vrid: config.vrid,
                address: config.primary_address,
                priority: config.priority,
                group: usize::from(vrid),
            });
        }
    }
    Timeline { title: String::new(), end: Time::START, lanes, records: Vec::new(), omitted: 0 }
}

fn name(place: u8) -> String {
    char::from(b'a' + place).to_string()
}

impl Story {
    fn write(&mut self, lan: &Lan, law: Law, path: Vec<(State, Option<Event>)>) -> fmt::Result {
        for (index, (state, event)) in path.iter().enumerate() {
            if index == 0 {
                self.introduce(state)?;
            }
            let Some(event) = event else { return self.conclude(law, state) };
            self.event(state, event)?;
            let mut outputs = Vec::new();
            let mut step =
                Step::new(lan, state.clone(), |place, vrid, output| outputs.push((place, vrid, output)));
            step.apply(event);
            step.finish();
            for (place, vrid, output) in outputs {
                self.output(place, vrid, output)?;
            }
        }
        Ok(())
    }

    fn introduce(&mut self, state: &State) -> fmt::Result {
        for place in 0..self.plan.hosts {
            let stubborn = if state.stubborn.has(place) { ", nopreempt" } else { "" };
            let words =
                format!("=== start {}: priority {}{stubborn}", name(place), self.plan.priority(place));
            self.aside(&words)?;
        }
        Ok(())
    }

    fn event(&mut self, state: &State, event: &Event) -> fmt::Result {
        let of = |packet: &Packet| {
            let from = self.lane_name(packet.from, packet.vrid);
            let what = if packet.priority == Priority::RELEASE { "goodbye" } else { "advertisement" };
            format!("the {what} of {from}")
        };
        let to = |packet: &Packet| self.lane_name(packet.to, packet.vrid).to_owned();
        match event {
            Event::Deliver(packet) | Event::Arrive(packet) => {
                let waits = state.host(packet.to).is_some_and(|host| host.life != Life::Up);
                let from = self.lane_name(packet.from, packet.vrid);
                let late = if matches!(event, Event::Arrive(_)) { ", late" } else { "" };
                let verb = if waits { "will hear" } else { "hears" };
                let words = format!("{verb} priority {} of {from}{late}", packet.priority);
                self.line(packet.to, packet.vrid, &words)
            }
            Event::Drop(packet) => self.aside(&format!("=== {} is lost for {}", of(packet), to(packet))),
            Event::Duplicate(packet) => {
                self.aside(&format!("=== a copy of {} is under way to {}", of(packet), to(packet)))
            }
            Event::Delay(packet) => self.aside(&format!("=== {} is delayed for {}", of(packet), to(packet))),
            Event::Fire(place) => self.line(*place, 0, "is woken by its timer"),
            Event::Pass => {
                self.now = self.now + state.pause().unwrap_or_default();
                Ok(())
            }
            Event::Crash(place) => self.done(Action::Crash(name(*place))),
            Event::Stop(place) => self.done(Action::Stop(name(*place))),
            Event::Start(place) => self.done(Action::Start(name(*place))),
            Event::Freeze(place, length) => {
                let until = Seconds((self.now + *length).since_start());
                self.aside(&format!("=== freeze {} until {until} s", name(*place)))
            }
            Event::Thaw(place) => self.done(Action::Thaw(name(*place))),
            Event::Priority(place, priority) => self.done(Action::Priority(name(*place), *priority)),
            Event::Cut(hosts) => {
                let (here, there): (Vec<u8>, Vec<u8>) =
                    (0..self.plan.hosts).partition(|place| hosts >> place & 1 != 0);
                let parts = [here, there].map(|part| part.into_iter().map(name).collect());
                self.done(Action::Partition(parts.to_vec()))
            }
            Event::Heal => self.done(Action::Heal),
            Event::Fail(place) => self.done(Action::Fail(self.lane_name(*place, 0).to_owned())),
            Event::Recover(place) => self.done(Action::Recover(self.lane_name(*place, 0).to_owned())),
        }
    }

    fn output(&mut self, place: u8, vrid: u8, output: Output) -> fmt::Result {
        let router = self.lane(place, vrid);
        let happening = match output {
            Output::SendAdvertisement { priority } => Happening::Sent { router, priority },
            Output::AcquireAddresses => Happening::Addresses { router, held: true },
            Output::ReleaseAddresses => Happening::Addresses { router, held: false },
            Output::Announce { repeat } => Happening::Announced { router, repeat },
            Output::Transition(transition) => Happening::Changed { router, transition },
            Output::Event(event) => Happening::Told { router, event },
        };
        match self.names.words(&happening) {
            Some((_, words)) => self.line(place, vrid, &words),
            None => Ok(()),
        }
    }

    fn conclude(&mut self, law: Law, state: &State) -> fmt::Result {
        self.aside(&format!("!!! not so: {law}"))?;
        for place in 0..self.plan.hosts {
            let Some(host) = state.host(place) else { continue };
            for vrid in 0..self.plan.vrids {
                let now = host.machine.state(vrid).unwrap_or(StateKind::Initialize);
                let words = match host.life {
                    Life::Up => format!("is {}", state_word(now)),
                    Life::Down => "is down".to_owned(),
                    Life::Frozen { .. } => format!("is frozen as {}", state_word(now)),
                };
                self.line(place, vrid, &words)?;
            }
        }
        Ok(())
    }

    fn done(&mut self, action: Action) -> fmt::Result {
        self.aside(&format!("=== {action}"))
    }

    fn aside(&mut self, words: &str) -> fmt::Result {
        writeln!(self.out, "{:>11}  {words}", self.now.to_string())
    }

    fn line(&mut self, place: u8, vrid: u8, words: &str) -> fmt::Result {
        let width = self.names.lanes.iter().map(|lane| lane.name.len()).max().unwrap_or(0);
        let name = self.names.name(self.lane(place, vrid));
        text::line(&mut self.out, self.now, name, width, words)
    }

    fn lane(&self, place: u8, vrid: u8) -> usize {
        usize::from(place) * usize::from(self.plan.vrids) + usize::from(vrid)
    }

    fn lane_name(&self, place: u8, vrid: u8) -> &str {
        self.names.name(self.lane(place, vrid))
    }
}
