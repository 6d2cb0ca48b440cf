//! A queue whose receiver can sleep in epoll or poll.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use nix::sys::eventfd::{EfdFlags, EventFd};

/// The sending end; cheap to clone.
#[derive(Debug)]
pub(crate) struct QueueSender<T> {
    items: Sender<T>,
    wake: Arc<EventFd>,
}

impl<T> Clone for QueueSender<T> {
    fn clone(&self) -> Self {
        Self { items: self.items.clone(), wake: Arc::clone(&self.wake) }
    }
}

impl<T> QueueSender<T> {
    /// Appends `item` and wakes the receiver. When the receiver is gone, so is the thread that
    /// would have acted, and the item is dropped.
    pub(crate) fn send(&self, item: T) {
        if self.items.send(item).is_ok() {
            // An eventfd refuses a write only at 2⁶⁴ − 1 unread wake-ups.
            let _ = self.wake.write(1);
        }
    }
}

/// The receiving end. Its descriptor is readable when something was sent.
#[derive(Debug)]
pub(crate) struct QueueReceiver<T> {
    items: Receiver<T>,
    wake: Arc<EventFd>,
}

impl<T> QueueReceiver<T> {
    /// Takes one item without waiting.
    pub(crate) fn try_recv(&self) -> Option<T> {
        self.items.try_recv().ok()
    }

    /// Clears the descriptor; call it before draining the items, or a wake-up is lost.
    pub(crate) fn clear(&self) {
        // Fails with EAGAIN when nothing was written: then it is clear.
        let _ = self.wake.read();
    }
}

impl<T> AsFd for QueueReceiver<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

/// Makes a queue.
///
/// # Errors
///
/// The kernel's, when no descriptor can be had.
pub(crate) fn queue<T>() -> io::Result<(QueueSender<T>, QueueReceiver<T>)> {
    let wake = Arc::new(EventFd::from_flags(EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC)?);
    let (sender, receiver) = channel();
    Ok((QueueSender { items: sender, wake: Arc::clone(&wake) }, QueueReceiver { items: receiver, wake }))
}
