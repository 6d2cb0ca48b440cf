//! Where adverts go, and from where.

use core::net::IpAddr;

use super::draft::Draft;
use crate::lower::address::{Interfaces, unicast_peer};
use crate::lower::reader::{Reader, Statement, Word};
use crate::lower::value::IGNORED;
use crate::model::{AddressFamily, OldUnicastChecksum};
use crate::{Problem, Span};

/// Longest name of an interface, `IFNAMSIZ` without its end.
pub(super) const MAX_NAME: usize = 15;

pub(super) fn keyword(
    draft: &mut Draft,
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    name: &str,
    line: &Statement<'_>,
) -> bool {
    match name {
        "interface" => interface(draft, reader, interfaces, line),
        "vrf" => vrf(draft, reader, interfaces, line),
        "unicast_src_ip" => {
            draft.unicast.any = Some(line.span());
            source(draft, reader, line);
        }
        "mcast_src_ip" => source(draft, reader, line),
        "mcast_dst_ip" => multicast_group(draft, reader, line),
        "unicast_ttl" => {
            draft.unicast.ttl = Some(line.span());
            draft.unicast_ttl = reader.exact_number(line, 0, 255).or(draft.unicast_ttl);
        }
        "check_unicast_src" => {
            draft.unicast.any = Some(line.span());
            draft.check_unicast_src = true;
        }
        "unicast_fault_no_peer" => {
            draft.unicast.any = Some(line.span());
            draft.unicast_fault_no_peer = true;
        }
        "old_unicast_checksum" => old_unicast_checksum(draft, reader, line),
        "track_src_ip" => draft.track_source = true,
        "dont_track_primary" => draft.dont_track_primary = true,
        "linkbeat_use_polling" => draft.linkbeat_use_polling = true,
        "kernel_rx_buf_size" => kernel_rx_buf_size(draft, reader, line),
        "lvs_sync_daemon_interface" => lvs_sync_daemon_interface(draft, reader, line),
        _ => return false,
    }
    true
}

/// A name that can be one, and is not the loopback interface.
fn usable<'t>(
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    line: &Statement<'t>,
) -> Option<Word<'t>> {
    let word = line.arg(1)?;
    let expected = if &*word.text == b"lo" {
        "an interface that VRRP can run on"
    } else if word.text.len() > MAX_NAME {
        "a name of at most 15 octets"
    } else {
        interfaces.check(reader, &word);
        return Some(word);
    };
    reader.report(word.span, Problem::InvalidValue { value: word.string(), expected, effect: IGNORED });
    None
}

fn interface(draft: &mut Draft, reader: &mut Reader<'_>, interfaces: &Interfaces<'_>, line: &Statement<'_>) {
    let too_long = line.arg(1).is_some_and(|word| word.text.len() > MAX_NAME);
    let name = usable(reader, interfaces, line).map(|word| word.string());
    // keepalived forgets an earlier interface for one that it cannot use, but not for a name that is too long.
    if !too_long {
        draft.interface = name;
    }
}

fn vrf(draft: &mut Draft, reader: &mut Reader<'_>, interfaces: &Interfaces<'_>, line: &Statement<'_>) {
    let what = if draft.interface.is_some() {
        "vrf in an instance with an interface"
    } else if draft.vrf.is_some() {
        "vrf is already set"
    } else {
        let name = usable(reader, interfaces, line).map(|word| word.string());
        draft.vrf = name.map(|name| (name, line.span()));
        return;
    };
    reader.report(line.span(), Problem::Adjusted { what: what.to_owned(), effect: IGNORED, reported: true });
}

fn source(draft: &mut Draft, reader: &mut Reader<'_>, line: &Statement<'_>) {
    let Some(source) = reader.address(line, 1) else { return };
    // keepalived gives up an earlier source for one of the wrong family.
    draft.source = same_family(draft, reader, line.span(), source).then_some(source);
}

fn multicast_group(draft: &mut Draft, reader: &mut Reader<'_>, line: &Statement<'_>) {
    let Some(group) = reader.address(line, 1) else { return };
    draft.multicast_group = None;
    if !same_family(draft, reader, line.span(), group) {
        return;
    }
    let (possible, expected) = match group {
        IpAddr::V4(group) => (group.is_multicast(), "a multicast address (224.0.0.0/4)"),
        IpAddr::V6(group) => {
            (group.segments()[0] & 0xff0f == 0xff02, "a link-local multicast address (ff02::/16)")
        }
    };
    if !possible {
        reader.report(line.span(), Problem::InvalidAddress { value: group.to_string(), expected });
        return;
    }
    draft.multicast_group = Some((group, line.span()));
}

/// The first address of an instance decides about its family.
pub(super) fn same_family(draft: &mut Draft, reader: &mut Reader<'_>, at: Span, address: IpAddr) -> bool {
    let family = AddressFamily::from(address);
    let same = *draft.family.get_or_insert(family) == family;
    if !same {
        let (value, expected) = (address.to_string(), "of the instance's address family");
        reader.report(at, Problem::InvalidAddress { value, expected });
    }
    same
}

pub(super) fn peer(draft: &mut Draft, reader: &mut Reader<'_>, entry: &Statement<'_>) {
    let peer = unicast_peer(reader, entry);
    let Some((peer, limited)) =
        peer.filter(|(peer, _)| same_family(draft, reader, entry.span(), peer.address))
    else {
        return;
    };
    draft.check_unicast_src |= limited;
    draft.peers.push(peer);
}

fn old_unicast_checksum(draft: &mut Draft, reader: &mut Reader<'_>, line: &Statement<'_>) {
    draft.unicast.any = Some(line.span());
    match line.arg(1) {
        None => draft.old_unicast_checksum = OldUnicastChecksum::Always,
        Some(word) if &*word.text == b"never" => draft.old_unicast_checksum = OldUnicastChecksum::Never,
        Some(word) => {
            let (value, expected) = (word.string(), "never");
            reader.report(word.span, Problem::InvalidValue { value, expected, effect: IGNORED });
        }
    }
}

fn kernel_rx_buf_size(draft: &mut Draft, reader: &mut Reader<'_>, line: &Statement<'_>) {
    if line.arg(1).is_none() {
        reader.report(line.span(), Problem::MissingValue { keyword: "kernel_rx_buf_size" });
    } else if let Some(extra) = line.arg(2) {
        let (value, expected) = (extra.string(), "expected behind one number");
        reader.report(extra.span, Problem::InvalidValue { value, expected, effect: IGNORED });
    } else {
        let size = reader.exact_number(line, 0, i64::from(u32::MAX));
        draft.kernel_rx_buf_size = size.or(draft.kernel_rx_buf_size);
    }
}

fn lvs_sync_daemon_interface(draft: &mut Draft, reader: &mut Reader<'_>, line: &Statement<'_>) {
    if draft.lvs_sync_daemon_interface.is_some() {
        let what = "lvs_sync_daemon_interface is already set".to_owned();
        reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: true });
        return;
    }
    draft.lvs_sync_daemon_interface = reader.text(line);
}
