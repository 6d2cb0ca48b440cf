//! Tree to meaning.

mod address;
mod bfd;
mod checker;
mod checker_pass;
mod command;
mod complete;
mod declared;
mod forwarding;
mod globals;
mod group;
mod instance;
mod links;
mod options;
mod reader;
mod real_server;
mod route;
mod rule;
mod script;
mod service;
mod ssl;
mod sync_group;
mod table;
mod track;
mod tracked;
mod value;
mod virtual_server;
mod vrrp;

use std::collections::{HashMap, HashSet};

pub use options::LowerOptions;

use checker_pass::CheckerPass;
use command::ScriptCheck;
use declared::Declared;
use globals::GlobalsReader;
use reader::{Process, Reader, Section, Statement};
use vrrp::VrrpPass;

use crate::diagnostic::mend;
use crate::keywords::{Keyword, ROOT};
use crate::model::Config;
use crate::{Diagnostic, Facts, Problem, Span, Tree};

/// What [`lower`] gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lowered {
    /// What remains after keepalived's rules dropped or replaced what they drop or replace.
    pub config: Config,
    /// What was wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Gives the configuration its meaning, with the defaults, ranges and fall-backs of keepalived. Never fails.
///
/// Each of keepalived's processes reads the file for itself and skips what is not its own. A mistake can make one of
/// them leave a block early where another does not, so this reads the file as often as they do.
pub fn lower(tree: &Tree, facts: &dyn Facts) -> Lowered {
    lower_with(tree, facts, &LowerOptions::default())
}

/// [`lower`] with options.
pub fn lower_with(tree: &Tree, facts: &dyn Facts, options: &LowerOptions<'_>) -> Lowered {
    let mut findings = Vec::new();

    let mut parent = ParentPass { globals: GlobalsReader::new(facts) };
    findings.extend(pass(tree, options, Process::Parent, &mut parent));
    let mut written = parent.globals;
    let lower_prio_no_advert = written.lower_prio_no_advert;

    let mut vrrp = VrrpPass::new(facts, &written.globals);
    let found = pass(tree, options, Process::Vrrp, &mut vrrp);
    // Most findings are of this pass; they are not copied for the few before them.
    if findings.is_empty() {
        findings = found;
    } else {
        findings.extend(found);
    }

    let mut globals = core::mem::take(&mut written.globals);
    let user = globals.script_user.clone();
    let mut check = ScriptCheck::new(facts, user.as_ref(), globals.enable_script_security);
    globals.startup_script = check.keep(written.startup_script.take());
    globals.shutdown_script = check.keep(written.shutdown_script.take());

    // Instances are complete before the first virtual server is read, and each server before the next one, so that
    // what is written and what is made of it are not in memory at the same time.
    let any_instance = vrrp.any_instance();
    let mut config = Config::default();
    vrrp.finish(&mut config, &globals, lower_prio_no_advert, &mut check, &mut findings);

    let declared = Declared::of(tree, &config.track_files);
    let mut checkers = CheckerPass::new(facts, &declared, &globals, &mut check);
    findings.extend(pass(tree, options, Process::Checker, &mut checkers));
    let any_server = checkers.any_server();
    checkers.finish(&mut config, &mut findings);

    findings.extend(written.finish(&mut globals, &config.instances, (any_instance, any_server), &mut check));
    vrrp::one_sync_daemon(&mut config.instances, globals.lvs_sync_daemon.is_some(), &mut findings);
    findings.extend(check.finish());
    config.globals = globals;
    Lowered { config, diagnostics: in_order(tree, findings) }
}

fn pass<'t>(
    tree: &'t Tree,
    options: &'t LowerOptions<'_>,
    process: Process,
    section: &mut dyn Section<'t>,
) -> Vec<Diagnostic> {
    let mut reader = Reader::new(tree, process, options);
    reader.file(&ROOT, section);
    reader.finish()
}

/// In the order of the text, and what several passes found only once.
fn in_order(tree: &Tree, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let place = |finding: &Diagnostic| (tree.sources().written_at(finding.span), finding.span);
    // Findings are large, and there may be thousands: their places are sorted, and none is copied.
    findings.sort_by_cached_key(place);
    let mut seen = HashSet::new();
    let first: Vec<bool> =
        findings.iter().map(|finding| seen.insert((finding.span, &finding.problem))).collect();
    drop(seen);
    let mut first = first.into_iter();
    findings.retain(|_| first.next().unwrap_or(true));
    let repeats = once_for_each_written_line(tree, &mut findings);
    mend(tree, &mut findings);
    for (finding, repeats) in findings.iter_mut().zip(repeats).filter(|(_, repeats)| *repeats > 0) {
        let more = format!("the same in {repeats} more lines that this one becomes");
        let advice = finding.suggestion.take();
        finding.suggestion = Some(advice.map_or(more.clone(), |advice| format!("{advice}; {more}")));
    }
    findings
}

/// A line that a sequence repeats a thousand times is one mistake. How often each finding that stays was repeated.
fn once_for_each_written_line(tree: &Tree, findings: &mut Vec<Diagnostic>) -> Vec<usize> {
    let mut first: HashMap<(Span, Problem), usize> = HashMap::new();
    let mut repeats: Vec<usize> = Vec::with_capacity(findings.len());
    findings.retain(|finding| {
        let written = tree.sources().written_at(finding.span);
        if written != finding.span {
            let place = *first.entry((written, finding.problem.clone())).or_insert(repeats.len());
            if let Some(count) = repeats.get_mut(place) {
                *count += 1;
                return false;
            }
        }
        repeats.push(0);
        true
    });
    repeats
}

struct ParentPass<'a> {
    globals: GlobalsReader<'a>,
}

impl<'t> Section<'t> for ParentPass<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        match keyword.block() {
            Some(table) if keyword.name == "global_defs" => {
                reader.block(table, &mut self.globals, (keyword, line));
                true
            }
            Some(_) => false,
            None => self.globals.keyword(reader, keyword, line),
        }
    }
}
