//! The configurations, in a shorthand.

use core::{fmt::Write, net::IpAddr};

use ipvs_netlink::{AddressFamily, Protocol, ServiceKey};

/// A virtual server with two real servers, whose checks are quick.
///
/// All of them are in one file, so each has addresses of its own: `%` becomes its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// What is special about it; unique.
    pub(super) name: &'static str,
    /// What stands behind `virtual_server`.
    service: &'static str,
    /// Lines of the virtual server, with semicolons between them.
    lines: &'static str,
    /// Address, port and, after a semicolon each, lines of the first real server.
    one: &'static str,
    /// The same of the second.
    two: &'static str,
    /// Its checker; see [`CHECKS`].
    check: &'static str,
    /// Lines before the virtual server.
    before: &'static str,
}

/// The port at which every real server is checked.
pub(super) const PORT: u16 = 80;

const TCP: Case = Case {
    name: "",
    service: "192.0.2.% 80",
    lines: "lb_algo rr;lb_kind NAT;protocol TCP",
    one: "198.51.%.1 80",
    two: "198.51.%.2 80",
    check: "TCP",
    before: "",
};

const UDP: Case = Case { lines: "lb_algo rr;lb_kind NAT;protocol UDP", ..TCP };

const V6: Case = Case {
    service: "2001:db8:%::100 80",
    lines: "lb_algo rr;lb_kind DR;protocol TCP",
    one: "2001:db8:%::1 80",
    two: "2001:db8:%::2 80",
    ..TCP
};

/// Checkers by name, lines with semicolons between them; `@` is the real server's file.
const CHECKS: &[(&str, &str)] = &[
    ("none", ""),
    ("TCP", "TCP_CHECK {;connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}"),
    ("bare TCP", "TCP_CHECK {;connect_port 80;}"),
    (
        "page",
        "HTTP_GET {;url {;path /health;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
    (
        "page that is ill",
        "HTTP_GET {;url {;path /ill;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
    (
        "status",
        "HTTP_GET {;url {;path /health;status_code 200;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
    (
        "status 503",
        "HTTP_GET {;url {;path /ill;status_code 500-504;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
    (
        "digest",
        "HTTP_GET {;url {;path /health;digest 3b1fb749c971d7a2c6a517b37f735df2;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
    (
        "digest of an ill page",
        "HTTP_GET {;url {;path /ill;digest c5f61aa4c609eb62cd07900beafaed29;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
    (
        "another digest",
        "HTTP_GET {;url {;path /other;digest 3b1fb749c971d7a2c6a517b37f735df2;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
    (
        "status and digest",
        "HTTP_GET {;url {;path /health;status_code 200;digest 3b1fb749c971d7a2c6a517b37f735df2;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
    (
        "status or digest",
        "HTTP_GET {;url {;path /ill;status_code 200;digest c5f61aa4c609eb62cd07900beafaed29;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
    (
        "two pages",
        "HTTP_GET {;url {;path /health;status_code 200;};url {;path /other;status_code 201;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
    ("MISC", "MISC_CHECK {;misc_path \"/usr/bin/test -e @\";misc_timeout 5;}"),
    ("UDP", "UDP_CHECK {;connect_timeout 1;retry 1;delay_before_retry 0.2;}"),
    (
        "two",
        "TCP_CHECK {;connect_port 80;connect_timeout 2;retry 0;};HTTP_GET {;url {;path /health;\
         status_code 200-204;};connect_port 80;connect_timeout 2;retry 1;delay_before_retry 0.2;}",
    ),
];

/// All of them.
#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    // Schedulers.
    Case { name: "rr", ..TCP },
    Case { name: "wrr", lines: "lb_algo wrr;lb_kind NAT;protocol TCP", one: "198.51.%.1 80;weight 3", two: "198.51.%.2 80;weight 7", ..TCP },
    Case { name: "lc", lines: "lvs_sched lc;lvs_method NAT;protocol TCP", ..TCP },
    Case { name: "wlc", lines: "lb_algo wlc;lb_kind NAT;protocol TCP", ..TCP },
    Case { name: "lblc", lines: "lb_algo lblc;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "lblcr", lines: "lb_algo lblcr;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "sh", lines: "lb_algo sh;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "mh", lines: "lb_algo mh;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "dh", lines: "lb_algo dh;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "fo", lines: "lb_algo fo;lb_kind DR;protocol TCP", one: "198.51.%.1 80;weight 9", ..TCP },
    Case { name: "ovf", lines: "lb_algo ovf;lb_kind DR;protocol TCP", one: "198.51.%.1 80;weight 9", ..TCP },
    Case { name: "sed", lines: "lb_algo sed;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "nq", lines: "lb_algo nq;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "twos, which the kernel lacks", lines: "lb_algo twos;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "unknown scheduler", lines: "lb_algo magic;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "nothing said", lines: "", ..TCP },
    // Flags of schedulers.
    Case { name: "sh-port", lines: "lb_algo sh;sh-port;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "sh-fallback", lines: "lb_algo sh;sh-fallback;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "sh both", lines: "lb_algo sh;sh-port;sh-fallback;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "sh-port too early", lines: "sh-port;lb_algo sh;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "mh both", lines: "lb_algo mh;mh-port;mh-fallback;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "mh with the flags of sh", lines: "lb_algo mh;sh-port;sh-fallback;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "flags by number", lines: "lb_algo sh;flag-1;flag-2;flag-3;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "flags of rr", lines: "lb_algo rr;flag-1;flag-2;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "hashed", lines: "lb_algo rr;hashed;lb_kind DR;protocol TCP", ..TCP },
    // Forwarding.
    Case { name: "DR", lines: "lb_algo rr;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "DR to another port", lines: "lb_algo rr;lb_kind DR;protocol TCP", one: "198.51.%.1 8080", ..TCP },
    Case { name: "NAT to another port", one: "198.51.%.1 8080", two: "198.51.%.2 8081", ..TCP },
    Case { name: "TUN", lines: "lb_algo rr;lb_kind TUN;protocol TCP", ..TCP },
    Case { name: "TUN ipip", lines: "lb_algo rr;lb_kind TUN type ipip;protocol TCP", ..TCP },
    Case { name: "TUN gue", lines: "lb_algo rr;lb_kind TUN type gue port 6080;protocol TCP", ..TCP },
    Case { name: "TUN gue csum", lines: "lb_algo rr;lb_kind TUN type gue port 6080 csum;protocol TCP", ..TCP },
    Case { name: "TUN gue remcsum", lines: "lb_algo rr;lb_kind TUN type gue port 6080 remcsum;protocol TCP", ..TCP },
    Case { name: "TUN gre", lines: "lb_algo rr;lb_kind TUN type gre;protocol TCP", ..TCP },
    Case { name: "TUN gre csum", lines: "lb_algo rr;lb_kind TUN type gre csum;protocol TCP", ..TCP },
    Case { name: "a method for each", one: "198.51.%.1 80;lvs_method DR", two: "198.51.%.2 80;lvs_method TUN type gre", ..TCP },
    // Families and protocols.
    Case { name: "IPv6", ..V6 },
    Case { name: "IPv6 TUN", lines: "lb_algo wrr;lb_kind TUN;protocol TCP", ..V6 },
    Case { name: "IPv6 NAT", lines: "lb_algo wlc;lb_kind NAT;protocol TCP", one: "2001:db8:%::1 8080", ..V6 },
    Case { name: "IPv4 to IPv6", lines: "lb_algo rr;lb_kind TUN;protocol TCP", one: "2001:db8:%::1 80", ..TCP },
    Case { name: "UDP", check: "UDP", one: "198.51.%.1 80", ..UDP },
    Case { name: "UDP, one packet", lines: "lb_algo rr;lb_kind NAT;ops;protocol UDP", ..UDP },
    Case { name: "TCP, one packet", lines: "lb_algo rr;lb_kind NAT;ops;protocol TCP", ..TCP },
    Case { name: "SCTP", lines: "lb_algo rr;lb_kind NAT;protocol SCTP", ..TCP },
    Case { name: "small letters", lines: "lb_algo rr;lb_kind NAT;protocol tcp", ..TCP },
    // Persistence.
    Case { name: "persistence", lines: "lb_algo rr;lb_kind NAT;protocol TCP;persistence_timeout 50", ..TCP },
    Case { name: "persistence, bare", lines: "lb_algo rr;lb_kind NAT;protocol TCP;persistence_timeout", ..TCP },
    Case { name: "granularity", lines: "lb_algo rr;lb_kind NAT;protocol TCP;persistence_timeout 50;persistence_granularity 255.255.255.0", ..TCP },
    Case { name: "granularity alone", lines: "lb_algo rr;lb_kind NAT;protocol TCP;persistence_granularity 255.255.0.0", ..TCP },
    Case { name: "granularity of IPv6", lines: "lb_algo rr;lb_kind DR;protocol TCP;persistence_timeout 600;persistence_granularity 64", ..V6 },
    Case { name: "engine", service: "192.0.2.% 5060", lines: "lb_algo rr;lb_kind NAT;protocol UDP;ops;persistence_timeout 100;persistence_engine sip", ..UDP },
    Case { name: "port 0", service: "192.0.2.% 0", lines: "lb_algo rr;lb_kind DR;protocol TCP", one: "198.51.%.1 0", two: "198.51.%.2 0", ..TCP },
    Case { name: "no port", service: "192.0.2.%", lines: "lb_algo rr;lb_kind DR;protocol TCP", one: "198.51.%.1", two: "198.51.%.2", ..TCP },
    // Marks.
    Case { name: "mark", service: "fwmark %", lines: "lb_algo rr;lb_kind DR", ..TCP },
    Case { name: "mark NAT", service: "fwmark %", lines: "lb_algo rr;lb_kind NAT;protocol TCP", one: "198.51.%.1 8080", ..TCP },
    Case { name: "mark, persistent", service: "fwmark %", lines: "lb_algo rr;lb_kind DR;persistence_timeout 30;persistence_granularity 255.255.255.0", ..TCP },
    Case { name: "mark of IPv6", service: "fwmark %", lines: "ip_family inet6;lb_algo rr;lb_kind DR", ..V6 },
    Case { name: "mark of IPv6, told by its servers", service: "fwmark %", lines: "lb_algo rr;lb_kind DR", ..V6 },
    // Weights and thresholds.
    Case { name: "weight 0", one: "198.51.%.1 80;weight 0", two: "198.51.%.2 80;weight 70000", ..TCP },
    Case { name: "weight of all", lines: "lb_algo wrr;lb_kind NAT;protocol TCP;weight 5", two: "198.51.%.2 80;weight 6", ..TCP },
    Case { name: "thresholds", one: "198.51.%.1 80;uthreshold 100;lthreshold 50", two: "198.51.%.2 80;uthreshold 9", ..TCP },
    Case { name: "lthreshold alone", one: "198.51.%.1 80;lthreshold 50", ..TCP },
    // Quorum, last resort, what a failure does.
    Case { name: "sorry_server", lines: "lb_algo rr;lb_kind NAT;protocol TCP;sorry_server 198.51.%.9 80", ..TCP },
    Case { name: "sorry_server DR, port", lines: "lb_algo rr;lb_kind DR;protocol TCP;sorry_server 198.51.%.9 8080", ..TCP },
    Case { name: "sorry_server_lvs_method", lines: "lb_algo rr;lb_kind NAT;protocol TCP;sorry_server 198.51.%.9 80;sorry_server_lvs_method DR", ..TCP },
    Case { name: "sorry_server_inhibit", lines: "lb_algo rr;lb_kind NAT;protocol TCP;sorry_server 198.51.%.9 80;sorry_server_inhibit", ..TCP },
    Case { name: "sorry_server_inhibit too early", lines: "lb_algo rr;lb_kind NAT;protocol TCP;sorry_server_inhibit;sorry_server 198.51.%.9 80", ..TCP },
    Case { name: "sorry_server is the second", lines: "lb_algo rr;lb_kind NAT;protocol TCP;sorry_server 198.51.%.2 80", ..TCP },
    Case { name: "quorum 2", lines: "lb_algo rr;lb_kind NAT;protocol TCP;quorum 2;sorry_server 198.51.%.9 80", ..TCP },
    Case { name: "quorum without sorry_server", lines: "lb_algo rr;lb_kind NAT;protocol TCP;quorum 2", ..TCP },
    Case { name: "quorum and hysteresis", lines: "lb_algo rr;lb_kind NAT;protocol TCP;quorum 3;hysteresis 1;sorry_server 198.51.%.9 80", one: "198.51.%.1 80;weight 1", two: "198.51.%.2 80;weight 3", ..TCP },
    Case { name: "quorum too high", lines: "lb_algo rr;lb_kind NAT;protocol TCP;quorum 9;sorry_server 198.51.%.9 80", ..TCP },
    Case { name: "inhibit_on_failure", one: "198.51.%.1 80;inhibit_on_failure", ..TCP },
    Case { name: "inhibit_on_failure for all", lines: "lb_algo rr;lb_kind NAT;protocol TCP;inhibit_on_failure;sorry_server 198.51.%.9 80", ..TCP },
    Case { name: "inhibit_on_failure, quorum 2", lines: "lb_algo rr;lb_kind NAT;protocol TCP;quorum 2;sorry_server 198.51.%.9 80", one: "198.51.%.1 80;inhibit_on_failure", two: "198.51.%.2 80;inhibit_on_failure", ..TCP },
    Case { name: "inhibited sorry_server and inhibited servers", lines: "lb_algo rr;lb_kind NAT;protocol TCP;inhibit_on_failure;sorry_server 198.51.%.9 80;sorry_server_inhibit", ..TCP },
    Case { name: "alpha", lines: "lb_algo rr;lb_kind NAT;protocol TCP;alpha;sorry_server 198.51.%.9 80", ..TCP },
    Case { name: "alpha, omega, quorum", lines: "lb_algo rr;lb_kind NAT;protocol TCP;alpha;omega;quorum 2", ..TCP },
    // Checks.
    Case { name: "no check", check: "none", ..TCP },
    Case { name: "check without a word", check: "bare TCP", lines: "lb_algo rr;lb_kind NAT;protocol TCP;connect_timeout 2;retry 1;delay_before_retry 0.2", ..TCP },
    Case { name: "HTTP_GET status_code", check: "status", ..TCP },
    Case { name: "HTTP_GET, page", check: "page", ..TCP },
    Case { name: "HTTP_GET, page that is ill", check: "page that is ill", ..TCP },
    Case { name: "HTTP_GET, status 503", check: "status 503", ..TCP },
    Case { name: "HTTP_GET, digest", check: "digest", ..TCP },
    Case { name: "HTTP_GET, digest of an ill page", check: "digest of an ill page", ..TCP },
    Case { name: "HTTP_GET, another digest", check: "another digest", ..TCP },
    Case { name: "HTTP_GET, status and digest", check: "status and digest", ..TCP },
    Case { name: "HTTP_GET, status or digest", check: "status or digest", ..TCP },
    Case { name: "HTTP_GET, two pages", check: "two pages", ..TCP },
    Case { name: "MISC_CHECK", check: "MISC", ..TCP },
    Case { name: "two checks", check: "two", ..TCP },
    Case { name: "HTTP_GET in IPv6", check: "status", ..V6 },
    // Groups.
    Case { name: "group of addresses", service: "group g%", before: "virtual_server_group g% {;192.0.2.% 80;192.0.3.% 8080;}", ..TCP },
    Case { name: "group of a range", service: "group g%", before: "virtual_server_group g% {;10.7.%.1-3 80;}", lines: "lb_algo rr;lb_kind DR;protocol TCP", ..TCP },
    Case { name: "group of marks", service: "group g%", before: "virtual_server_group g% {;fwmark %;}", lines: "lb_algo rr;lb_kind DR", ..TCP },
    Case { name: "group with an address and a mark", service: "group g%", before: "virtual_server_group g% {;192.0.2.% 80;fwmark %;}", lines: "lb_algo wrr;lb_kind DR;protocol TCP;sorry_server 198.51.%.9 80", ..TCP },
    Case { name: "group of IPv6", service: "group g%", before: "virtual_server_group g% {;2001:db8:%::100 80;2001:db8:%::101-102 80;}", ..V6 },
    Case { name: "group, UDP", service: "group g%", before: "virtual_server_group g% {;192.0.2.% 53;192.0.3.% 53;}", one: "198.51.%.1 53", two: "198.51.%.2 53", ..UDP },
    Case { name: "group of a mark told its family", service: "group g%", before: "virtual_server_group g% {;fwmark % inet6;}", lines: "lb_algo rr;lb_kind DR", ..V6 },
    Case { name: "group that is not there", service: "group nobody%", ..TCP },
    Case { name: "group without members", service: "group g%", before: "virtual_server_group g% {;}", ..TCP },
    // Odd ones.
    Case { name: "the same server twice", two: "198.51.%.1 80;weight 4", ..TCP },
    Case { name: "a server of another family", two: "2001:db8:%::2 80", ..TCP },
    Case { name: "ha_suspend without the address", lines: "lb_algo rr;lb_kind NAT;protocol TCP;ha_suspend", ..TCP },
];

impl Case {
    /// Its part of the file as case `number`; `@` in a check becomes a path below `folder`.
    pub(super) fn text(&self, number: usize, folder: &str) -> String {
        let mut text = String::new();
        let mut write = |indent: usize, line: &str| writeln!(text, "{:indent$}{line}", "").unwrap();
        self.before.split_terminator(';').for_each(|line| write(0, line));
        write(0, &format!("virtual_server {} {{", self.service));
        write(4, "delay_loop 2");
        self.lines.split_terminator(';').for_each(|line| write(4, line));
        for (server, name) in [(self.one, "one"), (self.two, "two")] {
            let mut lines = server.split(';');
            write(4, &format!("real_server {} {{", lines.next().unwrap()));
            lines.for_each(|line| write(8, line));
            let check = CHECKS.iter().find(|(check, _)| *check == self.check).unwrap().1;
            let check = check.replace('@', &format!("{folder}/{name}%"));
            check.split_terminator(';').for_each(|line| write(8, line));
            write(4, "}");
        }
        write(0, "}");
        text.replace('%', &number.to_string())
    }

    /// Whether its check wants an answer.
    pub(super) fn talks(&self) -> bool {
        CHECKS.iter().any(|(name, text)| *name == self.check && text.contains("HTTP_GET"))
    }

    /// Where its real servers are as case `number`.
    pub(super) fn addresses(&self, number: usize) -> [IpAddr; 2] {
        let address = |server: &str| {
            let end = server.find([' ', ';']).unwrap_or(server.len());
            server[..end].replace('%', &number.to_string()).parse().unwrap()
        };
        [self.one, self.two].map(address)
    }
}

/// The number of the case that has the service.
pub(super) fn number_of(service: &ServiceKey) -> usize {
    let number = match service {
        ServiceKey::FirewallMark { mark, .. } => mark.get().to_string(),
        ServiceKey::Address { address, .. } => match address.ip() {
            // A range of a group counts in the last octet.
            IpAddr::V4(address) if address.octets()[0] == 10 => address.octets()[2].to_string(),
            IpAddr::V4(address) => address.octets()[3].to_string(),
            // Written as if it were decimal.
            IpAddr::V6(address) => format!("{:x}", address.segments()[2]),
        },
    };
    number.parse().unwrap()
}

/// The service in a line of `ipvsadm -Sn` or of its thresholds.
pub(super) fn service_of(line: &str) -> ServiceKey {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (kind, name) = if line.starts_with('-') { (words[1], words[2]) } else { (words[0], words[1]) };
    let address = || name.parse().unwrap();
    match kind {
        "-t" | "TCP" => ServiceKey::tcp(address()),
        "-u" | "UDP" => ServiceKey::udp(address()),
        "-f" | "FWM" => {
            // The family makes no difference to the number.
            ServiceKey::FirewallMark { mark: name.parse().unwrap(), family: AddressFamily::V4 }
        }
        _ => ServiceKey::Address { protocol: Protocol::Sctp, address: address() },
    }
}
