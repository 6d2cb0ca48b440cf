//! Probes that are due and wait for others to end.

use std::collections::BTreeSet;

use crate::Instant;

/// One of so many begins in the order of due times alone.
const FAIR_SHARE: u32 = 4;

/// Where a check stands in a [`Queue`].
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Ticket {
    /// Which of both lines.
    pub doubtful: bool,
    /// Since when.
    pub due: Instant,
    /// Of the check.
    pub number: u32,
}

/// Two lines, each ordered by due time: doubtful checks go first, but not always, or thousands of
/// dead servers would leave no turn for those that work.
#[derive(Debug, Default)]
pub(super) struct Queue {
    doubtful: BTreeSet<(Instant, u32)>,
    others: BTreeSet<(Instant, u32)>,
    turns: u32,
}

impl Queue {
    pub(super) fn insert(&mut self, ticket: Ticket) {
        self.line(ticket.doubtful).insert((ticket.due, ticket.number));
    }

    pub(super) fn remove(&mut self, ticket: Ticket) {
        self.line(ticket.doubtful).remove(&(ticket.due, ticket.number));
    }

    /// Takes whoever is next.
    pub(super) fn pop(&mut self) -> Option<Ticket> {
        let doubtful = match (self.doubtful.first(), self.others.first()) {
            (None, None) => return None,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(first), Some(other)) => {
                self.turns = self.turns.wrapping_add(1);
                !self.turns.is_multiple_of(FAIR_SHARE) || first < other
            }
        };
        let (due, number) = self.line(doubtful).pop_first()?;
        Some(Ticket { doubtful, due, number })
    }

    pub(super) fn len(&self) -> usize {
        self.doubtful.len() + self.others.len()
    }

    const fn line(&mut self, doubtful: bool) -> &mut BTreeSet<(Instant, u32)> {
        if doubtful { &mut self.doubtful } else { &mut self.others }
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    #[test]
    fn doubtful_checks_go_first_and_every_fourth_turn_is_for_the_longest_waiting() {
        let mut queue = Queue::default();
        for number in 0..4 {
            let due = |secs| Instant::from_origin(Duration::from_secs(secs));
            queue.insert(Ticket { doubtful: false, due: due(number.into()), number });
            queue.insert(Ticket { doubtful: true, due: due(100 + u64::from(number)), number: number + 10 });
        }
        let order: Vec<u32> = core::iter::from_fn(|| queue.pop()).map(|ticket| ticket.number).collect();
        assert_eq!(order, [10, 11, 12, 0, 13, 1, 2, 3]);
    }

    #[test]
    fn who_leaves_the_line_is_not_called() {
        let mut queue = Queue::default();
        let ticket = Ticket { doubtful: true, due: Instant::default(), number: 1 };
        queue.insert(ticket);
        queue.remove(ticket);
        assert_eq!((queue.len(), queue.pop()), (0, None));
    }
}
