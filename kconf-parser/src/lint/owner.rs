//! An address owner that nobody asked for.

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use super::trackers::OWNER;
use crate::{Diagnostic, Severity};

pub(super) static ACCIDENTAL: Page = Page {
    code: "accidental-owner",
    severity: Severity::Warning,
    what: "state MASTER without a priority makes the node the address owner, with priority 255",
    why: "An owner claims that the virtual address is its own: it starts as master without listening, weights do not \
          apply to it, nopreempt is void, and two of them never settle.",
    mend: "Write the priority, for instance 150.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 255
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for instance in context.own.config.instances.iter().filter(|instance| instance.priority == OWNER) {
        let lines = context.own.lines(instance);
        if lines.line("priority").is_some() {
            continue;
        }
        let message = format!(
            "'{}' has no priority, and state MASTER makes that 255: it acts as the owner of its addresses",
            instance.name
        );
        let finding = Lint::AccidentalOwner.warning(lines.at("state"), message);
        findings.push(finding.suggest("write the priority, such as priority 150"));
    }
}
