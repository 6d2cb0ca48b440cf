//! From flags to an operation: which belong together, and what they say.

use ipvs_netlink::{Command, Timeouts};

use super::flag::Flag;
use super::words::Given;
use super::{Note, Operation, Parsed, UsageError, daemon, listing, server, service};
use crate::names::Names;

/// Flags that say what to do.
const COMMANDS: &[Flag] = &[
    Flag::AddService,
    Flag::EditService,
    Flag::DeleteService,
    Flag::Clear,
    Flag::List,
    Flag::Zero,
    Flag::AddServer,
    Flag::EditServer,
    Flag::DeleteServer,
    Flag::Set,
    Flag::Help,
    Flag::Version,
    Flag::Restore,
    Flag::Save,
    Flag::StartDaemon,
    Flag::StopDaemon,
];

/// The longest time-out, 31 days in seconds.
const TIMEOUT_MAX_S: u32 = 31 * 86_400;

pub(super) fn operation<'a>(
    words: impl IntoIterator<Item = &'a str>,
    names: &dyn Names,
) -> Result<Parsed, UsageError> {
    let given = Given::read(words)?;
    let command = given.one_of(COMMANDS)?.ok_or(UsageError::NoCommand)?;
    let allowed = allowed(command);
    if let Some(stranger) = given.flags().find(|flag| *flag != command && !allowed.contains(flag)) {
        return Err(UsageError::OutOfPlace(stranger, command));
    }
    let wanted_words = if command == Flag::Set { 3 } else { 0 };
    if let Some(word) = given.rest.get(wanted_words) {
        return Err(UsageError::Word((*word).to_owned()));
    }
    let mut notes = Vec::new();
    let operation = build(command, &given, names, &mut notes)?;
    Ok(Parsed { operation, notes })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most flags are no commands")]
fn build(
    command: Flag,
    given: &Given<'_>,
    names: &dyn Names,
    notes: &mut Vec<Note>,
) -> Result<Operation, UsageError> {
    let key = |missing| service::key(given, names)?.ok_or(UsageError::Wanted { command, missing });
    let service = "a service: -t, -u, --sctp-service or -f";
    Ok(Operation::Change(match command {
        Flag::AddService => {
            let key = key(service)?;
            Command::NewService { key, service: service::service(&key, given, names, notes)? }
        }
        Flag::EditService => {
            let key = key(service)?;
            Command::SetService { key, service: service::service(&key, given, names, notes)? }
        }
        Flag::DeleteService => Command::DeleteService { key: key(service)? },
        Flag::AddServer => {
            let service = key(service)?;
            let (key, destination) = server::server(command, &service, given, names, notes)?;
            Command::NewDestination { service, key, destination }
        }
        Flag::EditServer => {
            let service = key(service)?;
            let (key, destination) = server::server(command, &service, given, names, notes)?;
            Command::SetDestination { service, key, destination }
        }
        Flag::DeleteServer => {
            let service = key(service)?;
            Command::DeleteDestination { key: server::key(command, &service, given, names)?, service }
        }
        Flag::Clear => Command::Flush,
        Flag::Zero => match service::key(given, names)? {
            Some(key) => Command::ZeroService { key },
            None => Command::Zero,
        },
        Flag::Set => Command::SetTimeouts(timeouts(given)?),
        Flag::StartDaemon => Command::StartSync(daemon::start(given)?),
        Flag::StopDaemon => Command::StopSync(daemon::role(given, command)?),
        Flag::List => return listing::listing(given, names).map(Operation::List),
        Flag::Save => return Ok(Operation::Save { names: !given.has(Flag::Numeric) }),
        Flag::Restore => return Ok(Operation::Restore),
        Flag::Version => return Ok(Operation::Version),
        _ => return Ok(Operation::Help),
    }))
}

/// Which flags a command takes.
#[rustfmt::skip]
#[expect(clippy::wildcard_enum_match_arm, reason = "most flags are no commands, and most commands take none")]
fn allowed(command: Flag) -> &'static [Flag] {
    use Flag::*;
    match command {
        AddService | EditService => &[
            TcpService, UdpService, SctpService, FwmarkService, Ipv6,
            Scheduler, SchedFlags, Persistent, Netmask, Engine, Ops,
        ],
        DeleteService | Zero => &[TcpService, UdpService, SctpService, FwmarkService, Ipv6],
        AddServer | EditServer => &[
            TcpService, UdpService, SctpService, FwmarkService, Ipv6, RealServer,
            Masquerading, Ipip, Gatewaying, TunType, TunPort, TunNocsum, TunCsum, TunRemcsum,
            Weight, UThreshold, LThreshold,
        ],
        DeleteServer => &[TcpService, UdpService, SctpService, FwmarkService, Ipv6, RealServer],
        List => &[
            TcpService, UdpService, SctpService, FwmarkService, Ipv6, Numeric, Connection, Timeout, Daemon,
            Stats, Rate, Thresholds, PersistentConn, TunInfo, Sort, NoSort, Exact,
        ],
        Save => &[Numeric, Sort],
        StartDaemon => &[McastInterface, SyncId, SyncMaxlen, McastGroup, McastPort, McastTtl],
        StopDaemon => &[SyncId],
        _ => &[],
    }
}

/// `--set TCP TCPFIN UDP`: 0 keeps what there is.
fn timeouts(given: &Given<'_>) -> Result<Timeouts, UsageError> {
    let [tcp, fin, udp] = given.rest.as_slice() else {
        return Err(UsageError::Wanted { command: Flag::Set, missing: "three time-outs: TCP TCPFIN UDP" });
    };
    let seconds = |text: &str| match number(Flag::Set, text, 0..=TIMEOUT_MAX_S, TIMEOUT)? {
        0 => Ok(None),
        seconds => Ok(Some(seconds)),
    };
    Ok(Timeouts { tcp_s: seconds(tcp)?, tcp_fin_s: seconds(fin)?, udp_s: seconds(udp)? })
}

/// What a time-out can be.
pub(super) const TIMEOUT: &str = "seconds, at most 2678400 (31 days)";

/// `-p [TIMEOUT]`, in seconds.
pub(super) fn persistence_timeout(text: &str) -> Result<u32, UsageError> {
    number(Flag::Persistent, text, 1..=TIMEOUT_MAX_S, TIMEOUT)
}

/// A decimal number within limits, as strtol(3) reads it.
pub(super) fn number(
    flag: Flag,
    text: &str,
    range: core::ops::RangeInclusive<u32>,
    wanted: &'static str,
) -> Result<u32, UsageError> {
    let number = text.trim_start().parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| UsageError::Value { flag, value: text.to_owned(), wanted })
}
