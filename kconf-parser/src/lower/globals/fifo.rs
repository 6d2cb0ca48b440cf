//! `notify_fifo`, `notify_fifo_script` and their like.

use std::path::PathBuf;

use super::super::command::{ScriptCheck, Written, os_word};
use super::super::reader::{Reader, Statement};
use super::super::real_server::first_command;
use super::{GlobalsReader, already};
use crate::model::{Globals, NotifyFifo, ScriptUser};
use crate::{Diagnostic, Facts, Problem, Span};

/// What keepalived says about these only in its log.
const IN_THE_LOG: bool = false;

/// A named pipe as written.
#[derive(Default)]
pub(super) struct FifoDraft {
    at: Span,
    path: Option<PathBuf>,
    user: Option<ScriptUser>,
    script: Option<Written>,
}

impl GlobalsReader<'_> {
    pub(super) fn fifos(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let (draft, script) = match name {
            "notify_fifo" => (&mut self.notify_fifo, false),
            "notify_fifo_script" => (&mut self.notify_fifo, true),
            "vrrp_notify_fifo" => (&mut self.vrrp_notify_fifo, false),
            "vrrp_notify_fifo_script" => (&mut self.vrrp_notify_fifo, true),
            "lvs_notify_fifo" => (&mut self.lvs_notify_fifo, false),
            "lvs_notify_fifo_script" => (&mut self.lvs_notify_fifo, true),
            "fifo_write_vrrp_states_on_reload" => {
                self.globals.fifo_write_vrrp_states_on_reload = true;
                return true;
            }
            _ => return false,
        };
        if script {
            first_command(reader, self.facts, line, &mut draft.script);
        } else if draft.path.is_some() {
            already(reader, line, name);
        } else if let Some(user) = user(reader, self.facts, line) {
            draft.at = line.span();
            draft.user = user;
            draft.path = line.arg(1).map(|word| PathBuf::from(os_word(&word)));
        }
        true
    }
}

/// Settles the pipes. Their scripts matter only to a half that runs.
pub(super) fn finish(
    [all, mut vrrp, mut lvs]: [FifoDraft; 3],
    globals: &mut Globals,
    (vrrp_runs, checkers_run): (bool, bool),
    scripts: &mut ScriptCheck<'_>,
    findings: &mut Vec<Diagnostic>,
) {
    for (draft, half) in [(&mut vrrp, "vrrp"), (&mut lvs, "lvs")] {
        if draft.path.is_some() && draft.path == all.path {
            let what = format!("this is the pipe of notify_fifo; {half}_notify_fifo would say all twice");
            findings.push(finding(draft.at, what, "it has no effect"));
            (draft.path, draft.script) = (None, None);
        }
    }
    if lvs.path.is_some() && lvs.path == vrrp.path && lvs.script.is_some() && vrrp.script.is_some() {
        let what = "vrrp_notify_fifo has a script for the same pipe".to_owned();
        let at = lvs.script.take().map_or(lvs.at, |script| script.span);
        findings.push(finding(at, what, "this script is not run"));
    }
    globals.notify_fifo = all.finish(vrrp_runs || checkers_run, scripts, findings);
    globals.vrrp_notify_fifo = vrrp.finish(vrrp_runs, scripts, findings);
    globals.lvs_notify_fifo = lvs.finish(checkers_run, scripts, findings);
}

impl FifoDraft {
    fn finish(
        self,
        runs: bool,
        scripts: &mut ScriptCheck<'_>,
        findings: &mut Vec<Diagnostic>,
    ) -> Option<NotifyFifo> {
        let Self { path, user, script, .. } = self;
        let at = script.as_ref().map(|script| script.span);
        let script = if runs { scripts.keep(script) } else { script.map(|script| script.value) };
        if let (None, Some(at)) = (&path, at) {
            let what = "there is no pipe that this script could read".to_owned();
            findings.push(finding(at, what, "it is not run"));
        }
        Some(NotifyFifo { path: path?, user, script })
    }
}

/// `[USER [GROUP]]` behind the path. `None` if there is no such user: keepalived then makes no pipe.
fn user(reader: &mut Reader<'_>, facts: &dyn Facts, line: &Statement<'_>) -> Option<Option<ScriptUser>> {
    let Some(user) = line.arg(2) else { return Some(None) };
    let group = line.arg(3).map(|group| group.string());
    reader.silently_known_user(facts, user.span.to(line.span()), user.string(), group).map(Some)
}

fn finding(at: Span, what: String, effect: &'static str) -> Diagnostic {
    Diagnostic::new(at, Problem::Adjusted { what, effect, reported: IN_THE_LOG })
}
