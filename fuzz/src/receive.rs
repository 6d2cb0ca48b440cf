//! Receiving: what counts, what does not, and what is remembered.
//!
//! An input is thirteen octets that choose what a virtual router expects, what the
//! packet's IP header says and which part below runs, and then a message, a packet with an
//! authentication header, or a list of numbers.

mod flip;
mod heard;
mod history;
mod laws;
mod situation;
mod twin;

use situation::{Part, Situation};

/// Runs one input.
///
/// # Panics
///
/// When one of the laws in the modules does not hold.
pub fn run(octets: &[u8]) {
    let Some((situation, rest)) = Situation::read(octets) else { return };
    match situation.part() {
        Part::Heard => heard::run(&situation, rest),
        Part::Twin => twin::run(&situation, rest),
        Part::History => history::run(&situation, rest),
    }
}
