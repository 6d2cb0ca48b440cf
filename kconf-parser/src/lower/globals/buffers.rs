//! `*_rcv_bufs` and `vrrp_rx_bufs_*`.

use super::super::reader::{Reader, Statement};
use super::super::value::IGNORED;
use super::{GlobalsReader, set};
use crate::model::{AdvertBufferPolicy, ReceiveBuffers};

const MAX: i64 = u32::MAX as i64;

impl GlobalsReader<'_> {
    pub(super) fn buffers(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let buffers = &mut self.globals.receive_buffers;
        match name {
            "vrrp_rx_bufs_policy" => policy(reader, line, buffers),
            "vrrp_rx_bufs_multiplier" => {
                if let Some(extra) = line.arg(2) {
                    reader.adjusted(extra.span, "one number is wanted here", IGNORED, true);
                } else {
                    set(&mut buffers.adverts.multiplier, reader.exact_number(line, 1, MAX));
                }
            }
            _ => return netlink(reader, buffers, name, line),
        }
        true
    }
}

fn netlink(reader: &mut Reader<'_>, buffers: &mut ReceiveBuffers, name: &str, line: &Statement<'_>) -> bool {
    let (socket, force) = match name.strip_suffix("_force") {
        Some(socket) => (socket, true),
        None => (name, false),
    };
    let buffer = match socket {
        "vrrp_netlink_cmd_rcv_bufs" => &mut buffers.vrrp_netlink_cmd,
        "vrrp_netlink_monitor_rcv_bufs" => &mut buffers.vrrp_netlink_monitor,
        "lvs_netlink_cmd_rcv_bufs" => &mut buffers.lvs_netlink_cmd,
        "lvs_netlink_monitor_rcv_bufs" => &mut buffers.lvs_netlink_monitor,
        "process_monitor_rcv_bufs" => &mut buffers.process_monitor,
        _ => return false,
    };
    if force {
        set(&mut buffer.force, reader.switch(line));
    } else {
        // 0 leaves things as they are.
        let octets = reader.exact_number::<u32>(line, 0, MAX).filter(|octets| *octets > 0);
        buffer.octets = octets.or(buffer.octets);
    }
    true
}

/// `MTU`, `ADVERT` or a number. Of several, the number wins, then `MTU`.
fn policy(reader: &mut Reader<'_>, line: &Statement<'_>, buffers: &mut ReceiveBuffers) {
    let (mut mtu, mut advert, mut octets) = (false, false, None);
    match buffers.adverts.policy {
        Some(AdvertBufferPolicy::Mtu) => mtu = true,
        Some(AdvertBufferPolicy::Advert) => advert = true,
        Some(AdvertBufferPolicy::Octets(number)) => octets = Some(number),
        None => {}
    }
    for word in line.args() {
        match word.text.to_ascii_uppercase().as_slice() {
            b"MTU" => mtu = true,
            b"ADVERT" => advert = true,
            // keepalived reads the first word, whichever of them is the number.
            _ => octets = reader.exact_number(line, 0, MAX).or(octets),
        }
    }
    if octets.is_some() && (mtu || advert) {
        let what = "a number of octets does not go with MTU or ADVERT";
        reader.adjusted(line.span(), what, "the number holds", true);
    } else if mtu && advert {
        reader.adjusted(line.span(), "MTU does not go with ADVERT", "MTU holds", true);
    }
    let word = if mtu { Some(AdvertBufferPolicy::Mtu) } else { advert.then_some(AdvertBufferPolicy::Advert) };
    buffers.adverts.policy = octets.map(AdvertBufferPolicy::Octets).or(word);
}
