//! One option of an address.

use core::net::IpAddr;

use super::{Interfaces, MAX_LABEL, Use, void};
use crate::keywords::near;
use crate::lower::reader::{Reader, Word};
use crate::lower::value::parse;
use crate::model::{AddressScope, Broadcast, VirtualAddress};
use crate::{Diagnostic, Problem};

/// An address whose options are being read.
pub(super) struct Options<'a, 'u> {
    pub(super) interfaces: &'a Interfaces<'a>,
    pub(super) address: VirtualAddress,
    pub(super) used: Use<'u>,
    /// `preferred_lft` is written.
    pub(super) lifetime: bool,
}

/// Options that a value follows.
const WITH_VALUE: &[&str] =
    &["dev", "brd", "broadcast", "scope", "label", "peer", "preferred_lft", "track_group"];

/// Options that stand alone.
const ALONE: &[&str] = &["home", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin", "no_track", "use_vmac"];

impl Options<'_, '_> {
    /// Takes one option. `None` if it makes the whole address void.
    pub(super) fn take<'t>(
        &mut self,
        reader: &mut Reader<'_>,
        word: &Word<'t>,
        words: &mut impl Iterator<Item = Word<'t>>,
    ) -> Option<()> {
        let elsewhere = match self.used {
            Use::Virtual => "track_group",
            Use::Static { .. } => "use_vmac",
        };
        let address = &mut self.address;
        match &*word.text {
            name if name == elsewhere.as_bytes() => unknown(reader, word),
            b"home" => address.home = true,
            b"-nodad" => address.detect_duplicates = true,
            b"mngtmpaddr" => address.manage_temporary = true,
            b"noprefixroute" => address.no_prefix_route = true,
            b"autojoin" => address.auto_join = true,
            b"no_track" => address.no_track = true,
            b"use_vmac" => address.use_vmac = true,
            name => {
                let Some(option) = WITH_VALUE.iter().find(|option| option.as_bytes() == name) else {
                    unknown(reader, word);
                    return Some(());
                };
                let Some(value) = words.next() else {
                    void(reader, word.span, format!("'{option}' needs an argument"));
                    return None;
                };
                return self.with_value(reader, option, &value);
            }
        }
        Some(())
    }

    fn with_value(&mut self, reader: &mut Reader<'_>, option: &str, value: &Word<'_>) -> Option<()> {
        let address = &mut self.address;
        match option {
            "dev" => {
                if address.dev.is_some() {
                    void(reader, value.span, "an address is on one interface".to_owned());
                    return None;
                }
                self.interfaces.check(reader, value);
                address.dev = Some(value.string());
            }
            "scope" => address.scope = scope(reader, value).unwrap_or(address.scope),
            "label" => address.label = Some(label(reader, value)?),
            "peer" => peer(reader, address, value),
            "preferred_lft" => {
                if let Some(lifetime) = lifetime_s(reader, value) {
                    address.preferred_lifetime_s = lifetime;
                    self.lifetime = true;
                }
            }
            "track_group" => self.track_group(reader, value),
            _ => address.broadcast = broadcast(reader, address, value)?,
        }
        Some(())
    }

    fn track_group(&mut self, reader: &mut Reader<'_>, value: &Word<'_>) {
        let Use::Static { groups, group } = &mut self.used else { return };
        let name = value.string();
        if group.is_some() {
            let (what, effect) = ("track_group is already set".to_owned(), "this one has no effect");
            reader.report(value.span, Problem::Adjusted { what, effect, reported: true });
        } else if groups(&name) {
            **group = Some(name);
        } else {
            reader.report(value.span, Problem::Undefined { kind: "track_group", name });
        }
    }
}

fn unknown(reader: &mut Reader<'_>, word: &Word<'_>) {
    let value = word.string();
    let near = match value.as_str() {
        "device" | "interface" => Some("dev"),
        _ => near(WITH_VALUE.iter().chain(ALONE).copied(), &value),
    };
    let suggestion = near.filter(|near| *near != value).map(|near| format!("did you mean '{near}'?"));
    let (expected, effect) = ("an option of this address", "the word has no effect");
    let finding = Diagnostic::new(word.span, Problem::InvalidValue { value, expected, effect });
    reader.advise(Diagnostic { suggestion, ..finding });
}

fn broadcast(reader: &mut Reader<'_>, address: &VirtualAddress, word: &Word<'_>) -> Option<Broadcast> {
    if address.address.is_ipv6() {
        void(reader, word.span, "IPv6 has no broadcast address".to_owned());
        return None;
    }
    match &*word.text {
        b"+" => Some(Broadcast::HostBitsSet),
        b"-" => Some(Broadcast::HostBitsClear),
        _ => reader.address_word(word, "a broadcast address, + or -").map(Broadcast::Address),
    }
}

fn scope(reader: &mut Reader<'_>, word: &Word<'_>) -> Option<AddressScope> {
    let scope = match &*word.text {
        b"global" => Some(AddressScope::Global),
        b"site" => Some(AddressScope::Site),
        b"link" => Some(AddressScope::Link),
        b"host" => Some(AddressScope::Host),
        b"nowhere" => Some(AddressScope::Nowhere),
        number => parse(number).map(AddressScope::from_number),
    };
    if scope.is_none() {
        let expected = "global, site, link, host, nowhere or a number up to 255";
        reader.report(
            word.span,
            Problem::InvalidValue { value: word.string(), expected, effect: "it is global" },
        );
    }
    scope
}

fn label(reader: &mut Reader<'_>, word: &Word<'_>) -> Option<String> {
    if word.text.len() > MAX_LABEL {
        let expected = "a label of at most 15 octets";
        let problem =
            Problem::InvalidValue { value: word.string(), expected, effect: "the address has no effect" };
        reader.report(word.span, problem);
        return None;
    }
    Some(word.string())
}

/// The other end; keepalived wants no prefix length on either.
fn peer(reader: &mut Reader<'_>, address: &mut VirtualAddress, word: &Word<'_>) {
    let mut ignore = |what: &str, effect| {
        let what = what.to_owned();
        reader.report(word.span, Problem::Adjusted { what, effect, reported: true });
    };
    if address.peer.is_some() {
        return ignore("the address has a peer", "this one has no effect");
    }
    let max = if address.address.is_ipv4() { 32 } else { 128 };
    match parse::<IpAddr>(&word.text) {
        Some(peer) if peer.is_ipv4() == address.address.is_ipv4() => {
            if address.prefix_len != max {
                let what = "an address with a peer has no prefix length";
                ignore(what, "it has no effect");
            }
            address.prefix_len = max;
            address.peer = Some((peer, max));
        }
        Some(_) => {
            let problem =
                Problem::InvalidAddress { value: word.string(), expected: "of the address's family" };
            reader.report(word.span, problem);
        }
        None => {
            let expected = "an IP address without a prefix length";
            reader.report(word.span, Problem::InvalidAddress { value: word.string(), expected });
        }
    }
}

/// `forever` is `Some(None)`.
fn lifetime_s(reader: &mut Reader<'_>, word: &Word<'_>) -> Option<Option<u32>> {
    if &*word.text == b"forever" {
        return Some(None);
    }
    let seconds = reader.integer_word(word, 0, i64::from(u32::MAX), "the default is used")?;
    u32::try_from(seconds).ok().map(Some)
}
