//! Every problem by name.

use super::{ConfigTest, Severity};
use crate::ScriptStatus;

/// What is wrong.
#[derive(Clone, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    // The text.
    /// A line is longer than keepalived can read (`MAXBUF`). It is dropped as a whole.
    #[error("line of {octets} octets, keepalived reads {max}; the whole line has no effect")]
    LineTooLong {
        /// Length of the line.
        octets: usize,
        /// Longest line that can be read.
        max: usize,
    },
    /// A double quote has no partner. The rest of the line is lost.
    #[error("this quote is never closed; from here on the line has no effect")]
    UnterminatedQuote,
    /// A NUL ends the line early.
    #[error("the line contains a NUL; from here on it has no effect")]
    NulOctet,
    /// More braces inside one another than anything can mean.
    #[error("more than {max} blocks inside one another")]
    TooDeep {
        /// The limit.
        max: u32,
    },
    /// `}` without `{`.
    #[error("this '}}' closes nothing")]
    ExtraClose,
    /// `{` without `}`.
    #[error("this '{{' is never closed")]
    MissingClose,
    /// `{` after a keyword that has no block.
    #[error("'{keyword}' has no block; its '}}' will close the block around it")]
    UnexpectedOpen {
        /// The keyword before the brace.
        keyword: String,
    },
    /// No `{` after a keyword that has a block.
    #[error("'{keyword}' needs a block in braces")]
    MissingOpen {
        /// The keyword.
        keyword: &'static str,
    },

    // Words.
    /// Not a keyword here.
    #[error("unknown keyword '{keyword}' in {}", place(.block))]
    UnknownKeyword {
        /// The word as written.
        keyword: String,
        /// The block it stands in; empty for the top level.
        block: &'static str,
    },
    /// A keyword behind a space that is none to keepalived.
    #[error("the line begins with a {space}, which keepalived takes for a part of the word '{keyword}'")]
    StrangeSpace {
        /// Name and code of the character.
        space: &'static str,
        /// The word behind it.
        keyword: String,
    },
    /// A keyword that keepalived knows and this crate does not implement.
    #[error("'{keyword}' is not supported; it has no effect")]
    NotSupported {
        /// The keyword.
        keyword: String,
    },
    /// A keyword that keepalived wants to see no more.
    #[error("'{keyword}' is deprecated")]
    Deprecated {
        /// The keyword.
        keyword: &'static str,
    },
    /// An argument without which keepalived 2.2.7 exits.
    #[error("'{keyword}' needs an argument; keepalived does not read on")]
    MissingArgument {
        /// The keyword.
        keyword: &'static str,
    },
    /// An argument without which the line has no effect.
    #[error("'{keyword}' needs an argument; the line has no effect")]
    MissingValue {
        /// The keyword.
        keyword: &'static str,
    },
    /// Words that keepalived does not look at.
    #[error("'{keyword}' does not take this; from here on the line has no effect")]
    ExtraArguments {
        /// The keyword.
        keyword: &'static str,
        /// Whether `keepalived -t` mentions it.
        reported: bool,
    },
    /// Words behind a name, at which keepalived 2.2.7 exits.
    #[error("'{keyword}' takes one name and nothing else; keepalived does not read on")]
    TooManyArguments {
        /// The keyword.
        keyword: &'static str,
    },
    /// Not a number, or not in range.
    #[error("'{value}' is not a number from {min} to {max}; {effect}")]
    InvalidNumber {
        /// As written.
        value: String,
        /// Smallest valid number.
        min: String,
        /// Largest valid number.
        max: String,
        /// What happens instead.
        effect: &'static str,
    },
    /// Not one of the words that are possible here.
    #[error("'{value}' is not {expected}; {effect}")]
    InvalidValue {
        /// As written.
        value: String,
        /// What it should be.
        expected: &'static str,
        /// What happens instead.
        effect: &'static str,
    },
    /// Not an address, or not one of the family of its block.
    #[error("'{value}' is not {expected}; it has no effect")]
    InvalidAddress {
        /// As written.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A named thing that is not defined.
    #[error("there is no {kind} '{name}'; it has no effect")]
    Undefined {
        /// What kind of thing.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A second block of the same name.
    #[error("{kind} '{name}' is already defined; this block has no effect")]
    Duplicate {
        /// What kind of block.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// Something that a block cannot do without. The block is dropped, and keepalived goes on.
    #[error("{kind} '{name}' has no {missing}; the whole block has no effect")]
    Incomplete {
        /// What kind of block.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What it lacks.
        missing: &'static str,
    },
    /// A setting that does not go with another one and is changed or ignored.
    #[error("{what}; {effect}")]
    Adjusted {
        /// What does not fit.
        what: String,
        /// What happens instead.
        effect: &'static str,
        /// Whether `keepalived -t` mentions it.
        reported: bool,
    },

    /// A virtual server whose group cannot be used. keepalived says so only in its log.
    #[error("virtual_server_group '{group}' {reason}; the virtual server has no effect")]
    UnusableGroup {
        /// Name of the group.
        group: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    // Instances.
    /// An instance that cannot work. keepalived does not start.
    #[error("instance '{instance}' has no {missing}; keepalived does not start")]
    BrokenInstance {
        /// Name of the instance.
        instance: String,
        /// What it lacks.
        missing: &'static str,
    },
    /// Two instances that would answer each other's adverts. keepalived does not start.
    #[error(
        "instances '{first}' and '{second}' both use virtual_router_id {vrid} on {interface}; keepalived does not start"
    )]
    DuplicateVrid {
        /// The instance that comes first in the file.
        first: String,
        /// The other one.
        second: String,
        /// The number they share.
        vrid: u8,
        /// The interface they share.
        interface: String,
    },
    /// A network interface that is not there. keepalived does not start.
    #[error("there is no interface '{name}'; keepalived does not start")]
    InterfaceMissing {
        /// The interface.
        name: String,
    },
    /// A network interface that is not there, where keepalived cannot go on without it.
    #[error("there is no interface '{name}' for '{keyword}'; keepalived does not start")]
    LinkMissing {
        /// The interface.
        name: String,
        /// The block that names it.
        keyword: &'static str,
    },
    /// Nothing to move.
    #[error("instance '{instance}' has no virtual_ipaddress; at least one is sensible")]
    NoAddresses {
        /// Name of the instance.
        instance: String,
    },
    /// `auth_pass` is longer than eight octets.
    #[error("auth_pass has {octets} octets; only the first 8 are used")]
    AuthPassTruncated {
        /// Length as written.
        octets: usize,
    },

    // Scripts.
    /// A script that cannot be run.
    #[error("script '{command}' {}; it will not be run", unusable(.status))]
    ScriptUnusable {
        /// Program and arguments.
        command: String,
        /// What is wrong with it.
        status: ScriptStatus,
        /// Whether `keepalived -t` mentions it.
        reported: bool,
    },
    /// Script security without anybody to run scripts.
    #[error(
        "script '{command}' would run as root: script security is on, and neither script_user nor a user keepalived_script is there; it will not be run"
    )]
    NoScriptUser {
        /// Program and arguments.
        command: String,
    },
    /// `enable_script_security` is missing.
    #[error("scripts are run, but enable_script_security is not set")]
    ScriptSecurity,

    // Files.
    /// An include that finds nothing.
    #[error("no file matches '{pattern}'")]
    IncludeMissing {
        /// As written.
        pattern: String,
    },
    /// An included file that cannot be read.
    #[error("cannot read '{path}': {reason}")]
    IncludeUnreadable {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// Includes or definitions inside one another without end.
    #[error("{what} inside one another more than {max} times")]
    TooManyLevels {
        /// Includes or definitions.
        what: &'static str,
        /// The limit.
        max: usize,
    },
}

fn place(block: &&'static str) -> String {
    if block.is_empty() { "the top level".to_owned() } else { format!("'{block}'") }
}

fn unusable(status: &ScriptStatus) -> &'static str {
    match status {
        ScriptStatus::Ok => "can be run",
        ScriptStatus::NotFound => "is not found",
        ScriptStatus::NotExecutable => "is not executable",
        ScriptStatus::Insecure => "would run as root and can be changed by others",
    }
}

impl Problem {
    /// A stable name for the kind of problem.
    pub fn code(&self) -> &'static str {
        self.row().0
    }

    /// How bad the problem is.
    pub fn severity(&self) -> Severity {
        self.row().1
    }

    /// How `keepalived -t` judges the problem.
    ///
    /// keepalived 2.2.7 exits with 5 even for what keeps it from starting, so this is not [`severity`](Self::severity).
    pub fn class(&self) -> ConfigTest {
        self.row().2
    }

    fn row(&self) -> (&'static str, Severity, ConfigTest) {
        use ConfigTest::{Accepted, CannotRun, MissingParameter, ScriptSecurity, WouldRun};
        use Severity::{Error, Warning};
        let mentioned = |reported: &bool| if *reported { WouldRun } else { Accepted };
        match self {
            Self::LineTooLong { .. } => ("line-too-long", Warning, WouldRun),
            Self::UnterminatedQuote => ("unterminated-quote", Warning, WouldRun),
            Self::NulOctet => ("nul-octet", Warning, Accepted),
            Self::TooDeep { .. } => ("too-deep", Warning, WouldRun),
            Self::ExtraClose => ("extra-close", Warning, WouldRun),
            Self::MissingClose => ("missing-close", Warning, WouldRun),
            Self::UnexpectedOpen { .. } => ("unexpected-open", Warning, WouldRun),
            Self::MissingOpen { .. } => ("missing-open", Warning, WouldRun),
            Self::UnknownKeyword { .. } => ("unknown-keyword", Warning, WouldRun),
            Self::StrangeSpace { .. } => ("strange-space", Warning, WouldRun),
            Self::NotSupported { .. } => ("not-supported", Warning, Accepted),
            Self::Deprecated { .. } => ("deprecated", Warning, WouldRun),
            Self::MissingArgument { .. } => ("missing-argument", Error, MissingParameter),
            Self::MissingValue { .. } => ("missing-value", Warning, WouldRun),
            Self::ExtraArguments { reported, .. } => ("extra-arguments", Warning, mentioned(reported)),
            Self::TooManyArguments { .. } => ("too-many-arguments", Error, MissingParameter),
            Self::InvalidNumber { .. } => ("invalid-number", Warning, WouldRun),
            Self::InvalidValue { .. } => ("invalid-value", Warning, WouldRun),
            Self::InvalidAddress { .. } => ("invalid-address", Warning, WouldRun),
            Self::Undefined { .. } => ("undefined", Warning, WouldRun),
            Self::Duplicate { .. } => ("duplicate", Warning, WouldRun),
            Self::Incomplete { .. } => ("incomplete", Warning, WouldRun),
            Self::Adjusted { reported, .. } => ("adjusted", Warning, mentioned(reported)),
            Self::UnusableGroup { .. } => ("unusable-group", Warning, Accepted),
            Self::BrokenInstance { .. } => ("broken-instance", Error, WouldRun),
            Self::DuplicateVrid { .. } => ("duplicate-vrid", Error, WouldRun),
            Self::InterfaceMissing { .. } => ("interface-missing", Error, WouldRun),
            Self::LinkMissing { .. } => ("link-missing", Error, CannotRun),
            Self::NoAddresses { .. } => ("no-addresses", Warning, WouldRun),
            Self::AuthPassTruncated { .. } => ("auth-pass-truncated", Warning, WouldRun),
            Self::ScriptUnusable { reported, .. } => ("script-unusable", Warning, mentioned(reported)),
            Self::NoScriptUser { .. } => ("no-script-user", Warning, WouldRun),
            Self::ScriptSecurity => ("script-security", Warning, ScriptSecurity),
            Self::IncludeMissing { .. } => ("include-missing", Warning, Accepted),
            Self::IncludeUnreadable { .. } => ("include-unreadable", Warning, WouldRun),
            Self::TooManyLevels { .. } => ("too-many-levels", Error, CannotRun),
        }
    }
}
