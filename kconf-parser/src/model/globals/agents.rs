//! Who may ask: SNMP and D-Bus.

use core::time::Duration;

use crate::describe::describe;

/// `enable_snmp_*` and their settings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snmp {
    /// `enable_snmp_vrrp` (old: `enable_snmp_keepalived`): the VRRP part of keepalived's own MIB.
    pub vrrp: bool,
    /// `enable_snmp_checker`: the checker part of keepalived's own MIB.
    pub checker: bool,
    /// `enable_snmp_rfcv2` or `enable_snmp_rfc`: the MIB of RFC 2787.
    pub rfc_v2: bool,
    /// `enable_snmp_rfcv3` or `enable_snmp_rfc`: the MIB of RFC 6527.
    pub rfc_v3: bool,
    /// `enable_traps`.
    pub traps: bool,
    /// `snmp_socket`: where the AgentX master listens.
    pub socket: Option<String>,
    /// `snmp_vs_stats_update_interval`: how old figures of virtual servers may be, 1 ms..=30 s, default 5 s.
    pub vs_stats_interval: Duration,
    /// `snmp_rs_stats_update_interval`: the same for real servers; zero where nothing is written: they are read together
    /// with those of their virtual server.
    pub rs_stats_interval: Duration,
}

describe!(Snmp { vrrp, checker, rfc_v2, rfc_v3, traps, socket, vs_stats_interval, rs_stats_interval });

impl Default for Snmp {
    fn default() -> Self {
        Self {
            vrrp: false,
            checker: false,
            rfc_v2: false,
            rfc_v3: false,
            traps: false,
            socket: None,
            vs_stats_interval: Duration::from_secs(5),
            rs_stats_interval: Duration::ZERO,
        }
    }
}

/// `enable_dbus` and its settings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dbus {
    /// `enable_dbus`.
    pub enabled: bool,
    /// `dbus_service_name`, default `org.keepalived.Vrrp1`.
    pub service_name: String,
    /// `dbus_no_interface_name`: what stands in an object's path for the interface of an instance without one, default
    /// `none`.
    pub no_interface_name: String,
}

impl Default for Dbus {
    fn default() -> Self {
        let (service_name, no_interface_name) = ("org.keepalived.Vrrp1".to_owned(), "none".to_owned());
        Self { enabled: false, service_name, no_interface_name }
    }
}

describe!(Dbus { enabled, service_name, no_interface_name });
