//! What a lint looks at.

use super::LintOptions;
use super::places::{Block, Places};
use crate::model::{Config, VrrpInstance};
use crate::{Facts, Span, Tree};

/// One node's configuration and its text.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) tree: &'a Tree,
    pub(super) config: &'a Config,
    pub(super) places: Places<'a>,
}

impl<'a> Node<'a> {
    pub(super) fn new(tree: &'a Tree, config: &'a Config) -> Self {
        Self { tree, config, places: Places::new(tree) }
    }

    /// The lines of an instance.
    pub(super) fn lines(&self, instance: &VrrpInstance) -> Block<'a> {
        self.places.block(instance.span)
    }

    /// `FILE:LINE`, for places in the other node's file: a finding points only into its own.
    pub(super) fn place(&self, span: Span) -> String {
        let sources = self.tree.sources();
        let at = sources.written_at(span);
        format!("{}:{}", sources.name(at.source), sources.position(at).line)
    }
}

/// Everything that a lint may look at.
pub(super) struct Context<'a> {
    pub(super) own: Node<'a>,
    pub(super) other: Option<Node<'a>>,
    pub(super) facts: &'a dyn Facts,
}

impl<'a> Context<'a> {
    pub(super) fn new(tree: &'a Tree, config: &'a Config, options: &LintOptions<'a>) -> Self {
        let other = options.pair.map(|pair| Node::new(pair.tree, pair.config));
        Self { own: Node::new(tree, config), other, facts: options.facts }
    }

    /// Each instance and the one that it runs against on the other node.
    pub(super) fn pairs(&self) -> impl Iterator<Item = InstancePair<'_>> {
        let other = self.other.as_ref();
        let instances = self.own.config.instances.iter();
        instances.filter_map(move |own| {
            let other = other?;
            Some(InstancePair { own, other: partner(own, &other.config.instances)?, other_node: other })
        })
    }
}

/// An instance and the one on the other node that it elects a master with.
#[derive(Clone, Copy, Debug)]
pub(super) struct InstancePair<'a> {
    pub(super) own: &'a VrrpInstance,
    pub(super) other: &'a VrrpInstance,
    pub(super) other_node: &'a Node<'a>,
}

impl InstancePair<'_> {
    /// Where the other instance is written.
    pub(super) fn other_place(&self) -> String {
        self.other_node.place(self.other.span)
    }
}

/// The instance that is meant to be the same virtual router: by number and family, with a name or an address in
/// common where several have the number; else by name; else by an address in common.
pub(super) fn partner<'o>(own: &VrrpInstance, others: &'o [VrrpInstance]) -> Option<&'o VrrpInstance> {
    let shares = |other: &VrrpInstance| {
        own.virtual_addresses
            .iter()
            .any(|address| other.virtual_addresses.iter().any(|theirs| theirs.address == address.address))
    };
    let same_number = |other: &&VrrpInstance| (other.vrid, other.family) == (own.vrid, own.family);
    let numbered = || others.iter().filter(same_number);
    let related = |other: &&VrrpInstance| other.name == own.name || shares(other);
    let mut alone = numbered();
    numbered()
        .find(related)
        .or_else(|| others.iter().find(|other| other.name == own.name && other.family == own.family))
        .or_else(|| others.iter().find(|other| shares(other)))
        .or_else(|| alone.next().filter(|_| alone.next().is_none()))
}
