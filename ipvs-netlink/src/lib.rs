//! Typed client of the kernel's IPVS (`linux/ip_vs.h`) over generic netlink.
//!
//! This crate is at its beginning: it holds the vocabulary that a configuration needs to
//! name ([`ForwardMethod`], [`Protocol`]). It opens no socket yet, and never loads a kernel
//! module, spawns a thread or reads a clock.

mod uapi;

pub use uapi::{ForwardMethod, Protocol};
