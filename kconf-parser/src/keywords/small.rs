//! The top level and its small blocks.

use super::global_defs::GLOBAL_DEFS;
use super::virtual_server::VIRTUAL_SERVER;
use super::vrrp::{TRACK_FILE, VRRP_INSTANCE, VRRP_SCRIPT, VRRP_SYNC_GROUP, VRRP_TRACK_PROCESS};
use super::{Argument, Block, Content, block, flag, keyword, list, optional, required, wanted};

/// The file itself.
pub(super) const ROOT: Block = Block {
    name: "",
    keywords: &[
        block("SSL", &SSL),
        block("bfd_instance", &BFD_INSTANCE),
        required("child_wait_time"),
        block("garp_group", &GARP_GROUP),
        block("global_defs", &GLOBAL_DEFS),
        wanted("instance"),
        list("interface_up_down_delays"),
        list("linkbeat_interfaces"),
        flag("linkbeat_use_polling"),
        flag("namespace_with_ipsets"),
        wanted("net_namespace"),
        optional("net_namespace_ipvs"),
        list("static_ipaddress"),
        list("static_routes"),
        list("static_rules"),
        block("track_file", &TRACK_FILE),
        block("track_group", &TRACK_GROUP),
        flag("use_pid_dir"),
        block("virtual_server", &VIRTUAL_SERVER),
        keyword("virtual_server_group", Argument::Required, Content::List),
        block("vrrp_instance", &VRRP_INSTANCE),
        block("vrrp_script", &VRRP_SCRIPT),
        block("vrrp_sync_group", &VRRP_SYNC_GROUP),
        block("vrrp_track_file", &TRACK_FILE),
        block("vrrp_track_process", &VRRP_TRACK_PROCESS),
    ],
};

/// `garp_group`.
pub(super) static GARP_GROUP: Block = Block {
    name: "garp_group",
    keywords: &[
        required("garp_interval"),
        required("gna_interval"),
        required("interface"),
        list("interfaces"),
    ],
};

/// `track_group`.
pub(super) static TRACK_GROUP: Block = Block { name: "track_group", keywords: &[list("group")] };

/// `SSL`.
pub(super) static SSL: Block = Block {
    name: "SSL",
    keywords: &[wanted("ca"), wanted("certificate"), wanted("key"), wanted("password")],
};

/// `bfd_instance`.
pub(super) static BFD_INSTANCE: Block = Block {
    name: "bfd_instance",
    keywords: &[
        flag("checker"),
        required("hoplimit"),
        required("idle_tx"),
        required("max_hops"),
        required("min_rx"),
        required("min_tx"),
        optional("multihop").newer(),
        required("multiplier"),
        required("neighbor_ip"),
        required("neighbour_ip"),
        flag("passive"),
        required("source_ip"),
        required("ttl"),
        flag("vrrp"),
        required("weight"),
    ],
};
