//! Everything but services and destinations.

use core::net::SocketAddr;
use core::time::Duration;
use std::process::Command as Process;
use std::time::Instant;

use ipvs_netlink::{
    Capabilities, Client, Command, DestinationChange, ForwardMethod, InterfaceName, Reason, ServiceChange,
    ServiceKey, Socket, SyncDaemon, SyncRole, Timeouts,
};

use crate::{address, destination, persistent, scheduler, tcp};

/// What `ipvsadm` prints, word by word; `None` if it is not installed.
fn ipvsadm(arguments: &[&str]) -> Option<Vec<String>> {
    let output = Process::new("ipvsadm").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).expect("text");
    Some(text.split_whitespace().map(str::to_owned).collect())
}

pub(crate) fn time_outs_are_what_ipvsadm_says(client: &mut Client<Socket>) {
    let before = client.timeouts().expect("readable");
    let some = Timeouts { tcp_s: Some(800), tcp_fin_s: None, udp_s: Some(250) };
    client.apply(&Command::SetTimeouts(some)).expect("set");
    let want = Timeouts { tcp_fin_s: before.tcp_fin_s, ..some };
    assert_eq!(client.timeouts(), Ok(want), "what is None stays");
    if let Some(words) = ipvsadm(&["-Ln", "--timeout"]) {
        let fin = want.tcp_fin_s.expect("the kernel has TCP").to_string();
        assert_eq!(words[words.len() - 3..], ["800".to_owned(), fin, "250".to_owned()]);
    }
    let endless = Timeouts { tcp_s: Some(u32::MAX), ..Timeouts::default() };
    let refused = client.apply(&Command::SetTimeouts(endless)).expect_err("too long");
    assert_eq!(refused.reason(), Some(Reason::InvalidTimeout), "{refused}");
    client.apply(&Command::SetTimeouts(before)).expect("set");
}

pub(crate) fn synchronization_threads_are_what_ipvsadm_says(client: &mut Client<Socket>) {
    let lo = || InterfaceName::new("lo").expect("a short name");
    assert_eq!(client.daemons(), Ok(Vec::new()));
    let master = SyncDaemon {
        sync_id: 7,
        max_len: Some(1400),
        group: Some([224, 0, 0, 99].into()),
        port: Some(8900),
        ttl: Some(3),
        ..SyncDaemon::new(SyncRole::Master, lo())
    };
    let backup = SyncDaemon { sync_id: 9, ..SyncDaemon::new(SyncRole::Backup, lo()) };
    client.apply(&Command::StartSync(master.clone())).expect("started");
    client.apply(&Command::StartSync(backup.clone())).expect("started");
    let running = client.daemons().expect("readable");
    assert_eq!(running[0], master);
    let said = &running[1];
    assert_eq!((said.role, said.sync_id, &said.interface), (SyncRole::Backup, 9, &lo()));
    // What was left open is the kernel's choice.
    assert_eq!((said.group, said.port, said.ttl), (Some([224, 0, 0, 81].into()), Some(8848), Some(1)));
    if let Some(words) = ipvsadm(&["-Ln", "--daemon"]) {
        let text = words.join(" ");
        assert!(
            text.contains(
                "master sync daemon (mcast=lo, syncid=7, maxlen=1400, group=224.0.0.99, port=8900, ttl=3)"
            ),
            "{text}"
        );
        assert!(text.contains("backup sync daemon (mcast=lo, syncid=9"), "{text}");
    }
    let reason = |result: Result<(), ipvs_netlink::Error>| result.err().and_then(|error| error.reason());
    assert_eq!(reason(client.apply(&Command::StartSync(master.clone()))), Some(Reason::SyncRunning));
    client.apply(&Command::StopSync(SyncRole::Master)).expect("stopped");
    client.apply(&Command::StopSync(SyncRole::Backup)).expect("stopped");
    assert_eq!(reason(client.apply(&Command::StopSync(SyncRole::Backup))), Some(Reason::SyncNotRunning));
    let nowhere = SyncDaemon::new(SyncRole::Master, InterfaceName::new("nowhere0").expect("a short name"));
    assert_eq!(reason(client.apply(&Command::StartSync(nowhere))), Some(Reason::NoSuchInterface));
    let unicast = SyncDaemon { group: Some([192, 0, 2, 1].into()), ..backup };
    assert_eq!(reason(client.apply(&Command::StartSync(unicast))), Some(Reason::InvalidSync));
    // A thread that is stopped before it ever ran: the kernel does not answer that.
    let began = Instant::now();
    let both =
        [Command::StartSync(SyncDaemon::new(SyncRole::Backup, lo())), Command::StopSync(SyncRole::Backup)];
    assert_eq!(client.apply_all(&both), [Ok(()), Ok(())]);
    assert!(began.elapsed() < Duration::from_secs(4), "no answer was waited for in vain");
    assert_eq!(client.daemons(), Ok(Vec::new()));
}

/// Two packets to two services of this machine count, until they are zeroed.
pub(crate) fn counters_are_zeroed_for_one_service_and_for_all(client: &mut Client<Socket>) {
    let keys = [4242_u16, 4243].map(|port| ServiceKey::udp(SocketAddr::from(([127, 0, 0, 1], port))));
    let server = std::net::UdpSocket::bind("127.0.0.1:0").expect("bound");
    let real = server.local_addr().expect("bound");
    for key in keys {
        let local = destination(ForwardMethod::Masquerade, 1);
        client.apply(&Command::NewService { key, service: scheduler("rr") }).expect("added");
        let new = Command::NewDestination { service: key, key: real.into(), destination: local };
        client.apply(&new).expect("added");
    }
    let sender = std::net::UdpSocket::bind("127.0.0.1:0").expect("bound");
    for port in [4242_u16, 4243] {
        sender.send_to(b"hello", ("127.0.0.1", port)).expect("sent");
    }
    let counted = |client: &mut Client<Socket>| {
        keys.map(|key| client.service(&key).expect("readable").expect("there").stats.packets_in)
    };
    // The kernel adds its processors' counters up every other second.
    let end = Instant::now() + Duration::from_secs(20);
    while counted(client) != [1, 1] && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(counted(client), [1, 1], "traffic moves the counters");
    let real_counted = client.destinations(&keys[0]).expect("readable");
    assert_eq!((real_counted[0].stats.packets_in, real_counted[0].inactive_connections), (1, 1));
    client.apply(&Command::ZeroService { key: keys[0] }).expect("zeroed");
    assert_eq!(counted(client), [0, 1]);
    client.apply(&Command::Zero).expect("zeroed");
    assert_eq!(counted(client), [0, 0]);
    client.apply(&Command::Flush).expect("emptied");
    let gone = client.apply(&Command::ZeroService { key: keys[0] }).expect_err("gone");
    assert_eq!(gone.reason(), Some(Reason::NoSuchService));
}

pub(crate) fn a_change_keeps_what_it_does_not_mention(client: &mut Client<Socket>) {
    let key = ServiceKey::udp(address("192.0.2.3:5060"));
    let sip = ipvs_netlink::Service {
        engine: Some("sip".parse().expect("a short name")),
        ..persistent("rr", 100, ipvs_netlink::Granularity::Host)
    };
    client.apply(&Command::NewService { key, service: sip.clone() }).expect("added");
    let wlc =
        ServiceChange { scheduler: Some("wlc".parse().expect("a short name")), ..ServiceChange::default() };
    client.change_service(key, wlc.clone()).expect("changed");
    let found = client.service(&key).expect("readable").expect("there").service;
    assert_eq!(found, ipvs_netlink::Service { scheduler: "wlc".parse().expect("a short name"), ..sip });

    let real = address("198.51.100.1:5060").into();
    let wanted = ipvs_netlink::Destination {
        upper_threshold: 9,
        lower_threshold: 4,
        ..destination(ForwardMethod::DirectRoute, 70_000)
    };
    client.apply(&Command::NewDestination { service: key, key: real, destination: wanted }).expect("added");
    let quiet = DestinationChange { weight: Some(0), ..DestinationChange::default() };
    client.change_destination(key, real, quiet).expect("changed");
    let found = client.destinations(&key).expect("readable")[0].destination;
    assert_eq!(found, ipvs_netlink::Destination { weight: 0, ..wanted });

    let absent = client.change_service(tcp("192.0.2.99:1"), wlc).expect_err("not there");
    assert!(matches!(absent, ipvs_netlink::Error::Absent { .. }), "{absent}");
    let absent =
        client.change_destination(key, address("198.51.100.9:1").into(), quiet).expect_err("not there");
    assert!(matches!(absent, ipvs_netlink::Error::Absent { .. }), "{absent}");
    client.apply(&Command::Flush).expect("emptied");
}

pub(crate) fn what_the_kernel_can_do_is_found_out_and_leaves_no_trace(client: &mut Client<Socket>) {
    let found = Capabilities::probe(client).expect("probed");
    println!("{found}");
    // User-Mode Linux 6.1 has every module but what came later.
    for name in ["rr", "wrr", "lc", "wlc", "fo", "ovf", "lblc", "lblcr", "dh", "sh", "mh", "sed", "nq"] {
        assert_eq!(found.scheduler(name), Some(true), "{name}");
    }
    assert_eq!((found.scheduler("twos"), found.scheduler("what")), (Some(false), None));
    assert!(found.engines[0].usable && found.wide_counters && found.gue && found.gre && found.mixed_families);
    assert!(found.to_string().contains("not twos: `modprobe ip_vs_twos`"));
    assert_eq!(client.services(), Ok(Vec::new()));
}
