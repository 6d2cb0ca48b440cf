//! Mistakes that keepalived accepts: a configuration that runs and does not do what it says.
//!
//! Each lint is a function in a file of its own, beside the [`Page`] that explains it. A page carries an example that
//! has the mistake and one that nearly has it; tests hold every lint to its page.
//!
//! A finding is a warning if the configuration surely does not do what it says, a note if that depends on something
//! that it does not show: the other node, the host, the network. [`LintOptions`] can show both of the first two.

mod addresses;
mod announce;
mod check;
mod commands;
mod comment;
mod context;
mod counterparts;
mod fast;
mod fault;
mod host;
mod mail;
mod nopreempt;
mod owner;
mod page;
mod pair;
mod places;
mod priorities;
mod problem;
mod routing;
mod scripts;
mod service;
mod strict;
mod sync_daemon;
mod sync_group;
mod trackers;
mod unicast;
mod unused;
mod weight;

use crate::model::Config;
use crate::{AssumePresent, Diagnostic, Facts, Tree};

pub use page::{Example, Page};
pub use problem::{Finding, Lint};

use context::Context;

/// What is known besides the configuration.
#[derive(Clone, Copy)]
pub struct LintOptions<'a> {
    /// The host that the configuration is meant for.
    pub facts: &'a dyn Facts,
    /// The other node of the pair.
    pub pair: Option<Pair<'a>>,
}

impl Default for LintOptions<'_> {
    /// Nothing is known.
    fn default() -> Self {
        Self { facts: &AssumePresent, pair: None }
    }
}

impl core::fmt::Debug for LintOptions<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("LintOptions").field("pair", &self.pair.is_some()).finish_non_exhaustive()
    }
}

/// The configuration of the other node.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// Its text.
    pub tree: &'a Tree,
    /// Its meaning.
    pub config: &'a Config,
}

/// Looks for mistakes in a configuration that was read without, or in spite of, others.
///
/// `config` is what [`lower`](crate::lower()) made of `tree`. Findings come in the order of the text. Nothing that
/// lowering reports is reported again.
///
/// ```
/// use kconf_parser::{AssumePresent, LintOptions, lint, lower, parse};
///
/// let parsed = parse("keepalived.conf", b"
/// vrrp_instance VI_1 {
///     interface eth0
///     virtual_router_id 51
///     authentication {
///         auth_type PASS
///         auth_pass s3cr#t
///     }
///     virtual_ipaddress { 192.0.2.1/24 }
/// }
/// ");
/// let lowered = lower(&parsed.tree, &AssumePresent);
/// assert!(lowered.diagnostics.is_empty());
///
/// let findings = lint(&parsed.tree, &lowered.config, &LintOptions::default());
/// assert_eq!(findings[0].code(), "comment-cuts-word");
/// ```
pub fn lint(tree: &Tree, config: &Config, options: &LintOptions<'_>) -> Vec<Diagnostic> {
    let context = Context::new(tree, config, options);
    let mut findings = Vec::new();
    for check in CHECKS {
        check(&context, &mut findings);
    }
    findings.sort_by_key(|finding| (tree.sources().written_at(finding.span), finding.span));
    findings
}

/// A lint, or several that look at the same things.
type Check = fn(&Context<'_>, &mut Vec<Diagnostic>);

const CHECKS: &[Check] = &[
    addresses::check,
    announce::check,
    check::check,
    comment::check,
    fast::check,
    fault::check,
    host::check,
    mail::check,
    nopreempt::check,
    owner::check,
    pair::adverts::check,
    pair::nodes::check,
    pair::peers::check,
    pair::roles::check,
    pair::routing::check,
    priorities::check,
    routing::gateway::check,
    routing::routes::check,
    routing::rules::check,
    scripts::check,
    service::check,
    strict::check,
    sync_daemon::check,
    sync_group::check,
    unicast::check,
    unused::check,
    weight::check,
];
