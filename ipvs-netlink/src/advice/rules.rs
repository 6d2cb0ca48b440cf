//! One rule, one setting, one symptom.

use crate::advice::{Advice, Facts};
use crate::destination::Destination;
use crate::forward::ForwardMethod;
use crate::service::{Service, ServiceKey};
use crate::sync_daemon::SyncRole;
use crate::uapi::{AddressFamily, Protocol};

type Rule = fn(&Facts<'_>) -> Option<Advice>;

pub(super) const ALL: [Rule; 11] = [
    reuse_delays,
    reuse_sticks,
    dead_destinations,
    persistent_to_drained,
    forwarding_v4,
    forwarding_v6,
    conntrack_tcp,
    conntrack_udp,
    dropped_packets,
    no_rates,
    backup_balances,
];

/// Until 5.9 a reused port under conntrack cost the first SYN, and the client a second.
fn reuse_delays(facts: &Facts<'_>) -> Option<Advice> {
    let setting = "net.ipv4.vs.conn_reuse_mode";
    let value = facts.settings.number(setting).filter(|value| value & 1 == 1)?;
    let conntrack = facts.settings.number("net.ipv4.vs.conntrack")? != 0;
    let old = facts.kernel.is_some_and(|kernel| kernel < (5, 9));
    (conntrack && old && any_service(facts, is_tcp)).then(|| Advice {
        setting,
        value,
        symptom:
            "a client that takes a source port again waits one second for its connection (its first SYN \
                  is dropped, as net.ipv4.vs.conntrack is on and this kernel is older than 5.9)"
                .to_owned(),
        remedy: "use Linux 5.9, or set net.ipv4.vs.conntrack=0 if no rule of the firewall needs it",
    })
}

/// With 0 a reused port goes where it went before.
fn reuse_sticks(facts: &Facts<'_>) -> Option<Advice> {
    let setting = "net.ipv4.vs.conn_reuse_mode";
    let value = facts.settings.number(setting).filter(|value| *value == 0)?;
    any_service(facts, is_tcp).then(|| Advice {
        setting,
        value,
        symptom:
            "a client that takes a source port again gets the destination that it had, even one of weight 0 \
                  or one that is gone"
                .to_owned(),
        remedy: "set it to 1 (Linux 5.9 and later have no delay with it)",
    })
}

fn dead_destinations(facts: &Facts<'_>) -> Option<Advice> {
    let setting = "net.ipv4.vs.expire_nodest_conn";
    let value = facts.settings.number(setting).filter(|value| *value == 0)?;
    let udp = any_service(facts, |key, _| is(key, Protocol::Udp));
    let who = match udp {
        true => {
            "packets of connections whose destination was removed vanish until the connection times out: a UDP \
                 sender that goes on sending never reaches another destination"
        }
        false => "clients of a destination that was removed hang until they time out, instead of being reset",
    };
    any_service(facts, |_, _| true).then(|| Advice {
        setting,
        value,
        symptom: who.to_owned(),
        remedy: "set it to 1",
    })
}

fn persistent_to_drained(facts: &Facts<'_>) -> Option<Advice> {
    let setting = "net.ipv4.vs.expire_quiescent_template";
    let value = facts.settings.number(setting).filter(|value| *value == 0)?;
    any_service(facts, |_, service| service.persistence.is_some()).then(|| Advice {
        setting,
        value,
        symptom:
            "a persistent client keeps opening connections to a destination of weight 0: draining ends only \
                  when its persistence does"
                .to_owned(),
        remedy: "set it to 1 if weight 0 shall send persistent clients elsewhere",
    })
}

fn forwarding_v4(facts: &Facts<'_>) -> Option<Advice> {
    forwarding(facts, AddressFamily::V4, "net.ipv4.ip_forward")
}

fn forwarding_v6(facts: &Facts<'_>) -> Option<Advice> {
    forwarding(facts, AddressFamily::V6, "net.ipv6.conf.all.forwarding")
}

fn forwarding(facts: &Facts<'_>, family: AddressFamily, setting: &'static str) -> Option<Advice> {
    let value = facts.settings.number(setting).filter(|value| *value == 0)?;
    let rewritten = any_destination(facts, |key, destination| {
        key.family() == family && destination.forward == ForwardMethod::Masquerade
    });
    rewritten.then(|| Advice {
        setting,
        value,
        symptom: format!(
            "{family} replies of destinations by masquerading come to this machine and are not passed on"
        ),
        remedy: "set it to 1",
    })
}

fn conntrack_tcp(facts: &Facts<'_>) -> Option<Advice> {
    let setting = "net.netfilter.nf_conntrack_tcp_timeout_established";
    shorter(facts, setting, facts.timeouts.tcp_s, is_tcp)
}

fn conntrack_udp(facts: &Facts<'_>) -> Option<Advice> {
    let setting = "net.netfilter.nf_conntrack_udp_timeout_stream";
    shorter(facts, setting, facts.timeouts.udp_s, |key, _| is(key, Protocol::Udp))
}

fn shorter(
    facts: &Facts<'_>,
    setting: &'static str,
    ipvs_s: Option<u32>,
    concerned: fn(&ServiceKey, &Service) -> bool,
) -> Option<Advice> {
    let value = facts.settings.number(setting)?;
    let ipvs = i64::from(ipvs_s?);
    let conntrack = facts.settings.number("net.ipv4.vs.conntrack")? != 0;
    (conntrack && value < ipvs && any_service(facts, concerned)).then(|| Advice {
        setting,
        value,
        symptom: format!(
            "the firewall forgets an idle connection after {value} s that IPVS keeps for {ipvs} s: what is sent \
             between the two may be taken for a new connection"
        ),
        remedy: "raise it, or lower IPVS's time-out",
    })
}

fn dropped_packets(facts: &Facts<'_>) -> Option<Advice> {
    let setting = "net.ipv4.vs.drop_packet";
    let value = facts.settings.number(setting).filter(|value| *value == 3)?;
    let rate = facts.settings.number("net.ipv4.vs.am_droprate").unwrap_or(10);
    Some(Advice {
        setting,
        value,
        symptom: format!("one of {rate} packets is dropped, always"),
        remedy: "set it to 0, or to 1 to drop only when memory is short",
    })
}

fn no_rates(facts: &Facts<'_>) -> Option<Advice> {
    let setting = "net.ipv4.vs.run_estimation";
    let value = facts.settings.number(setting).filter(|value| *value == 0)?;
    Some(Advice {
        setting,
        value,
        symptom: "the rates of connections, packets and octets stay 0".to_owned(),
        remedy: "set it to 1 if somebody looks at them",
    })
}

fn backup_balances(facts: &Facts<'_>) -> Option<Advice> {
    let setting = "net.ipv4.vs.backup_only";
    let value = facts.settings.number(setting).filter(|value| *value == 0)?;
    let only_backup = facts.sync.contains(&SyncRole::Backup) && !facts.sync.contains(&SyncRole::Master);
    let routed = any_destination(facts, |_, destination| destination.forward == ForwardMethod::DirectRoute);
    (only_backup && routed).then(|| Advice {
        setting,
        value,
        symptom:
            "if the other director sends this one packets as to a real server, this one balances them again, \
                  and they may go round in circles"
                .to_owned(),
        remedy: "set it to 1 where directors are real servers, too",
    })
}

fn is(key: &ServiceKey, wanted: Protocol) -> bool {
    match key {
        ServiceKey::Address { protocol, .. } => *protocol == wanted,
        // Whatever is marked.
        ServiceKey::FirewallMark { .. } => true,
    }
}

fn is_tcp(key: &ServiceKey, _: &Service) -> bool {
    is(key, Protocol::Tcp)
}

fn any_service(facts: &Facts<'_>, holds: impl Fn(&ServiceKey, &Service) -> bool) -> bool {
    facts.table.is_some_and(|table| table.services().any(|(key, service)| holds(key, service)))
}

fn any_destination(facts: &Facts<'_>, holds: impl Fn(&ServiceKey, &Destination) -> bool) -> bool {
    let Some(table) = facts.table else { return false };
    let mut all = table.services().flat_map(|(key, _)| {
        let destinations = table.destinations(key);
        destinations.map(move |(_, destination)| (key, destination))
    });
    all.any(|(key, destination)| holds(key, destination))
}
