//! What tshark says of frames.

use core::net::IpAddr;
use std::{collections::HashMap, fs, process::Command};

use crate::frames::Frame;

/// What VRRPv3 over IPv4 is summed over, as tshark is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Checksum {
    WithPseudoHeader,
    MessageOnly,
}

#[derive(Debug)]
pub(crate) struct Read {
    /// The fields in one line.
    pub said: String,
    pub addresses: Vec<IpAddr>,
    /// Remarks of experts, malformed parts, checksums that are not good.
    pub complaints: Vec<String>,
}

#[rustfmt::skip]
const FIELDS: &[&str] = &[
    "_ws.expert.message", "_ws.malformed", "ip.checksum.status", "vrrp.checksum.status", "icmpv6.checksum.status",
    "vlan.id", "ip.src", "ip.dst", "ip.ttl", "ip.dsfield", "ipv6.src", "ipv6.dst", "ipv6.hlim", "ipv6.tclass",
    "vrrp.version", "vrrp.type", "vrrp.virt_rtr_id", "vrrp.prio", "vrrp.addr_count", "vrrp.adver_int",
    "vrrp.short_adver_int", "vrrp.auth_type", "vrrp.auth_string", "vrrp.ip_addr", "vrrp.ipv6_addr",
    "ah.sequence", "ah.spi",
    "arp.opcode", "arp.isgratuitous", "arp.src.hw_mac", "arp.src.proto_ipv4",
    "icmpv6.type", "icmpv6.nd.na.flag.r", "icmpv6.nd.na.flag.s", "icmpv6.nd.na.flag.o",
    "icmpv6.nd.na.target_address", "icmpv6.opt.linkaddr",
];

/// Whether there is a tshark; says that the test is skipped if not.
pub(crate) fn tshark_is_there(test: &str) -> bool {
    let found = Command::new("tshark").arg("--version").output().is_ok();
    if !found {
        println!("SKIPPED {test}: needs tshark");
    }
    found
}

/// Has tshark read the frames, in the order of a capture file.
pub(crate) fn read(frames: &[Frame], checksum: Checksum) -> Vec<Read> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("frames.pcap");
    fs::write(&file, capture_file(frames)).unwrap();
    let as_in_v2 = if checksum == Checksum::MessageOnly { "TRUE" } else { "FALSE" };
    let mut tshark = Command::new("tshark");
    tshark.args(["-n", "-T", "fields", "-E", "separator=|", "-o", "ip.check_checksum:TRUE", "-o"]);
    tshark.arg(format!("vrrp.v3_checksum_as_in_v2:{as_in_v2}")).arg("-r").arg(file);
    for field in FIELDS {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(line).collect()
}

/// The classic format: 24 octets of header, 16 before each frame.
fn capture_file(frames: &[Frame]) -> Vec<u8> {
    const ETHERNET: u32 = 1;
    let mut file = Vec::new();
    let mut put = |words: &[u32], octets: &[u8]| {
        words.iter().for_each(|word| file.extend(word.to_be_bytes()));
        file.extend(octets);
    };
    put(&[0xa1b2_c3d4, 0x0002_0004, 0, 0, 0xffff, ETHERNET], &[]);
    for frame in frames {
        let len = u32::try_from(frame.octets.len()).unwrap();
        put(&[0, 0, len, len], &frame.octets);
    }
    file
}

fn line(line: &str) -> Read {
    let fields: HashMap<&str, &str> = FIELDS.iter().copied().zip(line.split('|')).collect();
    assert_eq!(fields.len(), line.split('|').count(), "{line}");
    let get = |name: &str| fields.get(name).copied().filter(|text| !text.is_empty());
    let mut complaints: Vec<String> = ["_ws.expert.message", "_ws.malformed"]
        .iter()
        .filter_map(|name| get(name))
        .map(str::to_owned)
        .collect();
    for name in ["ip.checksum.status", "vrrp.checksum.status", "icmpv6.checksum.status"] {
        // 1 is good, 0 bad, 2 not looked at.
        complaints.extend(get(name).filter(|status| *status != "1").map(|status| format!("{name} {status}")));
    }
    let lists = ["vrrp.ip_addr", "vrrp.ipv6_addr"].into_iter().filter_map(get);
    let addresses = lists.flat_map(|list| list.split(',')).map(|address| address.parse().unwrap()).collect();

    let mut said = Vec::new();
    let mut say = |words: &str, names: &[&str]| {
        let found: Option<Vec<&str>> = names.iter().map(|name| get(name)).collect();
        let Some(found) = found else { return };
        let mut values = found.into_iter();
        let filled = words.split('_').enumerate().map(|(index, word)| match index {
            0 => word.to_owned(),
            _ => format!("{}{word}", values.next().unwrap()),
        });
        said.push(filled.collect::<String>());
    };
    say("vlan _", &["vlan.id"]);
    say("_ > _ ttl _ tos _", &["ip.src", "ip.dst", "ip.ttl", "ip.dsfield"]);
    say("_ > _ ttl _ tos _", &["ipv6.src", "ipv6.dst", "ipv6.hlim", "ipv6.tclass"]);
    say("v_ type _ vrid _ prio _", &["vrrp.version", "vrrp.type", "vrrp.virt_rtr_id", "vrrp.prio"]);
    say("int _ auth _", &["vrrp.adver_int", "vrrp.auth_type"]);
    say("_", &["vrrp.auth_string"]);
    say("ah _ from _", &["ah.sequence", "ah.spi"]);
    say("int _", &["vrrp.short_adver_int"]);
    say("addrs _", &["vrrp.addr_count"]);
    let arp = ["arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4"];
    match get("arp.isgratuitous") {
        Some("1" | "True") => say("arp _ gratuitous _ is _", &arp),
        _ => say("arp _ _ is _", &arp),
    }
    if get("icmpv6.type") == Some("136") {
        let flag = |name: &str, set: bool| if set { name.to_owned() } else { format!("{name}-") };
        let is_set = |name: &str| matches!(get(name), Some("1" | "True"));
        let words = [
            flag("router", is_set("icmpv6.nd.na.flag.r")),
            flag("solicited", is_set("icmpv6.nd.na.flag.s")),
            flag("override", is_set("icmpv6.nd.na.flag.o")),
        ];
        let words = format!("na {} _ is _", words.join(" "));
        say(&words, &["icmpv6.opt.linkaddr", "icmpv6.nd.na.target_address"]);
    }
    Read { said: said.join(" "), addresses, complaints }
}
