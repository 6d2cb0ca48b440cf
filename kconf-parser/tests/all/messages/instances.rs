//! Instances that lack something, or whose lines do not go together.

use super::{instance, page, snapshot};

#[test]
fn instances() {
    let no_vrid =
        "vrrp_instance VI_1 {\n    interface eth0\n    virtual_ipaddress {\n        192.0.2.1\n    }\n}\n";
    let no_interface = "vrrp_instance VI_1 {\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.1\n    }\n}\n";
    let no_address = "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n}\n";
    let no_name = "vrrp_instance {\n    interface eth0\n    virtual_router_id 51\n}\n";
    let name = format!("{}{}", instance("priority 100"), instance("priority 90"));
    let vrid = format!("{}{}", instance("priority 100"), instance("priority 90").replace("VI_1", "VI_2"));
    let nopreempt = instance("state MASTER\nnopreempt\npriority 150");
    let delay = instance("state MASTER\npriority 150\npreempt_delay 300");
    let owner = instance("priority 255\nnopreempt");
    let alias = instance("priority 100").replace("eth0", "eth0:1");
    let loopback = instance("priority 100").replace("eth0", "lo");
    let states = instance("state MASTER\nstate BACKUP\npriority 150");
    let v3 = instance("version 3\nauthentication {\n    auth_type PASS\n    auth_pass hunter2\n}");
    let ttl = instance("unicast_ttl 3");
    let own = instance("track_interface {\n    eth0\n}");
    snapshot(
        "instances",
        &page(&[
            ("no virtual_router_id", no_vrid),
            ("no interface", no_interface),
            ("no virtual_ipaddress", no_address),
            ("no name", no_name),
            ("two instances of one name", &name),
            ("two instances of one number", &vrid),
            ("nopreempt with state MASTER", &nopreempt),
            ("preempt_delay with state MASTER", &delay),
            ("an owner that does not preempt", &owner),
            ("an alias as an interface", &alias),
            ("the loopback interface", &loopback),
            ("two states", &states),
            ("authentication in version 3", &v3),
            ("unicast without peers", &ttl),
            ("the own interface is tracked", &own),
        ]),
    );
}
