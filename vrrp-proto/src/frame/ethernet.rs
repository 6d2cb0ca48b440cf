//! Ethernet headers, with and without a VLAN tag.

use etherparse::{EtherType, Ethernet2Header, Ethernet2Slice, SingleVlanHeader, SingleVlanSlice, VlanId};

use super::length_error;
use crate::FrameError;

/// A captured Ethernet frame, one VLAN tag skipped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EthernetFrame<'a> {
    /// Who sent it: the interface's MAC, or the virtual one.
    pub source: [u8; 6],
    /// To whom.
    pub destination: [u8; 6],
    /// The tag's VLAN identifier.
    pub vlan: Option<u16>,
    /// What the payload is, behind the tag: 0x0800 IPv4, 0x0806 ARP.
    pub ether_type: u16,
    /// The rest, padding included.
    pub payload: &'a [u8],
}

impl<'a> EthernetFrame<'a> {
    /// Takes the Ethernet header off `octets`, a frame without FCS.
    ///
    /// # Errors
    ///
    /// [`FrameError::Truncated`] if the header or the tag is incomplete.
    pub fn parse(octets: &'a [u8]) -> Result<Self, FrameError> {
        let frame = Ethernet2Slice::from_slice_without_fcs(octets).map_err(length_error)?;
        let untagged = Self {
            source: frame.source(),
            destination: frame.destination(),
            vlan: None,
            ether_type: frame.ether_type().0,
            payload: frame.payload_slice(),
        };
        if frame.ether_type() != EtherType::VLAN_TAGGED_FRAME {
            return Ok(untagged);
        }
        let tag = SingleVlanSlice::from_slice(untagged.payload).map_err(length_error)?;
        Ok(Self {
            vlan: Some(tag.vlan_identifier().value()),
            ether_type: tag.ether_type().0,
            payload: tag.payload_slice(),
            ..untagged
        })
    }
}

/// Writes an Ethernet header to the front of `out`, with a tag if `vlan` is given (`0..=4094`,
/// priority 0), and returns its length, 14 or 18.
///
/// # Errors
///
/// [`FrameError::Vlan`], [`FrameError::BufferTooSmall`]. `out` is then untouched.
pub fn write_ethernet_header(
    source: [u8; 6],
    destination: [u8; 6],
    vlan: Option<u16>,
    ether_type: u16,
    out: &mut [u8],
) -> Result<usize, FrameError> {
    let ether_type = EtherType(ether_type);
    let Some(vlan) = vlan else {
        return put(out, &[&Ethernet2Header { source, destination, ether_type }.to_bytes()]);
    };
    // 4095 is reserved (IEEE 802.1Q).
    let valid = VlanId::try_new(vlan).ok().filter(|id| id.value() < 0x0fff);
    let vlan_id = valid.ok_or(FrameError::Vlan(vlan))?;
    let outer = Ethernet2Header { source, destination, ether_type: EtherType::VLAN_TAGGED_FRAME };
    let tag = SingleVlanHeader { vlan_id, ether_type, ..SingleVlanHeader::default() };
    put(out, &[&outer.to_bytes(), &tag.to_bytes()])
}

/// Writes the parts to the front of `out`.
fn put(out: &mut [u8], parts: &[&[u8]]) -> Result<usize, FrameError> {
    let needed = parts.iter().map(|part| part.len()).sum();
    let too_small = FrameError::BufferTooSmall { needed, available: out.len() };
    let out = out.get_mut(..needed).ok_or(too_small)?;
    for (to, from) in out.iter_mut().zip(parts.iter().copied().flatten()) {
        *to = *from;
    }
    Ok(needed)
}
