//! The bodies of the fuzz targets, one module and one `run` function each.
//!
//! They are ordinary functions that panic when a law is broken, so that `tests/replay.rs` can
//! send the committed corpus through them on the stable toolchain, without libFuzzer:
//! `cargo test --no-default-features`.
//!
//! A crash becomes a file in `corpus/` first, a fix second.

pub mod exchange;
pub mod frame;
mod hosts;
pub mod pattern;
mod planted;
pub mod receive;
pub mod reply;
pub mod text;
pub mod view;
