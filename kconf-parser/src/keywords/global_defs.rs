//! Keywords of `global_defs`.

use super::build::{keywords, optional, within};
use super::{Block, Takes};

mod lvs;
mod notify;
mod process;
mod system;
mod vrrp;

/// `global_defs`.
pub(super) static GLOBAL_DEFS: Block = within(
    "global_defs",
    "global_defs",
    keywords!(process::KEYWORDS, notify::KEYWORDS, vrrp::KEYWORDS, lvs::KEYWORDS, system::KEYWORDS),
)
.without(&[
    optional("lvs_id", Takes::Text("NAME"), "Name of this machine.").until(1, 1, 7).instead("router_id"),
    optional("plugin_dir", Takes::Text("DIRECTORY"), "Where plugins were loaded from.")
        .since(1, 1, 8)
        .until(1, 2, 19),
]);
