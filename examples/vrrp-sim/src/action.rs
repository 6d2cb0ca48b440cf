//! What can be done to the routers and their LAN, as values and as sentences.

use core::fmt;
use core::time::Duration;

use vrrp_proto::Priority;

use crate::network::Share;
use crate::time::{duration_text, parse_duration};

/// One thing done from outside. A name is that of a router or of a host.
///
/// [`Display`](fmt::Display) writes the sentence that [`parse`](Self::parse) reads.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// `crash HOST`: it loses power, without a word.
    Crash(String),
    /// `start HOST`: it boots with what its configuration says; a running one is reset.
    Start(String),
    /// `stop HOST`: its daemon ends in order, with priority 0 if it is Master.
    Stop(String),
    /// `freeze HOST`: it stops running. Deadlines pass; what arrives waits in its socket.
    Freeze(String),
    /// `thaw HOST`: it runs again. It hears what waited, then acts on its timers.
    Thaw(String),
    /// `unplug HOST`: its cables are dead in both directions, and its kernel says so. The name of a
    /// router means the cable of its host to its LAN.
    Unplug(String),
    /// `plug HOST`: they are good again.
    Plug(String),
    /// `fail ROUTER`: a tracker without a weight fails, which is a fault.
    Fail(String),
    /// `recover ROUTER`: that tracker is good again.
    Recover(String),
    /// `priority ROUTER N`: trackers move its priority to 1–254.
    Priority(String, Priority),
    /// `maintenance ROUTER on` or `off`: planned work begins or is over.
    Maintenance(String, bool),
    /// `remove address ROUTER`: somebody takes the virtual address off its interface.
    RemoveAddress(String),
    /// `block A -> B`: B no longer hears A.
    Block(String, String),
    /// `unblock A -> B`: B hears A again.
    Unblock(String, String),
    /// `partition A B | C D`: only members of the same part hear each other; who is not named
    /// hears everybody.
    Partition(Vec<Vec<String>>),
    /// `heal`: everybody hears everybody.
    Heal,
    /// `loss 10 %`.
    Loss(Share),
    /// `duplicate 10 %`.
    Duplicate(Share),
    /// `reorder 10 %`.
    Reorder(Share),
    /// `hold 1.5 s`.
    Hold(Duration),
    /// `delay 100 us`.
    Delay(Duration),
    /// `jitter 50 us`.
    Jitter(Duration),
}

impl Action {
    /// Reads a sentence; `None` if it is none.
    #[must_use]
    pub fn parse(sentence: &str) -> Option<Self> {
        let (verb, rest) = sentence.trim().split_once(char::is_whitespace).unwrap_or((sentence.trim(), ""));
        let rest = rest.trim();
        let name = || is_name(rest).then(|| rest.to_owned());
        Some(match verb {
            "crash" => Self::Crash(name()?),
            "start" => Self::Start(name()?),
            "stop" => Self::Stop(name()?),
            "freeze" => Self::Freeze(name()?),
            "thaw" => Self::Thaw(name()?),
            "unplug" => Self::Unplug(name()?),
            "plug" => Self::Plug(name()?),
            "fail" => Self::Fail(name()?),
            "recover" => Self::Recover(name()?),
            "priority" => {
                let (name, number) = rest.split_once(char::is_whitespace)?;
                let number = number.trim().parse().ok().filter(|number| (1..=254).contains(number))?;
                is_name(name).then(|| Self::Priority(name.to_owned(), Priority::new(number)))?
            }
            "maintenance" => {
                let (name, switch) = rest.split_once(char::is_whitespace)?;
                let on = match switch.trim() {
                    "on" => true,
                    "off" => false,
                    _ => return None,
                };
                is_name(name).then(|| Self::Maintenance(name.to_owned(), on))?
            }
            "remove" => {
                let name = rest.strip_prefix("address")?.trim();
                is_name(name).then(|| Self::RemoveAddress(name.to_owned()))?
            }
            "block" => direction(rest, Self::Block)?,
            "unblock" => direction(rest, Self::Unblock)?,
            "partition" => {
                let words = |part: &str| part.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                let parts: Vec<_> = rest.split('|').map(words).collect();
                let sound = parts.len() > 1 && parts.iter().all(|part| !part.is_empty());
                sound.then_some(Self::Partition(parts))?
            }
            "heal" => rest.is_empty().then_some(Self::Heal)?,
            "loss" => Self::Loss(Share::parse(rest)?),
            "duplicate" => Self::Duplicate(Share::parse(rest)?),
            "reorder" => Self::Reorder(Share::parse(rest)?),
            "hold" => Self::Hold(parse_duration(rest)?),
            "delay" => Self::Delay(parse_duration(rest)?),
            "jitter" => Self::Jitter(parse_duration(rest)?),
            _ => return None,
        })
    }

    /// The names in it.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Crash(name)
            | Self::Start(name)
            | Self::Stop(name)
            | Self::Freeze(name)
            | Self::Thaw(name)
            | Self::Unplug(name)
            | Self::Plug(name)
            | Self::Fail(name)
            | Self::Recover(name)
            | Self::Priority(name, _)
            | Self::Maintenance(name, _)
            | Self::RemoveAddress(name) => vec![name],
            Self::Block(from, to) | Self::Unblock(from, to) => vec![from, to],
            Self::Partition(parts) => parts.iter().flatten().map(String::as_str).collect(),
            Self::Heal
            | Self::Loss(_)
            | Self::Duplicate(_)
            | Self::Reorder(_)
            | Self::Hold(_)
            | Self::Delay(_)
            | Self::Jitter(_) => Vec::new(),
        }
    }
}

/// Names are words: letters, digits, `_`, `-` and `.`.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

fn direction(text: &str, make: fn(String, String) -> Action) -> Option<Action> {
    let (from, to) = text.split_once("->")?;
    let (from, to) = (from.trim(), to.trim());
    (is_name(from) && is_name(to)).then(|| make(from.to_owned(), to.to_owned()))
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crash(name) => write!(f, "crash {name}"),
            Self::Start(name) => write!(f, "start {name}"),
            Self::Stop(name) => write!(f, "stop {name}"),
            Self::Freeze(name) => write!(f, "freeze {name}"),
            Self::Thaw(name) => write!(f, "thaw {name}"),
            Self::Unplug(name) => write!(f, "unplug {name}"),
            Self::Plug(name) => write!(f, "plug {name}"),
            Self::Fail(name) => write!(f, "fail {name}"),
            Self::Recover(name) => write!(f, "recover {name}"),
            Self::Priority(name, priority) => write!(f, "priority {name} {priority}"),
            Self::Maintenance(name, on) => {
                write!(f, "maintenance {name} {}", if *on { "on" } else { "off" })
            }
            Self::RemoveAddress(name) => write!(f, "remove address {name}"),
            Self::Block(from, to) => write!(f, "block {from} -> {to}"),
            Self::Unblock(from, to) => write!(f, "unblock {from} -> {to}"),
            Self::Partition(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| part.join(" ")).collect();
                write!(f, "partition {}", parts.join(" | "))
            }
            Self::Heal => f.write_str("heal"),
            Self::Loss(share) => write!(f, "loss {share}"),
            Self::Duplicate(share) => write!(f, "duplicate {share}"),
            Self::Reorder(share) => write!(f, "reorder {share}"),
            Self::Hold(duration) => write!(f, "hold {}", duration_text(*duration)),
            Self::Delay(duration) => write!(f, "delay {}", duration_text(*duration)),
            Self::Jitter(duration) => write!(f, "jitter {}", duration_text(*duration)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_read_and_written_back() {
        let sentences = [
            "crash a",
            "start a",
            "stop a",
            "freeze a",
            "thaw a",
            "unplug a",
            "plug a",
            "fail a",
            "recover a",
            "priority a 90",
            "maintenance a on",
            "maintenance a off",
            "remove address a",
            "block a -> b",
            "unblock a -> b",
            "partition a b | c",
            "heal",
            "loss 10 %",
            "duplicate 0.5 %",
            "reorder 3 %",
            "hold 1.5 s",
            "delay 100 us",
            "jitter 2 ms",
        ];
        for sentence in sentences {
            assert_eq!(Action::parse(sentence).unwrap().to_string(), sentence);
        }
    }

    #[test]
    fn what_is_no_sentence_is_refused() {
        let wrong = [
            "",
            "crash",
            "crash a b",
            "explode a",
            "priority a",
            "priority a 0",
            "priority a 255",
            "heal a",
            "block a b",
            "partition a",
            "partition a |",
            "loss 10",
            "remove a",
            "maintenance a",
            "delay 5",
        ];
        for sentence in wrong {
            assert_eq!(Action::parse(sentence), None, "{sentence}");
        }
    }
}
