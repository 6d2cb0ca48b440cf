//! How the parts of a configuration are called in the file.

/// Lists of blocks that are known by name: the part of [`Config`](crate::model::Config), and the keyword.
pub(super) const KEYED: &[(&str, &str)] = &[
    ("scripts", "vrrp_script"),
    ("instances", "vrrp_instance"),
    ("sync_groups", "vrrp_sync_group"),
    ("groups", "virtual_server_group"),
    ("virtual_servers", "virtual_server"),
    ("track_files", "track_file"),
    ("track_processes", "vrrp_track_process"),
    ("track_groups", "track_group"),
    ("bfd_instances", "bfd_instance"),
];

/// Lists in which the order of the entries means nothing.
pub(super) const ORDERLESS: &[&str] = &[
    "virtual_addresses",
    "excluded_addresses",
    "static_addresses",
    "unicast_peers",
    "track_scripts",
    "track_interfaces",
    "track_files",
    "track_processes",
    "track_bfds",
    "notification_email",
    "entries",
    "checkers",
    "members",
    "garp_groups",
    "interface_delays",
];

/// Parts whose keyword is another word.
const KEYWORDS: &[(&str, &str)] = &[
    ("advert_interval", "advert_int"),
    ("excluded_addresses", "virtual_ipaddress_excluded"),
    ("forward_method", "lvs_method"),
    ("garp_groups", "garp_group"),
    ("interface_delays", "interface_up_down_delays"),
    ("garp.gna_interval", "vrrp_gna_interval"),
    ("garp.garp_interval", "vrrp_garp_interval"),
    ("initial_state", "state"),
    ("lower_threshold", "lthreshold"),
    ("multicast_group", "mcast_dst_ip"),
    ("notify.any", "notify"),
    ("one_packet", "ops"),
    ("scheduler", "lvs_sched"),
    ("source_address", "unicast_src_ip"),
    ("static_addresses", "static_ipaddress"),
    ("strict", "strict_mode"),
    ("track_bfds", "track_bfd"),
    ("track_files", "track_file"),
    ("track_interfaces", "track_interface"),
    ("track_processes", "track_process"),
    ("track_scripts", "track_script"),
    ("track_source_address", "track_src_ip"),
    ("unicast_peers", "unicast_peer"),
    ("upper_threshold", "uthreshold"),
    ("virtual_addresses", "virtual_ipaddress"),
    ("vrid", "virtual_router_id"),
];

/// The keyword of a part; a path of words where there is no single one.
pub(super) fn keyword(path: &str) -> String {
    if let Some((_, keyword)) = KEYWORDS.iter().find(|(part, _)| *part == path) {
        return (*keyword).to_owned();
    }
    match path.split_once('.') {
        Some(("garp", rest)) => format!("garp_{rest}"),
        Some(("notify", rest)) => format!("notify_{rest}"),
        Some(("authentication", rest)) => rest.to_owned(),
        _ => path.to_owned(),
    }
}
