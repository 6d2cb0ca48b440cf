//! Numbers of trailers: how they grow, and what is remembered of each sender.

use core::net::IpAddr;

use crate::AntiReplay;

/// Number of a trailer: seconds since 1970 (32 bits), 1/2¹⁶ seconds (16 bits), a count (16
/// bits), together one number of 64 bits that only grows.
///
/// Compared by serial number arithmetic (RFC 1982), so it survives the year 2106.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct HmacSequence(u64);

impl HmacSequence {
    /// From the eight octets of a trailer, in network order.
    #[must_use]
    pub const fn new(sequence: u64) -> Self {
        Self(sequence)
    }

    /// Of a moment: `secs` since 1970, UTC, and `nanos` below 1,000,000,000. The count is 0.
    #[must_use]
    pub const fn at(secs: u32, nanos: u32) -> Self {
        // `as` widens.
        let fraction = ((nanos as u64) << 16) / 1_000_000_000;
        Self((secs as u64) << 32 | fraction << 16)
    }

    /// All 64 bits.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn secs(self) -> u32 {
        let [a, b, c, d, ..] = self.0.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// Whether this number came after `other`.
    #[must_use]
    pub const fn is_after(self, other: Self) -> bool {
        self.0.wrapping_sub(other.0).cast_signed() > 0
    }

    /// How many seconds this number is behind `now`; negative if it is ahead.
    #[must_use]
    pub const fn behind(self, now: u32) -> i32 {
        now.wrapping_sub(self.secs()).cast_signed()
    }

    /// The number to send after `last` when the clock says `clock` ([`at`](Self::at)): the
    /// clock's, or one more than the last.
    ///
    /// When the clock was set back by more than the window, receivers refuse anything but the
    /// new time: then [`AntiReplay::Time`] follows the clock, [`AntiReplay::Monotonic`] goes on
    /// counting.
    #[must_use]
    pub fn next(last: Option<Self>, clock: Self, anti_replay: AntiReplay) -> Self {
        let Some(last) = last else { return clock };
        if clock.is_after(last) {
            return clock;
        }
        match anti_replay {
            AntiReplay::Time { window } if last.behind(clock.secs()) < -i32::from(window) => clock,
            AntiReplay::Time { .. } | AntiReplay::Monotonic => Self(last.0.wrapping_add(1)),
        }
    }
}

/// The number last accepted from each of `N` senders; the one that was silent longest makes
/// room for a new one.
///
/// keepalived keeps four for a multicast group, and one for each unicast peer: then let `N` be
/// their number, or keep [`HmacSequence`]s beside the peers instead. A sender that had to make
/// room is only kept from replaying by the clock ([`AntiReplay::Time`]).
///
/// Give it only what [`receive`](crate::receive) accepted, so that forged senders never
/// displace real ones.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ReplayGuard<const N: usize = 4> {
    /// The one heard last comes first.
    senders: [Option<(IpAddr, HmacSequence)>; N],
}

impl<const N: usize> ReplayGuard<N> {
    /// Nobody was heard yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { senders: [None; N] }
    }

    /// The number last accepted from `source`.
    #[must_use]
    pub fn last(&self, source: IpAddr) -> Option<HmacSequence> {
        self.senders.iter().flatten().find(|(sender, _)| *sender == source).map(|(_, last)| *last)
    }

    /// Remembers what was accepted from `source`.
    pub fn accept(&mut self, source: IpAddr, sequence: HmacSequence) {
        let known = self.senders.iter().position(|entry| entry.is_some_and(|(sender, _)| sender == source));
        let place = known.unwrap_or(N.saturating_sub(1));
        if let Some(moved) = self.senders.get_mut(..=place) {
            moved.rotate_right(1);
        }
        if let Some(first) = self.senders.first_mut() {
            *first = Some((source, sequence));
        }
    }
}

impl<const N: usize> Default for ReplayGuard<N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::Ipv4Addr;

    fn host(number: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, number).into()
    }

    #[test]
    fn the_oldest_sender_makes_room() {
        let mut guard = ReplayGuard::<2>::new();
        let [one, two, three] = [1, 2, 3].map(HmacSequence::new);
        guard.accept(host(1), one);
        guard.accept(host(2), one);
        guard.accept(host(1), two);
        guard.accept(host(3), three);
        assert_eq!(guard.last(host(1)), Some(two));
        assert_eq!(guard.last(host(2)), None);
        assert_eq!(guard.last(host(3)), Some(three));
    }

    #[test]
    fn numbers_compare_across_their_end() {
        let (before, after) = (HmacSequence::new(u64::MAX), HmacSequence::new(3));
        assert!(after.is_after(before));
        assert!(!before.is_after(after));
        assert!(!after.is_after(after));
        assert_eq!(HmacSequence::at(2, 0).behind(5), 3);
        assert_eq!(HmacSequence::at(u32::MAX, 0).behind(4), 5);
    }

    #[test]
    fn a_moment_has_seconds_and_a_fraction() {
        assert_eq!(HmacSequence::at(0x6800_0000, 500_000_000).get(), 0x6800_0000_8000_0000);
    }

    #[test]
    fn what_is_sent_grows_with_the_clock_and_without_it() {
        let time = AntiReplay::Time { window: 5 };
        let now = HmacSequence::at(1000, 0);
        assert_eq!(HmacSequence::next(None, now, time), now);
        assert_eq!(HmacSequence::next(Some(HmacSequence::at(999, 0)), now, time), now);
        // The clock stands still, or was set back by no more than the window.
        assert_eq!(HmacSequence::next(Some(now), now, time).get(), now.get() + 1);
        let ahead = HmacSequence::at(1005, 0);
        assert_eq!(HmacSequence::next(Some(ahead), now, time).get(), ahead.get() + 1);
        // It was set back by more.
        let far = HmacSequence::at(1006, 0);
        assert_eq!(HmacSequence::next(Some(far), now, time), now);
        assert_eq!(HmacSequence::next(Some(far), now, AntiReplay::Monotonic).get(), far.get() + 1);
    }
}
