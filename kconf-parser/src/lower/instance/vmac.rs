//! `use_vmac` and `use_ipvlan`.

use core::net::IpAddr;

use super::draft::Draft;
use super::place::{MAX_NAME, same_family};
use crate::Problem;
use crate::lower::address::plain_address;
use crate::lower::reader::{Reader, Statement, Word};
use crate::model::{IpvlanMode, MacAddress};

/// What is said of a word that is not used.
const UNUSED: &str = "it has no effect";

/// What there is one of, whichever keyword sets it.
const NAME: &str = "the name of the interface";

/// The first five octets of the virtual MACs of RFC 9568 §7.3, IPv4 and IPv6.
const VIRTUAL_MACS: [[u8; 5]; 2] = [[0, 0, 0x5e, 0, 1], [0, 0, 0x5e, 0, 2]];

/// `use_vmac`.
#[derive(Debug, Default)]
pub(in crate::lower) struct VmacDraft {
    pub(in crate::lower) name: Option<String>,
    pub(in crate::lower) mac: Option<WrittenMac>,
    pub(in crate::lower) netlink_notify: bool,
    pub(in crate::lower) group: Option<String>,
    pub(in crate::lower) span: crate::Span,
}

/// A MAC address; five octets get the VRID as the sixth.
#[derive(Clone, Copy, Debug)]
pub(in crate::lower) enum WrittenMac {
    Whole([u8; 6]),
    Prefix([u8; 5]),
}

impl WrittenMac {
    pub(in crate::lower) fn with(self, vrid: u8) -> Option<MacAddress> {
        match self {
            Self::Whole(octets) => MacAddress::new(octets),
            Self::Prefix([a, b, c, d, e]) => MacAddress::new([a, b, c, d, e, vrid]),
        }
    }
}

/// `use_ipvlan`.
#[derive(Debug, Default)]
pub(in crate::lower) struct IpvlanDraft {
    pub(in crate::lower) name: Option<String>,
    pub(in crate::lower) mode: Option<IpvlanMode>,
    pub(in crate::lower) address: Option<(IpAddr, u8)>,
    pub(in crate::lower) span: crate::Span,
}

fn already(reader: &mut Reader<'_>, word: &Word<'_>, what: &str) {
    let what = format!("{what} is already set");
    reader.report(word.span, Problem::Adjusted { what, effect: UNUSED, reported: true });
}

fn invalid(reader: &mut Reader<'_>, word: &Word<'_>, expected: &'static str) {
    reader.report(word.span, Problem::InvalidValue { value: word.string(), expected, effect: UNUSED });
}

/// `[[name] INTERFACE] [MAC] [netlink_notify_msg] [group GROUP]`, in any order.
pub(super) fn use_vmac(
    draft: &mut Draft,
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    taken: &dyn Fn(&str) -> bool,
) {
    // keepalived has one place for the name of an interface that it makes.
    let named = draft.ipvlan.as_ref().is_some_and(|ipvlan| ipvlan.name.is_some());
    let vmac = draft.vmac.get_or_insert_default();
    vmac.span = line.span();
    let set_name = |slot: &mut Option<String>, reader: &mut Reader<'_>, word: &Word<'_>| {
        if named { already(reader, word, NAME) } else { name(slot, reader, word, taken) }
    };
    let mut words = line.args();
    while let Some(word) = words.next() {
        match &*word.text {
            b"netlink_notify_msg" => vmac.netlink_notify = true,
            option @ (b"group" | b"name") => {
                let Some(value) = words.next() else {
                    let keyword = if option == b"group" { "group" } else { "name" };
                    reader.report(word.span, Problem::MissingValue { keyword });
                    return;
                };
                if option == b"group" {
                    vmac.group = Some(value.string());
                } else {
                    set_name(&mut vmac.name, reader, &value);
                }
            }
            text if text.contains(&b':') => mac(&mut vmac.mac, reader, &word),
            _ => set_name(&mut vmac.name, reader, &word),
        }
    }
}

/// Sets the name of an interface that is to be made.
fn name(slot: &mut Option<String>, reader: &mut Reader<'_>, word: &Word<'_>, taken: &dyn Fn(&str) -> bool) {
    let name = word.string();
    if slot.is_some() {
        already(reader, word, NAME);
    } else if word.text.len() > MAX_NAME || name.contains(['/', ':']) || name == "." || name == ".." {
        invalid(reader, word, "a name of at most 15 octets");
    } else if taken(&name) {
        let what = format!("another instance makes an interface '{name}'");
        reader.report(word.span, Problem::Adjusted { what, effect: UNUSED, reported: true });
    } else {
        *slot = Some(name);
    }
}

fn mac(slot: &mut Option<WrittenMac>, reader: &mut Reader<'_>, word: &Word<'_>) {
    if slot.is_some() {
        already(reader, word, "the MAC address");
        return;
    }
    let written = read_mac(&word.text);
    let Some(mac) = written else {
        return invalid(reader, word, "a MAC address of six octets, or of five that get the VRID");
    };
    let ([first, ..], prefix) = match mac {
        WrittenMac::Whole(octets @ [a, b, c, d, e, _]) => (octets, [a, b, c, d, e]),
        WrittenMac::Prefix(prefix @ [a, b, c, d, e]) => ([a, b, c, d, e, 0], prefix),
    };
    if first & 1 == 1 {
        invalid(reader, word, "a unicast MAC address");
    } else if VIRTUAL_MACS.contains(&prefix) {
        invalid(reader, word, "a MAC address outside of those of RFC 9568, which need not be written");
    } else {
        *slot = Some(mac);
    }
}

fn read_mac(text: &[u8]) -> Option<WrittenMac> {
    let text = core::str::from_utf8(text).ok()?;
    let octet = |part: &str| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|octet| octet.is_ascii_hexdigit());
        if digits { u8::from_str_radix(part, 16).ok() } else { None }
    };
    let whole: Option<Vec<u8>> = text.split(':').map(octet).collect();
    if let Some(octets) = whole.as_deref().and_then(|octets| <[u8; 6]>::try_from(octets).ok()) {
        return Some(WrittenMac::Whole(octets));
    }
    // Five octets may end with a colon.
    let five = text.strip_suffix(':').unwrap_or(text);
    let five: Option<Vec<u8>> = five.split(':').map(octet).collect();
    <[u8; 5]>::try_from(five?).ok().map(WrittenMac::Prefix)
}

/// `[INTERFACE] [ADDRESS] [bridge|private|vepa]`, in any order.
pub(super) fn use_ipvlan(
    draft: &mut Draft,
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    taken: &dyn Fn(&str) -> bool,
) {
    if draft.ipvlan.is_some() {
        let what = "use_ipvlan is already set".to_owned();
        reader.report(line.span(), Problem::Adjusted { what, effect: UNUSED, reported: true });
        return;
    }
    let named = draft.vmac.as_ref().is_some_and(|vmac| vmac.name.is_some());
    let mut ipvlan = IpvlanDraft { span: line.span(), ..IpvlanDraft::default() };
    for word in line.args() {
        let mode = match &*word.text {
            b"bridge" => Some(IpvlanMode::Bridge),
            b"private" => Some(IpvlanMode::Private),
            b"vepa" => Some(IpvlanMode::Vepa),
            _ => None,
        };
        if let Some(mode) = mode {
            if ipvlan.mode.is_some() {
                already(reader, &word, "the mode");
            } else {
                ipvlan.mode = Some(mode);
            }
        } else if let Some(address) = plain_address(&word.text) {
            if ipvlan.address.is_some() {
                already(reader, &word, "the address");
            } else if same_family(draft, reader, word.span, address.0) {
                ipvlan.address = Some(address);
                // It is the source of adverts, unless one is already known.
                draft.source.get_or_insert(address.0);
            }
        } else if named {
            already(reader, &word, NAME);
        } else {
            name(&mut ipvlan.name, reader, &word, taken);
        }
    }
    draft.ipvlan = Some(ipvlan);
}
