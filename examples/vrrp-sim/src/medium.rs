//! The LANs: who is in a group, who hears whom, and what is under way.

use std::sync::Arc;

use crate::network::Network;
use crate::queue::{Coming, Queue};
use crate::random::Random;
use crate::time::{Time, nanos};

/// Everything between the routers, and the queue of what is going to happen.
#[derive(Clone, Debug)]
pub(crate) struct Medium {
    pub(crate) network: Network,
    pub(crate) queue: Queue,
    random: Random,
    groups: Vec<Vec<usize>>,
    /// Of each receiver the senders that it does not hear, sorted; empty if everybody hears
    /// everybody.
    blocked: Vec<Vec<usize>>,
    routers: usize,
}

impl Medium {
    pub(crate) fn new(network: Network, groups: Vec<Vec<usize>>, seed: u64) -> Self {
        let routers = groups.iter().map(Vec::len).sum();
        let (queue, random) = (Queue::default(), Random::new(seed));
        Self { network, queue, random, groups, blocked: Vec::new(), routers }
    }

    pub(crate) fn groups(&self) -> usize {
        self.groups.len()
    }

    pub(crate) fn member(&self, group: usize, number: usize) -> Option<usize> {
        self.groups.get(group)?.get(number).copied()
    }

    pub(crate) fn is_blocked(&self, from: usize, to: usize) -> bool {
        self.blocked.get(to).is_some_and(|senders| senders.binary_search(&from).is_ok())
    }

    pub(crate) fn block(&mut self, from: &[usize], to: &[usize], blocked: bool) {
        self.blocked.resize(self.routers, Vec::new());
        for receiver in to {
            let Some(senders) = self.blocked.get_mut(*receiver) else { continue };
            for sender in from {
                match (senders.binary_search(sender), blocked) {
                    (Err(position), true) => senders.insert(position, *sender),
                    (Ok(position), false) => {
                        senders.remove(position);
                    }
                    (Ok(_), true) | (Err(_), false) => {}
                }
            }
        }
        if self.blocked.iter().all(Vec::is_empty) {
            self.blocked.clear();
        }
    }

    /// Cuts the parts from each other, besides what is cut already.
    pub(crate) fn partition(&mut self, parts: &[Vec<usize>]) {
        for (number, part) in parts.iter().enumerate() {
            for other in parts.iter().skip(number + 1) {
                self.block(part, other, true);
                self.block(other, part, true);
            }
        }
    }

    pub(crate) fn heal(&mut self) {
        self.blocked.clear();
    }

    /// Puts an advertisement on its way.
    pub(crate) fn transmit(&mut self, now: Time, from: usize, group: usize, octets: Arc<[u8]>) {
        if !self.network.is_noisy() {
            let at = self.arrival(now);
            self.queue.push(at, Coming::Frame { from, to: None, octets });
            return;
        }
        let mut number = 0;
        while let Some(to) = self.member(group, number) {
            number += 1;
            if to == from || self.random.chance(self.network.loss.as_millionths()) {
                continue;
            }
            let copies = if self.random.chance(self.network.duplicate.as_millionths()) { 2 } else { 1 };
            for _ in 0..copies {
                let mut at = self.arrival(now);
                if self.random.chance(self.network.reorder.as_millionths()) {
                    at = at.plus_nanos(self.random.below(nanos(self.network.hold)));
                }
                self.queue.push(at, Coming::Frame { from, to: Some(to), octets: Arc::clone(&octets) });
            }
        }
    }

    fn arrival(&mut self, now: Time) -> Time {
        // At least a nanosecond, so that an answer comes after its question.
        let jitter = self.random.between(0, nanos(self.network.jitter));
        now.plus_nanos(nanos(self.network.delay).max(1)).plus_nanos(jitter)
    }
}
