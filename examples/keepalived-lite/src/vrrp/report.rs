//! keepalived's words for what happens to an instance.

use core::net::IpAddr;

use vrrp_fsm::{Cause, Event, StateKind, Transition};
use vrrp_proto::ReceiveError;

use super::engine::Happening;
use super::instance::Instance;

/// Counts and logs a change of state; tells what to notify about.
pub(crate) fn transition(instance: &mut Instance, change: &Transition) -> Option<Happening> {
    instance.logged_refusal = None;
    instance.logged_addresses = false;
    if change.from == StateKind::Master {
        instance.stats.released_master += 1;
    }
    let name = &instance.name;
    let cause = change.cause;
    match change.to {
        StateKind::Master => {
            instance.stats.became_master += 1;
            tracing::info!("({name}) Entering MASTER STATE ({cause})");
            Some(Happening::Master)
        }
        StateKind::Backup if change.cause == Cause::Startup => {
            tracing::info!("({name}) Entering BACKUP STATE (init)");
            Some(Happening::Backup)
        }
        StateKind::Backup => {
            tracing::info!("({name}) Entering BACKUP STATE ({cause})");
            Some(Happening::Backup)
        }
        StateKind::Fault => {
            tracing::info!("({name}) Entering FAULT STATE ({cause})");
            Some(Happening::Fault)
        }
        StateKind::Initialize => {
            if change.from == StateKind::Master {
                tracing::info!("({name}) sent 0 priority");
            }
            Some(Happening::Stop)
        }
    }
}

/// Logs an event of the machine.
pub(crate) fn event(instance: &Instance, event: &Event) {
    let name = &instance.name;
    match event {
        Event::LosingMaster { priority, source } => tracing::info!(
            "({name}) Received advert from {source} with lower priority {priority}, ours {}",
            instance.router.effective_priority()
        ),
        Event::AddressConflict { source } => {
            tracing::warn!("({name}) advert with our own priority and address {source}: a twin, or our echo");
        }
        Event::IntervalLearned { interval } => {
            tracing::info!("({name}) advertisement interval changed: the master sends every {interval}");
        }
        Event::IntervalMismatch { interval } => {
            tracing::warn!("({name}) the master sends every {interval}, which is not our advert_int");
        }
        Event::PriorityChanged { from, to } => {
            tracing::info!("({name}) Changing effective priority from {from} to {to}");
        }
        Event::MasterChanged { source, priority } => {
            tracing::debug!("({name}) master is now {source} with priority {priority}");
        }
        other @ (Event::IgnoredByOwner { .. } | _) => tracing::debug!("({name}) {other:?}"),
    }
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
