//! Frames and packets around messages, and announcements: taken apart, written again.
//!
//! An input is an Ethernet frame. It is also tried as an IP packet.

mod announcement;
mod authenticated;
mod ipv4;
mod ipv6;

use vrrp_proto::{EthernetFrame, FrameError, write_ethernet_header};

/// Runs one input.
///
/// # Panics
///
/// When one of the laws in the modules does not hold.
pub fn run(octets: &[u8]) {
    packet(octets);
    match EthernetFrame::parse(octets) {
        Ok(frame) => {
            written_again(octets, &frame);
            packet(frame.payload);
            announcement::run(&frame);
        }
        Err(error) => refused(octets, error),
    }
}

fn packet(octets: &[u8]) {
    ipv4::run(octets);
    ipv6::run(octets);
}

/// A header is the same again, but for the priority in its tag.
fn written_again(octets: &[u8], frame: &EthernetFrame<'_>) {
    let mut out = [0xa5; 18];
    let header_len = octets.len() - frame.payload.len();
    match write(frame, &mut out) {
        Ok(len) => {
            assert_eq!(len, header_len);
            let mut header = octets[..len].to_vec();
            if frame.vlan.is_some() {
                header[14] &= 0x0f;
            }
            assert_eq!((&out[..len], &out[len..]), (&header[..], &[0xa5; 18][len..]));
            let available = len - 1;
            let too_small = FrameError::BufferTooSmall { needed: len, available };
            assert_eq!(write(frame, &mut out[..available]), Err(too_small));
        }
        Err(error) => {
            assert_eq!((error, frame.vlan), (FrameError::Vlan(4095), Some(4095)));
            assert_eq!(out, [0xa5; 18]);
        }
    }
}

fn write(frame: &EthernetFrame<'_>, out: &mut [u8]) -> Result<usize, FrameError> {
    write_ethernet_header(frame.source, frame.destination, frame.vlan, frame.ether_type, out)
}

/// What is too short is shorter than what is needed.
fn refused(octets: &[u8], error: FrameError) {
    assert!(!error.to_string().is_empty());
    if let FrameError::Truncated { needed, got } = error {
        assert!(got < needed && got <= octets.len());
    }
}

/// The sum over the words of an IPv4 header, its checksum included, is all ones.
fn is_summed(header: &[u8]) -> bool {
    let (words, _) = header.as_chunks::<2>();
    let sum: u32 = words.iter().map(|word| u32::from(u16::from_be_bytes(*word))).sum();
    (sum & 0xffff) + (sum >> 16) == 0xffff
}
