//! Numbers of routing that have names in files of the host.

/// A family of names, and the file of iproute2 that defines them.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RoutingNames {
    /// Routing tables, `rt_tables`.
    Table,
    /// Values of the DS field, formerly TOS, `rt_dsfield`.
    DsField,
    /// Realms, `rt_realms`.
    Realm,
    /// Originators of routes, `rt_protos`.
    Protocol,
    /// Scopes, `rt_scopes`.
    Scope,
    /// Interface groups, `group`.
    Group,
    /// IP protocols, `/etc/protocols`.
    IpProtocol,
}

/// What the host says about a name.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RoutingNumber {
    /// The number that it stands for.
    Is(u32),
    /// The host does not define it. What keepalived itself knows holds all the same.
    Undefined,
    /// Nobody has looked: a name that is not well known may exist.
    Unchecked,
}

impl RoutingNames {
    /// The file of iproute2 that has them; none has those of IP protocols, which are in `/etc/protocols`.
    pub const fn file(self) -> Option<&'static str> {
        match self {
            Self::Table => Some("rt_tables"),
            Self::DsField => Some("rt_dsfield"),
            Self::Realm => Some("rt_realms"),
            Self::Protocol => Some("rt_protos"),
            Self::Scope => Some("rt_scopes"),
            Self::Group => Some("group"),
            Self::IpProtocol => None,
        }
    }

    /// What it is called in messages.
    pub(crate) const fn expected(self) -> &'static str {
        match self {
            Self::Table => "a routing table: a number, or a name from rt_tables",
            Self::DsField => "a DS field: a number from 0 to 255, or a name from rt_dsfield",
            Self::Realm => "a realm: a number from 0 to 255, or a name from rt_realms",
            Self::Protocol => "a routing protocol: a number from 0 to 255, or a name from rt_protos",
            Self::Scope => "a scope: global, site, link, host, nowhere or a number from 0 to 255",
            Self::Group => "a group of interfaces: a number, or a name from iproute2's file 'group'",
            Self::IpProtocol => "an IP protocol: a number from 0 to 127, or a name from /etc/protocols",
        }
    }

    /// The largest number.
    pub(crate) const fn max(self) -> u32 {
        match self {
            Self::Table => u32::MAX,
            Self::Group => i32::MAX.unsigned_abs(),
            Self::DsField | Self::Realm | Self::Protocol | Self::Scope | Self::IpProtocol => 255,
        }
    }

    /// Whether hosts have names of their own.
    pub(crate) const fn may_be_added_to(self) -> bool {
        !matches!(self, Self::Scope)
    }

    /// Every name that is known here.
    pub(crate) fn known(self) -> impl Iterator<Item = &'static str> {
        self.built_in_table().iter().chain(self.usual_table()).map(|(name, _)| *name)
    }

    /// The number of a name that keepalived knows without any file.
    pub(crate) fn built_in(self, name: &str) -> Option<u32> {
        self.built_in_table().iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
    }

    /// The number of a name in a file that comes with the system.
    pub(crate) fn usual(self, name: &str) -> Option<u32> {
        // Every IP protocol has its name in capital letters, too.
        let capitals = |known: &str| self == Self::IpProtocol && known.to_ascii_uppercase() == name;
        let found = self.usual_table().iter().find(|(known, _)| *known == name || capitals(known));
        found.map(|(_, number)| *number)
    }

    /// The usual name of an IP protocol.
    pub(crate) fn ip_protocol(number: u8) -> Option<&'static str> {
        let found = Self::IpProtocol.usual_table().iter().find(|(_, known)| *known == u32::from(number));
        found.map(|(name, _)| *name)
    }

    /// Names that keepalived knows without any file.
    const fn built_in_table(self) -> &'static [(&'static str, u32)] {
        match self {
            Self::Table => &[("default", 253), ("main", 254), ("local", 255)],
            Self::Protocol => &[
                ("none", 0),
                ("redirect", 1),
                ("kernel", 2),
                ("boot", 3),
                ("static", 4),
                ("gated", 8),
                ("ra", 9),
                ("mrt", 10),
                ("zebra", 11),
                ("bird", 12),
                ("dnrouted", 13),
                ("xorp", 14),
                ("ntk", 15),
                ("dhcp", 16),
                ("babel", 42),
            ],
            Self::Scope => &[("global", 0), ("site", 200), ("link", 253), ("host", 254), ("nowhere", 255)],
            Self::DsField | Self::Realm | Self::Group | Self::IpProtocol => &[],
        }
    }

    /// More names, those of the files that come with iproute2, for a host that nobody has looked at.
    const fn usual_table(self) -> &'static [(&'static str, u32)] {
        match self {
            Self::Table => &[("unspec", 0)],
            Self::Protocol => &[
                ("unspec", 0),
                ("keepalived", 18),
                ("openr", 99),
                ("bgp", 186),
                ("isis", 187),
                ("ospf", 188),
                ("rip", 189),
                ("eigrp", 192),
            ],
            Self::DsField => &[
                ("default", 0x00),
                ("AF11", 0x28),
                ("AF12", 0x30),
                ("AF13", 0x38),
                ("AF21", 0x48),
                ("AF22", 0x50),
                ("AF23", 0x58),
                ("AF31", 0x68),
                ("AF32", 0x70),
                ("AF33", 0x78),
                ("AF41", 0x88),
                ("AF42", 0x90),
                ("AF43", 0x98),
                ("CS1", 0x20),
                ("CS2", 0x40),
                ("CS3", 0x60),
                ("CS4", 0x80),
                ("CS5", 0xa0),
                ("CS6", 0xc0),
                ("CS7", 0xe0),
                ("EF", 0xb8),
            ],
            Self::Realm => &[("cosmos", 0)],
            Self::Group => &[("default", 0)],
            Self::IpProtocol => &[
                ("ip", 0),
                ("icmp", 1),
                ("igmp", 2),
                ("tcp", 6),
                ("udp", 17),
                ("dccp", 33),
                ("gre", 47),
                ("esp", 50),
                ("ah", 51),
                ("ipv6-icmp", 58),
                ("ospf", 89),
                ("vrrp", 112),
                ("sctp", 132),
                ("udplite", 136),
            ],
            Self::Scope => &[],
        }
    }
}
