//! A `vrrp_instance` block as written: `None` is nothing written, or nothing valid.

use core::net::IpAddr;
use core::time::Duration;

use super::authentication::{AuthenticationDraft, HmacDraft};
use super::notify::NotifyDraft;
use super::vmac::{IpvlanDraft, VmacDraft};
use crate::Span;
use crate::keywords::Keyword;
use crate::lower::track::{Before, TrackDraft};
use crate::model::{
    AddressFamily, GarpExtraInterfaces, InitialState, OldUnicastChecksum, Route, Rule, UnicastPeer,
    VirtualAddress, VrrpVersion,
};

/// Everything that the lines of an instance say.
#[derive(Debug, Default)]
pub(in crate::lower) struct Draft {
    pub(in crate::lower) name: String,
    pub(in crate::lower) span: Span,
    /// Where each keyword is written.
    pub(in crate::lower) lines: Vec<(&'static Keyword, Span)>,
    pub(in crate::lower) family: Option<AddressFamily>,
    pub(in crate::lower) state: Option<InitialState>,
    pub(in crate::lower) interface: Option<String>,
    pub(in crate::lower) vrf: Option<(String, Span)>,
    pub(in crate::lower) vrid: Option<u8>,
    pub(in crate::lower) priority: Option<u8>,
    pub(in crate::lower) advert_interval: Option<Duration>,
    pub(in crate::lower) version: Option<VrrpVersion>,
    pub(in crate::lower) nopreempt: bool,
    pub(in crate::lower) preempt_delay: Duration,
    pub(in crate::lower) authentication: AuthenticationDraft,
    pub(in crate::lower) hmac: Option<HmacDraft>,
    pub(in crate::lower) addresses: Vec<(VirtualAddress, Span)>,
    pub(in crate::lower) excluded: Vec<(VirtualAddress, Span)>,
    pub(in crate::lower) routes: Vec<Route>,
    pub(in crate::lower) rules: Vec<Rule>,
    pub(in crate::lower) no_addresses_wanted: bool,
    pub(in crate::lower) peers: Vec<UnicastPeer>,
    pub(in crate::lower) unicast: UnicastWords,
    pub(in crate::lower) source: Option<IpAddr>,
    pub(in crate::lower) unicast_ttl: Option<u8>,
    pub(in crate::lower) check_unicast_src: bool,
    pub(in crate::lower) unicast_fault_no_peer: bool,
    pub(in crate::lower) old_unicast_checksum: OldUnicastChecksum,
    pub(in crate::lower) track_source: bool,
    pub(in crate::lower) multicast_group: Option<(IpAddr, Span)>,
    pub(in crate::lower) skip_check_adv_addr: Option<bool>,
    pub(in crate::lower) strict: Option<bool>,
    pub(in crate::lower) down_timer_adverts: Option<u8>,
    pub(in crate::lower) lower_prio_no_advert: Option<bool>,
    pub(in crate::lower) higher_prio_send_advert: Option<bool>,
    pub(in crate::lower) owner_ignore_adverts: Option<bool>,
    pub(in crate::lower) timer_expired_backup: Option<u8>,
    pub(in crate::lower) garp: GarpDraft,
    pub(in crate::lower) garp_extra_interfaces: Option<GarpExtraInterfaces>,
    pub(in crate::lower) dont_track_primary: bool,
    pub(in crate::lower) linkbeat_use_polling: bool,
    pub(in crate::lower) track: TrackDraft,
    pub(in crate::lower) before: Before,
    pub(in crate::lower) notify: NotifyDraft,
    pub(in crate::lower) notify_priority_changes: Option<bool>,
    pub(in crate::lower) smtp_alert: Option<bool>,
    pub(in crate::lower) accept: Option<bool>,
    pub(in crate::lower) promote_secondaries: Option<Span>,
    pub(in crate::lower) vmac: Option<VmacDraft>,
    pub(in crate::lower) ipvlan: Option<IpvlanDraft>,
    pub(in crate::lower) vmac_xmit_base: Option<Span>,
    pub(in crate::lower) use_vmac_addr: bool,
    pub(in crate::lower) v3_checksum_as_v2: Option<bool>,
    pub(in crate::lower) kernel_rx_buf_size: Option<u32>,
    pub(in crate::lower) lvs_sync_daemon_interface: Option<String>,
    pub(in crate::lower) debug: u8,
}

impl Draft {
    /// The last line with `keyword`; the line that opens the block if there is none, as for what globals say.
    pub(in crate::lower) fn at(&self, keyword: &str) -> Span {
        self.written(keyword).unwrap_or(self.span)
    }

    /// The last line with `keyword`.
    pub(in crate::lower) fn written(&self, keyword: &str) -> Option<Span> {
        self.lines.iter().rev().find(|(line, _)| line.name == keyword).map(|(_, span)| *span)
    }
}

/// Keywords that mean unicast even without a peer.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::lower) struct UnicastWords {
    /// The last of them.
    pub(in crate::lower) any: Option<Span>,
    /// `unicast_ttl`, which is not one of them.
    pub(in crate::lower) ttl: Option<Span>,
}

/// `garp_*`.
#[derive(Debug, Default)]
pub(in crate::lower) struct GarpDraft {
    pub(in crate::lower) master_delay: Option<Duration>,
    pub(in crate::lower) master_repeat: Option<u32>,
    pub(in crate::lower) master_refresh: Option<Duration>,
    pub(in crate::lower) master_refresh_repeat: Option<u32>,
    pub(in crate::lower) lower_prio_delay: Option<Duration>,
    pub(in crate::lower) lower_prio_repeat: Option<u32>,
}
