//! Where adverts go, and from where.

use core::net::IpAddr;

use super::Completion;
use crate::Problem;
use crate::lower::instance::{IpvlanDraft, VmacDraft};
use crate::model::{AddressFamily, Ipvlan, Vmac, VrrpVersion};

impl Completion<'_> {
    /// IPv6 has no version 2. keepalived keeps a version 2 that is written above the first IPv6 address, except in
    /// strict mode; what it sends then is nothing that RFC 3768 or RFC 9568 know.
    pub(super) fn version(&mut self) -> VrrpVersion {
        let written = self.draft.version;
        if self.family == AddressFamily::V6 {
            if written == Some(VrrpVersion::V2) {
                let (what, effect) = ("VRRP version 2 has no IPv6".to_owned(), "version 3 is used");
                self.report(
                    self.draft.at("version"),
                    Problem::Adjusted { what, effect, reported: self.strict },
                );
            }
            return VrrpVersion::V3;
        }
        written.or(self.around.globals.vrrp_version).unwrap_or_default()
    }

    /// The interface; empty if there is none and unicast does without it.
    pub(super) fn interface(&mut self) -> Option<String> {
        if let Some(interface) = self.draft.interface.take() {
            return Some(interface);
        }
        let Some(source) = self.draft.source.filter(|_| !self.draft.peers.is_empty()) else {
            return self.broken("interface");
        };
        if let IpAddr::V6(source) = source
            && source.is_unicast_link_local()
        {
            return self.broken("interface, without which a link-local source address means nothing");
        }
        let what = "keepalived 2.2.7 does not start with an instance without an interface";
        self.adjust(self.draft.span, what, "newer ones send from the source address");
        Some(String::new())
    }

    /// Whether adverts go to peers.
    pub(super) fn unicast(&mut self) -> bool {
        let unicast = !self.draft.peers.is_empty();
        if unicast {
            return true;
        }
        if let Some(at) = self.draft.unicast.any.filter(|_| !self.draft.unicast_fault_no_peer) {
            self.adjust(at, "unicast without a unicast_peer", "adverts are multicast");
        }
        if let Some(at) = self.draft.unicast.ttl {
            self.adjust(at, "unicast_ttl without a unicast_peer", "the line has no effect");
            self.draft.unicast_ttl = None;
        }
        false
    }

    /// Without `unicast_peer` adverts are multicast.
    pub(super) fn multicast_group(&mut self, unicast: bool) -> Option<IpAddr> {
        let written = self.draft.multicast_group.take();
        if unicast {
            if let Some((_, at)) = written {
                self.adjust(at, "mcast_dst_ip in a unicast instance", "the line has no effect");
            }
            return None;
        }
        let default = match self.family {
            AddressFamily::V4 => IpAddr::V4(self.around.globals.mcast_group4),
            AddressFamily::V6 => IpAddr::V6(self.around.globals.mcast_group6),
        };
        Some(written.map_or(default, |(group, _)| group))
    }

    pub(super) fn vrf(&mut self, interface: &str, unicast: bool) -> Option<String> {
        let (vrf, at) = self.draft.vrf.take()?;
        let what = if !interface.is_empty() {
            "vrf in an instance with an interface"
        } else if !unicast {
            "vrf without a unicast_peer"
        } else {
            return Some(vrf);
        };
        self.adjust(at, what, "the line has no effect");
        None
    }

    /// `use_vmac` and `use_ipvlan`.
    pub(super) fn virtual_links(&mut self, interface: &str, vrid: u8) -> (Option<Vmac>, Option<Ipvlan>) {
        let (vmac, ipvlan) = (self.draft.vmac.take(), self.draft.ipvlan.take());
        let at = vmac.as_ref().map(|vmac| vmac.span).or(ipvlan.as_ref().map(|ipvlan| ipvlan.span));
        let base = self.draft.vmac_xmit_base.take();
        let Some(at) = at else {
            if let Some(base) = base {
                self.adjust(base, "vmac_xmit_base without use_vmac", "the line has no effect");
            }
            return (None, None);
        };
        if interface.is_empty() {
            self.adjust(at, "use_vmac and use_ipvlan need an interface", "the line has no effect");
            return (None, None);
        }
        if let Some(ipvlan) = ipvlan {
            if vmac.is_some() {
                let (what, effect) = ("use_ipvlan beside use_vmac".to_owned(), "there is no virtual MAC");
                self.report(at, Problem::Adjusted { what, effect, reported: false });
            } else if base.is_some() || self.draft.unicast.any.is_some() {
                let what = "use_ipvlan has no vmac_xmit_base, which unicast would need";
                self.adjust(base.unwrap_or(at), what, "it has no effect");
            }
            return (None, Some(self.ipvlan(ipvlan)));
        }
        let mut transmit_on_base = base.is_some();
        if self.draft.unicast.any.is_some() && !transmit_on_base {
            self.adjust(at, "unicast with use_vmac needs vmac_xmit_base", "vmac_xmit_base is on");
            transmit_on_base = true;
        }
        if self.strict && transmit_on_base {
            self.adjust(
                base.unwrap_or(at),
                "strict mode sends through the virtual MAC",
                "vmac_xmit_base is off",
            );
            transmit_on_base = false;
        }
        let vmac = vmac.map(|vmac| self.vmac(vmac, vrid, transmit_on_base));
        (vmac, None)
    }

    fn vmac(&mut self, draft: VmacDraft, vrid: u8, transmit_on_base: bool) -> Vmac {
        let mut mac = draft.mac.and_then(|mac| mac.with(vrid));
        if self.strict && mac.take().is_some() {
            self.adjust(draft.span, "strict mode has the MAC address of the RFC", "the other has no effect");
        }
        let (name, group) = (draft.name, draft.group);
        Vmac { name, mac, transmit_on_base, netlink_notify: draft.netlink_notify, group }
    }

    fn ipvlan(&mut self, draft: IpvlanDraft) -> Ipvlan {
        if draft.address.is_none() && self.family == AddressFamily::V4 {
            let what = "use_ipvlan needs an IPv4 address of its own";
            self.adjust(draft.span, what, "the instance stays in FAULT");
        }
        Ipvlan { name: draft.name, mode: draft.mode.unwrap_or_default(), address: draft.address }
    }

    /// Interfaces that keepalived makes have it anyway.
    pub(super) fn promote_secondaries(&mut self, virtual_link: bool) -> bool {
        let Some(at) = self.draft.promote_secondaries else { return false };
        if virtual_link {
            self.adjust(at, "promote_secondaries is always on for a virtual MAC", "the line has no effect");
        }
        !virtual_link
    }
}
