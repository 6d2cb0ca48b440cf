//! Texts that look like configurations.

use kconf_parser::parse;
use kconf_parser::tree::LineKind;
use proptest::prelude::*;

const WORDS: &[&str] = &[
    "state MASTER",
    "state",
    "interface eth0",
    "virtual_router_id  51",
    "priority\t150",
    "priority $P",
    "advert_int 1",
    "192.0.2.1/24 dev eth0",
    "2001:db8::1",
    "notify_master \"/bin/x   a\" root",
    "notify '/bin/x  b'",
    "script /bin/x\\ y",
    "script \"/bin/x \\\"y\\\" {}\" ",
    "router_id \"a { b\"",
    "auth_pass a\\#b",
    "weight 5",
    "TCP_CHECK",
    "authentication",
    "virtual_ipaddress",
    "track_script",
    "中文 字",
    "\u{a0}state",
    "no_such_thing x",
    "a\"b\"c",
    "\"open",
    "$X=1",
    "${X}",
];

const OPENERS: &[&str] = &[
    "global_defs {",
    "vrrp_instance VI_1 {",
    "vrrp_instance VI_2\n{",
    "vrrp_script chk { ",
    "virtual_server 192.0.2.1 80 {",
    "real_server 10.0.0.1 80\n\n {",
    "virtual_ipaddress {",
    "virtual_ipaddress # here\n {",
    "track_script\n# there\n{",
    "authentication { auth_type PASS",
    "{",
    "@id vrrp_instance A {\n@^id vrrp_instance B {",
    "~SEQ(A,2) static_ipaddress {",
];

const OTHERS: &[&str] = &[
    "}",
    "}",
    "}",
    "} ",
    "}",
    " }",
    "\n\n\n",
    "\n",
    "\r\n",
    " \t\n",
    "# comment",
    "    # indented",
    "! other",
    "# ends so \\",
    "$M= \\\n  priority 1 \\\n\n  weight 2\n",
    "@id priority 3",
    "~LST(A,x,y) interface $A",
    "include nothing.conf",
    "\0",
    "@id $N= \\\n{ \\\n}\n",
];

/// Texts that look like configurations, broken and whole.
pub(crate) fn text() -> impl Strategy<Value = Vec<u8>> {
    let long =
        (990_usize..1030).prop_map(|length| "x ".repeat(length / 2) + if length % 2 == 0 { "" } else { "y" });
    let piece = prop_oneof![
        8 => prop::sample::select(WORDS).prop_map(str::to_owned),
        4 => prop::sample::select(OPENERS).prop_map(str::to_owned),
        8 => prop::sample::select(OTHERS).prop_map(str::to_owned),
        1 => long,
        1 => "[ -~\t]{0,12}",
    ];
    let end = prop_oneof![
        6 => Just("\n"), 1 => Just("\r\n"), 1 => Just(" "), 1 => Just("\n    "), 1 => Just(" # beside\n"),
        1 => Just("\t# tab\n"), 1 => Just("\n        "), 1 => Just("     # beside\n"),
    ];
    let text = prop::collection::vec((piece, end), 0..30).prop_map(|pieces| {
        pieces.into_iter().map(|(piece, end)| piece + end).collect::<String>().into_bytes()
    });
    (text, prop::bool::weighted(0.8)).prop_map(|(text, close)| if close { closed(&text) } else { text })
}

/// The text with braces around it, so that all of them match.
fn closed(text: &[u8]) -> Vec<u8> {
    let (mut depth, mut lowest) = (0_i32, 0_i32);
    for line in parse("f", text).tree.lines() {
        depth += match line.kind {
            LineKind::Open => 1,
            LineKind::Close => -1,
            LineKind::Statement => 0,
        };
        lowest = lowest.min(depth);
    }
    let times = |count: i32| usize::try_from(count).unwrap_or(0);
    let before = "global_defs {\n".repeat(times(-lowest));
    let after = format!("\n\n{}", "}\n".repeat(times(depth - lowest)));
    [before.as_bytes(), text, after.as_bytes()].concat()
}
