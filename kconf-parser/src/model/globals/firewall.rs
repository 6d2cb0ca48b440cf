//! Packet filters that keepalived writes.

use core::num::NonZeroU32;

use crate::describe::describe;

/// Tables and chains for `no_accept`, virtual MACs and groups of firewall marks.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Firewall {
    /// `vrrp_iptables`.
    pub iptables: Option<IptablesChains>,
    /// `vrrp_ipsets`.
    pub ipsets: Ipsets,
    /// `nftables`.
    pub nftables: Option<Nftables>,
    /// `nftables_ipvs`.
    pub nftables_ipvs: Option<NftablesIpvs>,
    /// `nftables_ifindex`: sets of [`nftables`](Self::nftables) hold numbers of interfaces rather than names.
    pub nftables_ifindex: bool,
    /// `nftables_counters`: rules count packets.
    pub nftables_counters: bool,
}

describe!(Firewall { iptables, ipsets, nftables, nftables_ipvs, nftables_ifindex, nftables_counters });

/// `vrrp_iptables`. A keepalived that is built without iptables uses nftables instead.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IptablesChains {
    /// Chain for incoming packets, at most 27 octets, default `INPUT`.
    pub input: String,
    /// Chain for outgoing packets, `OUTPUT` where neither chain is written; `None`: nothing outgoing is filtered.
    pub output: Option<String>,
}

describe!(IptablesChains { input, output });

/// `vrrp_ipsets`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Ipsets {
    /// Nothing is written: sets with names of keepalived's own.
    #[default]
    Default,
    /// Without a name: no sets, one rule for each address.
    Off,
    /// Sets of these names.
    Named(IpsetNames),
}

impl crate::describe::Describe for Ipsets {
    fn describe(&self) -> crate::describe::Value {
        match self {
            Self::Default => crate::describe::Value::Absent,
            Self::Off => crate::describe::Value::Flag(false),
            Self::Named(names) => names.describe(),
        }
    }
}

/// Names of sets, at most 30 octets as written, all different. Those that are not written are made of the first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IpsetNames {
    /// IPv4 addresses.
    pub address: String,
    /// IPv6 addresses.
    pub address6: String,
    /// Link-local IPv6 addresses with their interfaces.
    pub address_iface6: String,
    /// Interfaces whose IGMP messages are dropped.
    pub igmp: String,
    /// Interfaces whose MLD messages are dropped.
    pub mld: String,
    /// Interfaces for neighbour discovery of virtual MACs.
    pub vmac_nd: String,
}

describe!(IpsetNames { address, address6, address_iface6, igmp, mld, vmac_nd });

/// `nftables`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nftables {
    /// Name of the table, at most 254 octets, default `keepalived`.
    pub table: String,
    /// `nftables_priority` of the chains, default −1.
    pub priority: i32,
}

describe!(Nftables { table, priority });

/// `nftables_ipvs`: nftables puts the firewall marks on packets for the virtual servers of a group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NftablesIpvs {
    /// Name of the table, at most 254 octets, default `keepalived_ipvs`.
    pub table: String,
    /// `nftables_ipvs_priority` of the chains, default −1.
    pub priority: i32,
    /// `nftables_ipvs_start_fwmark`: the first mark, default 1000.
    pub start_fwmark: NonZeroU32,
}

describe!(NftablesIpvs { table, priority, start_fwmark });
