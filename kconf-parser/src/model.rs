//! What a configuration means, with every default and fall-back already applied.
//!
//! [`lower`](crate::lower) builds these values; nothing here points back into the text except the
//! [`Span`](crate::Span) of each named block, which is kept for messages.

mod address;
mod checker;
mod globals;
mod group;
mod instance;
mod script;
mod ssl;
mod virtual_server;

pub use address::{AddressScope, Broadcast, VirtualAddress};
pub use checker::{
    BfdCheck, Checker, CheckerCommon, CheckerKind, ConnectTo, DnsCheck, DnsType, FileCheck, HttpCheck,
    HttpProtocol, HttpRegex, HttpUrl, MiscCheck, PatternOctet, RegexOption, RegexStack, SmtpCheck,
    StatusCodes, UdpCheck, UdpReply,
};
pub use globals::{
    AdvertBufferPolicy, AdvertBuffers, AutoPriority, Dbus, ExtraInterfaces, Files, Firewall, GarpDefaults,
    Globals, IncludeCheck, IpsetNames, Ipsets, IptablesChains, JsonVersion, LvsFlushOnStop, LvsSyncDaemon,
    LvsTimeouts, Nftables, NftablesIpvs, NotifyFifo, ProcessSettings, ReceiveBuffer, ReceiveBuffers, Reload,
    ReloadMarker, Snmp,
};
pub use group::{AddressRange, GroupEntry, VirtualServerGroup, VirtualService};
pub use instance::{
    AddressFamily, AuthPass, Authentication, GarpSettings, InitialState, Notify, TrackInterface, TrackScript,
    UnicastPeer, VrrpInstance, VrrpVersion,
};
pub use script::{ScriptCommand, ScriptUser, VrrpScript, VrrpScriptCommand};
pub use ssl::{KeyPassword, SslSettings};
pub use virtual_server::{
    ForwardMethod, PersistenceGranularity, RealServer, ServiceProtocol, SorryServer, TunnelChecksum,
    VirtualServer, VirtualServerKey,
};

use crate::describe::{Describe, Value, describe};

/// A whole configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// `global_defs` and the root-level scalars.
    pub globals: Globals,
    /// `vrrp_script` blocks that have a command, in the order of the file.
    pub scripts: Vec<VrrpScript>,
    /// `vrrp_instance` blocks that can run, in the order of the file.
    pub instances: Vec<VrrpInstance>,
    /// `SSL`, the last one.
    pub ssl: Option<SslSettings>,
    /// `virtual_server_group` blocks with at least one entry, each name once, in the order of the file.
    pub groups: Vec<VirtualServerGroup>,
    /// `virtual_server` blocks that can run, in the order of the file.
    pub virtual_servers: Vec<VirtualServer>,
}

describe!(Config { globals, scripts, instances, ssl, groups, virtual_servers });

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
