//! How fast announcements may follow each other on a link.

use alloc::collections::BTreeMap;
use core::num::NonZeroU8;
use core::ops::Bound;
use core::time::Duration;

use crate::Instant;

/// Announcements that wait for their turn (keepalived's `vrrp_garp_interval`, `vrrp_gna_interval`
/// and `garp_group`).
///
/// [`Output::Announce`](crate::Output::Announce) says how often each address is announced. Some
/// switches drop what comes faster than they learn, so the packets of all routers on a link may
/// have to keep a distance: have one pacer for the gratuitous ARP and one for the unsolicited NA of
/// an interface, or of a group of interfaces, and let every burst go through it. `Item` is one
/// packet: a router and an address, say.
///
/// It is driven as a [`VirtualRouter`](crate::VirtualRouter) is: give it bursts, take what may be
/// sent now until there is nothing left, ask for the next moment. The first packet after a pause
/// goes at once. All that wait take turns, so a burst of two addresses is a, b, a, b; an item that
/// waits already is not queued twice but sent as often as the larger burst says, so there are never
/// more entries than items. (keepalived sends such an item once: two addresses, five times each, are
/// three packets.) After a sleep it sends one packet, not the backlog.
///
/// ```
/// use core::time::Duration;
/// use vrrp_fsm::{AnnouncePacer, Instant};
///
/// let mut pacer = AnnouncePacer::new(Duration::from_millis(10));
/// let mut now = Instant::from_origin(Duration::from_secs(1));
/// pacer.burst(now, ["192.0.2.100", "192.0.2.101"], 2); // Output::Announce { repeat: 2 }
/// let mut sent = Vec::new();
/// while let Some(due) = pacer.poll_timeout() {
///     now = due; // yours: sleep until then
///     while let Some(address) = pacer.poll_output(now) {
///         sent.push((now.since_origin().as_millis(), address));
///     }
/// }
/// let (a, b) = ("192.0.2.100", "192.0.2.101");
/// assert_eq!(sent, [(1000, a), (1010, b), (1020, a), (1030, b)]);
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct AnnouncePacer<Item> {
    interval: Duration,
    /// Nothing is sent before.
    next: Instant,
    /// How often each is still to be sent.
    waiting: BTreeMap<Item, NonZeroU8>,
    /// Whose turn was the last; the next one's follows it.
    last: Option<Item>,
}

impl<Item: Clone + Ord> AnnouncePacer<Item> {
    /// At least `interval` between two packets; zero for no distance.
    #[must_use]
    pub const fn new(interval: Duration) -> Self {
        Self { interval, next: Instant::from_origin(Duration::ZERO), waiting: BTreeMap::new(), last: None }
    }

    /// Each of `items` is to be sent `repeat` times, from `now` on.
    pub fn burst(&mut self, now: Instant, items: impl IntoIterator<Item = Item>, repeat: u8) {
        let Some(repeat) = NonZeroU8::new(repeat) else { return };
        if self.waiting.is_empty() {
            self.next = self.next.max(now);
        }
        for item in items {
            let left = self.waiting.entry(item).or_insert(repeat);
            *left = repeat.max(*left);
        }
    }

    /// Forgets what is `unwanted`: what waits for a router that is no longer Master, say.
    pub fn cancel(&mut self, mut unwanted: impl FnMut(&Item) -> bool) {
        self.waiting.retain(|item, _| !unwanted(item));
        self.last = self.last.take().filter(|_| !self.waiting.is_empty());
    }

    /// Takes the next packet to send, if one may be sent at `now`. Drain to `None`.
    pub fn poll_output(&mut self, now: Instant) -> Option<Item> {
        if now < self.next {
            return None;
        }
        let item = self.turn()?;
        match self.waiting.get_mut(&item).map(|left| (NonZeroU8::new(left.get() - 1), left)) {
            Some((Some(fewer), left)) => *left = fewer,
            Some((None, _)) | None => drop(self.waiting.remove(&item)),
        }
        self.next = now + self.interval;
        self.last = (!self.waiting.is_empty()).then(|| item.clone());
        Some(item)
    }

    /// When the next packet may be sent; `None` if none waits.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        (!self.waiting.is_empty()).then_some(self.next)
    }

    /// Moves the origin of time `by` later, as [`VirtualRouter::rebase`](crate::VirtualRouter::rebase)
    /// does.
    pub fn rebase(&mut self, by: Duration) {
        self.next = self.next.saturating_sub(by);
    }

    fn turn(&self) -> Option<Item> {
        let after = self.last.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let mut following = self.waiting.range((after, Bound::Unbounded));
        following.next().or_else(|| self.waiting.first_key_value()).map(|(item, _)| item.clone())
    }
}
