//! What a lint looks at.

use super::LintOptions;
use super::counterparts::Counterparts;
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
    pub(super) fn lines(&self, instance: &VrrpInstance) -> Block<'_> {
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
    /// The other node's instance for each of ours.
    counterparts: Vec<Option<&'a VrrpInstance>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(tree: &'a Tree, config: &'a Config, options: &LintOptions<'a>) -> Self {
        let other = options.pair.map(|pair| Node::new(pair.tree, pair.config));
        let others = options.pair.map_or(&[][..], |pair| &pair.config.instances);
        let all = Counterparts::new(others);
        let counterparts = config.instances.iter().map(|own| all.of(own)).collect();
        Self { own: Node::new(tree, config), other, facts: options.facts, counterparts }
    }

    /// Each instance, and the pair that it makes with the other node's.
    pub(super) fn instances(&self) -> impl Iterator<Item = (&'a VrrpInstance, Option<InstancePair<'_>>)> {
        let other_node = self.other.as_ref();
        let instances = self.own.config.instances.iter().zip(&self.counterparts);
        instances.map(move |(own, counterpart)| {
            let pair = counterpart.zip(other_node);
            (own, pair.map(|(other, other_node)| InstancePair { own, other, other_node }))
        })
    }

    /// Each instance that the other node has, too.
    pub(super) fn pairs(&self) -> impl Iterator<Item = InstancePair<'_>> {
        self.instances().filter_map(|(_, pair)| pair)
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
