//! Every command with every error number that it can give, and what the table holds afterwards.
//!
//! Each scenario begins with an empty table, no daemon, and time-outs of 900, 120 and 300 s.

use crate::request::*;

pub(crate) const OK: i32 = 0;
pub(crate) const EPERM: i32 = 1;
pub(crate) const ENOENT: i32 = 2;
pub(crate) const ESRCH: i32 = 3;
pub(crate) const EBUSY: i32 = 16;
pub(crate) const EEXIST: i32 = 17;
pub(crate) const ENODEV: i32 = 19;
pub(crate) const EINVAL: i32 = 22;
pub(crate) const ERANGE: i32 = 34;
pub(crate) const EOPNOTSUPP: i32 = 95;
pub(crate) const EAFNOSUPPORT: i32 = 97;
pub(crate) const ENETUNREACH: i32 = 101;

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Step>,
    /// The table afterwards: the key, scheduler, engine, persistence and flags of a service,
    /// the key, forwarding, weight and thresholds of a destination.
    pub(crate) left: &'static [&'static str],
}

/// What is tried, the message, its error number.
pub(crate) type Step = (&'static str, Ask, i32);

fn none() -> Level {
    Level::default()
}

/// The attributes that name an address service.
pub(crate) fn address(protocol: u16, address: &str, port: u16) -> Level {
    let (family, octets) = match address.parse().expect("an address") {
        core::net::IpAddr::V4(address) => (2, address.octets().to_vec()),
        core::net::IpAddr::V6(address) => (10, address.octets().to_vec()),
    };
    let mut padded = octets;
    padded.resize(16, 0);
    none()
        .u16(svc::AF, family)
        .u16(svc::PROTOCOL, protocol)
        .octets(svc::ADDR, &padded)
        .octets(svc::PORT, &port.to_be_bytes())
}

/// The attributes that name a service of a firewall mark.
pub(crate) fn mark(family: u16, mark: u32) -> Level {
    none().u16(svc::AF, family).u32(svc::FWMARK, mark)
}

/// TCP 192.0.2.1:80.
fn web() -> Level {
    address(6, "192.0.2.1", 80)
}

/// TCP [2001:db8::1]:80.
fn web6() -> Level {
    address(6, "2001:db8::1", 80)
}

fn ghost() -> Level {
    address(6, "192.0.2.99", 80)
}

/// A full service: no flags, whole addresses.
pub(crate) fn full(key: Level, scheduler: &str) -> Level {
    let netmask = if key == key.clone().u16(svc::AF, 10) { 128 } else { u32::MAX };
    flags(key.name(svc::SCHED_NAME, scheduler), 0, u32::MAX).u32(svc::TIMEOUT, 0).u32(svc::NETMASK, netmask)
}

pub(crate) fn flags(level: Level, flags: u32, mask: u32) -> Level {
    level.octets(svc::FLAGS, &[flags.to_ne_bytes(), mask.to_ne_bytes()].concat())
}

/// The attributes that name a destination.
pub(crate) fn dest_key(address: &str, port: u16) -> Level {
    let (family, octets) = match address.parse().expect("an address") {
        core::net::IpAddr::V4(address) => (2, address.octets().to_vec()),
        core::net::IpAddr::V6(address) => (10, address.octets().to_vec()),
    };
    let mut padded = octets;
    padded.resize(16, 0);
    none().u16(dest::ADDR_FAMILY, family).octets(dest::ADDR, &padded).octets(dest::PORT, &port.to_be_bytes())
}

/// A full destination of weight 1.
pub(crate) fn to(address: &str, port: u16, method: u32) -> Level {
    dest_key(address, port)
        .u32(dest::FWD_METHOD, method)
        .u32(dest::WEIGHT, 1)
        .u32(dest::U_THRESH, 0)
        .u32(dest::L_THRESH, 0)
}

/// ff05::9.
const GROUP6: [u8; 16] = [0xff, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];

const MASQ: u32 = 0;
const TUNNEL: u32 = 2;
const ROUTE: u32 = 3;

pub(crate) fn on_service(command: u8, service: &Level) -> Ask {
    Ask::new(command, none().nest(SERVICE, service))
}

pub(crate) fn on_dest(command: u8, service: &Level, dest: &Level) -> Ask {
    Ask::new(command, none().nest(SERVICE, service).nest(DEST, dest))
}

fn new(service: &Level) -> Ask {
    on_service(cmd::NEW_SERVICE, service)
}

fn set(service: &Level) -> Ask {
    on_service(cmd::SET_SERVICE, service)
}

fn add(service: &Level, dest: &Level) -> Ask {
    on_dest(cmd::NEW_DEST, service, dest)
}

fn edit(service: &Level, dest: &Level) -> Ask {
    on_dest(cmd::SET_DEST, service, dest)
}

fn del(service: &Level, dest: &Level) -> Ask {
    on_dest(cmd::DEL_DEST, service, dest)
}

/// Role 1 is the master's, 2 the backup's.
fn sync(role: u32, interface: &str) -> Level {
    none().u32(daemon::STATE, role).name(daemon::MCAST_IFN, interface).u32(daemon::SYNC_ID, 7)
}

fn start(daemon: &Level) -> Ask {
    Ask::new(cmd::NEW_DAEMON, none().nest(DAEMON, daemon))
}

pub(crate) fn stop(role: u32) -> Ask {
    Ask::new(cmd::DEL_DAEMON, none().nest(DAEMON, &none().u32(daemon::STATE, role)))
}

fn config(attributes: Level) -> Ask {
    Ask::new(cmd::SET_CONFIG, attributes)
}

#[rustfmt::skip]
pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario { name: "services are added once and named in full", steps: vec![
            ("one of TCP",                  new(&full(web(), "rr")), OK),
            ("the same",                    new(&full(web(), "wlc")), EEXIST),
            ("the same, no such scheduler", new(&full(web(), "no-such")), EEXIST),
            ("no such scheduler",           new(&full(ghost(), "no-such")), ENOENT),
            ("no such engine",              new(&full(ghost(), "rr").name(svc::PE_NAME, "no-such")), ENOENT),
            ("no service",                  Ask::new(cmd::NEW_SERVICE, none()), EINVAL),
            ("an empty service",            new(&none()), EINVAL),
            ("no family",                   new(&full(ghost(), "rr").without(svc::AF)), EINVAL),
            ("no protocol",                 new(&full(ghost(), "rr").without(svc::PROTOCOL)), EINVAL),
            ("no address",                  new(&full(ghost(), "rr").without(svc::ADDR)), EINVAL),
            ("no port",                     new(&full(ghost(), "rr").without(svc::PORT)), EINVAL),
            ("no scheduler",                new(&full(ghost(), "rr").without(svc::SCHED_NAME)), EINVAL),
            ("no flags",                    new(&full(ghost(), "rr").without(svc::FLAGS)), EINVAL),
            ("no time-out",                 new(&full(ghost(), "rr").without(svc::TIMEOUT)), EINVAL),
            ("no netmask",                  new(&full(ghost(), "rr").without(svc::NETMASK)), EINVAL),
            ("a key that is there, alone",  new(&web()), EINVAL),
            ("another family",              new(&full(ghost(), "rr").u16(svc::AF, 7)), EAFNOSUPPORT),
            ("another family, alone",       new(&ghost().u16(svc::AF, 7)), EAFNOSUPPORT),
            ("another family, no port",     new(&ghost().u16(svc::AF, 7).without(svc::PORT)), EINVAL),
            ("any protocol",                new(&full(address(99, "192.0.2.9", 9), "rr")), OK),
        ], left: &["TCP 192.0.2.1:80 rr 0x2", "protocol 99 192.0.2.9:9 rr 0x2"] },

        Scenario { name: "attributes of a service are checked by their lengths", steps: vec![
            ("a name of 15 octets",         new(&full(ghost(), "fifteen-octets-")), ENOENT),
            ("a name of 16 octets",         new(&full(ghost(), "sixteen-octets-x")), EINVAL),
            ("a name without its end",      new(&full(ghost(), "rr").octets(svc::SCHED_NAME, b"rr")), EINVAL),
            ("an empty name",               new(&full(ghost(), "")), ENOENT),
            ("an engine of 16 octets",      new(&full(ghost(), "rr").name(svc::PE_NAME, "sixteen-octets-x")), ENOENT),
            ("an engine of 17 octets",      new(&full(ghost(), "rr").name(svc::PE_NAME, "sixteen-octets-xy")), EINVAL),
            ("an empty engine is none",     new(&full(address(6, "192.0.2.2", 80), "rr").name(svc::PE_NAME, "")), OK),
            ("a short family",              new(&full(ghost(), "rr").u8(svc::AF, 2)), EINVAL),
            ("a short netmask",             new(&full(ghost(), "rr").u16(svc::NETMASK, 2)), EINVAL),
            ("an address of 17 octets",     new(&full(ghost(), "rr").octets(svc::ADDR, &[1; 17])), EINVAL),
            ("an address of 4 octets",      new(&full(address(6, "192.0.2.3", 80), "rr").octets(svc::ADDR, &[192, 0, 2, 4])), OK),
            ("flags of 9 octets",           new(&full(ghost(), "rr").octets(svc::FLAGS, &[1; 9])), EINVAL),
            ("flags without a mask",        new(&full(address(6, "192.0.2.5", 80), "rr").u32(svc::FLAGS, 1)), OK),
            ("a time-out of 8 octets",      new(&full(address(6, "192.0.2.6", 80), "rr").octets(svc::TIMEOUT, &[0; 8])), OK),
            ("an unknown attribute",        new(&full(address(6, "192.0.2.7", 80), "rr").u8(99, 1)), OK),
            ("a nest that is no nest",      Ask::new(cmd::NEW_SERVICE, none().u16(SERVICE, 1)), ERANGE),
            ("garbage after the service",   new(&full(address(6, "192.0.2.8", 80), "rr").octets(0x3fff, &[1])), OK),
        ], left: &[
            "TCP 192.0.2.2:80 rr 0x2", "TCP 192.0.2.4:80 rr 0x2", "TCP 192.0.2.5:80 rr 0x2",
            "TCP 192.0.2.6:80 rr 0x2", "TCP 192.0.2.7:80 rr 0x2", "TCP 192.0.2.8:80 rr 0x2",
        ] },

        Scenario { name: "marks, families and protocols are keys of their own", steps: vec![
            ("mark 7 of IPv4",              new(&full(mark(2, 7), "mh")), OK),
            ("mark 7 of IPv6",              new(&full(mark(10, 7), "lc")), OK),
            ("mark 7 again",                new(&full(mark(2, 7), "lc")), EEXIST),
            ("a mark wins over an address", new(&full(web(), "rr").u32(svc::FWMARK, 7)), EEXIST),
            ("mark 0 is TCP 0.0.0.0:0",     new(&full(mark(2, 0), "rr")), OK),
            ("and again by its address",    new(&full(address(6, "0.0.0.0", 0), "rr")), EEXIST),
            ("SCTP",                        new(&full(address(132, "192.0.2.1", 80), "fo")), OK),
            ("UDP",                         new(&full(address(17, "192.0.2.1", 80), "ovf")), OK),
            ("IPv6",                        new(&full(web6(), "sed")), OK),
            ("what IPv4 does not use",      new(&full(web().octets(svc::ADDR, &[192, 0, 2, 1, 9, 9, 9, 9]), "nq")), OK),
            ("is not compared",             new(&full(web(), "nq")), EEXIST),
        ], left: &[
            "TCP 0.0.0.0:0 rr 0x2", "TCP 192.0.2.1:80 nq 0x2", "TCP [2001:db8::1]:80 sed 0x2",
            "UDP 192.0.2.1:80 ovf 0x2", "SCTP 192.0.2.1:80 fo 0x2",
            "firewall mark 7 (IPv4) mh 0x2", "firewall mark 7 (IPv6) lc 0x2",
        ] },

        Scenario { name: "the netmask has two encodings", steps: vec![
            ("IPv6 without a length",       new(&full(web6(), "rr").u32(svc::NETMASK, 0)), EINVAL),
            ("IPv6 with a mask",            new(&full(web6(), "rr").u32(svc::NETMASK, u32::MAX)), EINVAL),
            ("IPv6 with 129",               new(&full(web6(), "rr").u32(svc::NETMASK, 129)), EINVAL),
            ("no scheduler comes first",    new(&full(web6(), "no-such").u32(svc::NETMASK, 129)), ENOENT),
            ("IPv6 with 1",                 new(&flags(full(web6(), "rr").u32(svc::NETMASK, 1).u32(svc::TIMEOUT, 300), 1, !0)), OK),
            ("changed to 129",              set(&full(web6(), "wrr").u32(svc::NETMASK, 129)), EINVAL),
            ("changed to 64",               set(&flags(full(web6(), "wrr").u32(svc::NETMASK, 64).u32(svc::TIMEOUT, 60), 1, !0)), OK),
            ("a mark of IPv6 with 0",       new(&full(mark(10, 1), "rr").u32(svc::NETMASK, 0)), EINVAL),
            ("IPv4 with anything",          new(&flags(full(web(), "rr").octets(svc::NETMASK, &[1, 0, 255, 0]).u32(svc::TIMEOUT, 9), 1, !0)), OK),
        ], left: &["TCP 192.0.2.1:80 rr 9 s /1.0.255.0 0x3", "TCP [2001:db8::1]:80 wrr 60 s /64 0x3"] },

        Scenario { name: "a change is whole but for flags outside of the mask", steps: vec![
            ("nothing to change",           set(&full(web(), "rr")), ESRCH),
            ("nothing, not named in full",  set(&web()), EINVAL),
            ("made",                        new(&flags(full(web(), "rr").name(svc::PE_NAME, "sip").u32(svc::TIMEOUT, 300), 0x1d, !0)), OK),
            ("no such scheduler",           set(&full(web(), "no-such")), ENOENT),
            ("no such engine",              set(&full(web(), "rr").name(svc::PE_NAME, "no-such")), ENOENT),
            ("no netmask",                  set(&full(web(), "rr").without(svc::NETMASK)), EINVAL),
            ("another family",              set(&full(web(), "rr").u16(svc::AF, 7)), EAFNOSUPPORT),
            ("no service",                  Ask::new(cmd::SET_SERVICE, none()), EINVAL),
            ("one flag, engine kept",       set(&flags(full(web(), "rr").name(svc::PE_NAME, "sip").u32(svc::TIMEOUT, 300), 0, 0x8)), OK),
            ("no mask, nothing happens",    set(&full(web(), "rr").name(svc::PE_NAME, "sip").u32(svc::TIMEOUT, 300).u32(svc::FLAGS, 0)), OK),
            ("another, made without mask",  new(&flags(full(web6(), "rr"), 1, 0)), OK),
            ("every flag that there is",    new(&flags(full(ghost(), "rr").u32(svc::TIMEOUT, 5), !0, !0)), OK),
            ("HASHED is the kernel's",      set(&flags(full(ghost(), "rr").u32(svc::TIMEOUT, 5), 0, !0)), OK),
        ], left: &[
            "TCP 192.0.2.1:80 rr pe sip 300 s 0x17", "TCP 192.0.2.99:80 rr 0x2", "TCP [2001:db8::1]:80 rr 0x2",
        ] },

        Scenario { name: "an engine that is not mentioned is cleared", steps: vec![
            ("made",                        new(&full(web(), "rr").name(svc::PE_NAME, "sip")), OK),
            ("changed without it",          set(&full(web(), "none")), OK),
            ("from no scheduler to one",    set(&full(web(), "wlc")), OK),
            ("made without a scheduler",    new(&full(web6(), "none")), OK),
        ], left: &["TCP 192.0.2.1:80 wlc 0x2", "TCP [2001:db8::1]:80 none 0x2"] },

        Scenario { name: "a key deletes and reads", steps: vec![
            ("made",                        new(&full(web(), "rr")), OK),
            ("a destination",               add(&web(), &to("198.51.100.1", 80, ROUTE)), OK),
            ("read",                        on_service(cmd::GET_SERVICE, &web()), OK),
            ("read what is not there",      on_service(cmd::GET_SERVICE, &ghost()), ESRCH),
            ("read no service",             Ask::new(cmd::GET_SERVICE, none()), EINVAL),
            ("read another family",         on_service(cmd::GET_SERVICE, &web().u16(svc::AF, 1)), EAFNOSUPPORT),
            ("read without a port",         on_service(cmd::GET_SERVICE, &web().without(svc::PORT)), EINVAL),
            ("delete what is not there",    on_service(cmd::DEL_SERVICE, &ghost()), ESRCH),
            ("delete no service",           Ask::new(cmd::DEL_SERVICE, none()), EINVAL),
            ("delete another family",       on_service(cmd::DEL_SERVICE, &web().u16(svc::AF, 1)), EAFNOSUPPORT),
            ("delete",                      on_service(cmd::DEL_SERVICE, &web()), OK),
            ("it is gone",                  on_service(cmd::GET_SERVICE, &web()), ESRCH),
            ("its destination, too",        add(&web(), &to("198.51.100.1", 80, ROUTE)), ESRCH),
            ("made again",                  new(&full(web(), "rr")), OK),
        ], left: &["TCP 192.0.2.1:80 rr 0x2"] },

        Scenario { name: "destinations are added once and named in full", steps: vec![
            ("no such service",             add(&web(), &to("198.51.100.1", 80, ROUTE)), ESRCH),
            ("no such service, no dest",    on_service(cmd::NEW_DEST, &web()), ESRCH),
            ("made",                        new(&full(web(), "wlc")), OK),
            ("routed",                      add(&web(), &to("198.51.100.1", 80, ROUTE)), OK),
            ("the same",                    add(&web(), &to("198.51.100.1", 80, MASQ)), EEXIST),
            ("another port",                add(&web(), &to("198.51.100.1", 81, MASQ)), OK),
            ("no service",                  Ask::new(cmd::NEW_DEST, none().nest(DEST, &to("198.51.100.2", 80, MASQ))), EINVAL),
            ("no destination",              on_service(cmd::NEW_DEST, &web()), EINVAL),
            ("no address",                  add(&web(), &to("198.51.100.2", 80, MASQ).without(dest::ADDR)), EINVAL),
            ("no port",                     add(&web(), &to("198.51.100.2", 80, MASQ).without(dest::PORT)), EINVAL),
            ("no method",                   add(&web(), &to("198.51.100.2", 80, MASQ).without(dest::FWD_METHOD)), EINVAL),
            ("no weight",                   add(&web(), &to("198.51.100.2", 80, MASQ).without(dest::WEIGHT)), EINVAL),
            ("no upper threshold",          add(&web(), &to("198.51.100.2", 80, MASQ).without(dest::U_THRESH)), EINVAL),
            ("no lower threshold",          add(&web(), &to("198.51.100.2", 80, MASQ).without(dest::L_THRESH)), EINVAL),
            ("a short weight",              add(&web(), &to("198.51.100.2", 80, MASQ).u16(dest::WEIGHT, 1)), EINVAL),
            ("a long address",              add(&web(), &to("198.51.100.2", 80, MASQ).octets(dest::ADDR, &[1; 17])), EINVAL),
            ("another family",              add(&web(), &to("198.51.100.2", 80, MASQ).u16(dest::ADDR_FAMILY, 7)), EAFNOSUPPORT),
            ("the service's family",        add(&web(), &to("198.51.100.2", 80, MASQ).without(dest::ADDR_FAMILY)), OK),
            ("family 0 is the service's",   add(&web(), &to("198.51.100.3", 80, MASQ).u16(dest::ADDR_FAMILY, 0)), OK),
            ("the service in another",      add(&web().u16(svc::AF, 7), &to("198.51.100.2", 80, MASQ)), EAFNOSUPPORT),
            ("a short family",              add(&web(), &to("198.51.100.9", 80, MASQ).u8(dest::ADDR_FAMILY, 2)), EINVAL),
        ], left: &[
            "TCP 192.0.2.1:80 wlc 0x2", "  198.51.100.1:80 route 1", "  198.51.100.1:81 masq 1",
            "  198.51.100.2:80 masq 1", "  198.51.100.3:80 masq 1",
        ] },

        Scenario { name: "weights and thresholds have ranges", steps: vec![
            ("made",                        new(&full(web(), "wlc")), OK),
            ("the highest weight",          add(&web(), &to("198.51.100.1", 80, ROUTE).u32(dest::WEIGHT, 0x7fff_ffff)), OK),
            ("one more",                    add(&web(), &to("198.51.100.2", 80, ROUTE).u32(dest::WEIGHT, 0x8000_0000)), ERANGE),
            ("one more, on a change",       edit(&web(), &to("198.51.100.1", 80, ROUTE).u32(dest::WEIGHT, !0)), ERANGE),
            ("one more, not there",         edit(&web(), &to("198.51.100.9", 80, ROUTE).u32(dest::WEIGHT, !0)), ERANGE),
            ("one more, there",             add(&web(), &to("198.51.100.1", 80, ROUTE).u32(dest::WEIGHT, !0)), ERANGE),
            ("lower above upper",           add(&web(), &to("198.51.100.2", 80, ROUTE).u32(dest::U_THRESH, 1).u32(dest::L_THRESH, 2)), ERANGE),
            ("lower without upper",         add(&web(), &to("198.51.100.2", 80, ROUTE).u32(dest::L_THRESH, 1)), ERANGE),
            ("lower without, on a change",  edit(&web(), &to("198.51.100.1", 80, ROUTE).u32(dest::L_THRESH, 1)), ERANGE),
            ("both alike",                  add(&web(), &to("198.51.100.2", 80, ROUTE).u32(dest::U_THRESH, 9).u32(dest::L_THRESH, 9)), OK),
            ("the highest",                 add(&web(), &to("198.51.100.3", 80, ROUTE).u32(dest::U_THRESH, !0).u32(dest::L_THRESH, 1 << 31)), OK),
            ("a pause",                     edit(&web(), &to("198.51.100.3", 80, MASQ).u32(dest::WEIGHT, 0)), OK),
        ], left: &[
            "TCP 192.0.2.1:80 wlc 0x2", "  198.51.100.1:80 route 2147483647", "  198.51.100.2:80 route 1 9..9",
            "  198.51.100.3:80 masq 0",
        ] },

        Scenario { name: "destinations are changed and deleted by their keys", steps: vec![
            ("no such service to change",   edit(&web(), &to("198.51.100.1", 80, ROUTE)), ESRCH),
            ("no such service to delete",   del(&web(), &dest_key("198.51.100.1", 80)), ESRCH),
            ("made",                        new(&full(web(), "wlc")), OK),
            ("nothing to change",           edit(&web(), &to("198.51.100.1", 80, ROUTE)), ENOENT),
            ("nothing to delete",           del(&web(), &dest_key("198.51.100.1", 80)), ENOENT),
            ("added",                       add(&web(), &to("198.51.100.1", 80, ROUTE)), OK),
            ("changed in part",             edit(&web(), &dest_key("198.51.100.1", 80)), EINVAL),
            ("changed, another port",       edit(&web(), &to("198.51.100.1", 81, ROUTE)), ENOENT),
            ("changed, no destination",     on_service(cmd::SET_DEST, &web()), EINVAL),
            ("changed, another family",     edit(&web(), &to("198.51.100.1", 80, ROUTE).u16(dest::ADDR_FAMILY, 3)), EAFNOSUPPORT),
            ("changed",                     edit(&web(), &to("198.51.100.1", 80, MASQ).u32(dest::WEIGHT, 70_000)), OK),
            ("deleted, no destination",     on_service(cmd::DEL_DEST, &web()), EINVAL),
            ("deleted, no port",            del(&web(), &dest_key("198.51.100.1", 80).without(dest::PORT)), EINVAL),
            ("deleted, another family",     del(&web(), &dest_key("198.51.100.1", 80).u16(dest::ADDR_FAMILY, 3)), EAFNOSUPPORT),
            ("deleted, IPv6",               del(&web(), &dest_key("2001:db8::9", 80)), ENOENT),
            ("a second one",                add(&web(), &to("198.51.100.2", 80, ROUTE)), OK),
            ("deleted",                     del(&web(), &dest_key("198.51.100.2", 80)), OK),
            ("deleted twice",               del(&web(), &dest_key("198.51.100.2", 80)), ENOENT),
            ("back again",                  add(&web(), &to("198.51.100.2", 80, MASQ)), OK),
            ("deleted without a family",    del(&web(), &dest_key("198.51.100.2", 80).without(dest::ADDR_FAMILY)), OK),
        ], left: &["TCP 192.0.2.1:80 wlc 0x2", "  198.51.100.1:80 masq 70000"] },

        Scenario { name: "destinations are unicast", steps: vec![
            ("made",                        new(&full(web(), "wlc")), OK),
            ("made for IPv6",               new(&full(web6(), "wlc")), OK),
            ("0.0.0.0",                     add(&web(), &to("0.0.0.0", 80, ROUTE)), EINVAL),
            ("everybody",                   add(&web(), &to("255.255.255.255", 80, ROUTE)), EINVAL),
            ("multicast",                   add(&web(), &to("224.0.0.1", 80, ROUTE)), EINVAL),
            ("multicast, the last",         add(&web(), &to("239.255.255.255", 80, ROUTE)), EINVAL),
            ("everybody on lo",             add(&web(), &to("127.255.255.255", 80, ROUTE)), EINVAL),
            ("class E",                     add(&web(), &to("240.0.0.1", 80, ROUTE)), OK),
            ("0.0.0.1",                     add(&web(), &to("0.0.0.1", 80, ROUTE)), OK),
            ("lo",                          add(&web(), &to("127.0.0.1", 80, ROUTE)), OK),
            ("the whole of lo",             add(&web(), &to("127.9.9.9", 80, ROUTE)), OK),
            ("::",                          add(&web6(), &to("::", 80, ROUTE)), EINVAL),
            ("IPv6 multicast",              add(&web6(), &to("ff0e::1", 80, ROUTE)), EINVAL),
            ("link-local",                  add(&web6(), &to("fe80::1", 80, ROUTE)), EINVAL),
            ("the end of link-local",       add(&web6(), &to("febf::1", 80, ROUTE)), EINVAL),
            ("mapped IPv4",                 add(&web6(), &to("::ffff:192.0.2.1", 80, ROUTE)), EINVAL),
            ("compatible IPv4",             add(&web6(), &to("::192.0.2.1", 80, ROUTE)), OK),
            ("::1",                         add(&web6(), &to("::1", 80, ROUTE)), OK),
            ("site-local",                  add(&web6(), &to("fec0::1", 80, ROUTE)), OK),
            ("unique local",                add(&web6(), &to("fd00::1", 80, ROUTE)), OK),
            ("nobody's yet",                add(&web6(), &to("4000::1", 80, ROUTE)), OK),
            ("only when it is added",       edit(&web6(), &to("ff0e::1", 80, ROUTE)), ENOENT),
        ], left: &[
            "TCP 192.0.2.1:80 wlc 0x2", "  0.0.0.1:80 route 1", "  127.0.0.1:80 route 1", "  127.9.9.9:80 route 1",
            "  240.0.0.1:80 route 1", "TCP [2001:db8::1]:80 wlc 0x2", "  [::1]:80 route 1", "  [::c000:201]:80 route 1",
            "  [4000::1]:80 route 1", "  [fd00::1]:80 route 1", "  [fec0::1]:80 route 1",
        ] },

        Scenario { name: "methods and tunnels", steps: vec![
            ("made",                        new(&full(web(), "wlc")), OK),
            ("local",                       add(&web(), &to("198.51.100.1", 80, 1)), OK),
            ("bypass",                      add(&web(), &to("198.51.100.2", 80, 4)), OK),
            ("a method without a name",     add(&web(), &to("198.51.100.3", 80, 7)), OK),
            ("only three bits count",       add(&web(), &to("198.51.100.4", 80, 0x1_0003)), OK),
            ("IPIP",                        add(&web(), &to("198.51.100.5", 80, TUNNEL)), OK),
            ("GUE without a port",          add(&web(), &to("198.51.100.6", 80, TUNNEL).u8(dest::TUN_TYPE, 1)), EINVAL),
            ("GUE, port 0",                 add(&web(), &to("198.51.100.6", 80, TUNNEL).u8(dest::TUN_TYPE, 1).u16(dest::TUN_PORT, 0)), EINVAL),
            ("GUE, port 0, not a tunnel",   add(&web(), &to("198.51.100.6", 80, MASQ).u8(dest::TUN_TYPE, 1)), EINVAL),
            ("GUE, port 0, there",          add(&web(), &to("198.51.100.5", 80, TUNNEL).u8(dest::TUN_TYPE, 1)), EINVAL),
            ("GUE, port 0, on a change",    edit(&web(), &to("198.51.100.5", 80, TUNNEL).u8(dest::TUN_TYPE, 1)), EINVAL),
            ("GUE, port 0, not there",      edit(&web(), &to("198.51.100.9", 80, TUNNEL).u8(dest::TUN_TYPE, 1)), EINVAL),
            ("the range comes first",       add(&web(), &to("198.51.100.6", 80, TUNNEL).u8(dest::TUN_TYPE, 1).u32(dest::L_THRESH, 1)), ERANGE),
            ("GUE",                         add(&web(), &to("198.51.100.6", 80, TUNNEL).u8(dest::TUN_TYPE, 1).octets(dest::TUN_PORT, &[0x17, 0xc0]).u16(dest::TUN_FLAGS, 2)), OK),
            ("GRE",                         add(&web(), &to("198.51.100.7", 80, TUNNEL).u8(dest::TUN_TYPE, 2).u16(dest::TUN_FLAGS, 1)), OK),
            ("a type without a name",       add(&web(), &to("198.51.100.8", 80, TUNNEL).u8(dest::TUN_TYPE, 9)), OK),
            ("any flags",                   edit(&web(), &to("198.51.100.8", 80, TUNNEL).u8(dest::TUN_TYPE, 2).u16(dest::TUN_FLAGS, 0xffff)), OK),
            ("unsaid is 0",                 edit(&web(), &to("198.51.100.7", 80, TUNNEL)), OK),
        ], left: &[
            "TCP 192.0.2.1:80 wlc 0x2", "  198.51.100.1:80 local 1", "  198.51.100.2:80 bypass 1",
            "  198.51.100.3:80 Unknown(7) 1", "  198.51.100.4:80 route 1", "  198.51.100.5:80 Ipip 1",
            "  198.51.100.6:80 Gue { port: 6080, checksum: TunnelFlags(2) } 1", "  198.51.100.7:80 Ipip 1",
            "  198.51.100.8:80 Gre { checksum: TunnelFlags(65535) } 1",
        ] },

        Scenario { name: "families mix in tunnels, and not with synchronization", steps: vec![
            ("made",                        new(&full(web(), "wlc")), OK),
            ("made for IPv6",               new(&full(web6(), "wlc")), OK),
            ("rewritten",                   add(&web(), &to("2001:db8::9", 80, MASQ)), EINVAL),
            ("routed",                      add(&web(), &to("2001:db8::9", 80, ROUTE)), EINVAL),
            ("tunnelled",                   add(&web(), &to("2001:db8::9", 80, TUNNEL)), OK),
            ("the other way",               add(&web6(), &to("198.51.100.1", 80, TUNNEL)), OK),
            ("changed to a route",          edit(&web(), &to("2001:db8::9", 80, ROUTE)), EINVAL),
            ("a start is refused",          start(&sync(1, "lo")), EINVAL),
            ("deleted",                     del(&web(), &dest_key("2001:db8::9", 80)), OK),
            ("one is left",                 start(&sync(2, "lo")), EINVAL),
            ("deleted with its service",    on_service(cmd::DEL_SERVICE, &web6()), OK),
            ("started",                     start(&sync(1, "lo")), OK),
            ("tunnelled while it runs",     add(&web(), &to("2001:db8::9", 80, TUNNEL)), EINVAL),
            ("a change that is not there",  edit(&web(), &to("2001:db8::9", 80, TUNNEL)), EINVAL),
            ("a deletion may",              del(&web(), &dest_key("2001:db8::9", 80)), ENOENT),
            ("its own family may",          add(&web(), &to("198.51.100.1", 80, TUNNEL)), OK),
            ("the other stops nothing",     stop(2), ESRCH),
            ("stopped",                     stop(1), OK),
            ("tunnelled again",             add(&web(), &to("2001:db8::9", 80, TUNNEL)), OK),
        ], left: &["TCP 192.0.2.1:80 wlc 0x2", "  198.51.100.1:80 Ipip 1", "  [2001:db8::9]:80 Ipip 1"] },

        Scenario { name: "daemons", steps: vec![
            ("no daemon",                   Ask::new(cmd::NEW_DAEMON, none()), EINVAL),
            ("no role",                     start(&sync(1, "lo").without(daemon::STATE)), EINVAL),
            ("no interface",                start(&sync(1, "lo").without(daemon::MCAST_IFN)), EINVAL),
            ("no number",                   start(&sync(1, "lo").without(daemon::SYNC_ID)), EINVAL),
            ("no such interface",           start(&sync(1, "no-such")), ENODEV),
            ("an empty interface",          start(&sync(1, "")), ENODEV),
            ("a name of 16 octets",         start(&sync(1, "sixteen-octets-x")), EINVAL),
            ("a group that is none",        start(&sync(1, "lo").octets(daemon::MCAST_GROUP, &[192, 0, 2, 1])), EINVAL),
            ("an IPv6 group that is none",  start(&sync(1, "lo").octets(daemon::MCAST_GROUP6, &[0x20; 16])), EINVAL),
            ("a short IPv6 group",          start(&sync(1, "lo").octets(daemon::MCAST_GROUP6, &[0xff; 15])), EINVAL),
            ("the group before the name",   start(&sync(1, "no-such").octets(daemon::MCAST_GROUP, &[192, 0, 2, 1])), EINVAL),
            ("no such role",                start(&sync(3, "lo")), EINVAL),
            ("no such role and interface",  start(&sync(3, "no-such")), ENODEV),
            ("stop nothing",                stop(1), ESRCH),
            ("stop nothing",                stop(2), ESRCH),
            ("stop no role",                Ask::new(cmd::DEL_DAEMON, none().nest(DAEMON, &none())), EINVAL),
            ("stop without a daemon",       Ask::new(cmd::DEL_DAEMON, none()), EINVAL),
            ("stop another role",           stop(3), EINVAL),
            ("a master with everything",    start(&sync(1, "lo").u16(daemon::SYNC_MAXLEN, 1000).octets(daemon::MCAST_GROUP, &[239, 0, 0, 9]).u16(daemon::MCAST_PORT, 9000).u8(daemon::MCAST_TTL, 9)), OK),
            ("twice",                       start(&sync(1, "lo")), EEXIST),
            ("twice, no such interface",    start(&sync(1, "no-such")), ENODEV),
            ("a backup with the defaults",  start(&sync(2, "lo")), OK),
            ("twice",                       start(&sync(2, "lo")), EEXIST),
            ("both are told",               Ask::dump(cmd::GET_DAEMON, none()), OK),
            ("stop the master",             stop(1), OK),
            ("stop it twice",               stop(1), ESRCH),
            ("one is told",                 Ask::dump(cmd::GET_DAEMON, none()), OK),
            ("stop the backup",             stop(2), OK),
            ("none is told",                Ask::dump(cmd::GET_DAEMON, none()), OK),
            ("a backup, the shortest",      start(&sync(2, "lo").u16(daemon::SYNC_MAXLEN, 1)), OK),
            ("a master, the shortest",      start(&sync(1, "lo").u16(daemon::SYNC_MAXLEN, 1)), OK),
            ("both are told",               Ask::dump(cmd::GET_DAEMON, none()), OK),
            ("stop",                        stop(1), OK),
            ("stop",                        stop(2), OK),
            ("a master, the longest",       start(&sync(1, "lo").u16(daemon::SYNC_MAXLEN, 65_535)), OK),
            ("a backup, zeroes",            start(&sync(2, "lo").u16(daemon::SYNC_MAXLEN, 0).u16(daemon::MCAST_PORT, 0).u8(daemon::MCAST_TTL, 0)), OK),
            ("both are told",               Ask::dump(cmd::GET_DAEMON, none()), OK),
            ("stop",                        stop(1), OK),
            ("stop",                        stop(2), OK),
            ("a backup of an IPv6 group",   start(&sync(2, "lo").octets(daemon::MCAST_GROUP6, &GROUP6)), OK),
            ("a master of an IPv6 group",   start(&sync(1, "lo").octets(daemon::MCAST_GROUP6, &GROUP6)), ENETUNREACH),
            ("both are told",               Ask::dump(cmd::GET_DAEMON, none()), OK),
            ("the master does not run",     stop(1), ESRCH),
            ("stop",                        stop(2), OK),
            ("both groups",                 start(&sync(2, "lo").octets(daemon::MCAST_GROUP6, &GROUP6).octets(daemon::MCAST_GROUP, &[224, 0, 0, 9])), OK),
            ("the one of IPv4 counts",      Ask::dump(cmd::GET_DAEMON, none()), OK),
            ("stop",                        stop(2), OK),
        ], left: &[] },

        Scenario { name: "time-outs", steps: vec![
            ("nothing is set",              config(none()), OK),
            ("the defaults are told",       Ask::new(cmd::GET_CONFIG, none()), OK),
            ("one is set",                  config(none().u32(TIMEOUT_TCP, 77)), OK),
            ("0 keeps",                     config(none().u32(TIMEOUT_TCP, 0).u32(TIMEOUT_UDP, 55)), OK),
            ("told",                        Ask::new(cmd::GET_CONFIG, none()), OK),
            ("negative",                    config(none().u32(TIMEOUT_TCP, 1 << 31)), EINVAL),
            ("too long",                    config(none().u32(TIMEOUT_UDP, 0x7fff_ffff)), EINVAL),
            ("too long, FIN",               config(none().u32(TIMEOUT_TCP_FIN, 0x7fff_ffff)), EINVAL),
            ("one wrong, none set",         config(none().u32(TIMEOUT_TCP, 99).u32(TIMEOUT_UDP, !0)), EINVAL),
            ("short",                       config(none().u16(TIMEOUT_TCP, 9)), ERANGE),
            ("short, after a good one",     config(none().u32(TIMEOUT_UDP, 9).u16(TIMEOUT_TCP_FIN, 9)), ERANGE),
            ("an unknown attribute",        config(none().u32(99, 9)), OK),
            ("all",                         config(none().u32(TIMEOUT_TCP, 1).u32(TIMEOUT_TCP_FIN, 2).u32(TIMEOUT_UDP, 3)), OK),
            ("told",                        Ask::new(cmd::GET_CONFIG, none()), OK),
        ], left: &[] },

        Scenario { name: "zero, flush and information", steps: vec![
            ("zero the empty table",        Ask::new(cmd::ZERO, none()), OK),
            ("flush the empty table",       Ask::new(cmd::FLUSH, none()), OK),
            ("made",                        new(&full(web(), "wlc")), OK),
            ("made",                        new(&full(mark(2, 7), "wlc")), OK),
            ("a destination",               add(&web(), &to("198.51.100.1", 80, ROUTE)), OK),
            ("zero it",                     on_service(cmd::ZERO, &web()), OK),
            ("zero what is not there",      on_service(cmd::ZERO, &ghost()), ESRCH),
            ("zero an empty service",       on_service(cmd::ZERO, &none()), EINVAL),
            ("zero another family",         on_service(cmd::ZERO, &web().u16(svc::AF, 1)), EAFNOSUPPORT),
            ("zero all",                    Ask::new(cmd::ZERO, none()), OK),
            ("information",                 Ask::new(cmd::GET_INFO, none()), OK),
            ("flush, whatever is named",    on_service(cmd::FLUSH, &ghost()), OK),
            ("made again",                  new(&full(web(), "wlc")), OK),
        ], left: &["TCP 192.0.2.1:80 wlc 0x2"] },

        Scenario { name: "dumps are never refused", steps: vec![
            ("made",                        new(&full(web(), "wlc")), OK),
            ("every service",               Ask::dump(cmd::GET_SERVICE, none()), OK),
            ("a service names nothing",     Ask::dump(cmd::GET_SERVICE, none().nest(SERVICE, &ghost())), OK),
            ("destinations of none",        Ask::dump(cmd::GET_DEST, none()), OK),
            ("of what is not there",        Ask::dump(cmd::GET_DEST, none().nest(SERVICE, &ghost())), OK),
            ("of another family",           Ask::dump(cmd::GET_DEST, none().nest(SERVICE, &web().u16(svc::AF, 7))), OK),
            ("of a broken service",         Ask::dump(cmd::GET_DEST, none().u16(SERVICE, 1)), OK),
            ("of one without any",          Ask::dump(cmd::GET_DEST, none().nest(SERVICE, &web())), OK),
            ("two of them",                 add(&web(), &to("198.51.100.1", 80, ROUTE)), OK),
            ("two of them",                 add(&web(), &to("198.51.100.2", 80, ROUTE)), OK),
            ("of one with two",             Ask::dump(cmd::GET_DEST, none().nest(SERVICE, &web())), OK),
        ], left: &["TCP 192.0.2.1:80 wlc 0x2", "  198.51.100.1:80 route 1", "  198.51.100.2:80 route 1"] },

        Scenario { name: "commands that are none", steps: vec![
            ("0",                           Ask::new(0, none()), EOPNOTSUPP),
            ("SET_INFO",                    Ask::new(14, none()), EOPNOTSUPP),
            ("18",                          Ask::new(18, none()), EOPNOTSUPP),
            ("255",                         Ask::new(255, none()), EOPNOTSUPP),
            ("one destination",             Ask::new(cmd::GET_DEST, none()), EOPNOTSUPP),
            ("one daemon",                  Ask::new(cmd::GET_DAEMON, none()), EOPNOTSUPP),
            ("a dump of additions",         Ask::dump(cmd::NEW_SERVICE, none()), EOPNOTSUPP),
            ("a dump of information",       Ask::dump(cmd::GET_INFO, none()), EOPNOTSUPP),
            ("a dump of time-outs",         Ask::dump(cmd::GET_CONFIG, none()), EOPNOTSUPP),
            ("a dump of zeroes",            Ask::dump(cmd::ZERO, none()), EOPNOTSUPP),
        ], left: &[] },
    ]
}
