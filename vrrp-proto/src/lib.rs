//! VRRP version 2 and 3 packet codec, `no_std` and sans-IO.
#![no_std]

mod types;

pub use types::{AddressFamily, AdvertInterval, Priority, Version, Vrid};
