//! Announcements that come all at once, or late.

use core::time::Duration;
use std::collections::BTreeMap;

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::model::VrrpInstance;
use crate::{Diagnostic, Severity};

/// Gratuitous ARPs back to back from which on switches are known to drop some: control-plane policers commonly let
/// through a few hundred a second.
const MANY: u64 = 250;

/// A take-over in version 2 is about as long.
const LATE: Duration = Duration::from_secs(3);

pub(super) static BURST: Page = Page {
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

pub(super) static SLOW: Page = Page {
    code: "announcements-slow",
    severity: Severity::Warning,
    what: "the pause between announcements makes the last addresses wait for seconds",
    why: "After a take-over each gratuitous ARP waits for the one before it. Until its turn comes, clients of an address \
          send to the old master.",
    mend: "Lower vrrp_garp_interval (and vrrp_gna_interval), or the number of repeats.",
    example: Example::of(
        "\
global_defs {
    vrrp_garp_interval 2
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
        192.0.2.2/24
        192.0.2.3/24
        192.0.2.4/24
    }
}
",
    ),
    mended: Example::of(
        "\
global_defs {
    vrrp_garp_interval 0.01
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
        192.0.2.2/24
        192.0.2.3/24
        192.0.2.4/24
    }
}
",
    ),
};

/// What is known of an interface's announcements.
#[derive(Default)]
struct Announced<'a> {
    first: Option<&'a VrrpInstance>,
    any: bool,
    /// Without a pause.
    at_once: u64,
    /// Until the last address has been announced for the first time.
    wait: Duration,
}

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut interfaces: BTreeMap<&str, Announced<'_>> = BTreeMap::new();
    for instance in &context.own.config.instances {
        let addresses = instance.virtual_addresses.iter().chain(&instance.excluded_addresses);
        for address in addresses {
            let device = address.dev.as_deref().unwrap_or(&instance.interface);
            let announced = interfaces.entry(device).or_default();
            announced.first.get_or_insert(instance);
            let garp = &instance.garp;
            let pause = if address.address.is_ipv4() { garp.garp_interval } else { garp.gna_interval };
            if pause.is_zero() {
                announced.at_once += u64::from(garp.master_repeat);
            }
            // The first one waits for nothing. Repeats come after all addresses have had their first.
            if announced.any {
                announced.wait = announced.wait.saturating_add(pause);
            }
            announced.any = true;
        }
    }
    for (device, announced) in interfaces {
        let Some(instance) = announced.first else { continue };
        if announced.at_once >= MANY {
            let message =
                format!("a take-over sends {} announcements on {device} without a pause", announced.at_once);
            let advice = "set vrrp_garp_interval and vrrp_gna_interval in global_defs, for instance to 0.001";
            findings.push(Lint::AnnouncementBurst.note(instance.span, message).suggest(advice));
        }
        if announced.wait > LATE {
            let message = format!(
                "with this pause between announcements the last address on {device} is announced {} s after a take-over",
                announced.wait.as_secs_f64()
            );
            let mut globals = context.own.places.top("global_defs");
            let line = globals
                .find_map(|block| block.line("vrrp_garp_interval").or(block.line("vrrp_gna_interval")));
            let at = line.map_or(instance.span, |line| line.span());
            findings.push(
                Lint::AnnouncementsSlow
                    .warning(at, message)
                    .suggest("a pause of 0.001 is enough for most switches"),
            );
        }
    }
}
