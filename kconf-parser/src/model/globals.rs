//! `global_defs` and root-level scalars.

mod agents;
mod buffers;
mod files;
mod firewall;
mod garp;
mod lvs;
mod process;

use core::net::{Ipv4Addr, Ipv6Addr};
use core::time::Duration;

pub use agents::{Dbus, Snmp};
pub use buffers::{AdvertBufferPolicy, AdvertBuffers, ReceiveBuffer, ReceiveBuffers};
pub use files::{Files, IncludeCheck, JsonVersion, NotifyFifo, Reload, ReloadMarker};
pub use firewall::{Firewall, IpsetNames, Ipsets, IptablesChains, Nftables, NftablesIpvs};
pub use garp::GarpDefaults;
pub use lvs::{LvsFlushOnStop, LvsSyncDaemon, LvsTimeouts};
pub use process::{AutoPriority, ProcessSettings};

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
    pub startup_script: Option<Box<ScriptCommand>>,
    /// `shutdown_script`.
    pub shutdown_script: Option<Box<ScriptCommand>>,
    /// `notify_fifo`, events of both halves.
    pub notify_fifo: Option<NotifyFifo>,
    /// `vrrp_notify_fifo`.
    pub vrrp_notify_fifo: Option<NotifyFifo>,
    /// `lvs_notify_fifo`.
    pub lvs_notify_fifo: Option<NotifyFifo>,
    /// `vrrp_notify_priority_changes`.
    pub vrrp_notify_priority_changes: bool,
    /// `fifo_write_vrrp_states_on_reload`: the pipes are told every state again after a reload.
    pub fifo_write_vrrp_states_on_reload: bool,
    /// `process_name`: name of the parent, at most 15 octets.
    pub process_name: Option<String>,
    /// `vrrp_priority`, `vrrp_rt_priority` and their like.
    pub vrrp_process: ProcessSettings,
    /// `checker_priority`, `checker_rt_priority` and their like.
    pub checker_process: ProcessSettings,
    /// `bfd_priority`, `bfd_rt_priority` and their like.
    pub bfd_process: ProcessSettings,
    /// `max_auto_priority` and `min_auto_priority_delay`.
    pub auto_priority: AutoPriority,
    /// `lvs_flush`: remove every entry of the IPVS table at start.
    pub lvs_flush: bool,
    /// `lvs_flush_on_stop`.
    pub lvs_flush_on_stop: LvsFlushOnStop,
    /// `lvs_sync_daemon`.
    pub lvs_sync_daemon: Option<LvsSyncDaemon>,
    /// `lvs_timeouts`.
    pub lvs_timeouts: LvsTimeouts,
    /// `rs_init_notifies`.
    pub rs_init_notifies: bool,
    /// `log_unknown_vrids`.
    pub log_unknown_vrids: bool,
    /// `dynamic_interfaces`: interfaces may be absent.
    pub dynamic_interfaces: bool,
    /// `dynamic_interfaces allow_if_changes`: an interface may come back as one of another kind.
    pub allow_interface_changes: bool,
    /// `checker_log_all_failures`: every check logs every failure.
    pub checker_log_all_failures: bool,
    /// `no_email_faults`: no mail when an instance goes to the fault state.
    pub no_email_faults: bool,
    /// `no_checker_emails`: mail only where a real server comes or goes.
    pub no_checker_emails: bool,
    /// `disable_local_igmp`: the system does not report membership of 224.0.0.0/24.
    pub disable_local_igmp: bool,
    /// `vrrp_owner_ignore_adverts`: what instances with priority 255 do with adverts.
    pub owner_ignore_adverts: bool,
    /// `vrrp_delay_after_boot`: as `vrrp_startup_delay`, but counted from the start of the system. The later of the two
    /// holds.
    pub vrrp_delay_after_boot: Duration,
    /// `vmac_prefix`, default `vrrp`.
    pub vmac_prefix: String,
    /// `vmac_addr_prefix`, default `vrrp`.
    pub vmac_addr_prefix: String,
    /// `startup_script_timeout`, whole seconds, 1..=1000, default 10.
    pub startup_script_timeout: Duration,
    /// `shutdown_script_timeout`, whole seconds, 1..=1000, default 10.
    pub shutdown_script_timeout: Duration,
    /// `use_symlink_paths`: scripts are run by the path as written.
    pub use_symlink_paths: bool,
    /// `set_supplementary_groups`: scripts run with all groups of their user.
    pub set_supplementary_groups: bool,
    /// `umask`, at most `0o777`.
    pub umask: Option<u16>,
    /// `random_seed`: `${_RANDOM}` gives the same numbers every time.
    pub random_seed: Option<u32>,
    /// `vrrp_iptables`, `nftables` and their like.
    pub firewall: Firewall,
    /// `*_rcv_bufs` and `vrrp_rx_bufs_*`.
    pub receive_buffers: ReceiveBuffers,
    /// `enable_snmp_*`, `enable_traps` and `snmp_*`.
    pub snmp: Snmp,
    /// `enable_dbus` and `dbus_*`.
    pub dbus: Dbus,
    /// Dump files and directories.
    pub files: Files,
    /// `reload_*`.
    pub reload: Reload,
    /// `net_namespace` at root level.
    pub net_namespace: Option<String>,
    /// `net_namespace_ipvs` at root level: where the IPVS table is; empty: the namespace keepalived was started in.
    pub net_namespace_ipvs: Option<String>,
    /// `namespace_with_ipsets` at root level: ipsets are used in a namespace, too.
    pub namespace_with_ipsets: bool,
    /// `instance` at root level.
    pub instance: Option<String>,
    /// `use_pid_dir` at root level, which `net_namespace` and `instance` imply.
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
    fifo_write_vrrp_states_on_reload,
    process_name,
    vrrp_process,
    checker_process,
    bfd_process,
    auto_priority,
    lvs_flush,
    lvs_flush_on_stop,
    lvs_sync_daemon,
    lvs_timeouts,
    rs_init_notifies,
    log_unknown_vrids,
    dynamic_interfaces,
    allow_interface_changes,
    checker_log_all_failures,
    no_email_faults,
    no_checker_emails,
    disable_local_igmp,
    owner_ignore_adverts,
    vrrp_delay_after_boot,
    vmac_prefix,
    vmac_addr_prefix,
    startup_script_timeout,
    shutdown_script_timeout,
    use_symlink_paths,
    set_supplementary_groups,
    umask,
    random_seed,
    firewall,
    receive_buffers,
    snmp,
    dbus,
    files,
    reload,
    net_namespace,
    net_namespace_ipvs,
    namespace_with_ipsets,
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
            fifo_write_vrrp_states_on_reload: false,
            process_name: None,
            vrrp_process: ProcessSettings::default(),
            checker_process: ProcessSettings::default(),
            bfd_process: ProcessSettings::default(),
            auto_priority: AutoPriority::default(),
            lvs_flush: false,
            lvs_flush_on_stop: LvsFlushOnStop::default(),
            lvs_sync_daemon: None,
            lvs_timeouts: LvsTimeouts::default(),
            rs_init_notifies: false,
            log_unknown_vrids: false,
            dynamic_interfaces: false,
            allow_interface_changes: false,
            checker_log_all_failures: false,
            no_email_faults: false,
            no_checker_emails: false,
            disable_local_igmp: false,
            owner_ignore_adverts: false,
            vrrp_delay_after_boot: Duration::ZERO,
            vmac_prefix: "vrrp".to_owned(),
            vmac_addr_prefix: "vrrp".to_owned(),
            startup_script_timeout: Duration::from_secs(10),
            shutdown_script_timeout: Duration::from_secs(10),
            use_symlink_paths: false,
            set_supplementary_groups: false,
            umask: None,
            random_seed: None,
            firewall: Firewall::default(),
            receive_buffers: ReceiveBuffers::default(),
            snmp: Snmp::default(),
            dbus: Dbus::default(),
            files: Files::default(),
            reload: Reload::default(),
            net_namespace: None,
            net_namespace_ipvs: None,
            namespace_with_ipsets: false,
            instance: None,
            use_pid_dir: false,
            child_wait_time: Duration::from_secs(5),
        }
    }
}
