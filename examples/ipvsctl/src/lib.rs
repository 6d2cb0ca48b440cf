//! Controls IPVS, the load balancer of the Linux kernel, with `ipvs-netlink`.
//!
//! Two command lines in one program: ipvsadm's own flags, which print what ipvsadm prints and
//! read its rules, and subcommands for what it cannot do (plan, apply, JSON, a live view).
//! README.md has both.
//!
//! As a library it offers the parts that need no kernel: [`Operation::parse`] reads a command
//! line, [`rules`] and [`desired`] read files of them, [`steps`] finds the changes, [`Rules`] and
//! the functions of the listing write text.
//!
//! ```
//! use ipvsctl::{Authority, NoNames, desired, print_steps, steps};
//!
//! let current = desired("-A -t 192.0.2.1:80 -s rr\n", &NoNames)?;
//! let wanted = desired("-A -t 192.0.2.1:80 -s wlc\n-a -t 192.0.2.1:80 -r 10.0.0.1 -g\n", &NoNames)?;
//! let mut text = String::new();
//! print_steps(&mut text, &steps(&current, &wanted, Authority::default()), &mut std::io::sink());
//! assert_eq!(text, "-E -t 192.0.2.1:80 -s wlc\n-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 1\n");
//! # Ok::<(), ipvsctl::RuleError>(())
//! ```

mod address;
mod cli;
mod desired;
mod failure;
mod flags;
mod host;
mod json;
mod names;
mod print;
mod restore;
mod rules;
mod run;
mod stats;
mod top;

pub use address::host_and_port;
pub use cli::main;
pub use desired::{Authority, apply_steps, print_steps, steps};
pub use failure::Failure;
pub use flags::{Columns, Flag, Listing, Note, Operation, Parsed, UsageError, View};
pub use names::{Names, NoNames, SystemNames};
pub use print::{
    Connection, ConnectionError, Dialect, Inexpressible, Rules, connections, daemons, head, sort_entries,
    table, timeouts,
};
pub use restore::{BadLine, restore};
pub use rules::{Problem, Rule, RuleError, desired, rules};
