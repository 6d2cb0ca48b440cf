//! Commands, comments, mail, and what nobody uses.

use super::{codes, in_instance, lint, node};
use kconf_parser::LintOptions;

fn script(lines: &str) -> Vec<&'static str> {
    let text = format!(
        "vrrp_script chk {{\n{lines}\n}}\n\
         vrrp_instance VI {{\n interface eth0\n virtual_router_id 5\n track_script {{ chk }}\n \
         virtual_ipaddress {{ 192.0.2.1/24 }}\n}}\n"
    );
    codes(&text, None, &[])
}

#[test]
fn words_of_the_shell_need_a_shell() {
    #[rustfmt::skip]
    let cases: &[(&str, bool)] = &[
        (r#"script "pidof haproxy > /dev/null""#, true),
        (r#"script "pidof haproxy >/dev/null 2>&1""#, true),
        (r#"script "pidof haproxy""#, false),
        (r#"script "ss -ltn | grep :80""#, true),
        (r#"script "/bin/bash -c 'ss -ltn | grep :80'""#, false),
        (r#"script "if [ -f /tmp/x ]""#, true),
        (r#"script "[ -f /tmp/x ]""#, false),
        (r#"script "/usr/bin/test $(cat /tmp/x) = 1""#, true),
        // A quoted argument is what the program gets.
        (r#"script "/usr/bin/curl -s 'http://127.0.0.1/?a=1&b=2'""#, false),
    ];
    for (line, needs) in cases {
        let found = script(&format!("{line}\ninterval 2"));
        assert_eq!(found.contains(&"script-needs-shell"), *needs, "{line}: {found:?}");
    }
}

#[test]
fn times_of_a_script() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("",                         &["script-short-timeout"]),
        ("interval 1\nfall 2",       &[]),
        ("interval 1\ntimeout 1",    &[]),
        ("interval 2",               &[]),
        ("interval 2\ntimeout 2",    &[]),
        ("interval 2\ntimeout 3",    &["script-timeout-above-interval"]),
        ("interval 0.5\ntimeout 3",  &["script-timeout-above-interval"]),
    ];
    for (lines, want) in cases {
        assert_eq!(script(&format!("script /bin/true\n{lines}")), *want, "{lines}");
    }
    assert_eq!(script("script \"</tmp/flag\""), [""; 0], "a file is opened at once");
}

#[test]
fn signal_0_needs_root_or_the_same_user() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("script \"killall -0 haproxy\"\nuser nobody", &["script-cannot-signal"]),
        ("script \"killall -0 haproxy\"\nuser root",   &[]),
        ("script \"killall -0 haproxy\"",              &[]),
        ("script \"pidof haproxy\"\nuser nobody",      &[]),
    ];
    for (lines, want) in cases {
        assert_eq!(script(&format!("interval 2\n{lines}")), *want, "{lines}");
    }
}

#[test]
fn an_argument_of_a_notify_command_is_no_user() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("notify_master /etc/notify.sh master",            &["argument-taken-for-user"]),
        ("notify_master /etc/notify.sh MASTER eth0",       &["argument-taken-for-user"]),
        ("notify_backup \"/etc/notify.sh\" -s",            &["argument-taken-for-user"]),
        ("notify /etc/notify.sh /var/log/x",               &["argument-taken-for-user"]),
        ("notify_master \"/etc/notify.sh master\"",        &[]),
        ("notify_master \"/etc/notify.sh master\" nobody", &[]),
        ("notify_master /etc/notify.sh keepalived_script", &[]),
    ];
    for (line, want) in cases {
        assert_eq!(in_instance(line), *want, "{line}");
    }
}

#[test]
fn a_comment_sign_cuts_a_word_only_where_it_touches_one() {
    let secret = |line: &str| in_instance(&format!("authentication {{\n auth_type PASS\n {line}\n }}"));
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("auth_pass pass!",        &["comment-cuts-word"]),
        ("auth_pass pa#ss",        &["comment-cuts-word"]),
        ("auth_pass pass #word",   &[]),
        ("auth_pass \"pa#ss\"",    &[]),
        ("auth_pass \"pass\"!",    &["comment-cuts-word"]),
        (r"auth_pass pa\#ss",      &[]),
    ];
    for (line, want) in cases {
        assert_eq!(secret(line), *want, "{line}");
    }
    assert_eq!(in_instance("priority 100#percent"), [""; 0], "a number ends where it ends");
}

#[test]
fn no_message_shows_a_secret() {
    let text = "vrrp_instance VI {\n interface eth0\n virtual_router_id 5\n \
                authentication {\n auth_type PASS\n auth_pass hush!hush\n }\n virtual_ipaddress { 192.0.2.1 }\n}\n";
    let own = node(text);
    let found = lint(&own.parsed.tree, &own.lowered.config, &LintOptions::default());
    assert_eq!(found.len(), 1);
    assert!(!format!("{found:?}").contains("hush"));
}

#[test]
fn what_is_defined_is_used() {
    let instance =
        "vrrp_instance VI {\n interface eth0\n virtual_router_id 5\n virtual_ipaddress { 192.0.2.1 }\n";
    let chk = "vrrp_script chk {\n script /bin/true\n interval 2\n}\n";
    #[rustfmt::skip]
    let cases: &[(String, &[&str])] = &[
        (format!("{chk}{instance}}}\n"),                                                   &["unused"]),
        (format!("{chk}{instance}track_script {{ chk }}\n}}\n"),                           &[]),
        (format!("{chk}{instance}track_script {{ chk weight -20 }}\n}}\n"),                &[]),
        (format!("{chk}{instance}track_script {{ chk2 }}\n}}\n"),                          &["unused"]),
        (format!("{chk}{instance}}}\nvrrp_sync_group G {{\ngroup {{ VI }}\ntrack_script {{ chk }}\n}}\n"), &[]),
        (format!("track_file f {{\n file /tmp/f\n}}\n{instance}}}\n"),                     &["unused"]),
        (format!("track_file f {{\n file /tmp/f\n}}\n{instance}track_file {{ f }}\n}}\n"), &[]),
        (format!("bfd_instance b {{\n neighbor_ip 192.0.2.9\n}}\n{instance}}}\n"),         &["unused"]),
        (format!("bfd_instance b {{\n neighbor_ip 192.0.2.9\n}}\n{instance}track_bfd {{ b }}\n}}\n"), &[]),
        // Part of a configuration: what uses it may be in another part.
        (chk.to_owned(),                                                                   &["unused"]),
    ];
    for (text, want) in cases {
        assert_eq!(codes(text, None, &[]), *want, "{text}");
    }
}

#[test]
fn mail_needs_somebody_to_go_to_and_something_that_sends_it() {
    let text = |globals: &str, lines: &str| {
        format!(
            "global_defs {{\n{globals}\n}}\nvrrp_instance VI {{\n interface eth0\n virtual_router_id 5\n {lines}\n \
             virtual_ipaddress {{ 192.0.2.1 }}\n}}\n"
        )
    };
    let all = "notification_email { a@example.com }\nsmtp_server 192.0.2.25";
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        (all, "smtp_alert", &[]),
        (all, "smtp_alert off", &["mail-never-sent"]),
        (all, "", &["mail-never-sent"]),
        ("smtp_server 192.0.2.25", "smtp_alert", &["alert-goes-nowhere"]),
        ("notification_email { a@example.com }", "smtp_alert", &["alert-goes-nowhere"]),
        ("", "", &[]),
        ("smtp_alert", "", &["alert-goes-nowhere"]),
    ];
    for (globals, lines, want) in cases {
        assert_eq!(codes(&text(globals, lines), None, &[]), *want, "{globals} / {lines}");
    }
}
