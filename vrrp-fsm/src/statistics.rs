//! What a virtual router has done and heard, counted.

use crate::{Event, Input, Output, StateKind, VirtualRouter};

/// The counters of one virtual router, folded from what goes into it and comes out of it.
///
/// The machine counts nothing itself, so that two that will behave alike compare equal. Each field
/// names its counterparts: of VRRP-MIB (RFC 2787, `vrrpRouterStatsTable`), of `ietf-vrrp` (RFC 8347)
/// and of keepalived's `keepalived.stats`. Counters stay at their greatest value. Points in time
/// (`discontinuity-datetime`, `last-event`) and the reason of a transition are not counters: they
/// are your clock's and [`Transition`](crate::Transition)'s. RFC 2787 and 8347 have the errors of
/// checksum, version and VRID (and RFC 8347 that of the TTL) once for all virtual routers: sum them,
/// or count packets that fit no virtual router with a value of their own.
///
/// ```
/// use core::time::Duration;
/// use vrrp_fsm::{Config, Input, Instant, PacketError, Statistics, VirtualRouter};
/// use vrrp_proto::{Version, Vrid};
///
/// let vrid = Vrid::new(51).ok_or("VRID 0")?;
/// let mut router = VirtualRouter::new(Config::new(Version::V3, vrid, [192, 0, 2, 1].into()));
/// let mut statistics = Statistics::default();
/// let input = Input::Startup; // yours: whatever happens
/// router.handle_input(Instant::from_origin(Duration::ZERO), input);
/// statistics.record_input(&router, &input);
/// while let Some(due) = router.poll_timeout().filter(|_| statistics.became_master == 0) {
///     router.handle_timeout(due);
///     while let Some(output) = router.poll_output() {
///         statistics.record(&output);
///     }
/// }
/// statistics.record_error(PacketError::Ttl); // yours: why a packet was refused
/// assert_eq!((statistics.advertisements_sent, statistics.ttl_errors), (1, 1));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// Valid advertisements heard while it takes part: not in Initialize or Fault, not during
    /// `startup_delay`, not by an owner that ignores them. `vrrpStatsAdvertiseRcvd`,
    /// `advertisement-rcvd`, `advert_rcvd`.
    pub advertisements_received: u64,
    /// Advertisements sent; one to several unicast peers is one. `advertisement-sent`,
    /// `advert_sent`.
    pub advertisements_sent: u64,
    /// Times it became Master. `vrrpStatsBecomeMaster`, `master-transitions`, `become_master`.
    pub became_master: u64,
    /// Times it ceased to be Master. `release_master`.
    pub released_master: u64,
    /// Advertisements of priority 0 among those received. `vrrpStatsPriorityZeroPktsRcvd`,
    /// `priority-zero-pkts-rcvd`, `pri_zero_rcvd`.
    pub priority_zero_received: u64,
    /// Advertisements of priority 0 among those sent. `vrrpStatsPriorityZeroPktsSent`,
    /// `priority-zero-pkts-sent`, `pri_zero_sent`.
    pub priority_zero_sent: u64,
    /// Advertisements with another interval than the configured one, whether they were refused
    /// (VRRPv2) or their interval learned (VRRPv3). `vrrpStatsAdvertiseIntervalErrors`,
    /// `interval-errors`, `advert_interval_err`, which keepalived never counts.
    pub interval_errors: u64,
    /// As Master, advertisements of a Master that loses: each is a moment with two Masters.
    pub losing_masters: u64,
    /// As Master, advertisements from our own address with our own priority.
    pub address_conflicts: u64,
    /// As owner that ignores them, advertisements heard.
    pub ignored_by_owner: u64,
    /// Times it was told of another Master to follow.
    pub master_changes: u64,
    /// Bursts of announcements, of any number.
    pub announcement_bursts: u64,
    /// [`PacketError::Length`]. `vrrpStatsPacketLengthErrors`, `packet-length-errors`,
    /// `packet_len_err`.
    pub length_errors: u64,
    /// [`PacketError::Ttl`]. `vrrpStatsIpTtlErrors`, `ip-ttl-errors`, `ip_ttl_err`.
    pub ttl_errors: u64,
    /// [`PacketError::Type`]. `vrrpStatsInvalidTypePktsRcvd`, `invalid-type-pkts-rcvd`,
    /// `invalid_type_rcvd`.
    pub type_errors: u64,
    /// [`PacketError::AddressList`]. `vrrpStatsAddressListErrors`, `address-list-errors`,
    /// `addr_list_err`.
    pub address_list_errors: u64,
    /// [`PacketError::Checksum`]. `vrrpRouterChecksumErrors`, `checksum-errors`, `chk_err`.
    pub checksum_errors: u64,
    /// [`PacketError::Version`]. `vrrpRouterVersionErrors`, `version-errors`, `vers_err`.
    pub version_errors: u64,
    /// [`PacketError::Vrid`]. `vrrpRouterVrIdErrors`, `vrid-errors`, `vrid_err`.
    pub vrid_errors: u64,
    /// [`PacketError::AuthenticationType`]. `vrrpStatsInvalidAuthType`, `invalid_authtype`.
    pub authentication_type_errors: u64,
    /// [`PacketError::AuthenticationMismatch`]. `vrrpStatsAuthTypeMismatch`, `authtype_mismatch`.
    pub authentication_mismatches: u64,
    /// [`PacketError::Authentication`]. `vrrpStatsAuthFailures`, `auth_failure`.
    pub authentication_failures: u64,
    /// [`PacketError::Other`].
    pub other_errors: u64,
}

/// What is wrong with a packet, by the counters that the MIBs and keepalived have for it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PacketError {
    /// Shorter or longer than its header says.
    Length,
    /// It crossed a router, or came over fewer or more hops than a unicast peer may be away.
    Ttl,
    /// Not an advertisement.
    Type,
    /// VRRPv2: another interval than ours, and refused for it.
    Interval,
    /// Other addresses than ours, or multicast where unicast is meant, or the reverse. It counts
    /// where the packet is accepted, too.
    AddressList,
    /// Wrong checksum.
    Checksum,
    /// Another version, or none that there is.
    Version,
    /// No virtual router of ours.
    Vrid,
    /// VRRPv2: a method of authentication that nobody defined.
    AuthenticationType,
    /// Another method of authentication than ours.
    AuthenticationMismatch,
    /// The password or the check value is wrong.
    Authentication,
    /// Anything else.
    Other,
}

impl Statistics {
    /// Counts what the router wants done; leave out what could not be done.
    pub const fn record(&mut self, output: &Output) {
        match output {
            Output::SendAdvertisement { priority } => {
                count(&mut self.advertisements_sent);
                if priority.get() == 0 {
                    count(&mut self.priority_zero_sent);
                }
            }
            Output::Transition(change) => match (change.from, change.to) {
                (_, StateKind::Master) => count(&mut self.became_master),
                (StateKind::Master, _) => count(&mut self.released_master),
                (
                    StateKind::Initialize | StateKind::Fault | StateKind::Backup,
                    StateKind::Initialize | StateKind::Fault | StateKind::Backup,
                ) => {}
            },
            Output::Announce { .. } => count(&mut self.announcement_bursts),
            Output::Event(event) => self.record_event(event),
            Output::AcquireAddresses | Output::ReleaseAddresses => {}
        }
    }

    /// Counts what `router` was given: after it took `input`.
    pub fn record_input(&mut self, router: &VirtualRouter, input: &Input) {
        let Input::Advertisement { priority, interval, .. } = input else { return };
        if !router.hears() {
            return;
        }
        count(&mut self.advertisements_received);
        if priority.get() == 0 {
            count(&mut self.priority_zero_received);
        }
        if *interval != router.config().advert_interval {
            count(&mut self.interval_errors);
        }
    }

    /// Counts what is wrong with a packet that the router was therefore not given, or in spite of
    /// it.
    pub const fn record_error(&mut self, error: PacketError) {
        count(match error {
            PacketError::Length => &mut self.length_errors,
            PacketError::Ttl => &mut self.ttl_errors,
            PacketError::Type => &mut self.type_errors,
            PacketError::Interval => &mut self.interval_errors,
            PacketError::AddressList => &mut self.address_list_errors,
            PacketError::Checksum => &mut self.checksum_errors,
            PacketError::Version => &mut self.version_errors,
            PacketError::Vrid => &mut self.vrid_errors,
            PacketError::AuthenticationType => &mut self.authentication_type_errors,
            PacketError::AuthenticationMismatch => &mut self.authentication_mismatches,
            PacketError::Authentication => &mut self.authentication_failures,
            PacketError::Other => &mut self.other_errors,
        });
    }

    const fn record_event(&mut self, event: &Event) {
        match event {
            Event::LosingMaster { .. } => count(&mut self.losing_masters),
            Event::AddressConflict { .. } => count(&mut self.address_conflicts),
            Event::IgnoredByOwner { .. } => count(&mut self.ignored_by_owner),
            Event::MasterChanged { .. } => count(&mut self.master_changes),
            // Intervals are counted by packet, as the MIBs want it, and told when they change.
            Event::IntervalLearned { .. }
            | Event::IntervalMismatch { .. }
            | Event::HandedOver { .. }
            | Event::PriorityChanged { .. } => {}
        }
    }
}

const fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
