//! Scripts.

use super::{instance, page, snapshot};

#[test]
fn scripts() {
    let check = "vrrp_script check {\n    script \"/bin/true\"\n}\n";
    let security =
        format!("global_defs {{\n    router_id lb1\n}}\n{check}{}", instance("track_script {\n    check\n}"));
    let undefined = format!(
        "global_defs {{\n    enable_script_security\n}}\n{check}{}",
        instance("track_script {\n    chek\n}")
    );
    let below = format!(
        "global_defs {{\n    enable_script_security\n}}\n{}{check}",
        instance("track_script {\n    check\n}")
    );
    let nothing = "vrrp_script check {\n    interval 2\n}\n";
    let unquoted = "vrrp_script check {\n    script /usr/bin/pgrep haproxy\n}\n";
    let weight = "vrrp_script check {\n    script \"/bin/true\"\n    weight 300\n}\n";
    let tracked = format!(
        "global_defs {{\n    enable_script_security\n}}\n{check}{}",
        instance("track_script {\n    check wieght 10\n}")
    );
    let twice = format!(
        "global_defs {{\n    enable_script_security\n}}\n{check}{}",
        instance("notify_master /bin/true\nnotify_master /bin/false")
    );
    snapshot(
        "scripts",
        &page(&[
            ("scripts without script security", &security),
            ("a script that is not defined", &undefined),
            ("a script that is defined too late", &below),
            ("a script without a command", nothing),
            ("a command without quotes", unquoted),
            ("a weight out of range", weight),
            ("a misspelt weight", &tracked),
            ("a notify script set twice", &twice),
        ]),
    );
}
