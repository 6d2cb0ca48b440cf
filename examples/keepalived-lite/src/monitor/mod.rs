//! The monitor thread: what the kernel says of links and addresses, and tracking scripts.

pub(crate) mod files;
mod kernel;
mod scripts;

use std::os::fd::AsFd;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

pub(crate) use kernel::{Kernel, Watched};
pub(crate) use scripts::{ScriptJob, Scripts};

use crate::clock;
use crate::queue::QueueReceiver;

/// Watches until something is sent on `stop`. Running scripts are then told to end.
pub(crate) fn run(mut kernel: Kernel, mut scripts: Scripts, stop: &QueueReceiver<()>) {
    // Whatever happened between the first look and the socket's opening.
    kernel.look_at_everything();
    loop {
        scripts.advance(clock::now());
        let timeout = scripts.next_deadline().map_or(PollTimeout::NONE, |due| {
            // Rounded up: a wake-up a little early would only spin.
            let wait = due.saturating_since(clock::now()).as_millis().saturating_add(1);
            PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX)
        });
        let mut fds = vec![
            PollFd::new(stop.as_fd(), PollFlags::POLLIN),
            PollFd::new(kernel.as_fd(), PollFlags::POLLIN),
        ];
        fds.extend(scripts.running().map(|running| PollFd::new(running.as_fd(), PollFlags::POLLIN)));
        // EINTR and timeouts alike: look at everything.
        let _ = poll(&mut fds, timeout);
        let ready = |fd: Option<&PollFd<'_>>| fd.and_then(PollFd::any).unwrap_or(false);
        let (stopped, news) = (ready(fds.first()), ready(fds.get(1)));
        drop(fds);
        if stopped {
            scripts.terminate();
            return;
        }
        if news {
            kernel.read();
        }
    }
}
