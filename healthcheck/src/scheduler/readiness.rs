//! One epoll for all connections under way.

use core::task::{Context, Poll, ready};
use std::io;
use std::os::fd::{AsRawFd, RawFd};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use socket2::Socket;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Taken from the kernel at once.
const BATCH: usize = 64;

/// Tells which of many sockets have something to say, at one system call for all of them.
///
/// tokio would register each socket with its reactor and take it out again; here the runtime knows
/// a single descriptor. A closed socket leaves by itself.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    /// Made with the first socket: not everybody who schedules has TCP to probe, or a runtime
    /// with I/O.
    epoll: Option<AsyncFd<Descriptor>>,
}

#[derive(Debug)]
struct Descriptor(Epoll);

impl AsRawFd for Descriptor {
    fn as_raw_fd(&self) -> RawFd {
        self.0.0.as_raw_fd()
    }
}

impl Readiness {
    /// From now on `token` comes out whenever `socket` has something new to say: octets, an end, an error, or, if
    /// that is asked for, that it takes octets.
    pub(super) fn watch(&mut self, socket: &Socket, token: u64, writable: bool) -> io::Result<()> {
        let epoll = match &mut self.epoll {
            Some(epoll) => epoll,
            empty @ None => {
                let epoll = Descriptor(Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?);
                #[expect(
                    deprecated,
                    reason = "sound for a descriptor that is owned; what replaces it is unsafe"
                )]
                let epoll = AsyncFd::with_interest(epoll, Interest::READABLE)?;
                empty.insert(epoll)
            }
        };
        Ok(epoll.get_ref().0.add(socket, news(token, writable))?)
    }

    /// The same again: what there is to say now is news.
    pub(super) fn watch_again(&self, socket: &Socket, token: u64, writable: bool) -> io::Result<()> {
        let Some(epoll) = &self.epoll else { return Ok(()) };
        Ok(epoll.get_ref().0.modify(socket, &mut news(token, writable))?)
    }

    /// Hands the tokens of sockets with news to `tell`, a bounded number of them, and whether a read would tell more.
    pub(super) fn poll(&self, cx: &mut Context<'_>, mut tell: impl FnMut(u64, bool)) -> Poll<()> {
        let Some(epoll) = &self.epoll else { return Poll::Pending };
        loop {
            // Fails only while the runtime shuts down.
            let Ok(mut guard) = ready!(epoll.poll_read_ready(cx)) else { return Poll::Pending };
            let mut events = [EpollEvent::empty(); BATCH];
            match epoll.get_ref().0.wait(&mut events, EpollTimeout::ZERO) {
                Ok(0) => guard.clear_ready(),
                Ok(count) => {
                    if count < BATCH {
                        guard.clear_ready();
                    }
                    for event in events.iter().take(count) {
                        tell(event.data(), event.events() != EpollFlags::EPOLLOUT);
                    }
                    return Poll::Ready(());
                }
                Err(Errno::EINTR) => {}
                // Nothing else can happen to a descriptor that is ours.
                Err(_) => return Poll::Pending,
            }
        }
    }
}

/// Each piece of news comes once. A socket that has been told of and goes on with what it said would keep the runtime
/// awake otherwise, for instance while a child that was just forked has it, too.
fn news(token: u64, writable: bool) -> EpollEvent {
    let octets = EpollFlags::EPOLLIN | EpollFlags::EPOLLRDHUP | EpollFlags::EPOLLET;
    EpollEvent::new(if writable { octets | EpollFlags::EPOLLOUT } else { octets }, token)
}
