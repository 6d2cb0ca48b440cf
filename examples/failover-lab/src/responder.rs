//! The service behind the virtual address: it answers with its director's name.

use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io::{self, IoSlice, IoSliceMut},
    net::UdpSocket,
    os::fd::AsRawFd,
    sync::Arc,
    thread::{self, JoinHandle},
};

use netlab::Namespace;
use nix::{
    cmsg_space, libc,
    sys::socket::{
        ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, sendmsg, setsockopt, sockopt,
    },
};

use crate::failure::Failure;

/// The service's UDP port.
pub(crate) const PORT: u16 = 7777;

/// How long a dropped responder may still sit in `recvmsg`.
const STOP_DELAY: Duration = Duration::from_millis(50);

/// Answers every question with the question and the name, from the address that was asked.
#[derive(Debug)]
pub(crate) struct Responder {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Responder {
    /// Serves on every address of `namespace`, those it gets later included.
    pub(crate) fn start(namespace: &Namespace, name: &'static str) -> Result<Self, Failure> {
        let step = |source| Failure::Step { step: "serve in a director", source };
        let socket = namespace.run(|| UdpSocket::bind(("0.0.0.0", PORT)))?.map_err(step)?;
        socket.set_read_timeout(Some(STOP_DELAY)).map_err(step)?;
        setsockopt(&socket, sockopt::Ipv4PacketInfo, &true).map_err(|errno| step(errno.into()))?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    // Nobody asked, or the one who did is unreachable meanwhile.
                    let _ = answer(&socket, name);
                }
            })
            .map_err(step)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers one question.
fn answer(socket: &UdpSocket, name: &str) -> io::Result<()> {
    let mut question = [0; 64];
    let mut control = cmsg_space!(libc::in_pktinfo);
    let mut parts = [IoSliceMut::new(&mut question)];
    let message =
        recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut parts, Some(&mut control), MsgFlags::empty())?;
    let (length, asker) = (message.bytes, message.address);
    let asked = message.cmsgs()?.find_map(|one| {
        if let ControlMessageOwned::Ipv4PacketInfo(info) = one { Some(info.ipi_addr) } else { None }
    });
    let Some(asked) = asked else { return Ok(()) };
    // Without this the kernel would take the interface's first address as the source, and a client
    // that asked the virtual one would not listen.
    let source = libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: asked, ipi_addr: asked };
    let parts = [IoSlice::new(question.get(..length).unwrap_or_default()), IoSlice::new(name.as_bytes())];
    let control = [ControlMessage::Ipv4PacketInfo(&source)];
    sendmsg(socket.as_raw_fd(), &parts, &control, MsgFlags::empty(), asker.as_ref())?;
    Ok(())
}
