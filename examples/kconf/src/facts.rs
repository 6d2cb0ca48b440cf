//! What is known about the host that a configuration is meant for: facts that somebody wrote down, as JSON.

use core::net::IpAddr;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kconf_parser::{FactsTable, HostAddress, RoutingNames, ScriptStatus};
use serde::Deserialize;

use crate::failure::Failure;

/// The file of `--facts`; README.md describes it. What is missing is unknown, and taken to exist.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FactsFile {
    interfaces: Option<BTreeSet<String>>,
    addresses: Option<Vec<Address>>,
    users: Option<BTreeSet<String>>,
    groups: Option<BTreeSet<String>>,
    paths: Option<BTreeMap<PathBuf, Status>>,
    #[serde(default)]
    routing: BTreeMap<Names, BTreeMap<String, u32>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    interface: String,
    address: IpAddr,
    prefix_len: u8,
}

/// How a program can be run.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Ok,
    NotFound,
    NotExecutable,
    Insecure,
}

impl From<Status> for ScriptStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Ok => Self::Ok,
            Status::NotFound => Self::NotFound,
            Status::NotExecutable => Self::NotExecutable,
            Status::Insecure => Self::Insecure,
        }
    }
}

/// Names of routing, by the file that they are in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "snake_case")]
enum Names {
    RtTables,
    RtDsfield,
    RtRealms,
    RtProtos,
    RtScopes,
    Group,
    Protocols,
}

impl From<Names> for RoutingNames {
    fn from(names: Names) -> Self {
        match names {
            Names::RtTables => Self::Table,
            Names::RtDsfield => Self::DsField,
            Names::RtRealms => Self::Realm,
            Names::RtProtos => Self::Protocol,
            Names::RtScopes => Self::Scope,
            Names::Group => Self::Group,
            Names::Protocols => Self::IpProtocol,
        }
    }
}

impl From<FactsFile> for FactsTable {
    fn from(file: FactsFile) -> Self {
        let FactsFile { interfaces, addresses, users, groups, paths, routing } = file;
        let address =
            |Address { interface, address, prefix_len }| HostAddress { interface, address, prefix_len };
        Self {
            interfaces,
            addresses: addresses.map(|all| all.into_iter().map(address).collect()),
            users,
            groups,
            scripts: paths.map(|all| all.into_iter().map(|(path, status)| (path, status.into())).collect()),
            routing: routing.into_iter().map(|(names, numbers)| (names.into(), numbers)).collect(),
        }
    }
}

/// Reads the file of `--facts`.
pub(crate) fn read(path: &Path) -> Result<FactsTable, Failure> {
    let text = std::fs::read(path).map_err(Failure::file("read", path))?;
    let file: FactsFile = serde_json::from_slice(&text)
        .map_err(|error| Failure::Usage(format!("{} has no facts: {error}", path.display())))?;
    Ok(file.into())
}
