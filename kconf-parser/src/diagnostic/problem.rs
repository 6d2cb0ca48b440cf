//! Every problem by name.

use super::{ConfigTest, Severity, page};
use crate::ScriptStatus;
use crate::keywords::Version;
use crate::lint::Finding;

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
    #[error("this '}}' is one too many")]
    ExtraClose,
    /// `{` without `}`.
    #[error("this '{{' is never closed")]
    MissingClose,
    /// `{` after a keyword that has no block.
    #[error("{}; its '}}' will close the block around it", opened(.keyword))]
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
    #[error("unknown keyword '{keyword}' {}", place(.block))]
    UnknownKeyword {
        /// The word as written.
        keyword: String,
        /// The block it stands in; empty for the top level.
        block: &'static str,
    },
    /// A keyword beside a space that is none to keepalived.
    #[error("{}", strange(.space, .keyword))]
    StrangeSpace {
        /// Name and code of the character.
        space: &'static str,
        /// The word behind it; empty where nothing is.
        keyword: String,
    },
    /// A keyword that keepalived knows and the program at hand gives no effect
    /// ([`LowerOptions::without_effect`](crate::LowerOptions::without_effect)).
    #[error("'{keyword}' is not supported; it has no effect")]
    NotSupported {
        /// The keyword.
        keyword: String,
    },
    /// A keyword that the release at hand does not know yet. It takes the line for a mistake.
    #[error("'{keyword}' is new in keepalived {since}; {target} does not know it")]
    TooNew {
        /// The keyword.
        keyword: &'static str,
        /// The release that brought it.
        since: Version,
        /// The release that is to read the file.
        target: Version,
    },
    /// A keyword that the release at hand no longer knows. It takes the line for a mistake.
    #[error("keepalived had '{keyword}' until {until}; {target} does not know it")]
    Gone {
        /// The keyword.
        keyword: &'static str,
        /// The last release that had it.
        until: Version,
        /// The release that is to read the file.
        target: Version,
        /// The keyword that took its place.
        instead: Option<&'static str>,
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
    #[error("{kind}{} has no {missing}; the whole block has no effect", named(.name))]
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
    /// An include without which keepalived does not start: `includer` and its kin, `include_check`, `-e`.
    #[error("cannot include '{pattern}': {reason}; keepalived does not start")]
    IncludeRefused {
        /// The file or pattern.
        pattern: String,
        /// What is wrong.
        reason: String,
    },
    /// A file that includes itself, perhaps by way of others.
    #[error("these files include one another without end: {chain}; this include has no effect")]
    IncludeCircle {
        /// The files, from the first one to itself.
        chain: String,
    },
    /// A file of a size that no configuration has. Nothing of it is read.
    #[error("the file has {octets} octets; more than {max} are not read")]
    FileTooLarge {
        /// Its size.
        octets: usize,
        /// The limit.
        max: usize,
    },
    /// A reference that is left as it is written, and looks as if it were meant otherwise.
    #[error("'${name}' stays as it is: {reason}")]
    NotExpanded {
        /// The name.
        name: String,
        /// Why.
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

    // What is known already.
    /// A comment that allows a finding without saying why.
    #[error("this comment allows '{code}' and does not say why; it has no effect")]
    WaiverWithoutReason {
        /// The code that it allows.
        code: String,
    },
    /// A comment that allows a finding of no known code.
    #[error("there is no finding called '{code}'")]
    WaiverUnknownCode {
        /// As written.
        code: String,
    },
    /// A comment that allows a finding that is not there.
    #[error("there is no finding '{code}' here to allow")]
    WaiverUnused {
        /// The code that it allows.
        code: String,
    },
    /// An entry of a baseline whose finding is gone.
    #[error("the baseline lists '{code}', which is found no more: {line}")]
    BaselineStale {
        /// The code of the finding.
        code: String,
        /// The line that it was found on, secrets masked.
        line: String,
    },

    /// A mistake that keepalived accepts.
    #[error("{0}")]
    Lint(Finding),
}

fn place(block: &&'static str) -> String {
    if block.is_empty() { "at the top level".to_owned() } else { format!("in '{block}'") }
}

fn opened(keyword: &String) -> String {
    if keyword == "{" { "a second '{'".to_owned() } else { format!("'{keyword}' has no block") }
}

fn strange(space: &&'static str, keyword: &str) -> String {
    match keyword {
        "" => format!("keepalived takes this {space} for a word, and does not know it"),
        keyword => {
            format!("unknown keyword: keepalived reads the {space} before '{keyword}' as a part of the word")
        }
    }
}

fn named(name: &String) -> String {
    if name.is_empty() { String::new() } else { format!(" '{name}'") }
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
        use Severity::{Error, Note, Warning};
        let mentioned = |reported: &bool| if *reported { WouldRun } else { Accepted };
        match self {
            Self::LineTooLong { .. } => (page::LINE_TOO_LONG.code, Warning, WouldRun),
            Self::UnterminatedQuote => (page::UNTERMINATED_QUOTE.code, Warning, WouldRun),
            Self::NulOctet => (page::NUL_OCTET.code, Warning, Accepted),
            Self::TooDeep { .. } => (page::TOO_DEEP.code, Warning, WouldRun),
            Self::ExtraClose => (page::EXTRA_CLOSE.code, Warning, WouldRun),
            Self::MissingClose => (page::MISSING_CLOSE.code, Warning, WouldRun),
            Self::UnexpectedOpen { .. } => (page::UNEXPECTED_OPEN.code, Warning, WouldRun),
            Self::MissingOpen { .. } => (page::MISSING_OPEN.code, Warning, WouldRun),
            Self::UnknownKeyword { .. } => (page::UNKNOWN_KEYWORD.code, Warning, WouldRun),
            Self::StrangeSpace { .. } => (page::STRANGE_SPACE.code, Warning, WouldRun),
            Self::NotSupported { .. } => (page::NOT_SUPPORTED.code, Warning, Accepted),
            Self::TooNew { .. } => (page::TOO_NEW.code, Warning, WouldRun),
            Self::Gone { .. } => (page::GONE.code, Warning, WouldRun),
            Self::Deprecated { .. } => (page::DEPRECATED.code, Warning, WouldRun),
            Self::MissingArgument { .. } => (page::MISSING_ARGUMENT.code, Error, MissingParameter),
            Self::MissingValue { .. } => (page::MISSING_VALUE.code, Warning, WouldRun),
            Self::ExtraArguments { reported, .. } => {
                (page::EXTRA_ARGUMENTS.code, Warning, mentioned(reported))
            }
            Self::TooManyArguments { .. } => (page::TOO_MANY_ARGUMENTS.code, Error, MissingParameter),
            Self::InvalidNumber { .. } => (page::INVALID_NUMBER.code, Warning, WouldRun),
            Self::InvalidValue { .. } => (page::INVALID_VALUE.code, Warning, WouldRun),
            Self::InvalidAddress { .. } => (page::INVALID_ADDRESS.code, Warning, WouldRun),
            Self::Undefined { .. } => (page::UNDEFINED.code, Warning, WouldRun),
            Self::Duplicate { .. } => (page::DUPLICATE.code, Warning, WouldRun),
            Self::Incomplete { .. } => (page::INCOMPLETE.code, Warning, WouldRun),
            Self::Adjusted { reported, .. } => (page::ADJUSTED.code, Warning, mentioned(reported)),
            Self::UnusableGroup { .. } => (page::UNUSABLE_GROUP.code, Warning, Accepted),
            Self::BrokenInstance { .. } => (page::BROKEN_INSTANCE.code, Error, WouldRun),
            Self::DuplicateVrid { .. } => (page::DUPLICATE_VRID.code, Error, WouldRun),
            Self::InterfaceMissing { .. } => (page::INTERFACE_MISSING.code, Error, WouldRun),
            Self::LinkMissing { .. } => (page::LINK_MISSING.code, Error, CannotRun),
            Self::NoAddresses { .. } => (page::NO_ADDRESSES.code, Warning, WouldRun),
            Self::AuthPassTruncated { .. } => (page::AUTH_PASS_TRUNCATED.code, Warning, WouldRun),
            Self::ScriptUnusable { reported, .. } => {
                (page::SCRIPT_UNUSABLE.code, Warning, mentioned(reported))
            }
            Self::NoScriptUser { .. } => (page::NO_SCRIPT_USER.code, Warning, WouldRun),
            Self::ScriptSecurity => (page::SCRIPT_SECURITY.code, Warning, ScriptSecurity),
            Self::IncludeMissing { .. } => (page::INCLUDE_MISSING.code, Warning, Accepted),
            Self::IncludeUnreadable { .. } => (page::INCLUDE_UNREADABLE.code, Warning, WouldRun),
            // keepalived 2.2.7 ends with the code of script security.
            Self::IncludeRefused { .. } => (page::INCLUDE_REFUSED.code, Error, ScriptSecurity),
            Self::IncludeCircle { .. } => (page::INCLUDE_CIRCLE.code, Warning, WouldRun),
            Self::FileTooLarge { .. } => (page::FILE_TOO_LARGE.code, Error, CannotRun),
            Self::NotExpanded { .. } => (page::NOT_EXPANDED.code, Note, Accepted),
            Self::TooManyLevels { .. } => (page::TOO_MANY_LEVELS.code, Error, CannotRun),
            Self::WaiverWithoutReason { .. } => (page::WAIVER_WITHOUT_REASON.code, Warning, Accepted),
            Self::WaiverUnknownCode { .. } => (page::WAIVER_UNKNOWN_CODE.code, Warning, Accepted),
            Self::WaiverUnused { .. } => (page::WAIVER_UNUSED.code, Note, Accepted),
            Self::BaselineStale { .. } => (page::BASELINE_STALE.code, Note, Accepted),
            Self::Lint(finding) => (finding.lint.code(), finding.severity, Accepted),
        }
    }
}
