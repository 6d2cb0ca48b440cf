//! What a scenario expects, as values and as sentences.

use core::fmt;
use core::time::Duration;

use crate::action::is_name;
use crate::ledger::Ledger;
use crate::machine::{StateKind, state_word};
use crate::router::{Power, RouterView};
use crate::time::{Seconds, Time, duration_text, parse_duration};

/// Something that must hold at a time.
///
/// [`Display`](fmt::Display) writes the sentence that [`parse`](Self::parse) reads.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Expectation {
    /// `ROUTER is master|backup|fault|frozen|down`, with or without `router` before it.
    Is(String, Condition),
    /// `only ROUTER is master`: it is, and no other of its group.
    OnlyMaster(String),
    /// `no master`: of any group.
    NoMaster,
    /// `settled`: whoever runs and is fit takes part, nobody else does; each group has exactly one Master, and it is the one that the rules name: no
    /// router that may preempt it has a higher priority. Of equals whoever came first stays, as
    /// the RFCs want it; only two Masters that meet compare addresses.
    Settled,
    /// `quiet for D`: no router has changed its state for so long.
    QuietFor(Duration),
    /// `outage at most D`: since the first Master no group was without one for longer.
    OutageAtMost(Duration),
    /// `outage at least D`.
    OutageAtLeast(Duration),
    /// `two masters at most D`: no group had two at once for longer.
    TwoMastersAtMost(Duration),
    /// `two masters at least D`.
    TwoMastersAtLeast(Duration),
}

/// What a router is to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Condition {
    /// Running, in this state.
    State(StateKind),
    /// Frozen, in whatever state.
    Frozen,
    /// Not running.
    Down,
}

impl Condition {
    const ALL: [Self; 6] = [
        Self::State(StateKind::Master),
        Self::State(StateKind::Backup),
        Self::State(StateKind::Fault),
        Self::State(StateKind::Initialize),
        Self::Frozen,
        Self::Down,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::State(state) => state_word(state),
            Self::Frozen => "frozen",
            Self::Down => "down",
        }
    }

    fn of(router: &RouterView<'_>) -> Self {
        match router.power {
            Power::On => Self::State(router.state),
            Power::Frozen => Self::Frozen,
            Power::Off => Self::Down,
        }
    }
}

impl Expectation {
    /// Reads a sentence; `None` if it is none.
    #[must_use]
    pub fn parse(sentence: &str) -> Option<Self> {
        let words: Vec<&str> = sentence.split_whitespace().collect();
        let duration = |words: &[&str]| parse_duration(&words.concat());
        let name = |name: &str| is_name(name).then(|| name.to_owned());
        match words.as_slice() {
            ["settled"] => Some(Self::Settled),
            ["no", "master"] => Some(Self::NoMaster),
            ["only", router, "is", "master"] => Some(Self::OnlyMaster(name(router)?)),
            ["quiet", "for", rest @ ..] => Some(Self::QuietFor(duration(rest)?)),
            ["outage", "at", "most", rest @ ..] => Some(Self::OutageAtMost(duration(rest)?)),
            ["outage", "at", "least", rest @ ..] => Some(Self::OutageAtLeast(duration(rest)?)),
            ["two", "masters", "at", "most", rest @ ..] => Some(Self::TwoMastersAtMost(duration(rest)?)),
            ["two", "masters", "at", "least", rest @ ..] => Some(Self::TwoMastersAtLeast(duration(rest)?)),
            ["router", router, "is", word] | [router, "is", word] => {
                let condition = Condition::ALL.into_iter().find(|condition| condition.word() == *word)?;
                Some(Self::Is(name(router)?, condition))
            }
            _ => None,
        }
    }

    /// The router in it, if there is one.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Is(name, _) | Self::OnlyMaster(name) => Some(name),
            Self::NoMaster
            | Self::Settled
            | Self::QuietFor(_)
            | Self::OutageAtMost(_)
            | Self::OutageAtLeast(_)
            | Self::TwoMastersAtMost(_)
            | Self::TwoMastersAtLeast(_) => None,
        }
    }

    /// Whether it holds.
    ///
    /// # Errors
    ///
    /// What holds instead, in words.
    pub fn check(&self, now: Time, routers: &[RouterView<'_>], ledger: &Ledger) -> Result<(), String> {
        let limit = |what: &str, actual: Duration, fine: bool| {
            if fine { Ok(()) } else { Err(format!("{what} {} s", Seconds(actual))) }
        };
        match self {
            Self::Is(name, condition) => {
                let router = find(routers, name)?;
                let actual = Condition::of(router);
                if actual == *condition { Ok(()) } else { Err(format!("{name} is {}", actual.word())) }
            }
            Self::OnlyMaster(name) => {
                let group = find(routers, name)?.group;
                match masters(routers, group).as_slice() {
                    [one] if one.name == name => Ok(()),
                    masters => Err(says_masters(masters)),
                }
            }
            Self::NoMaster => {
                let masters: Vec<_> = routers.iter().filter(|router| router.is_acting_master()).collect();
                if masters.is_empty() { Ok(()) } else { Err(says_masters(&masters)) }
            }
            Self::Settled => {
                let groups = routers.iter().map(|router| router.group + 1).max().unwrap_or(0);
                (0..groups).try_for_each(|group| is_settled(routers, group))
            }
            Self::QuietFor(duration) => {
                let actual = ledger.quiet_for(now);
                limit("the last change was only before", actual, actual >= *duration)
            }
            Self::OutageAtMost(most) => {
                let actual = ledger.longest_outage(now);
                limit("the longest outage was", actual, actual <= *most)
            }
            Self::OutageAtLeast(least) => {
                let actual = ledger.longest_outage(now);
                limit("the longest outage was", actual, actual >= *least)
            }
            Self::TwoMastersAtMost(most) => {
                let actual = ledger.longest_overlap(now);
                limit("there were two masters for", actual, actual <= *most)
            }
            Self::TwoMastersAtLeast(least) => {
                let actual = ledger.longest_overlap(now);
                limit("there were two masters for", actual, actual >= *least)
            }
        }
    }
}

fn find<'a, 'b>(routers: &'a [RouterView<'b>], name: &str) -> Result<&'a RouterView<'b>, String> {
    routers.iter().find(|router| router.name == name).ok_or_else(|| format!("no router is called {name}"))
}

fn masters<'a, 'b>(routers: &'a [RouterView<'b>], group: usize) -> Vec<&'a RouterView<'b>> {
    routers.iter().filter(|router| router.group == group && router.is_acting_master()).collect()
}

fn says_masters(masters: &[&RouterView<'_>]) -> String {
    match masters {
        [] => "nobody is master".to_owned(),
        [one] => format!("{} is master", one.name),
        several => {
            let names: Vec<_> = several.iter().map(|router| router.name).collect();
            format!("{} are masters at once", names.join(" and "))
        }
    }
}

fn is_settled(routers: &[RouterView<'_>], group: usize) -> Result<(), String> {
    let takes_part = |router: &&RouterView<'_>| {
        router.group == group
            && router.power == Power::On
            && matches!(router.state, StateKind::Backup | StateKind::Master)
    };
    for router in routers.iter().filter(|router| router.group == group && router.power == Power::On) {
        let takes_part = takes_part(&router);
        if takes_part != router.fit {
            let fit = if router.fit { "fit" } else { "unfit" };
            return Err(format!("{} is {fit}, but {}", router.name, state_word(router.state)));
        }
    }
    let mut candidates = routers.iter().filter(takes_part);
    match masters(routers, group).as_slice() {
        [] if candidates.next().is_none() => Ok(()),
        [master] => {
            let better = candidates.find(|router| router.preempts && router.priority > master.priority);
            better.map_or(Ok(()), |better| {
                Err(format!(
                    "{} is master with priority {}, but {} has {}",
                    master.name, master.priority, better.name, better.priority
                ))
            })
        }
        masters => Err(says_masters(masters)),
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(name, condition) => write!(f, "{name} is {}", condition.word()),
            Self::OnlyMaster(name) => write!(f, "only {name} is master"),
            Self::NoMaster => f.write_str("no master"),
            Self::Settled => f.write_str("settled"),
            Self::QuietFor(duration) => write!(f, "quiet for {}", duration_text(*duration)),
            Self::OutageAtMost(duration) => write!(f, "outage at most {}", duration_text(*duration)),
            Self::OutageAtLeast(duration) => write!(f, "outage at least {}", duration_text(*duration)),
            Self::TwoMastersAtMost(duration) => write!(f, "two masters at most {}", duration_text(*duration)),
            Self::TwoMastersAtLeast(duration) => {
                write!(f, "two masters at least {}", duration_text(*duration))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vrrp_proto::Priority;

    fn router(name: &'static str, state: StateKind, priority: u8, preempts: bool) -> RouterView<'static> {
        let (fit, priority) = (state != StateKind::Fault, Priority::new(priority));
        RouterView { name, group: 0, power: Power::On, fit, state, priority, preempts }
    }

    fn settled(routers: &[RouterView<'_>]) -> Result<(), String> {
        Expectation::Settled.check(Time::START, routers, &Ledger::default())
    }

    #[test]
    fn sentences_are_read_and_written_back() {
        let sentences = [
            "a is master",
            "a is down",
            "a is frozen",
            "only a is master",
            "no master",
            "settled",
            "quiet for 5 s",
            "outage at most 3.61 s",
            "outage at least 1 s",
            "two masters at most 1 ms",
            "two masters at least 0 s",
        ];
        for sentence in sentences {
            assert_eq!(Expectation::parse(sentence).unwrap().to_string(), sentence);
        }
        assert_eq!(Expectation::parse("router a is master"), Expectation::parse("a is master"));
        for wrong in ["", "a is happy", "a", "only a", "outage at most", "quiet for ever"] {
            assert_eq!(Expectation::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_rules_name_the_best_router_that_may_preempt() {
        use StateKind::{Backup, Fault, Master};
        assert_eq!(settled(&[router("a", Master, 200, true), router("b", Backup, 100, true)]), Ok(()));
        assert_eq!(settled(&[router("a", Master, 100, true), router("b", Backup, 100, true)]), Ok(()));
        assert_eq!(settled(&[router("a", Master, 100, true), router("b", Backup, 200, false)]), Ok(()));
        assert_eq!(settled(&[router("a", Master, 100, true), router("b", Fault, 200, true)]), Ok(()));
        assert_eq!(settled(&[router("a", Fault, 100, true)]), Ok(()), "nobody can");
        let stuck = RouterView { fit: true, ..router("b", Fault, 100, true) };
        assert_eq!(settled(&[router("a", Master, 200, true), stuck]), Err("b is fit, but fault".to_owned()));
        let unfit = RouterView { fit: false, ..router("a", Master, 200, true) };
        assert_eq!(settled(&[unfit]), Err("a is unfit, but master".to_owned()));
        assert!(settled(&[router("a", Master, 100, true), router("b", Backup, 101, true)]).is_err());
        assert!(settled(&[router("a", Master, 100, true), router("b", Master, 101, true)]).is_err());
        assert!(settled(&[router("a", Backup, 100, true)]).is_err());
    }
}
