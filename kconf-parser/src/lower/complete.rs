//! From what an instance says to what it is: defaults, globals, strict mode and contradictions.

use core::net::IpAddr;
use core::time::Duration;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::command::ScriptCheck;
use super::instance::{AuthType, Draft, GarpDraft, NotifyDraft};
use crate::keywords::near;
use crate::model::{
    AddressFamily, AuthPass, Authentication, GarpSettings, Globals, InitialState, Notify, TrackInterface,
    TrackScript, VirtualAddress, VrrpInstance, VrrpScript, VrrpVersion,
};
use crate::{Diagnostic, Problem, Span};

/// The address owner's priority.
const OWNER: u8 = 255;

/// Most addresses of an advert: its count field has eight bits.
const MAX_ADDRESSES: usize = 255;

/// What an instance depends on outside of its block.
pub(super) struct Surroundings<'a> {
    pub(super) globals: &'a Globals,
    /// `vrrp_lower_prio_no_advert` if it is written.
    pub(super) lower_prio_no_advert: Option<bool>,
    /// Scripts by name, with their place among all scripts.
    pub(super) scripts: HashMap<&'a str, (usize, &'a VrrpScript)>,
}

/// An instance being completed.
struct Completion<'a> {
    draft: Draft,
    around: &'a Surroundings<'a>,
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
    let mut completion = Completion { draft, around, findings: Vec::new(), strict, version, family };
    let notify = notify(core::mem::take(&mut completion.draft.notify), scripts);
    let tracked = completion.resolve_scripts();
    let instance = completion.instance(notify, tracked);
    (instance, completion.findings)
}

impl Completion<'_> {
    fn instance(&mut self, notify: Notify, tracked: Vec<(TrackScript, Span)>) -> Option<VrrpInstance> {
        let Some(vrid) = self.draft.vrid else { return self.broken("virtual_router_id") };
        self.version = self.version();
        let interface = self.draft.interface.take();
        let Some(interface) = interface else { return self.broken("interface") };
        self.check_addresses()?;
        let (wanted, priority) = self.election();
        let authentication = self.authentication();
        let initial_state = self.without_ah(wanted, authentication);
        let (preempt, preempt_delay) = self.preemption(initial_state, priority);
        let advert_interval = self.advert_interval();
        let unicast = self.unicast();
        let globals = self.around.globals;
        let draft = core::mem::take(&mut self.draft);
        let accept = self.accept(&draft, priority);
        let instance = VrrpInstance {
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
            multicast_group: (!unicast).then(|| self.group(draft.multicast_group)),
            unicast_ttl: draft.unicast_ttl.unwrap_or(255),
            check_unicast_src: draft.check_unicast_src
                || globals.check_unicast_src
                || draft.peers.iter().any(|peer| peer.min_ttl.is_some() || peer.max_ttl.is_some()),
            unicast_fault_no_peer: draft.unicast_fault_no_peer,
            track_source_address: draft.track_source,
            skip_check_adv_addr: draft.skip_check_adv_addr.unwrap_or(globals.skip_check_adv_addr),
            strict: self.strict,
            down_timer_adverts: self.down_timer_adverts(&draft),
            lower_prio_no_advert: self.lower_prio_no_advert(&draft),
            higher_prio_send_advert: self.higher_prio_send_advert(&draft),
            garp: self.garp(&draft.garp, draft.span),
            dont_track_primary: draft.dont_track_primary,
            track_interfaces: self.track_interfaces(&draft, &interface, priority),
            track_scripts: self.track_scripts(tracked, priority),
            notify,
            notify_priority_changes: draft
                .notify_priority_changes
                .unwrap_or(globals.vrrp_notify_priority_changes),
            smtp_alert: smtp_alert(draft.smtp_alert, globals),
            accept,
            promote_secondaries: draft.promote_secondaries,
            use_vmac: draft.use_vmac,
            v3_checksum_as_v2: draft.v3_checksum_as_v2.unwrap_or(globals.v3_checksum_as_v2),
            debug: draft.debug,
            name: draft.name,
            interface,
            virtual_addresses: draft.addresses,
            excluded_addresses: draft.excluded,
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

    /// IPv6 has no version 2.
    fn version(&mut self) -> VrrpVersion {
        let written = self.draft.version;
        if self.family == AddressFamily::V6 {
            if written == Some(VrrpVersion::V2) {
                self.adjust(self.draft.span, "VRRP version 2 has no IPv6", "version 3 is used");
            }
            return VrrpVersion::V3;
        }
        written.or(self.around.globals.vrrp_version).unwrap_or_default()
    }

    /// RFC 5798 requires addresses, RFC 3768 does not quite.
    fn check_addresses(&mut self) -> Option<()> {
        self.split_addresses();
        if self.draft.addresses.is_empty() {
            if self.version == VrrpVersion::V3 || self.strict {
                return self.broken("virtual_ipaddress");
            }
            if !self.draft.no_addresses_wanted {
                let instance = self.draft.name.clone();
                self.report(self.draft.span, Problem::NoAddresses { instance });
            }
        }
        let first = self.draft.addresses.first().map(|address| address.address);
        if let Some(IpAddr::V6(first)) = first
            && !first.is_unicast_link_local()
        {
            // RFC 9568 §5.2.9.
            let (what, effect) =
                ("the first virtual IPv6 address should be link-local", "it is used as it is");
            let reported = self.strict;
            self.report(self.draft.span, Problem::Adjusted { what: what.into(), effect, reported });
        }
        Some(())
    }

    fn split_addresses(&mut self) {
        if self.draft.addresses.len() > MAX_ADDRESSES {
            let more: Vec<VirtualAddress> = self.draft.addresses.drain(MAX_ADDRESSES..).collect();
            self.draft.excluded.extend(more);
            self.adjust(
                self.draft.span,
                "an advert has room for 255 addresses",
                "the others are moved to virtual_ipaddress_excluded",
            );
        }
    }

    /// Without a priority, state MASTER makes an address owner; without a state, priority 255 makes a master.
    fn election(&mut self) -> (InitialState, u8) {
        let master = self.draft.state == Some(InitialState::Master);
        let priority = self.draft.priority.unwrap_or(if master { OWNER } else { 100 });
        let owner = priority == OWNER;
        let wanted = if owner { InitialState::Master } else { InitialState::Backup };
        let state = self.draft.state.unwrap_or(wanted);
        if self.strict && state != wanted {
            let what = "in strict mode the address owner (priority 255), and no other, starts as MASTER";
            self.adjust(self.draft.span, what, "the state follows the priority");
            return (wanted, priority);
        }
        (state, priority)
    }

    /// A master that starts at once would begin a sequence that its predecessor has not finished.
    fn without_ah(&mut self, wanted: InitialState, authentication: Option<Authentication>) -> InitialState {
        let ah = matches!(authentication, Some(Authentication::Ah(_)));
        if ah && wanted == InitialState::Master {
            self.adjust(
                self.draft.span,
                "state MASTER does not work with auth_type AH",
                "it starts as BACKUP",
            );
            return InitialState::Backup;
        }
        wanted
    }

    fn preemption(&mut self, state: InitialState, priority: u8) -> (bool, Duration) {
        let at = self.draft.span;
        let mut nopreempt = self.draft.nopreempt;
        let mut delay = self.draft.preempt_delay;
        if !delay.is_zero() && self.strict {
            self.adjust(at, "strict mode has no preempt_delay", "there is no delay");
            delay = Duration::ZERO;
        }
        if nopreempt && priority == OWNER {
            self.adjust(at, "an address owner (priority 255) always preempts", "nopreempt has no effect");
            nopreempt = false;
        } else if nopreempt && state == InitialState::Master {
            let what = "nopreempt does not work with state MASTER";
            self.findings.push(
                Diagnostic::new(
                    at,
                    Problem::Adjusted {
                        what: what.into(),
                        effect: "nopreempt has no effect",
                        reported: true,
                    },
                )
                .suggest("write state BACKUP on both nodes"),
            );
            nopreempt = false;
        }
        if !delay.is_zero() && nopreempt {
            self.adjust(at, "preempt_delay is of no use with nopreempt", "there is no delay");
            delay = Duration::ZERO;
        } else if !delay.is_zero() && state == InitialState::Master {
            self.adjust(at, "preempt_delay does not work with state MASTER", "there is no delay");
            delay = Duration::ZERO;
        }
        (!nopreempt, delay)
    }

    fn authentication(&mut self) -> Option<Authentication> {
        let kind = self.draft.authentication.kind?;
        let at = self.draft.authentication.span;
        if self.version == VrrpVersion::V3 {
            self.adjust(at, "VRRP version 3 has no authentication", "adverts are not authenticated");
            return None;
        }
        if self.strict {
            self.adjust(at, "strict mode has no authentication", "adverts are not authenticated");
            return None;
        }
        if self.draft.authentication.secret.is_empty() {
            self.adjust(at, "authentication without auth_pass", "adverts are not authenticated");
            return None;
        }
        let secret = AuthPass::new(&self.draft.authentication.secret);
        Some(match kind {
            AuthType::Pass => Authentication::Pass(secret),
            AuthType::Ah => Authentication::Ah(secret),
        })
    }

    fn advert_interval(&mut self) -> Duration {
        let written = self.draft.advert_interval.unwrap_or(Duration::from_secs(1));
        let (unit_us, max_us) = match self.version {
            VrrpVersion::V2 => (1_000_000, 255_000_000),
            VrrpVersion::V3 => (10_000, 40_950_000),
        };
        let micros = u64::try_from(written.as_micros()).unwrap_or(max_us);
        let rounded = (micros + unit_us / 2) / unit_us * unit_us;
        let used = rounded.clamp(unit_us, max_us);
        if used != micros {
            let what = match self.version {
                VrrpVersion::V2 => "version 2 counts advert_int in whole seconds",
                VrrpVersion::V3 => "version 3 counts advert_int in 10 ms, up to 40.95 s",
            };
            self.adjust(self.draft.span, what, "the nearest possible value is used");
        }
        Duration::from_micros(used)
    }

    /// Whether adverts go to peers.
    fn unicast(&mut self) -> bool {
        let unicast = !self.draft.peers.is_empty();
        if !unicast && !self.draft.unicast_fault_no_peer {
            if let Some(at) = self.draft.unicast.any {
                self.adjust(at, "unicast without a unicast_peer", "adverts are multicast");
            }
            if let Some(at) = self.draft.unicast.ttl {
                self.adjust(at, "unicast_ttl without a unicast_peer", "the line has no effect");
                self.draft.unicast_ttl = None;
            }
        }
        unicast
    }

    fn group(&self, written: Option<IpAddr>) -> IpAddr {
        let default = match self.family {
            AddressFamily::V4 => IpAddr::V4(self.around.globals.mcast_group4),
            AddressFamily::V6 => IpAddr::V6(self.around.globals.mcast_group6),
        };
        written.unwrap_or(default)
    }

    fn accept(&mut self, draft: &Draft, priority: u8) -> bool {
        if self.strict && self.version == VrrpVersion::V2 && draft.accept == Some(true) && priority != OWNER {
            self.adjust(
                draft.span,
                "RFC 3768 lets only the address owner accept packets",
                "accept has no effect",
            );
            return false;
        }
        draft.accept.unwrap_or(!self.strict || priority == OWNER)
    }

    fn down_timer_adverts(&mut self, draft: &Draft) -> u8 {
        let written = draft.down_timer_adverts.unwrap_or(self.around.globals.down_timer_adverts);
        if self.strict && written != 3 {
            self.adjust(draft.span, "strict mode waits for 3 adverts", "down_timer_adverts has no effect");
            return 3;
        }
        written
    }

    fn lower_prio_no_advert(&mut self, draft: &Draft) -> bool {
        let written = draft.lower_prio_no_advert.or(self.around.lower_prio_no_advert);
        if self.strict && written == Some(false) {
            let what = "strict mode does not answer adverts of lower priority";
            self.adjust(draft.span, what, "lower_prio_no_advert is on");
        }
        self.strict || written == Some(true)
    }

    fn higher_prio_send_advert(&mut self, draft: &Draft) -> bool {
        let written = draft.higher_prio_send_advert.unwrap_or(self.around.globals.higher_prio_send_advert);
        if self.strict && written {
            let what = "strict mode does not answer adverts of higher priority";
            self.adjust(draft.span, what, "higher_prio_send_advert is off");
        }
        written && !self.strict
    }

    fn garp(&mut self, draft: &GarpDraft, at: Span) -> GarpSettings {
        let defaults = &self.around.globals.garp;
        let mut garp = GarpSettings {
            master_delay: draft.master_delay.unwrap_or(defaults.master_delay),
            master_repeat: draft.master_repeat.unwrap_or(defaults.master_repeat),
            master_refresh: draft.master_refresh.unwrap_or(defaults.master_refresh),
            master_refresh_repeat: draft.master_refresh_repeat.unwrap_or(defaults.master_refresh_repeat),
            // Measured: the instance's own garp_master_* do not reach these, the global ones do.
            lower_prio_delay: draft
                .lower_prio_delay
                .or(defaults.lower_prio_delay)
                .unwrap_or(defaults.master_delay),
            lower_prio_repeat: draft
                .lower_prio_repeat
                .or(defaults.lower_prio_repeat)
                .unwrap_or(defaults.master_repeat),
            garp_interval: defaults.garp_interval,
            gna_interval: defaults.gna_interval,
        };
        if self.strict {
            if draft.lower_prio_repeat.is_some_and(|repeat| repeat > 0) {
                let what = "strict mode does not repeat gratuitous ARP";
                self.adjust(at, what, "garp_lower_prio_repeat is 0");
            }
            garp.lower_prio_delay = Duration::ZERO;
            garp.lower_prio_repeat = 0;
        }
        garp
    }

    fn track_interfaces(&mut self, draft: &Draft, own: &str, priority: u8) -> Vec<TrackInterface> {
        let mut tracked: Vec<TrackInterface> = Vec::new();
        for track in &draft.track_interfaces {
            if track.name == own && !draft.dont_track_primary {
                self.adjust(
                    track.span,
                    "the instance's own interface is tracked anyway",
                    "the line has no effect",
                );
                continue;
            }
            if tracked.iter().any(|other| other.name == track.name) {
                self.report(
                    track.span,
                    Problem::Duplicate { kind: "track_interface", name: track.name.clone() },
                );
                continue;
            }
            let weight = track.weight.unwrap_or(0);
            if self.useless_weight(priority, weight, track.span) {
                continue;
            }
            let reverse = track.reverse.unwrap_or(false);
            tracked.push(TrackInterface { name: track.name.clone(), weight, reverse });
        }
        tracked
    }

    /// The scripts that are named, whether the instance works or not.
    fn resolve_scripts(&mut self) -> Vec<(TrackScript, Span)> {
        let mut tracked: Vec<(TrackScript, Span)> = Vec::new();
        for track in core::mem::take(&mut self.draft.track_scripts) {
            let script = self.around.scripts.get(track.name.as_str());
            let Some((_, script)) = script.filter(|(place, _)| *place < self.draft.scripts_before) else {
                self.undefined_script(&track.name, track.span);
                continue;
            };
            if tracked.iter().any(|(other, _)| other.name == track.name) {
                self.report(track.span, Problem::Duplicate { kind: "track_script", name: track.name });
                continue;
            }
            let inherited = track.weight.is_none() && script.reverse;
            let reverse = track.reverse.unwrap_or(inherited);
            let weight = track.weight.unwrap_or(script.weight);
            tracked.push((TrackScript { name: track.name, weight, reverse }, track.span));
        }
        tracked
    }

    fn undefined_script(&mut self, name: &str, at: Span) {
        let scripts = &self.around.scripts;
        let advice = if scripts.contains_key(name) {
            Some(format!("'{name}' is defined below; move it above the instance"))
        } else {
            let near = near(scripts.keys().copied(), name);
            near.map(|near| format!("did you mean '{near}'?"))
        };
        let finding = Diagnostic::new(at, Problem::Undefined { kind: "vrrp_script", name: name.to_owned() });
        self.findings.push(Diagnostic { suggestion: advice, ..finding });
    }

    fn track_scripts(&mut self, tracked: Vec<(TrackScript, Span)>, priority: u8) -> Vec<TrackScript> {
        let useful =
            tracked.into_iter().filter(|(track, at)| !self.useless_weight(priority, track.weight, *at));
        useful.map(|(track, _)| track).collect()
    }

    /// An owner's priority never changes, so keepalived drops its weighted trackers.
    fn useless_weight(&mut self, priority: u8, weight: i16, at: Span) -> bool {
        let useless = priority == OWNER && weight != 0;
        if useless {
            self.adjust(at, "the priority of an address owner (255) never changes", "this is not tracked");
        }
        useless
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

/// Two multicast instances with one number on one interface would answer each other's adverts.
pub(super) fn duplicate_vrids(instances: &[VrrpInstance]) -> Vec<Diagnostic> {
    let mut seen = HashMap::new();
    let mut findings = Vec::new();
    for instance in instances.iter().filter(|instance| instance.unicast_peers.is_empty()) {
        let key = (instance.interface.as_str(), instance.family, instance.vrid, instance.multicast_group);
        match seen.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(instance.name.as_str());
            }
            Entry::Occupied(first) => {
                let problem = Problem::DuplicateVrid {
                    first: (*first.get()).to_owned(),
                    second: instance.name.clone(),
                    vrid: instance.vrid,
                    interface: instance.interface.clone(),
                };
                findings.push(Diagnostic::new(instance.span, problem));
            }
        }
    }
    findings
}
