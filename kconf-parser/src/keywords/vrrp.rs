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
        block("auth_hmac", &AUTH_HMAC).newer(),
        block("authentication", &AUTHENTICATION),
        flag("check_unicast_src"),
        required("debug"),
        flag("dont_track_primary"),
        required("down_timer_adverts"),
        wanted("garp_extra_if"),
        required("garp_lower_prio_delay"),
        required("garp_lower_prio_repeat"),
        required("garp_master_delay"),
        required("garp_master_refresh"),
        required("garp_master_refresh_repeat"),
        required("garp_master_repeat"),
        optional("higher_prio_send_advert"),
        required("interface"),
        optional("kernel_rx_buf_size"),
        flag("linkbeat_use_polling").deprecated("write a 'linkbeat_interfaces' block"),
        optional("lower_prio_no_advert"),
        required("lvs_sync_daemon_interface").deprecated("write 'lvs_sync_daemon' in global_defs"),
        required("mcast_dst_ip"),
        required("mcast_src_ip"),
        flag("native_ipv6"),
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
        optional("old_unicast_checksum"),
        optional("owner_ignore_adverts").newer(),
        flag("preempt"),
        required("preempt_delay"),
        required("priority"),
        flag("promote_secondaries"),
        optional("skip_check_adv_addr"),
        optional("smtp_alert"),
        required("state"),
        optional("strict_mode"),
        optional("timer_expired_backup").newer(),
        list("track_bfd"),
        list("track_file"),
        list("track_interface"),
        list("track_process"),
        list("track_script"),
        flag("track_src_ip"),
        flag("unicast_fault_no_peer"),
        list("unicast_peer"),
        required("unicast_src_ip"),
        required("unicast_ttl"),
        optional("use_ipvlan"),
        optional("use_vmac"),
        flag("use_vmac_addr"),
        optional("v3_checksum_as_v2").newer(),
        required("version"),
        list("virtual_ipaddress"),
        list("virtual_ipaddress_excluded"),
        required("virtual_router_id"),
        list("virtual_routes"),
        list("virtual_rules"),
        wanted("vmac_garp_intvl").deprecated("write 'garp_extra_if'"),
        flag("vmac_xmit_base"),
        required("vrf"),
    ],
};

/// `authentication`.
pub(super) static AUTHENTICATION: Block =
    Block { name: "authentication", keywords: &[required("auth_pass"), required("auth_type")] };

/// `auth_hmac`.
pub(super) static AUTH_HMAC: Block = Block {
    name: "auth_hmac",
    keywords: &[
        required("active_key").newer(),
        required("anti_replay").newer(),
        required("key").newer(),
        required("mode").newer(),
        required("time_window").newer(),
    ],
};

/// `vrrp_sync_group`.
pub(super) static VRRP_SYNC_GROUP: Block = Block {
    name: "vrrp_sync_group",
    keywords: &[
        flag("global_tracking").deprecated("write track blocks in the sync group"),
        list("group"),
        required("notify"),
        required("notify_backup"),
        required("notify_fault"),
        required("notify_master"),
        optional("notify_priority_changes"),
        required("notify_stop"),
        optional("smtp_alert"),
        flag("sync_group_tracking_weight"),
        list("track_bfd"),
        list("track_file"),
        list("track_interface"),
        list("track_process"),
        list("track_script"),
    ],
};

/// `vrrp_track_process`.
pub(super) static VRRP_TRACK_PROCESS: Block = Block {
    name: "vrrp_track_process",
    keywords: &[
        required("delay"),
        required("fork_delay"),
        flag("full_command"),
        optional("param_match"),
        required("process"),
        required("quorum"),
        required("quorum_max"),
        required("terminate_delay"),
        wanted("weight"),
    ],
};

/// `track_file`.
pub(super) static TRACK_FILE: Block =
    Block { name: "track_file", keywords: &[wanted("file"), optional("init_file"), wanted("weight")] };
