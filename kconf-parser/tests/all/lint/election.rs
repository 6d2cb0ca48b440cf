//! Priorities, weights, preemption, strict mode.

use super::{codes, in_instance, in_pair, instance, lint, node};
use kconf_parser::{LintOptions, Pair, Severity};

#[test]
fn a_weight_must_take_the_master_below_the_other_node() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        // 150 − 50 is a tie, and a backup that hears its own priority waits.
        ("priority 150\ntrack_script { chk weight -50 }", "priority 100", &["weight-cannot-elect"]),
        ("priority 150\ntrack_script { chk weight -51 }", "priority 100", &[]),
        // A positive weight counts while the check succeeds, on both nodes.
        ("priority 101\ntrack_script { chk weight 2 }", "priority 100\ntrack_script { chk weight 2 }", &[]),
        ("priority 102\ntrack_script { chk weight 2 }", "priority 100\ntrack_script { chk weight 2 }", &["weight-cannot-elect"]),
        ("priority 101\ntrack_script { chk weight 2 }", "priority 100", &["weight-cannot-elect"]),
        // The node that is behind anyway need not fall.
        ("priority 100\ntrack_script { chk weight -2 }", "priority 150", &[]),
        // Without weight a failure is a fault.
        ("priority 150\ntrack_script { chk }", "priority 100", &[]),
        // Each alone is too small, both together are not: that may be meant.
        ("priority 150\ntrack_script {\n chk weight -30\n chk2 weight -30\n}", "priority 100", &["weight-cannot-elect", "weight-cannot-elect"]),
        // A failure that raises the priority need not take it below anything; while all is well it is subtracted.
        ("priority 150\ntrack_script { chk weight -2 reverse }", "priority 100", &[]),
        ("priority 150\ntrack_script {\n chk weight -40\n chk2 weight 20 reverse\n}", "priority 100", &[]),
        // Another node that does not preempt is another lint's.
        ("priority 150\ntrack_script { chk weight -60 }", "priority 100\nnopreempt", &["nopreempt-with-weight"]),
        ("priority 150\ntrack_interface { eth1 weight -2 }", "priority 100", &["weight-cannot-elect"]),
    ];
    for (own, other, want) in cases {
        assert_eq!(in_pair(own, other), *want, "{own} beside {other}");
    }
}

#[test]
fn a_weight_that_only_several_failures_make_large_enough_is_a_note() {
    let own = node(&instance("priority 150\ntrack_script {\n chk weight -30\n chk2 weight -30\n}"));
    let other = node(&instance("priority 100"));
    let pair = Some(Pair { tree: &other.parsed.tree, config: &other.lowered.config });
    let found = lint(&own.parsed.tree, &own.lowered.config, &LintOptions { pair, ..LintOptions::default() });
    let weights = found.iter().filter(|finding| finding.code() == "weight-cannot-elect");
    assert!(weights.clone().all(|finding| finding.severity == Severity::Note) && weights.count() == 2);
}

#[test]
fn without_the_other_node_only_small_weights_are_noted() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("priority 150\ntrack_script { chk weight -2 }",   &["weight-cannot-elect"]),
        ("priority 150\ntrack_script { chk weight -9 }",   &["weight-cannot-elect"]),
        ("priority 150\ntrack_script { chk weight -10 }",  &[]),
        ("priority 150\ntrack_script { chk weight -2 reverse }", &[]),
        ("nopreempt\ntrack_script { chk weight -30 reverse }", &[]),
        ("priority 150\ntrack_script {\n chk weight -5\n chk2 weight -5\n}", &[]),
        ("priority 200\ntrack_script { chk weight 60 }",   &["weight-out-of-range"]),
        ("priority 200\ntrack_script { chk weight 54 }",   &[]),
        ("priority 20\ntrack_script { chk weight -30 }",   &["weight-out-of-range"]),
        ("priority 31\ntrack_script { chk weight -30 }",   &[]),
        ("nopreempt\ntrack_script { chk weight -30 }",     &["nopreempt-with-weight"]),
        ("nopreempt\ntrack_script { chk }",                &[]),
        // The priority of an address owner never changes; lowering says that its weights go.
        ("priority 255\ntrack_script { chk weight -30 }",  &[]),
    ];
    for (lines, want) in cases {
        assert_eq!(in_instance(lines), *want, "{lines}");
    }
}

#[test]
fn priorities_are_held_against_the_skew() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        // One step is 1/256 s in version 2: 3.9 ms. In version 3 with 10 ms it is 39 µs: 26 steps are 1 ms.
        ("priority 101", "priority 100", &[]),
        ("priority 100", "priority 100", &["equal-priorities"]),
        ("version 3\nadvert_int 0.01\npriority 125", "version 3\nadvert_int 0.01\npriority 100", &["priorities-too-close"]),
        ("version 3\nadvert_int 0.01\npriority 126", "version 3\nadvert_int 0.01\npriority 100", &[]),
        ("version 3\npriority 101", "version 3\npriority 100", &[]),
        // Two owners are another lint's.
        ("priority 255", "priority 255", &["pair-both-master"]),
    ];
    for (own, other, want) in cases {
        assert_eq!(in_pair(own, other), *want, "{own} beside {other}");
    }
    assert_eq!(in_instance("version 3\nadvert_int 0.01"), ["priorities-too-close"]);
    assert_eq!(in_instance("version 3\nadvert_int 0.1"), [""; 0]);
}

#[test]
fn fast_adverts_need_a_privileged_process() {
    let text = |globals: &str, lines: &str| {
        let instance = instance(&format!("version 3\n{lines}\ntrack_script {{\n chk\n chk2\n}}"));
        codes(&format!("global_defs {{\n{globals}\n}}\n{instance}"), None, &[])
    };
    // Three adverts of 60 ms are 180 ms, below a fifth of a second.
    assert_eq!(text("", "advert_int 0.06"), ["fast-adverts-unprivileged"]);
    assert_eq!(text("", "advert_int 0.07"), [""; 0]);
    assert_eq!(text("", "advert_int 0.06\ndown_timer_adverts 4"), [""; 0]);
    assert_eq!(text("vrrp_rt_priority 50", "advert_int 0.06"), [""; 0]);
    assert_eq!(text("vrrp_priority -20", "advert_int 0.06"), [""; 0]);
    assert_eq!(text("max_auto_priority 50", "advert_int 0.06"), [""; 0]);
}

/// Lines of the two members of a group.
type Members<'a> = [&'a str; 2];

#[test]
fn members_of_a_sync_group_are_alike() {
    let text = |own: Members<'_>| {
        let instance = |name: &str, vrid: u8, lines: &str| {
            format!(
                "vrrp_instance {name} {{\n interface eth{vrid}\n virtual_router_id {vrid}\n {lines}\n \
                 virtual_ipaddress {{ 192.0.2.{vrid}/24 }}\n}}\n"
            )
        };
        let [first, second] = own;
        format!(
            "vrrp_sync_group G {{\n group {{\n A\n B\n }}\n}}\n{}{}",
            instance("A", 1, first),
            instance("B", 2, second)
        )
    };
    #[rustfmt::skip]
    let cases: &[(Members<'_>, Option<Members<'_>>, &[&str])] = &[
        (["priority 150", "priority 150"],                 None, &[]),
        (["priority 150", "priority 140"],                 None, &["sync-group-differs"]),
        (["nopreempt", ""],                                None, &["sync-group-differs"]),
        (["advert_int 2", ""],                             None, &["sync-group-differs"]),
        (["state MASTER\npriority 150", "priority 150"],   None, &["sync-group-differs"]),
        (["priority 150", "priority 150"], Some(["priority 100", "priority 100"]), &[]),
        (["priority 150", "priority 150"], Some(["priority 100", "priority 200"]), &["sync-group-split"]),
    ];
    for (own, other, want) in cases {
        assert_eq!(codes(&text(*own), other.map(text).as_deref(), &[]), *want, "{own:?} {other:?}");
    }
}

#[test]
fn a_weighted_file_can_take_the_priority_anywhere() {
    let file = "track_file { f weight 10 }\ntrack_script { chk weight -2 }";
    let text = |lines: &str| format!("track_file f {{\n file /tmp/f\n}}\n{}", instance(lines));
    let own = text(&format!("priority 150\n{file}\ntrack_script {{ chk2 }}"));
    assert!(!codes(&own, None, &[]).contains(&"weight-cannot-elect"));
    assert!(!codes(&own, Some(&instance("priority 100")), &[]).contains(&"weight-cannot-elect"));
}

#[test]
fn nopreempt_belongs_on_the_node_that_would_come_back() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("priority 100\nnopreempt", "priority 150",            &["nopreempt-on-the-lower"]),
        ("priority 100\nnopreempt", "priority 150\nnopreempt", &[]),
        ("priority 150\nnopreempt", "priority 100",            &[]),
        // With weights the lower node is not always the lower one.
        ("priority 100\nnopreempt\ntrack_script { chk weight -60 }", "priority 150", &[]),
    ];
    for (own, other, want) in cases {
        assert_eq!(in_pair(own, other), *want, "{own} beside {other}");
    }
}

#[test]
fn strict_mode_is_named_where_it_takes_something_away() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("strict_mode",                                       &["strict-drops-packets"]),
        ("strict_mode off",                                   &[]),
        ("strict_mode\npriority 255",                         &[]),
        ("strict_mode\nversion 3\naccept",                    &[]),
        ("strict_mode\nno_accept",                            &[]),
        ("strict_mode\nno_accept\nunicast_peer { 192.0.2.8 }", &["strict-unicast"]),
        ("state MASTER",                                      &["accidental-owner"]),
        ("state MASTER\npriority 150",                        &[]),
        ("state BACKUP",                                      &[]),
    ];
    for (lines, want) in cases {
        assert_eq!(in_instance(lines), *want, "{lines}");
    }
}
