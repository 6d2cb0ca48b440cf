//! Braces and quotes.

use super::{instance, page, snapshot};

#[test]
fn braces_and_quotes() {
    let inner = "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.1/24\n}\n\nvrrp_instance VI_2 {\n    interface eth0\n    virtual_router_id 52\n    virtual_ipaddress {\n        192.0.2.2/24\n    }\n}\n";
    let outer = "global_defs {\n    router_id lb1\n\nvrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n";
    let end = "global_defs {\n    router_id lb1\n";
    let surplus = format!("{}}}\n", instance("priority 100"));
    let early = "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n    }\n}\n";
    let no_open = "global_defs\n    router_id lb1\n}\n";
    let unexpected = instance("priority 150 {\n}");
    let quote = instance("notify_master \"/etc/keepalived/up.sh");
    let twice = "global_defs {\n{\n    router_id lb1\n}\n}\n";
    snapshot(
        "braces",
        &page(&[
            ("an inner block is not closed", inner),
            ("an outer block is not closed", outer),
            ("the last block is not closed", end),
            ("one brace too many", &surplus),
            ("a block closed too early", early),
            ("no brace opens the block", no_open),
            ("a brace behind a keyword without a block", &unexpected),
            ("two braces open a block", twice),
            ("a quote that is never closed", &quote),
        ]),
    );
}
