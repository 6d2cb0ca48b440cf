//! `probe` and `advise`: what this kernel can do, and which of its settings will hurt.

use core::fmt::Write as _;
use std::path::Path;

use ipvs_netlink::{
    Advice, Capabilities, Client, Error, Facts, Module, Settings, Socket, SyncRole, Table, advise,
};
use serde::Serialize;

use crate::failure::Failure;

/// `probe --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Probed {
    version: String,
    connection_table_size: u32,
    schedulers: Vec<Loadable>,
    engines: Vec<Loadable>,
    ipv6: bool,
    wide_counters: bool,
    gue: bool,
    gre: bool,
    mixed_families: bool,
}

#[derive(Debug, Serialize)]
struct Loadable {
    name: &'static str,
    module: &'static str,
    usable: bool,
}

impl Probed {
    pub(crate) fn new(found: &Capabilities) -> Self {
        let loadable =
            |module: &Module| Loadable { name: module.name, module: module.module, usable: module.usable };
        let (major, minor, patch) = found.info.version;
        Self {
            version: format!("{major}.{minor}.{patch}"),
            connection_table_size: found.info.connection_table_size,
            schedulers: found.schedulers.iter().map(loadable).collect(),
            engines: found.engines.iter().map(loadable).collect(),
            ipv6: found.ipv6,
            wide_counters: found.wide_counters,
            gue: found.gue,
            gre: found.gre,
            mixed_families: found.mixed_families,
        }
    }
}

/// Judges the settings of this host for the table that is, or for one that is `wanted`.
///
/// # Errors
///
/// [`Failure::Kernel`] if there is no table to judge them for.
pub(crate) fn advice(
    connect: impl FnOnce() -> Result<Client<Socket>, Error>,
    wanted: Option<Table>,
) -> Result<Vec<Advice>, Failure> {
    let mut client = connect();
    let table = match (wanted, &mut client) {
        (Some(wanted), _) => wanted,
        (None, Ok(client)) => client.table()?,
        (None, Err(error)) => return Err(error.clone().into()),
    };
    // What cannot be read is not judged.
    let timeouts = client.as_mut().ok().and_then(|client| client.timeouts().ok());
    let sync = client.as_mut().ok().and_then(|client| client.daemons().ok()).unwrap_or_default();
    let sync: Vec<SyncRole> = sync.iter().map(|daemon| daemon.role).collect();
    Ok(advise(&Facts {
        settings: Settings::read(),
        kernel: kernel(Path::new("/proc/sys/kernel/osrelease")),
        timeouts: timeouts.unwrap_or_default(),
        table: Some(&table),
        sync: &sync,
    }))
}

/// Major and minor version, of a release like `6.1.176-amd64`.
fn kernel(path: &Path) -> Option<(u32, u32)> {
    release(&std::fs::read_to_string(path).ok()?)
}

fn release(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|letter: char| !letter.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

pub(crate) fn advice_text(advice: &[Advice]) -> String {
    let mut text = String::new();
    for advice in advice {
        let _ = writeln!(text, "{advice}");
    }
    if text.is_empty() {
        text.push_str("no setting is known to hurt this table\n");
    }
    text
}

/// `advise --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Advised {
    setting: &'static str,
    value: i64,
    symptom: String,
    remedy: &'static str,
}

impl From<Advice> for Advised {
    fn from(advice: Advice) -> Self {
        Self { setting: advice.setting, value: advice.value, symptom: advice.symptom, remedy: advice.remedy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_begins_with_two_numbers() {
        assert_eq!(release("6.1.176\n"), Some((6, 1)));
        assert_eq!(release("6.18-rc1+"), Some((6, 18)));
        assert_eq!(release("unknown"), None);
    }
}
