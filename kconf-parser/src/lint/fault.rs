//! One failure that stops both nodes.

use super::context::{Context, Node};
use super::page::{Example, Page};
use super::problem::Lint;
use crate::model::{TrackScript, VrrpScriptCommand};
use crate::{Diagnostic, Severity};

pub(super) static SHARED: Page = Page {
    code: "shared-fault",
    severity: Severity::Note,
    what: "both nodes go to FAULT when the same check fails on both",
    why: "A script without weight makes a failure a fault. If what it checks is shared (a database, a gateway, a name \
          server), it fails on both nodes at once, and then nobody has the addresses.",
    mend: "Give the script a weight on at least one node, so that a node that fails is worse but still there.",
    example: Example::of(SAME).beside(SAME),
    mended: Example::of(SAME).beside(WITH_WEIGHT),
};

const SAME: &str = "\
vrrp_script gateway {
    script \"/bin/ping -c1 192.0.2.254\"
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    track_script { gateway }
    virtual_ipaddress { 192.0.2.1/24 }
}
";

const WITH_WEIGHT: &str = "\
vrrp_script gateway {
    script \"/bin/ping -c1 192.0.2.254\"
    weight -60
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    track_script { gateway }
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for pair in context.pairs() {
        for track in pair.own.track_scripts.iter().filter(|track| track.weight == 0) {
            let command = command(&context.own, track);
            let mut theirs = pair.other.track_scripts.iter().filter(|other| other.weight == 0);
            let same = theirs.any(|other| {
                command.is_some()
                    && self::command(pair.other_node, other) == command
                    && other.reverse == track.reverse
            });
            if !same {
                continue;
            }
            let at = context.own.lines(pair.own).entry("track_script", &track.name);
            let message = format!(
                "'{}' has no weight on either node: if what it checks is shared, both are in FAULT and nobody has the \
                 addresses",
                track.name
            );
            let advice =
                format!("give it a weight on one of them; the other one is at {}", pair.other_place());
            findings.push(Lint::SharedFault.note(at, message).suggest(advice));
        }
    }
}

fn command<'a>(node: &Node<'a>, track: &TrackScript) -> Option<&'a VrrpScriptCommand> {
    node.config.script(&track.name).map(|script| &script.command)
}
