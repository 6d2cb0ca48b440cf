//! Keywords of the VRRP blocks.

use super::{Block, block, flag, list, optional, required, wanted};

/// `vrrp_script`.
pub(super) static VRRP_SCRIPT: Block = Block {
    name: "vrrp_script",
    keywords: &[
        required("fall"),
        flag("init_fail"),
        required("interval"),
        required("rise"),
        wanted("script"),
        required("timeout"),
        required("user"),
        required("weight"),
    ],
};

/// `vrrp_instance`.
pub(super) static VRRP_INSTANCE: Block = Block {
    name: "vrrp_instance",
    keywords: &[
        flag("accept"),
        required("advert_int"),
        block("auth_hmac", &AUTH_HMAC).newer().unsupported(),
        block("authentication", &AUTHENTICATION),
        flag("check_unicast_src"),
        required("debug"),
        flag("dont_track_primary"),
        required("down_timer_adverts"),
        wanted("garp_extra_if").unsupported(),
        required("garp_lower_prio_delay"),
        required("garp_lower_prio_repeat"),
        required("garp_master_delay"),
        required("garp_master_refresh"),
        required("garp_master_refresh_repeat"),
        required("garp_master_repeat"),
        optional("higher_prio_send_advert"),
        required("interface"),
        optional("kernel_rx_buf_size").unsupported(),
        flag("linkbeat_use_polling").deprecated("write a 'linkbeat_interfaces' block").unsupported(),
        optional("lower_prio_no_advert"),
        required("lvs_sync_daemon_interface")
            .deprecated("write 'lvs_sync_daemon' in global_defs")
            .unsupported(),
        required("mcast_dst_ip"),
        required("mcast_src_ip"),
        flag("native_ipv6").unsupported(),
        flag("no_accept"),
        flag("no_virtual_ipaddress").newer(),
        flag("nopreempt"),
        required("notify"),
        required("notify_backup"),
        optional("notify_deleted"),
        required("notify_fault"),
        required("notify_master"),
        required("notify_master_rx_lower_pri"),
        optional("notify_priority_changes"),
        required("notify_stop"),
        optional("old_unicast_checksum").unsupported(),
        optional("owner_ignore_adverts").newer().unsupported(),
        flag("preempt"),
        required("preempt_delay"),
        required("priority"),
        flag("promote_secondaries"),
        optional("skip_check_adv_addr"),
        optional("smtp_alert"),
        required("state"),
        optional("strict_mode"),
        optional("timer_expired_backup").newer().unsupported(),
        list("track_bfd").unsupported(),
        list("track_file").unsupported(),
        list("track_interface"),
        list("track_process").unsupported(),
        list("track_script"),
        flag("track_src_ip"),
        flag("unicast_fault_no_peer"),
        list("unicast_peer"),
        required("unicast_src_ip"),
        required("unicast_ttl"),
        optional("use_ipvlan").unsupported(),
        optional("use_vmac"),
        flag("use_vmac_addr").unsupported(),
        optional("v3_checksum_as_v2").newer(),
        required("version"),
        list("virtual_ipaddress"),
        list("virtual_ipaddress_excluded"),
        required("virtual_router_id"),
        list("virtual_routes").unsupported(),
        list("virtual_rules").unsupported(),
        wanted("vmac_garp_intvl").deprecated("write 'garp_extra_if'").unsupported(),
        flag("vmac_xmit_base").unsupported(),
        required("vrf").unsupported(),
    ],
};

/// `authentication`.
pub(super) static AUTHENTICATION: Block =
    Block { name: "authentication", keywords: &[required("auth_pass"), required("auth_type")] };

/// `auth_hmac`.
pub(super) static AUTH_HMAC: Block = Block {
    name: "auth_hmac",
    keywords: &[
        required("active_key").newer().unsupported(),
        required("anti_replay").newer().unsupported(),
        required("key").newer().unsupported(),
        required("mode").newer().unsupported(),
        required("time_window").newer().unsupported(),
    ],
};

/// `vrrp_sync_group`.
pub(super) static VRRP_SYNC_GROUP: Block = Block {
    name: "vrrp_sync_group",
    keywords: &[
        flag("global_tracking").deprecated("write track blocks in the sync group").unsupported(),
        list("group").unsupported(),
        required("notify").unsupported(),
        required("notify_backup").unsupported(),
        required("notify_fault").unsupported(),
        required("notify_master").unsupported(),
        optional("notify_priority_changes").unsupported(),
        required("notify_stop").unsupported(),
        optional("smtp_alert").unsupported(),
        flag("sync_group_tracking_weight").unsupported(),
        list("track_bfd").unsupported(),
        list("track_file").unsupported(),
        list("track_interface").unsupported(),
        list("track_process").unsupported(),
        list("track_script").unsupported(),
    ],
};

/// `vrrp_track_process`.
pub(super) static VRRP_TRACK_PROCESS: Block = Block {
    name: "vrrp_track_process",
    keywords: &[
        required("delay").unsupported(),
        required("fork_delay").unsupported(),
        flag("full_command").unsupported(),
        optional("param_match").unsupported(),
        required("process").unsupported(),
        required("quorum").unsupported(),
        required("quorum_max").unsupported(),
        required("terminate_delay").unsupported(),
        wanted("weight").unsupported(),
    ],
};

/// `track_file`.
pub(super) static TRACK_FILE: Block = Block {
    name: "track_file",
    keywords: &[
        wanted("file").unsupported(),
        optional("init_file").unsupported(),
        wanted("weight").unsupported(),
    ],
};
