//! The usual topology: hosts on one bridge.

use core::net::{IpAddr, Ipv4Addr};

use crate::{LabError, Namespace, Sniffer};

/// A bridge in a namespace of its own and hosts, each in its own, at `10.77.0.N/24` unless the LAN
/// is made for another network.
#[derive(Debug)]
pub struct Lan {
    network: [u8; 3],
    bridge: Namespace,
    hosts: Vec<(u8, Namespace)>,
    interface: String,
}

impl Lan {
    /// The first 24 bits of the hosts' addresses unless others are asked for.
    pub const NETWORK: [u8; 3] = [10, 77, 0];

    /// Name of the bridge's interface.
    pub const BRIDGE: &'static str = "br0";

    /// Hosts 1 to `count`, on interfaces called `eth0`.
    ///
    /// # Errors
    ///
    /// [`LabError`] names the step that failed.
    pub fn new(count: u8) -> Result<Self, LabError> {
        let hosts: Vec<u8> = (1..=count).collect();
        Self::with_hosts("eth0", &hosts)
    }

    /// The given hosts (the last octets of their addresses, 1 to 254), each with its interface
    /// called `interface`.
    ///
    /// # Errors
    ///
    /// [`LabError`] names the step that failed.
    pub fn with_hosts(interface: &str, hosts: &[u8]) -> Result<Self, LabError> {
        Self::in_network(Self::NETWORK, interface, hosts)
    }

    /// As [`with_hosts`](Self::with_hosts), with addresses in another `network` of 24 bits.
    ///
    /// # Errors
    ///
    /// [`LabError`] names the step that failed.
    pub fn in_network(network: [u8; 3], interface: &str, hosts: &[u8]) -> Result<Self, LabError> {
        let bridge = Namespace::new()?;
        bridge.add_bridge(Self::BRIDGE)?;
        bridge.set_up(Self::BRIDGE)?;
        let mut lan = Self { network, bridge, hosts: Vec::new(), interface: interface.to_owned() };
        for &host in hosts {
            let node = Namespace::new()?;
            lan.join(host, &node, interface)?;
            lan.hosts.push((host, node));
        }
        Ok(lan)
    }

    /// Gives `node`, which is somewhere else already, an `interface` on this LAN too, with the
    /// address of host `host`.
    ///
    /// # Errors
    ///
    /// [`LabError`] names the step that failed.
    pub fn join(&self, host: u8, node: &Namespace, interface: &str) -> Result<(), LabError> {
        let port = port(host);
        node.add_veth(interface, &self.bridge, &port)?;
        self.bridge.set_bridge(&port, Self::BRIDGE)?;
        self.bridge.set_up(&port)?;
        node.add_address(interface, IpAddr::V4(self.address_of(host)), 24)?;
        node.set_up(interface)
    }

    /// The namespace of host `host`.
    ///
    /// # Errors
    ///
    /// [`LabError::NoHost`] if the LAN was made without it, also if it joined later.
    pub fn node(&self, host: u8) -> Result<&Namespace, LabError> {
        let found = self.hosts.iter().find(|(number, _)| *number == host);
        found.map(|(_, namespace)| namespace).ok_or(LabError::NoHost(host))
    }

    /// The namespace that holds the bridge and its ports.
    pub fn bridge(&self) -> &Namespace {
        &self.bridge
    }

    /// What the hosts call their interface.
    pub fn interface(&self) -> &str {
        &self.interface
    }

    /// Host `host`'s own address on a LAN in the usual network.
    pub fn address(host: u8) -> Ipv4Addr {
        let [a, b, c] = Self::NETWORK;
        Ipv4Addr::new(a, b, c, host)
    }

    /// Host `host`'s own address on this LAN.
    pub fn address_of(&self, host: u8) -> Ipv4Addr {
        let [a, b, c] = self.network;
        Ipv4Addr::new(a, b, c, host)
    }

    /// Pulls host `host`'s cable: nothing passes and the host loses its carrier.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] if there is none.
    pub fn unplug(&self, host: u8) -> Result<(), LabError> {
        self.bridge.set_down(&port(host))
    }

    /// Puts the cable back.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] if there is none.
    pub fn plug(&self, host: u8) -> Result<(), LabError> {
        self.bridge.set_up(&port(host))
    }

    /// Listens to everything that crosses the bridge from now on.
    ///
    /// # Errors
    ///
    /// [`LabError`] names the step that failed.
    pub fn sniffer(&self) -> Result<Sniffer, LabError> {
        Sniffer::start(&self.bridge, Self::BRIDGE)
    }
}

/// Name of a host's port on the bridge.
fn port(host: u8) -> String {
    format!("p{host}")
}
