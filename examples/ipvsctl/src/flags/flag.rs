//! ipvsadm's flags, by letter and by word.

use core::fmt;

/// A flag of ipvsadm 1.31.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Flag {
    /// `--add-service`, `-A`
    AddService,
    /// `--edit-service`, `-E`
    EditService,
    /// `--delete-service`, `-D`
    DeleteService,
    /// `--clear`, `-C`
    Clear,
    /// `--list`, `-L`, `-l`
    List,
    /// `--zero`, `-Z`
    Zero,
    /// `--add-server`, `-a`
    AddServer,
    /// `--edit-server`, `-e`
    EditServer,
    /// `--delete-server`, `-d`
    DeleteServer,
    /// `--set`
    Set,
    /// `--help`, `-h`
    Help,
    /// `--version`, `-v`
    Version,
    /// `--restore`, `-R`
    Restore,
    /// `--save`, `-S`
    Save,
    /// `--start-daemon`
    StartDaemon,
    /// `--stop-daemon`
    StopDaemon,
    /// `--tcp-service`, `-t`
    TcpService,
    /// `--udp-service`, `-u`
    UdpService,
    /// `--sctp-service`
    SctpService,
    /// `--fwmark-service`, `-f`
    FwmarkService,
    /// `--ipv6`, `-6`
    Ipv6,
    /// `--scheduler`, `-s`
    Scheduler,
    /// `--sched-flags`, `-b`
    SchedFlags,
    /// `--persistent`, `-p`
    Persistent,
    /// `--netmask`, `-M`
    Netmask,
    /// `--pe`
    Engine,
    /// `--ops`, `-o`
    Ops,
    /// `--real-server`, `-r`
    RealServer,
    /// `--masquerading`, `-m`
    Masquerading,
    /// `--ipip`, `-i`
    Ipip,
    /// `--gatewaying`, `-g`
    Gatewaying,
    /// `--tun-type`
    TunType,
    /// `--tun-port`
    TunPort,
    /// `--tun-nocsum`
    TunNocsum,
    /// `--tun-csum`
    TunCsum,
    /// `--tun-remcsum`
    TunRemcsum,
    /// `--weight`, `-w`
    Weight,
    /// `--u-threshold`, `-x`
    UThreshold,
    /// `--l-threshold`, `-y`
    LThreshold,
    /// `--numeric`, `-n`
    Numeric,
    /// `--connection`, `-c`
    Connection,
    /// `--timeout`
    Timeout,
    /// `--daemon`
    Daemon,
    /// `--stats`
    Stats,
    /// `--rate`
    Rate,
    /// `--thresholds`
    Thresholds,
    /// `--persistent-conn`
    PersistentConn,
    /// `--tun-info`
    TunInfo,
    /// `--sort`
    Sort,
    /// `--nosort`
    NoSort,
    /// `--exact`, `-X`
    Exact,
    /// `--mcast-interface`
    McastInterface,
    /// `--syncid`
    SyncId,
    /// `--sync-maxlen`
    SyncMaxlen,
    /// `--mcast-group`
    McastGroup,
    /// `--mcast-port`
    McastPort,
    /// `--mcast-ttl`
    McastTtl,
}

/// Whether a flag takes a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Value {
    /// It takes none.
    No,
    /// It takes the rest of its word or the next word, whatever that is.
    Yes,
    /// It takes the next word unless that is a flag (`-p [timeout]`).
    Optional,
}

impl Flag {
    /// The flag of one letter.
    pub(crate) const fn by_letter(letter: char) -> Option<Self> {
        Some(match letter {
            'A' => Self::AddService,
            'E' => Self::EditService,
            'D' => Self::DeleteService,
            'C' => Self::Clear,
            'L' | 'l' => Self::List,
            'Z' => Self::Zero,
            'a' => Self::AddServer,
            'e' => Self::EditServer,
            'd' => Self::DeleteServer,
            'h' => Self::Help,
            'v' => Self::Version,
            'R' => Self::Restore,
            'S' => Self::Save,
            't' => Self::TcpService,
            'u' => Self::UdpService,
            'f' => Self::FwmarkService,
            '6' => Self::Ipv6,
            's' => Self::Scheduler,
            'b' => Self::SchedFlags,
            'p' => Self::Persistent,
            'M' => Self::Netmask,
            'o' => Self::Ops,
            'r' => Self::RealServer,
            'm' => Self::Masquerading,
            'i' => Self::Ipip,
            'g' => Self::Gatewaying,
            'w' => Self::Weight,
            'x' => Self::UThreshold,
            'y' => Self::LThreshold,
            'n' => Self::Numeric,
            'c' => Self::Connection,
            'X' => Self::Exact,
            _ => return None,
        })
    }

    /// The flag of a whole word, without its `--`. There are no abbreviations: popt has none.
    pub(crate) fn by_word(word: &str) -> Option<Self> {
        WORDS.iter().find(|(known, _)| *known == word).map(|(_, flag)| *flag)
    }

    /// Whether it takes a value.
    pub(crate) const fn value(self) -> Value {
        match self {
            Self::StartDaemon
            | Self::StopDaemon
            | Self::TcpService
            | Self::UdpService
            | Self::SctpService
            | Self::FwmarkService
            | Self::Scheduler
            | Self::SchedFlags
            | Self::Netmask
            | Self::Engine
            | Self::RealServer
            | Self::TunType
            | Self::TunPort
            | Self::Weight
            | Self::UThreshold
            | Self::LThreshold
            | Self::McastInterface
            | Self::SyncId
            | Self::SyncMaxlen
            | Self::McastGroup
            | Self::McastPort
            | Self::McastTtl => Value::Yes,
            Self::Persistent => Value::Optional,
            Self::AddService
            | Self::EditService
            | Self::DeleteService
            | Self::Clear
            | Self::List
            | Self::Zero
            | Self::AddServer
            | Self::EditServer
            | Self::DeleteServer
            | Self::Set
            | Self::Help
            | Self::Version
            | Self::Restore
            | Self::Save
            | Self::Ipv6
            | Self::Ops
            | Self::Masquerading
            | Self::Ipip
            | Self::Gatewaying
            | Self::TunNocsum
            | Self::TunCsum
            | Self::TunRemcsum
            | Self::Numeric
            | Self::Connection
            | Self::Timeout
            | Self::Daemon
            | Self::Stats
            | Self::Rate
            | Self::Thresholds
            | Self::PersistentConn
            | Self::TunInfo
            | Self::Sort
            | Self::NoSort
            | Self::Exact => Value::No,
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, flag)| flag == self).map_or("", |(word, _)| word);
        write!(f, "--{word}")
    }
}

const WORDS: &[(&str, Flag)] = &[
    // Commands.
    ("add-service", Flag::AddService),
    ("edit-service", Flag::EditService),
    ("delete-service", Flag::DeleteService),
    ("clear", Flag::Clear),
    ("list", Flag::List),
    ("zero", Flag::Zero),
    ("add-server", Flag::AddServer),
    ("edit-server", Flag::EditServer),
    ("delete-server", Flag::DeleteServer),
    ("set", Flag::Set),
    ("help", Flag::Help),
    ("version", Flag::Version),
    ("restore", Flag::Restore),
    ("save", Flag::Save),
    ("start-daemon", Flag::StartDaemon),
    ("stop-daemon", Flag::StopDaemon),
    // The service.
    ("tcp-service", Flag::TcpService),
    ("udp-service", Flag::UdpService),
    ("sctp-service", Flag::SctpService),
    ("fwmark-service", Flag::FwmarkService),
    ("ipv6", Flag::Ipv6),
    ("scheduler", Flag::Scheduler),
    ("sched-flags", Flag::SchedFlags),
    ("persistent", Flag::Persistent),
    ("netmask", Flag::Netmask),
    ("pe", Flag::Engine),
    ("ops", Flag::Ops),
    // The server.
    ("real-server", Flag::RealServer),
    ("masquerading", Flag::Masquerading),
    ("ipip", Flag::Ipip),
    ("gatewaying", Flag::Gatewaying),
    ("tun-type", Flag::TunType),
    ("tun-port", Flag::TunPort),
    ("tun-nocsum", Flag::TunNocsum),
    ("tun-csum", Flag::TunCsum),
    ("tun-remcsum", Flag::TunRemcsum),
    ("weight", Flag::Weight),
    ("u-threshold", Flag::UThreshold),
    ("l-threshold", Flag::LThreshold),
    // The listing.
    ("numeric", Flag::Numeric),
    ("connection", Flag::Connection),
    ("timeout", Flag::Timeout),
    ("daemon", Flag::Daemon),
    ("stats", Flag::Stats),
    ("rate", Flag::Rate),
    ("thresholds", Flag::Thresholds),
    ("persistent-conn", Flag::PersistentConn),
    ("tun-info", Flag::TunInfo),
    ("sort", Flag::Sort),
    ("nosort", Flag::NoSort),
    ("exact", Flag::Exact),
    // The synchronization daemon.
    ("mcast-interface", Flag::McastInterface),
    ("syncid", Flag::SyncId),
    ("sync-maxlen", Flag::SyncMaxlen),
    ("mcast-group", Flag::McastGroup),
    ("mcast-port", Flag::McastPort),
    ("mcast-ttl", Flag::McastTtl),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_a_word() {
        for letter in (' '..='~').filter(|letter| Flag::by_letter(*letter).is_some()) {
            let flag = Flag::by_letter(letter).unwrap();
            let word = flag.to_string();
            assert_eq!(Flag::by_word(word.strip_prefix("--").unwrap()), Some(flag), "{letter}");
        }
    }
}
