//! `global_defs` and root-level scalars.

use core::net::{Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use std::path::PathBuf;

use super::{ScriptCommand, ScriptUser, VrrpVersion};
use crate::describe::describe;

/// `global_defs`. Fields that instances inherit are here as written; the instances hold the result.
#[derive(Clone, Debug, PartialEq)]
pub struct Globals {
    /// `router_id`; the host name if absent.
    pub router_id: Option<String>,
    /// `notification_email`.
    pub notification_email: Vec<String>,
    /// `notification_email_from`.
    pub notification_email_from: Option<String>,
    /// `smtp_server`: host or address, and port (default 25).
    pub smtp_server: Option<(String, u16)>,
    /// `smtp_connect_timeout`, default 30 s.
    pub smtp_connect_timeout: Duration,
    /// `smtp_helo_name`.
    pub smtp_helo_name: Option<String>,
    /// `smtp_alert`.
    pub smtp_alert: Option<bool>,
    /// `smtp_alert_vrrp`.
    pub smtp_alert_vrrp: Option<bool>,
    /// `smtp_alert_checker`.
    pub smtp_alert_checker: Option<bool>,
    /// `vrrp_version` as written; instances default to 2, or 3 with IPv6.
    pub vrrp_version: Option<VrrpVersion>,
    /// `vrrp_strict`.
    pub vrrp_strict: bool,
    /// `vrrp_mcast_group4`, default 224.0.0.18.
    pub mcast_group4: Ipv4Addr,
    /// `vrrp_mcast_group6`, default ff02::12.
    pub mcast_group6: Ipv6Addr,
    /// `vrrp_skip_check_adv_addr`.
    pub skip_check_adv_addr: bool,
    /// `vrrp_check_unicast_src`.
    pub check_unicast_src: bool,
    /// `vrrp_lower_prio_no_advert`.
    pub lower_prio_no_advert: bool,
    /// `vrrp_higher_prio_send_advert`.
    pub higher_prio_send_advert: bool,
    /// `vrrp_down_timer_adverts`, 1..=100, default 3.
    pub down_timer_adverts: u8,
    /// `v3_checksum_as_v2`.
    pub v3_checksum_as_v2: bool,
    /// `vrrp_garp_*` and `vrrp_gna_interval`.
    pub garp: GarpDefaults,
    /// `vrrp_startup_delay`: adverts are ignored and not sent for this long after the start.
    pub vrrp_startup_delay: Duration,
    /// `default_interface`; `eth0` if absent.
    pub default_interface: Option<String>,
    /// `script_user`.
    pub script_user: Option<ScriptUser>,
    /// `enable_script_security`.
    pub enable_script_security: bool,
    /// `startup_script`.
    pub startup_script: Option<ScriptCommand>,
    /// `shutdown_script`.
    pub shutdown_script: Option<ScriptCommand>,
    /// `notify_fifo`, events of both halves.
    pub notify_fifo: Option<PathBuf>,
    /// `vrrp_notify_fifo`.
    pub vrrp_notify_fifo: Option<PathBuf>,
    /// `lvs_notify_fifo`.
    pub lvs_notify_fifo: Option<PathBuf>,
    /// `vrrp_notify_priority_changes`.
    pub vrrp_notify_priority_changes: bool,
    /// `vrrp_priority`, `vrrp_rt_priority` and their like.
    pub vrrp_process: ProcessSettings,
    /// `checker_priority`, `checker_rt_priority` and their like.
    pub checker_process: ProcessSettings,
    /// `lvs_flush`: remove every entry of the IPVS table at start.
    pub lvs_flush: bool,
    /// `lvs_flush_on_stop`.
    pub lvs_flush_on_stop: bool,
    /// `rs_init_notifies`.
    pub rs_init_notifies: bool,
    /// `log_unknown_vrids`.
    pub log_unknown_vrids: bool,
    /// `dynamic_interfaces`: interfaces may be absent.
    pub dynamic_interfaces: bool,
    /// `net_namespace` at root level.
    pub net_namespace: Option<String>,
    /// `instance` at root level.
    pub instance: Option<String>,
    /// `use_pid_dir` at root level.
    pub use_pid_dir: bool,
    /// `child_wait_time` at root level, default 5 s.
    pub child_wait_time: Duration,
}

describe!(Globals {
    router_id,
    notification_email,
    notification_email_from,
    smtp_server,
    smtp_connect_timeout,
    smtp_helo_name,
    smtp_alert,
    smtp_alert_vrrp,
    smtp_alert_checker,
    vrrp_version,
    vrrp_strict,
    mcast_group4,
    mcast_group6,
    skip_check_adv_addr,
    check_unicast_src,
    lower_prio_no_advert,
    higher_prio_send_advert,
    down_timer_adverts,
    v3_checksum_as_v2,
    garp,
    vrrp_startup_delay,
    default_interface,
    script_user,
    enable_script_security,
    startup_script,
    shutdown_script,
    notify_fifo,
    vrrp_notify_fifo,
    lvs_notify_fifo,
    vrrp_notify_priority_changes,
    vrrp_process,
    checker_process,
    lvs_flush,
    lvs_flush_on_stop,
    rs_init_notifies,
    log_unknown_vrids,
    dynamic_interfaces,
    net_namespace,
    instance,
    use_pid_dir,
    child_wait_time
});

impl Default for Globals {
    fn default() -> Self {
        Self {
            router_id: None,
            notification_email: Vec::new(),
            notification_email_from: None,
            smtp_server: None,
            smtp_connect_timeout: Duration::from_secs(30),
            smtp_helo_name: None,
            smtp_alert: None,
            smtp_alert_vrrp: None,
            smtp_alert_checker: None,
            vrrp_version: None,
            vrrp_strict: false,
            mcast_group4: Ipv4Addr::new(224, 0, 0, 18),
            mcast_group6: Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x12),
            skip_check_adv_addr: false,
            check_unicast_src: false,
            lower_prio_no_advert: false,
            higher_prio_send_advert: false,
            down_timer_adverts: 3,
            v3_checksum_as_v2: false,
            garp: GarpDefaults::default(),
            vrrp_startup_delay: Duration::ZERO,
            default_interface: None,
            script_user: None,
            enable_script_security: false,
            startup_script: None,
            shutdown_script: None,
            notify_fifo: None,
            vrrp_notify_fifo: None,
            lvs_notify_fifo: None,
            vrrp_notify_priority_changes: false,
            vrrp_process: ProcessSettings::default(),
            checker_process: ProcessSettings::default(),
            lvs_flush: false,
            lvs_flush_on_stop: false,
            rs_init_notifies: false,
            log_unknown_vrids: false,
            dynamic_interfaces: false,
            net_namespace: None,
            instance: None,
            use_pid_dir: false,
            child_wait_time: Duration::from_secs(5),
        }
    }
}

/// Scheduling of one half (VRRP or checkers).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ProcessSettings {
    /// `*_priority`: nice value, −20..=19.
    pub nice: Option<i8>,
    /// `*_rt_priority`: `SCHED_RR` priority, 1..=99.
    pub rt_priority: Option<u8>,
    /// `*_rlimit_rttime` (old: `*_rlimit_rtime`), microseconds.
    pub rlimit_rttime_us: Option<u64>,
    /// `*_no_swap`: lock the pages in memory.
    pub no_swap: bool,
}

describe!(ProcessSettings { nice, rt_priority, rlimit_rttime_us, no_swap });

/// `vrrp_garp_*`: what instances inherit. `None` in the lower-priority pair means: as for a new master.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GarpDefaults {
    /// `vrrp_garp_master_delay`, whole seconds, default 5.
    pub master_delay: Duration,
    /// `vrrp_garp_master_repeat`, at least 1, default 5.
    pub master_repeat: u32,
    /// `vrrp_garp_master_refresh`, whole seconds; zero means none.
    pub master_refresh: Duration,
    /// `vrrp_garp_master_refresh_repeat`, at least 1, default 1.
    pub master_refresh_repeat: u32,
    /// `vrrp_garp_lower_prio_delay`, whole seconds.
    pub lower_prio_delay: Option<Duration>,
    /// `vrrp_garp_lower_prio_repeat`.
    pub lower_prio_repeat: Option<u32>,
    /// `vrrp_garp_interval`: pause between two gratuitous ARPs on an interface.
    pub garp_interval: Duration,
    /// `vrrp_gna_interval`: pause between two neighbour advertisements on an interface.
    pub gna_interval: Duration,
}

describe!(GarpDefaults {
    master_delay,
    master_repeat,
    master_refresh,
    master_refresh_repeat,
    lower_prio_delay,
    lower_prio_repeat,
    garp_interval,
    gna_interval
});

impl Default for GarpDefaults {
    fn default() -> Self {
        Self {
            master_delay: Duration::from_secs(5),
            master_repeat: 5,
            master_refresh: Duration::ZERO,
            master_refresh_repeat: 1,
            lower_prio_delay: None,
            lower_prio_repeat: None,
            garp_interval: Duration::ZERO,
            gna_interval: Duration::ZERO,
        }
    }
}
