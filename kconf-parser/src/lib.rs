//! Typed, lossless parser for `keepalived.conf`, with errors that people can act on.
//!
//! Reading a file takes three steps, and none of them fails:
//!
//! 1. [`parse`] splits the text into lines, words and braces. Nothing is lost: [`Tree::print`] gives the same octets
//!    back. [`expand()`] does the same for what keepalived reads in the end, with includes, `@conditions`, `$definitions`,
//!    `~SEQ` and `~LST` carried out.
//! 2. [`lower`] gives the lines keepalived's meaning: a [`model::Config`] in which every default, fall-back and rule is
//!    applied.
//! 3. Both give [`Diagnostic`]s. Each names its [`Problem`], knows its place, and says how keepalived takes it:
//!    [`Severity`] is what it means for running, [`config_test`] the exit code of `keepalived -t`.
//!
//! A configuration that keepalived takes without a word can still do something else than it says. [`lint()`](lint()) looks for
//! such mistakes, also beside the configuration of the other node.
//!
//! ```
//! use kconf_parser::{AssumePresent, ConfigTest, ExpandOptions, NoFiles, config_test, expand, lower};
//!
//! let text = b"
//! vrrp_instance VI_1 {
//!     interface eth0
//!     virtual_router_id 51
//!     priorty 150
//!     virtual_ipaddress { 192.0.2.1/24 }
//! }
//! ";
//! let parsed = expand("keepalived.conf", text, &NoFiles, &ExpandOptions::default());
//! let lowered = lower(&parsed.tree, &AssumePresent);
//!
//! // As in keepalived, the line has no effect, and the default is used.
//! assert_eq!(lowered.config.instances[0].priority, 100);
//! assert_eq!(config_test(&lowered.diagnostics), ConfigTest::WouldRun);
//! assert_eq!(
//!     lowered.diagnostics[0].render(parsed.tree.sources()),
//!     "\
//! keepalived.conf:5:5: warning[unknown-keyword]: unknown keyword 'priorty' in 'vrrp_instance'
//!   |
//! 5 |     priorty 150
//!   |     ^^^^^^^
//!   = help: did you mean 'priority'?
//! "
//! );
//! ```
//!
//! What a configuration means can depend on the host: whether an interface exists, whether a script can be run. This
//! crate never looks: it asks [`Facts`] and, for includes, a [`Loader`]. It reads no file, no clock and no environment.
//! Whoever wants answers from the host that the program runs on finds them in module `host`, which is there with the
//! feature of that name; without it they are yours to write.
//!
//! Behaviour was measured with keepalived 2.2.7. Keywords newer than that are known and marked so in [`keywords`].
//!
//! Whoever embeds this crate and gives some keywords no effect names them in [`LowerOptions`]; each line with one is then
//! reported as [`Problem::NotSupported`].
//!
//! ## Where this is not keepalived
//!
//! - A line longer than keepalived's buffer is dropped as a whole, as in 2.4; 2.2.7 reads its tail as another line.
//! - `interval` and `timeout` of a `vrrp_script` may be fractions of a second, as in 2.4.
//! - A range of more than 65 536 addresses and firewall mark 0 in a `virtual_server_group` have no effect. keepalived
//!   takes both.
//! - VRRP version 2 that is written above the first IPv6 address gives way to version 3. keepalived sends what no RFC
//!   knows.
//! - An instance without an interface sends unicast from its source address, as in 2.4; 2.2.7 does not start.
//! - The room for addresses in an advert is that of an MTU of 1500 octets, and what exists on the host is told only by
//!   [`Facts`]: whether an interface that `use_vmac` names is a macvlan is not asked.
//! - keepalived's child processes read an include twice that stands behind an `@condition` or in a `$definition`. Here
//!   it is read once.
//! - Files that include one another end where the circle closes; keepalived goes on until it may open no more files.
//! - `random_seed` has its effect. In keepalived it is forgotten before `${_RANDOM}` could draw by it.
//! - A check of a real server without a port goes to the virtual server's port; keepalived tries port 0. A `host` of an
//!   `SMTP_CHECK` without `connect_timeout` has that of the block around; keepalived gives it none.
//! - Patterns of `regex` are not compiled, and `*_cpu_affinity` takes numbers of processors that the host may not have.
//! - A rule with a range that ends before it begins and a route with MPLS labels that are none have no effect.
//!   keepalived hands them to the kernel, which refuses them.
//! - Some mistakes crash keepalived 2.2.7 (an instance without a name and block, a check without a URL, a virtual
//!   server by group or mark that does not say which). Here they are findings like all others.

mod describe;
pub mod diagnostic;
pub mod diff;
pub mod edit;
pub mod expand;
mod facts;
mod fmt;
#[cfg(feature = "host")]
pub mod host;
pub mod keywords;
mod lexer;
pub mod lint;
mod lower;
pub mod model;
mod parse;
mod physical;
mod routing_names;
mod span;
pub mod tree;

pub use describe::{Secret, Value};
pub use diagnostic::{ConfigTest, Diagnostic, Fix, Problem, Related, Severity, config_test};
pub use diff::{Change, ChangeKind, SettingChange, Subject, diff};
pub use expand::{ExpandOptions, Loader, NoFiles, expand, expand_owned};
pub use facts::{AssumePresent, Facts, FactsTable, HostAddress, ScriptStatus};
pub use fmt::{FormatOptions, LineEnding, format};
pub use lint::{Lint, LintOptions, Pair, lint};
pub use lower::{LowerOptions, Lowered, lower, lower_with};
pub use parse::{Parsed, parse};
pub use routing_names::{RoutingNames, RoutingNumber};
pub use span::{Position, SourceId, Sources, Span};
pub use tree::Tree;
