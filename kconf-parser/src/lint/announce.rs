//! Announcements that come all at once.

use std::collections::BTreeMap;

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::model::VrrpInstance;
use crate::{Diagnostic, Severity};

/// Gratuitous ARPs back to back from which on switches are known to drop some: control-plane policers commonly let
/// through a few hundred a second.
const BURST: u64 = 250;

pub(super) static BURST_PAGE: Page = Page {
    code: "announcement-burst",
    severity: Severity::Note,
    what: "a take-over sends hundreds of gratuitous ARPs at once",
    why: "Every address is announced several times without a pause. Switches limit ARP, and what they drop leaves clients \
          with the old MAC address until they ask again.",
    mend: "Set vrrp_garp_interval (and vrrp_gna_interval for IPv6), for instance 0.001, or lower vrrp_garp_master_repeat.",
    example: Example::of(
        "\
global_defs {
    vrrp_garp_master_repeat 300
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
global_defs {
    vrrp_garp_master_repeat 300
    vrrp_garp_interval 0.001
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut bursts: BTreeMap<&str, (u64, &VrrpInstance)> = BTreeMap::new();
    for instance in &context.own.config.instances {
        let addresses = instance.virtual_addresses.iter().chain(&instance.excluded_addresses);
        for address in addresses {
            let pause = if address.address.is_ipv4() {
                instance.garp.garp_interval
            } else {
                instance.garp.gna_interval
            };
            if pause.is_zero() {
                let device = address.dev.as_deref().unwrap_or(&instance.interface);
                bursts.entry(device).or_insert((0, instance)).0 += u64::from(instance.garp.master_repeat);
            }
        }
    }
    for (device, (count, instance)) in bursts {
        if count >= BURST {
            let message = format!("a take-over sends {count} announcements on {device} without a pause");
            let advice = "set vrrp_garp_interval and vrrp_gna_interval in global_defs, for instance to 0.001";
            findings.push(Lint::AnnouncementBurst.note(instance.span, message).suggest(advice));
        }
    }
}
