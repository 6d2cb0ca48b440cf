//! Scripts whose probe was given up: somebody has to stop and to wait for them, or zombies stay.

use core::time::Duration;
use std::process::Child;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::PATIENCE;

/// Between two looks at all of them.
const PAUSE: Duration = Duration::from_millis(20);
/// The same where everyone has been killed, and only the kernel can be waited for.
const LONG_PAUSE: Duration = Duration::from_secs(1);

/// One list for the whole program: a thousand checks that are given up at once take one thread.
static LIST: Mutex<List> = Mutex::new(List { dying: Vec::new(), attended: false });

struct List {
    dying: Vec<Dying>,
    /// Whether the thread is there.
    attended: bool,
}

struct Dying {
    child: Child,
    group: Pid,
    since: Instant,
    killed: bool,
}

/// Stops `child` with all of its group: `SIGTERM` now, `SIGKILL` when it has ended or lost our patience.
pub(super) fn take(child: Child, group: Pid) {
    signal(group, Signal::TERM);
    let mut list = LIST.lock().unwrap_or_else(PoisonError::into_inner);
    list.dying.push(Dying { child, group, since: Instant::now(), killed: false });
    if !list.attended {
        let thread = thread::Builder::new().name("reaper".to_owned()).stack_size(64 * 1024).spawn(attend);
        // Without a thread to be had they wait for the next that is given up.
        list.attended = thread.is_ok();
    }
}

fn attend() {
    loop {
        let pause = {
            let mut list = LIST.lock().unwrap_or_else(PoisonError::into_inner);
            list.dying.retain_mut(|dying| !dying.is_over());
            if list.dying.is_empty() {
                list.attended = false;
                return;
            }
            if list.dying.iter().all(|dying| dying.killed) { LONG_PAUSE } else { PAUSE }
        };
        thread::sleep(pause);
    }
}

impl Dying {
    fn is_over(&mut self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(self.group), options) {
            Ok(None) => {
                if !self.killed && self.since.elapsed() >= PATIENCE {
                    signal(self.group, Signal::KILL);
                    self.killed = true;
                }
                false
            }
            Ok(Some(_)) => {
                // A zombie, whose group nobody else can have yet. What it has started goes with it.
                signal(self.group, Signal::KILL);
                let _ = self.child.wait();
                true
            }
            // Somebody else has waited for it.
            Err(_) => true,
        }
    }
}

fn signal(group: Pid, signal: Signal) {
    // The script may be another user's, or gone.
    let _ = kill_process_group(group, signal);
}
