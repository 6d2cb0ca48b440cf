//! The third router: it says what it is told to say.

use core::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{sync::Arc, thread};

use netlab::Lan;
use socket2::{Domain, Protocol, Socket, Type};
use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, Authentication, ChecksumScope, IP_PROTOCOL, Password,
    Priority, VRRP_MULTICAST_V4, Version, Vrid,
};

/// Between two advertisements of the same kind.
const PERIOD: Duration = Duration::from_secs(1);

/// One advertisement, right or wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// Who says it: host of the LAN.
    pub(crate) host: u8,
    pub(crate) version: u8,
    pub(crate) vrid: u8,
    pub(crate) priority: u8,
    /// In hundredths of a second.
    pub(crate) interval: u16,
    pub(crate) password: Option<&'static str>,
    pub(crate) address: Ipv4Addr,
    pub(crate) ttl: u32,
    /// Whether the checksum is right.
    pub(crate) intact: bool,
}

impl Words {
    /// What the subject believes.
    pub(crate) const fn new(host: u8, priority: u8) -> Self {
        Self {
            host,
            version: 2,
            vrid: 51,
            priority,
            interval: 100,
            password: None,
            address: Ipv4Addr::new(10, 77, 0, 100),
            ttl: 255,
            intact: true,
        }
    }

    /// Says it `count` times, one second apart.
    pub(crate) fn say(&self, lan: &Lan, count: usize) {
        let socket = self.open(lan);
        for number in 0..count {
            if number > 0 {
                thread::sleep(PERIOD);
            }
            self.send(&socket);
        }
    }

    /// Says it again and again.
    pub(crate) fn go_on_saying(self, lan: &Lan) -> Saying {
        let (socket, stop) = (self.open(lan), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                self.send(&socket);
                thread::sleep(PERIOD);
            }
        });
        Saying(stop)
    }

    fn open(&self, lan: &Lan) -> Socket {
        let open = || {
            let socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::from(i32::from(IP_PROTOCOL))))?;
            socket.set_multicast_if_v4(&Lan::address(self.host))?;
            socket.set_multicast_ttl_v4(self.ttl)?;
            std::io::Result::Ok(socket)
        };
        lan.node(self.host).unwrap().run(open).unwrap().unwrap()
    }

    fn send(&self, socket: &Socket) {
        let (mut out, addresses) = ([0; 64], [self.address]);
        let (version, scope) = match self.version {
            2 => (Version::V2, ChecksumScope::Message),
            _ => {
                let src = Lan::address(self.host);
                (Version::V3, ChecksumScope::PseudoV4 { src, dst: VRRP_MULTICAST_V4 })
            }
        };
        let authentication = match self.password {
            None => Authentication::None,
            Some(word) => Authentication::Password(Password::new(word.as_bytes()).unwrap()),
        };
        let fields = AdvertisementFields {
            version,
            vrid: Vrid::new(self.vrid).unwrap(),
            priority: Priority::new(self.priority),
            interval: AdvertInterval::from_centis(self.interval).unwrap(),
            addresses: Addresses::V4(&addresses),
            authentication,
        };
        let length = fields.encode(scope, &mut out).unwrap();
        if !self.intact {
            out[7] ^= 1;
        }
        // With the cable out there is nobody to hear it.
        let _ = socket.send_to(&out[..length], &SocketAddr::from((VRRP_MULTICAST_V4, 0)).into());
    }
}

/// Ends the saying when it is dropped.
#[derive(Debug)]
pub(crate) struct Saying(Arc<AtomicBool>);

impl Drop for Saying {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
