//! The kernel threads that tell another director of connections.

use core::net::IpAddr;

use ipvs_netlink::{InterfaceName, SyncDaemon, SyncRole};

use super::UsageError;
use super::build::number;
use super::flag::Flag;
use super::service::name;
use super::words::Given;

/// The largest payload that a message over UDP and IPv4 can have, in octets.
const MAX_LEN: u32 = 65_535 - 20 - 8;

/// `master` or `backup`, behind `--start-daemon` and `--stop-daemon`.
pub(super) fn role(given: &Given<'_>, command: Flag) -> Result<SyncRole, UsageError> {
    match given.value(command).unwrap_or_default() {
        "master" => Ok(SyncRole::Master),
        "backup" => Ok(SyncRole::Backup),
        other => {
            Err(UsageError::Value { flag: command, value: other.to_owned(), wanted: "master or backup" })
        }
    }
}

/// `--start-daemon` and what belongs to it.
pub(super) fn start(given: &Given<'_>) -> Result<SyncDaemon, UsageError> {
    let interface = given.value(Flag::McastInterface).unwrap_or("eth0");
    let interface = name(Flag::McastInterface, interface, InterfaceName::new)?;
    let value =
        |flag, range, wanted| given.value(flag).map(|text| number(flag, text, range, wanted)).transpose();
    let sync_id = value(Flag::SyncId, 0..=255, "a number from 0 to 255")?;
    let max_len = value(Flag::SyncMaxlen, 1..=MAX_LEN, "octets, 1 to 65507")?;
    let port = value(Flag::McastPort, 1..=65_535, "a port from 1 to 65535")?;
    let ttl = value(Flag::McastTtl, 1..=255, "a number from 1 to 255")?;
    Ok(SyncDaemon {
        // Each was bounded above.
        sync_id: sync_id.and_then(|id| id.try_into().ok()).unwrap_or(0),
        max_len: max_len.and_then(|length| length.try_into().ok()),
        group: given.value(Flag::McastGroup).map(group).transpose()?,
        port: port.and_then(|port| port.try_into().ok()),
        ttl: ttl.and_then(|ttl| ttl.try_into().ok()),
        ..SyncDaemon::new(role(given, Flag::StartDaemon)?, interface)
    })
}

fn group(text: &str) -> Result<IpAddr, UsageError> {
    let address = text.parse().ok().filter(IpAddr::is_multicast);
    address.ok_or_else(|| UsageError::Value {
        flag: Flag::McastGroup,
        value: text.to_owned(),
        wanted: "a multicast address of IPv4 or IPv6",
    })
}
