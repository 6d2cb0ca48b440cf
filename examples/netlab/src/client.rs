//! A TCP client that is a new one each time.

use core::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};
use std::{io, net::TcpStream};

use socket2::{Domain, Protocol, Socket, Type};

/// The first port; below are services.
const FIRST: u16 = 10_000;

/// Opens a connection from the calling thread's network, from a port that no connection of this
/// process had before.
///
/// IPVS remembers for a minute where it sent a connection. With DR and TUN it does not see the server's
/// refusal, and whoever comes from the same port meanwhile meets the same dead server. The kernel chooses
/// another range of ports every ten seconds, and sometimes returns to one.
///
/// # Errors
///
/// What the kernel says; [`io::ErrorKind::AddrInUse`] if somebody else has the port.
pub fn connect_anew(address: SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
    static NEXT: AtomicU16 = AtomicU16::new(FIRST);
    let port = NEXT.fetch_add(1, Ordering::Relaxed);
    if port < FIRST {
        return Err(io::Error::other("every port has been used"));
    }
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    let anywhere = match address {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    socket.bind(&SocketAddr::from((anywhere, port)).into())?;
    socket.connect_timeout(&address.into(), timeout)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn no_two_connections_come_from_one_port() {
        crate::with_namespaces(|| {
            let host = crate::Namespace::new().unwrap();
            let ports = host.run(|| {
                let server = TcpListener::bind("127.0.0.1:80").unwrap();
                let address = server.local_addr().unwrap();
                let port = || {
                    let client = connect_anew(address, Duration::from_secs(60)).unwrap();
                    client.local_addr().unwrap().port()
                };
                core::array::from_fn::<_, 3, _>(|_| port())
            });
            let ports = ports.unwrap();
            assert!(ports.is_sorted_by(|one, next| one < next), "{ports:?}");
        });
    }
}
