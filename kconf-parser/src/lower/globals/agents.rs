//! SNMP and D-Bus.

use core::time::Duration;

use super::super::reader::{Reader, Statement};
use super::super::value::IGNORED;
use super::{GlobalsReader, already, set};
use crate::keywords::Keyword;

const MIN_INTERVAL: Duration = Duration::from_millis(1);
const MAX_INTERVAL: Duration = Duration::from_secs(30);

impl GlobalsReader<'_> {
    pub(super) fn agents(
        &mut self,
        reader: &mut Reader<'_>,
        keyword: &'static Keyword,
        line: &Statement<'_>,
    ) -> bool {
        let snmp = &mut self.globals.snmp;
        match keyword.name {
            "enable_snmp_vrrp" | "enable_snmp_keepalived" => snmp.vrrp = true,
            "enable_snmp_checker" => snmp.checker = true,
            "enable_snmp_rfc" => (snmp.rfc_v2, snmp.rfc_v3) = (true, true),
            "enable_snmp_rfcv2" => snmp.rfc_v2 = true,
            "enable_snmp_rfcv3" => snmp.rfc_v3 = true,
            "enable_traps" => snmp.traps = true,
            "snmp_socket" => {
                if let Some(extra) = line.arg(2) {
                    reader.adjusted(extra.span.to(line.span()), "one socket is wanted here", IGNORED, true);
                } else if snmp.socket.is_some() {
                    already(reader, line, keyword.name);
                } else {
                    snmp.socket = reader.text(line);
                }
            }
            "snmp_vs_stats_update_interval" => {
                set(&mut snmp.vs_stats_interval, reader.timer(line, MIN_INTERVAL, MAX_INTERVAL));
            }
            "snmp_rs_stats_update_interval" => {
                set(&mut snmp.rs_stats_interval, reader.timer(line, MIN_INTERVAL, MAX_INTERVAL));
            }
            name => return self.dbus(reader, name, line),
        }
        true
    }

    fn dbus(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let dbus = &mut self.globals.dbus;
        match name {
            "enable_dbus" => dbus.enabled = true,
            "dbus_service_name" => set(&mut dbus.service_name, reader.text(line)),
            "dbus_no_interface_name" => set(&mut dbus.no_interface_name, reader.text(line)),
            _ => return false,
        }
        true
    }
}
