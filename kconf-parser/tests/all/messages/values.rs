//! Numbers, words and addresses that are not what is expected.

use super::{instance, page, server, snapshot};

#[test]
fn numbers_and_words() {
    let zero = instance("priority 0");
    let high = instance("priority 256");
    let text = instance("priority high");
    let vrid = "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 300\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n";
    let unit = instance("advert_int 1s");
    let millis = instance("advert_int 500ms");
    let semicolon = instance("priority 150;");
    let slave = instance("state SLAVE");
    let equal = instance("state EQUAL");
    let lower = instance("state master");
    let authentication = instance("authentication {\n    auth_type PASSWORD\n    auth_pass hunter2\n}");
    let long = instance("authentication {\n    auth_type PASS\n    auth_pass correct-horse-battery\n}");
    let quoted = instance("authentication {\n    auth_type PASS\n    auth_pass \"correct horse\"\n}");
    let switch = instance("smtp_alert enabled");
    let nothing = instance("priority");
    let weight = server("    weight -1");
    snapshot(
        "values",
        &page(&[
            ("priority 0", &zero),
            ("priority 256", &high),
            ("a priority in words", &text),
            ("a virtual_router_id above 255", vrid),
            ("a number with a unit", &unit),
            ("a number with another unit", &millis),
            ("a semicolon behind a value", &semicolon),
            ("state SLAVE", &slave),
            ("state EQUAL", &equal),
            ("state in lower case", &lower),
            ("a wrong auth_type", &authentication),
            ("a long auth_pass", &long),
            ("a long auth_pass in quotes", &quoted),
            ("a switch in other words", &switch),
            ("no value at all", &nothing),
            ("a negative weight", &weight),
        ]),
    );
}

#[test]
fn addresses() {
    let vip = |address: &str| {
        format!(
            "vrrp_instance VI_1 {{\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {{\n        192.0.2.1\n        {address}\n    }}\n}}\n"
        )
    };
    let octet = vip("192.0.2.256");
    let three = vip("192.0.2");
    let zeros = vip("192.0.2.010");
    let comma = vip("192.0.2.9,");
    let prefix = vip("192.0.2.9/33");
    let name = vip("www.example.org");
    let family = vip("2001:db8::1");
    let option = vip("192.0.2.9 device eth0");
    let comment = vip("192.0.2.9 // the website");
    let alias = vip("192.0.2.9/24 dev eth0:1");
    let label = vip("192.0.2.9/24 label a-label-that-is-too-long");
    let peer = instance("unicast_peer {\n    192.0.2.7:112\n}");
    let source = instance("unicast_src_ip 192.0.2.300");
    snapshot(
        "addresses",
        &page(&[
            ("a number above 255", &octet),
            ("three numbers", &three),
            ("leading zeros", &zeros),
            ("a comma behind it", &comma),
            ("an impossible prefix length", &prefix),
            ("a name", &name),
            ("the other family", &family),
            ("an unknown option", &option),
            ("a comment of another language", &comment),
            ("an alias as a device", &alias),
            ("a long label", &label),
            ("a port at a peer", &peer),
            ("a bad source address", &source),
        ]),
    );
}
