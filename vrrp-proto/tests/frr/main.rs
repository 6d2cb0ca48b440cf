//! FRR's vrrpd as the other router: what it sends we read and let in, what we send it believes.
//!
//! The captured frames of `captured_frr.rs` are what one release of it once sent; this asks the
//! one that is installed. The network is made of namespaces, so it needs Linux, and rights that
//! a user namespace gives too.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod backup;
mod daemon;
mod judge;
mod master;
mod rival;
mod router;

use core::time::Duration;
use std::{io, path::Path};

use netlab::{LabError, Lan, Mac, with_namespaces};
use nix::errno::Errno;

/// For what has to happen; on an idle machine it takes a tenth of it at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// The host of the LAN that runs FRR.
const FRR: u8 = 1;
/// The host of the LAN that is us.
const OURS: u8 = 2;

/// Runs `test` on a LAN of two hosts, or prints why it cannot.
fn with_frr(name: &str, test: impl FnOnce(&Lan)) {
    for needed in [daemon::ZEBRA, daemon::VRRPD, "/proc/net/if_inet6"] {
        if !Path::new(needed).exists() {
            return println!("SKIPPED {name}: no {needed}");
        }
    }
    with_namespaces(|| {
        let lan = Lan::new(2).unwrap();
        match try_macvlan(&lan) {
            Err(LabError::Link { source, .. }) if is_unsupported(&source) => {
                println!("SKIPPED {name}: needs macvlan in the kernel: {source}");
            }
            tried => {
                tried.unwrap();
                test(&lan);
            }
        }
    });
}

fn try_macvlan(lan: &Lan) -> Result<(), LabError> {
    let host = lan.node(FRR)?;
    host.add_macvlan("try", lan.interface(), Mac::new([2, 0, 0, 0, 0, 9]))?;
    host.delete_link("try")
}

fn is_unsupported(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::EOPNOTSUPP as i32)
}
