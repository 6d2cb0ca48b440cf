//! Answers from the host that this runs on (feature `host`).
//!
//! The rest of the crate asks, and these two look: [`HostFacts`] for interfaces, addresses, users, scripts and names of
//! routing, [`HostFiles`] for included files. Both look as keepalived does.
//!
//! ```no_run
//! use kconf_parser::host::{HostFacts, HostFiles, config_id};
//! use kconf_parser::{ExpandOptions, expand, lower};
//!
//! let path = "/etc/keepalived/keepalived.conf";
//! let options = ExpandOptions { config_id: config_id(), ..ExpandOptions::default() };
//! let parsed = expand(path, &std::fs::read(path)?, &HostFiles::default(), &options);
//! let lowered = lower(&parsed.tree, &HostFacts::default());
//! for finding in parsed.diagnostics.iter().chain(&lowered.diagnostics) {
//!     eprint!("{}", finding.render(parsed.tree.sources()));
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

mod facts;
mod files;
mod routing;

pub use facts::{HostFacts, find_program};
pub use files::HostFiles;

/// The host name: keepalived's default for `-i` is its first part.
pub fn host_name() -> String {
    nix::unistd::gethostname().unwrap_or_default().to_string_lossy().into_owned()
}

/// keepalived's default for `-i`: the host name up to the first dot.
pub fn config_id() -> String {
    host_name().split('.').next().unwrap_or_default().to_owned()
}
