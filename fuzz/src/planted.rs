//! Mistakes on purpose, one for each target, to see that fuzzing finds them.
//!
//! Only with `RUSTFLAGS='--cfg planted_bug'`; otherwise nothing happens here. No file of the
//! committed corpus meets one: `README.md` tells how they are found.

#[cfg(planted_bug)]
pub(crate) use mistakes::{in_frame, in_receive, in_reply, in_view};
#[cfg(not(planted_bug))]
pub(crate) use none::{in_frame, in_receive, in_reply, in_view};

#[cfg(not(planted_bug))]
mod none {
    use ipvs_netlink::ObservedService;
    use vrrp_proto::{AdvertisementView, Announcement, EthernetFrame, Received};

    pub(crate) fn in_view(_: &AdvertisementView<'_>) {}
    pub(crate) fn in_receive(_: &Received<'_>) {}
    pub(crate) fn in_reply(_: &ObservedService) {}
    pub(crate) fn in_frame(_: &EthernetFrame<'_>, _: &Announcement) {}
}

#[cfg(planted_bug)]
mod mistakes {
    use ipvs_netlink::{Granularity, ObservedService, ServiceKey};
    use vrrp_proto::{
        AddressFamily, AdvertisementView, Announcement, EthernetFrame, Priority, Proof, Received, Version,
    };

    /// Wrong for an owner's VRRPv3 message over IPv6 with three addresses.
    pub(crate) fn in_view(view: &AdvertisementView<'_>) {
        let over_ipv6 = (view.version(), view.family()) == (Version::V3, AddressFamily::V6);
        if over_ipv6 && view.count() == 3 {
            assert!(!view.priority().is_owner(), "planted");
        }
    }

    /// Wrong for an accepted VRRPv3 release whose trailer comes from the future.
    pub(crate) fn in_receive(received: &Received<'_>) {
        if let Proof::Trailer { skew, .. } = received.proof
            && received.view.priority() == Priority::RELEASE
            && received.view.version() == Version::V3
        {
            assert!(skew >= 0, "planted");
        }
    }

    /// Wrong for a router's neighbour advertisement behind a VLAN tag above 255.
    pub(crate) fn in_frame(frame: &EthernetFrame<'_>, announcement: &Announcement) {
        if let Announcement::Neighbour { router: true, .. } = announcement
            && let Some(vlan) = frame.vlan
        {
            assert!(vlan <= 255, "planted");
        }
    }

    /// Wrong for a one-packet service of a firewall mark whose clients count by less than 32 bits.
    pub(crate) fn in_reply(found: &ObservedService) {
        let marked = matches!(found.key, ServiceKey::FirewallMark { .. }) && found.service.one_packet;
        if let Some(persistence) = found.service.persistence
            && marked
        {
            assert!(!matches!(persistence.granularity, Granularity::V6(..32)), "planted");
        }
    }
}
