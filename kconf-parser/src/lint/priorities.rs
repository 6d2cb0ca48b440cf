//! Priorities that are too close for the timers to tell apart.

use core::time::Duration;

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::model::{VrrpInstance, VrrpVersion};
use crate::{Diagnostic, Severity};

/// Within this, the first advert of the better node may not have been heard when the other one's timer runs out:
/// delay of a switched network and of two schedulers.
const HEARD_WITHIN: Duration = Duration::from_millis(1);

pub(super) static EQUAL: Page = Page {
    code: "equal-priorities",
    severity: Severity::Warning,
    what: "both nodes have the same priority",
    why: "Both timers run out together, both become master, and the higher address wins after an exchange: clients see \
          two owners of the address for a moment at each start. Which one wins is written nowhere.",
    mend: "Give the nodes different priorities. To keep a returning node from taking over, use nopreempt as well.",
    example: Example::of(PRIORITY_100).beside(PRIORITY_100),
    mended: Example::of(PRIORITY_100).beside(PRIORITY_110),
};

const PRIORITY_100: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress { 192.0.2.1/24 }
}
";

const PRIORITY_110: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 110
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(super) static TOO_CLOSE: Page = Page {
    code: "priorities-too-close",
    severity: Severity::Note,
    what: "the skew time between neighbouring priorities is shorter than the network's delay",
    why: "What keeps two backups from taking over together is the skew: 1/256 of a second for each step of priority in \
          version 2, 1/256 of the interval in version 3. With short intervals that is microseconds, and both become \
          master for a moment. With the other node's file this is exact; without it, intervals below 50 ms are noted.",
    mend: "Put more distance between the priorities, or use a longer interval.",
    example: Example::of(FAST_100).beside(FAST_105),
    mended: Example::of(FAST_100).beside(FAST_200),
};

const FAST_100: &str = "\
vrrp_instance VI_1 {
    interface eth0
    version 3
    virtual_router_id 51
    priority 100
    advert_int 0.01
    virtual_ipaddress { 192.0.2.1/24 }
}
";

const FAST_105: &str = "\
vrrp_instance VI_1 {
    interface eth0
    version 3
    virtual_router_id 51
    priority 105
    advert_int 0.01
    virtual_ipaddress { 192.0.2.1/24 }
}
";

const FAST_200: &str = "\
vrrp_instance VI_1 {
    interface eth0
    version 3
    virtual_router_id 51
    priority 200
    advert_int 0.01
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for pair in context.pairs() {
        let steps = pair.own.priority.abs_diff(pair.other.priority);
        let at = context.own.lines(pair.own).at("priority");
        let skew = step(pair.own) * u32::from(steps);
        if steps == 0 {
            // Both as owners is another mistake, and reported as such.
            if pair.own.priority != super::trackers::OWNER {
                let message = format!("both nodes have priority {}", pair.own.priority);
                let advice = format!("change one of them; the other one is at {}", pair.other_place());
                findings.push(Lint::EqualPriorities.warning(at, message).suggest(advice));
            }
        } else if skew < HEARD_WITHIN {
            let message = format!(
                "priorities {} and {} are {} µs of skew apart: after a failure both may become master for a moment",
                pair.own.priority,
                pair.other.priority,
                skew.as_micros()
            );
            let advice = format!("{} steps are 1 ms at this interval", steps_for(pair.own));
            findings.push(Lint::PrioritiesTooClose.note(at, message).suggest(advice));
        }
    }
    if context.other.is_none() {
        alone(context, findings);
    }
}

/// One finding for all instances: a file with a thousand of them has one interval.
fn alone(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    // Priorities five apart are common; closer ones are a choice.
    let mut close = context.own.config.instances.iter().filter(|instance| steps_for(instance) > 5);
    let Some(first) = close.next() else { return };
    let others = match close.count() {
        0 => String::new(),
        others => format!(" (and in {others} more)"),
    };
    let message = format!(
        "at the interval of '{}'{others} one step of priority is {} µs of skew: nodes need priorities at least {} apart \
         to take over one after the other",
        first.name,
        step(first).as_micros(),
        steps_for(first)
    );
    findings.push(Lint::PrioritiesTooClose.note(context.own.lines(first).at("advert_int"), message));
}

/// What one step of priority is in time (RFC 3768 §6.1, RFC 9568 §6.1).
fn step(instance: &VrrpInstance) -> Duration {
    match instance.version {
        VrrpVersion::V2 => Duration::from_secs(1) / 256,
        VrrpVersion::V3 => instance.advert_interval / 256,
    }
}

fn steps_for(instance: &VrrpInstance) -> u128 {
    HEARD_WITHIN.as_nanos().div_ceil(step(instance).as_nanos().max(1))
}
