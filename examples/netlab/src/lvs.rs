//! What a director and its real servers need of the kernel.

use core::net::{IpAddr, Ipv4Addr};
use std::fs;

use netlink_packet_route::link::{InfoData, InfoIpTunnel, InfoKind};

use crate::{LabError, Namespace};

impl Namespace {
    /// Whether the kernel has ip_vs, which a user namespace may look at but not change.
    ///
    /// # Errors
    ///
    /// [`LabError::Path`] with the kernel's reason where it has none: every kernel that has shows
    /// its table below `/proc`, a namespace of its own included.
    pub fn ip_vs() -> Result<(), LabError> {
        let path = "/proc/thread-self/net/ip_vs";
        fs::metadata(path).map(|_| ()).map_err(LabError::path("find", path))
    }

    /// Makes `name` the end of every IPv4-in-IPv4 tunnel to `local`, whoever sends, and sets it up.
    /// What comes out of it is believed whatever route there is to its sender.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] with the kernel's reason, [`LabError::Path`] if a setting is refused.
    pub fn add_ipip(&self, name: &str, local: Ipv4Addr) -> Result<(), LabError> {
        let options = vec![InfoIpTunnel::Local(IpAddr::V4(local))];
        self.add_link(name, InfoKind::IpIp, InfoData::IpTunnel(options))?;
        // The stricter of both counts.
        self.sysctl("ipv4.conf.all.rp_filter", "0")?;
        self.sysctl(&format!("ipv4.conf.{name}.rp_filter"), "0")?;
        self.set_up(name)
    }

    /// Takes `address` for its own without ever telling the LAN so, as a real server does behind a
    /// director that routes directly or through tunnels.
    ///
    /// # Errors
    ///
    /// [`LabError::Path`] if a setting is refused, [`LabError::Link`] with the kernel's reason.
    pub fn add_silent_address(&self, address: Ipv4Addr) -> Result<(), LabError> {
        self.sysctl("ipv4.conf.all.arp_ignore", "1")?;
        self.sysctl("ipv4.conf.all.arp_announce", "2")?;
        self.add_address("lo", IpAddr::V4(address), 32)
    }
}
