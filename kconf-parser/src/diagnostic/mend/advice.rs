//! What to do about a problem, where the problem alone tells.

use crate::diagnostic::Problem;
use crate::keywords::occurrences;

/// Advice that needs no look at the text.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not named says itself what to do")]
pub(super) fn advice(problem: &Problem) -> Option<String> {
    let fixed = match problem {
        Problem::LineTooLong { .. } => "break the line; a definition ($NAME=…) can hold a part of it",
        Problem::UnterminatedQuote => "close it with a '\"' on the same line",
        Problem::NulOctet => "remove it; an editor that shows unprintable characters finds it",
        Problem::MissingArgument { keyword } | Problem::MissingValue { keyword } => {
            return Some(format!("write '{}', or remove the line", usage(keyword)));
        }
        Problem::TooManyArguments { keyword } => {
            return Some(format!("write '{keyword} NAME', with a name of one word"));
        }
        Problem::Incomplete { missing: "name of one word", kind, .. } => {
            return Some(format!("write '{kind} NAME {{'"));
        }
        Problem::Incomplete { missing, .. } if !missing.contains(' ') => {
            return Some(format!("add '{missing}'"));
        }
        Problem::BrokenInstance { missing: "virtual_router_id", .. } => {
            "add 'virtual_router_id N' with a number from 1 to 255 that no other router on this network uses"
        }
        Problem::BrokenInstance { missing: "interface", .. } => {
            "add 'interface NAME', the interface on which the other routers are"
        }
        Problem::NoAddresses { .. } => {
            "add a virtual_ipaddress block; 'no_virtual_ipaddress' says that none is meant"
        }
        Problem::DuplicateVrid { .. } => {
            "give one of them another virtual_router_id, here and on its other nodes"
        }
        Problem::Duplicate { .. } => "give it another name, or merge the two",
        Problem::InvalidAddress { expected, .. } if expected.ends_with("address family") => {
            "the first address decides about the family; in virtual_ipaddress_excluded or another block the other one may stand"
        }
        Problem::Undefined { kind: "user" | "group", .. } => "create it on this host, or name another one",
        Problem::ScriptUnusable { status: crate::ScriptStatus::NotFound, .. } => {
            "keepalived needs the whole path of a script; is there a misspelling in it?"
        }
        Problem::ScriptUnusable { status: crate::ScriptStatus::NotExecutable, .. } => {
            "make it executable for its user (chmod +x)"
        }
        Problem::ScriptUnusable { status: crate::ScriptStatus::Insecure, .. } => {
            "let it and its folders belong to root and be writable by nobody else, or run it as another user"
        }
        Problem::IncludeMissing { .. } => "the path is relative to the folder of the file that includes",
        _ => return None,
    };
    Some(fixed.to_owned())
}

/// The line as manual pages write it, where the keyword means the same in each block.
fn usage(keyword: &str) -> String {
    let mut usages = occurrences(keyword).into_iter().map(|(_, keyword)| keyword.usage());
    let first = usages.next().filter(|usage| usage.contains(' '));
    first.filter(|first| usages.all(|other| other == *first)).unwrap_or_else(|| format!("{keyword} …"))
}
