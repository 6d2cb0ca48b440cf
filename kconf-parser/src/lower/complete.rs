//! From what an instance says to what it is: defaults, globals, strict mode and contradictions.

mod addresses;
mod authentication;
mod election;
mod place;
mod strict;
mod track;
mod vrid;

use super::command::ScriptCheck;
use super::instance::{Draft, NotifyDraft};
use super::sync_group::Assembled;
use super::track::Trackable;
use crate::model::{AddressFamily, Globals, Notify, VrrpInstance, VrrpVersion};
use crate::{Diagnostic, Problem, Span};

pub(super) use vrid::duplicate_vrids;

/// The address owner's priority.
const OWNER: u8 = 255;

/// What an instance depends on outside of its block.
pub(super) struct Surroundings<'a> {
    pub(super) globals: &'a Globals,
    /// `vrrp_lower_prio_no_advert` if it is written.
    pub(super) lower_prio_no_advert: Option<bool>,
    pub(super) trackable: Trackable<'a>,
    pub(super) groups: &'a [Assembled],
}

/// An instance being completed.
struct Completion<'a> {
    draft: Draft,
    around: &'a Surroundings<'a>,
    group: Option<&'a Assembled>,
    findings: Vec<Diagnostic>,
    strict: bool,
    version: VrrpVersion,
    family: AddressFamily,
}

/// Gives the instance, unless it cannot work, and what was wrong with it.
pub(super) fn complete(
    draft: Draft,
    around: &Surroundings<'_>,
    scripts: &mut ScriptCheck<'_>,
) -> (Option<VrrpInstance>, Vec<Diagnostic>) {
    let strict = draft.strict.unwrap_or(around.globals.vrrp_strict);
    let family = draft.family.unwrap_or_default();
    let version = VrrpVersion::V2;
    let group = around.groups.iter().find(|group| group.members.contains(&draft.name));
    let mut completion = Completion { draft, around, group, findings: Vec::new(), strict, version, family };
    let notify = notify(core::mem::take(&mut completion.draft.notify), scripts);
    let instance = completion.instance(notify);
    (instance, completion.findings)
}

impl Completion<'_> {
    fn instance(&mut self, notify: Notify) -> Option<VrrpInstance> {
        // What is tracked is looked up whether the instance works or not.
        let tracked = self.tracked();
        let Some(vrid) = self.draft.vrid else { return self.broken("virtual_router_id") };
        self.version = self.version();
        let interface = self.interface()?;
        let unicast = self.unicast();
        let (vmac, ipvlan) = self.virtual_links(&interface, vrid);
        self.check_addresses(&interface, unicast, vmac.is_some())?;
        let (wanted, priority) = self.election();
        let advert_interval = self.advert_interval();
        let auth_hmac = self.auth_hmac(advert_interval);
        let authentication = self.authentication(auth_hmac.is_some());
        let initial_state = self.without_ah(wanted, priority, authentication);
        let (preempt, preempt_delay) = self.preemption(initial_state, priority);
        let vrf = self.vrf(&interface, unicast);
        let multicast_group = self.multicast_group(unicast);
        let promote_secondaries = self.promote_secondaries(vmac.is_some() || ipvlan.is_some());
        let owner_ignore_adverts = self.owner_ignore_adverts(priority);
        let tracked = self.settle(tracked, &interface, priority);
        let globals = self.around.globals;
        let draft = core::mem::take(&mut self.draft);
        let priority_changes = draft
            .notify_priority_changes
            .or(self.group.and_then(Assembled::notify_priority_changes))
            .unwrap_or(globals.vrrp_notify_priority_changes);
        let instance = VrrpInstance {
            accept: self.accept(&draft, priority),
            span: draft.span,
            version: self.version,
            family: self.family,
            initial_state,
            vrid,
            priority,
            advert_interval,
            preempt,
            preempt_delay,
            authentication,
            auth_hmac,
            multicast_group,
            unicast_ttl: draft.unicast_ttl.unwrap_or(255),
            check_unicast_src: draft.check_unicast_src || globals.check_unicast_src,
            unicast_fault_no_peer: draft.unicast_fault_no_peer,
            old_unicast_checksum: draft.old_unicast_checksum,
            track_source_address: draft.track_source && draft.source.is_some(),
            skip_check_adv_addr: draft.skip_check_adv_addr.unwrap_or(globals.skip_check_adv_addr),
            strict: self.strict,
            down_timer_adverts: self.down_timer_adverts(&draft),
            lower_prio_no_advert: self.lower_prio_no_advert(&draft),
            higher_prio_send_advert: self.higher_prio_send_advert(&draft),
            owner_ignore_adverts,
            timer_expired_backup: draft.timer_expired_backup,
            garp: self.garp(&draft),
            garp_extra_interfaces: draft
                .garp_extra_interfaces
                .or(globals.garp.extra_interfaces)
                .filter(|extra| !extra.interval.is_zero()),
            dont_track_primary: draft.dont_track_primary,
            linkbeat_use_polling: draft.linkbeat_use_polling && !interface.is_empty(),
            track_interfaces: tracked.interfaces.into_iter().map(Into::into).collect(),
            track_scripts: tracked.scripts.into_iter().map(Into::into).collect(),
            track_files: tracked.files.into_iter().map(Into::into).collect(),
            track_processes: tracked.processes.into_iter().map(Into::into).collect(),
            track_bfds: tracked.bfds.into_iter().map(Into::into).collect(),
            sync_group: self.group.map(|group| group.name().to_owned()),
            notify,
            notify_priority_changes: priority_changes,
            smtp_alert: smtp_alert(draft.smtp_alert, globals),
            promote_secondaries,
            vmac,
            ipvlan,
            use_vmac_addr: draft.use_vmac_addr,
            v3_checksum_as_v2: draft.v3_checksum_as_v2.unwrap_or(globals.v3_checksum_as_v2),
            kernel_rx_buf_size: draft.kernel_rx_buf_size,
            lvs_sync_daemon_interface: draft.lvs_sync_daemon_interface,
            debug: draft.debug,
            name: draft.name,
            interface,
            vrf,
            virtual_addresses: draft.addresses.into_iter().map(|(address, _)| address).collect(),
            excluded_addresses: draft.excluded.into_iter().map(|(address, _)| address).collect(),
            virtual_routes: draft.routes,
            virtual_rules: draft.rules,
            unicast_peers: draft.peers,
            source_address: draft.source,
        };
        Some(instance)
    }

    fn report(&mut self, at: Span, problem: Problem) {
        self.findings.push(Diagnostic::new(at, problem));
    }

    fn adjust(&mut self, at: Span, what: impl Into<String>, effect: &'static str) {
        self.report(at, Problem::Adjusted { what: what.into(), effect, reported: true });
    }

    fn broken<T>(&mut self, missing: &'static str) -> Option<T> {
        let instance = self.draft.name.clone();
        self.report(self.draft.span, Problem::BrokenInstance { instance, missing });
        None
    }
}

fn smtp_alert(written: Option<bool>, globals: &Globals) -> bool {
    written.or(globals.smtp_alert_vrrp).or(globals.smtp_alert).unwrap_or(false)
}

fn notify(draft: NotifyDraft, scripts: &mut ScriptCheck<'_>) -> Notify {
    Notify {
        master: scripts.keep(draft.master),
        backup: scripts.keep(draft.backup),
        fault: scripts.keep(draft.fault),
        stop: scripts.keep(draft.stop),
        any: scripts.keep(draft.any),
        deleted: scripts.keep(draft.deleted),
        report_deleted: draft.report_deleted,
        master_rx_lower_pri: scripts.keep(draft.master_rx_lower_pri),
    }
}
