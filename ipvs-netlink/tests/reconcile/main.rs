//! The reconciler against a model of the kernel: what it commands, what it tells, when it waits.
#![expect(clippy::expect_used, reason = "a test may panic")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test is about some events and commands")]

mod calls;
mod drains;
mod kernel;
#[cfg(feature = "fake")]
mod octets;
mod rules;
mod simulation;
