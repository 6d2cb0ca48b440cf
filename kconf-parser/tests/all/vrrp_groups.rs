//! `vrrp_sync_group` and what its members track. Values were measured with keepalived 2.2.7.

use kconf_parser::model::VrrpInstance;
use kconf_parser::{ConfigTest, config_test};

use crate::common::{codes, read};

/// Text, members of each group, and what is found.
type Groups<'a> = (&'a str, &'a [&'a [&'a str]], &'a [&'a str]);

/// Lines of an instance, lines of its group, what is tracked, and how many findings there are.
type Weights<'a> = (&'a str, &'a str, &'a [(&'a str, i16)], usize);

/// An instance with some more lines.
fn instance(name: &str, vrid: u8, lines: &str) -> String {
    format!(
        "vrrp_instance {name} {{\ninterface eth0\nvirtual_router_id {vrid}\nvirtual_ipaddress {{ 192.0.2.{vrid} }}\n{lines}\n}}\n"
    )
}

fn group(name: &str, lines: &str) -> String {
    format!("vrrp_sync_group {name} {{\n{lines}\n}}\n")
}

#[test]
fn a_group_has_a_name_and_members_that_exist_and_are_in_no_other() {
    const V_AND_W: &str = "group {\nV\nW\n}";
    #[rustfmt::skip]
    let cases: &[Groups<'_>] = &[
        (&group("A", V_AND_W),                                        &[&["V", "W"]], &[]),
        (&group("A", "group { V W }"),                                &[&["V", "W"]], &[]),
        (&group("", V_AND_W),                                         &[],            &["incomplete"]),
        (&group("A B", V_AND_W),                                      &[],            &["incomplete"]),
        (&group("A", ""),                                             &[],            &["incomplete"]),
        (&group("A", "group {\n}"),                                   &[],            &["missing-value"]),
        (&group("A", "group {\nV\n}"),                                &[&["V"]],      &["adjusted"]),
        (&group("A", "group {\nX\n}"),                                &[],            &["incomplete", "undefined"]),
        (&group("A", "group {\nV\nV\n}"),                             &[&["V"]],      &["adjusted", "adjusted"]),
        (&group("A", "group {\nV\nW\n}\ngroup {\nV\n}"),              &[&["V", "W"]], &["adjusted"]),
        (&(group("A", V_AND_W) + &group("A", "group {\nV\n}")),       &[&["V", "W"]], &["duplicate"]),
        (&(group("A", V_AND_W) + &group("B", "group {\nV\n}")),       &[&["V", "W"]], &["incomplete", "adjusted"]),
    ];
    let instances = instance("V", 1, "") + &instance("W", 2, "");
    for (text, members, found) in cases {
        // Members may stand below the group or above it.
        for text in [format!("{text}{instances}"), format!("{instances}{text}")] {
            let (config, findings) = read(&text);
            let groups: Vec<_> = config.sync_groups.iter().map(|group| group.members.clone()).collect();
            assert_eq!(groups, *members, "{text}");
            assert_eq!(codes(&findings), *found, "{text}");
            let verdict = if found.is_empty() { ConfigTest::Accepted } else { ConfigTest::WouldRun };
            assert_eq!(config_test(&findings), verdict, "{text}");
            for instance in &config.instances {
                let listed = config.sync_groups.iter().find(|group| group.members.contains(&instance.name));
                assert_eq!(instance.sync_group.as_deref(), listed.map(|group| group.name.as_str()), "{text}");
            }
        }
    }
}

#[test]
fn a_member_that_is_misspelt_is_suggested() {
    let text = instance("internal", 1, "") + &group("A", "group {\ninternal\nintrenal\n}");
    let (_, findings) = read(&text);
    let suggestions: Vec<_> = findings.iter().filter_map(|finding| finding.suggestion.as_deref()).collect();
    assert_eq!(suggestions, ["did you mean 'internal'?"]);
}

#[test]
fn keywords_of_a_group_are_those_of_keepalived() {
    let secure = "global_defs {\nenable_script_security\nscript_user root\n}\n";
    let instances = instance("V", 1, "") + &instance("W", 2, "notify_priority_changes no");
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("sync_group_tracking_weight\nsmtp_alert\nnotify_priority_changes", &[]),
        ("global_tracking",                          &["deprecated"]),
        ("smtp_alert maybe",                         &["invalid-value"]),
        ("notify_priority_changes what",             &["invalid-value"]),
        ("notify_deleted /bin/true",                 &["unknown-keyword"]),
        ("notify /bin/true\nnotify /bin/false",      &["adjusted"]),
        ("notify_master",                            &["missing-argument"]),
    ];
    for (lines, found) in cases {
        let text = format!("{secure}{instances}{}", group("A", &format!("group {{\nV\nW\n}}\n{lines}")));
        assert_eq!(codes(&read(&text).1), *found, "{lines}");
    }
    let lines = "group {\nV\nW\n}\nsync_group_tracking_weight\nsmtp_alert\nnotify_priority_changes\nnotify \"/bin/n a\"";
    let (config, _) = read(&format!("{secure}{instances}{}", group("A", lines)));
    let group = config.sync_group("A").expect("the group");
    assert!(group.tracking_weight && group.smtp_alert);
    assert_eq!(group.notify.any.as_ref().map(|command| command.args.len()), Some(2));
    let changes: Vec<_> = config.instances.iter().map(|instance| instance.notify_priority_changes).collect();
    assert_eq!(changes, [true, false], "the instance's own word comes first");
}

/// Everything that can be tracked.
const TRACKABLE: &str = "global_defs {\nenable_script_security\nscript_user root\n}
    vrrp_script weighted {\nscript /bin/true\nweight 5\n}
    vrrp_script plain {\nscript /bin/true\n}
    track_file default {\nfile /tmp/a\n}
    track_file six {\nfile /tmp/b\nweight 6\n}
    track_file zero {\nfile /tmp/c\nweight 0\n}
    vrrp_track_process daemon {\nprocess daemon\nweight 4\n}
    bfd_instance far {\nneighbor_ip 10.0.0.2\nweight 3\n}\n";

const TRACKS: &str = "track_script {\nweighted\nplain\n}\ntrack_interface {\neth1 weight 3\neth2\n}
    track_file {\ndefault\nsix\nzero\n}\ntrack_process {\ndaemon\n}\ntrack_bfd {\nfar\n}\n";

/// Name and weight of everything an instance tracks.
fn tracked(instance: &VrrpInstance) -> Vec<(&str, i16)> {
    let scripts = instance.track_scripts.iter().map(|track| (track.name.as_str(), track.weight));
    let interfaces = instance.track_interfaces.iter().map(|track| (track.name.as_str(), track.weight));
    let files = instance.track_files.iter().map(|track| (track.name.as_str(), track.weight));
    let processes = instance.track_processes.iter().map(|track| (track.name.as_str(), track.weight));
    let bfds = instance.track_bfds.iter().map(|track| (track.name.as_str(), track.weight));
    scripts.chain(interfaces).chain(files).chain(processes).chain(bfds).collect()
}

#[test]
fn weights_are_lost_in_a_group_and_with_an_address_owner() {
    let all = [
        ("weighted", 5),
        ("plain", 0),
        ("eth1", 3),
        ("eth2", 0),
        ("default", 1),
        ("six", 6),
        ("zero", 0),
        ("daemon", 4),
        ("far", 3),
    ];
    // keepalived gives interfaces and files without a word about it the weight 0, drops the others, and forgets
    // about processes.
    let in_group = [("plain", 0), ("eth1", 0), ("eth2", 0), ("default", 0), ("zero", 0), ("daemon", 4)];
    let owner = [("plain", 0), ("eth2", 0), ("default", 0), ("zero", 0), ("daemon", 4)];
    let plain = "priority 100";
    let member = "group {\nV\nW\n}";
    let with_weights = "group {\nV\nW\n}\nsync_group_tracking_weight";
    #[rustfmt::skip]
    let cases: &[Weights<'_>] = &[
        (plain,          "",           &all,      0),
        (plain,          member,       &in_group, 6),
        (plain,          with_weights, &all,      0),
        ("priority 255", "",           &owner,    6),
        ("priority 255", with_weights, &owner,    6),
        ("state MASTER", "",           &owner,    6),
    ];
    for (election, group_lines, want, findings) in cases {
        let mut text = format!("{TRACKABLE}{}", instance("V", 1, &format!("{election}\n{TRACKS}")));
        if !group_lines.is_empty() {
            text += &instance("W", 2, "");
            text += &group("G", group_lines);
        }
        let (config, found) = read(&text);
        assert_eq!(tracked(&config.instances[0]), *want, "{election} {group_lines}");
        assert_eq!(found.len(), *findings, "{election} {group_lines}: {found:#?}");
    }
}

#[test]
fn what_a_group_tracks_is_tracked_by_its_members() {
    let lines = |more: &str| {
        format!(
            "group {{\nV\nW\n}}\ntrack_script {{\nweighted weight 9 reverse\n}}\ntrack_interface {{\neth3 weight 7\n}}\n{more}"
        )
    };
    let text = |own: &str, more: &str| {
        let instances = instance("V", 1, own) + &instance("W", 2, "");
        format!("{TRACKABLE}{instances}{}", group("G", &lines(more)))
    };
    let (config, findings) = read(&text("", ""));
    assert_eq!(findings, []);
    for instance in &config.instances {
        assert_eq!(tracked(instance), [("weighted", 9), ("eth3", 7)]);
        assert!(instance.track_scripts[0].reverse);
    }
    // Where both say it, the group's weight counts, unless the instance has none.
    let own = "track_script {\nweighted weight 2\n}\ntrack_interface {\neth3\n}";
    let (config, findings) = read(&text(own, "sync_group_tracking_weight"));
    assert_eq!(tracked(&config.instances[0]), [("weighted", 9), ("eth3", 0)]);
    assert_eq!(codes(&findings), ["adjusted", "adjusted"]);
    // An owner among the members takes the weights from all of them.
    let (config, findings) = read(&text("priority 255", ""));
    assert_eq!(tracked(&config.instances[1]), [("weighted", 0), ("eth3", 0)]);
    assert_eq!(codes(&findings), ["adjusted", "adjusted"]);
}

#[test]
fn the_own_interface_of_a_member_is_tracked_by_the_group_only_if_the_member_does_not() {
    let text = |own: &str| {
        let instances = instance("V", 1, own) + &instance("W", 2, "dont_track_primary");
        instances + &group("G", "group {\nV\nW\n}\ntrack_interface {\neth0 weight 5\n}")
    };
    let (config, findings) = read(&text(""));
    assert_eq!(codes(&findings), ["adjusted"]);
    assert!(config.instances[0].track_interfaces.is_empty());
    assert_eq!(tracked(&config.instances[1]), [("eth0", 5)]);
    assert_eq!(codes(&read(&text("dont_track_primary")).1), [""; 0]);
}

#[test]
fn owners_and_others_in_one_group_are_reported_where_keepalived_sees_it() {
    let verdict = |first: &str, second: &str| {
        let text = instance("V", 1, first) + &instance("W", 2, second) + &group("G", "group {\nV\nW\n}");
        codes(&read(&text).1).len()
    };
    assert_eq!(verdict("state MASTER\npriority 255", "state BACKUP"), 1);
    assert_eq!(verdict("state MASTER\npriority 255", "state MASTER\npriority 255"), 0);
    assert_eq!(verdict("state BACKUP", "state MASTER\npriority 255"), 0);
    assert_eq!(verdict("priority 255", "state BACKUP"), 0);
}
