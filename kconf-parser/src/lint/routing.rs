//! Routes and rules: whose they are, and where they are written.

pub(super) mod gateway;
pub(super) mod routes;
pub(super) mod rules;

use core::cell::OnceCell;
use core::net::IpAddr;

use super::context::Node;
use super::places::{Block, Entry};
use crate::Span;
use crate::model::{Config, Route, RouteAddresses, Rule, RuleAddresses, VrrpInstance};

/// Whose a list of routes or rules is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner<'a> {
    /// Nobody's: they are always there.
    Static,
    /// They are there while this instance is master.
    Instance(&'a VrrpInstance),
}

impl<'a> Owner<'a> {
    pub(super) const fn instance(self) -> Option<&'a VrrpInstance> {
        match self {
            Self::Static => None,
            Self::Instance(instance) => Some(instance),
        }
    }

    /// Whether the two lists are there at the same times: members of a sync group move together.
    pub(super) fn moves_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Static, Self::Static) => true,
            (Self::Instance(one), Self::Instance(two)) => {
                one.span == two.span || (one.sync_group.is_some() && one.sync_group == two.sync_group)
            }
            (Self::Static, Self::Instance(_)) | (Self::Instance(_), Self::Static) => false,
        }
    }
}

/// Routes or rules that stand in one block.
#[derive(Debug)]
pub(super) struct List<'a, T> {
    pub(super) owner: Owner<'a>,
    pub(super) entries: &'a [T],
    node: &'a Node<'a>,
    /// Where they are written; looked for when there is something to say first.
    places: OnceCell<Vec<Span>>,
}

/// What such a list is made of.
pub(super) trait Listed: Sized + 'static {
    /// The keywords that open a list: that of an instance, and the other one.
    const KEYWORDS: (&'static str, &'static str);

    fn of_instance(instance: &VrrpInstance) -> &[Self];
    fn of_config(config: &Config) -> &[Self];

    /// Whether this can be what is written there.
    fn is_written(&self, line: &Entry<'_>) -> bool;
}

/// All lists of a node that have something in them, the static one first.
pub(super) fn lists<'a, T: Listed>(node: &'a Node<'a>) -> Vec<List<'a, T>> {
    let virtual_ones = node.config.instances.iter().map(|instance| List::of(node, instance));
    let fixed =
        List { owner: Owner::Static, entries: T::of_config(node.config), node, places: OnceCell::new() };
    core::iter::once(fixed).chain(virtual_ones).filter(|list| !list.entries.is_empty()).collect()
}

impl<'a, T: Listed> List<'a, T> {
    /// That of an instance.
    pub(super) fn of(node: &'a Node<'a>, instance: &'a VrrpInstance) -> Self {
        let owner = Owner::Instance(instance);
        Self { owner, entries: T::of_instance(instance), node, places: OnceCell::new() }
    }

    /// Where entry `index` is written, else where the list is.
    pub(super) fn at(&self, index: usize) -> Span {
        self.places.get_or_init(|| self.find()).get(index).copied().unwrap_or_default()
    }

    /// Both are in the order of the text, and some lines are no entries because of a mistake.
    fn find(&self) -> Vec<Span> {
        let (own, fixed) = T::KEYWORDS;
        let blocks: Vec<Block<'_>> = match self.owner {
            Owner::Static => self.node.places.top(fixed).collect(),
            Owner::Instance(instance) => vec![self.node.lines(instance)],
        };
        let mut lines: Vec<Entry<'_>> = Vec::new();
        for block in &blocks {
            match self.owner {
                Owner::Static => lines.extend(block.statements()),
                Owner::Instance(_) => lines.extend(block.entries(own)),
            }
        }
        let otherwise = match self.owner {
            Owner::Static => blocks.first().map_or_else(Span::default, Block::header),
            Owner::Instance(instance) => self.node.lines(instance).at(own),
        };
        let mut rest = lines.as_slice();
        let mut place = |entry: &T| {
            let at = rest.iter().position(|line| entry.is_written(line))?;
            let (line, after) = rest.get(at..)?.split_first()?;
            rest = after;
            Some(line.span())
        };
        self.entries.iter().map(|entry| place(entry).unwrap_or(otherwise)).collect()
    }
}

impl Listed for Route {
    const KEYWORDS: (&'static str, &'static str) = ("virtual_routes", "static_routes");

    fn of_instance(instance: &VrrpInstance) -> &[Self] {
        &instance.virtual_routes
    }

    fn of_config(config: &Config) -> &[Self] {
        &config.static_routes
    }

    fn is_written(&self, line: &Entry<'_>) -> bool {
        let hop = |via: Option<IpAddr>| via.is_none_or(|via| line.names(&(via, host_len(via))));
        line.names(&destination(self)) && hop(self.hop.via)
    }
}

impl Listed for Rule {
    const KEYWORDS: (&'static str, &'static str) = ("virtual_rules", "static_rules");

    fn of_instance(instance: &VrrpInstance) -> &[Self] {
        &instance.virtual_rules
    }

    fn of_config(config: &Config) -> &[Self] {
        &config.static_rules
    }

    fn is_written(&self, line: &Entry<'_>) -> bool {
        let (from, to) = selected(self);
        [from, to].iter().all(|network| network.1 == 0 || line.names(network))
    }
}

/// An address and the length of its prefix in bits.
pub(super) type Network = (IpAddr, u8);

/// Where a route leads to.
pub(super) fn destination(route: &Route) -> Network {
    match &route.addresses {
        RouteAddresses::V4 { destination, .. } => (destination.address().into(), destination.prefix_len()),
        RouteAddresses::V6 { destination, .. } => (destination.address().into(), destination.prefix_len()),
    }
}

/// `from` and `to` of a rule.
pub(super) fn selected(rule: &Rule) -> (Network, Network) {
    match &rule.addresses {
        RuleAddresses::V4 { from, to } => {
            ((from.address().into(), from.prefix_len()), (to.address().into(), to.prefix_len()))
        }
        RuleAddresses::V6 { from, to } => {
            ((from.address().into(), from.prefix_len()), (to.address().into(), to.prefix_len()))
        }
    }
}

/// In messages: what kind of route it is, by where it leads to.
pub(super) fn called(route: &Route) -> String {
    match destination(route) {
        (_, 0) => "default route".to_owned(),
        network => format!("route to {}", written(network)),
    }
}

/// In messages: `default` for every address, no prefix length for a single one.
pub(super) fn written((address, len): Network) -> String {
    match len {
        0 => "default".to_owned(),
        len if len == host_len(address) => address.to_string(),
        len => format!("{address}/{len}"),
    }
}

/// The prefix length of a single address.
pub(super) const fn host_len(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The network without the bits beyond its prefix.
pub(super) fn masked((address, len): Network) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(len.into())).unwrap_or(0);
            core::net::Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(len.into())).unwrap_or(0);
            core::net::Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

/// Whether `address` is in the network.
pub(super) fn contains(network: Network, address: IpAddr) -> bool {
    network.0.is_ipv4() == address.is_ipv4() && masked(network) == masked((address, network.1))
}
