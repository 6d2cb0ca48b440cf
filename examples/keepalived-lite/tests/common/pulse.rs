//! How late the machine itself is.

use core::time::Duration;
use std::{
    sync::{Mutex, OnceLock, PoisonError},
    thread,
    time::Instant,
};

/// How long the pulse sleeps.
const BEAT: Duration = Duration::from_millis(10);

/// A thread that does nothing but sleep, and writes down when it woke up late: so late may anybody be.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    /// When it woke up, and by how much too late.
    late: Mutex<Vec<(Instant, Duration)>>,
}

impl Pulse {
    /// Starts it, unless it beats already.
    pub(crate) fn start() -> &'static Self {
        static PULSE: OnceLock<Pulse> = OnceLock::new();
        static BEATS: OnceLock<()> = OnceLock::new();
        let pulse = PULSE.get_or_init(Self::default);
        BEATS.get_or_init(|| {
            thread::spawn(|| pulse.beat());
        });
        pulse
    }

    fn beat(&self) -> ! {
        loop {
            let before = Instant::now();
            thread::sleep(BEAT);
            let late = before.elapsed().saturating_sub(BEAT);
            if late >= BEAT {
                let mut all = self.late.lock().unwrap_or_else(PoisonError::into_inner);
                all.push((Instant::now(), late));
            }
        }
    }

    /// By how much it was late in the last `time`, all in all.
    pub(crate) fn lateness(&self, time: Duration) -> Duration {
        // One that is late just now has not written it down.
        thread::sleep(BEAT * 2);
        let all = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|(when, late)| when.elapsed() < time + *late).map(|(_, late)| *late).sum()
    }
}
