//! The daemon on the wire: with Debian's keepalived as the other router, and by itself.
//!
//! Who is master is read from the kernel's lists of addresses and from what crosses the bridge,
//! never from a log.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod alone;
#[path = "../common/mod.rs"]
mod common;
mod fifo;
mod files;
mod frozen;
mod halves;
mod password;
mod placement;
mod reload;
mod scripts;
mod succession;
mod sync;
mod unicast;

use common::Program;
