//! What is remembered against replay, compared with memories that forget nothing.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use vrrp_proto::{AhError, AhWindow, AntiReplay, HmacSequence, ReplayGuard};

use super::situation::Situation;

pub(super) fn run(situation: &Situation, rest: &[u8]) {
    let (steps, _) = rest.as_chunks::<3>();
    windows(situation, steps);
    guards(steps);
    clocks(situation, steps);
}

/// Authentication headers: a jump from the greatest number so far, and what is done with it.
fn windows(situation: &Situation, steps: &[[u8; 3]]) {
    let tolerant = situation.is_sliding();
    let mut window = if tolerant { AhWindow::sliding() } else { AhWindow::growing() };
    let mut seen = BTreeSet::new();
    for [what, hi, lo] in steps {
        let highest = seen.last().copied().unwrap_or(0);
        assert_eq!(window.highest(), highest);
        let jump = i32::from(i16::from_be_bytes([*hi, *lo])) << (what & 0x10);
        let number = highest.saturating_add_signed(jump);
        let in_window = tolerant && number != 0 && highest.abs_diff(number) < 64 && !seen.contains(&number);
        let fresh = number > highest || in_window;
        let replayed = Err(AhError::Replayed { sequence: number, highest });
        assert_eq!(window.check(number), if fresh { Ok(()) } else { replayed });
        match what & 3 {
            0 if fresh => {
                window.accept(number);
                seen.insert(number);
            }
            1 => {
                window.accept(number);
                seen.insert(number);
            }
            2 => {
                let next = window.next();
                assert_eq!(next, highest.checked_add(1));
                seen.extend(next);
            }
            _ => {}
        }
    }
}

/// Trailers: whose it is, and its number.
fn guards(steps: &[[u8; 3]]) {
    let mut guard = ReplayGuard::<3>::default();
    let mut heard: Vec<(IpAddr, HmacSequence)> = Vec::new();
    for [who, hi, lo] in steps {
        let source = IpAddr::V4(Ipv4Addr::new(192, 0, 2, who & 7));
        let last = heard.iter().find(|(sender, _)| *sender == source).map(|(_, last)| *last);
        assert_eq!(guard.last(source), last);
        let sequence = HmacSequence::new(u16::from_be_bytes([*hi, *lo]).into());
        guard.accept(source, sequence);
        heard.retain(|(sender, _)| *sender != source);
        heard.insert(0, (source, sequence));
        heard.truncate(3);
    }
}

/// What we send grows, whatever the clock does; only [`AntiReplay::Time`] follows it back, and
/// only beyond the window.
fn clocks(situation: &Situation, steps: &[[u8; 3]]) {
    let anti_replay = situation.anti_replay();
    let (mut secs, mut last) = (u32::MAX - 100, None);
    for [what, jump, fraction] in steps {
        secs = secs.wrapping_add_signed(jump.cast_signed().into());
        let clock = HmacSequence::at(secs, u32::from(*fraction) * 3_900_000 + u32::from(what & 1));
        assert_eq!((clock.secs(), clock.behind(secs)), (secs, 0));
        let next = HmacSequence::next(last, clock, anti_replay);
        if let Some(last) = last {
            let set_back = match anti_replay {
                AntiReplay::Time { window } => last.behind(secs) < -i32::from(window),
                AntiReplay::Monotonic => false,
            };
            assert!(next.is_after(last) != set_back && !(next.is_after(last) && last.is_after(next)));
            assert!(next == clock || next.get() == last.get().wrapping_add(1));
        }
        last = Some(next);
    }
}
