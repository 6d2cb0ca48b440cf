//! Adverts that the other node drops.

use core::net::IpAddr;
use std::collections::BTreeSet;

use super::{PLAIN, PLAIN_PEER};
use crate::lint::context::{Context, InstancePair};
use crate::lint::page::{Example, Page};
use crate::lint::problem::Lint;
use crate::model::{AddressFamily, AuthHmac, Authentication, HmacMode, VrrpInstance, VrrpVersion};
use crate::{Diagnostic, Severity};

const TWO_MASTERS: &str =
    "Each node drops the other's adverts, finds itself alone and becomes master: both have the addresses.";

pub(in crate::lint) static VRID: Page = Page {
    code: "pair-vrid",
    severity: Severity::Warning,
    what: "the same instance has different VRIDs on the two nodes",
    why: TWO_MASTERS,
    mend: "Write the same virtual_router_id on both nodes.",
    example: Example::of(PLAIN).beside(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 15
    priority 100
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(PLAIN).beside(PLAIN_PEER),
};

pub(in crate::lint) static VERSION: Page = Page {
    code: "pair-version",
    severity: Severity::Warning,
    what: "the two nodes speak different versions of VRRP",
    why: TWO_MASTERS,
    mend: "Write the same version (or vrrp_version) on both nodes.",
    example: Example::of(PLAIN).beside(
        "\
vrrp_instance VI_1 {
    interface eth0
    version 3
    virtual_router_id 51
    priority 100
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(PLAIN).beside(PLAIN_PEER),
};

pub(in crate::lint) static INTERVAL: Page = Page {
    code: "pair-interval",
    severity: Severity::Warning,
    what: "advert_int differs between the nodes",
    why: "In version 2 an advert with another interval is dropped, and both nodes become master. In version 3 a backup \
          adopts the master's interval, so the time to a failover depends on who is master.",
    mend: "Write the same advert_int on both nodes.",
    example: Example::of(PLAIN).beside(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 2
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(PLAIN).beside(PLAIN_PEER),
};

pub(in crate::lint) static AUTHENTICATION: Page = Page {
    code: "pair-authentication",
    severity: Severity::Warning,
    what: "authentication differs between the nodes",
    why: TWO_MASTERS,
    mend: "Write the same auth_type and auth_pass on both nodes; only the first eight octets of a password count.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass secret
    }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    )
    .beside(PLAIN_PEER),
    mended: Example::of(PLAIN).beside(PLAIN_PEER),
};

pub(in crate::lint) static ADDRESSES: Page = Page {
    code: "pair-addresses",
    severity: Severity::Warning,
    what: "the virtual addresses differ between the nodes",
    why: "Adverts carry the list of addresses, and keepalived drops those whose list is not its own: both nodes become \
          master. With excluded addresses nothing is dropped, but some addresses do not move.",
    mend: "Write the same addresses on both nodes, in virtual_ipaddress and in virtual_ipaddress_excluded.",
    example: Example::of(PLAIN).beside(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.0.2.1/24
        192.0.2.2/24
    }
}
",
    ),
    mended: Example::of(PLAIN).beside(PLAIN_PEER),
};

pub(in crate::lint) static CHECKSUM: Page = Page {
    code: "pair-checksum",
    severity: Severity::Note,
    what: "v3_checksum_as_v2 differs between the nodes",
    why: "The nodes compute the checksum of version 3 over IPv4 in two ways. keepalived accepts either from the other node; \
          routers of other makes do not.",
    mend: "Write the same on both nodes.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    version 3
    virtual_router_id 51
    priority 150
    v3_checksum_as_v2
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    )
    .beside(
        "\
vrrp_instance VI_1 {
    interface eth0
    version 3
    virtual_router_id 51
    priority 100
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(PLAIN).beside(PLAIN_PEER),
};

pub(in crate::lint) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for pair in context.pairs() {
        if pair.own.vrid != pair.other.vrid {
            let message = format!("VRID {} here, {} on the other node", pair.own.vrid, pair.other.vrid);
            findings.push(differs(context, &pair, Lint::PairVrid, "virtual_router_id", message));
        }
        if pair.own.version != pair.other.version {
            let message =
                format!("VRRP version {} here, {} on the other node", number(pair.own), number(pair.other));
            findings.push(differs(context, &pair, Lint::PairVersion, "version", message));
        } else {
            interval(context, &pair, findings);
            authentication(context, &pair, findings);
            checksum(context, &pair, findings);
        }
        addresses(context, &pair, findings);
    }
}

fn differs(
    context: &Context<'_>,
    pair: &InstancePair<'_>,
    lint: Lint,
    keyword: &str,
    message: String,
) -> Diagnostic {
    let at = context.own.lines(pair.own).at(keyword);
    let there = pair.other_node.place(pair.other_node.lines(pair.other).at(keyword));
    lint.warning(at, message).suggest(format!("compare with {there}"))
}

const fn number(instance: &VrrpInstance) -> u8 {
    match instance.version {
        VrrpVersion::V2 => 2,
        VrrpVersion::V3 => 3,
    }
}

fn interval(context: &Context<'_>, pair: &InstancePair<'_>, findings: &mut Vec<Diagnostic>) {
    let (own, other) = (pair.own.advert_interval, pair.other.advert_interval);
    if own == other {
        return;
    }
    let effect = match pair.own.version {
        VrrpVersion::V2 => "each drops the other's adverts",
        VrrpVersion::V3 => "a backup follows the master's",
    };
    let message =
        format!("advert_int {} here, {} on the other node: {effect}", own.as_secs_f64(), other.as_secs_f64());
    findings.push(differs(context, pair, Lint::PairInterval, "advert_int", message));
}

fn authentication(context: &Context<'_>, pair: &InstancePair<'_>, findings: &mut Vec<Diagnostic>) {
    let (own, other) = (pair.own.authentication, pair.other.authentication);
    if let Some(message) = signatures(pair.own.auth_hmac.as_ref(), pair.other.auth_hmac.as_ref()) {
        findings.push(differs(context, pair, Lint::PairAuthentication, "auth_hmac", message.to_owned()));
    }
    if own == other {
        return;
    }
    let kind = |authentication| match authentication {
        None => "none",
        Some(Authentication::Pass(_)) => "PASS",
        Some(Authentication::Ah(_)) => "AH",
    };
    let message = if kind(own) == kind(other) {
        "the password is not the one of the other node".to_owned()
    } else {
        format!("authentication is {} here, {} on the other node", kind(own), kind(other))
    };
    findings.push(differs(context, pair, Lint::PairAuthentication, "authentication", message));
}

/// What keeps the other node from accepting what this one signs.
fn signatures(own: Option<&AuthHmac>, other: Option<&AuthHmac>) -> Option<&'static str> {
    let (own, other) = match (own, other) {
        (None, None) => return None,
        (Some(own), Some(other)) => (own, other),
        (Some(_), None) => return Some("auth_hmac is set here, and not on the other node"),
        (None, Some(_)) => return Some("auth_hmac is set on the other node only"),
    };
    let key = own.keys.iter().find(|key| key.id == own.active_key);
    let theirs = other.keys.iter().find(|key| key.id == own.active_key);
    let signs = own.mode != HmacMode::ReceiveOnly;
    match (key, theirs) {
        (Some(_), None) if signs => Some("the active key of auth_hmac is not there on the other node"),
        (Some(key), Some(theirs)) if signs && key.secret != theirs.secret => {
            Some("the active key of auth_hmac is not the other node's key of that number")
        }
        _ if !signs && other.mode == HmacMode::Enforce => {
            Some("this node does not sign its adverts, and the other one drops what is not signed")
        }
        _ => None,
    }
}

fn checksum(context: &Context<'_>, pair: &InstancePair<'_>, findings: &mut Vec<Diagnostic>) {
    let counts = pair.own.version == VrrpVersion::V3 && pair.own.family == AddressFamily::V4;
    if counts && pair.own.v3_checksum_as_v2 != pair.other.v3_checksum_as_v2 {
        let at = context.own.lines(pair.own).at("v3_checksum_as_v2");
        let message = "v3_checksum_as_v2 is on for one of the nodes only";
        let advice = format!("compare with {}", pair.other_place());
        findings.push(Lint::PairChecksum.note(at, message).suggest(advice));
    }
}

fn addresses(context: &Context<'_>, pair: &InstancePair<'_>, findings: &mut Vec<Diagnostic>) {
    let lists = |instance: &VrrpInstance| {
        let set =
            |list: &[crate::model::VirtualAddress]| list.iter().map(|address| address.address).collect();
        [set(&instance.virtual_addresses), set(&instance.excluded_addresses)]
    };
    let keywords = ["virtual_ipaddress", "virtual_ipaddress_excluded"];
    for ((keyword, own), other) in keywords.into_iter().zip(lists(pair.own)).zip(lists(pair.other)) {
        let (own, other): (BTreeSet<IpAddr>, BTreeSet<IpAddr>) = (own, other);
        let only_here = own.difference(&other).next();
        let only_there = other.difference(&own).next();
        let message = match (only_here, only_there) {
            (Some(address), _) => format!("{address} is missing on the other node"),
            (None, Some(address)) => format!("{address} is there on the other node only"),
            (None, None) => continue,
        };
        let finding = differs(context, pair, Lint::PairAddresses, keyword, message);
        findings.push(match only_here {
            Some(address) => {
                Diagnostic { span: context.own.lines(pair.own).address(keyword, *address), ..finding }
            }
            None => finding,
        });
    }
}
