//! The blocks around instances: what can be tracked, and what belongs to interfaces. Values were measured with
//! keepalived 2.2.7.

use core::time::Duration;

use kconf_parser::keywords::{BLOCKS, Content};
use kconf_parser::model::{GarpGroup, InitFile, InterfaceDelays, LinkbeatMethod, ParameterMatch};
use kconf_parser::{ConfigTest, FactsTable, config_test};

use crate::common::{codes, only, read, read_on};

const INSTANCE: &str =
    "vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress { 192.0.2.1 }\n}\n";

/// List, entry, weight and `reverse`, and what is found.
type EntryCase<'a> = (&'a str, &'a str, Option<(i16, bool)>, &'a [&'a str]);

/// Entry, interface and group of the address, and what is found.
type StaticCase<'a> = (&'a str, Option<(&'a str, Option<&'a str>)>, &'a [&'a str]);

/// A host with two interfaces and two users.
fn host() -> FactsTable {
    let users = only(&["root", "keepalived_script"]);
    FactsTable { interfaces: only(&["eth0", "eth1"]), users, ..FactsTable::default() }
}

/// An instance that tracks `name`.
fn tracking(list: &str, entry: &str) -> String {
    INSTANCE.replace("virtual_router_id", &format!("{list} {{\n{entry}\n}}\nvirtual_router_id"))
}

#[test]
fn a_tracked_file_has_a_path_and_a_weight_of_1() {
    let read = |lines: &str| {
        let (config, findings) = read(&format!("track_file f {{\n{lines}\n}}\n"));
        let file = config.track_files.into_iter().next();
        (file.map(|file| (file.weight, file.reverse, file.init)), codes(&findings))
    };
    let init = |value, overwrite| Some(InitFile { value, overwrite });
    assert_eq!(read("file /f"), (Some((1, false, None)), vec![]));
    assert_eq!(read("file /f\nweight -5 reverse"), (Some((-5, true, None)), vec![]));
    assert_eq!(read("file /f\nweight 254\nweight 3"), (Some((254, false, None)), vec!["adjusted"]));
    assert_eq!(read("file /f\nweight 255"), (Some((1, false, None)), vec!["invalid-number"]));
    assert_eq!(read("file /f\nweight 4 what"), (Some((4, false, None)), vec!["invalid-value"]));
    assert_eq!(read("file /f\nfile /g"), (Some((1, false, None)), vec!["adjusted"]));
    assert_eq!(read("file /f\ninit_file"), (Some((1, false, init(0, false))), vec![]));
    assert_eq!(read("file /f\ninit_file 5 overwrite"), (Some((1, false, init(5, true))), vec![]));
    let (odd, found) = read("file /f\ninit_file 300 what");
    assert_eq!((odd, found.len()), (Some((1, false, init(300, false))), 2));
    assert_eq!(read("weight 1"), (None, vec!["incomplete"]));
    assert_eq!(read("file"), (None, vec!["incomplete", "missing-value"]));
}

#[test]
fn a_block_to_be_tracked_has_a_name() {
    for block in ["track_file", "vrrp_track_file", "vrrp_track_process", "vrrp_script", "bfd_instance"] {
        let (_, findings) = read(&format!("{block} {{\nnothing\n}}\n"));
        assert_eq!(config_test(&findings), ConfigTest::MissingParameter, "{block}");
    }
}

#[test]
fn of_two_blocks_with_one_name_the_first_is_used() {
    let text = "vrrp_script a {\nscript /bin/a\nweight 1\n}\nvrrp_script a {\nscript /bin/b\nweight 2\n}
        track_file a {\nfile /a\n}\ntrack_file a {\nfile /b\n}
        vrrp_track_process a {\nprocess a\n}\nvrrp_track_process a {\nprocess b\n}\n";
    let (config, findings) = read(text);
    assert_eq!((config.scripts.len(), config.track_files.len(), config.track_processes.len()), (1, 1, 1));
    // Of which keepalived says nothing.
    assert_eq!((codes(&findings), config_test(&findings)), (vec!["adjusted"; 3], ConfigTest::Accepted));
}

#[test]
fn a_tracked_process_has_a_quorum() {
    let read = |lines: &str| {
        let (config, findings) = read(&format!("vrrp_track_process p {{\nprocess httpd\n{lines}\n}}\n"));
        (config.track_processes.into_iter().next().unwrap(), codes(&findings))
    };
    // Quorum, its limit, and what is found.
    #[rustfmt::skip]
    let cases: &[(&str, u16, Option<u16>, &[&str])] = &[
        ("",                            1, None,    &[]),
        ("quorum 5\nquorum_max 9",      5, Some(9), &[]),
        ("quorum_max 3\nquorum 5",      1, Some(3), &["adjusted"]),
        ("quorum 5\nquorum_max 3",      5, None,    &["adjusted"]),
        ("quorum_max 0",                0, Some(0), &[]),
        ("quorum 5\nquorum_max 0",      5, None,    &["adjusted"]),
        ("quorum 0",                    1, None,    &["invalid-number"]),
        ("weight 254 what",             1, None,    &["invalid-value"]),
        ("weight 5\nweight 6",          1, None,    &["adjusted"]),
        ("weight",                      1, None,    &["missing-value"]),
        ("delay 0",                     1, None,    &["invalid-number"]),
        ("delay 3601",                  1, None,    &["invalid-number"]),
        ("process other",               1, None,    &["adjusted"]),
        ("param_match what",            1, None,    &["invalid-value"]),
    ];
    for (lines, quorum, max, found) in cases {
        let (process, codes) = read(lines);
        assert_eq!((process.quorum, process.quorum_max), (*quorum, *max), "{lines}");
        assert_eq!(codes, *found, "{lines}");
    }
    let (process, _) = read("delay 1.5\nfork_delay 2\nfull_command");
    let delays = (process.fork_delay, process.terminate_delay);
    assert_eq!(delays, (Duration::from_secs(2), Duration::from_millis(1500)));
    assert!(process.full_command && process.parameters.is_empty());
    assert_eq!(process.parameter_match, ParameterMatch::Ignore);
    let (config, _) = self::read("vrrp_track_process p {\nprocess httpd -k start\nparam_match initial\n}\n");
    let process = config.track_processes.first().unwrap();
    assert_eq!((process.parameters.len(), process.parameter_match), (2, ParameterMatch::Initial));
    assert!(process.full_command);
}

#[test]
fn a_bfd_instance_has_keepalived_s_defaults_and_limits() {
    let read = |lines: &str| {
        let (config, findings) = read(&format!("bfd_instance b {{\nneighbor_ip 10.0.0.2\n{lines}\n}}\n"));
        (config.bfd_instances.into_iter().next().unwrap(), codes(&findings))
    };
    let (bfd, found) = read("");
    assert_eq!(found, [""; 0]);
    assert_eq!((bfd.min_rx, bfd.min_tx, bfd.idle_tx), (ms(10), ms(10), ms(1000)));
    assert_eq!((bfd.multiplier, bfd.ttl, bfd.max_hops), (5, 255, Some(0)));
    assert!(bfd.vrrp && bfd.checker && !bfd.passive && !bfd.multihop);
    let (bfd, found) = read("min_rx 1.5\nmin_tx 3.3125\nchecker\nmax_hops -1\nweight -7 reverse");
    assert_eq!(found, [""; 0]);
    assert_eq!((bfd.min_rx, bfd.min_tx), (Duration::from_micros(1500), Duration::from_micros(3312)));
    assert_eq!((bfd.vrrp, bfd.max_hops, bfd.weight, bfd.reverse), (false, None, -7, true));
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("source_ip what",          &["invalid-address"]),
        ("min_rx 0",                &["invalid-number"]),
        ("idle_tx 999",             &["invalid-number"]),
        ("idle_tx abc",             &["invalid-number"]),
        ("multiplier 256",          &["invalid-number"]),
        ("ttl 0",                   &["invalid-number"]),
        ("hoplimit 5\nmax_hops 7",  &["adjusted"]),
        ("weight 254",              &["invalid-number"]),
        ("weight 5 what",           &["invalid-value"]),
    ];
    for (lines, found) in cases {
        assert_eq!(read(lines).1, *found, "{lines}");
    }
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn a_bfd_instance_that_cannot_work_is_left_out() {
    let good = "bfd_instance a {\nneighbor_ip 10.0.0.2\n}\n";
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("bfd_instance b {\n}",                                           &["incomplete"]),
        ("bfd_instance b {\nneighbor_ip 10.0.0\nmin_rx what\n}",          &["invalid-address"]),
        ("bfd_instance b {\nneighbour_ip 10.0.0.3\nsource_ip fe80::1\n}", &["adjusted"]),
        ("bfd_instance b {\nneighbour_ip 10.0.0.2\n}",                    &["adjusted"]),
        ("bfd_instance a {\nneighbour_ip 10.0.0.3\n}",                    &["duplicate"]),
        ("bfd_instance abcdefghijklmnopqrstuvwxyzabcdef {\n}",            &["invalid-value"]),
    ];
    for (text, found) in cases {
        let (config, findings) = read(&format!("{good}{text}\n"));
        assert_eq!(config.bfd_instances.len(), 1, "{text}");
        assert_eq!(
            (codes(&findings), config_test(&findings)),
            (found.to_vec(), ConfigTest::WouldRun),
            "{text}"
        );
    }
}

#[test]
fn entries_name_what_is_defined_above_and_weigh_it() {
    let blocks = "global_defs {\nenable_script_security\nscript_user root\n}
        vrrp_script n {\nscript /bin/true\nweight 2 reverse\n}\ntrack_file n {\nfile /f\nweight 2 reverse\n}
        vrrp_track_process n {\nprocess p\nweight 2 reverse\n}\nbfd_instance n {\nneighbor_ip 10.0.0.2\nweight 2 reverse\n}\n";
    let tracked = |list: &str, entry: &str| {
        let (config, findings) = read(&(blocks.to_owned() + &tracking(list, entry)));
        let instance = config.instances.into_iter().next().unwrap();
        let track = match list {
            "track_script" => instance.track_scripts.first().map(|track| (track.weight, track.reverse)),
            "track_file" => instance.track_files.first().map(|track| (track.weight, track.reverse)),
            "track_process" => instance.track_processes.first().map(|track| (track.weight, track.reverse)),
            "track_bfd" => instance.track_bfds.first().map(|track| (track.weight, track.reverse)),
            _ => instance.track_interfaces.first().map(|track| (track.weight, track.reverse)),
        };
        (track, codes(&findings))
    };
    for list in ["track_script", "track_file", "track_process", "track_bfd"] {
        assert_eq!(tracked(list, "n"), (Some((2, true)), vec![]), "{list}");
        assert_eq!(tracked(list, "n weight 5"), (Some((5, true)), vec![]), "{list}");
        assert_eq!(tracked(list, "n weight 5 noreverse"), (Some((5, false)), vec![]), "{list}");
        assert_eq!(tracked(list, "n weight abc"), (Some((0, true)), vec!["invalid-number"]), "{list}");
        assert_eq!(tracked(list, "n what"), (None, vec!["invalid-value"]), "{list}");
        assert_eq!(tracked(list, "n weight"), (None, vec!["missing-value"]), "{list}");
        assert_eq!(tracked(list, "x"), (None, vec!["undefined"]), "{list}");
        assert_eq!(tracked(list, "n\nn"), (Some((2, true)), vec!["duplicate"]), "{list}");
    }
    // What lies just outside, and a wrong word at the end, is taken in as many ways as there are kinds.
    #[rustfmt::skip]
    let cases: &[EntryCase<'_>] = &[
        ("track_script",    "n weight 254",              Some((253, true)),  &["invalid-number"]),
        ("track_interface", "eth1 weight -254",          Some((-253, false)), &["invalid-number"]),
        ("track_interface", "eth1 weight 500",           Some((0, false)),   &["invalid-number"]),
        ("track_file",      "n weight 254",              Some((254, true)),  &[]),
        ("track_process",   "n weight -254",             Some((-254, true)), &[]),
        ("track_bfd",       "n weight 254",              Some((2, true)),    &["invalid-number"]),
        ("track_script",    "n weight 5 what",           Some((5, true)),    &["invalid-value"]),
        ("track_process",   "n weight 5 what",           Some((5, true)),    &["invalid-value"]),
        ("track_interface", "eth1 weight 5 noreverse",   Some((5, false)),   &["invalid-value"]),
        ("track_file",      "n weight 5 what",           None,               &["invalid-value"]),
        ("track_bfd",       "n weight 5 what",           None,               &["invalid-value"]),
    ];
    for (list, entry, want, found) in cases {
        assert_eq!(tracked(list, entry), (*want, found.to_vec()), "{list} {entry}");
    }
}

#[test]
fn a_bfd_instance_for_checkers_only_cannot_be_tracked_by_instances() {
    let text = |words: &str| {
        format!("bfd_instance b {{\nneighbor_ip 10.0.0.2\n{words}\n}}\n{}", tracking("track_bfd", "b"))
    };
    assert_eq!(codes(&read(&text("checker")).1), ["undefined"]);
    assert_eq!(codes(&read(&text("checker\nvrrp")).1), [""; 0]);
}

#[test]
fn scripts_have_times_of_at_least_a_millisecond_and_a_user_who_exists() {
    let read = |lines: &str| {
        let text = format!(
            "global_defs {{\nenable_script_security\n}}\nvrrp_script s {{\nscript /bin/true\n{lines}\n}}\n{INSTANCE}"
        );
        let (config, findings) = read_on(&text, &host());
        let script = config.scripts.into_iter().next();
        (script.map(|script| (script.interval, script.timeout)), codes(&findings))
    };
    assert_eq!(read("interval 5"), (Some((ms(5000), ms(5000))), vec![]));
    assert_eq!(read("interval 0.25\ntimeout 3"), (Some((ms(250), ms(3000))), vec![]));
    assert_eq!(read("interval 0"), (Some((ms(1000), ms(1000))), vec!["adjusted"]));
    assert_eq!(read("interval 7\ninterval x"), (Some((ms(7000), ms(7000))), vec!["invalid-number"]));
    assert_eq!(read("weight 5 noreverse"), (Some((ms(1000), ms(1000))), vec!["invalid-value"]));
    assert_eq!(read("user nobody"), (None, vec!["undefined"]));
    assert_eq!(read("user nobody\nuser root"), (Some((ms(1000), ms(1000))), vec!["undefined"]));
}

#[test]
fn static_addresses_have_an_interface_and_may_have_a_group() {
    let groups = "track_group G {\ngroup {\nV\n}\n}\n";
    #[rustfmt::skip]
    let cases: &[StaticCase<'_>] = &[
        ("10.9.0.1/24",                               Some(("eth0", None)),      &[]),
        ("10.9.0.1/24 dev eth1 track_group G",        Some(("eth1", Some("G"))), &[]),
        ("10.9.0.1/24 dev eth1 track_group I",        Some(("eth1", None)),      &["undefined"]),
        ("10.9.0.1 dev eth1 track_group G no_track",  Some(("eth1", None)),      &["adjusted"]),
        ("10.9.0.1 track_group G track_group G",      Some(("eth0", Some("G"))), &["adjusted"]),
        ("10.9.0.1 use_vmac",                         Some(("eth0", None)),      &["invalid-value"]),
        ("10.9.0.1 dev eth1 dev eth1",                None,                      &["adjusted"]),
    ];
    for (entry, want, found) in cases {
        let (config, findings) =
            read_on(&format!("{groups}static_ipaddress {{\n{entry}\n}}\n{INSTANCE}"), &host());
        let address = config.static_addresses.first();
        let address = address.map(|it| (it.address.dev.as_deref().unwrap(), it.track_group.as_deref()));
        assert_eq!((address, codes(&findings)), (*want, found.to_vec()), "{entry}");
    }
    // Where the interface is not written, keepalived does not start without the default one.
    let verdict = |text: &str| config_test(&read_on(text, &host()).1);
    let default = "global_defs {\ndefault_interface eth9\n}\nstatic_ipaddress {\n10.9.0.1\n}\n";
    assert_eq!(verdict(default), ConfigTest::CannotRun);
    assert_eq!(verdict("static_ipaddress {\n10.9.0.1 dev eth9\n}\n"), ConfigTest::WouldRun);
}

#[test]
fn a_track_group_has_members_that_exist() {
    #[rustfmt::skip]
    let cases: &[(&str, usize, &[&str], ConfigTest)] = &[
        ("track_group G {\ngroup {\nV\n}\n}",      1, &[],             ConfigTest::Accepted),
        ("track_group {\ngroup {\nV\n}\n}",        0, &["incomplete"], ConfigTest::WouldRun),
        // keepalived says this in its log only.
        ("track_group G {\ngroup {\nV\nX\n}\n}",   1, &["adjusted"],   ConfigTest::Accepted),
        ("track_group G {\n}",                     0, &["adjusted"],   ConfigTest::Accepted),
        ("track_group G {\ngroup {\nV\n}\n}\ntrack_group G {\n}", 1, &["duplicate"], ConfigTest::WouldRun),
    ];
    for (text, groups, found, verdict) in cases {
        let (config, findings) = read(&format!("{text}\n{INSTANCE}"));
        assert_eq!((config.track_groups.len(), codes(&findings)), (*groups, found.to_vec()), "{text}");
        assert_eq!(config_test(&findings), *verdict, "{text}");
    }
}

#[test]
fn an_interface_is_in_one_garp_group() {
    let group = |lines: &str| format!("garp_group {{\n{lines}\n}}\n");
    let found = |text: &str| {
        let (config, findings) = read_on(&format!("{text}{INSTANCE}"), &host());
        (config.garp_groups, codes(&findings))
    };
    let text = group("garp_interval 0.5\ninterface eth0\ninterfaces {\neth1\neth0\n}")
        + &group("gna_interval 3\ninterface eth1");
    let (groups, codes) = found(&text);
    let [first, second] = <[GarpGroup; 2]>::try_from(groups).unwrap();
    assert_eq!(
        (first.garp_interval, first.interfaces),
        (Some(ms(500)), vec!["eth0".to_owned(), "eth1".to_owned()])
    );
    assert_eq!((second.gna_interval, second.interfaces), (Some(ms(3000)), vec![]));
    assert_eq!(codes, ["adjusted", "adjusted"]);
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("interface eth0",                       &["incomplete"]),
        ("garp_interval 3000",                   &["invalid-number"]),
        ("garp_interval 1\ninterface eth9",      &["interface-missing"]),
        ("garp_interval 1\ninterfaces {\neth9\n}", &["interface-missing"]),
    ];
    for (lines, want) in cases {
        assert_eq!(found(&group(lines)).1, *want, "{lines}");
    }
}

#[test]
fn links_can_be_asked_for_and_reported_late() {
    let text = "linkbeat_use_polling\nlinkbeat_interfaces {\neth0 MII\neth1\n}\ninterface_up_down_delays {\neth1 0.5 2\n}\n";
    let (config, findings) = read_on(text, &host());
    assert_eq!(findings, []);
    let methods: Vec<_> = config.linkbeat.interfaces.iter().map(|link| link.method).collect();
    assert_eq!((config.linkbeat.all, methods), (true, vec![Some(LinkbeatMethod::Mii), None]));
    let delays = InterfaceDelays { name: "eth1".to_owned(), down: ms(500), up: ms(2000) };
    assert_eq!(config.interface_delays, [delays]);
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str], ConfigTest)] = &[
        ("linkbeat_interfaces",      "eth0 IOCTL x", &["invalid-value"],  ConfigTest::WouldRun),
        ("linkbeat_interfaces",      "eth0 what",    &["invalid-value"],  ConfigTest::WouldRun),
        ("linkbeat_interfaces",      "eth9",         &["link-missing"],   ConfigTest::CannotRun),
        ("interface_up_down_delays", "eth9 1",       &["link-missing"],   ConfigTest::CannotRun),
        ("interface_up_down_delays", "eth0 256",     &["invalid-number"], ConfigTest::WouldRun),
        ("interface_up_down_delays", "eth0 1 abc",   &["invalid-number"], ConfigTest::WouldRun),
        ("interface_up_down_delays", "eth0",         &["adjusted"],       ConfigTest::Accepted),
        ("interface_up_down_delays", "eth0 1 2 3",   &["extra-arguments"], ConfigTest::Accepted),
    ];
    for (block, entry, want, verdict) in cases {
        let (_, findings) = read_on(&format!("{block} {{\n{entry}\n}}\n"), &host());
        assert_eq!((codes(&findings), config_test(&findings)), (want.to_vec(), *verdict), "{block} {entry}");
    }
}

#[test]
fn a_link_is_reported_before_the_adverts_that_are_missed() {
    // Two adverts of a second may be missed, less 1/256 s.
    let (config, findings) = read(&format!("interface_up_down_delays {{\neth0 5 1\n}}\n{INSTANCE}"));
    let delays = config.interface_delays.first().unwrap();
    assert_eq!((delays.down, delays.up), (Duration::from_nanos(1_996_093_750), ms(1000)));
    assert_eq!((codes(&findings), config_test(&findings)), (vec!["adjusted"], ConfigTest::Accepted));
}

#[test]
fn no_keyword_of_the_vrrp_side_is_left_out() {
    let sides = [
        "vrrp_instance",
        "vrrp_script",
        "authentication",
        "auth_hmac",
        "vrrp_sync_group",
        "vrrp_track_process",
        "track_file",
        "garp_group",
        "track_group",
        "bfd_instance",
    ];
    for block in BLOCKS.iter().filter(|block| sides.contains(&block.name)) {
        for keyword in block.keywords {
            let content = match keyword.content {
                Content::Line => "",
                Content::List(_) | Content::Block(_) => " {\n}",
            };
            let argument = if content.is_empty() { " 1" } else { "" };
            let line = format!("{}{argument}{content}", keyword.name);
            let text = match block.name {
                "authentication" | "auth_hmac" => {
                    format!("vrrp_instance V {{\n{} {{\n{line}\n}}\n}}\n", block.name)
                }
                name => format!("{name} V {{\n{line}\n}}\n"),
            };
            let (_, findings) = read(&text);
            assert!(!codes(&findings).contains(&"not-supported"), "{text}: {findings:#?}");
        }
    }
}
