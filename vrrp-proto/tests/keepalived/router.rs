//! The virtual routers that both sides share, each with another version, family or method.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::num::NonZeroU16;

use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, AhCheck, AhCoverage, AhKey, AhWindow, Authentication,
    ChecksumScope, Credentials, Expectation, Ipv4Packet, Ipv6Packet, Mode, Password, Policy, Priority, Proof,
    Received, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version, Vrid,
};

pub(crate) const OUR_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
pub(crate) const OUR_LINK_LOCAL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0x77, 2);
const THEIR_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);

/// With our key, or with another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Method {
    Right,
    Wrong,
}

/// How a virtual router proves who it is.
#[derive(Clone, Debug)]
enum Key {
    None,
    Pass(Password),
    Ah { key: AhKey, window: AhWindow },
}

#[derive(Clone, Debug)]
pub(crate) struct Router {
    pub name: &'static str,
    pub vrid: Vrid,
    /// The one address it protects.
    pub address: IpAddr,
    version: Version,
    unicast: bool,
    key: Key,
    identification: NonZeroU16,
}

impl Router {
    pub(crate) fn all() -> Vec<Self> {
        let pass = || Key::Pass(secret("s3cr3t"));
        let ah = || Key::Ah { key: AhKey::new(secret("s3cr3t")), window: AhWindow::growing() };
        let v4 = |vrid| IpAddr::from([10, 77, 0, vrid]);
        let v6 = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0x77, 0x100);
        let router = |name, vrid, version, unicast, key| Self {
            name,
            vrid: Vrid::new(vrid).unwrap(),
            address: if name == "v3 ipv6" { v6.into() } else { v4(vrid) },
            version,
            unicast,
            key,
            identification: NonZeroU16::MIN,
        };
        vec![
            router("v2", 101, Version::V2, false, Key::None),
            router("v2 pass", 102, Version::V2, false, pass()),
            router("v2 ah", 103, Version::V2, false, ah()),
            router("v2 unicast pass", 104, Version::V2, true, pass()),
            router("v2 unicast ah", 105, Version::V2, true, ah()),
            router("v3", 106, Version::V3, false, Key::None),
            router("v3 unicast", 107, Version::V3, true, Key::None),
            router("v3 ipv6", 108, Version::V3, false, Key::None),
        ]
    }

    pub(crate) fn has_key(&self) -> bool {
        !matches!(self.key, Key::None)
    }

    /// Takes another key, and forgets what was heard.
    pub(crate) fn forget_key(&mut self) {
        self.key = self.key.wrong();
    }

    /// What `keepalived.conf` says of it.
    pub(crate) fn block(&self) -> String {
        let (vrid, address) = (self.vrid, self.address);
        let version = if self.version == Version::V2 { 2 } else { 3 };
        let authentication = match self.key {
            Key::None => "",
            Key::Pass(_) => "authentication { \n auth_type PASS\n auth_pass s3cr3t\n }",
            Key::Ah { .. } => "authentication { \n auth_type AH\n auth_pass s3cr3t\n }",
        };
        let unicast = if self.unicast {
            format!("unicast_src_ip {THEIR_ADDRESS}\n unicast_peer {{\n {OUR_ADDRESS}\n }}")
        } else {
            String::new()
        };
        format!(
            "vrrp_instance R{vrid} {{\n state BACKUP\n interface eth0\n version {version}\n \
             virtual_router_id {vrid}\n priority 100\n advert_int 1\n {authentication}\n {unicast}\n \
             virtual_ipaddress {{\n {address}\n }}\n}}\n"
        )
    }

    /// Calls `judge` with what a router of ours would expect of keepalived.
    pub(crate) fn judge<'a, E>(
        &mut self,
        judge: impl FnOnce(&Expectation<'_>) -> Result<Received<'a>, E>,
    ) -> Result<(), E> {
        let coverage = self.coverage();
        let credentials = match &self.key {
            Key::None => Credentials::None,
            Key::Pass(password) => Credentials::Password(password),
            Key::Ah { key, window } => Credentials::Header(AhCheck { key, coverage, window: *window }),
        };
        let group = if self.address.is_ipv4() { VRRP_MULTICAST_V4.into() } else { VRRP_MULTICAST_V6.into() };
        let (v4, v6);
        let addresses = match self.address {
            IpAddr::V4(address) => {
                v4 = [address];
                Addresses::V4(&v4)
            }
            IpAddr::V6(address) => {
                v6 = [address];
                Addresses::V6(&v6)
            }
        };
        let received = judge(&Expectation {
            version: self.version,
            vrid: self.vrid,
            interval: AdvertInterval::DEFAULT,
            credentials,
            mode: match self.unicast {
                true => Mode::Unicast { peers: &[], check_source: false },
                false => Mode::Multicast { group },
            },
            addresses,
            policy: Policy::KEEPALIVED,
        })?;
        assert!(received.addresses_match && received.interval_matches, "{}: {received:?}", self.name);
        if let (Key::Ah { window, .. }, Proof::Header { sequence }) = (&mut self.key, received.proof) {
            window.accept(sequence);
        }
        Ok(())
    }

    /// A packet of ours with `priority`, and where it goes.
    pub(crate) fn packet(&mut self, priority: u8, method: Method) -> (IpAddr, Vec<u8>) {
        let mut out = [0; 200];
        let coverage = self.coverage();
        let wrong = self.key.wrong();
        // One window for both, as for one router.
        let sequence = match &mut self.key {
            Key::Ah { window, .. } => window.next().unwrap(),
            Key::None | Key::Pass(_) => 0,
        };
        let key = if method == Method::Right { &self.key } else { &wrong };
        let (v4, v6);
        let addresses = match self.address {
            IpAddr::V4(address) => {
                v4 = [address];
                Addresses::V4(&v4)
            }
            IpAddr::V6(address) => {
                v6 = [address];
                Addresses::V6(&v6)
            }
        };
        let fields = AdvertisementFields {
            version: self.version,
            vrid: self.vrid,
            priority: Priority::new(priority),
            interval: AdvertInterval::DEFAULT,
            addresses,
            authentication: match key {
                Key::Pass(password) => Authentication::Password(*password),
                Key::None | Key::Ah { .. } => Authentication::None,
            },
        };
        if self.address.is_ipv6() {
            let packet =
                Ipv6Packet { source: OUR_LINK_LOCAL, destination: VRRP_MULTICAST_V6, hop_limit: 255 };
            let len = packet.encode(&fields, &mut out).unwrap();
            return (packet.destination.into(), out[..len].to_vec());
        }
        let destination = if self.unicast { THEIR_ADDRESS } else { VRRP_MULTICAST_V4 };
        self.identification = self.identification.checked_add(1).unwrap_or(NonZeroU16::MIN);
        let packet =
            Ipv4Packet { source: OUR_ADDRESS, destination, ttl: 255, identification: self.identification };
        let scope = match self.version {
            Version::V2 => ChecksumScope::Message,
            Version::V3 => packet.pseudo_header(),
        };
        let len = match key {
            Key::Ah { key, .. } => packet.encode_authenticated(&fields, key, coverage, sequence, &mut out),
            Key::None | Key::Pass(_) => packet.encode(&fields, scope, &mut out),
        };
        (destination.into(), out[..len.unwrap()].to_vec())
    }

    /// As keepalived has it.
    fn coverage(&self) -> AhCoverage {
        if self.unicast { AhCoverage::WithoutTtl } else { AhCoverage::WithTtl }
    }
}

impl Key {
    fn wrong(&self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Pass(_) => Self::Pass(secret("another")),
            Self::Ah { .. } => Self::Ah { key: AhKey::new(secret("another")), window: AhWindow::growing() },
        }
    }
}

fn secret(text: &str) -> Password {
    Password::new(text.as_bytes()).unwrap()
}
