//! Why a command line or a rule makes no sense.

use super::flag::Flag;

/// Why a command line or a rule makes no sense. Nothing was asked of the kernel.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UsageError {
    /// No flag of that name; long ones cannot be abbreviated.
    #[error("{0}: unknown flag")]
    UnknownFlag(String),
    /// A flag without its value.
    #[error("{0} wants a value")]
    ValueMissing(Flag),
    /// A value for a flag that takes none.
    #[error("{0} takes no value")]
    NoValueWanted(Flag),
    /// The same flag again.
    #[error("{0} is given twice")]
    Twice(Flag),
    /// Flags, but none that says what to do.
    #[error("no command: say one of -A -E -D -a -e -d -C -L -S -R -Z --set --start-daemon --stop-daemon")]
    NoCommand,
    /// Two flags that exclude each other.
    #[error("{0} and {1} exclude each other")]
    Conflict(Flag, Flag),
    /// A flag that the command does not take.
    #[error("{0} has no place beside {1}")]
    OutOfPlace(Flag, Flag),
    /// A flag that the command cannot do without.
    #[error("{command} wants {missing}")]
    Wanted {
        /// The command.
        command: Flag,
        /// What it wants.
        missing: &'static str,
    },
    /// A value that the flag cannot have.
    #[error("{flag} cannot be `{value}`: it wants {wanted}")]
    Value {
        /// The flag.
        flag: Flag,
        /// Its value.
        value: String,
        /// What it could be.
        wanted: &'static str,
    },
    /// A word that belongs to no flag.
    #[error("nothing takes the word `{0}`")]
    Word(String),
    /// Port 0 means every port, and only persistence can tell them apart.
    #[error("port 0 (every port) wants a persistent service: add -p")]
    PortZero,
    /// One-packet scheduling for a protocol that has connections.
    #[error("-o is for UDP services and firewall marks")]
    OnePacket,
    /// A scheduler's flag for another scheduler.
    #[error("the flag `{flag}` belongs to the scheduler {owner}")]
    ForeignFlag {
        /// The flag.
        flag: String,
        /// Whose it is.
        owner: &'static str,
    },
    /// A flag of a tunnel that this type of tunnel cannot have, or all of them without `-i`.
    #[error("{0} does not fit: {1}")]
    Tunnel(Flag, &'static str),
    /// A server of the other family that is not behind a tunnel.
    #[error("a server of the other address family can only be reached through a tunnel: use -i")]
    OtherFamily,
}

impl UsageError {
    /// Whether ipvsadm would have ended with 255 rather than with 2: it could not even tell the
    /// flags apart.
    #[must_use]
    pub const fn is_about_words(&self) -> bool {
        matches!(
            self,
            Self::UnknownFlag(_) | Self::ValueMissing(_) | Self::NoValueWanted(_) | Self::NoCommand
        )
    }
}

/// Something that was said and has no effect.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Note {
    /// A granularity without persistence.
    #[error("-M has no effect without -p")]
    IdleNetmask,
    /// A server's port that direct routing and tunnels cannot change.
    #[error("the server's port becomes {becomes}, the service's: only -m can change {given}")]
    Port {
        /// What was asked for.
        given: u16,
        /// The service's port.
        becomes: u16,
    },
}
