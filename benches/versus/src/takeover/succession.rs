//! From what the sniffer heard to the three times of a takeover.

use core::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use netlab::{Event, Lan, Mac};

use crate::failure::{Failure, check};

/// The address that both routers want.
pub(super) const VIRTUAL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 100);

/// Who sends starts its timer before the kernel stamps what was sent, hence a takeover may seem
/// early; by more than this and the heir had not heard the last advertisement.
const EARLINESS: Duration = Duration::from_millis(3);

/// How the old master leaves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Leave {
    /// All processes at once, without a word.
    Crash,
    /// Asked to, with a last advertisement of priority 0.
    Stop,
}

/// What matters of a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Heard {
    /// An advertisement of a host with a priority.
    Advert { host: u8, priority: u8 },
    /// A gratuitous ARP for [`VIRTUAL`] from this link-layer address.
    Announcement { mac: Mac },
}

/// When the new master spoke, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Succession {
    /// Its first advertisement, beyond the timer.
    pub(super) advert_ms: f64,
    /// Its first gratuitous ARP, beyond the timer.
    pub(super) announcement_ms: f64,
    /// From the former to the latter.
    pub(super) between_ms: f64,
}

/// Reads a frame; `None` if it does not matter here.
pub(super) fn understand(event: &Event) -> Option<(Duration, Heard)> {
    if let Some(advert) = event.advert() {
        let IpAddr::V4(source) = advert.source else { return None };
        let [.., host] = source.octets();
        let ours = source == Lan::address(host);
        return ours.then_some((event.time, Heard::Advert { host, priority: advert.priority }));
    }
    let arp = event.gratuitous_arp().filter(|arp| arp.sender == VIRTUAL)?;
    Some((event.time, Heard::Announcement { mac: arp.sender_mac }))
}

/// The old master and the new one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parties {
    /// Host number of who leaves.
    pub(super) leaver: u8,
    /// Host number of who takes over.
    pub(super) heir: u8,
    /// Its link-layer address.
    pub(super) heir_mac: Mac,
}

/// Both words of the new master, once they were heard.
pub(super) fn new_master(heard: &[(Duration, Heard)], parties: Parties) -> Option<(Duration, Duration)> {
    let first = |wanted: &dyn Fn(&Heard) -> bool| {
        heard.iter().find(|(_, heard)| wanted(heard)).map(|(time, _)| *time)
    };
    let advert = first(&|heard| matches!(heard, Heard::Advert { host, .. } if *host == parties.heir))?;
    let announcement =
        first(&|heard| matches!(heard, Heard::Announcement { mac } if *mac == parties.heir_mac))?;
    Some((advert, announcement))
}

/// Measures the takeover in everything that was heard since the old master was alone. `timer` is
/// what the new one had to wait after the old one's last advertisement.
pub(super) fn measure(
    heard: &[(Duration, Heard)],
    parties: Parties,
    leave: Leave,
    timer: Duration,
) -> Result<Succession, Failure> {
    let (advert, announcement) = new_master(heard, parties)
        .ok_or_else(|| Failure::Untrue("the new master has not both advertised and announced".into()))?;
    let last = heard.iter().rev().find_map(|(time, heard)| match heard {
        Heard::Advert { host, priority } if *host == parties.leaver => Some((*time, *priority)),
        Heard::Advert { .. } | Heard::Announcement { .. } => None,
    });
    let (last, priority) = last.ok_or_else(|| Failure::Untrue("the old master never advertised".into()))?;
    check((priority == 0) == (leave == Leave::Stop), || {
        format!("the last advertisement of a {leave:?} has priority {priority}")
    })?;
    let earliest = last + timer.saturating_sub(EARLINESS);
    check(advert >= earliest, || {
        let waited = (advert.as_secs_f64() - last.as_secs_f64()) * 1e3;
        format!("the new master spoke {waited:.3} ms after the last advertisement: it had not heard it")
    })?;
    let beyond = |time: Duration| (time.as_secs_f64() - (last + timer).as_secs_f64()) * 1e3;
    check(beyond(advert) < timer.as_secs_f64() * 1e3 + 1e3, || {
        format!("the new master was {:.0} ms late: it was not waiting", beyond(advert))
    })?;
    let between_ms = millis(announcement) - millis(advert);
    Ok(Succession { advert_ms: beyond(advert), announcement_ms: beyond(announcement), between_ms })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEIR: Mac = Mac::new([2, 0, 0, 0, 0, 2]);
    const PARTIES: Parties = Parties { leaver: 1, heir: 2, heir_mac: HEIR };
    const TIMER: Duration = Duration::from_millis(36);

    fn advert(at_us: u64, host: u8, priority: u8) -> (Duration, Heard) {
        (Duration::from_micros(at_us), Heard::Advert { host, priority })
    }

    fn announcement(at_us: u64) -> (Duration, Heard) {
        (Duration::from_micros(at_us), Heard::Announcement { mac: HEIR })
    }

    #[test]
    fn times_count_from_the_last_advertisement() {
        let heard = [advert(0, 1, 100), advert(10_000, 1, 100), advert(46_500, 2, 100), announcement(46_600)];
        let found = measure(&heard, PARTIES, Leave::Crash, TIMER).unwrap();
        let near = |value: f64, expected: f64| (value - expected).abs() < 1e-6;
        assert!(near(found.advert_ms, 0.5) && near(found.announcement_ms, 0.6), "{found:?}");
        assert!(near(found.between_ms, 0.1), "{found:?}");
    }

    #[test]
    fn a_crash_says_no_good_bye_and_a_stop_does() {
        let silent = [advert(0, 1, 100), advert(36_100, 2, 100), announcement(36_200)];
        let polite = [advert(0, 1, 0), advert(36_100, 2, 100), announcement(36_200)];
        assert!(measure(&silent, PARTIES, Leave::Crash, TIMER).is_ok());
        assert!(measure(&silent, PARTIES, Leave::Stop, TIMER).is_err());
        assert!(measure(&polite, PARTIES, Leave::Stop, TIMER).is_ok());
        assert!(measure(&polite, PARTIES, Leave::Crash, TIMER).is_err());
    }

    #[test]
    fn an_heir_that_did_not_listen_is_no_measurement() {
        for at_us in [20_000, 9_000_000] {
            let heard = [advert(0, 1, 100), advert(at_us, 2, 100), announcement(at_us)];
            assert!(measure(&heard, PARTIES, Leave::Crash, TIMER).is_err(), "{at_us}");
        }
    }

    #[test]
    fn an_announcement_of_somebody_else_does_not_count() {
        let stranger = Heard::Announcement { mac: Mac::new([2, 0, 0, 0, 0, 1]) };
        let heard = [advert(0, 1, 100), advert(36_100, 2, 100), (Duration::from_millis(37), stranger)];
        assert_eq!(new_master(&heard, PARTIES), None);
    }
}
