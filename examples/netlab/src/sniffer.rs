//! Who said what on a link, and when the kernel heard it.

use core::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};
use std::{
    io::{ErrorKind, IoSliceMut},
    os::fd::AsRawFd,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use nix::{
    cmsg_space,
    ifaddrs::getifaddrs,
    libc,
    sys::{
        socket::{ControlMessageOwned, LinkAddr, MsgFlags, bind, recvmsg, setsockopt, sockopt},
        time::TimeSpec,
    },
};
use socket2::{Domain, Protocol, Socket, Type};

use crate::{
    Advert, LabError, Mac, Namespace,
    packet::{Arp, EventKind, read_frame},
};

/// How long a dropped sniffer may still sit in `recvmsg`.
const STOP_DELAY: Duration = Duration::from_millis(50);

/// Events kept; later ones are counted in [`Sniffer::lost`].
const MAX_EVENTS: usize = 1 << 18;

/// Longer frames are cut; nothing that we read is longer than an advertisement of 255 addresses.
const FRAME_LEN: usize = 4608;

/// Enough for 1,000 routers that speak at the same moment.
const RECEIVE_BUFFER: usize = 8 * 1024 * 1024;

/// One frame on the link.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// When the kernel received it, since the epoch (`CLOCK_REALTIME`); compare with [`now`].
    pub time: Duration,
    /// Source of the Ethernet frame.
    pub source_mac: Mac,
    /// Destination of the Ethernet frame.
    pub destination_mac: Mac,
    /// What it was.
    pub kind: EventKind,
    /// The frame as it was heard, from the destination's address to the last octet before the
    /// checksum of the link.
    pub frame: Vec<u8>,
}

impl Event {
    /// The advertisement, if it is one.
    pub fn advert(&self) -> Option<&Advert> {
        match &self.kind {
            EventKind::Advert(advert) => Some(advert),
            EventKind::Arp(_) | EventKind::NeighborAdvert(_) => None,
        }
    }

    /// The gratuitous ARP, if it is one.
    pub fn gratuitous_arp(&self) -> Option<&Arp> {
        match &self.kind {
            EventKind::Arp(arp) => Some(arp).filter(|arp| arp.is_gratuitous()),
            EventKind::Advert(_) | EventKind::NeighborAdvert(_) => None,
        }
    }
}

/// The time of the sniffer's clock, since the epoch.
pub fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Records advertisements, ARP and neighbour advertisements on one interface until it is dropped.
#[derive(Debug)]
pub struct Sniffer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    events: Mutex<Vec<Event>>,
    arrived: Condvar,
    stop: AtomicBool,
    lost: AtomicU64,
}

impl Sniffer {
    /// Listens on `interface` of `namespace`; once this returns, no frame is missed.
    ///
    /// # Errors
    ///
    /// [`LabError::NoInterface`], or the step that failed.
    pub fn start(namespace: &Namespace, interface: &str) -> Result<Self, LabError> {
        namespace.set_promiscuous(interface, true)?;
        let socket = namespace.run(|| open(interface))??;
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("sniffer".to_owned())
            .spawn(move || listen(&socket, &theirs))
            .map_err(LabError::step("start the sniffer's thread"))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Everything heard so far.
    pub fn events(&self) -> Vec<Event> {
        self.shared.lock().clone()
    }

    /// Forgets everything heard so far.
    pub fn clear(&self) {
        self.shared.lock().clear();
    }

    /// Frames that were heard and not recorded because the record is full.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }

    /// Waits until `find` answers something about the events, at most for `timeout`. `find` sees
    /// all events from the first one on, again after each arrival.
    pub fn wait_for<T>(&self, timeout: Duration, mut find: impl FnMut(&[Event]) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + timeout;
        let mut events = self.shared.lock();
        loop {
            if let Some(found) = find(&events) {
                return Some(found);
            }
            let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            let waited = self.shared.arrived.wait_timeout(events, left);
            events = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Sniffer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It cannot have panicked with anything that matters here.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// A test that panics inside `find` leaves the list as good as it was.
    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a packet socket for every protocol on one interface, in the calling thread's namespace.
fn open(interface: &str) -> Result<Socket, LabError> {
    let step = LabError::step::<nix::Error>;
    let every_protocol = u16::try_from(libc::ETH_P_ALL).unwrap_or_default().to_be();
    let socket =
        Socket::new(Domain::PACKET, Type::RAW.cloexec(), Some(Protocol::from(i32::from(every_protocol))))
            .map_err(LabError::step("open a packet socket"))?;
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true).map_err(step("ask for timestamps"))?;
    // Above the system's limit with root's rights, up to it without.
    if setsockopt(&socket, sockopt::RcvBufForce, &RECEIVE_BUFFER).is_err() {
        setsockopt(&socket, sockopt::RcvBuf, &RECEIVE_BUFFER).map_err(step("enlarge a buffer"))?;
    }
    socket.set_read_timeout(Some(STOP_DELAY)).map_err(LabError::step("set a time-out"))?;
    // No safe call makes a `sockaddr_ll`, but the kernel's list of interfaces holds one for each.
    // Its protocol is 0, with which bind keeps the socket's.
    bind(socket.as_raw_fd(), &link_address(interface)?).map_err(step("bind a packet socket"))?;
    Ok(socket)
}

fn link_address(interface: &str) -> Result<LinkAddr, LabError> {
    let mut all = getifaddrs().map_err(LabError::step("list interfaces"))?;
    let found = all.find_map(|entry| {
        if entry.interface_name == interface { entry.address?.as_link_addr().copied() } else { None }
    });
    found.ok_or_else(|| LabError::NoInterface(interface.to_owned()))
}

fn listen(socket: &Socket, shared: &Shared) {
    let mut frame = vec![0; FRAME_LEN];
    while !shared.stop.load(Ordering::Relaxed) {
        let (length, time) = match receive(socket, &mut frame) {
            Ok(received) => received,
            Err(ErrorKind::WouldBlock | ErrorKind::Interrupted) => continue,
            // The interface went down; it may come back.
            Err(_) => {
                thread::sleep(STOP_DELAY);
                continue;
            }
        };
        let Some(octets) = frame.get(..length) else { continue };
        let Some((source_mac, destination_mac, kind)) = read_frame(octets) else { continue };
        let heard = Event { time, source_mac, destination_mac, kind, frame: octets.to_vec() };
        let mut events = shared.lock();
        if events.len() < MAX_EVENTS {
            events.push(heard);
            shared.arrived.notify_all();
        } else {
            shared.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Length and receive time of the next frame.
fn receive(socket: &Socket, frame: &mut [u8]) -> Result<(usize, Duration), ErrorKind> {
    let mut control = cmsg_space!(TimeSpec);
    let mut parts = [IoSliceMut::new(frame)];
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut control), MsgFlags::empty())
        .map_err(|errno| std::io::Error::from(errno).kind())?;
    let stamp = message.cmsgs().ok().and_then(|mut all| {
        all.find_map(|one| {
            if let ControlMessageOwned::ScmTimestampns(time) = one {
                Some(Duration::from(time))
            } else {
                None
            }
        })
    });
    Ok((message.bytes, stamp.unwrap_or_else(now)))
}
