//! Defaults of instances.

use core::net::{Ipv4Addr, Ipv6Addr};
use core::time::Duration;

use super::super::reader::{Reader, Statement, Word};
use super::super::value::parse;
use super::{GlobalsReader, already, newer_switch, set};
use crate::Problem;
use crate::model::VrrpVersion;

/// Longest time that keepalived holds in 32 bits of microseconds.
const MAX_DELAY: Duration = Duration::from_micros(u32::MAX as u64);
const MIN_DELAY: Duration = Duration::from_millis(1);

impl GlobalsReader<'_> {
    pub(super) fn vrrp(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let globals = &mut self.globals;
        match name {
            "vrrp_version" => globals.vrrp_version = version(reader, line).or(globals.vrrp_version),
            "vrrp_strict" => globals.vrrp_strict = newer_switch(line, reader),
            "vrrp_skip_check_adv_addr" => globals.skip_check_adv_addr = newer_switch(line, reader),
            "vrrp_check_unicast_src" => globals.check_unicast_src = true,
            "vrrp_mcast_group4" => set(&mut globals.mcast_group4, group4(reader, line)),
            "vrrp_mcast_group6" => set(&mut globals.mcast_group6, group6(reader, line)),
            "vrrp_down_timer_adverts" => set(&mut globals.down_timer_adverts, reader.number(line, 1, 100)),
            "vrrp_lower_prio_no_advert" => {
                self.lower_prio_no_advert = reader.switch(line).or(self.lower_prio_no_advert);
                globals.lower_prio_no_advert = self.lower_prio_no_advert == Some(true);
            }
            "vrrp_higher_prio_send_advert" => set(&mut globals.higher_prio_send_advert, reader.switch(line)),
            "vrrp_owner_ignore_adverts" => set(&mut globals.owner_ignore_adverts, reader.switch(line)),
            "v3_checksum_as_v2" => {
                globals.v3_checksum_as_v2 = true;
                if let Some(word) = line.arg(1) {
                    let what = "keepalived does not look at this word";
                    reader.adjusted(word.span, what, "v3_checksum_as_v2 is on", false);
                }
            }
            "vrrp_startup_delay" => {
                let delay = reader.timer(line, MIN_DELAY, MAX_DELAY).unwrap_or_default();
                globals.vrrp_startup_delay = globals.vrrp_startup_delay.max(delay);
            }
            "vrrp_delay_after_boot" => {
                let delay = reader.timer(line, MIN_DELAY, MAX_DELAY).unwrap_or_default();
                globals.vrrp_delay_after_boot = globals.vrrp_delay_after_boot.max(delay);
            }
            "vrrp_notify_priority_changes" => {
                set(&mut globals.vrrp_notify_priority_changes, reader.switch(line));
            }
            "log_unknown_vrids" => globals.log_unknown_vrids = true,
            "disable_local_igmp" => globals.disable_local_igmp = true,
            "dynamic_interfaces" => {
                globals.dynamic_interfaces = true;
                globals.allow_interface_changes |= allow_if_changes(reader, line);
            }
            "default_interface" => globals.default_interface = reader.text(line),
            "vmac_prefix" | "vmac_addr_prefix" => return self.prefix(reader, name, line),
            _ => return false,
        }
        true
    }

    fn prefix(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let address = name == "vmac_addr_prefix";
        let globals = &mut self.globals;
        let (prefix, written) = match address {
            true => (&mut globals.vmac_addr_prefix, &mut self.vmac_addr_prefix_written),
            false => (&mut globals.vmac_prefix, &mut self.vmac_prefix_written),
        };
        if core::mem::replace(written, true) {
            already(reader, line, name);
        } else {
            set(prefix, reader.text(line));
        }
        true
    }
}

/// `2` or `3`.
pub(in super::super) fn version(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<VrrpVersion> {
    match reader.integer(line, 1, 2, 3)? {
        3 => Some(VrrpVersion::V3),
        _ => Some(VrrpVersion::V2),
    }
}

fn group4(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Ipv4Addr> {
    let word = line.arg(1)?;
    let group: Option<Ipv4Addr> = address(&word).filter(Ipv4Addr::is_multicast);
    invalid_unless(reader, &word, group, "an IPv4 multicast address")
}

fn group6(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Ipv6Addr> {
    let word = line.arg(1)?;
    let group: Option<Ipv6Addr> = address(&word).filter(Ipv6Addr::is_multicast);
    let group = invalid_unless(reader, &word, group, "an IPv6 multicast address")?;
    // The scope is the lower half of the second octet (RFC 4291 §2.7).
    if group.octets().get(1).is_some_and(|octet| octet & 0x0f != 2) {
        let what = "adverts should be sent to a link-local group (ff02::/16)";
        reader.adjusted(word.span, what, "it is used nevertheless", true);
    }
    Some(group)
}

fn address<T: core::str::FromStr>(word: &Word<'_>) -> Option<T> {
    parse(&word.text)
}

fn invalid_unless<T>(
    reader: &mut Reader<'_>,
    word: &Word<'_>,
    value: Option<T>,
    expected: &'static str,
) -> Option<T> {
    if value.is_none() {
        reader.report(word.span, Problem::InvalidAddress { value: word.string(), expected });
    }
    value
}

fn allow_if_changes(reader: &mut Reader<'_>, line: &Statement<'_>) -> bool {
    let Some(word) = line.arg(1) else { return false };
    let known = &*word.text == b"allow_if_changes";
    if !known {
        let name = "allow_if_changes";
        reader.invalid_choice(&word, name, "the word has no effect", &[name]);
    }
    known
}
