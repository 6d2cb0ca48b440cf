//! `vrrp_instance`.

use core::net::IpAddr;
use core::time::Duration;

use super::{
    AuthHmac, Authentication, Ipvlan, Route, Rule, ScriptCommand, TrackBfd, TrackFile, TrackInterface,
    TrackProcess, TrackScript, VirtualAddress, Vmac,
};
use crate::Span;
use crate::describe::describe;

/// A `vrrp_instance` block with every default, global and strict-mode rule applied.
#[derive(Clone, Debug, PartialEq)]
pub struct VrrpInstance {
    /// Name of the block.
    pub name: String,
    /// The line that opens the block.
    pub span: Span,
    /// `version`, or `vrrp_version`; 3 for IPv6 if nothing is written.
    pub version: VrrpVersion,
    /// Family of the adverts: that of the first virtual address, peer or source address.
    pub family: AddressFamily,
    /// `state`. A wish only: an election decides, unless the priority is 255.
    pub initial_state: InitialState,
    /// `interface`. Empty only for unicast with a source address.
    pub interface: String,
    /// `vrf`: the VRF of an instance without interface.
    pub vrf: Option<String>,
    /// `virtual_router_id`, 1..=255.
    pub vrid: u8,
    /// `priority`, 1..=255.
    pub priority: u8,
    /// `advert_int`: whole seconds 1..=255 for version 2, 10 ms..=40.95 s in steps of 10 ms for version 3.
    pub advert_interval: Duration,
    /// `preempt`; false for `nopreempt`.
    pub preempt: bool,
    /// `preempt_delay`, 0..=1000 s.
    pub preempt_delay: Duration,
    /// `authentication`; only ever present for version 2, and never beside [`auth_hmac`](Self::auth_hmac).
    pub authentication: Option<Authentication>,
    /// `auth_hmac`.
    pub auth_hmac: Option<AuthHmac>,
    /// `virtual_ipaddress`: all of [`family`](Self::family), advertised.
    pub virtual_addresses: Vec<VirtualAddress>,
    /// `virtual_ipaddress_excluded`: not advertised, any family.
    pub excluded_addresses: Vec<VirtualAddress>,
    /// `virtual_routes`: present while it is master.
    pub virtual_routes: Vec<Route>,
    /// `virtual_rules`: present while it is master.
    pub virtual_rules: Vec<Rule>,
    /// `unicast_peer`; empty for multicast.
    pub unicast_peers: Vec<UnicastPeer>,
    /// `unicast_src_ip` or `mcast_src_ip`.
    pub source_address: Option<IpAddr>,
    /// `mcast_dst_ip`, else `vrrp_mcast_group4` or `vrrp_mcast_group6`; `None` for unicast.
    pub multicast_group: Option<IpAddr>,
    /// `unicast_ttl`: TTL or hop limit of unicast adverts.
    pub unicast_ttl: u8,
    /// `check_unicast_src`: drop adverts whose source is not a peer. A TTL limit on any peer implies it.
    pub check_unicast_src: bool,
    /// `unicast_fault_no_peer`.
    pub unicast_fault_no_peer: bool,
    /// `old_unicast_checksum`: checksums of keepalived before 1.4 in unicast adverts of version 3.
    pub old_unicast_checksum: OldUnicastChecksum,
    /// `track_src_ip`: fault while the source address, which is then written, is missing.
    pub track_source_address: bool,
    /// `skip_check_adv_addr`: compare the address list only for the first advert of a new master.
    pub skip_check_adv_addr: bool,
    /// `strict_mode`, or `vrrp_strict`.
    pub strict: bool,
    /// `down_timer_adverts`, 1..=100: adverts missed before a backup takes over.
    pub down_timer_adverts: u8,
    /// `lower_prio_no_advert`: a master does not answer an advert of lower priority.
    pub lower_prio_no_advert: bool,
    /// `higher_prio_send_advert`: a master sends one more advert before it yields.
    pub higher_prio_send_advert: bool,
    /// `owner_ignore_adverts`, or `vrrp_owner_ignore_adverts`: an address owner drops every advert.
    pub owner_ignore_adverts: bool,
    /// `timer_expired_backup`, 1..=254: highest priority of the other instances. A master that was held up for so long
    /// that such an instance has taken over steps down, even with `nopreempt`.
    pub timer_expired_backup: Option<u8>,
    /// Gratuitous ARP and unsolicited NA.
    pub garp: GarpSettings,
    /// `garp_extra_if`, or `vrrp_garp_extra_if`: announcements on other interfaces that carry addresses.
    pub garp_extra_interfaces: Option<GarpExtraInterfaces>,
    /// `dont_track_primary`: the instance's own interface may go down without a fault.
    pub dont_track_primary: bool,
    /// `linkbeat_use_polling`: the state of the interface is asked for, not reported by the kernel.
    pub linkbeat_use_polling: bool,
    /// `track_interface`, of the instance and of its group.
    pub track_interfaces: Vec<TrackInterface>,
    /// `track_script`, of the instance and of its group, undefined scripts left out.
    pub track_scripts: Vec<TrackScript>,
    /// `track_file`, of the instance and of its group, undefined files left out.
    pub track_files: Vec<TrackFile>,
    /// `track_process`, of the instance and of its group, undefined processes left out.
    pub track_processes: Vec<TrackProcess>,
    /// `track_bfd`, of the instance and of its group, undefined BFD instances left out.
    pub track_bfds: Vec<TrackBfd>,
    /// Name of the [`SyncGroup`](super::SyncGroup) that the instance is in.
    pub sync_group: Option<String>,
    /// Notify scripts.
    pub notify: Notify,
    /// `notify_priority_changes`, of the instance, else of its group, else of the globals.
    pub notify_priority_changes: bool,
    /// `smtp_alert`.
    pub smtp_alert: bool,
    /// `accept`: the host itself answers on virtual addresses. False means packets to them are dropped.
    pub accept: bool,
    /// `promote_secondaries`.
    pub promote_secondaries: bool,
    /// `use_vmac`: adverts and addresses are meant to use the virtual MAC.
    pub vmac: Option<Vmac>,
    /// `use_ipvlan`.
    pub ipvlan: Option<Ipvlan>,
    /// `use_vmac_addr`: addresses on other interfaces, or of the other family, get a virtual MAC there.
    pub use_vmac_addr: bool,
    /// `v3_checksum_as_v2`: IPv4 checksum of version 3 without the pseudo-header.
    pub v3_checksum_as_v2: bool,
    /// `kernel_rx_buf_size`: octets of the receive buffer of the socket.
    pub kernel_rx_buf_size: Option<u32>,
    /// `lvs_sync_daemon_interface`: interface of the IPVS sync daemon that follows this instance, unless
    /// `lvs_sync_daemon` in `global_defs` or an instance further up names one.
    pub lvs_sync_daemon_interface: Option<String>,
    /// `debug`, 0..=4.
    pub debug: u8,
}

describe!(VrrpInstance { name, version, family, initial_state, interface, vrf, vrid, priority, advert_interval, preempt, preempt_delay, authentication, auth_hmac, virtual_addresses, excluded_addresses, virtual_routes, virtual_rules, unicast_peers, source_address, multicast_group, unicast_ttl, check_unicast_src, unicast_fault_no_peer, old_unicast_checksum, track_source_address, skip_check_adv_addr, strict, down_timer_adverts, lower_prio_no_advert, higher_prio_send_advert, owner_ignore_adverts, timer_expired_backup, garp, garp_extra_interfaces, dont_track_primary, linkbeat_use_polling, track_interfaces, track_scripts, track_files, track_processes, track_bfds, sync_group, notify, notify_priority_changes, smtp_alert, accept, promote_secondaries, vmac, ipvlan, use_vmac_addr, v3_checksum_as_v2, kernel_rx_buf_size, lvs_sync_daemon_interface, debug; span });

/// Protocol version.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum VrrpVersion {
    /// RFC 3768.
    #[default]
    V2,
    /// RFC 5798 and RFC 9568.
    V3,
}

/// IPv4 or IPv6.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum AddressFamily {
    /// `AF_INET`.
    #[default]
    V4,
    /// `AF_INET6`.
    V6,
}

impl AddressFamily {
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::V4 => Self::V6,
            Self::V6 => Self::V4,
        }
    }
}

impl From<IpAddr> for AddressFamily {
    fn from(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

/// `state`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum InitialState {
    /// `BACKUP`, and anything that is not a state.
    #[default]
    Backup,
    /// `MASTER`, and nothing written with priority 255.
    Master,
}

/// `old_unicast_checksum`. keepalived up to 1.3.6 summed unicast adverts of version 3 with the multicast group in place
/// of the peer.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum OldUnicastChecksum {
    /// Nothing written: used once a peer is seen to use it.
    #[default]
    Learn,
    /// `old_unicast_checksum`: used.
    Always,
    /// `old_unicast_checksum never`.
    Never,
}

describe!(OldUnicastChecksum = Learn "learn", Always "always", Never "never");

/// `garp_extra_if [all] SECONDS` and `vrrp_garp_extra_if`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct GarpExtraInterfaces {
    /// Period, 0..=86 400 s; 0 is never.
    pub interval: Duration,
    /// `all`: every interface that carries an address; otherwise only virtual MACs made for addresses.
    pub all: bool,
}

describe!(GarpExtraInterfaces { interval, all });

/// An entry of `unicast_peer`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct UnicastPeer {
    /// The peer's address.
    pub address: IpAddr,
    /// `min_ttl`: adverts with a lower TTL or hop limit are dropped.
    pub min_ttl: Option<u8>,
    /// `max_ttl`: adverts with a higher TTL or hop limit are dropped.
    pub max_ttl: Option<u8>,
}

describe!(UnicastPeer { address, min_ttl, max_ttl });

/// Gratuitous ARP (IPv4) and unsolicited neighbour advertisements (IPv6) of one instance.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GarpSettings {
    /// `garp_master_delay`, whole seconds: second burst after becoming master; zero means none.
    pub master_delay: Duration,
    /// `garp_master_repeat`, at least 1: messages per address in each burst.
    pub master_repeat: u32,
    /// `garp_master_refresh`, whole seconds: period of refreshes while master; zero means none.
    pub master_refresh: Duration,
    /// `garp_master_refresh_repeat`, at least 1: messages per address in a refresh.
    pub master_refresh_repeat: u32,
    /// `garp_lower_prio_delay`, whole seconds: second burst after an advert of lower priority.
    pub lower_prio_delay: Duration,
    /// `garp_lower_prio_repeat`: messages per address after an advert of lower priority; 0 means none.
    pub lower_prio_repeat: u32,
    /// `vrrp_garp_interval`: pause between two gratuitous ARPs on an interface.
    pub garp_interval: Duration,
    /// `vrrp_gna_interval`: pause between two neighbour advertisements on an interface.
    pub gna_interval: Duration,
}

describe!(GarpSettings {
    master_delay,
    master_repeat,
    master_refresh,
    master_refresh_repeat,
    lower_prio_delay,
    lower_prio_repeat,
    garp_interval,
    gna_interval
});

impl Default for GarpSettings {
    fn default() -> Self {
        Self {
            master_delay: Duration::from_secs(5),
            master_repeat: 5,
            master_refresh: Duration::ZERO,
            master_refresh_repeat: 1,
            lower_prio_delay: Duration::from_secs(5),
            lower_prio_repeat: 5,
            garp_interval: Duration::ZERO,
            gna_interval: Duration::ZERO,
        }
    }
}

/// Notify scripts of an instance.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Notify {
    /// `notify_master`.
    pub master: Option<Box<ScriptCommand>>,
    /// `notify_backup`.
    pub backup: Option<Box<ScriptCommand>>,
    /// `notify_fault`.
    pub fault: Option<Box<ScriptCommand>>,
    /// `notify_stop`.
    pub stop: Option<Box<ScriptCommand>>,
    /// `notify`: gets `INSTANCE NAME STATE PRIORITY` appended.
    pub any: Option<Box<ScriptCommand>>,
    /// `notify_deleted` with a command.
    pub deleted: Option<Box<ScriptCommand>>,
    /// `notify_deleted`, with or without a command: DELETED instead of FAULT when a reload removes the instance.
    pub report_deleted: bool,
    /// `notify_master_rx_lower_pri`.
    pub master_rx_lower_pri: Option<Box<ScriptCommand>>,
}

describe!(Notify { master, backup, fault, stop, any, deleted, report_deleted, master_rx_lower_pri });

impl Notify {
    /// Every command that is set.
    pub fn commands(&self) -> impl Iterator<Item = &ScriptCommand> {
        [
            &self.master,
            &self.backup,
            &self.fault,
            &self.stop,
            &self.any,
            &self.deleted,
            &self.master_rx_lower_pri,
        ]
        .into_iter()
        .filter_map(|command| command.as_deref())
    }
}

describe!(VrrpVersion = V2 "2", V3 "3");
describe!(AddressFamily = V4 "inet", V6 "inet6");
describe!(InitialState = Backup "BACKUP", Master "MASTER");
