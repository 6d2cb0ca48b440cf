//! VRRP state machine, sans-IO.
#![no_std]
extern crate alloc;
