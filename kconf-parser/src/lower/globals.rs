//! `global_defs` and the scalars of the top level.

mod agents;
mod buffers;
mod fifo;
mod files;
mod firewall;
mod garp;
mod lvs;
mod mail;
mod process;
mod root;
mod scripts;
mod vrrp;

use super::command::{ScriptCheck, Written};
use super::reader::{Reader, Section, Statement};
use super::value::IGNORED;
use crate::keywords::Keyword;
use crate::model::{Globals, VrrpInstance};
use crate::{Diagnostic, Facts};
use fifo::FifoDraft;
use lvs::SyncDaemonDraft;
pub(super) use vrrp::version;

/// `global_defs` as far as it has been read.
pub(super) struct GlobalsReader<'a> {
    facts: &'a dyn Facts,
    pub(super) globals: Globals,
    /// `vrrp_lower_prio_no_advert`, which strict mode takes for granted only where nothing is written.
    pub(super) lower_prio_no_advert: Option<bool>,
    pub(super) startup_script: Option<Written>,
    pub(super) shutdown_script: Option<Written>,
    notify_fifo: FifoDraft,
    vrrp_notify_fifo: FifoDraft,
    lvs_notify_fifo: FifoDraft,
    sync_daemon: Option<SyncDaemonDraft>,
    vmac_prefix_written: bool,
    vmac_addr_prefix_written: bool,
}

impl<'a> GlobalsReader<'a> {
    pub(super) fn new(facts: &'a dyn Facts) -> Self {
        Self {
            facts,
            globals: Globals::default(),
            lower_prio_no_advert: None,
            startup_script: None,
            shutdown_script: None,
            notify_fifo: FifoDraft::default(),
            vrrp_notify_fifo: FifoDraft::default(),
            lvs_notify_fifo: FifoDraft::default(),
            sync_daemon: None,
            vmac_prefix_written: false,
            vmac_addr_prefix_written: false,
        }
    }

    /// Settles what depends on the rest of the file. `halves`: there are instances, and virtual servers.
    pub(super) fn finish(
        self,
        globals: &mut Globals,
        instances: &[VrrpInstance],
        halves: (bool, bool),
        scripts: &mut ScriptCheck<'_>,
    ) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        let fifos = [self.notify_fifo, self.vrrp_notify_fifo, self.lvs_notify_fifo];
        fifo::finish(fifos, globals, halves, scripts, &mut findings);
        if let Some(daemon) = self.sync_daemon {
            globals.lvs_sync_daemon = daemon.finish(instances, &mut findings);
        }
        findings
    }
}

impl<'t> Section<'t> for GlobalsReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let name = keyword.name;
        self.process(reader, name, &line)
            || self.garp(reader, keyword, &line)
            || self.vrrp(reader, name, &line)
            || self.mail(reader, keyword, &line)
            || self.scripts(reader, name, &line)
            || self.fifos(reader, name, &line)
            || self.lvs(reader, name, &line)
            || self.firewall(reader, name, &line)
            || self.buffers(reader, name, &line)
            || self.agents(reader, keyword, &line)
            || self.files(reader, keyword, &line)
            || self.root(reader, name, &line)
    }
}

/// Overwrites only with a value.
fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// A switch that 2.2.7 knows only as a word without an argument: there, what follows means nothing.
fn newer_switch(line: &Statement<'_>, reader: &mut Reader<'_>) -> bool {
    let Some(word) = line.arg(1) else { return true };
    match &*word.text {
        b"on" | b"true" | b"yes" => true,
        b"off" | b"false" | b"no" => false,
        _ => {
            let what = format!("'{}' is not one of on, off, true, false, yes, no", word.string());
            reader.adjusted(word.span, what, "it is on", false);
            true
        }
    }
}

/// Reports a line that says again what is said already; keepalived keeps the first.
fn already(reader: &mut Reader<'_>, line: &Statement<'_>, keyword: &str) {
    reader.adjusted(line.span(), format!("'{keyword}' is already set"), IGNORED, true);
}
