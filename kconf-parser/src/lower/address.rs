//! Addresses with options, and the entries of `unicast_peer`.

mod option;

use core::cell::RefCell;
use core::net::IpAddr;
use std::borrow::Cow;
use std::collections::HashSet;

use option::Options;

use super::reader::{Reader, Statement, Word};
use super::rule::Preferences;
use super::value::parse;
use crate::model::{Broadcast, UnicastPeer, VirtualAddress};
use crate::{Facts, Problem, Span};

/// Longest label, `IFNAMSIZ` without its end.
const MAX_LABEL: usize = 15;

/// What the host must say about interfaces that are named.
pub(super) struct Interfaces<'a> {
    pub(super) facts: &'a dyn Facts,
    /// `dynamic_interfaces`: they may come later.
    pub(super) dynamic: bool,
    /// `iproute_usr_dir` or `iproute_etc_dir`: names of routing are in files that nobody has looked at.
    pub(super) own_routing_names: bool,
    /// The last one that there was or may be: thousands of addresses are often on the same one.
    pub(super) last: RefCell<String>,
    /// The next preference of a rule that is written without one.
    pub(super) preferences: Preferences,
    /// Names of the `track_group` blocks so far.
    pub(super) track_groups: RefCell<HashSet<String>>,
}

impl Interfaces<'_> {
    /// Reports an interface that is not there.
    pub(super) fn check(&self, reader: &mut Reader<'_>, word: &Word<'_>) {
        self.check_as(reader, word, |name| Problem::InterfaceMissing { name });
    }

    /// Reports an interface that is not there as `problem`.
    pub(super) fn check_as(
        &self,
        reader: &mut Reader<'_>,
        word: &Word<'_>,
        problem: impl FnOnce(String) -> Problem,
    ) {
        let name = String::from_utf8_lossy(&word.text);
        if self.exists(&name) {
            return;
        }
        let alias = name.split_once(':').map(|(device, _)| device.to_owned());
        let mut finding = crate::Diagnostic::new(word.span, problem(name.into_owned()));
        if let Some(device) = alias {
            finding = finding.suggest(format!("an alias is no interface; write '{device}'"));
        }
        reader.advise(finding);
    }

    /// Whether there is such an interface, or there may be one.
    pub(super) fn exists(&self, name: &str) -> bool {
        if !name.is_empty() && *self.last.borrow() == name {
            return true;
        }
        // An alias such as eth0:1 and a name too long for the kernel are interfaces on no host.
        let possible = !name.contains([':', '/']) && name.len() <= MAX_LABEL;
        let exists = possible && (self.dynamic || self.facts.interface_exists(name));
        if exists {
            name.clone_into(&mut self.last.borrow_mut());
        }
        exists
    }
}

/// What a static address may have and a virtual one may not, and the other way round.
pub(super) enum Use<'a> {
    /// `use_vmac` may follow.
    Virtual,
    /// `track_group` may follow; whether there is one of this name, and the one that is named.
    Static { groups: &'a dyn Fn(&str) -> bool, group: &'a mut Option<String> },
}

/// An address of an instance with its options.
pub(super) fn virtual_address(
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    line: &Statement<'_>,
) -> Option<VirtualAddress> {
    address(reader, interfaces, line, Use::Virtual)
}

/// An address with its options.
pub(super) fn address(
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    line: &Statement<'_>,
    used: Use<'_>,
) -> Option<VirtualAddress> {
    let address = address_and_prefix(reader, &line.arg(0)?)?;
    let mut options = Options { interfaces, address, used, lifetime: false };
    let mut words = line.args();
    while let Some(word) = words.next() {
        options.take(reader, &word, &mut words)?;
    }
    let Options { mut address, lifetime, .. } = options;
    settle(reader, &mut address, line.span());
    if !lifetime && address.address.is_ipv6() {
        // keepalived keeps an IPv6 host address out of source address selection.
        address.preferred_lifetime_s = (address.prefix_len == 128).then_some(0);
    }
    Some(address)
}

/// Options that do not go together.
fn settle(reader: &mut Reader<'_>, address: &mut VirtualAddress, at: Span) {
    let mut ignore = |what: &str, effect| {
        reader.report(at, Problem::Adjusted { what: what.to_owned(), effect, reported: true });
    };
    if address.address.is_ipv6() {
        if address.scope.number() != 0 {
            ignore("an IPv6 address has no scope", "the scope has no effect");
            address.scope = crate::model::AddressScope::Global;
        }
        if address.label.take().is_some() {
            ignore("an IPv6 address has no label", "the label has no effect");
        }
    }
    if address.broadcast == Broadcast::None {
        return;
    }
    let host_bits = matches!(address.broadcast, Broadcast::HostBitsSet | Broadcast::HostBitsClear);
    if address.peer.is_some() {
        ignore("a point-to-point address has no broadcast address", "brd has no effect");
    } else if host_bits && address.prefix_len > 30 {
        ignore("a prefix of more than 30 bits leaves no broadcast address", "brd has no effect");
    } else {
        return;
    }
    address.broadcast = Broadcast::None;
}

/// An address with or without a prefix length, if that is all there is.
pub(super) fn plain_address(text: &[u8]) -> Option<(IpAddr, u8)> {
    let mut parts = text.splitn(2, |octet| *octet == b'/');
    let address: IpAddr = parts.next().and_then(parse)?;
    let max = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match parts.next() {
        Some(prefix) => parse::<u8>(prefix).filter(|len| *len <= max)?,
        None => max,
    };
    Some((address, prefix))
}

fn address_and_prefix(reader: &mut Reader<'_>, word: &Word<'_>) -> Option<VirtualAddress> {
    let mut parts = word.text.splitn(2, |octet| *octet == b'/');
    let parsed = parts.next().and_then(parse::<IpAddr>).map(VirtualAddress::new);
    // A colon anywhere, even behind the prefix length, makes it IPv6 to keepalived.
    let parsed = parsed.filter(|found| found.address.is_ipv6() == word.text.contains(&b':'));
    let Some(mut address) = parsed else {
        let problem = Problem::InvalidAddress { value: word.string(), expected: "an IP address" };
        reader.report(word.span, problem);
        return None;
    };
    let Some(prefix) = parts.next() else { return Some(address) };
    let max = address.prefix_len;
    if prefix.is_empty() {
        let what = "there is no prefix length behind '/'".to_owned();
        reader.report(word.span, Problem::Adjusted { what, effect: "it is 0", reported: false });
        address.prefix_len = 0;
    } else {
        let prefix = Word { text: Cow::Borrowed(prefix), span: word.span };
        let effect = "the whole address is its own prefix";
        let len = reader.integer_word(&prefix, 0, i64::from(max), effect);
        address.prefix_len = len.and_then(|len| u8::try_from(len).ok()).unwrap_or(max);
    }
    Some(address)
}

/// `IP [min_ttl N] [max_ttl N]`, and whether a limit is set.
pub(super) fn unicast_peer(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<(UnicastPeer, bool)> {
    let address = reader.address_word(&line.arg(0)?, "the address of a peer")?;
    let mut peer = UnicastPeer { address, min_ttl: None, max_ttl: None };
    let mut words = line.args();
    while let Some(word) = words.next() {
        let (limit, keyword) = match &*word.text {
            b"min_ttl" => (&mut peer.min_ttl, "min_ttl"),
            b"max_ttl" => (&mut peer.max_ttl, "max_ttl"),
            _ => {
                let expected = "min_ttl or max_ttl";
                let effect = "from here on the line has no effect";
                reader.report(word.span, Problem::InvalidValue { value: word.string(), expected, effect });
                break;
            }
        };
        let Some(ttl) = words.next() else {
            reader.report(word.span, Problem::MissingValue { keyword });
            break;
        };
        let ttl = reader.exact_integer_word(&ttl, 0, 255, "there is no limit");
        *limit = ttl.and_then(|ttl| u8::try_from(ttl).ok()).or(*limit);
    }
    if let (Some(min), Some(max)) = (peer.min_ttl, peer.max_ttl)
        && min > max
    {
        let (what, effect) = (format!("min_ttl {min} is above max_ttl {max}"), "every advert is dropped");
        reader.report(line.span(), Problem::Adjusted { what, effect, reported: true });
    }
    let limited = peer.min_ttl.is_some() || peer.max_ttl.is_some();
    Some((peer, limited))
}

/// What [`option`] says of a line that is left out.
fn void(reader: &mut Reader<'_>, at: Span, what: String) {
    let effect = "the address has no effect";
    reader.report(at, Problem::Adjusted { what, effect, reported: true });
}
