//! What looks like a space, a letter or nothing, and is something else.

use super::{instance, page, snapshot};

#[test]
fn characters_that_are_not_what_they_look_like() {
    let nbsp = instance("\u{a0}\u{a0}priority 150");
    let mixed = instance("\u{a0}  priority 150");
    let wide = instance("\u{3000}state BACKUP");
    let behind = instance("priority\u{a0}150");
    let in_value = instance("priority 150\u{a0}");
    let digits = instance("priority １５０");
    let secret = instance("authentication {\n    auth_type PASS\n    auth_pass\u{a0}hunter2\n}");
    let cjk = instance("notify_master 主节点 \"unclosed");
    let tab = instance("\tpriority\t300");
    let control = instance("state \u{1b}[31mMASTER");
    let nul = instance("priority 100\0 200");
    snapshot(
        "spaces",
        &page(&[
            ("no-break spaces before a keyword", &nbsp),
            ("a no-break space and ordinary ones", &mixed),
            ("an ideographic space before a keyword", &wide),
            ("a byte order mark", "\u{feff}global_defs {\n    router_id lb1\n}\n"),
            ("a no-break space behind a keyword", &behind),
            ("a no-break space behind a value", &in_value),
            ("full-width digits", &digits),
            ("a no-break space before a secret", &secret),
            ("wide characters before the mark", &cjk),
            ("tabs", &tab),
            ("escape sequences", &control),
            ("a NUL", &nul),
        ]),
    );
}
