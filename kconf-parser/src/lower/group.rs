//! `virtual_server_group`.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::num::NonZeroU32;

use super::reader::{Reader, Statement, Word};
use super::value::{IGNORED, parse};
use super::virtual_server::{ServerDraft, ip_family};
use crate::keywords::{Hints, Keyword};
use crate::model::{
    AddressFamily, AddressRange, ForwardMethod, GroupEntry, VirtualServerGroup, VirtualServerKey,
};
use crate::{Diagnostic, Problem};

/// The keyword, as findings name it.
const GROUP: &str = "virtual_server_group";

/// Reads the block that `line` opens, and adds the group to `groups` if it can be used.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    groups: &mut Vec<VirtualServerGroup>,
) {
    let Some(name) = line.arg(1) else { return };
    if let Some(extra) = line.arg(2) {
        reader.report(extra.span.to(line.span()), Problem::TooManyArguments { keyword: GROUP });
    }
    if !reader.at_block() {
        reader.report(line.keyword_span(), Problem::MissingOpen { keyword: GROUP });
        return;
    }
    let mut block = GroupReader { entries: Vec::new(), dropped: false };
    reader.entries(keyword, |reader, line| block.entry(reader, &line));
    let GroupReader { entries, dropped } = block;
    let group = VirtualServerGroup { span: line.span(), name: name.string(), entries };
    let incomplete = |missing| Problem::Incomplete { kind: GROUP, name: group.name.clone(), missing };
    if group.entries.is_empty() {
        // What keepalived would have kept has been reported with its own class.
        if !dropped {
            reader.report(group.span, incomplete("entries"));
        }
    } else if mixed(&group) && group.entries.iter().any(|entry| entry.family().is_none()) {
        let missing = "family (inet or inet6) for every firewall mark, which IPv4 and IPv6 in one group need";
        reader.report(group.span, incomplete(missing));
    } else if let Some(first) = groups.iter().find(|other| other.name == group.name) {
        let what = format!("{GROUP} '{}' is already defined", group.name);
        let effect = "this block has no effect";
        let problem = Problem::Adjusted { what, effect, reported: false };
        reader.advise(Diagnostic::new(group.span, problem).relate(first.span, "the first one"));
    } else {
        groups.push(group);
    }
}

fn has(group: &VirtualServerGroup, family: AddressFamily) -> bool {
    group.entries.iter().any(|entry| entry.family() == Some(family))
}

fn mixed(group: &VirtualServerGroup) -> bool {
    has(group, AddressFamily::V4) && has(group, AddressFamily::V6)
}

struct GroupReader {
    entries: Vec<GroupEntry>,
    /// There was an entry that keepalived keeps and this crate does not.
    dropped: bool,
}

impl GroupReader {
    fn entry(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        let Some(first) = line.arg(0) else { return };
        let words = if &*first.text == b"fwmark" {
            self.mark(reader, line);
            3
        } else {
            self.addresses(reader, line, &first);
            2
        };
        if let Some(extra) = line.arg(words) {
            let problem = Problem::ExtraArguments { keyword: GROUP, reported: false };
            reader.report(extra.span.to(line.span()), problem);
        }
    }

    fn mark(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        if line.arg(1).is_none() {
            reader.report(line.span(), Problem::MissingArgument { keyword: "fwmark" });
        }
        let Some(mark) = reader.integer(line, 1, 0, i64::from(u32::MAX)) else { return };
        let family = line.arg(2).map(|_| ip_family(reader, line, 2));
        if family == Some(None) {
            return;
        }
        let Some(mark) = u32::try_from(mark).ok().and_then(NonZeroU32::new) else {
            // Every packet without a mark has this one: to the kernel it is none.
            let what = "0 is no firewall mark".to_owned();
            reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: false });
            self.dropped = true;
            return;
        };
        self.entries.push(GroupEntry::FirewallMark { mark, family: family.flatten() });
    }

    fn addresses(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>, word: &Word<'_>) {
        let ends = match ends(&word.text) {
            Ok(ends) => ends,
            Err(expected) => {
                reader.report(word.span, Problem::InvalidAddress { value: word.string(), expected });
                return;
            }
        };
        let port = match line.arg(1) {
            Some(port) => reader.port_word(&port, IGNORED),
            None => Some(0),
        };
        let Some(port) = port else { return };
        let (first, last) = ends;
        if first == last {
            self.entries.push(GroupEntry::Address(SocketAddr::new(first, port)));
        } else if let Some(addresses) = AddressRange::new(first, last) {
            self.entries.push(GroupEntry::Range { addresses, port });
        } else {
            let what = format!("these are more than {} addresses", AddressRange::MAX_ADDRESSES);
            reader.report(word.span, Problem::Adjusted { what, effect: IGNORED, reported: false });
            self.dropped = true;
        }
    }
}

/// The first and the last address of `ADDRESS`, `NETWORK/LENGTH`, or `FIRST-LAST`, where the last address may be
/// written as its last octet or, in hexadecimal, its last group. Otherwise what is expected.
fn ends(text: &[u8]) -> Result<(IpAddr, IpAddr), &'static str> {
    let (text, length) = match split(text, b'/') {
        Some((text, length)) => (text, Some(length)),
        None => (text, None),
    };
    let (first, last) = match split(text, b'-') {
        Some((first, last)) => (first, Some(last)),
        None => (text, None),
    };
    let first: IpAddr = parse(first).ok_or("an IP address, a range, a network or fwmark")?;
    if let Some(length) = length {
        // A length wins over an end: keepalived looks for host bits in the first address.
        return Ok((first, last_of_network(first, length)?));
    }
    let Some(last) = last else { return Ok((first, first)) };
    let whole = last.iter().any(|octet| matches!(octet, b'.' | b':'));
    let last = last_of_range(first, last).ok_or("a range of addresses: FIRST-LAST or FIRST-LAST_PART")?;
    // Written as a whole, the end may be the start.
    let fits = last > first || (whole && last == first);
    if fits { Ok((first, last)) } else { Err("a range whose end is greater than its start") }
}

fn split(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|octet| *octet == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn last_of_network(first: IpAddr, length: &[u8]) -> Result<IpAddr, &'static str> {
    let length = parse::<u32>(length).filter(|length| *length > 0);
    let (host_bits, last) = match first {
        IpAddr::V4(first) => {
            let length = length.filter(|length| *length <= 32);
            let length = length.ok_or("a network with a prefix length from 1 to 32")?;
            let host = u32::MAX.checked_shr(length).unwrap_or(0);
            (first.to_bits() & host != 0, IpAddr::V4(Ipv4Addr::from_bits(first.to_bits() | host)))
        }
        IpAddr::V6(first) => {
            let length = length.filter(|length| *length <= 128);
            let length = length.ok_or("a network with a prefix length from 1 to 128")?;
            let host = u128::MAX.checked_shr(length).unwrap_or(0);
            (first.to_bits() & host != 0, IpAddr::V6(Ipv6Addr::from_bits(first.to_bits() | host)))
        }
    };
    if host_bits { Err("a network: bits behind the prefix are set") } else { Ok(last) }
}

fn last_of_range(first: IpAddr, last: &[u8]) -> Option<IpAddr> {
    match first {
        IpAddr::V4(_) if last.contains(&b'.') => parse::<Ipv4Addr>(last).map(IpAddr::V4),
        IpAddr::V4(first) => {
            let [a, b, c, _] = first.octets();
            Some(Ipv4Addr::new(a, b, c, parse(last)?).into())
        }
        IpAddr::V6(_) if last.contains(&b':') => parse::<Ipv6Addr>(last).map(IpAddr::V6),
        IpAddr::V6(first) => {
            let digits = core::str::from_utf8(last).ok()?;
            let digits = digits.strip_prefix("0x").unwrap_or(digits);
            let [a, b, c, d, e, f, g, _] = first.segments();
            let last = u16::from_str_radix(digits, 16).ok()?;
            Some(Ipv6Addr::new(a, b, c, d, e, f, g, last).into())
        }
    }
}

/// Looks up the group of a virtual server, and gives the server the group's family. `None` without a group.
pub(super) fn link<'g>(
    groups: &'g [VirtualServerGroup],
    hints: &Hints,
    draft: &mut ServerDraft,
) -> Result<Option<&'g VirtualServerGroup>, Box<Diagnostic>> {
    let VirtualServerKey::Group(name) = &draft.key else { return Ok(None) };
    let unusable = |reason| {
        Box::new(Diagnostic::new(draft.span, Problem::UnusableGroup { group: name.clone(), reason }))
    };
    let Some(group) = groups.iter().find(|group| group.name == *name) else {
        let near = hints.near(groups.iter().map(|group| group.name.as_str()), name);
        let finding = unusable("is not defined");
        let advice = near.map(|near| format!("did you mean '{near}'?"));
        return Err(Box::new(Diagnostic { suggestion: advice, ..*finding }));
    };
    let servers = draft.family.or_else(|| sorry_family(draft));
    if let Some(servers) = servers {
        if mixed(group) {
            return Err(unusable("has IPv4 and IPv6, for which all real servers must be tunnelled"));
        }
        if has(group, servers.other()) {
            return Err(unusable("is of another address family than the real servers"));
        }
    }
    let of_group = group.entries.iter().find_map(GroupEntry::family).filter(|_| !mixed(group));
    draft.family = servers.or(of_group);
    Ok(Some(group))
}

/// The family that a sorry server settles where the real servers do not.
fn sorry_family(draft: &ServerDraft) -> Option<AddressFamily> {
    let (address, _) = draft.sorry?;
    let method = draft.sorry_method.or(draft.forward_method);
    (!method.is_some_and(ForwardMethod::is_tunnel)).then(|| address.ip().into())
}
