//! What a configuration means, with every default and fall-back already applied.
//!
//! [`lower`](crate::lower) builds these values; nothing here points back into the text except the
//! [`Span`](crate::Span) of each named block, which is kept for messages.

mod address;
mod authentication;
mod bfd;
mod checker;
mod globals;
mod group;
mod instance;
mod links;
mod route;
mod rule;
mod script;
mod ssl;
mod sync_group;
mod track;
mod virtual_server;
mod vmac;

pub use address::{AddressScope, Broadcast, VirtualAddress};
pub use authentication::{AntiReplay, AuthHmac, AuthPass, Authentication, HmacKey, HmacMode, HmacSecret};
pub use bfd::BfdInstance;
pub use checker::{
    BfdCheck, Checker, CheckerCommon, CheckerKind, ConnectTo, DnsCheck, DnsType, FileCheck, HttpCheck,
    HttpProtocol, HttpRegex, HttpUrl, MiscCheck, PatternOctet, RegexOption, RegexStack, SmtpCheck,
    StatusCodes, UdpCheck, UdpReply,
};
pub use globals::{
    AdvertBufferPolicy, AdvertBuffers, AutoPriority, Dbus, Files, Firewall, GarpDefaults, Globals,
    IncludeCheck, IpsetNames, Ipsets, IptablesChains, JsonVersion, LvsFlushOnStop, LvsSyncDaemon,
    LvsTimeouts, Nftables, NftablesIpvs, NotifyFifo, ProcessSettings, ReceiveBuffer, ReceiveBuffers, Reload,
    ReloadMarker, Snmp,
};
pub use group::{AddressRange, GroupEntry, VirtualServerGroup, VirtualService};
pub use instance::{
    AddressFamily, GarpExtraInterfaces, GarpSettings, InitialState, Notify, OldUnicastChecksum, UnicastPeer,
    VrrpInstance, VrrpVersion,
};
pub use links::{
    GarpGroup, InterfaceDelays, Linkbeat, LinkbeatInterface, LinkbeatMethod, StaticAddress, TrackGroup,
};
pub use route::{
    Encap, Hop, IpName, Lockable, MplsLabel, MplsLabels, NextHop, Prefix, Realms, Route, RouteAddresses,
    RouteInsert, RouteMetrics, RouteTable, RouteType, RouterPreference, Tracking, TunnelKey,
};
pub use rule::{PortRange, Rule, RuleAction, RuleAddresses, RuleLookup, RuleMark, UserRange};
pub use script::{ScriptCommand, ScriptUser, VrrpScript, VrrpScriptCommand};
pub use ssl::{KeyPassword, SslSettings};
pub use sync_group::{GroupNotify, SyncGroup};
pub use track::{
    InitFile, ParameterMatch, TrackBfd, TrackFile, TrackInterface, TrackProcess, TrackScript, TrackedFile,
    TrackedProcess,
};
pub use virtual_server::{
    ForwardMethod, PersistenceGranularity, RealServer, ServiceProtocol, SorryServer, TunnelChecksum,
    VirtualServer, VirtualServerKey,
};
pub use vmac::{Ipvlan, IpvlanMode, MacAddress, Vmac};

use crate::describe::{Describe, Value, describe};

/// A whole configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// `global_defs` and the root-level scalars.
    pub globals: Globals,
    /// `vrrp_script` blocks that have a command, in the order of the file.
    pub scripts: Vec<VrrpScript>,
    /// `track_file` blocks with a file, in the order of the file.
    pub track_files: Vec<TrackedFile>,
    /// `vrrp_track_process` blocks with a process, in the order of the file.
    pub track_processes: Vec<TrackedProcess>,
    /// `bfd_instance` blocks that can run, each name once, in the order of the file.
    pub bfd_instances: Vec<BfdInstance>,
    /// `vrrp_instance` blocks that can run, in the order of the file.
    pub instances: Vec<VrrpInstance>,
    /// `vrrp_sync_group` blocks with members, each name once, in the order of the file.
    pub sync_groups: Vec<SyncGroup>,
    /// `static_ipaddress`, in the order of the file.
    pub static_addresses: Vec<StaticAddress>,
    /// `track_group` blocks with members, each name once, in the order of the file.
    pub track_groups: Vec<TrackGroup>,
    /// `garp_group` blocks with an interval, in the order of the file.
    pub garp_groups: Vec<GarpGroup>,
    /// `linkbeat_use_polling` and `linkbeat_interfaces`.
    pub linkbeat: Linkbeat,
    /// `interface_up_down_delays`, each interface once.
    pub interface_delays: Vec<InterfaceDelays>,
    /// `SSL`, the last one.
    pub ssl: Option<SslSettings>,
    /// `virtual_server_group` blocks with at least one entry, each name once, in the order of the file.
    pub groups: Vec<VirtualServerGroup>,
    /// `virtual_server` blocks that can run, in the order of the file.
    pub virtual_servers: Vec<VirtualServer>,
    /// `static_routes`: always present.
    pub static_routes: Vec<Route>,
    /// `static_rules`: always present.
    pub static_rules: Vec<Rule>,
}

describe!(Config {
    globals,
    scripts,
    track_files,
    track_processes,
    bfd_instances,
    instances,
    sync_groups,
    static_addresses,
    track_groups,
    garp_groups,
    linkbeat,
    interface_delays,
    ssl,
    groups,
    virtual_servers,
    static_routes,
    static_rules
});

impl Config {
    /// The configuration as plain data, for dumps. Secrets are masked.
    pub fn describe(&self) -> Value {
        Describe::describe(self)
    }

    /// The script called `name`.
    pub fn script(&self, name: &str) -> Option<&VrrpScript> {
        self.scripts.iter().find(|script| script.name == name)
    }

    /// The instance called `name`.
    pub fn instance(&self, name: &str) -> Option<&VrrpInstance> {
        self.instances.iter().find(|instance| instance.name == name)
    }

    /// The sync group called `name`.
    pub fn sync_group(&self, name: &str) -> Option<&SyncGroup> {
        self.sync_groups.iter().find(|group| group.name == name)
    }

    /// The virtual server group called `name`.
    pub fn group(&self, name: &str) -> Option<&VirtualServerGroup> {
        self.groups.iter().find(|group| group.name == name)
    }

    /// Every service that `server` stands for: one, or those of its group.
    ///
    /// Ranges are taken apart while the iterator runs. A service that several entries name comes several times.
    pub fn services(&self, server: &VirtualServer) -> impl Iterator<Item = VirtualService> + use<'_> {
        let (protocol, family) = (server.protocol, server.family);
        let (own, entries) = match &server.key {
            VirtualServerKey::Address(address) => (Some(GroupEntry::Address(*address)), None),
            VirtualServerKey::FirewallMark(mark) => {
                (Some(GroupEntry::FirewallMark { mark: *mark, family: Some(family) }), None)
            }
            VirtualServerKey::Group(name) => (None, self.group(name)),
        };
        let entries = entries.into_iter().flat_map(|group| group.entries.iter().copied());
        own.into_iter().chain(entries).flat_map(move |entry| entry.services(protocol, family))
    }
}
