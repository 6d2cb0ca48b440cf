//! What one virtual router is told before it starts.

use core::net::IpAddr;
use core::num::NonZeroU8;
use core::time::Duration;

use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

/// One virtual router: a VRID on one interface in one address family.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Config {
    /// Protocol version; it decides `Skew_Time` and whether the interval is learned.
    pub version: Version,
    /// Virtual router identifier. The machine only carries it.
    pub vrid: Vrid,
    /// Base priority, 1 to 255. Trackers move the effective one; see [`Input::Priority`](crate::Input).
    pub priority: Priority,
    /// Source address of our advertisements and the operand of the tie-break.
    pub primary_address: IpAddr,
    /// `Advertisement_Interval`, our own.
    pub advert_interval: AdvertInterval,
    /// `Preempt_Mode`: take over from a Master of lower priority. An owner always does.
    pub preempt: bool,
    /// keepalived's `preempt_delay`: how long a Master of lower priority is tolerated before
    /// it is preempted. Zero: not at all.
    pub preempt_delay: Duration,
    /// keepalived's `vrrp_startup_delay`: how long after [`Input::Startup`](crate::Input::Startup)
    /// it neither competes nor hears, so that links and switches can settle. It is Backup
    /// meanwhile, and what it would do at Startup counts from the end: `Master_Down_Interval`
    /// begins then, an owner becomes Master then. Zero: not at all.
    ///
    /// keepalived tells nobody that an owner is BACKUP meanwhile; here it is a transition like any
    /// other. And it waits once in the life of its process: whoever makes a router later (after a
    /// reload, say) gives it what is left of the delay.
    pub startup_delay: Duration,
    /// keepalived's `state MASTER`: a member of a [`SyncGroup`](crate::SyncGroup) that is no owner waits
    /// at Startup for one interval and the shortest skew only, not for `Master_Down_Interval`. By
    /// itself a router waits as any other, whatever its `state`; that `state MASTER` takes back
    /// `nopreempt` and `preempt_delay` is a matter of reading the file.
    pub state_master: bool,
    /// keepalived's `timer_expired_backup`: a Master that does not preempt and was silent (its process
    /// stood still) for so long that a router of this priority became Master by the rules goes back to
    /// Backup when its timer fires. One that *hears* of its successor yields without this option.
    pub timer_expired_backup: Option<Priority>,
    /// keepalived's `down_timer_adverts`: silent intervals until the Master is down, 3 in the
    /// RFCs.
    pub down_timer_adverts: NonZeroU8,
    /// Whether a Master answers an advertisement that loses against it.
    ///
    /// RFC 9568 §6.4.3 answers at once, so that bridges relearn where the virtual MAC lives;
    /// RFC 3768 §6.4.3 discards in silence; keepalived answers in both unless
    /// `lower_prio_no_advert`.
    pub answer_losing: bool,
    /// keepalived's `higher_prio_send_advert`: a Master that yields sends one last
    /// advertisement. No RFC asks for it.
    pub answer_winning: bool,
    /// Whether an owner (priority 255) discards every advertisement (keepalived's
    /// `owner_ignore_adverts`).
    ///
    /// RFC 3768 and RFC 5798 §7.1 demand it. By erratum 8298 of RFC 9568 it listens, so that two
    /// owners resolve by address; so does keepalived in both versions.
    pub owner_ignores: bool,
    /// What a Master does when somebody removed one of its addresses.
    pub address_loss: AddressLoss,
    /// When gratuitous ARP or unsolicited NA are repeated.
    pub announce: AnnounceSchedule,
}

/// What a Master does when somebody else removed one of its addresses.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum AddressLoss {
    /// It says priority 0 and gives all of them up; unless somebody better speaks, it is Master
    /// again after its skew. keepalived's way.
    #[default]
    Yield,
    /// It puts them back and announces them.
    ReAdd,
}

impl Config {
    /// Priority 0 says on the wire that a Master leaves, so nobody competes with it: it counts as 1.
    pub(crate) const fn accepted(mut self) -> Self {
        if self.priority.get() == Priority::RELEASE.get() {
            self.priority = Priority::new(1);
        }
        self
    }

    const DOWN_TIMER_ADVERTS: NonZeroU8 = NonZeroU8::MIN.saturating_add(2);

    /// The RFCs' defaults for `version`: priority 100, one second, preemption, three missed
    /// advertisements; one announcement on takeover.
    #[must_use]
    pub const fn new(version: Version, vrid: Vrid, primary_address: IpAddr) -> Self {
        Self {
            version,
            vrid,
            priority: Priority::DEFAULT,
            primary_address,
            advert_interval: AdvertInterval::DEFAULT,
            preempt: true,
            preempt_delay: Duration::ZERO,
            startup_delay: Duration::ZERO,
            state_master: false,
            timer_expired_backup: None,
            down_timer_adverts: Self::DOWN_TIMER_ADVERTS,
            answer_losing: matches!(version, Version::V3),
            answer_winning: false,
            owner_ignores: matches!(version, Version::V2),
            address_loss: AddressLoss::Yield,
            announce: AnnounceSchedule::ONCE,
        }
    }

    /// The same under keepalived's `vrrp_strict` or `strict_mode`, as far as a machine goes: no
    /// `preempt_delay`, three missed advertisements, neither a losing nor a winning advertisement
    /// is answered, and none is followed by announcements.
    ///
    /// Not even in VRRPv3 is a losing advertisement answered, as in RFC 5798 §6.4.3; RFC 9568 does.
    /// What else strict mode forbids is not the machine's: authentication, unicast, VRRPv2 over
    /// IPv6, no addresses, a state that does not fit the priority, packets to the addresses
    /// (`accept`), choices of the virtual MAC.
    #[must_use]
    pub const fn strict(self) -> Self {
        let announce = AnnounceSchedule { losing_repeat: 0, losing_delay: None, ..self.announce };
        Self {
            preempt_delay: Duration::ZERO,
            down_timer_adverts: Self::DOWN_TIMER_ADVERTS,
            answer_losing: false,
            answer_winning: false,
            announce,
            ..self
        }
    }
}

/// How often the protected addresses are announced (keepalived's `garp_*` keywords).
///
/// The bursts end with mastership. How fast the packets of a burst may follow each other is a
/// property of the link that all its routers share: [`AnnouncePacer`](crate::AnnouncePacer).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct AnnounceSchedule {
    /// Announcements per address in a burst (`garp_master_repeat`).
    pub repeat: u8,
    /// A second burst so long after the takeover (`garp_master_delay`); `None` for no second.
    pub delay: Option<Duration>,
    /// A periodic burst while Master (`garp_master_refresh`); `None` for none.
    pub refresh: Option<Duration>,
    /// Announcements per address in a periodic burst (`garp_master_refresh_repeat`).
    pub refresh_repeat: u8,
    /// Announcements per address after an advertisement that lost against us
    /// (`garp_lower_prio_repeat`): somebody else may just have taken our addresses' traffic.
    pub losing_repeat: u8,
    /// A second such burst (`garp_lower_prio_delay`), counted from the latest such advertisement;
    /// `None` for no second.
    pub losing_delay: Option<Duration>,
}

impl AnnounceSchedule {
    /// One announcement on takeover, as the RFCs demand it, and nothing more.
    pub const ONCE: Self = Self {
        repeat: 1,
        delay: None,
        refresh: None,
        refresh_repeat: 1,
        losing_repeat: 0,
        losing_delay: None,
    };

    /// keepalived's: five at once, five more after five seconds, the same after a losing
    /// advertisement, no refresh.
    pub const KEEPALIVED: Self = Self {
        repeat: 5,
        delay: Some(Duration::from_secs(5)),
        refresh: None,
        refresh_repeat: 1,
        losing_repeat: 5,
        losing_delay: Some(Duration::from_secs(5)),
    };

    /// keepalived's with `vrrp_min_garp`: one at once and none later, one after a losing
    /// advertisement. Enough for switches that lose nothing.
    pub const KEEPALIVED_MINIMUM: Self = Self { losing_repeat: 1, ..Self::ONCE };
}
