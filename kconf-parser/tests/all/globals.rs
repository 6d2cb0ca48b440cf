//! `global_defs` and the scalars of the top level: what the lines mean. Defaults, ranges and what becomes of mistakes are
//! those of keepalived's source and of `keepalived -t`.

use core::time::Duration;
use std::path::Path;

use kconf_parser::model::{
    AdvertBufferPolicy, GarpExtraInterfaces, Globals, Ipsets, JsonVersion, LvsFlushOnStop, ReloadMarker,
};

use crate::common::read_codes as read;

const INSTANCE: &str =
    "vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 77\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n";

fn globals(lines: &str) -> (Globals, usize) {
    let (config, found) = read(&format!("global_defs {{\n{lines}\n}}\n"));
    (config.globals, found.len())
}

#[test]
fn nothing_written_means_the_defaults() {
    let (found, findings) = globals("");
    assert_eq!((found.clone(), findings), (Globals::default(), 0));
    assert_eq!(found.smtp_connect_timeout, Duration::from_secs(30));
    assert_eq!(found.startup_script_timeout, Duration::from_secs(10));
    assert_eq!(found.auto_priority.min_delay, Duration::from_secs(1));
    assert_eq!(found.receive_buffers.adverts.multiplier, 3);
    assert_eq!(found.snmp.vs_stats_interval, Duration::from_secs(5));
    assert_eq!(
        (found.vmac_prefix.as_str(), found.dbus.service_name.as_str()),
        ("vrrp", "org.keepalived.Vrrp1")
    );
}

#[test]
fn processes_have_names_priorities_and_processors() {
    let (found, findings) = globals(
        "vrrp_process_name mine\nprocess_names\nbfd_process_name abcdefghijklmnopq\nprocess_name parent
        vrrp_rt_priority 200\nchecker_rt_priority -1\nbfd_priority -5\nbfd_priority 20
        bfd_rlimit_rttime 1\nchecker_cpu_affinity 3 0 3\nvrrp_cpu_affinity 1\nvrrp_cpu_affinity x\nbfd_no_swap",
    );
    assert_eq!(findings, 5);
    let (vrrp, checker, bfd) = (&found.vrrp_process, &found.checker_process, &found.bfd_process);
    assert_eq!(vrrp.name.as_deref(), Some("keepalived_vrrp"));
    assert_eq!(bfd.name.as_deref(), Some("abcdefghijklmno"));
    assert_eq!(found.process_name.as_deref(), Some("parent"));
    assert_eq!((vrrp.rt_priority, checker.rt_priority), (Some(99), Some(1)));
    // A number that is wrong takes an earlier one back, and a word that is none is 0 where 0 is possible.
    assert_eq!((bfd.nice, bfd.rlimit_rttime_us, bfd.no_swap), (None, Some(2), true));
    assert_eq!((checker.cpu_affinity.as_slice(), vrrp.cpu_affinity.as_slice()), (&[0, 3][..], &[0][..]));
}

#[test]
fn automatic_priority_is_limited() {
    let auto = |lines: &str| {
        let (found, findings) = globals(lines);
        (found.auto_priority.max, found.auto_priority.min_delay.as_micros(), findings)
    };
    assert_eq!(auto("max_auto_priority"), (99, 1_000_000, 0));
    assert_eq!(auto("max_auto_priority -1\nmin_auto_priority_delay 1"), (-1, 1, 0));
    assert_eq!(auto("max_auto_priority 100\nmin_auto_priority_delay 10000001"), (0, 1_000_000, 2));
}

#[test]
fn repeats_of_zero_count_as_one_and_least_garp_changes_only_defaults() {
    let garp = |lines: &str| {
        let (found, findings) = globals(lines);
        (found.garp.master_repeat, found.garp.master_delay.as_secs(), findings)
    };
    assert_eq!(garp(""), (5, 5, 0));
    assert_eq!(garp("vrrp_garp_master_repeat 0"), (1, 5, 1));
    assert_eq!(garp("vrrp_garp_master_delay 4295"), (5, 5, 1));
    assert_eq!(garp("vrrp_min_garp"), (1, 0, 0));
    assert_eq!(garp("vrrp_min_garp off"), (5, 5, 0));
    assert_eq!(garp("vrrp_garp_master_repeat 7\nvrrp_min_garp"), (7, 0, 0));
}

#[test]
fn announcements_on_other_interfaces_need_a_time() {
    let extra = |lines: &str| {
        let (found, findings) = globals(lines);
        (found.garp.extra_interfaces, findings)
    };
    let every = |seconds, all| Some(GarpExtraInterfaces { interval: Duration::from_secs(seconds), all });
    assert_eq!(extra("vrrp_garp_extra_if 5 all"), (every(5, true), 0));
    assert_eq!(extra("vrrp_garp_extra_if 5 6"), (every(6, false), 0));
    assert_eq!(extra("vrrp_garp_extra_if all"), (None, 1));
    assert_eq!(extra("vrrp_garp_extra_if 5\nvrrp_garp_extra_if 86401"), (every(5, false), 1));
}

#[test]
fn groups_must_be_multicast() {
    let (found, findings) =
        globals("vrrp_mcast_group4 224.0.0.50\nvrrp_mcast_group4 10.0.0.1\nvrrp_mcast_group6 ff05::5");
    assert_eq!(findings, 2);
    assert_eq!(found.mcast_group4.to_string(), "224.0.0.50");
    assert_eq!(found.mcast_group6.to_string(), "ff05::5");
}

#[test]
fn the_longer_delay_of_the_start_holds_and_words_of_newer_versions_count() {
    let (found, findings) = globals(
        "vrrp_startup_delay 5.5\nvrrp_startup_delay 2\nvrrp_delay_after_boot 30\nvrrp_strict off\nvrrp_skip_check_adv_addr yes
        dynamic_interfaces allow_if_changes\nvmac_prefix a\nvmac_prefix b",
    );
    assert_eq!(findings, 1);
    assert_eq!(found.vrrp_startup_delay, Duration::from_millis(5500));
    assert_eq!(found.vrrp_delay_after_boot, Duration::from_secs(30));
    assert!(!found.vrrp_strict && found.skip_check_adv_addr);
    assert!(found.dynamic_interfaces && found.allow_interface_changes);
    assert_eq!(found.vmac_prefix, "a");
}

#[test]
fn synchronization_of_connections_is_read_in_both_forms() {
    let daemon = |line: &str| {
        let (config, _) = read(&format!("global_defs {{\nlvs_sync_daemon {line}\n}}\n{INSTANCE}"));
        config.globals.lvs_sync_daemon
    };
    let full = daemon("eth0 inst VI_1 maxlen 1000 port 9000 ttl 4 group 224.0.0.90").expect("a daemon");
    assert_eq!((full.interface.as_str(), full.instance.as_deref()), ("eth0", Some("VI_1")));
    // The instance's virtual router id.
    assert_eq!((full.id, full.max_length, full.port, full.ttl), (77, Some(1000), Some(9000), Some(4)));
    assert_eq!(full.group.map(|group| group.to_string()).as_deref(), Some("224.0.0.90"));
    let old = daemon("eth0 VI_1 5").expect("a daemon");
    assert_eq!((old.instance.as_deref(), old.id), (Some("VI_1"), 5));
    let alone = daemon("eth0 group 10.0.0.1 ttl 0").expect("a daemon");
    assert_eq!((alone.instance, alone.id, alone.group, alone.ttl), (None, 0, None, None));
    assert_eq!(daemon("eth0 inst nobody"), None);
    assert_eq!(daemon("abcdefghijklmnop"), None);
}

#[test]
fn ipvs_has_timeouts_and_ways_of_being_emptied() {
    let (found, findings) =
        globals("lvs_timeouts tcp 5 udp 2678400\nlvs_timeouts tcpfin x tcp 6\nlvs_flush_on_stop VS");
    assert_eq!(findings, 1);
    let timeouts = found.lvs_timeouts;
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs());
    assert_eq!([timeouts.tcp, timeouts.tcp_fin, timeouts.udp].map(seconds), [Some(6), None, Some(2_678_400)]);
    assert_eq!(found.lvs_flush_on_stop, LvsFlushOnStop::Services);
    assert_eq!(globals("lvs_flush_onstop").0.lvs_flush_on_stop, LvsFlushOnStop::Table);
}

#[test]
fn numbers_of_nftables_must_follow_their_table() {
    let (found, findings) = globals(
        "nftables_priority 4\nnftables\nnftables_priority 5\nnftables_ifindex
        nftables_ipvs marks\nnftables_ipvs_start_fwmark 7\nnftables_counters",
    );
    assert_eq!(findings, 1);
    let firewall = found.firewall;
    let table = firewall.nftables.expect("a table");
    assert_eq!((table.table.as_str(), table.priority), ("keepalived", 5));
    let marks = firewall.nftables_ipvs.expect("a table");
    assert_eq!((marks.table.as_str(), marks.priority, marks.start_fwmark.get()), ("marks", -1, 7));
    assert!(firewall.nftables_ifindex && firewall.nftables_counters);
}

#[test]
fn names_of_sets_are_made_of_the_first() {
    let sets = |line: &str| globals(line).0.firewall.ipsets;
    assert_eq!((sets(""), sets("vrrp_ipsets")), (Ipsets::Default, Ipsets::Off));
    let Ipsets::Named(names) = sets("vrrp_ipsets ka six") else { panic!("no names") };
    assert_eq!([&*names.address, &*names.address6, &*names.address_iface6], ["ka", "six", "six_if6"]);
    assert_eq!([&*names.igmp, &*names.mld, &*names.vmac_nd], ["ka_igmp", "ka_mld", "ka_nd"]);
    assert_eq!(sets("vrrp_ipsets a a"), Ipsets::Default);
    let chains = |line: &str| globals(line).0.firewall.iptables.map(|chains| (chains.input, chains.output));
    assert_eq!(chains("vrrp_iptables"), Some(("INPUT".to_owned(), Some("OUTPUT".to_owned()))));
    assert_eq!(chains("vrrp_iptables in"), Some(("in".to_owned(), None)));
}

#[test]
fn receive_buffers_are_numbers_or_sized_by_what_comes() {
    let (found, findings) = globals(
        "vrrp_netlink_cmd_rcv_bufs 1000\nvrrp_netlink_cmd_rcv_bufs 0\nlvs_netlink_monitor_rcv_bufs_force
        vrrp_rx_bufs_multiplier 5",
    );
    assert_eq!(findings, 0);
    let buffers = found.receive_buffers;
    assert_eq!(buffers.vrrp_netlink_cmd.octets, Some(1000));
    assert!(buffers.lvs_netlink_monitor.force && !buffers.lvs_netlink_cmd.force);
    assert_eq!(buffers.adverts.multiplier, 5);
    let policy =
        |line: &str| globals(&format!("vrrp_rx_bufs_policy {line}")).0.receive_buffers.adverts.policy;
    assert_eq!(policy("mtu"), Some(AdvertBufferPolicy::Mtu));
    assert_eq!(policy("MTU ADVERT"), Some(AdvertBufferPolicy::Mtu));
    assert_eq!(policy("4096 MTU"), Some(AdvertBufferPolicy::Octets(4096)));
    assert_eq!(policy("x"), None);
}

#[test]
fn masks_are_numbers_or_names() {
    #[rustfmt::skip]
    let cases: &[(&str, Option<u16>)] = &[
        ("022", Some(0o022)), ("0x12", Some(0o022)), ("18", Some(0o022)), ("0", Some(0)),
        ("08", None), ("01000", None), ("022 033", None), ("IRUSR", Some(0o400)),
        ("IWGRP|IWOTH", Some(0o022)), ("IWGRP | IRWXO", Some(0o027)), ("IRUSR IWUSR", None), ("IRUSR|", None),
    ];
    for (text, mask) in cases {
        let (found, findings) = globals(&format!("umask {text}"));
        assert_eq!((found.umask, findings), (*mask, usize::from(mask.is_none())), "{text}");
    }
}

#[test]
fn files_and_reloading_are_named() {
    let (found, findings) = globals(
        "config_save_dir /var/tmp/\ntmp_config_directory /a\ntmp_config_directory /b\njson_version 2\nstate_dump_file /s
        iproute_etc_dir /etc/x y\nreload_file\nreload_check_config\nreload_time_file /t\nreload_repeat
        include_check match\ninclude_check +brace_match -read",
    );
    assert_eq!(findings, 2);
    let files = found.files;
    assert_eq!(files.config_save_dir.as_deref(), Some(Path::new("/var/tmp")));
    assert_eq!(files.tmp_config_directory.as_deref(), Some(Path::new("/a")));
    assert_eq!((files.json_version, files.state_dump.as_deref()), (JsonVersion::V2, Some(Path::new("/s"))));
    assert_eq!(files.iproute_etc_dir, None);
    let check = files.include_check;
    assert_eq!(
        [check.read, check.matches, check.wildcard_match, check.brace_match],
        [false, true, false, true]
    );
    assert_eq!(found.reload.marker, Some(ReloadMarker::BesidePidFile));
    assert_eq!(found.reload.check_config.as_deref(), Some(Path::new("/dev/null")));
    assert!(found.reload.repeat && found.reload.time_file.is_some());
}

#[test]
fn pipes_have_owners_and_readers_and_are_not_written_twice() {
    let security = "enable_script_security\nscript_user root\n";
    let fifos = |lines: &str| {
        let (config, found) = read(&format!("global_defs {{\n{security}{lines}\n}}\n{INSTANCE}"));
        (config.globals, found.len())
    };
    let (found, findings) =
        fifos("notify_fifo /f root\nnotify_fifo_script \"/bin/tell all\"\nvrrp_notify_fifo /v");
    assert_eq!(findings, 0);
    let fifo = found.notify_fifo.expect("a pipe");
    assert_eq!(
        (fifo.path.as_path(), fifo.user.map(|user| user.user)),
        (Path::new("/f"), Some("root".to_owned()))
    );
    assert_eq!(fifo.script.map(|script| script.args), Some(vec!["/bin/tell".into(), "all".into()]));
    assert!(found.vrrp_notify_fifo.is_some_and(|fifo| fifo.script.is_none()));

    let (found, findings) = fifos("notify_fifo /f\nvrrp_notify_fifo /f\nlvs_notify_fifo_script /bin/tell");
    assert_eq!(findings, 2);
    assert!(
        found.notify_fifo.is_some() && found.vrrp_notify_fifo.is_none() && found.lvs_notify_fifo.is_none()
    );
}

#[test]
fn scalars_of_the_top_level_keep_the_first_and_imply_a_directory() {
    let (config, found) =
        read("instance a\ninstance b\nnet_namespace_ipvs\nnamespace_with_ipsets\nchild_wait_time 9\n");
    assert_eq!(found, ["adjusted"]);
    let globals = config.globals;
    assert_eq!((globals.instance.as_deref(), globals.net_namespace_ipvs.as_deref()), (Some("a"), Some("")));
    assert!(globals.use_pid_dir && globals.namespace_with_ipsets);
    assert_eq!(globals.child_wait_time, Duration::from_secs(9));
}
