//! Text: what ipvsadm prints, to the octet, and rules that lose nothing.

mod connections;
mod endpoint;
mod order;
mod rule;
mod table;

pub use connections::{Connection, ConnectionError, connections};
pub use order::sort_entries;
pub(crate) use order::{sort_destinations, sort_services};
pub(crate) use rule::scheduler_flag_names;
pub use rule::{Dialect, Inexpressible, Rules};
pub use table::{daemons, head, table, timeouts};
pub(crate) use table::{entry, title};
