//! Every command of a configuration, with its line.

use super::context::Context;
use crate::Span;
use crate::model::{CheckerKind, Notify, ScriptCommand, ScriptUser, VrrpScriptCommand};

/// A command, and who runs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Command<'a> {
    pub(super) command: &'a ScriptCommand,
    pub(super) span: Span,
    /// As written, if it is: at the command, in the block, or as `script_user`.
    pub(super) user: Option<&'a ScriptUser>,
}

impl Command<'_> {
    /// Program and arguments.
    pub(super) fn words(&self) -> Vec<String> {
        self.command.args.iter().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    /// The program without its folder.
    pub(super) fn program(&self) -> String {
        let words = self.words();
        let path = words.first().map_or("", String::as_str);
        path.rsplit('/').next().unwrap_or(path).to_owned()
    }
}

/// All of them.
pub(super) fn commands<'a>(context: &'a Context<'_>) -> Vec<Command<'a>> {
    let (config, places) = (context.own.config, &context.own.places);
    let mut all = Vec::new();
    // Most commands are not there, and looking for a line costs more than asking for that.
    let mut add =
        |command: Option<&'a ScriptCommand>, user: Option<&'a ScriptUser>, at: &dyn Fn() -> Span| {
            let Some(command) = command else { return };
            let user = command.user.as_deref().or(user).or(config.globals.script_user.as_ref());
            all.push(Command { command, span: at(), user });
        };
    let globals = &config.globals;
    let block = places.top("global_defs").next();
    let at = |keyword: &str| block.map_or_else(Span::default, |block| block.at(keyword));
    add(globals.startup_script.as_deref(), None, &|| at("startup_script"));
    add(globals.shutdown_script.as_deref(), None, &|| at("shutdown_script"));
    let fifos = [
        ("notify_fifo_script", &globals.notify_fifo),
        ("vrrp_notify_fifo_script", &globals.vrrp_notify_fifo),
        ("lvs_notify_fifo_script", &globals.lvs_notify_fifo),
    ];
    for (keyword, fifo) in fifos {
        add(fifo.as_ref().and_then(|fifo| fifo.script.as_deref()), None, &|| at(keyword));
    }
    for script in &config.scripts {
        if let VrrpScriptCommand::Run(command) = &script.command {
            add(Some(command), script.user.as_ref(), &|| places.block(script.span).at("script"));
        }
    }
    for instance in &config.instances {
        for (keyword, command) in notify(&instance.notify) {
            add(command, None, &|| context.own.lines(instance).at(keyword));
        }
    }
    for group in &config.sync_groups {
        let (lines, notify) = (places.block(group.span), &group.notify);
        add(notify.master.as_deref(), None, &|| lines.at("notify_master"));
        add(notify.backup.as_deref(), None, &|| lines.at("notify_backup"));
        add(notify.fault.as_deref(), None, &|| lines.at("notify_fault"));
        add(notify.stop.as_deref(), None, &|| lines.at("notify_stop"));
        add(notify.any.as_deref(), None, &|| lines.at("notify"));
    }
    for server in &config.virtual_servers {
        let lines = places.block(server.span);
        add(server.quorum_up.as_deref(), None, &|| lines.at("quorum_up"));
        add(server.quorum_down.as_deref(), None, &|| lines.at("quorum_down"));
        for real in &server.real_servers {
            let lines = places.block(real.span);
            add(real.notify_up.as_deref(), None, &|| lines.at("notify_up"));
            add(real.notify_down.as_deref(), None, &|| lines.at("notify_down"));
            for checker in &real.checkers {
                if let CheckerKind::Misc(misc) = &checker.kind {
                    add(Some(&misc.command), None, &|| places.block(checker.span).at("misc_path"));
                }
            }
        }
    }
    all
}

/// Commands by keyword.
fn notify(notify: &Notify) -> [(&'static str, Option<&ScriptCommand>); 7] {
    [
        ("notify_master", notify.master.as_deref()),
        ("notify_backup", notify.backup.as_deref()),
        ("notify_fault", notify.fault.as_deref()),
        ("notify_stop", notify.stop.as_deref()),
        ("notify", notify.any.as_deref()),
        ("notify_deleted", notify.deleted.as_deref()),
        ("notify_master_rx_lower_pri", notify.master_rx_lower_pri.as_deref()),
    ]
}
