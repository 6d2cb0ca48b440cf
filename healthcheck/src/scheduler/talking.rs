//! Dialogues over TCP that are under way.

use core::hash::Hash;

use super::Scheduler;
use super::slot::Activity;
use super::work::token;
use crate::Outcome;
use crate::probe::connecting::no_socket;
use crate::probe::conversation::{Conversation, Next};

/// Taken from a socket at once.
const BUFFER: usize = 16 * 1024;

impl<K: Clone + Eq + Hash> Scheduler<K> {
    /// Goes the first steps of a dialogue; unless those were all, waits for its socket.
    pub(super) fn converse(&mut self, number: u32, mut conversation: Box<Conversation>) {
        let now = self.look_at_clock();
        let next = conversation.go_on(now, None);
        let Some(slot) = self.slots.get_mut(number) else { return };
        let result = match next {
            Next::Over(result) => Some(result),
            Next::Wait | Next::Later => {
                let token = token(number, slot.attempt.serial);
                let writable = conversation.wants_to_write();
                let watched = self.readiness.watch(conversation.socket(), token, writable);
                watched.err().map(|error| Err(no_socket(&error)))
            }
        };
        if let Some(result) = result {
            let now = self.look_at_clock();
            self.finish(number, now, conversation.report(result, now));
            return;
        }
        slot.activity = Activity::Talking(conversation);
        self.watched += 1;
        self.set_deadline(number);
    }

    /// Goes on with a dialogue: its socket has something to say, or its time is over.
    pub(super) fn go_on(&mut self, number: u32, readable: bool) {
        let now = self.look_at_clock();
        let Some(slot) = self.slots.get_mut(number) else { return };
        let Activity::Talking(conversation) = &mut slot.activity else { return };
        if self.buffer.is_empty() {
            self.buffer.resize(BUFFER, 0);
        }
        let buffer = readable.then_some(self.buffer.as_mut_slice());
        let result = match conversation.go_on(now, buffer) {
            Next::Over(result) => Some(result),
            Next::Wait | Next::Later if conversation.until() <= now => Some(Err(conversation.timed_out())),
            Next::Wait if !conversation.wants_to_write() => None,
            // The kernel tells what is new; whatever was there when it told has to be asked for again.
            Next::Wait | Next::Later => {
                let token = token(number, slot.attempt.serial);
                let writable = conversation.wants_to_write();
                let watched = self.readiness.watch_again(conversation.socket(), token, writable);
                watched.err().map(|error| Err(no_socket(&error)))
            }
        };
        match result {
            None => self.set_deadline(number),
            Some(result) => self.conclude(number, result),
        }
    }

    /// The end of a dialogue.
    fn conclude(&mut self, number: u32, result: Result<(), Outcome>) {
        let now = self.look_at_clock();
        let Some(slot) = self.slots.get(number) else { return };
        let Activity::Talking(conversation) = &slot.activity else { return };
        let report = conversation.report(result, now);
        self.finish(number, now, report);
    }

    /// Looks after a dialogue once it has waited for too long. A timer that comes before stays: the end of most
    /// waits is never reached, so to look once too often costs less than to move it each time.
    fn set_deadline(&mut self, number: u32) {
        let Some(slot) = self.slots.get_mut(number) else { return };
        let Activity::Talking(conversation) = &slot.activity else { return };
        let until = conversation.until();
        if slot.timer.is_some_and(|at| at <= until) {
            return;
        }
        if let Some(at) = slot.timer.replace(until) {
            self.timers.remove(&(at, number));
        }
        self.timers.insert((until, number));
    }
}
