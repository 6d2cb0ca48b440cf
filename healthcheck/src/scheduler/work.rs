//! What a scheduler does while it is awaited.

use core::hash::Hash;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::Arc;

use tokio::time::sleep_until;

use super::queue::Ticket;
use super::slot::{Activity, Attempt};
use super::{Scheduled, Scheduler, SchedulerEvent};
use crate::probe::connecting::{Connecting, no_socket};
use crate::probe::conversation::Conversation;
use crate::probe::over_tcp::Kind;
use crate::{Failure, Input, Instant, Outcome, Output, Pace, Phase, ProbeReport};

/// Probes that begin before the events so far are handed out.
const BATCH: usize = 64;

/// A probe that begins at most this late counts from when it was due, so that the delays of timers
/// do not add up. A later one keeps its distance to the next.
const TOLERANCE: Duration = Duration::from_millis(100);

/// As good as never, and tokio can still add it.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Empty between calls; keeps its memory.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    done: Vec<(u32, ProbeReport)>,
    ready: Vec<(u64, bool)>,
}

impl<K: Clone + Eq + Hash> Scheduler<K> {
    /// Does what can be done now; whether there was anything.
    pub(super) fn work(&mut self, cx: &mut Context<'_>) -> bool {
        let answered = self.collect(cx);
        let due = self.expire();
        let began = self.begin_waiting();
        answered || due || began
    }

    /// Waits for the next timer.
    pub(super) fn poll_sleep(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some((at, _)) = self.timers.first() else { return Poll::Pending };
        let at = self.origin + self.round_up(at.since_origin().min(CENTURY));
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(cx)
    }

    /// The end of the slack that `at` is in: whatever is due until then is done in one go.
    fn round_up(&self, at: Duration) -> Duration {
        let slack = self.slack.as_nanos();
        let left = at.as_nanos().checked_rem(slack).map_or(0, |past| (slack - past) % slack);
        at + Duration::from_nanos(u64::try_from(left).unwrap_or(0))
    }

    /// The present time, which stays in mind.
    pub(super) fn look_at_clock(&mut self) -> Instant {
        let now = self.now();
        self.recent = Some(now);
        now
    }

    /// Takes the results that are there.
    fn collect(&mut self, cx: &mut Context<'_>) -> bool {
        let mut scratch = core::mem::take(&mut self.scratch);
        if self.in_flight > self.watched {
            self.running.poll(cx, |number, report| scratch.done.push((number, report)));
        }
        let mut any = !scratch.done.is_empty();
        for (number, report) in scratch.done.drain(..) {
            let now = self.look_at_clock();
            self.finish(number, now, report);
        }
        let mut ready = |token, readable| scratch.ready.push((token, readable));
        if self.watched > 0 && self.readiness.poll(cx, &mut ready).is_ready() {
            any = true;
            for (token, readable) in scratch.ready.drain(..) {
                self.heard(token, readable);
            }
        }
        self.scratch = scratch;
        any
    }

    /// Takes the timers that have run out.
    fn expire(&mut self) -> bool {
        let now = self.recent.unwrap_or_else(|| self.look_at_clock());
        let mut any = false;
        while let Some((due, number)) = self.timers.first().copied().filter(|(due, _)| *due <= now) {
            any = true;
            self.timers.pop_first();
            let Some(slot) = self.slots.get_mut(number) else { continue };
            slot.timer = None;
            match slot.activity {
                Activity::Resting => {}
                Activity::Running => {
                    let failure = Failure::TimedOut { phase: Phase::Receive };
                    let total = now.saturating_since(slot.attempt.began);
                    self.finish(number, now, ProbeReport::new(Outcome::Failure(failure), total));
                    continue;
                }
                // What arrived in time counts, even if nobody has looked since.
                Activity::Connecting(_) => {
                    self.connected(number, true);
                    continue;
                }
                Activity::Talking(_) => {
                    self.go_on(number, true);
                    continue;
                }
            }
            let ticket = Ticket { doubtful: slot.checker.is_doubtful(), due, number };
            slot.ticket = Some(ticket);
            self.queue.insert(ticket);
        }
        any
    }

    /// Begins the probes whose turn it is, a bounded number of them.
    fn begin_waiting(&mut self) -> bool {
        let mut any = false;
        for _ in 0..BATCH {
            if self.in_flight >= self.max_in_flight.get() {
                break;
            }
            let Some(ticket) = self.queue.pop() else { break };
            // What the caller did with events took time, too.
            let now = self.recent.filter(|_| self.in_a_row == 0 || any);
            let now = now.unwrap_or_else(|| self.look_at_clock());
            self.begin(ticket, now);
            any = true;
        }
        any
    }

    /// Begins a probe at `now`.
    fn begin(&mut self, Ticket { due, number, .. }: Ticket, now: Instant) {
        let Some(slot) = self.slots.get_mut(number) else { return };
        slot.ticket = None;
        let counted_from = match slot.checker.config().policy.pace {
            Pace::AfterResult if now.saturating_since(due) > TOLERANCE => now,
            Pace::AfterResult | Pace::FromStart => due,
        };
        slot.checker.handle_timeout(counted_from);
        let Some(Output::StartProbe { target }) = slot.checker.poll_output() else {
            self.arm(number);
            return;
        };
        let serial = slot.attempt.serial.wrapping_add(1);
        slot.attempt = Attempt { serial, target, due, began: now, counted_from };
        let Some(probe) = slot.probe() else { return };
        self.in_flight += 1;
        match probe.over_tcp().map(|over| over.0) {
            Some(Kind::Connection(tcp)) => {
                let suspicious = self.ports.may_meet_itself(now, &tcp.connect);
                let deadline = now + tcp.connect.timeout;
                match Connecting::begin(tcp, suspicious, &mut self.spares) {
                    Ok(Some(connecting)) => self.watch(number, connecting, deadline),
                    done => self.settle(number, done.map(drop)),
                }
            }
            Some(Kind::Dialogue(probe)) => {
                let suspicious = self.ports.may_meet_itself(now, probe.connect());
                match Conversation::begin(probe, suspicious, now) {
                    Ok(conversation) => self.converse(number, conversation),
                    Err(report) => self.finish(number, now, *report),
                }
            }
            None => {
                let probe = Arc::clone(probe);
                slot.activity = Activity::Running;
                slot.timer = slot.limit.map(|limit| now + limit);
                self.timers.extend(slot.timer.map(|at| (at, number)));
                self.running.insert(number, Box::pin(async move { probe.probe().await }));
            }
        }
    }

    /// Waits for a connection until `deadline`.
    fn watch(&mut self, number: u32, connecting: Connecting, deadline: Instant) {
        let Some(slot) = self.slots.get_mut(number) else { return };
        let token = token(number, slot.attempt.serial);
        if let Err(error) = self.readiness.watch(connecting.socket(), token, true) {
            self.settle(number, Err(no_socket(&error)));
            return;
        }
        slot.activity = Activity::Connecting(connecting);
        slot.timer = Some(deadline);
        self.timers.insert((deadline, number));
        self.watched += 1;
    }

    /// The socket with this token has news.
    fn heard(&mut self, word: u64, readable: bool) {
        let [.., a, b, c, d] = word.to_be_bytes();
        let number = u32::from_be_bytes([a, b, c, d]);
        let Some(slot) = self.slots.get(number) else { return };
        // A closed socket still speaks while a child that was just forked has it.
        if token(number, slot.attempt.serial) != word {
            return;
        }
        match slot.activity {
            Activity::Resting | Activity::Running => {}
            Activity::Connecting(_) => self.connected(number, false),
            Activity::Talking(_) => self.go_on(number, readable),
        }
    }

    /// Looks what has become of a connection; at `last` it has to be there.
    fn connected(&mut self, number: u32, last: bool) {
        let Some(slot) = self.slots.get(number) else { return };
        let Activity::Connecting(connecting) = &slot.activity else { return };
        let address = match slot.probe().and_then(|probe| probe.over_tcp()).map(|over| over.0) {
            Some(Kind::Connection(probe)) => Some(probe.connect.address),
            // It said something else before.
            Some(Kind::Dialogue(_)) | None => None,
        };
        let result = address.and_then(|address| connecting.result(address)).or_else(|| {
            if last {
                return Some(Err(Outcome::Failure(Failure::TimedOut { phase: Phase::Connect })));
            }
            let token = token(number, slot.attempt.serial);
            let watched = self.readiness.watch_again(connecting.socket(), token, true);
            watched.err().map(|error| Err(no_socket(&error)))
        });
        if let Some(result) = result {
            self.settle(number, result);
        }
    }

    /// The end of an attempt to connect.
    fn settle(&mut self, number: u32, result: Result<(), Outcome>) {
        let now = self.look_at_clock();
        let Some(slot) = self.slots.get(number) else { return };
        let total = now.saturating_since(slot.attempt.began);
        let connect = result.is_ok().then_some(total);
        let outcome = result.err().unwrap_or(Outcome::Success);
        self.finish(number, now, ProbeReport { connect, ..ProbeReport::new(outcome, total) });
    }

    /// The end of a probe: the check is told, and what it says goes out.
    pub(super) fn finish(&mut self, number: u32, now: Instant, report: ProbeReport) {
        self.end(number);
        let Some(slot) = self.slots.get_mut(number) else { return };
        let Attempt { target, due, began, counted_from, .. } = slot.attempt;
        let key = &slot.key;
        let tell = |what| SchedulerEvent { key: key.clone(), at: now, what };
        self.events.push_back(tell(Scheduled::Probed { target, report, late: began.saturating_since(due) }));
        let ended = match slot.checker.config().policy.pace {
            Pace::AfterResult => counted_from + now.saturating_since(began),
            Pace::FromStart => now,
        };
        slot.checker.handle_input(ended, Input::ProbeResult(report.outcome));
        while let Some(output) = slot.checker.poll_output() {
            match output {
                Output::Transition(change) => self.events.push_back(tell(Scheduled::Transition(change))),
                Output::Event(event) => self.events.push_back(tell(Scheduled::Event(event))),
                // Only time brings one.
                Output::StartProbe { .. } => {}
            }
        }
        self.arm(number);
    }

    /// Takes a check out of everything it is in: timers, queue, flight.
    pub(super) fn end(&mut self, number: u32) {
        let Some(slot) = self.slots.get_mut(number) else { return };
        if let Some(at) = slot.timer.take() {
            self.timers.remove(&(at, number));
        }
        if let Some(ticket) = slot.ticket.take() {
            self.queue.remove(ticket);
        }
        if slot.checker.is_probing() {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
        match core::mem::replace(&mut slot.activity, Activity::Resting) {
            Activity::Resting => {}
            Activity::Connecting(_) | Activity::Talking(_) => self.watched = self.watched.saturating_sub(1),
            Activity::Running => self.running.remove(number),
        }
    }

    /// Sets the timer of a check to when it wants its next probe, if it wants one.
    pub(super) fn arm(&mut self, number: u32) {
        let Some(slot) = self.slots.get_mut(number) else { return };
        if slot.checker.is_probing() {
            return;
        }
        let due = slot.checker.poll_timeout();
        if let Some(ticket) = slot.ticket.take() {
            self.queue.remove(ticket);
        }
        if let Some(at) = core::mem::replace(&mut slot.timer, due) {
            self.timers.remove(&(at, number));
        }
        if let Some(at) = due {
            self.timers.insert((at, number));
        }
    }
}

/// What the kernel gives back when a socket of this attempt is ready.
pub(super) fn token(number: u32, serial: u32) -> u64 {
    u64::from(serial) << 32 | u64::from(number)
}
