//! The top level and its small blocks.

use super::global_defs::GLOBAL_DEFS;
use super::virtual_server::VIRTUAL_SERVER;
use super::vrrp::{TRACK_FILE, VRRP_INSTANCE, VRRP_SCRIPT, VRRP_SYNC_GROUP, VRRP_TRACK_PROCESS};
use super::{Argument, Block, Content, block, flag, keyword, list, optional, required, wanted};

/// The file itself.
pub(super) const ROOT: Block = Block {
    name: "",
    keywords: &[
        block("SSL", &SSL).unsupported(),
        block("bfd_instance", &BFD_INSTANCE).unsupported(),
        required("child_wait_time"),
        block("garp_group", &GARP_GROUP).unsupported(),
        block("global_defs", &GLOBAL_DEFS),
        wanted("instance"),
        list("interface_up_down_delays").unsupported(),
        list("linkbeat_interfaces").unsupported(),
        flag("linkbeat_use_polling").unsupported(),
        flag("namespace_with_ipsets").unsupported(),
        wanted("net_namespace"),
        optional("net_namespace_ipvs").unsupported(),
        list("static_ipaddress").unsupported(),
        list("static_routes").unsupported(),
        list("static_rules").unsupported(),
        block("track_file", &TRACK_FILE).unsupported(),
        block("track_group", &TRACK_GROUP).unsupported(),
        flag("use_pid_dir"),
        block("virtual_server", &VIRTUAL_SERVER),
        keyword("virtual_server_group", Argument::Required, Content::List),
        block("vrrp_instance", &VRRP_INSTANCE),
        block("vrrp_script", &VRRP_SCRIPT),
        block("vrrp_sync_group", &VRRP_SYNC_GROUP).unsupported(),
        block("vrrp_track_file", &TRACK_FILE).unsupported(),
        block("vrrp_track_process", &VRRP_TRACK_PROCESS).unsupported(),
    ],
};

/// `garp_group`.
pub(super) static GARP_GROUP: Block = Block {
    name: "garp_group",
    keywords: &[
        required("garp_interval").unsupported(),
        required("gna_interval").unsupported(),
        required("interface").unsupported(),
        list("interfaces").unsupported(),
    ],
};

/// `track_group`.
pub(super) static TRACK_GROUP: Block =
    Block { name: "track_group", keywords: &[list("group").unsupported()] };

/// `SSL`.
pub(super) static SSL: Block = Block {
    name: "SSL",
    keywords: &[
        wanted("ca").unsupported(),
        wanted("certificate").unsupported(),
        wanted("key").unsupported(),
        wanted("password").unsupported(),
    ],
};

/// `bfd_instance`.
pub(super) static BFD_INSTANCE: Block = Block {
    name: "bfd_instance",
    keywords: &[
        flag("checker").unsupported(),
        required("hoplimit").unsupported(),
        required("idle_tx").unsupported(),
        required("max_hops").unsupported(),
        required("min_rx").unsupported(),
        required("min_tx").unsupported(),
        optional("multihop").newer().unsupported(),
        required("multiplier").unsupported(),
        required("neighbor_ip").unsupported(),
        required("neighbour_ip").unsupported(),
        flag("passive").unsupported(),
        required("source_ip").unsupported(),
        required("ttl").unsupported(),
        flag("vrrp").unsupported(),
        required("weight").unsupported(),
    ],
};
