//! The VRRP process's own pass over the file.

use core::cell::RefCell;
use std::collections::HashSet;

use super::address::Interfaces;
use super::bfd::{self, ReadBfd};
use super::command::ScriptCheck;
use super::complete::{Surroundings, complete, duplicate_vrids};
use super::instance::{self, Above, Draft};
use super::links::{self, TrackGroupDraft};
use super::reader::{Reader, Section, Statement};
use super::route::{self, Kind};
use super::rule::{self, Preferences};
use super::script::{self, ReadScript};
use super::sync_group::{self, GroupDraft};
use super::track::{self, Before, Definitions, Trackable};
use super::tracked;
use crate::keywords::Keyword;
use crate::model::{
    Config, GarpGroup, Globals, InterfaceDelays, Linkbeat, Route, Rule, StaticAddress, TrackedFile,
    TrackedProcess, VrrpInstance, VrrpScript, VrrpScriptCommand,
};
use crate::{Diagnostic, Facts, Problem};

/// What the VRRP process reads.
pub(super) struct VrrpPass<'a> {
    pub(super) interfaces: Interfaces<'a>,
    default_interface: Option<String>,
    scripts: Vec<ReadScript>,
    files: Vec<TrackedFile>,
    processes: Vec<TrackedProcess>,
    bfds: Vec<ReadBfd>,
    /// Apart, so that each goes when its instance is complete, and none is copied when the list grows.
    #[expect(clippy::vec_box, reason = "drafts are large, many, and short-lived")]
    drafts: Vec<Box<Draft>>,
    names: HashSet<String>,
    sync_groups: Vec<GroupDraft>,
    track_groups: Vec<TrackGroupDraft>,
    static_addresses: Vec<StaticAddress>,
    static_routes: Vec<Route>,
    static_rules: Vec<Rule>,
    garp_groups: Vec<GarpGroup>,
    linkbeat: Linkbeat,
    delays: Vec<InterfaceDelays>,
}

impl<'a> VrrpPass<'a> {
    pub(super) fn new(facts: &'a dyn Facts, globals: &Globals) -> Self {
        Self {
            interfaces: Interfaces {
                last: RefCell::default(),
                facts,
                dynamic: globals.dynamic_interfaces,
                own_routing_names: globals.files.iproute_usr_dir.is_some()
                    || globals.files.iproute_etc_dir.is_some(),
                preferences: Preferences::default(),
                track_groups: RefCell::default(),
            },
            default_interface: globals.default_interface.clone(),
            scripts: Vec::new(),
            files: Vec::new(),
            processes: Vec::new(),
            bfds: Vec::new(),
            drafts: Vec::new(),
            names: HashSet::new(),
            sync_groups: Vec::new(),
            track_groups: Vec::new(),
            static_addresses: Vec::new(),
            static_routes: Vec::new(),
            static_rules: Vec::new(),
            garp_groups: Vec::new(),
            linkbeat: Linkbeat::default(),
            delays: Vec::new(),
        }
    }
}

impl<'t> Section<'t> for VrrpPass<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        match keyword.name {
            "vrrp_script" => {
                let facts = self.interfaces.facts;
                self.scripts.extend(script::read(reader, facts, keyword, line, &self.scripts));
            }
            "vrrp_instance" => self.instance(reader, keyword, line),
            "track_file" | "vrrp_track_file" => {
                self.files.extend(tracked::file(reader, keyword, line, &self.files));
            }
            "vrrp_track_process" => {
                self.processes.extend(tracked::process(reader, keyword, line, &self.processes));
            }
            "bfd_instance" => self.bfds.extend(bfd::read(reader, keyword, line, &self.bfds)),
            "vrrp_sync_group" => {
                let (groups, before) = (&self.sync_groups, self.before());
                let group = sync_group::read(reader, &self.interfaces, keyword, line, groups, before);
                self.sync_groups.extend(group);
            }
            _ => return self.links(reader, keyword, line),
        }
        true
    }
}

impl VrrpPass<'_> {
    fn before(&self) -> Before {
        Before {
            scripts: self.scripts.len(),
            files: self.files.len(),
            processes: self.processes.len(),
            bfds: self.bfds.iter().filter(|bfd| bfd.vrrp).count(),
        }
    }

    fn instance<'t>(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) {
        let known = |name: &str| self.names.contains(name);
        let above = Above { drafts: &self.drafts, known: &known, before: self.before() };
        if let Some(draft) = instance::read(reader, &self.interfaces, keyword, line, &above) {
            self.names.insert(draft.name.clone());
            self.drafts.push(Box::new(draft));
        }
    }

    fn links<'t>(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let interfaces = &self.interfaces;
        let opener = (keyword, line);
        match keyword.name {
            "track_group" => {
                interfaces.track_groups.borrow_mut().extend(reader.text(&line));
                self.track_groups.extend(links::track_group(reader, keyword, line, &self.track_groups));
            }
            "static_ipaddress" => reader.list(opener, |reader, entry| {
                let groups = |name: &str| self.track_groups.iter().any(|group| group.is(name));
                let default = self.default_interface.as_deref();
                let address = links::static_address(reader, interfaces, default, &groups, &entry);
                self.static_addresses.extend(address);
            }),
            "static_routes" => reader.list(opener, |reader, entry| {
                self.static_routes.extend(route::route(reader, interfaces, entry, Kind::Static));
            }),
            "static_rules" => reader.list(opener, |reader, entry| {
                self.static_rules.extend(rule::rule(reader, interfaces, entry, Kind::Static));
            }),
            "garp_group" => {
                let group = links::garp_group(reader, interfaces, keyword, line, &self.garp_groups);
                self.garp_groups.extend(group);
            }
            "linkbeat_use_polling" => self.linkbeat.all = true,
            "linkbeat_interfaces" => reader.list(opener, |reader, entry| {
                links::linkbeat(reader, interfaces, &entry, &mut self.linkbeat.interfaces);
            }),
            "interface_up_down_delays" => reader.list(opener, |reader, entry| {
                links::delays(reader, interfaces, &entry, &mut self.delays);
            }),
            _ => return false,
        }
        true
    }

    /// Whether any instance is written, whatever becomes of it.
    pub(super) fn any_instance(&self) -> bool {
        !self.drafts.is_empty()
    }

    /// Completes what has been read into `config`.
    pub(super) fn finish(
        self,
        config: &mut Config,
        globals: &Globals,
        lower_prio_no_advert: Option<bool>,
        check: &mut ScriptCheck<'_>,
        findings: &mut Vec<Diagnostic>,
    ) {
        let scripts = self.scripts.iter().map(|read| &read.script);
        let bfds = self.bfds.iter().filter(|bfd| bfd.vrrp);
        let trackable = Trackable {
            scripts: Definitions::new(
                &track::SCRIPT,
                scripts.map(|script| (script.name.as_str(), script.weight, script.reverse)),
            ),
            files: Definitions::new(
                &track::FILE,
                self.files.iter().map(|file| (file.name.as_str(), file.weight, file.reverse)),
            ),
            processes: Definitions::new(
                &track::PROCESS,
                self.processes.iter().map(|process| (process.name.as_str(), process.weight, process.reverse)),
            ),
            bfds: Definitions::new(&track::BFD, bfds.map(|bfd| (bfd.name.as_str(), bfd.weight, bfd.reverse))),
        };
        // keepalived looks at scripts only if there is an instance, then at all of them.
        let any_instance = self.any_instance();
        let groups = sync_group::assemble(self.sync_groups, &self.drafts, &trackable, findings);
        let around = Surroundings { globals, lower_prio_no_advert, trackable, groups: &groups };
        let mut instances: Vec<VrrpInstance> = Vec::with_capacity(self.drafts.len());
        for draft in self.drafts {
            let (instance, found) = complete(*draft, &around, check);
            findings.extend(found);
            instances.extend(instance);
        }
        findings.extend(duplicate_vrids(&instances));
        config.sync_groups = groups.into_iter().map(|group| group.complete(globals, check)).collect();
        config.scripts = if any_instance {
            let (usable, unusable) = usable_scripts(self.scripts, check);
            let by_instances = instances.iter_mut().map(|instance| &mut instance.track_scripts);
            let by_groups = config.sync_groups.iter_mut().map(|group| &mut group.track_scripts);
            for tracked in by_instances.chain(by_groups) {
                tracked.retain(|track| !unusable.contains(&track.name));
            }
            usable
        } else {
            self.scripts.into_iter().map(|read| read.script).collect()
        };
        let track_groups = self.track_groups.into_iter();
        config.track_groups = track_groups.filter_map(|group| group.complete(&instances, findings)).collect();
        config.interface_delays = self.delays;
        links::shorten_delays(&mut config.interface_delays, &instances, findings);
        config.instances = instances;
        config.track_files = self.files;
        config.track_processes = self.processes;
        config.bfd_instances = self.bfds.into_iter().filter_map(|read| read.instance).collect();
        config.static_addresses = self.static_addresses;
        config.static_routes = self.static_routes;
        config.static_rules = self.static_rules;
        config.garp_groups = self.garp_groups;
        config.linkbeat = self.linkbeat;
    }
}

/// The sync daemon of the kernel has one interface: that of `lvs_sync_daemon`, or of the first instance that names one.
pub(super) fn one_sync_daemon(
    instances: &mut [VrrpInstance],
    mut taken: bool,
    findings: &mut Vec<Diagnostic>,
) {
    for instance in instances {
        if taken && instance.lvs_sync_daemon_interface.take().is_some() {
            let what = "the IPVS sync daemon already has an interface".to_owned();
            let effect = "lvs_sync_daemon_interface has no effect";
            let problem = Problem::Adjusted { what, effect, reported: true };
            findings.push(Diagnostic::new(instance.span, problem));
        }
        taken |= instance.lvs_sync_daemon_interface.is_some();
    }
}

/// Asks the host which scripts can be run. The others are not tracked.
fn usable_scripts(read: Vec<ReadScript>, check: &mut ScriptCheck<'_>) -> (Vec<VrrpScript>, HashSet<String>) {
    let mut unusable = HashSet::new();
    let mut scripts = Vec::new();
    for ReadScript { script, command_span } in read {
        let usable = match &script.command {
            VrrpScriptCommand::Run(command) => {
                check.usable(command, script.user.as_ref(), command_span, true)
            }
            VrrpScriptCommand::OpenFile(_) => true,
        };
        if usable {
            scripts.push(script);
        } else {
            unusable.insert(script.name);
        }
    }
    (scripts, unusable)
}
