//! Mistakes on purpose, one for each target, to see that fuzzing finds them.
//!
//! Only with `RUSTFLAGS='--cfg planted_bug'`; otherwise nothing happens here. No file of the
//! committed corpus meets one: `README.md` tells how they are found.

#[cfg(planted_bug)]
pub(crate) use mistakes::{
    in_exchange, in_expand, in_frame, in_lower, in_parse, in_pattern, in_receive, in_reply, in_view,
};
#[cfg(not(planted_bug))]
pub(crate) use none::{
    in_exchange, in_expand, in_frame, in_lower, in_parse, in_pattern, in_receive, in_reply, in_view,
};

#[cfg(not(planted_bug))]
mod none {
    use healthcheck::{AgentReply, RegexPattern};
    use ipvs_netlink::ObservedService;
    use kconf_parser::Tree;
    use kconf_parser::model::Config;
    use vrrp_proto::{AdvertisementView, Announcement, EthernetFrame, Received};

    pub(crate) fn in_view(_: &AdvertisementView<'_>) {}
    pub(crate) fn in_receive(_: &Received<'_>) {}
    pub(crate) fn in_reply(_: &ObservedService) {}
    pub(crate) fn in_frame(_: &EthernetFrame<'_>, _: &Announcement) {}
    pub(crate) fn in_parse(_: &Tree) {}
    pub(crate) fn in_expand(_: &Tree) {}
    pub(crate) fn in_lower(_: &Config) {}
    pub(crate) fn in_exchange(_: &AgentReply) {}
    pub(crate) fn in_pattern(_: &RegexPattern, _: &[u8]) {}
}

#[cfg(planted_bug)]
mod mistakes {
    use healthcheck::{AgentAdmin, AgentHealth, AgentReply, RegexOption, RegexPattern};
    use ipvs_netlink::{Granularity, ObservedService, ServiceKey};
    use kconf_parser::Tree;
    use kconf_parser::model::Config;
    use kconf_parser::tree::TokenKind;
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

    /// Wrong for a word with a hidden comment sign three blocks deep.
    pub(crate) fn in_parse(tree: &Tree) {
        for line in tree.lines().iter().filter(|line| line.depth == 3) {
            let hidden = |word: &[u8]| word.windows(2).any(|pair| pair == b"\\!");
            let words = tree.words(line).iter().filter(|token| token.kind == TokenKind::Word);
            assert!(!words.map(|token| tree.sources().text(token.span())).any(hidden), "planted");
        }
    }

    /// Wrong for a line that a list inside a sequence makes in an included file.
    pub(crate) fn in_expand(tree: &Tree) {
        let sources = tree.sources();
        for token in tree.tokens() {
            let written = sources.written_at(token.span());
            let line = sources.text(written);
            let nested = line.starts_with(b"~SEQ") && line.windows(4).any(|part| part == b"~LST");
            assert!(!nested || sources.included_at(written.source).is_none(), "planted");
        }
    }

    /// Wrong for a real server above weight 40 with two checks, beside a sorry server.
    pub(crate) fn in_lower(config: &Config) {
        for server in config.virtual_servers.iter().filter(|server| server.sorry_server.is_some()) {
            let heavy = |real: &kconf_parser::model::RealServer| real.weight > 40 && real.checkers.len() > 1;
            assert!(!server.real_servers.iter().any(heavy), "planted");
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

    /// Wrong for an agent that is up, wants maintenance and names its weight, with a reason.
    pub(crate) fn in_exchange(reply: &AgentReply) {
        if (reply.health, reply.admin) == (Some(AgentHealth::Up), Some(AgentAdmin::Maintenance)) {
            assert!(reply.percent.is_none() || reply.text.is_empty(), "planted");
        }
    }

    /// Wrong for a pattern in lines with a look-behind, in a body of several lines.
    pub(crate) fn in_pattern(pattern: &RegexPattern, body: &[u8]) {
        if pattern.options() == [RegexOption::Multiline] && pattern.pattern().contains("(?<!") {
            assert!(!body.contains(&b'\n'), "planted");
        }
    }
}
