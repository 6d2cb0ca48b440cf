//! Entries of `virtual_ipaddress`, `virtual_ipaddress_excluded` and `unicast_peer`.

use core::cell::RefCell;
use core::net::IpAddr;
use std::collections::HashSet;

use super::reader::{Reader, Statement, Word};
use super::rule::Preferences;
use super::value::{IGNORED, parse};
use crate::model::{AddressScope, Broadcast, UnicastPeer, VirtualAddress};
use crate::{Facts, Problem};

/// Longest label, `IFNAMSIZ` without its end.
const MAX_LABEL: usize = 15;

/// What the host must say about interfaces that are named.
pub(super) struct Interfaces<'a> {
    pub(super) facts: &'a dyn Facts,
    /// `dynamic_interfaces`: they may come later.
    pub(super) dynamic: bool,
    /// The next preference of a rule that is written without one.
    pub(super) preferences: Preferences,
    /// Names of the `track_group` blocks so far.
    pub(super) track_groups: RefCell<HashSet<String>>,
}

impl Interfaces<'_> {
    /// Reports an interface that is not there.
    pub(super) fn check(&self, reader: &mut Reader<'_>, word: &Word<'_>) {
        let name = word.string();
        // An alias such as eth0:1 and a name too long for the kernel are interfaces on no host.
        let possible = !name.contains([':', '/']) && name.len() <= MAX_LABEL;
        if possible && (self.dynamic || self.facts.interface_exists(&name)) {
            return;
        }
        let alias = name.split_once(':').map(|(device, _)| device.to_owned());
        let mut finding = crate::Diagnostic::new(word.span, Problem::InterfaceMissing { name });
        if let Some(device) = alias {
            finding = finding.suggest(format!("an alias is no interface; write '{device}'"));
        }
        reader.advise(finding);
    }
}

/// An address with its options.
pub(super) fn virtual_address(
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    line: &Statement<'_>,
) -> Option<VirtualAddress> {
    let first = line.arg(0)?;
    let mut address = address_and_prefix(reader, &first)?;
    let mut words = line.args();
    while let Some(word) = words.next() {
        option(reader, interfaces, &mut address, &word, &mut words)?;
    }
    Some(address)
}

fn address_and_prefix(reader: &mut Reader<'_>, word: &Word<'_>) -> Option<VirtualAddress> {
    let mut parts = word.text.splitn(2, |octet| *octet == b'/');
    let parsed = parts.next().and_then(parse::<IpAddr>).map(VirtualAddress::new);
    let Some(mut address) = parsed else {
        let problem = Problem::InvalidAddress { value: word.string(), expected: "an IP address" };
        reader.report(word.span, problem);
        return None;
    };
    // keepalived keeps an IPv6 host address out of source address selection.
    let deprecated = |address: &VirtualAddress| address.address.is_ipv6() && address.prefix_len == 128;
    if let Some(prefix) = parts.next() {
        let max = address.prefix_len;
        match parse::<u8>(prefix).filter(|len| *len <= max) {
            Some(len) => address.prefix_len = len,
            None => {
                let value = String::from_utf8_lossy(prefix).into_owned();
                let (min, max) = ("0".to_owned(), max.to_string());
                let effect = "the whole address is its own prefix";
                reader.report(word.span, Problem::InvalidNumber { value, min, max, effect });
            }
        }
    }
    address.preferred_lifetime_s = deprecated(&address).then_some(0);
    Some(address)
}

/// Takes one option. `None` if it makes the whole address void.
fn option<'t>(
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    address: &mut VirtualAddress,
    word: &Word<'t>,
    words: &mut impl Iterator<Item = Word<'t>>,
) -> Option<()> {
    match &*word.text {
        b"home" => address.home = true,
        b"-nodad" => address.no_dad = true,
        b"mngtmpaddr" => address.manage_temporary = true,
        b"noprefixroute" => address.no_prefix_route = true,
        b"autojoin" => address.auto_join = true,
        b"no_track" => address.no_track = true,
        b"use_vmac" | b"track_group" => {
            reader.report(word.span, Problem::NotSupported { keyword: word.string() })
        }
        _ => return option_with_value(reader, interfaces, address, word, words),
    }
    Some(())
}

fn option_with_value<'t>(
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    address: &mut VirtualAddress,
    word: &Word<'t>,
    words: &mut impl Iterator<Item = Word<'t>>,
) -> Option<()> {
    const OPTIONS: &[&str] = &["dev", "brd", "broadcast", "scope", "label", "peer", "preferred_lft"];
    let Some(option) = OPTIONS.iter().find(|option| option.as_bytes() == &*word.text) else {
        let expected = "an option of an address";
        let problem =
            Problem::InvalidValue { value: word.string(), expected, effect: "the word has no effect" };
        reader.report(word.span, problem);
        return Some(());
    };
    let value = value(reader, word, option, words)?;
    match *option {
        "dev" => {
            interfaces.check(reader, &value);
            address.dev = Some(value.string());
        }
        "scope" => address.scope = scope(reader, &value).unwrap_or(address.scope),
        "label" => address.label = Some(label(reader, &value)?),
        "peer" => address.peer = peer(reader, &value),
        "preferred_lft" => address.preferred_lifetime_s = lifetime_s(reader, &value),
        _ => address.broadcast = broadcast(reader, &value)?,
    }
    Some(())
}

fn value<'t>(
    reader: &mut Reader<'_>,
    option: &Word<'_>,
    keyword: &'static str,
    words: &mut impl Iterator<Item = Word<'t>>,
) -> Option<Word<'t>> {
    let word = words.next();
    if word.is_none() {
        reader.report(option.span, Problem::MissingValue { keyword });
    }
    word
}

fn broadcast(reader: &mut Reader<'_>, word: &Word<'_>) -> Option<Broadcast> {
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
        let expected = "global, site, link, host, nowhere or a number";
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

fn peer(reader: &mut Reader<'_>, word: &Word<'_>) -> Option<(IpAddr, u8)> {
    address_and_prefix(reader, word).map(|peer| (peer.address, peer.prefix_len))
}

fn lifetime_s(reader: &mut Reader<'_>, word: &Word<'_>) -> Option<u32> {
    if &*word.text == b"forever" {
        return None;
    }
    reader
        .integer_word(word, 0, i64::from(u32::MAX), "it is forever")
        .and_then(|seconds| u32::try_from(seconds).ok())
}

/// `IP [min_ttl N] [max_ttl N]`.
pub(super) fn unicast_peer(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<UnicastPeer> {
    let address = reader.address_word(&line.arg(0)?, "the address of a peer")?;
    let mut peer = UnicastPeer { address, min_ttl: None, max_ttl: None };
    let mut words = line.args();
    while let Some(word) = words.next() {
        let limit = match &*word.text {
            b"min_ttl" => &mut peer.min_ttl,
            b"max_ttl" => &mut peer.max_ttl,
            _ => {
                let expected = "min_ttl or max_ttl";
                let problem = Problem::InvalidValue { value: word.string(), expected, effect: IGNORED };
                reader.report(word.span, problem);
                break;
            }
        };
        let ttl = value(reader, &word, "min_ttl", &mut words)?;
        *limit =
            reader.integer_word(&ttl, 0, 255, "there is no limit").and_then(|ttl| u8::try_from(ttl).ok());
    }
    Some(peer)
}
