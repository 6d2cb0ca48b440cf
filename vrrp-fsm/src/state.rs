//! The states and the timers that each of them owns.

use core::net::IpAddr;

use vrrp_proto::AdvertInterval;

use crate::{Instant, StateKind};

/// Each state owns exactly the timers it needs, so a stray timer cannot outlive a transition.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum State {
    Initialize,
    Fault,
    Backup(Backup),
    Master(Master),
}

impl State {
    pub(crate) const fn kind(&self) -> StateKind {
        match self {
            Self::Initialize => StateKind::Initialize,
            Self::Fault => StateKind::Fault,
            Self::Backup(_) => StateKind::Backup,
            Self::Master(_) => StateKind::Master,
        }
    }

    /// The same with every point in time moved.
    pub(crate) fn with_times(self, moved: impl Fn(Instant) -> Instant) -> Self {
        match self {
            Self::Initialize | Self::Fault => self,
            Self::Backup(backup) => Self::Backup(Backup {
                master_down: moved(backup.master_down),
                preempt_from: backup.preempt_from.map(&moved),
                wait: match backup.wait {
                    Wait::Successor { since } => Wait::Successor { since: moved(since) },
                    wait @ (Wait::Silence
                    | Wait::StartupDelay
                    | Wait::Brief
                    | Wait::Released
                    | Wait::AddressLost
                    | Wait::Group) => wait,
                },
                ..backup
            }),
            Self::Master(master) => Self::Master(Master {
                next_advert: moved(master.next_advert),
                second_burst: master.second_burst.map(&moved),
                losing_burst: master.losing_burst.map(&moved),
                refresh: master.refresh.map(&moved),
                ..master
            }),
        }
    }
}

/// Watching a Master.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Backup {
    /// `Master_Down_Timer`, as the point at which it fires.
    pub(crate) master_down: Instant,
    /// `Master_Adver_Interval`: ours at first, in VRRPv3 then the Master's.
    pub(crate) interval: AdvertInterval,
    /// From when on a Master of lower priority is preempted; set by the first advertisement
    /// of such a Master when there is a `preempt_delay`.
    pub(crate) preempt_from: Option<Instant>,
    /// What ends the wait: a silent Master, or one that said that it leaves.
    pub(crate) wait: Wait,
    /// The Master that we follow.
    pub(crate) master: Option<IpAddr>,
}

/// What a Backup's timer stands for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Wait {
    /// `Master_Down_Interval`.
    Silence,
    /// The end of `startup_delay`, for an owner.
    StartupDelay,
    /// One interval and the shortest skew, for a `state MASTER` in a group that starts.
    Brief,
    /// `Skew_Time` after a priority of 0.
    Released,
    /// `Skew_Time` after we lost an address and gave up.
    AddressLost,
    /// We handed over; somebody should have spoken by then.
    Successor {
        /// When we did.
        since: Instant,
    },
    /// The Master was silent; so must be the Masters of the other members of our group.
    Group,
}

/// Holding the addresses.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Master {
    /// `Adver_Timer`, as the point at which it fires.
    pub(crate) next_advert: Instant,
    /// The second burst of announcements after the takeover.
    pub(crate) second_burst: Option<Instant>,
    /// The second burst after an advertisement that lost. Apart from the one above, which a rival
    /// could otherwise put off.
    pub(crate) losing_burst: Option<Instant>,
    /// The next periodic burst.
    pub(crate) refresh: Option<Instant>,
    /// Answers to losing advertisements left until the next own one.
    pub(crate) answers_left: u8,
}

impl Master {
    /// A losing advertisement is answered by one packet. Without a bound a sender of low
    /// priorities makes us its amplifier, and two Masters that both believe to win the
    /// tie-break answer each other without end. So: this many answers between two of our own.
    pub(crate) const ANSWERS_PER_INTERVAL: u8 = 3;
}
