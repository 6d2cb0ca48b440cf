//! What happens to an instance, in the log and in its counters.

use core::net::IpAddr;

use vrrp_fsm::{Event, Output, StateKind, Transition};
use vrrp_proto::{Priority, ReceiveError};

use super::instance::Instance;

/// Counts and logs what a machine of this effective priority wants known.
pub(crate) fn output(instance: &mut Instance, priority: Priority, output: &Output) {
    match output {
        Output::Transition(change) => transition(instance, change),
        Output::Event(told) => event(instance, priority, told),
        Output::SendAdvertisement { .. }
        | Output::AcquireAddresses
        | Output::ReleaseAddresses
        | Output::Announce { .. } => {}
    }
}

fn transition(instance: &mut Instance, change: &Transition) {
    instance.logged_refusal = None;
    instance.logged_addresses = false;
    instance.stats.released_master += u64::from(change.from == StateKind::Master);
    instance.stats.became_master += u64::from(change.to == StateKind::Master);
    // keepalived says nothing of who stops and was not master.
    if change.to != StateKind::Initialize || change.from == StateKind::Master {
        tracing::info!("({}) {change}", instance.name);
    }
}

fn event(instance: &Instance, ours: Priority, event: &Event) {
    let name = &instance.name;
    match event {
        Event::LosingMaster { .. } => {
            tracing::info!("({name}) {event}, ours {ours}");
        }
        Event::AddressConflict { .. } | Event::IntervalMismatch { .. } => tracing::warn!("({name}) {event}"),
        Event::IntervalLearned { .. } | Event::PriorityChanged { .. } | Event::HandedOver { .. } => {
            tracing::info!("({name}) {event}");
        }
        Event::MasterChanged { .. } | Event::IgnoredByOwner { .. } | _ => tracing::debug!("({name}) {event}"),
    }
}

/// Logs that a sync group has a new state.
pub(crate) fn group(name: &str, state: StateKind) {
    let word = match state {
        StateKind::Master => "MASTER",
        StateKind::Fault => "FAULT",
        StateKind::Backup | StateKind::Initialize => "BACKUP",
    };
    tracing::info!("VRRP_Group({name}) Syncing instances to {word} state");
}

/// Logs a refused message, once per kind until the state changes.
pub(crate) fn refused(instance: &mut Instance, source: IpAddr, reason: ReceiveError) {
    let again = instance.logged_refusal.as_ref().map(core::mem::discriminant);
    if again != Some(core::mem::discriminant(&reason)) {
        tracing::warn!("({}) dropped an advert from {source}: {reason}", instance.name);
        instance.logged_refusal = Some(reason);
    }
}

/// Logs that a master protects other addresses, once until the state changes.
pub(crate) fn other_addresses(instance: &mut Instance, source: IpAddr) {
    if !instance.logged_addresses {
        tracing::warn!(
            "({}) the advert from {source} lists other virtual addresses than ours",
            instance.name
        );
        instance.logged_addresses = true;
    }
}
