//! Rules that catch other packets than they seem to.

use std::collections::HashMap;

use super::{List, lists, masked, selected, written};
use crate::lint::context::Context;
use crate::lint::page::{Example, Page, instance};
use crate::lint::problem::Lint;
use crate::model::{AddressFamily, IpName, Rule, RuleAction, RuleLookup};
use crate::{Diagnostic, Severity};

pub(in crate::lint) static TWICE: Page = Page {
    code: "rule-twice",
    severity: Severity::Warning,
    what: "a rule is there already",
    why: "The kernel refuses a rule that it has: in one list the second line has no effect but an error in the log. A rule \
          that two instances have goes when the first of them is master no longer.",
    mend: "Leave it in one place. Rules of two instances that are to come and go by themselves need different preferences.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
    virtual_rules {
        from 192.0.2.1 table 100 preference 1000
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress { 192.0.2.2/24 }
    virtual_rules {
        from 192.0.2.1 table 100 preference 1000
    }
}
",
    ),
    mended: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
    virtual_rules {
        from 192.0.2.1 table 100 preference 1000
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress { 192.0.2.2/24 }
    virtual_rules {
        from 192.0.2.2 table 100 preference 1000
    }
}
",
    ),
};

pub(in crate::lint) static NO_SELECTOR: Page = Page {
    code: "rule-without-selector",
    severity: Severity::Warning,
    what: "a rule says nothing about the packets that it is for",
    why: "It is for all of them: its table comes before the main one for everything that the host sends and forwards, \
          which is more than the traffic of the virtual addresses. With 'not' it is for none.",
    mend: "Write from, to, iif, fwmark or another selector. A rule that is meant for everything can be allowed by comment.",
    example: Example::of(instance!(
        "",
        "    virtual_rules {
        table 100 preference 1000
    }
"
    )),
    mended: Example::of(instance!(
        "",
        "    virtual_rules {
        from 192.0.2.1 table 100 preference 1000
    }
"
    )),
};

pub(in crate::lint) static HOST_BITS: Page = Page {
    code: "rule-host-bits",
    severity: Severity::Note,
    what: "a rule names an address with the prefix length of its network",
    why: "As many bits as the prefix has are compared: the rule is for the whole network, which is more than the address \
          that is written. Addresses are often copied from virtual_ipaddress, where the same words mean one address.",
    mend: "Write the address without a prefix length, or the address of the network.",
    example: Example::of(instance!(
        "",
        "    virtual_rules {
        from 192.0.2.1/24 table 100 preference 1000
    }
"
    )),
    mended: Example::of(instance!(
        "",
        "    virtual_rules {
        from 192.0.2.0/24 table 100 preference 1000
    }
"
    )),
};

pub(in crate::lint) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let lists = lists::<Rule>(&context.own);
    twice(&lists, findings);
    for list in &lists {
        for (index, rule) in list.entries.iter().enumerate() {
            without_selector(list, index, rule, findings);
            host_bits(list, index, rule, findings);
        }
    }
}

/// The kernel compares what is written, bits beyond a prefix included.
fn twice(lists: &[List<'_, Rule>], findings: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, (&List<'_, Rule>, usize)> = HashMap::new();
    for list in lists {
        for (index, rule) in list.entries.iter().enumerate() {
            let key = Rule { track_group: None, ..rule.clone() }.to_string();
            let Some((first, at)) = seen.get(&key) else {
                seen.insert(key, (list, index));
                continue;
            };
            let message = match (first.owner.instance(), list.owner.instance()) {
                (one, two) if one.map(|one| one.span) == two.map(|two| two.span) => {
                    "this rule is there already: the kernel refuses a second one".to_owned()
                }
                _ if first.owner.moves_with(list.owner) => continue,
                (Some(one), Some(two)) => format!(
                    "'{}' and '{}' have the same rule: where both are master, the first that gives it up takes it \
                     from the other",
                    one.name, two.name
                ),
                (_, two) => {
                    let name = two.map_or("", |two| &two.name);
                    format!("this rule is static, and goes when '{name}' is master no longer")
                }
            };
            findings.push(Lint::RuleTwice.warning(list.at(index), message).relate(first.at(*at), "here"));
        }
    }
}

/// The kernel's rule for the main table. What comes behind it is a last resort.
const MAIN: u32 = 32766;

fn without_selector(list: &List<'_, Rule>, index: usize, rule: &Rule, findings: &mut Vec<Diagnostic>) {
    if selects(rule) {
        return;
    }
    let advice = "write 'from ADDRESS', 'iif INTERFACE' or another selector";
    if rule.invert {
        let message = "this rule is for no packet: there is nothing that 'not' could turn round";
        findings.push(Lint::RuleWithoutSelector.warning(list.at(index), message).suggest(advice));
        return;
    }
    let effect = match &rule.action {
        RuleAction::Lookup(lookup) if takes_over(lookup) => "is looked up in this table first",
        RuleAction::Blackhole | RuleAction::Unreachable | RuleAction::Prohibit => "is dropped",
        RuleAction::Lookup(_) | RuleAction::Goto(_) | RuleAction::Nop => return,
    };
    if rule.preference < MAIN {
        let family = match rule.family() {
            AddressFamily::V4 => "IPv4",
            AddressFamily::V6 => "IPv6",
        };
        let message = format!("every {family} packet of this host {effect}: the rule does not say which");
        findings.push(Lint::RuleWithoutSelector.note(list.at(index), message).suggest(advice));
    }
}

fn selects(rule: &Rule) -> bool {
    let (from, to) = selected(rule);
    from.1 > 0
        || to.1 > 0
        || rule.ds_field.is_some()
        || rule.mark.is_some_and(|mark| mark.mask != 0)
        || rule.input.is_some()
        || rule.output.is_some()
        || rule.tunnel_id.is_some()
        || rule.users.is_some()
        || rule.ip_protocol.is_some()
        || rule.source_ports.is_some()
        || rule.destination_ports.is_some()
}

/// The table of a VRF is chosen by the packet; the tables that every host has, and rules that pass over some routes,
/// are asked for everything on purpose.
fn takes_over(lookup: &RuleLookup) -> bool {
    let special = match &lookup.table {
        None | Some(IpName::Number(253..=255)) => true,
        Some(IpName::Number(_) | IpName::Name(_)) => false,
    };
    !special && lookup.suppress_prefix_len.is_none() && lookup.suppress_group.is_none()
}

fn host_bits(list: &List<'_, Rule>, index: usize, rule: &Rule, findings: &mut Vec<Diagnostic>) {
    let (from, to) = selected(rule);
    for (keyword, network) in [("from", from), ("to", to)] {
        let base = masked(network);
        if base == network.0 {
            continue;
        }
        let whole = written((base, network.1));
        let message = format!("'{keyword} {}' is the whole network {whole}", written(network));
        let advice = format!("write {} for the address alone, or {whole}", network.0);
        findings.push(Lint::RuleHostBits.note(list.at(index), message).suggest(advice));
    }
}
