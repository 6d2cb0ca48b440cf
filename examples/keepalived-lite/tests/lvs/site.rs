//! A director, two real servers, one of last resort, and a client, joined in one of three ways.

use core::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    path::Path,
};

use netlab::{Lan, Namespace, connect_anew};
use tempfile::TempDir;

use crate::server::Server;

/// The address of the service.
pub(crate) const VIRTUAL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 100);
/// Its port.
pub(crate) const PORT: u16 = 80;

const DIRECTOR: u8 = 1;
const CLIENT: u8 = 9;
const ROUTER: u8 = 254;
/// The real servers and the one of last resort, in this order, on whatever LAN they are.
const SERVERS: [u8; 3] = [11, 12, 13];
const BACK: [u8; 3] = [10, 78, 0];

/// Longer than any answer takes, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a question may take that needs no answer: whom it was sent to may be gone.
const CURIOSITY: Duration = Duration::from_secs(3);

/// How the director forwards (`lb_kind`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Method {
    /// The servers are behind the director, on a LAN of their own and another port.
    Nat,
    /// Everybody is on one LAN.
    Dr,
    /// The servers are on a LAN behind a router.
    Tun,
}

impl Method {
    /// As in the file.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Nat => "NAT",
            Self::Dr => "DR",
            Self::Tun => "TUN",
        }
    }

    /// Where the real servers listen.
    pub(crate) fn port(self) -> u16 {
        if self == Self::Nat { 8080 } else { PORT }
    }
}

/// All of them, with wires.
#[derive(Debug)]
pub(crate) struct Site {
    method: Method,
    front: Lan,
    back: Option<Lan>,
    folder: TempDir,
}

impl Site {
    /// Wires only; nothing runs.
    pub(crate) fn new(method: Method) -> Self {
        let folder = TempDir::new().unwrap();
        let (front, back) = match method {
            Method::Nat => behind_the_director(),
            Method::Dr => (on_one_lan(), None),
            Method::Tun => behind_a_router(),
        };
        let site = Self { method, front, back, folder };
        site.director().add_address("eth0", IpAddr::V4(VIRTUAL), 32).unwrap();
        site
    }

    /// A folder that everybody sees.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The director's network.
    pub(crate) fn director(&self) -> &Namespace {
        self.front.node(DIRECTOR).unwrap()
    }

    /// The client's network.
    pub(crate) fn client(&self) -> &Namespace {
        self.front.node(CLIENT).unwrap()
    }

    /// Address of a server: 0 and 1 real ones, 2 the one of last resort.
    pub(crate) fn server(&self, number: usize) -> SocketAddr {
        let address = self.servers().address_of(SERVERS[number]);
        SocketAddr::from((address, self.method.port()))
    }

    /// Starts the servers.
    pub(crate) fn start_servers(&self) -> [Server<'_>; 3] {
        let start = |number: usize, name| {
            let namespace = self.servers().node(SERVERS[number]).unwrap();
            // Not at its own address: but for NAT, questions come to the virtual one.
            let anywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, self.method.port()));
            Server::start(namespace, name, anywhere, self.folder())
        };
        [start(0, "one"), start(1, "two"), start(2, "sorry")]
    }

    fn servers(&self) -> &Lan {
        self.back.as_ref().unwrap_or(&self.front)
    }
}

fn behind_the_director() -> (Lan, Option<Lan>) {
    let front = Lan::with_hosts("eth0", &[DIRECTOR, CLIENT]).unwrap();
    let back = Lan::in_network(BACK, "eth0", &SERVERS).unwrap();
    let director = front.node(DIRECTOR).unwrap();
    back.join(DIRECTOR, director, "eth1").unwrap();
    director.sysctl("ipv4.ip_forward", "1").unwrap();
    for host in SERVERS {
        back.node(host).unwrap().add_default_route(back.address_of(DIRECTOR).into()).unwrap();
    }
    (front, Some(back))
}

fn on_one_lan() -> Lan {
    let [one, two, sorry] = SERVERS;
    let lan = Lan::with_hosts("eth0", &[DIRECTOR, CLIENT, one, two, sorry]).unwrap();
    for host in SERVERS {
        lan.node(host).unwrap().add_silent_address(VIRTUAL).unwrap();
    }
    lan
}

fn behind_a_router() -> (Lan, Option<Lan>) {
    let front = Lan::with_hosts("eth0", &[DIRECTOR, CLIENT, ROUTER]).unwrap();
    let back = Lan::in_network(BACK, "eth0", &SERVERS).unwrap();
    let router = front.node(ROUTER).unwrap();
    back.join(ROUTER, router, "eth1").unwrap();
    router.sysctl("ipv4.ip_forward", "1").unwrap();
    let ([a, b, c], gateway) = (BACK, front.address_of(ROUTER).into());
    front.node(DIRECTOR).unwrap().add_route([a, b, c, 0].into(), 24, gateway).unwrap();
    for host in SERVERS {
        let server = back.node(host).unwrap();
        server.add_default_route(back.address_of(ROUTER).into()).unwrap();
        server.add_ipip("tun0", back.address_of(host)).unwrap();
        server.add_silent_address(VIRTUAL).unwrap();
    }
    (front, Some(back))
}

/// Opens a connection to the service from the calling thread's network.
pub(crate) fn connect(port: u16, timeout: Duration) -> io::Result<TcpStream> {
    let stream = connect_anew(SocketAddr::from((VIRTUAL, port)), timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    Ok(stream)
}

/// The name in the answer on `stream`, which is then over.
pub(crate) fn ask_on(mut stream: TcpStream) -> io::Result<String> {
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.trim().to_owned());
    body.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Asks the service from the calling thread's network, on a new connection, whether it answers.
pub(crate) fn answers() -> bool {
    connect(PORT, CURIOSITY).and_then(ask_on).is_ok()
}

/// Asks `count` times; every question must be answered.
pub(crate) fn ask_often(count: usize, when: &str) -> Vec<String> {
    let ask = |number| match connect(PORT, PATIENCE).and_then(ask_on) {
        Ok(name) => name,
        Err(error) => panic!("{when}: question {number}: {error}"),
    };
    (0..count).map(ask).collect()
}
