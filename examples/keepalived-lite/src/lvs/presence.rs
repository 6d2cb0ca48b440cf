//! Which addresses this host has, for `ha_suspend`: servers are checked only by the director that
//! holds the service's address.

use core::net::IpAddr;
use std::collections::HashSet;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use tokio::io::unix::AsyncFd;

use crate::netlink::{GROUP_IPV4_ADDRESS, GROUP_IPV6_ADDRESS, RouteSocket};

/// The kernel's notifications about addresses.
#[derive(Debug)]
pub(crate) struct Presence {
    events: RouteSocket,
    readable: AsyncFd<OwnedFd>,
}

impl Presence {
    /// Starts to listen. To be called inside the runtime.
    ///
    /// # Errors
    ///
    /// When no socket can be had.
    pub(crate) fn new() -> io::Result<Self> {
        let events = RouteSocket::open(GROUP_IPV4_ADDRESS | GROUP_IPV6_ADDRESS)?;
        let socket = events.as_fd().try_clone_to_owned()?;
        #[expect(deprecated, reason = "sound for a descriptor that is owned; what replaces it is unsafe")]
        let readable = AsyncFd::new(socket)?;
        Ok(Self { events, readable })
    }

    /// Waits until some address has come or gone.
    pub(crate) async fn changed(&mut self) {
        // An error of the reactor ends this thread's world anyway.
        if let Ok(mut guard) = self.readable.readable().await {
            // What exactly happened is looked up; lost notifications (ENOBUFS) are a change, too.
            while self.events.notifications().is_ok_and(|found| !found.is_empty()) {}
            guard.clear_ready();
        }
    }

    /// All addresses of this host's interfaces.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(crate) fn addresses() -> io::Result<HashSet<IpAddr>> {
        let all = nix::ifaddrs::getifaddrs()?.filter_map(|found| {
            let address = found.address?;
            let v4 = address.as_sockaddr_in().map(|found| IpAddr::V4(found.ip()));
            v4.or_else(|| address.as_sockaddr_in6().map(|found| IpAddr::V6(found.ip())))
        });
        Ok(all.collect())
    }
}
