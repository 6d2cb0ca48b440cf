//! A real server: a thread that tells its name to whoever asks over HTTP.

use core::{net::SocketAddr, time::Duration};
use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
};

use netlab::Namespace;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// The path of a page that says that all is well.
pub(crate) const HEALTH: &str = "/health";
/// MD5 of that page, by `md5sum`. (There is a page `/ill`, too.)
pub(crate) const DIGEST: &str = "3b1fb749c971d7a2c6a517b37f735df2";

/// How long a connection on which nobody asks is kept.
const IDLE: Duration = Duration::from_secs(300);

/// A server that can fail. It has a TCP listener, a UDP socket at the same port, and a file that
/// is there while it lives, for checks of every kind.
#[derive(Debug)]
pub(crate) struct Server<'lab> {
    namespace: &'lab Namespace,
    name: String,
    address: SocketAddr,
    file: PathBuf,
    silent: bool,
    alive: Option<Alive>,
}

#[derive(Debug)]
struct Alive {
    listener: Arc<Socket>,
    thread: Option<JoinHandle<()>>,
    _datagrams: UdpSocket,
}

impl<'lab> Server<'lab> {
    /// A server that runs, at `address` of `namespace`, with its file in `folder`.
    pub(crate) fn start(
        namespace: &'lab Namespace,
        name: impl Into<String>,
        address: SocketAddr,
        folder: &Path,
    ) -> Self {
        Self::started(namespace, name.into(), address, folder, false)
    }

    /// A server whose kernel takes connections, as [`start`](Self::start), but which says nothing.
    /// Threads are dear in User-Mode Linux.
    pub(crate) fn start_silent(
        namespace: &'lab Namespace,
        name: impl Into<String>,
        address: SocketAddr,
        folder: &Path,
    ) -> Self {
        Self::started(namespace, name.into(), address, folder, true)
    }

    fn started(
        namespace: &'lab Namespace,
        name: String,
        address: SocketAddr,
        folder: &Path,
        silent: bool,
    ) -> Self {
        let file = folder.join(&name);
        let mut server = Self { namespace, name, address, file, silent, alive: None };
        server.revive();
        server
    }

    /// Starts it again.
    pub(crate) fn revive(&mut self) {
        let namespace = self.namespace;
        namespace.run(|| self.revive_here()).unwrap();
    }

    /// Starts it again from a thread that is in its namespace.
    pub(crate) fn revive_here(&mut self) {
        assert!(self.alive.is_none(), "{} is alive", self.name);
        // Few descriptors for each, for there are hundreds of servers.
        let listener = Arc::new(listen(self.address));
        let datagrams = UdpSocket::bind(self.address).unwrap();
        let thread = (!self.silent).then(|| {
            let name = Arc::from(self.name.as_str());
            let accepting = Arc::clone(&listener);
            thread::spawn(move || answer_all(&accepting, &name))
        });
        self.alive = Some(Alive { listener, thread, _datagrams: datagrams });
        fs::write(&self.file, "0\n").unwrap();
    }

    /// Closes its doors: whoever comes is refused at once.
    pub(crate) fn fail(&mut self) {
        let Some(alive) = self.alive.take() else { return };
        // Ends the wait for the next connection too.
        alive.listener.shutdown(Shutdown::Both).unwrap();
        alive.thread.into_iter().for_each(|thread| thread.join().unwrap());
        fs::remove_file(&self.file).unwrap();
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        self.fail();
    }
}

fn listen(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP)).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.bind(&address.into()).unwrap();
    socket.listen(1024).unwrap();
    socket
}

fn answer_all(listener: &Socket, name: &Arc<str>) {
    while let Ok((stream, _)) = listener.accept() {
        let name = Arc::clone(name);
        // Somebody who asks nothing must not keep others from asking.
        thread::spawn(move || answer(stream.into(), &name));
    }
}

fn answer(mut stream: TcpStream, name: &str) {
    stream.set_read_timeout(Some(IDLE)).unwrap();
    let (mut request, mut part) = (Vec::new(), [0; 512]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part) {
            Ok(length) if length > 0 => request.extend_from_slice(&part[..length]),
            Ok(_) | Err(_) => return,
        }
    }
    let path = request.split(|octet| *octet == b' ').nth(1).unwrap_or_default();
    let (status, body) = match path {
        b"/health" => ("200 OK", "healthy\n"),
        b"/ill" => ("503 Service Unavailable", "ill\n"),
        _ => ("200 OK", name),
    };
    let length = body.len();
    // Whoever hangs up before the answer does not want it.
    let _ = write!(stream, "HTTP/1.0 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
    let _ = SockRef::from(&stream).shutdown(Shutdown::Write);
}
