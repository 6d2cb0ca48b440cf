//! What must be the same on both nodes of a pair, and what must not.

pub(super) mod adverts;
pub(super) mod nodes;
pub(super) mod peers;
pub(super) mod roles;
pub(super) mod routing;

/// An instance as most examples need it.
const PLAIN: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress { 192.0.2.1/24 }
}
";

/// The same on the other node.
const PLAIN_PEER: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress { 192.0.2.1/24 }
}
";
