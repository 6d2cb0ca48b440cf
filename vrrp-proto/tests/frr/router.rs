//! A virtual router as FRR is told of it.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netlab::{Event, Lan, Mac};
use vrrp_proto::{
    AddressFamily, Addresses, AdvertInterval, AdvertisementFields, Authentication, Priority, Version, Vrid,
};

use crate::FRR;

/// What is asked of one `vrrp VRID`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Router {
    /// What it shall say as Master.
    pub(crate) fields: AdvertisementFields<'static>,
    /// Whether a VRRPv3 checksum over IPv4 shall cover a pseudo-header.
    pub(crate) pseudo_header: bool,
}

impl Router {
    /// The setting that 10.3 has and 8.4 has not, which always sums with a pseudo-header.
    pub(crate) const PSEUDO_HEADER: &str = "checksum-with-ipv4-pseudoheader";

    /// With FRR's defaults but for the version.
    pub(crate) fn new(version: Version, vrid: u8, addresses: Addresses<'static>) -> Self {
        let fields = AdvertisementFields {
            version,
            vrid: Vrid::new(vrid).unwrap(),
            priority: Priority::DEFAULT,
            interval: AdvertInterval::DEFAULT,
            addresses,
            authentication: Authentication::None,
        };
        Self { fields, pseudo_header: true }
    }

    pub(crate) fn priority(mut self, priority: u8) -> Self {
        self.fields.priority = Priority::new(priority);
        self
    }

    pub(crate) fn interval(mut self, centis: u16) -> Self {
        self.fields.interval = AdvertInterval::from_centis(centis).unwrap();
        self
    }

    pub(crate) fn without_pseudo_header(self) -> Self {
        Self { pseudo_header: false, ..self }
    }

    pub(crate) fn family(&self) -> AddressFamily {
        self.fields.addresses.family()
    }

    pub(crate) fn virtual_mac(&self) -> Mac {
        Mac::new(self.fields.vrid.virtual_mac(self.family()))
    }

    /// Whether FRR sent this frame for this router.
    pub(crate) fn sent(&self, event: &Event) -> bool {
        event.source_mac == self.virtual_mac() && event.advert().is_some()
    }

    /// Whether FRR sent this frame for this router to resign.
    pub(crate) fn resigned_by(&self, event: &Event) -> bool {
        self.sent(event) && event.advert().is_some_and(|advert| advert.priority == 0)
    }

    /// Gives FRR's host the macvlan without which FRR runs no virtual router.
    pub(crate) fn put_on(&self, lan: &Lan) {
        let host = lan.node(FRR).unwrap();
        let name = format!("vr{}", self.fields.vrid);
        host.add_macvlan(&name, lan.interface(), self.virtual_mac()).unwrap();
        // No address of the kernel's own making, which FRR might speak from while the kernel
        // still asks whether somebody has it.
        host.sysctl(&format!("ipv6.conf.{name}.addr_gen_mode"), "1").unwrap();
        for address in self.addresses() {
            host.add_address(&name, address, if address.is_ipv4() { 24 } else { 64 }).unwrap();
        }
        host.set_up(&name).unwrap();
    }

    /// Lines for an `interface` of vrrpd.conf; what is FRR's default is not said.
    pub(crate) fn lines(&self) -> String {
        let AdvertisementFields { version, vrid, priority, interval, .. } = self.fields;
        let mut settings = vec![match version {
            Version::V2 => " version 2".to_owned(),
            Version::V3 => String::new(),
        }];
        if priority != Priority::DEFAULT {
            settings.push(format!(" priority {priority}"));
        }
        if interval != AdvertInterval::DEFAULT {
            settings.push(format!(" advertisement-interval {}", u32::from(interval.as_centis()) * 10));
        }
        for address in self.addresses() {
            settings.push(if address.is_ipv4() {
                format!(" ip {address}")
            } else {
                format!(" ipv6 {address}")
            });
        }
        let mut lines: String = settings.iter().map(|setting| format!(" vrrp {vrid}{setting}\n")).collect();
        if !self.pseudo_header {
            lines.push_str(&format!(" no vrrp {vrid} {}\n", Self::PSEUDO_HEADER));
        }
        lines
    }

    /// The virtual addresses in the order of the configuration.
    pub(crate) fn addresses(&self) -> Vec<IpAddr> {
        match self.fields.addresses {
            Addresses::V4(list) => list.iter().copied().map(IpAddr::from).collect(),
            Addresses::V6(list) => list.iter().copied().map(IpAddr::from).collect(),
        }
    }
}

/// An address on the LAN.
pub(crate) const fn v4(host: u8) -> Ipv4Addr {
    let [a, b, c] = Lan::NETWORK;
    Ipv4Addr::new(a, b, c, host)
}

/// A link-local address, as VRRP wants it first.
pub(crate) const fn link_local(host: u16) -> Ipv6Addr {
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 9, host)
}

/// An address of the documentation's prefix.
pub(crate) const fn global(host: u16) -> Ipv6Addr {
    Ipv6Addr::new(0x2001, 0xdb8, 9, 0, 0, 0, 0, host)
}
