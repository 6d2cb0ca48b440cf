//! The loop of the vrrp thread: sockets, the timer, commands.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::io;

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use vrrp_fsm::Instant;

use super::engine::{Command, Engine};
use super::net::{Net, Notice};
use super::port::Port;
use crate::board::Board;
use crate::clock;
use crate::dump;
use crate::link::LinkJob;
use crate::lvs::Leader;
use crate::notify::News;
use crate::queue::{QueueReceiver, QueueSender};

/// How long before a takeover the thread wakes up; the rest is spun. Waking a sleeping CPU
/// takes 25–45 µs and sometimes far more, and each advertisement re-arms the timer, so this is
/// spent only when a Master really is silent. Part of the wait goes into a rehearsal of the send.
const EARLY: Duration = Duration::from_micros(200);

/// Token of the commands' queue in epoll; ports have their position.
const COMMANDS: u64 = u64::MAX;
/// Token of the timer.
const TIMER: u64 = u64::MAX - 1;

/// Longest IPv4 packet with 255 addresses, options and authentication, with room to spare.
const BUFFER: usize = 2048;

/// The ways out of the vrrp thread.
#[derive(Debug)]
pub(crate) struct Outlets {
    /// To the link thread.
    pub link: QueueSender<LinkJob>,
    /// To the notify thread.
    pub notify: QueueSender<News>,
    /// What other threads may look at.
    pub board: Board,
    /// To the lvs thread, where it follows an instance.
    pub leader: Option<Leader>,
}

struct Kernel {
    ports: Vec<Port>,
    outlets: Outlets,
}

impl Net for Kernel {
    fn send(&mut self, port: usize, destination: Ipv4Addr, packet: &[u8]) {
        if let Some(port) = self.ports.get_mut(port) {
            port.send(destination, packet);
        }
    }

    fn rehearse(&mut self, port: usize, destination: Ipv4Addr, packet: &[u8]) {
        if let Some(port) = self.ports.get_mut(port) {
            port.rehearse(destination, packet);
        }
    }

    fn want_addresses(&mut self, instance: usize, wanted: bool) {
        self.outlets.board.want(instance, wanted);
        self.outlets.link.send(LinkJob::Settle { instance });
        if let Some(leader) = &self.outlets.leader {
            leader.changed(instance, wanted);
        }
    }

    fn announce(&mut self, instance: usize, repeat: u8) {
        self.outlets.link.send(LinkJob::Announce { instance, repeat });
    }

    fn notify(&mut self, notice: Notice) {
        self.outlets.notify.send(News::Vrrp(notice));
    }
}

/// Runs until [`Command::Leave`]; by then every Master that is not kept has sent priority 0 and
/// the link thread has its orders. The engine comes back for whoever goes on with it. It starts
/// after `delay`.
///
/// # Errors
///
/// When the kernel gives no epoll or timer.
pub(crate) fn run(
    mut engine: Engine,
    ports: Vec<Port>,
    commands: &QueueReceiver<Command>,
    outlets: Outlets,
    delay: Duration,
) -> io::Result<Engine> {
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
    let timer = TimerFd::new(ClockId::CLOCK_BOOTTIME, flags)?;
    epoll.add(&timer, EpollEvent::new(EpollFlags::EPOLLIN, TIMER))?;
    epoll.add(commands, EpollEvent::new(EpollFlags::EPOLLIN, COMMANDS))?;
    for (token, port) in (0..).zip(&ports) {
        epoll.add(port, EpollEvent::new(EpollFlags::EPOLLIN, token))?;
    }
    let mut kernel = Kernel { ports, outlets };
    let mut buffer = [0; BUFFER];
    let mut armed = None;
    engine.start_at(clock::now() + delay);
    loop {
        let early = takeover_near(&engine, clock::now());
        if early.is_none() {
            arm(&timer, &mut armed, &engine)?;
        }
        let stop = wait(&epoll, early, &mut kernel, &mut engine, commands, &mut buffer)?;
        if let Some(due) = early {
            engine.rehearse(&mut kernel);
            while clock::now() < due {
                core::hint::spin_loop();
            }
            // The Master may have spoken in the last 200 µs.
            drain_ports(&mut kernel, &mut engine, &mut buffer);
        }
        engine.handle_timeout(clock::now(), &mut kernel);
        engine.flush(&mut kernel);
        if stop {
            return Ok(engine);
        }
    }
}

/// The deadline of a Backup that is closer than [`EARLY`].
fn takeover_near(engine: &Engine, now: Instant) -> Option<Instant> {
    let (due, takeover) = engine.next_deadline()?;
    (takeover && due.saturating_since(now) <= EARLY).then_some(due)
}

/// Sets the timer to the next deadline if it is not set to it already.
fn arm(timer: &TimerFd, armed: &mut Option<Instant>, engine: &Engine) -> io::Result<()> {
    let wake = engine.next_deadline().map(|(due, takeover)| {
        // Zero would disarm the timer; the origin is long past in any case.
        let wake = if takeover { due.saturating_sub(EARLY) } else { due };
        wake.max(Instant::from_origin(Duration::from_nanos(1)))
    });
    if wake == *armed {
        return Ok(());
    }
    match wake {
        Some(wake) => {
            let at = Expiration::OneShot(TimeSpec::from_duration(wake.since_origin()));
            timer.set(at, TimerSetTimeFlags::TFD_TIMER_ABSTIME)?;
        }
        None => timer.unset()?,
    }
    *armed = wake;
    Ok(())
}

/// Sleeps until something happens (not at all when a takeover is near), then hears all that
/// arrived before anything is decided: a process that was frozen hears the new Master before it
/// speaks. Returns whether to stop.
fn wait(
    epoll: &Epoll,
    early: Option<Instant>,
    kernel: &mut Kernel,
    engine: &mut Engine,
    commands: &QueueReceiver<Command>,
    buffer: &mut [u8],
) -> io::Result<bool> {
    let mut events = [EpollEvent::empty(); 32];
    let timeout = if early.is_some() { EpollTimeout::ZERO } else { EpollTimeout::NONE };
    let count = match epoll.wait(&mut events, timeout) {
        Err(nix::errno::Errno::EINTR) => {
            // So ends a wait in which the process was frozen, whatever is ready (signal(7)).
            drain_ports(kernel, engine, buffer);
            return Ok(false);
        }
        other => other?,
    };
    let events = events.get(..count).unwrap_or_default();
    if events.iter().any(|event| event.data() == TIMER) {
        // All ports: after a freeze the timer may be the only one of more than 32 events.
        drain_ports(kernel, engine, buffer);
        return Ok(false);
    }
    let mut stop = false;
    for event in events {
        match event.data() {
            TIMER => {}
            COMMANDS => stop |= run_commands(kernel, engine, commands),
            port => {
                if let Ok(port) = usize::try_from(port) {
                    drain_port(port, kernel, engine, buffer);
                }
            }
        }
    }
    Ok(stop)
}

fn drain_ports(kernel: &mut Kernel, engine: &mut Engine, buffer: &mut [u8]) {
    for port in 0..kernel.ports.len() {
        drain_port(port, kernel, engine, buffer);
    }
}

/// Reads a port until it is empty, but not for ever: a flood must not keep us from our timers.
fn drain_port(index: usize, kernel: &mut Kernel, engine: &mut Engine, buffer: &mut [u8]) {
    for _ in 0..1024 {
        let Some(port) = kernel.ports.get_mut(index) else { return };
        let Some((len, at)) = port.receive(buffer) else { return };
        if let Some(octets) = buffer.get(..len) {
            engine.receive(index, at, octets, kernel);
        }
    }
}

fn run_commands(kernel: &mut Kernel, engine: &mut Engine, commands: &QueueReceiver<Command>) -> bool {
    commands.clear();
    let mut stop = false;
    while let Some(command) = commands.try_recv() {
        engine.command(clock::now(), &command, kernel);
        match command {
            Command::Dump(kind) => dump::write(kind, engine),
            Command::Leave { .. } => stop = true,
            Command::ScriptResult { .. }
            | Command::FileNumber { .. }
            | Command::Link { .. }
            | Command::AddressLost { .. }
            | Command::SourceAddress { .. } => {}
        }
    }
    stop
}
