//! `vrrp_sync_group`.

use std::collections::HashMap;

use super::address::Interfaces;
use super::command::ScriptCheck;
use super::instance::{Draft, NotifyDraft};
use super::reader::{Reader, Section, Statement};
use super::track::{Before, TrackDraft, Trackable, Tracked};
use crate::keywords::{Hints, Keyword};
use crate::model::{Globals, GroupNotify, InitialState, SyncGroup};
use crate::{Diagnostic, Problem, Span};

/// The keyword, as findings name it.
const SYNC_GROUP: &str = "vrrp_sync_group";

/// The address owner's priority.
const OWNER: u8 = 255;

/// A `vrrp_sync_group` block as written.
#[derive(Debug, Default)]
pub(super) struct GroupDraft {
    pub(super) name: String,
    span: Span,
    members: Vec<(String, Span)>,
    /// There is a `group` with something in it.
    listed: bool,
    track: TrackDraft,
    before: Before,
    tracking_weight: bool,
    notify: NotifyDraft,
    notify_priority_changes: Option<bool>,
    smtp_alert: Option<bool>,
}

/// Reads the block that `line` opens into a draft.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    interfaces: &Interfaces<'_>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    groups: &[GroupDraft],
    before: Before,
) -> Option<GroupDraft> {
    let name = only_name(reader, SYNC_GROUP, &line)?;
    if groups.iter().any(|other| other.name == name) {
        reader.report(line.span(), Problem::Duplicate { kind: SYNC_GROUP, name });
        reader.skip();
        return None;
    }
    let draft = GroupDraft { name, span: line.span(), before, ..GroupDraft::default() };
    let mut block = GroupReader { draft, interfaces };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    Some(block.draft)
}

/// The name of a block that has one of one word. Otherwise the block is skipped.
pub(super) fn only_name(reader: &mut Reader<'_>, kind: &'static str, line: &Statement<'_>) -> Option<String> {
    let name = reader.text(line).filter(|_| line.arg(2).is_none());
    if name.is_none() {
        let problem = Problem::Incomplete { kind, name: String::new(), missing: "name of one word" };
        reader.report(line.span(), problem);
        reader.skip();
    }
    name
}

struct GroupReader<'a> {
    draft: GroupDraft,
    interfaces: &'a Interfaces<'a>,
}

impl<'t> Section<'t> for GroupReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let draft = &mut self.draft;
        match keyword.name {
            "group" => members(reader, keyword, line, &mut draft.members, &mut draft.listed),
            "smtp_alert" => draft.smtp_alert = reader.switch(&line).or(draft.smtp_alert),
            "notify_priority_changes" => {
                draft.notify_priority_changes = reader.switch(&line).or(draft.notify_priority_changes);
            }
            // Deprecated, with the same effect.
            "global_tracking" | "sync_group_tracking_weight" => draft.tracking_weight = true,
            name => {
                return draft.notify.keyword(reader, self.interfaces.facts, name, &line)
                    || draft.track.list(reader, self.interfaces, keyword, line);
            }
        }
        true
    }
}

/// Reads `group`: names of instances, in lines or in one line.
pub(super) fn members<'t>(
    reader: &mut Reader<'t>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    members: &mut Vec<(String, Span)>,
    listed: &mut bool,
) {
    if *listed {
        let what = "the group has its members".to_owned();
        let problem = Problem::Adjusted { what, effect: "this block has no effect", reported: true };
        reader.report(line.span(), problem);
        reader.skip();
        return;
    }
    reader.list((keyword, line), |_, entry| {
        members.extend(entry.words().map(|word| (word.string(), word.span)));
    });
    if members.is_empty() {
        reader.report(line.span(), Problem::MissingValue { keyword: "group" });
    }
    *listed = true;
}

/// A group whose members are known, before the instances are complete.
pub(super) struct Assembled {
    draft: GroupDraft,
    pub(super) members: Vec<String>,
    pub(super) tracked: Tracked,
}

impl Assembled {
    pub(super) fn name(&self) -> &str {
        &self.draft.name
    }

    pub(super) fn tracking_weight(&self) -> bool {
        self.draft.tracking_weight
    }

    pub(super) fn notify_priority_changes(&self) -> Option<bool> {
        self.draft.notify_priority_changes
    }

    pub(super) fn complete(self, globals: &Globals, scripts: &mut ScriptCheck<'_>) -> SyncGroup {
        let Self { draft, members, tracked } = self;
        let notify = GroupNotify {
            master: scripts.keep(draft.notify.master),
            backup: scripts.keep(draft.notify.backup),
            fault: scripts.keep(draft.notify.fault),
            stop: scripts.keep(draft.notify.stop),
            any: scripts.keep(draft.notify.any),
        };
        let smtp_alert = draft.smtp_alert.or(globals.smtp_alert_vrrp).or(globals.smtp_alert);
        SyncGroup {
            name: draft.name,
            span: draft.span,
            members,
            track_interfaces: tracked.interfaces.into_iter().map(Into::into).collect(),
            track_scripts: tracked.scripts.into_iter().map(Into::into).collect(),
            track_files: tracked.files.into_iter().map(Into::into).collect(),
            track_processes: tracked.processes.into_iter().map(Into::into).collect(),
            track_bfds: tracked.bfds.into_iter().map(Into::into).collect(),
            tracking_weight: draft.tracking_weight,
            notify,
            smtp_alert: smtp_alert.unwrap_or(false),
        }
    }
}

/// Finds the members of each group; a group without any is left out.
pub(super) fn assemble(
    drafts: Vec<GroupDraft>,
    instances: &[Box<Draft>],
    trackable: &Trackable<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Assembled> {
    if drafts.is_empty() {
        return Vec::new();
    }
    let hints = Hints::default();
    let by_name: HashMap<&str, &Draft> =
        instances.iter().map(|draft| (draft.name.as_str(), draft.as_ref())).collect();
    let mut taken = HashMap::new();
    let mut groups = Vec::new();
    for mut draft in drafts {
        let tracked = trackable.resolve(core::mem::take(&mut draft.track), draft.before, findings);
        let empty = draft.members.is_empty();
        let members = choose(&mut draft, &by_name, &hints, &mut taken, findings);
        if members.is_empty() {
            if empty && draft.listed {
                // An empty list of members has been reported.
                continue;
            }
            let missing = if empty { "members" } else { "member that exists" };
            let problem = Problem::Incomplete { kind: SYNC_GROUP, name: draft.name, missing };
            findings.push(Diagnostic::new(draft.span, problem));
            continue;
        }
        if members.len() == 1 {
            let what = format!("{SYNC_GROUP} '{}' has only one member", draft.name);
            let problem =
                Problem::Adjusted { what, effect: "there is nothing to keep in step", reported: true };
            findings.push(Diagnostic::new(draft.span, problem));
        }
        let mut group = Assembled { draft, members, tracked };
        without_weights_of_owner(&mut group, &by_name, findings);
        groups.push(group);
    }
    groups
}

/// The members that exist and are in no other group.
fn choose(
    draft: &mut GroupDraft,
    by_name: &HashMap<&str, &Draft>,
    hints: &Hints,
    taken: &mut HashMap<String, (String, Span)>,
    findings: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut members = Vec::new();
    // keepalived compares each member with those before it: are they all address owners?
    let mut owners = None;
    for (name, span) in core::mem::take(&mut draft.members) {
        let Some(instance) = by_name.get(name.as_str()) else {
            let near = hints.near(by_name.keys().copied(), &name);
            let suggestion = near.map(|near| format!("did you mean '{near}'?"));
            let finding = Diagnostic::new(span, Problem::Undefined { kind: "vrrp_instance", name });
            findings.push(Diagnostic { suggestion, ..finding });
            continue;
        };
        if let Some((group, at)) = taken.get(&name) {
            let what = format!("instance '{name}' is in {SYNC_GROUP} '{group}'");
            let problem = Problem::Adjusted { what, effect: "it is not in this one", reported: true };
            findings.push(Diagnostic::new(span, problem).relate(*at, "here"));
            continue;
        }
        let owner = instance.state == Some(InitialState::Master) && instance.priority == Some(OWNER);
        if owners == Some(true) && instance.state == Some(InitialState::Backup) {
            let what = "some members are address owners (priority 255) and some are not".to_owned();
            let problem = Problem::Adjusted { what, effect: "they cannot be in step", reported: true };
            findings.push(Diagnostic::new(span, problem));
        }
        owners = Some(owner && owners != Some(false));
        taken.insert(name.clone(), (draft.name.clone(), span));
        members.push(name);
    }
    members
}

/// The priority of an address owner never changes, so its group has no weights.
fn without_weights_of_owner(
    group: &mut Assembled,
    by_name: &HashMap<&str, &Draft>,
    findings: &mut Vec<Diagnostic>,
) {
    let mut instances = group.members.iter().filter_map(|name| by_name.get(name.as_str()));
    let owner = instances.any(|draft| match draft.priority {
        Some(priority) => priority == OWNER,
        None => draft.state == Some(InitialState::Master),
    });
    if !owner {
        return;
    }
    let tracked = &mut group.tracked;
    let lists = [
        &mut tracked.scripts,
        &mut tracked.files,
        &mut tracked.processes,
        &mut tracked.bfds,
        &mut tracked.interfaces,
    ];
    for entry in lists.into_iter().flatten().filter(|entry| entry.weight != 0) {
        entry.weight = 0;
        let what =
            format!("a member is address owner (priority 255), so '{}' cannot have a weight", entry.name);
        let problem = Problem::Adjusted { what, effect: "the weight is 0", reported: true };
        findings.push(Diagnostic::new(entry.span, problem));
    }
}
