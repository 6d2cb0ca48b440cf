//! What can happen next.

use core::time::Duration;

use vrrp_proto::Priority;

use super::lan::{Life, Packet, State};
use super::plan::{Faults, INTERVAL, MOVED_DOWN, MOVED_UP};

/// One thing that happens. Hosts are named by their place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Event {
    /// A packet arrives.
    Deliver(Packet),
    /// A packet is lost for its receiver.
    Drop(Packet),
    /// A copy of a packet is under way, for any time.
    Duplicate(Packet),
    /// A packet is under way for longer than others.
    Delay(Packet),
    /// A packet that was delayed, or a copy, arrives.
    Arrive(Packet),
    /// A machine acts on its timer.
    Fire(u8),
    /// Nothing is due and nothing on the wire: time goes on to the next deadline.
    Pass,
    Crash(u8),
    Stop(u8),
    Start(u8),
    Freeze(u8, Duration),
    Thaw(u8),
    Priority(u8, Priority),
    /// The LAN falls into these hosts, one bit each, and the others.
    Cut(u8),
    Heal,
    /// A tracker fails on its first virtual router.
    Fail(u8),
    Recover(u8),
}

impl Event {
    /// Whether quiet time begins anew.
    pub(super) const fn is_fault(&self) -> bool {
        !matches!(self, Self::Deliver(_) | Self::Fire(_) | Self::Pass)
    }

    /// Takes what it costs off what may still go wrong. The end of a fault costs nothing.
    pub(super) const fn spend(&self, faults: &mut Faults) {
        let of = match self {
            Self::Drop(_) => &mut faults.drops,
            Self::Crash(_) => &mut faults.crashes,
            Self::Duplicate(_)
            | Self::Delay(_)
            | Self::Stop(_)
            | Self::Freeze(..)
            | Self::Priority(..)
            | Self::Cut(_)
            | Self::Fail(_) => &mut faults.others,
            Self::Deliver(_)
            | Self::Arrive(_)
            | Self::Fire(_)
            | Self::Pass
            | Self::Start(_)
            | Self::Thaw(_)
            | Self::Heal
            | Self::Recover(_) => return,
        };
        *of = of.saturating_sub(1);
    }
}

/// Everything that can happen in `state`.
pub(super) fn possible(state: &State, events: &mut Vec<Event>) {
    to_packets(state, events);
    for place in (0..).take(state.hosts.len()) {
        to_host(state, place, events);
    }
    if state.cut != 0 {
        events.push(Event::Heal);
    } else if state.faults.others > 0 {
        // Without the last host in it, each way to cut is there once.
        let last = state.hosts.len().saturating_sub(1);
        events.extend((1..1_u8 << last).map(Event::Cut));
    }
    if state.is_still() {
        events.push(Event::Pass);
    }
}

fn to_packets(state: &State, events: &mut Vec<Event>) {
    let faults = &state.faults;
    // The same packet twice is one choice.
    for packet in distinct(&state.wire) {
        events.push(Event::Deliver(packet));
        let may = [
            (faults.drops, Event::Drop(packet)),
            (faults.others, Event::Duplicate(packet)),
            (faults.others, Event::Delay(packet)),
        ];
        events.extend(may.into_iter().filter(|(left, _)| *left > 0).map(|(_, event)| event));
    }
    events.extend(distinct(&state.held).map(Event::Arrive));
}

/// Of sorted packets.
fn distinct(packets: &[Packet]) -> impl Iterator<Item = Packet> {
    let before = core::iter::once(None).chain(packets.iter().map(Some));
    packets.iter().zip(before).filter(|(packet, before)| Some(*packet) != *before).map(|(packet, _)| *packet)
}

fn to_host(state: &State, place: u8, events: &mut Vec<Event>) {
    let Some(host) = state.host(place) else { return };
    let faults = &state.faults;
    if state.is_due(place) {
        events.push(Event::Fire(place));
    }
    if state.is_thawing(place) {
        events.push(Event::Thaw(place));
    }
    match host.life {
        Life::Down => events.push(Event::Start(place)),
        Life::Frozen { .. } => {}
        Life::Up => {
            let interval = INTERVAL.as_duration();
            let may = [
                (faults.crashes > 0, Event::Crash(place)),
                (faults.others > 0, Event::Stop(place)),
                (faults.others > 0, Event::Freeze(place, interval * 3 / 2)),
                (faults.others > 0, Event::Freeze(place, interval * 9 / 2)),
                (faults.others > 0, Event::Priority(place, MOVED_UP)),
                (faults.others > 0, Event::Priority(place, MOVED_DOWN)),
                (faults.others > 0 && !host.unfit, Event::Fail(place)),
                (host.unfit, Event::Recover(place)),
            ];
            events.extend(may.into_iter().filter(|(may, _)| *may).map(|(_, event)| event));
        }
    }
}
