//! Benchmarks of the workspace: `cargo bench -p benches`.
//!
//! Performance is measured here and never asserted in tests, which a busy machine would break.
