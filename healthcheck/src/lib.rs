//! Health checks for load balancers: judge and probe apart.
//!
//! This crate is at its beginning: [`Policy`] is the one thing it holds, keepalived's rule
//! of when to probe again. It never reads a clock, opens a socket or spawns a thread.

mod policy;

pub use policy::Policy;
