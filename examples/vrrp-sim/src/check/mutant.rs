//! Machines that are wrong in one way each, to show that each law looks.

use super::law::Law;

/// A mutation of the shipped machine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Mutant {
    /// A Backup whose `Master_Down_Timer` fires goes back to Initialize.
    NeverMaster,
    /// A Backup respects a Master of lower priority although it may preempt.
    NeverPreempts,
    /// A Master that hears a better one is Master until it is next woken.
    LateToYield,
    /// What is announced is announced nine times, one output each.
    Chatty,
    /// After the timer was handled the deadline is still the old one, once.
    LaggingDeadline,
    /// A Backup does not hear that the Master leaves.
    DeafToGoodbye,
    /// A Master that is shut down says nothing.
    LeavesInSilence,
    /// It preempts although it is configured not to.
    PreemptsAnyway,
    /// The members of a sync group know nothing of each other.
    GroupApart,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::NeverMaster,
        Self::NeverPreempts,
        Self::LateToYield,
        Self::Chatty,
        Self::LaggingDeadline,
        Self::DeafToGoodbye,
        Self::LeavesInSilence,
        Self::PreemptsAnyway,
        Self::GroupApart,
    ];

    /// The law that it must break, and no other.
    #[must_use]
    pub const fn breaks(self) -> Law {
        match self {
            Self::NeverMaster | Self::NeverPreempts => Law::OneMaster,
            Self::LateToYield => Law::NoTwoMasters,
            Self::Chatty => Law::FewOutputs,
            Self::LaggingDeadline => Law::NoPast,
            Self::DeafToGoodbye | Self::LeavesInSilence => Law::Rows,
            Self::PreemptsAnyway => Law::NoPreemption,
            Self::GroupApart => Law::NoSplit,
        }
    }

    /// What is wrong with it, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NeverMaster => "a backup whose timer fires gives up",
            Self::NeverPreempts => "a backup respects a lower priority",
            Self::LateToYield => "a master yields when it is next woken",
            Self::Chatty => "one announcement is nine outputs",
            Self::LaggingDeadline => "a handled deadline stays, once",
            Self::DeafToGoodbye => "a backup does not hear a goodbye",
            Self::LeavesInSilence => "a master leaves in silence",
            Self::PreemptsAnyway => "nopreempt is not looked at",
            Self::GroupApart => "members know nothing of each other",
        }
    }
}
