//! The server: it accepts on every address of the host, and does what the kind needs.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;

use socket2::{Domain, Socket, Type};

use crate::SERVER;
use crate::measure::{Kind, Problem};

const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

/// The server in a process of its own; it ends with this value.
pub(crate) struct Child {
    process: std::process::Child,
    port: u16,
}

impl Child {
    pub(crate) fn start(kind: Kind) -> Result<Self, Problem> {
        let mut command = Command::new("/proc/self/exe");
        command.args([SERVER, kind.word()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let mut line = String::new();
        let stdout = process.stdout.take().ok_or("no pipe")?;
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(Self { process, port: line.trim().parse()? })
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Nothing is lost with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until standard input ends; prints the port first.
pub(crate) fn run(kind: Kind) -> Result<(), Problem> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    // Not one of those that the kernel gives to connections: services have others, too.
    let any = |port| SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    let found = (8000..9000).find(|port| socket.bind(&any(*port).into()).is_ok());
    found.ok_or("no port is free")?;
    // Whole batches of checks arrive at once.
    socket.listen(4096)?;
    let listener = TcpListener::from(socket);
    println!("{}", listener.local_addr()?.port());
    for _ in 0..2 {
        let listener = listener.try_clone()?;
        thread::spawn(move || serve(&listener, kind));
    }
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn serve(listener: &TcpListener, kind: Kind) {
    loop {
        // A probe that closed before it was accepted is an error here.
        let Ok((stream, _)) = listener.accept() else { continue };
        match kind {
            Kind::Tcp => drop(stream),
            Kind::Http => drop(answer(stream)),
        }
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    let mut buffer = [0; 1024];
    // The request is in one packet.
    if stream.read(&mut buffer)? > 0 {
        stream.write_all(REPLY)?;
    }
    Ok(())
}
