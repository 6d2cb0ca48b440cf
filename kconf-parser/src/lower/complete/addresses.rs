//! Virtual addresses.

use core::net::IpAddr;

use super::Completion;
use crate::model::{AddressFamily, VirtualAddress, VrrpVersion};
use crate::{Problem, Span};

/// Most addresses of an advert: its count field has eight bits.
const MAX_ADDRESSES: usize = 255;

/// Most IPv6 addresses of an advert: 1500 octets less 62 of Ethernet, IPv6 and VRRP headers, as keepalived counts.
const MAX_V6_ADDRESSES: usize = 89;

impl Completion<'_> {
    /// RFC 9568 requires addresses, RFC 3768 does not quite.
    pub(super) fn check_addresses(&mut self, interface: &str, unicast: bool, vmac: bool) -> Option<()> {
        self.split_addresses();
        self.place_addresses(interface, vmac);
        if self.draft.addresses.is_empty() {
            let silent = self.draft.no_addresses_wanted && !self.strict;
            if self.draft.no_addresses_wanted && self.strict {
                let at = self.draft.at("no_virtual_ipaddress");
                self.adjust(at, "strict mode wants addresses", "no_virtual_ipaddress is off");
            }
            if !silent && (self.version == VrrpVersion::V3 || self.strict) {
                return self.broken("virtual_ipaddress");
            }
            if !silent {
                let instance = self.draft.name.clone();
                self.report(self.draft.span, Problem::NoAddresses { instance });
            }
        }
        let first = self.draft.addresses.first().map(|(address, at)| (address.address, *at));
        if let Some((IpAddr::V6(first), at)) = first
            && !unicast
            && !first.is_unicast_link_local()
        {
            // RFC 9568 §5.2.9.
            let (what, effect) =
                ("the first virtual IPv6 address should be link-local", "it is used as it is");
            let reported = self.strict;
            self.report(at, Problem::Adjusted { what: what.into(), effect, reported });
        }
        Some(())
    }

    fn split_addresses(&mut self) {
        let (max, what) = match self.family {
            AddressFamily::V4 => (MAX_ADDRESSES, "an advert has room for 255 addresses"),
            AddressFamily::V6 => (MAX_V6_ADDRESSES, "an advert has room for 89 IPv6 addresses"),
        };
        if let Some((_, at)) = self.draft.addresses.get(max) {
            let at = *at;
            let more: Vec<(VirtualAddress, Span)> = self.draft.addresses.drain(max..).collect();
            self.draft.excluded.extend(more);
            self.adjust(at, what, "it and those below are moved to virtual_ipaddress_excluded");
        }
    }

    /// Each address needs an interface, and at most one reason for a virtual MAC.
    fn place_addresses(&mut self, interface: &str, vmac: bool) {
        let mut addresses = core::mem::take(&mut self.draft.addresses);
        let mut excluded = core::mem::take(&mut self.draft.excluded);
        for list in [&mut addresses, &mut excluded] {
            list.retain_mut(|(address, at)| self.place(address, *at, interface, vmac));
        }
        self.draft.addresses = addresses;
        self.draft.excluded = excluded;
    }

    fn place(&mut self, address: &mut VirtualAddress, at: Span, interface: &str, vmac: bool) -> bool {
        if interface.is_empty() && address.dev.is_none() {
            let what = "neither the instance nor the address has an interface";
            self.adjust(at, what, "the address has no effect");
            return false;
        }
        if !address.use_vmac {
            return true;
        }
        let own = address.dev.as_deref().is_none_or(|dev| dev == interface);
        let family = AddressFamily::from(address.address) == self.family;
        if own && family && vmac {
            self.adjust(at, "the instance uses the virtual MAC anyway", "use_vmac has no effect here");
            address.use_vmac = false;
        } else if !(own && family) && self.draft.use_vmac_addr {
            self.adjust(
                at,
                "use_vmac_addr gives the address a virtual MAC anyway",
                "use_vmac has no effect here",
            );
            address.use_vmac = false;
        }
        true
    }
}
