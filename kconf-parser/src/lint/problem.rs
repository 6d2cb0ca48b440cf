//! The lints by name.

use core::fmt;

use super::page::Page;
use super::{
    addresses, announce, check, comment, fast, fault, host, mail, nopreempt, owner, pair, priorities,
    routing, scripts, service, strict, sync_daemon, sync_group, unicast, unused, weight,
};
use crate::{Diagnostic, Problem, Severity, Span};

/// What a lint found.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Finding {
    /// Which lint.
    pub lint: Lint,
    /// `Warning` if the configuration surely does not do what it says, `Note` if that depends on what it does not show.
    pub severity: Severity,
    /// The finding in a sentence.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Lint {
    /// Stable name, such as `address-twice`.
    pub fn code(self) -> &'static str {
        self.page().code
    }

    /// The lint with this code.
    pub fn by_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|lint| lint.code() == code)
    }

    pub(super) fn warning(self, at: Span, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Warning, at, message.into())
    }

    pub(super) fn note(self, at: Span, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Note, at, message.into())
    }

    fn finding(self, severity: Severity, at: Span, message: String) -> Diagnostic {
        Diagnostic::new(at, Problem::Lint(Finding { lint: self, severity, message }))
    }
}

macro_rules! lints {
    ($($(#[$doc:meta])+ $name:ident => $page:path;)+) => {
        /// A mistake that keepalived accepts without a word.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum Lint {
            $($(#[$doc])+ $name,)+
        }

        impl Lint {
            /// Every lint.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// What there is to say about it.
            pub fn page(self) -> &'static Page {
                match self {
                    $(Self::$name => &$page,)+
                }
            }
        }
    };
}

lints! {
    /// A weight is too small to let the other node win.
    WeightCannotElect => weight::CANNOT_ELECT;
    /// Priority and weights leave the range 1 to 254.
    WeightOutOfRange => weight::OUT_OF_RANGE;
    /// A backup with `nopreempt` does not see that the master's priority fell.
    NopreemptWithWeight => nopreempt::WITH_WEIGHT;
    /// `nopreempt` is on the node that never preempts.
    NopreemptOnTheLower => nopreempt::ON_THE_LOWER;
    /// The same failure stops both nodes.
    SharedFault => fault::SHARED;
    /// Both nodes have the same priority.
    EqualPriorities => priorities::EQUAL;
    /// The skew between two priorities is shorter than the network's delay.
    PrioritiesTooClose => priorities::TOO_CLOSE;
    /// `state MASTER` without a priority.
    AccidentalOwner => owner::ACCIDENTAL;
    /// Strict mode drops packets to the virtual addresses.
    StrictDropsPackets => strict::NO_ANSWER;
    /// Strict mode has no unicast.
    StrictUnicast => strict::UNICAST;
    /// A unicast peer is this node.
    PeerIsSelf => unicast::PEER_IS_SELF;
    /// A unicast peer is listed twice.
    PeerTwice => unicast::PEER_TWICE;
    /// A virtual address is the source of adverts, or a peer.
    SourceIsVirtual => unicast::VIRTUAL_SOURCE;
    /// The source of adverts is not an address of the host.
    SourceNotOnHost => unicast::SOURCE_NOT_HELD;
    /// Unicast adverts are taken from anybody.
    UnicastUnguarded => unicast::UNGUARDED;
    /// Fast adverts from a process like all others.
    FastAdvertsUnprivileged => fast::PAGE;
    /// A virtual address is there twice.
    AddressTwice => addresses::TWICE;
    /// A virtual address that no client can reach.
    AddressUnusable => addresses::UNUSABLE;
    /// Hundreds of gratuitous ARPs at once.
    AnnouncementBurst => announce::BURST;
    /// Announcements that take seconds.
    AnnouncementsSlow => announce::SLOW;
    /// A comment sign inside a value.
    CommentCutsWord => comment::CUTS_WORD;
    /// A command is written for a shell.
    ScriptNeedsShell => scripts::NEEDS_SHELL;
    /// An argument of a notify command is taken for a user.
    ArgumentTakenForUser => scripts::ARGUMENT_AS_USER;
    /// A user other than root sends signal 0.
    ScriptCannotSignal => scripts::CANNOT_SIGNAL;
    /// A single slow run is a failure.
    ScriptShortTimeout => scripts::SHORT_TIMEOUT;
    /// A script may run longer than its interval.
    ScriptTimeoutAboveInterval => scripts::LONG_TIMEOUT;
    /// Something is defined and not used.
    Unused => unused::UNUSED;
    /// Mail has nobody to go to.
    AlertGoesNowhere => mail::NOWHERE;
    /// Mail has somebody to go to, and there is none.
    MailNeverSent => mail::NEVER;
    /// Nobody has the address of a virtual server.
    ServiceWithoutAddress => service::NOBODY;
    /// Two virtual servers are the same service.
    ServiceTwice => service::TWICE;
    /// A real server has no check.
    ServiceUnchecked => service::UNCHECKED;
    /// A real server has the address of the service.
    RealServerIsVirtual => service::LOOPS;
    /// The sorry server is one of the real servers.
    SorryServerIsReal => service::SORRY_IS_REAL;
    /// A plain check to a TLS port, or the reverse.
    CheckWrongProtocol => check::TLS;
    /// The path of a check has no slash.
    CheckPath => check::PATH;
    /// A check may take longer than the time between two.
    CheckTimeoutAboveDelay => check::TIMEOUT;
    /// A TLS check names its host too late.
    CheckWithoutSni => check::SNI;
    /// A UDP check waits for no reply.
    CheckBlind => check::BLIND;
    /// A returning master preempts before it has the connections.
    SyncDaemonPreempts => sync_daemon::PREEMPTS;
    /// Mixed families and a sync daemon.
    SyncDaemonMixedFamilies => sync_daemon::FAMILIES;
    /// Members of a sync group differ.
    SyncGroupDiffers => sync_group::DIFFERS;
    /// Each node is ahead in one member of a sync group.
    SyncGroupSplit => sync_group::SPLIT;
    /// A route is there already, or hides another.
    RouteTwice => routing::routes::TWICE;
    /// The kernel refuses a route.
    RouteRefused => routing::routes::REFUSED;
    /// The source address of a route is not there.
    RouteSourceNotHeld => routing::routes::SOURCE;
    /// The gateway of a route is this node.
    GatewayIsSelf => routing::gateway::IS_SELF;
    /// The gateway of a route is in no network.
    GatewayOffNetwork => routing::gateway::OFF_NETWORK;
    /// A rule is there already.
    RuleTwice => routing::rules::TWICE;
    /// A rule says nothing about the packets that it is for.
    RuleWithoutSelector => routing::rules::NO_SELECTOR;
    /// A rule names an address with the prefix length of its network.
    RuleHostBits => routing::rules::HOST_BITS;
    /// A virtual address is in no network of its interface.
    AddressOffNetwork => host::OFF_NETWORK;
    /// A tracked interface has no address.
    TrackedInterfaceIdle => host::IDLE_INTERFACE;
    /// The VRID differs between the nodes.
    PairVrid => pair::adverts::VRID;
    /// The version differs between the nodes.
    PairVersion => pair::adverts::VERSION;
    /// The interval differs between the nodes.
    PairInterval => pair::adverts::INTERVAL;
    /// Authentication differs between the nodes.
    PairAuthentication => pair::adverts::AUTHENTICATION;
    /// The addresses differ between the nodes.
    PairAddresses => pair::adverts::ADDRESSES;
    /// The checksum differs between the nodes.
    PairChecksum => pair::adverts::CHECKSUM;
    /// A check is tracked on one node only.
    PairTracking => pair::nodes::TRACKING;
    /// One node is unicast, the other multicast.
    PairTransport => pair::peers::TRANSPORT;
    /// The other node's source is not among the peers.
    PairPeers => pair::peers::PEERS;
    /// Both nodes send from one address.
    PairSameSource => pair::peers::SAME_SOURCE;
    /// Both nodes start as master.
    PairBothMaster => pair::roles::BOTH_MASTER;
    /// `state MASTER` is on the node with the lower priority.
    PairStateAgainstPriority => pair::roles::AGAINST_PRIORITY;
    /// An instance is on one node only.
    PairMissing => pair::nodes::MISSING;
    /// Both nodes have one `router_id`.
    PairRouterId => pair::nodes::ROUTER_ID;
    /// A route or rule is on one node only.
    PairRoutes => pair::routing::ROUTES;
    /// A service or real server is on one node only.
    PairServices => pair::nodes::SERVICES;
}
