//! What to list, and how.

use ipvs_netlink::ServiceKey;

use super::flag::Flag;
use super::words::Given;
use super::{UsageError, service};
use crate::names::Names;

/// What `-L` lists.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Listing {
    /// Services and their servers.
    Table {
        /// Only this one.
        only: Option<ServiceKey>,
        /// How they look.
        view: View,
    },
    /// `-c`: connections.
    Connections {
        /// Without `-n`: names instead of numbers.
        names: bool,
        /// `--persistent-conn`: what the persistence engine remembers, too.
        engine: bool,
    },
    /// `--timeout`.
    Timeouts,
    /// `--daemon`.
    Daemons,
}

/// How a listing of services looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct View {
    /// What stands beside each server.
    pub columns: Columns,
    /// Without `-n`: names instead of numbers.
    pub names: bool,
    /// Without `--nosort`: in ipvsadm's order instead of the kernel's.
    pub sort: bool,
    /// `--exact`: large numbers in full.
    pub exact: bool,
}

impl View {
    /// `-Ln`.
    pub const NUMERIC: Self = Self { columns: Columns::Connections, names: false, sort: true, exact: false };
}

/// What stands beside each server. Of several that are asked for the first of this list wins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Columns {
    /// `--stats`: connections, packets and octets so far.
    Stats,
    /// `--rate`: the same each second.
    Rate,
    /// `--thresholds`.
    Thresholds,
    /// `--persistent-conn`: templates of persistence.
    Persistent,
    /// `--tun-info`: type, port and checksum of tunnels.
    Tunnel,
    /// Way, weight and connections.
    Connections,
}

/// `-L` and what belongs to it.
pub(super) fn listing(given: &Given<'_>, names: &dyn Names) -> Result<Listing, UsageError> {
    let what = given.one_of(&[
        Flag::Connection,
        Flag::Timeout,
        Flag::Daemon,
        Flag::TcpService,
        Flag::UdpService,
        Flag::SctpService,
        Flag::FwmarkService,
    ])?;
    let only = service::key(given, names)?;
    let names = !given.has(Flag::Numeric);
    let listing = match what {
        Some(Flag::Connection) => Listing::Connections { names, engine: given.has(Flag::PersistentConn) },
        Some(Flag::Timeout) => Listing::Timeouts,
        Some(Flag::Daemon) => Listing::Daemons,
        _ => {
            let (sort, exact) = (!given.has(Flag::NoSort), given.has(Flag::Exact));
            let view = View { columns: columns(given), names, sort, exact };
            return Ok(Listing::Table { only, view });
        }
    };
    let of_tables = [Flag::Stats, Flag::Rate, Flag::Thresholds, Flag::TunInfo, Flag::PersistentConn];
    let fits = |flag| flag == Flag::PersistentConn && what == Some(Flag::Connection);
    match (given.flags().find(|flag| of_tables.contains(flag) && !fits(*flag)), what) {
        (Some(stray), Some(what)) => Err(UsageError::Conflict(stray, what)),
        (_, _) => Ok(listing),
    }
}

fn columns(given: &Given<'_>) -> Columns {
    let flags = [
        (Flag::Stats, Columns::Stats),
        (Flag::Rate, Columns::Rate),
        (Flag::Thresholds, Columns::Thresholds),
        (Flag::PersistentConn, Columns::Persistent),
        (Flag::TunInfo, Columns::Tunnel),
    ];
    let first = flags.into_iter().find(|(flag, _)| given.has(*flag));
    first.map_or(Columns::Connections, |(_, columns)| columns)
}
