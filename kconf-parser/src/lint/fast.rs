//! Adverts faster than the scheduler promises.

use core::time::Duration;

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::{Diagnostic, Severity};

/// A process like all others can be kept waiting for this long on a loaded host.
const SCHEDULER_DELAY: Duration = Duration::from_millis(200);

pub(super) static PAGE: Page = Page {
    code: "fast-adverts-unprivileged",
    severity: Severity::Note,
    what: "adverts are so fast that a busy host alone can cause a failover",
    why: "A backup takes over after three missed adverts. When those are less than a fifth of a second, a master that \
          waits for the processor that long, under load or while its virtual machine is moved, loses the addresses \
          and takes them back.",
    mend: "Set vrrp_rt_priority (or vrrp_priority) in global_defs, raise down_timer_adverts, or use a longer advert_int.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    version 3
    virtual_router_id 51
    advert_int 0.05
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
global_defs {
    vrrp_rt_priority 50
}
vrrp_instance VI_1 {
    interface eth0
    version 3
    virtual_router_id 51
    advert_int 0.05
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

/// Once: the setting is one for all instances.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let config = context.own.config;
    let process = &config.globals.vrrp_process;
    // max_auto_priority lets keepalived raise itself when it is late.
    if process.rt_priority.is_some() || process.nice.is_some() || config.globals.auto_priority.max > 0 {
        return;
    }
    let until_down = |interval: Duration, adverts: u8| interval * u32::from(adverts);
    let mut fast = config.instances.iter().filter_map(|instance| {
        let time = until_down(instance.advert_interval, instance.down_timer_adverts);
        (time < SCHEDULER_DELAY).then_some((instance, time))
    });
    let Some((instance, time)) = fast.next() else { return };
    let message = format!(
        "the peer takes over after {} ms without an advert, and keepalived runs like any other process",
        time.as_millis()
    );
    let at = context.own.lines(instance).at("advert_int");
    findings
        .push(Lint::FastAdvertsUnprivileged.note(at, message).suggest("set vrrp_rt_priority in global_defs"));
}
