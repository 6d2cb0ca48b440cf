//! Files that `SIGUSR1`, `SIGUSR2` and `SIGRTMIN+2` ask for, where keepalived puts them.

use core::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;
use vrrp_fsm::StateKind;

use crate::vrrp::engine::Engine;
use crate::vrrp::instance::Instance;

/// Which file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// `keepalived.data`: configuration and state.
    Data,
    /// `keepalived.stats`: counters.
    Stats,
    /// `keepalived.json`: both.
    Json,
}

impl Kind {
    const fn file_name(self) -> &'static str {
        match self {
            Self::Data => "keepalived.data",
            Self::Stats => "keepalived.stats",
            Self::Json => "keepalived.json",
        }
    }
}

/// Writes the file, whole or not at all, below TMPDIR or /tmp.
pub(crate) fn write(kind: Kind, engine: &Engine) {
    let text = match kind {
        Kind::Data => data(engine),
        Kind::Stats => stats(engine),
        Kind::Json => json(engine),
    };
    write_file(kind.file_name(), &text);
}

/// Writes a file of this name, whole or not at all, below TMPDIR or /tmp.
pub(crate) fn write_file(name: &str, text: &str) {
    let folder = std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from);
    let path = folder.join(name);
    if let Err(error) = replace(&path, text) {
        tracing::error!("cannot write {}: {error}", path.display());
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_extension("new");
    // In a folder that everybody may write to, a link that somebody left there is not followed.
    let _ = std::fs::remove_file(&fresh);
    let mut file = std::fs::File::options().write(true).create_new(true).open(&fresh)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    std::fs::rename(&fresh, path)
}

fn stats(engine: &Engine) -> String {
    let block =
        |(instance, _): (&Instance, _)| format!("VRRP Instance: {}\n{}", instance.name, instance.stats);
    engine.all().map(block).collect()
}

fn data(engine: &Engine) -> String {
    let mut text = String::from("------< VRRP Topology >------\n");
    for (instance, router) in engine.all() {
        let content = instance.wire.content();
        let config = router.config();
        // Writing to a String cannot fail.
        let _ = writeln!(text, " VRRP Instance = {}", instance.name);
        let _ = writeln!(text, "   State = {}", state(router.state()));
        let _ = writeln!(text, "   Virtual Router ID = {}", content.vrid);
        let _ = writeln!(text, "   Priority = {}", config.priority);
        let _ = writeln!(text, "   Effective priority = {}", router.effective_priority());
        let _ = writeln!(text, "   Advert interval = {}", content.interval);
        let _ = writeln!(text, "   Master advert interval = {}", router.master_interval());
        let _ = writeln!(text, "   Using src_ip = {}", content.source);
        let _ = writeln!(text, "   Preempt = {}", if config.preempt { "enabled" } else { "disabled" });
        if let Some(master) = router.master() {
            let _ = writeln!(text, "   Master router = {master}");
        }
        let _ = writeln!(text, "   Virtual IP :");
        for address in &content.addresses {
            let _ = writeln!(text, "     {address}");
        }
    }
    groups(&mut text, engine);
    text
}

fn groups(text: &mut String, engine: &Engine) {
    let groups = engine.machines.iter().filter_map(|machine| Some((machine, machine.as_group()?.1)));
    for (number, (machine, name)) in groups.enumerate() {
        if number == 0 {
            text.push_str("------< VRRP Sync groups >------\n");
        }
        let _ = writeln!(text, " VRRP Sync Group = {name}, {}", state(machine.state()));
        let _ = writeln!(text, "   VRRP member instances = {}", machine.members().len());
        for position in machine.members() {
            if let Some(instance) = engine.instances.get(*position) {
                let _ = writeln!(text, "     {}", instance.name);
            }
        }
    }
}

fn json(engine: &Engine) -> String {
    let list: Vec<_> = engine
        .all()
        .map(|(instance, router)| {
            let (content, stats) = (instance.wire.content(), &instance.stats);
            json!({
                "data": {
                    "iname": instance.name,
                    "vrid": content.vrid.get(),
                    "state": state_number(router.state()),
                    "base_priority": router.config().priority.get(),
                    "effective_priority": router.effective_priority().get(),
                    "vips": content.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
                },
                "stats": {
                    "advert_rcvd": stats.received,
                    "advert_sent": stats.sent,
                    "become_master": stats.became_master,
                    "release_master": stats.released_master,
                    "packet_len_err": stats.packet_length,
                    "advert_interval_err": stats.interval,
                    "ip_ttl_err": stats.ttl,
                    "invalid_type_rcvd": stats.invalid_type,
                    "addr_list_err": stats.address_list,
                    "chk_err": stats.checksum,
                    "vers_err": stats.version,
                    "invalid_authtype": stats.invalid_auth_type,
                    "authtype_mismatch": stats.auth_type_mismatch,
                    "auth_failure": stats.auth_failure,
                    "pri_zero_rcvd": stats.priority_zero_received,
                    "pri_zero_sent": stats.priority_zero_sent,
                },
            })
        })
        .collect();
    serde_json::Value::from(list).to_string()
}

const fn state(kind: StateKind) -> &'static str {
    match kind {
        StateKind::Initialize => "INIT",
        StateKind::Fault => "FAULT",
        StateKind::Backup => "BACKUP",
        StateKind::Master => "MASTER",
    }
}

/// keepalived's numbers in JSON.
const fn state_number(kind: StateKind) -> u8 {
    match kind {
        StateKind::Initialize => 0,
        StateKind::Backup => 1,
        StateKind::Master => 2,
        StateKind::Fault => 3,
    }
}
