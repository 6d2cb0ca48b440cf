//! Mistakes on purpose, in what a target is given, to see that fuzzing finds them.
//!
//! Only with `RUSTFLAGS='--cfg planted_bug'` and `PLANTED=rare`; otherwise nothing happens here. No file
//! of the committed corpus meets one: `README.md` tells how they are found.

#[cfg(planted_bug)]
pub(crate) use mistakes::{in_frame, in_parse, in_receive, in_reply, in_view};
#[cfg(not(planted_bug))]
pub(crate) use none::{in_frame, in_parse, in_receive, in_reply, in_view};

#[cfg(not(planted_bug))]
mod none {
    use ipvs_netlink::ObservedService;
    use kconf_parser::Tree;
    use vrrp_proto::{AdvertisementView, Announcement, EthernetFrame, Received};

    pub(crate) fn in_view(_: &AdvertisementView<'_>) {}
    pub(crate) fn in_receive(_: &Received<'_>) {}
    pub(crate) fn in_reply(_: &ObservedService) {}
    pub(crate) fn in_frame(_: &EthernetFrame<'_>, _: &Announcement) {}
    pub(crate) fn in_parse(_: &Tree) {}
}

#[cfg(planted_bug)]
mod mistakes {
    use std::sync::LazyLock;

    use ipvs_netlink::{Granularity, ObservedService, ServiceKey};
    use kconf_parser::Tree;
    use kconf_parser::tree::TokenKind;
    use vrrp_proto::{
        AddressFamily, AdvertisementView, Announcement, EthernetFrame, Priority, Proof, Received, Version,
    };

    /// Whether these are made, and not those of `planted.patch`.
    static RARE: LazyLock<bool> = LazyLock::new(|| std::env::var("PLANTED").is_ok_and(|name| name == "rare"));

    /// Wrong for an owner's VRRPv3 message over IPv6 with three addresses.
    pub(crate) fn in_view(view: &AdvertisementView<'_>) {
        let over_ipv6 = (view.version(), view.family()) == (Version::V3, AddressFamily::V6);
        if over_ipv6 && view.count() == 3 {
            assert!(!*RARE || !view.priority().is_owner(), "planted");
        }
    }

    /// Wrong for an accepted VRRPv3 release whose trailer comes from the future.
    pub(crate) fn in_receive(received: &Received<'_>) {
        if let Proof::Trailer { skew, .. } = received.proof
            && received.view.priority() == Priority::RELEASE
            && received.view.version() == Version::V3
        {
            assert!(!*RARE || skew >= 0, "planted");
        }
    }

    /// Wrong for a router's neighbour advertisement behind a VLAN tag above 255.
    pub(crate) fn in_frame(frame: &EthernetFrame<'_>, announcement: &Announcement) {
        if let Announcement::Neighbour { router: true, .. } = announcement
            && let Some(vlan) = frame.vlan
        {
            assert!(!*RARE || vlan <= 255, "planted");
        }
    }

    /// Wrong for a word with a hidden comment sign three blocks deep.
    pub(crate) fn in_parse(tree: &Tree) {
        for line in tree.lines().iter().filter(|line| line.depth == 3) {
            let hidden = |word: &[u8]| word.windows(2).any(|pair| pair == b"\\!");
            let words = tree.words(line).iter().filter(|token| token.kind == TokenKind::Word);
            let mut words = words.map(|token| tree.sources().text(token.span()));
            assert!(!*RARE || !words.any(hidden), "planted");
        }
    }

    /// Wrong for a one-packet service of a firewall mark whose clients count by less than 32 bits.
    pub(crate) fn in_reply(found: &ObservedService) {
        let marked = matches!(found.key, ServiceKey::FirewallMark { .. }) && found.service.one_packet;
        if let Some(persistence) = found.service.persistence
            && marked
        {
            assert!(!*RARE || !matches!(persistence.granularity, Granularity::V6(..32)), "planted");
        }
    }
}
