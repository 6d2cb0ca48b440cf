//! Gratuitous ARP and neighbour advertisements.

use core::net::IpAddr;

use vrrp_proto::{
    Announcement, EthernetFrame, FrameError, gratuitous_arp, gratuitous_arp_reply, multicast_mac,
    solicited_node_group, unsolicited_neighbour_advertisement, write_ethernet_header,
};

use crate::planted;

pub(super) fn run(frame: &EthernetFrame<'_>) {
    match Announcement::parse(frame) {
        Ok(announcement) => {
            written_again(frame, &announcement);
            tagged(frame, &announcement);
            grouped(announcement.address());
            planted::in_frame(frame, &announcement);
        }
        Err(error) => assert_eq!(error, FrameError::Announcement),
    }
}

/// What we would send to say the same is read as the same, and is the same where the frame is
/// one of ours.
fn written_again(frame: &EthernetFrame<'_>, announcement: &Announcement) {
    let mut said = *announcement;
    let written = match &mut said {
        Announcement::Arp { address, mac, reply: false } => gratuitous_arp(*mac, *address).to_vec(),
        Announcement::Arp { address, mac, reply: true } => gratuitous_arp_reply(*mac, *address).to_vec(),
        Announcement::Neighbour { address, mac, router, overrides } => {
            // Ours always say both.
            *overrides = true;
            let mac = *mac.get_or_insert(frame.source);
            unsolicited_neighbour_advertisement(mac, *address, *router).to_vec()
        }
        other => panic!("{other:?} is never read"),
    };
    let again = EthernetFrame::parse(&written).expect("what was written is read");
    assert_eq!(Announcement::parse(&again), Ok(said));
    assert_eq!(again.ether_type, frame.ether_type);

    let (ours, theirs) = (again.payload, frame.payload);
    match announcement {
        // All but the target's hardware address, which nobody reads.
        Announcement::Arp { .. } => {
            assert_eq!((&ours[..18], &ours[24..]), (&theirs[..18], &theirs[24..28]));
        }
        // One of ours has the same IP header, flags and option; 0xffff is another zero.
        _ if theirs.len() == ours.len()
            && (&theirs[..40], &theirs[44..48]) == (&ours[..40], &ours[44..48])
            && said == *announcement
            && theirs[42..44] != [0xff; 2] =>
        {
            assert_eq!(ours, theirs);
        }
        _ => {}
    }
}

/// A tag changes nothing.
fn tagged(frame: &EthernetFrame<'_>, announcement: &Announcement) {
    let mut octets = vec![0; 18];
    let written =
        write_ethernet_header(frame.source, frame.destination, Some(7), frame.ether_type, &mut octets);
    assert_eq!(written, Ok(18));
    octets.extend_from_slice(frame.payload);
    let tagged = EthernetFrame::parse(&octets).expect("what was written is read");
    assert_eq!((tagged.vlan, Announcement::parse(&tagged)), (Some(7), Ok(*announcement)));
}

/// Groups have MAC addresses, and every IPv6 address has a group.
fn grouped(address: IpAddr) {
    assert_eq!(multicast_mac(address).is_some(), address.is_multicast());
    let IpAddr::V6(address) = address else { return };
    let group = solicited_node_group(address);
    let mac = multicast_mac(group.into()).expect("a group");
    assert_eq!((&mac[..3], &mac[3..]), (&[0x33, 0x33, 0xff][..], &address.octets()[13..]));
}
