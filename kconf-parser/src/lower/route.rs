//! Entries of `virtual_routes` and `static_routes`.

mod encap;
mod hop;
mod metrics;
pub(super) mod names;
pub(super) mod words;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::address::Interfaces;
use super::reader::{Reader, Statement, Word};
use crate::model::{
    AddressFamily, IpName, Prefix, Realms, Route, RouteAddresses, RouteInsert, RouteTable, RouteType,
    RouterPreference, Tracking,
};
use crate::routing_names::RoutingNames;
use crate::{Diagnostic, Problem};
use encap::encap;
use hop::{device, gateway, next_hops, or};
use metrics::metric;
use words::{Key, Network, Void, Words};

/// What a mistake costs.
const LOST: &str = "the route has no effect";

const OPTIONS: &[&str] = &[
    "inet",
    "inet6",
    "to",
    "src",
    "as",
    "via",
    "gw",
    "from",
    "tos",
    "dsfield",
    "table",
    "protocol",
    "scope",
    "metric",
    "priority",
    "preference",
    "dev",
    "oif",
    "onlink",
    "encap",
    "expires",
    "mtu",
    "hoplimit",
    "advmss",
    "rtt",
    "rttvar",
    "reordering",
    "window",
    "cwnd",
    "ssthresh",
    "realms",
    "rto_min",
    "initcwnd",
    "initrwnd",
    "features",
    "quickack",
    "congctl",
    "pref",
    "ttl-propagate",
    "fastopen_no_cookie",
    "add",
    "prepend",
    "append",
    "or",
    "nexthop",
    "no_track",
    "track_group",
    "vrf",
];

/// Words that may stand before a destination.
const TYPES: &[&str] = &[
    "unicast",
    "local",
    "broadcast",
    "brd",
    "anycast",
    "multicast",
    "blackhole",
    "unreachable",
    "prohibit",
    "throw",
    "nat",
    "xresolve",
];

/// What `inet` and `inet6` may swallow: the destination is taken without it as well.
const HARMLESS: &str = "to";

/// The block that an entry stands in.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Kind {
    /// `virtual_…`
    Virtual,
    /// `static_…`, where there is `track_group`.
    Static,
}

/// A route, unless a mistake makes it void.
pub(super) fn route<'t>(
    reader: &mut Reader<'t>,
    interfaces: &Interfaces<'_>,
    line: Statement<'t>,
    kind: Kind,
) -> Option<Route> {
    let words = Words::new(reader, interfaces, line, LOST);
    let mut draft = Draft::new(words, kind);
    draft.read().and_then(|()| draft.finish()).ok()
}

struct Draft<'r, 't> {
    words: Words<'r, 't>,
    kind: Kind,
    destination: Option<(Word<'t>, Network)>,
    from: Option<Prefix<Ipv6Addr>>,
    source: Option<IpAddr>,
    realms: Option<Realms>,
    expires_s: Option<u32>,
    preference: Option<RouterPreference>,
    no_track: bool,
    protocol: Option<(Word<'t>, IpName<u8>)>,
    /// Only `track_group` that is defined; the word is that of the first one written.
    track_group: Option<Key<'t>>,
    /// Everything else. Its addresses are made in the end.
    route: Route,
}

impl<'r, 't> Draft<'r, 't> {
    fn new(words: Words<'r, 't>, kind: Kind) -> Self {
        let nowhere = RouteAddresses::V4 { destination: Prefix::<Ipv4Addr>::ALL, source: None, realms: None };
        Self {
            words,
            kind,
            destination: None,
            from: None,
            source: None,
            realms: None,
            expires_s: None,
            preference: None,
            no_track: false,
            protocol: None,
            track_group: None,
            route: Route::new(nowhere),
        }
    }

    fn read(&mut self) -> Result<(), Void> {
        while let Some(word) = self.words.pop() {
            let known = OPTIONS.iter().find(|name| *name.as_bytes() == *word.text);
            let known = known.filter(|name| **name != "track_group" || self.kind == Kind::Static);
            let Some(name) = known else {
                self.destination(word)?;
                continue;
            };
            let key = Key { name, word };
            if key.name == "nexthop" {
                return self.next_hops(&key);
            }
            let taken = self.address(&key)?
                || self.lookup(&key)?
                || self.hop(&key)?
                || self.upkeep(&key)?
                || metric(&mut self.words, &key, &mut self.route.metrics)?;
            debug_assert!(taken, "{} is listed and not taken", key.name);
        }
        Ok(())
    }

    fn next_hops(&mut self, key: &Key<'t>) -> Result<(), Void> {
        if !self.route.next_hops.is_empty() {
            return Err(self.words.adjust(&key.word, "'nexthop' does not go with 'or'", LOST, true));
        }
        self.route.next_hops = next_hops(&mut self.words);
        self.words.effect = LOST;
        Ok(())
    }

    /// `[TYPE] DESTINATION`.
    fn destination(&mut self, first: Word<'t>) -> Result<(), Void> {
        let text = first.string();
        let number = names::decimal(&first.text).and_then(|number| u8::try_from(number).ok());
        let kind = RouteType::from_name(&text).or_else(|| number.map(RouteType::from_number));
        let word = match kind {
            Some(kind) => {
                self.route.kind = kind;
                let name = TYPES.iter().find(|name| **name == text).copied().unwrap_or("type");
                self.words.value(&Key { name, word: first })?
            }
            None => first,
        };
        self.network(word, kind.is_some())
    }

    fn network(&mut self, word: Word<'t>, typed: bool) -> Result<(), Void> {
        let Some(network) = self.words.network(&word) else {
            let (options, expected): (&[&str], _) = if typed {
                (&[], "a destination")
            } else {
                (OPTIONS, "a destination or an option of a route")
            };
            let all: Vec<&str> = options.iter().chain(TYPES).copied().collect();
            return Err(self.words.wrong_option(&word, expected, &all));
        };
        let expected = match network {
            Network::Any => "possible behind what tells the family; it must come before",
            Network::V4(_) | Network::V6(_) => "a destination of the same family as the other addresses",
        };
        self.words.agree(&word, network.family(), expected)?;
        if let Network::V4(prefix) = network
            && prefix.has_host_bits()
        {
            let what = format!("'{}' has bits beyond its prefix", word.string());
            self.words.adjust(&word, what, "the kernel refuses the route", false);
        }
        if self.destination.is_some() {
            self.words.adjust(
                &word,
                "a route has one destination",
                "this one takes the place of the other",
                false,
            );
        }
        self.destination = Some((word, network));
        Ok(())
    }

    fn address(&mut self, key: &Key<'t>) -> Result<bool, Void> {
        let words = &mut self.words;
        match key.name {
            "inet" => words.family(key, AddressFamily::V4, HARMLESS)?,
            "inet6" => words.family(key, AddressFamily::V6, HARMLESS)?,
            "to" => {
                let word = words.value(key)?;
                self.network(word, true)?;
            }
            "src" => {
                let word = words.value(key)?;
                self.source = Some(words.address(&word)?);
            }
            "from" => {
                let word = words.value(key)?;
                let network = words.network(&word);
                let Some(Network::V6(from)) = network else {
                    return Err(words.wrong(&word, "an IPv6 network, which is all that 'from' takes"));
                };
                words.agree(&word, Some(AddressFamily::V6), "possible in an IPv4 route")?;
                self.from = Some(from);
            }
            "realms" => {
                let word = words.value(key)?;
                self.realms = words.realms(&word)?;
            }
            "expires" => {
                words.agree(&key.word, Some(AddressFamily::V6), "an option of an IPv4 route")?;
                let word = words.value(key)?;
                self.expires_s = Some(words.number(&word, 0, u64::from(u32::MAX))?);
            }
            "pref" => {
                words.agree(&key.word, Some(AddressFamily::V6), "an option of an IPv4 route")?;
                self.preference = Some(router_preference(words, key)?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn lookup(&mut self, key: &Key<'t>) -> Result<bool, Void> {
        let words = &mut self.words;
        match key.name {
            "tos" | "dsfield" => {
                let word = words.value(key)?;
                self.route.ds_field = words.ds_field(&word)?;
            }
            "table" => {
                let word = words.value(key)?;
                self.route.table = RouteTable::Table(words.named(&word, RoutingNames::Table)?);
            }
            "vrf" => {
                let word = words.value(key)?;
                self.route.table = RouteTable::Vrf(vrf(words, &word)?);
            }
            "scope" => {
                let word = words.value(key)?;
                self.route.scope = Some(words.scope(&word)?);
            }
            "metric" | "priority" | "preference" => {
                let word = words.value(key)?;
                self.route.metric = Some(words.number(&word, 0, u64::from(u32::MAX))?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn hop(&mut self, key: &Key<'t>) -> Result<bool, Void> {
        let (words, route) = (&mut self.words, &mut self.route);
        match key.name {
            "via" => route.hop.via = Some(gateway(words, key)?),
            "gw" => {
                let problem = Problem::Deprecated { keyword: key.name };
                let finding = Diagnostic::new(key.word.span, problem).suggest("write 'via'");
                words.reader.advise(finding.fix(key.word.span, "via"));
                route.hop.via = Some(gateway(words, key)?);
            }
            "or" => or(words, key, &mut route.hop, &mut route.next_hops)?,
            "dev" | "oif" => route.hop.dev = Some(device(words, key)?),
            "onlink" => route.hop.onlink = true,
            "encap" => encap(words, key, &mut route.hop)?,
            "ttl-propagate" => {
                let word = words.value(key)?;
                route.ttl_propagate = Some(ttl_propagate(words, &word, route.ttl_propagate));
            }
            "as" => {
                if &*words.value(key)?.text == b"to" {
                    words.pop();
                }
                words.adjust(&key.word, "keepalived has no MPLS routes", "'as' has no effect", true);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn upkeep(&mut self, key: &Key<'t>) -> Result<bool, Void> {
        match key.name {
            "add" => self.route.insert = RouteInsert::Add,
            "append" => self.route.insert = RouteInsert::Append,
            "prepend" => self.route.insert = RouteInsert::Prepend,
            "no_track" => self.no_track = true,
            "protocol" => {
                let word = self.words.value(key)?;
                let protocol = self.words.named_octet(&word, RoutingNames::Protocol)?;
                self.protocol = Some((word, protocol));
            }
            "track_group" => {
                let word = self.words.value(key)?;
                if self.track_group.is_some() {
                    return Err(self.words.adjust(&word, "a route has one track_group", LOST, true));
                }
                self.route.track_group = self.words.defined_above(&word);
                self.track_group =
                    self.route.track_group.is_some().then_some(Key { name: "track_group", word });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish(mut self) -> Result<Route, Void> {
        let Some((_, destination)) = self.destination.take() else {
            return Err(self.words.advise(
                "a route needs a destination",
                LOST,
                "write it first, or 'default'",
            ));
        };
        let family = self.words.family.unwrap_or_default();
        self.route.addresses = self.addresses(destination, family);
        self.tracking();
        Ok(self.route)
    }

    /// The family is settled, so an address of the other one cannot be there.
    fn addresses(&mut self, destination: Network, family: AddressFamily) -> RouteAddresses {
        match family {
            AddressFamily::V4 => RouteAddresses::V4 {
                destination: match destination {
                    Network::V4(destination) => destination,
                    Network::Any | Network::V6(_) => Prefix::<Ipv4Addr>::ALL,
                },
                source: match self.source {
                    Some(IpAddr::V4(source)) => Some(source),
                    Some(IpAddr::V6(_)) | None => None,
                },
                realms: self.realms.take(),
            },
            AddressFamily::V6 => RouteAddresses::V6 {
                destination: match destination {
                    Network::V6(destination) => destination,
                    Network::Any | Network::V4(_) => Prefix::<Ipv6Addr>::ALL,
                },
                from: self.from,
                source: match self.source {
                    Some(IpAddr::V6(source)) => Some(source),
                    Some(IpAddr::V4(_)) | None => None,
                },
                expires_s: self.expires_s,
                preference: self.preference,
            },
        }
    }

    fn tracking(&mut self) {
        const OURS: IpName<u8> = IpName::Number(Route::PROTOCOL);
        let protocol = self.protocol.take();
        let no_dev = self.route.hop.dev.is_none();
        if self.no_track {
            let protocol = protocol.map_or(OURS, |(_, protocol)| protocol);
            self.route.tracking = Tracking::Untracked { protocol };
        } else {
            if let Some((word, protocol)) = protocol
                && protocol != OURS
            {
                let what = "a route of a protocol other than keepalived's (18) cannot be tracked";
                self.words.adjust(&word, what, "its protocol becomes 18", true);
            }
            if no_dev {
                // The kernel takes no interface for an IPv4 route that leads nowhere.
                let advice = match self.route.kind {
                    RouteType::Blackhole
                    | RouteType::Unreachable
                    | RouteType::Prohibit
                    | RouteType::Throw => "write 'no_track'",
                    RouteType::Unicast
                    | RouteType::Local
                    | RouteType::Broadcast
                    | RouteType::Anycast
                    | RouteType::Multicast
                    | RouteType::Nat
                    | RouteType::ExternalResolve
                    | RouteType::Other(_) => "name the interface with 'dev', or write 'no_track'",
                };
                let effect = "keepalived 2.2.7 does not put it back when it is lost";
                self.words.advise("a route without 'dev' is not tracked", effect, advice);
            }
        }
        if no_dev && let Some(key) = &self.track_group {
            self.words.adjust(&key.word, "track_group needs a route with 'dev'", "it has no effect", true);
            self.route.track_group = None;
        }
    }
}

fn router_preference<'t>(words: &mut Words<'_, 't>, key: &Key<'t>) -> Result<RouterPreference, Void> {
    let word = words.value(key)?;
    Ok(match &*word.text {
        b"low" => RouterPreference::Low,
        b"medium" => RouterPreference::Medium,
        b"high" => RouterPreference::High,
        text => match names::decimal(text) {
            Some(0) => RouterPreference::Medium,
            Some(1) => RouterPreference::High,
            Some(3) => RouterPreference::Low,
            Some(..=255) => {
                let what = format!("there is no router preference {}", word.string());
                words.adjust(&word, what, "the kernel takes it for medium", false);
                RouterPreference::Medium
            }
            _ => return Err(words.wrong_option(&word, "low, medium or high", &["low", "medium", "high"])),
        },
    })
}

fn ttl_propagate(words: &mut Words<'_, '_>, word: &Word<'_>, before: Option<bool>) -> bool {
    match &*word.text {
        b"enabled" => true,
        b"disabled" => false,
        _ => {
            let (value, before) = (word.string(), before.unwrap_or(false));
            let effect = if before { "it stays enabled" } else { "it is disabled" };
            let problem = Problem::InvalidValue { value, expected: "enabled or disabled", effect };
            words.reader.report(word.span, problem);
            before
        }
    }
}

/// The name of a VRF. Whether an interface is one is not asked.
fn vrf(words: &mut Words<'_, '_>, word: &Word<'_>) -> Result<String, Void> {
    let name = word.string();
    if words.interfaces.facts.interface_exists(&name) {
        return Ok(name);
    }
    words.reader.report(word.span, Problem::Undefined { kind: "VRF interface", name });
    Err(Void)
}
