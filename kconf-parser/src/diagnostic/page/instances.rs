//! Instances, groups and interfaces.

use super::Page;

/// Pages of this file.
pub(super) const ALL: &[Page] = &[
    UNUSABLE_GROUP,
    BROKEN_INSTANCE,
    DUPLICATE_VRID,
    INTERFACE_MISSING,
    LINK_MISSING,
    NO_ADDRESSES,
    AUTH_PASS_TRUNCATED,
];

pub(in crate::diagnostic) const UNUSABLE_GROUP: Page = Page {
    code: "unusable-group",
    what: "A virtual server names a group that is not there or is empty.",
    effect: "keepalived drops the virtual server. The configuration test of 2.2.7 says nothing about it; the log does.",
    mend: "Define the group, or correct its name.",
    example: "\
virtual_server group WEB {
    lb_algo rr
    lb_kind NAT
    protocol TCP
    real_server 10.0.0.1 80 {
    }
}
",
};

pub(in crate::diagnostic) const BROKEN_INSTANCE: Page = Page {
    code: "broken-instance",
    what: "A vrrp_instance lacks its interface or its virtual_router_id.",
    effect: "keepalived does not start; a reload stops VRRP.",
    mend: "Add the line. If it is there, another finding says why it has no effect.",
    example: "\
vrrp_instance VI_1 {
    interface eth0
    virtual_ipaddress {
        192.0.2.1/24
    }
}
",
};

pub(in crate::diagnostic) const DUPLICATE_VRID: Page = Page {
    code: "duplicate-vrid",
    what: "Two instances on one interface have the same virtual_router_id.",
    effect: "They would take each other's adverts for those of another node. keepalived does not start.",
    mend: "Give one of them another number, the same on all its nodes.",
    example: "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.2/24
    }
}
",
};

pub(in crate::diagnostic) const INTERFACE_MISSING: Page = Page {
    code: "interface-missing",
    what: "A network interface is named that is not there, or that cannot be one.",
    effect: "keepalived does not start, unless dynamic_interfaces is set in global_defs. An alias such as eth0:1 is no interface even then.",
    mend: "Name an interface of the host; `ip link` lists them. Give an address an alias with `label`.",
    example: "\
vrrp_instance VI_1 {
    interface eth0:1
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
    }
}
",
};

pub(in crate::diagnostic) const NO_ADDRESSES: Page = Page {
    code: "no-addresses",
    what: "A vrrp_instance has no virtual address.",
    effect: "keepalived reports it. The instance elects a master that has nothing to serve; with version 3 it does not run at all.",
    mend: "Add a virtual_ipaddress block. If none is meant, write no_virtual_ipaddress.",
    example: "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
}
",
};

pub(in crate::diagnostic) const AUTH_PASS_TRUNCATED: Page = Page {
    code: "auth-pass-truncated",
    what: "An auth_pass is longer than eight octets.",
    effect: "Eight octets fit into an advert. keepalived uses the first eight and reports that.",
    mend: "Cut it to eight octets, on every node alike. The password goes over the network in clear text: it prevents mistakes, not attacks.",
    example: "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass correct-horse
    }
    virtual_ipaddress {
        192.0.2.1/24
    }
}
",
};

pub(in crate::diagnostic) const LINK_MISSING: Page = Page {
    code: "link-missing",
    what: "A block outside of the instances names a network interface that is not there.",
    effect: "keepalived does not start, whatever dynamic_interfaces says.",
    mend: "Name an interface of the host; `ip link` lists them.",
    example: "linkbeat_interfaces {\n    nowhere0\n}\n",
};
