//! Whole packets and frames around a message: for raw sockets, sniffers and simulators.

mod announcement;
mod ethernet;
mod ipv4;
mod ipv6;

pub use announcement::Announcement;
pub use ethernet::{EthernetFrame, write_ethernet_header};
pub use ipv4::{IPV4_HEADER_LEN, Ipv4Frame, Ipv4Packet};
pub use ipv6::{IPV6_HEADER_LEN, Ipv6Frame, Ipv6Packet};

use crate::FrameError;

/// Internetwork Control (precedence 6), the upper six bits of TOS and traffic class 0xC0.
const DSCP_CS6: u8 = 0xc0 >> 2;

fn length_error(error: etherparse::err::LenError) -> FrameError {
    FrameError::Truncated { needed: error.required_len, got: error.len }
}
