//! Against a real kernel: what it holds afterwards is read back, and compared with `ipvsadm`.
//!
//! Needs the module `ip_vs` loaded and the right to change the table, and empties that table.
//! So that it never empties one that is in use, it runs only where the table is empty.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod around;
mod drivers;
mod reconcile;
mod settings;

use core::net::SocketAddr;
use core::num::{NonZeroU16, NonZeroU32};
use std::process::Command as Process;

use ipvs_netlink::{
    AddressFamily, Client, Command, Destination, DestinationKey, ForwardMethod, Granularity, Persistence,
    Reason, SchedulerFlags, Scope, Service, ServiceKey, Socket, Table, Tunnel, TunnelFlags, plan,
};

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address with its port")
}

fn tcp(text: &str) -> ServiceKey {
    ServiceKey::tcp(address(text))
}

fn mark(mark: u32, family: AddressFamily) -> ServiceKey {
    ServiceKey::FirewallMark { mark: NonZeroU32::new(mark).expect("not 0"), family }
}

fn scheduler(name: &str) -> Service {
    Service::new(name.parse().expect("a short name"))
}

fn persistent(name: &str, timeout_s: u32, granularity: Granularity) -> Service {
    Service { persistence: Some(Persistence { timeout_s, granularity }), ..scheduler(name) }
}

fn destination(forward: ForwardMethod, weight: u32) -> Destination {
    Destination { weight, ..Destination::new(forward) }
}

/// What `ipvsadm -Sn` prints, its lines sorted; `None` if it is not installed.
fn ipvsadm() -> Option<Vec<String>> {
    let output = Process::new("ipvsadm").arg("-Sn").output().ok()?;
    let text = String::from_utf8(output.stdout).expect("text");
    let mut lines: Vec<_> = text.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.sort();
    Some(lines)
}

/// Both families, marks, every way to forward.
fn wanted() -> Table {
    let mut table = Table::new();
    let gue = Tunnel::Gue { port: NonZeroU16::new(6080).expect("not 0"), checksum: TunnelFlags::NONE };
    let gre = Tunnel::Gre { checksum: TunnelFlags::CHECKSUM };
    let web = tcp("192.0.2.1:80");
    table.insert(web, scheduler("wrr"));
    let dns = ServiceKey::udp(address("[2001:db8::1]:53"));
    let fallback = Service {
        scheduler_flags: SchedulerFlags::SH_FALLBACK.union(SchedulerFlags::SH_PORT),
        ..persistent("sh", 600, Granularity::V6(64))
    };
    table.insert(dns, fallback);
    table.insert(
        mark(7, AddressFamily::V4),
        Service { one_packet: true, ..persistent("rr", 300, Granularity::V4([255, 255, 255, 0].into())) },
    );
    table.insert(mark(7, AddressFamily::V6), scheduler("lc"));
    let sip = ServiceKey::udp(address("192.0.2.3:5060"));
    table.insert(
        sip,
        Service {
            engine: Some("sip".parse().expect("a short name")),
            one_packet: true,
            ..persistent("rr", 100, Granularity::Host)
        },
    );
    let thresholds = Destination {
        upper_threshold: 100,
        lower_threshold: 50,
        ..destination(ForwardMethod::Masquerade, 3)
    };
    #[rustfmt::skip]
    let destinations = [
        (web, "198.51.100.1:8080", thresholds),
        (web, "198.51.100.2:80", destination(ForwardMethod::DirectRoute, 0)),
        (web, "198.51.100.3:80", destination(ForwardMethod::Tunnel(Tunnel::Ipip), 70_000)),
        (web, "198.51.100.4:80", destination(ForwardMethod::Tunnel(gue), 1)),
        (web, "[2001:db8::9]:80", destination(ForwardMethod::Tunnel(Tunnel::Ipip), 1)),
        (dns, "[2001:db8::11]:53", destination(ForwardMethod::Masquerade, 1)),
        (dns, "[2001:db8::12]:53", destination(ForwardMethod::DirectRoute, 2)),
        (mark(7, AddressFamily::V4), "198.51.100.5:0", destination(ForwardMethod::Tunnel(gre), 1)),
        (mark(7, AddressFamily::V6), "[2001:db8::13]:0", destination(ForwardMethod::DirectRoute, 1)),
    ];
    for (service, to, destination) in destinations {
        assert!(table.insert_destination(service, address(to).into(), destination));
    }
    table
}

/// The same as [`wanted`], in the words of ipvsadm 1.31, sorted. Thresholds are not among them.
const SAVED: &[&str] = &[
    "-A -f 7 -6 -s lc",
    "-A -f 7 -s rr -p 300 -M 255.255.255.0 -o",
    "-A -t 192.0.2.1:80 -s wrr",
    "-A -u 192.0.2.3:5060 -s rr -p 100 --pe sip -o",
    "-A -u [2001:db8::1]:53 -s sh -p 600 -M 64 -b sh-fallback,sh-port",
    "-a -f 7 -6 -r [2001:db8::13]:0 -g -w 1",
    "-a -f 7 -r 198.51.100.5:0 -i -w 1 --tun-type gre --tun-csum",
    "-a -t 192.0.2.1:80 -r 198.51.100.1:8080 -m -w 3",
    "-a -t 192.0.2.1:80 -r 198.51.100.2:80 -g -w 0",
    "-a -t 192.0.2.1:80 -r 198.51.100.3:80 -i -w 70000 --tun-type ipip",
    "-a -t 192.0.2.1:80 -r 198.51.100.4:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum",
    "-a -t 192.0.2.1:80 -r [2001:db8::9]:80 -i -w 1 --tun-type ipip",
    "-a -u [2001:db8::1]:53 -r [2001:db8::11]:53 -m -w 1",
    "-a -u [2001:db8::1]:53 -r [2001:db8::12]:53 -g -w 2",
];

fn all_ok(results: Vec<Result<(), ipvs_netlink::Error>>) {
    let bad: Vec<_> = results.into_iter().enumerate().filter(|(_, result)| result.is_err()).collect();
    assert!(bad.is_empty(), "{bad:?}");
}

fn plan_makes_the_kernel_hold_what_is_wanted(client: &mut Client<Socket>) {
    let wanted = wanted();
    let commands = plan(&client.table().expect("readable"), &wanted, &Scope::everything());
    all_ok(client.apply_all(&commands));
    let held = client.table().expect("readable");
    assert_eq!(held, wanted);
    assert_eq!(plan(&held, &wanted, &Scope::everything()), []);
    match ipvsadm() {
        Some(lines) => assert_eq!(lines, SAVED),
        None => println!("SKIPPED comparison: needs ipvsadm"),
    }
}

fn what_ipvsadm_restores_from_its_own_text_is_the_same_table(client: &mut Client<Socket>) {
    let Some(before) = ipvsadm() else { return };
    let ours = client.table().expect("readable");
    client.apply(&Command::Flush).expect("emptied");
    assert_eq!(client.services().expect("an empty table is Ok"), []);
    for line in &before {
        let status = Process::new("ipvsadm").args(line.split_whitespace()).status().expect("ipvsadm runs");
        assert!(status.success(), "{line}");
    }
    let theirs = client.table().expect("readable");
    let differing = plan(&theirs, &ours, &Scope::everything());
    println!("ipvsadm -Sn loses: {differing:?}");
    // Thresholds are in no option that -S prints; everything else must agree.
    for command in &differing {
        let Command::SetDestination { destination, .. } = command else { panic!("{command:?}") };
        assert!(destination.upper_threshold > 0, "{command:?}");
    }
    all_ok(client.apply_all(&differing));
    assert_eq!(client.table().expect("readable"), ours);
}

fn changes_are_seen_and_keys_alone_delete(client: &mut Client<Socket>) {
    let web = tcp("192.0.2.1:80");
    client.apply(&Command::SetService { key: web, service: scheduler("wlc") }).expect("changed");
    let found = client.service(&web).expect("readable").expect("there");
    assert_eq!(found.service, scheduler("wlc"));
    // HASHED (2) is the kernel's.
    assert_eq!(found.flags & 0x2, 0x2);
    let key = DestinationKey::new(address("198.51.100.2:80"));
    let quiet = destination(ForwardMethod::Masquerade, 9);
    client.apply(&Command::SetDestination { service: web, key, destination: quiet }).expect("changed");
    let all = client.destinations(&web).expect("readable");
    assert_eq!(all.iter().find(|found| found.key == key).expect("there").destination, quiet);
    client.apply(&Command::DeleteDestination { service: web, key }).expect("deleted");
    assert_eq!(client.destinations(&web).expect("readable").len(), all.len() - 1);
    client.apply(&Command::DeleteService { key: web }).expect("deleted");
    assert_eq!(client.service(&web).expect("readable"), None);
    assert_eq!(client.destinations(&web).expect("no service, no destinations"), []);
}

fn refusals_have_their_reason(client: &mut Client<Socket>) {
    let (web, ghost) = (tcp("192.0.2.9:80"), tcp("192.0.2.10:80"));
    let (key, other) =
        (DestinationKey::new(address("198.51.100.1:80")), DestinationKey::new(address("198.51.100.2:80")));
    let route = destination(ForwardMethod::DirectRoute, 1);
    let heavy = destination(ForwardMethod::DirectRoute, 1 << 31);
    let reversed = Destination { upper_threshold: 1, lower_threshold: 2, ..route };
    let mixed = DestinationKey::new(address("[2001:db8::1]:80"));
    let new = |key, name| Command::NewService { key, service: scheduler(name) };
    let add = |service, key, destination| Command::NewDestination { service, key, destination };
    let set = |service, key, destination| Command::SetDestination { service, key, destination };
    #[rustfmt::skip]
    let cases = [
        (new(web, "rr"), None),
        (new(web, "rr"), Some(Reason::ServiceExists)),
        (new(ghost, "no-such"), Some(Reason::NoSuchModule)),
        (Command::SetService { key: ghost, service: scheduler("rr") }, Some(Reason::NoSuchService)),
        (Command::DeleteService { key: ghost }, Some(Reason::NoSuchService)),
        (add(ghost, key, route), Some(Reason::NoSuchService)),
        (add(web, key, route), None),
        (add(web, key, route), Some(Reason::DestinationExists)),
        (set(web, other, route), Some(Reason::NoSuchDestination)),
        (Command::DeleteDestination { service: web, key: other }, Some(Reason::NoSuchDestination)),
        (add(web, other, heavy), Some(Reason::OutOfRange)),
        (add(web, other, reversed), Some(Reason::OutOfRange)),
        (add(web, mixed, route), Some(Reason::InvalidDestination)),
        (Command::DeleteService { key: web }, None),
    ];
    let commands: Vec<_> = cases.iter().map(|(command, _)| command.clone()).collect();
    for ((command, want), result) in cases.iter().zip(client.apply_all(&commands)) {
        let reason = result.as_ref().err().and_then(ipvs_netlink::Error::reason);
        assert_eq!(reason, *want, "{command:?}: {result:?}");
        if let Err(error) = result {
            println!("{error}");
        }
    }
}

fn each_of_300_results_belongs_to_its_command(client: &mut Client<Socket>) {
    let key = |number: u16| tcp(&format!("192.0.2.1:{number}"));
    let new = |number| Command::NewService { key: key(number), service: scheduler("rr") };
    let fallible: Vec<_> = (1..=300).map(|number| if number % 7 == 0 { 1 } else { number }).collect();
    let commands: Vec<_> = fallible.iter().copied().map(new).collect();
    let results = client.apply_all(&commands);
    assert_eq!(results.len(), 300);
    for (index, result) in results.iter().enumerate() {
        let reason = result.as_ref().err().and_then(ipvs_netlink::Error::reason);
        let want = if (index + 1) % 7 == 0 { Some(Reason::ServiceExists) } else { None };
        assert_eq!(reason, want, "command {index}");
    }
    // All of them fail: 300 answers, none lost.
    let again = client.apply_all(&commands);
    assert!(again.iter().all(|result| {
        result.as_ref().err().and_then(ipvs_netlink::Error::reason) == Some(Reason::ServiceExists)
    }));
    assert_eq!(client.services().expect("readable").len(), 300 - 300 / 7);
    let foreign =
        plan(&client.table().expect("readable"), &Table::new(), &Scope::nothing().with_service(key(1)));
    assert_eq!(foreign, [Command::DeleteService { key: key(1) }]);
    client.apply(&Command::Flush).expect("emptied");
}

/// Why the test cannot run here, if it cannot.
fn opened() -> Result<Client<Socket>, String> {
    let mut client = Client::open().map_err(|error| format!("needs ip_vs in the kernel: {error}"))?;
    match client.services() {
        Ok(services) if services.is_empty() => Ok(client),
        Ok(_) => Err("needs an empty IPVS table".to_owned()),
        Err(error) => Err(format!("needs ip_vs in the kernel: {error}")),
    }
}

/// One test, since there is one table.
#[test]
fn the_kernel_and_ipvsadm_agree_with_us() {
    let mut client = match opened() {
        Ok(client) => client,
        Err(why) => return println!("SKIPPED the_kernel_and_ipvsadm_agree_with_us: {why}"),
    };
    println!("{:?}", client.info().expect("readable"));
    plan_makes_the_kernel_hold_what_is_wanted(&mut client);
    what_ipvsadm_restores_from_its_own_text_is_the_same_table(&mut client);
    changes_are_seen_and_keys_alone_delete(&mut client);
    client.apply(&Command::Flush).expect("emptied");
    refusals_have_their_reason(&mut client);
    each_of_300_results_belongs_to_its_command(&mut client);
    around::time_outs_are_what_ipvsadm_says(&mut client);
    around::synchronization_threads_are_what_ipvsadm_says(&mut client);
    around::counters_are_zeroed_for_one_service_and_for_all(&mut client);
    around::a_change_keeps_what_it_does_not_mention(&mut client);
    around::what_the_kernel_can_do_is_found_out_and_leaves_no_trace(&mut client);
    settings::settings_are_read(&mut client);
    settings::a_udp_sender_loses_its_service_with_its_server_unless_told_otherwise(&mut client);
    drivers::the_kernels_own_words_come_through(&mut client);
    drivers::an_event_loop_never_waits(&mut client);
    drivers::tokio_may_be_cancelled();
    drivers::another_namespace_has_another_table_and_our_thread_stays(&mut client);
    drivers::a_recording_answers_as_the_kernel_did();
    reconcile::a_drain_ends_with_its_connection_which_never_broke(&mut client);
    reconcile::a_second_writer_makes_a_key_contended_and_not_a_war(&mut client);
    drivers::a_table_that_changes_is_read_again(&mut client);
    client.apply(&Command::Flush).expect("emptied");
}
