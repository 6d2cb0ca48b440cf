//! The laboratory against the kernel it runs on.

#![expect(clippy::unwrap_used, reason = "the functions below belong to tests too")]

use core::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};
use std::{
    fs::{self, File},
    net::UdpSocket,
    process::{Command, Stdio},
};

use netlab::{EventKind, Isolation, Lan, Mac, Namespace, Node, now, with_namespaces};
use nix::sys::signal::Signal;

const PATIENCE: Duration = Duration::from_secs(5);

/// Starts a shell that runs `script` in `namespace`, with its output in a pipe.
fn shell(namespace: &Namespace, script: &str, isolation: &Isolation) -> Node {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).stdout(Stdio::piped());
    namespace.spawn(&mut command, isolation).unwrap()
}

/// Waits for the end of a [`shell`] and takes its output.
fn output(mut node: Node) -> String {
    assert!(node.wait(PATIENCE).unwrap().is_some(), "the shell ends");
    let mut text = String::new();
    std::io::Read::read_to_string(node.child().stdout.as_mut().unwrap(), &mut text).unwrap();
    text
}

#[test]
fn two_hosts_of_a_lan_talk_over_udp() {
    with_namespaces(|| {
        let lan = Lan::new(2).unwrap();
        let answers = lan.node(2).unwrap().run(|| UdpSocket::bind("10.77.0.2:7")).unwrap().unwrap();
        answers.set_read_timeout(Some(PATIENCE)).unwrap();
        let asks = lan.node(1).unwrap().run(|| UdpSocket::bind("0.0.0.0:0")).unwrap().unwrap();
        asks.set_read_timeout(Some(PATIENCE)).unwrap();
        asks.send_to(b"ping", "10.77.0.2:7").unwrap();
        let mut buffer = [0; 16];
        let (length, from) = answers.recv_from(&mut buffer).unwrap();
        assert_eq!((&buffer[..length], from.ip()), (&b"ping"[..], IpAddr::V4(Lan::address(1))));
        answers.send_to(b"pong", from).unwrap();
        assert_eq!(asks.recv(&mut buffer).unwrap(), 4);
    });
}

#[test]
fn the_sniffer_stamps_an_arp_between_before_and_after() {
    with_namespaces(|| {
        let lan = Lan::new(2).unwrap();
        let sniffer = lan.sniffer().unwrap();
        let node = lan.node(1).unwrap();
        node.sysctl("ipv4.conf.eth0.arp_notify", "1").unwrap();
        node.add_address("eth0", IpAddr::from([10, 77, 0, 100]), 24).unwrap();
        let before = now();
        // With arp_notify the kernel announces its addresses when their place changes.
        let mac = Mac::new([2, 0, 0, 0, 0, 1]);
        node.set_mac("eth0", mac).unwrap();
        let event = sniffer.wait_for(PATIENCE, |events| {
            let virtual_address = Ipv4Addr::new(10, 77, 0, 100);
            let ours = |arp: &netlab::Arp| arp.sender == virtual_address;
            events.iter().find(|event| event.gratuitous_arp().is_some_and(ours)).cloned()
        });
        let event = event.expect("a gratuitous ARP");
        assert!(before <= event.time && event.time <= now(), "{event:?}");
        assert_eq!(event.source_mac, mac);
        assert_eq!(sniffer.lost(), 0);
    });
}

#[test]
fn the_sniffer_hears_who_asks_whom() {
    with_namespaces(|| {
        let lan = Lan::with_hosts("lan0", &[1, 7]).unwrap();
        assert_eq!(lan.interface(), "lan0");
        let sniffer = lan.sniffer().unwrap();
        let socket = lan.node(7).unwrap().run(|| UdpSocket::bind("0.0.0.0:0")).unwrap().unwrap();
        socket.send_to(b"x", "10.77.0.1:9").unwrap();
        let operations = sniffer.wait_for(PATIENCE, |events| {
            let of = |event: &netlab::Event| match event.kind {
                EventKind::Arp(arp) => Some((arp.operation, arp.sender, arp.target)),
                EventKind::Advert(_) | EventKind::NeighborAdvert(_) | _ => None,
            };
            let all: Vec<_> = events.iter().filter_map(of).collect();
            // The answer is unicast: heard because the bridge listens to everything.
            (all.len() >= 2).then_some(all)
        });
        let (asker, asked) = (Lan::address(7), Lan::address(1));
        assert_eq!(
            operations.expect("a question and its answer")[..2],
            [(1, asker, asked), (2, asked, asker)]
        );
    });
}

#[test]
fn addresses_come_and_go_with_prefix_and_label() {
    with_namespaces(|| {
        let lan = Lan::new(1).unwrap();
        let node = lan.node(1).unwrap();
        let (four, six) = ("10.77.0.100".parse().unwrap(), "fd00::100".parse().unwrap());
        node.add_address("eth0", four, 32).unwrap();
        node.add_address("eth0", six, 64).unwrap();
        let all = node.addresses().unwrap();
        let found = all.iter().find(|found| found.address == four).unwrap();
        assert_eq!((found.interface.as_str(), found.prefix_len), ("eth0", 32));
        assert_eq!((found.label.as_deref(), found.scope), (Some("eth0"), 0));
        assert!(node.owns(six).unwrap());
        node.delete_address("eth0", four, 32).unwrap();
        assert!(!node.owns(four).unwrap());
        assert!(node.owns(IpAddr::V4(Lan::address(1))).unwrap());
        let again = node.delete_address("eth0", four, 32).unwrap_err().to_string();
        assert!(again.contains("delete an address of eth0"), "{again}");
        assert!(node.add_address("eth9", four, 32).is_err());
    });
}

#[test]
fn links_tell_their_kind_address_and_carrier() {
    with_namespaces(|| {
        let lan = Lan::new(1).unwrap();
        let node = lan.node(1).unwrap();
        let mac = Mac::new([2, 0, 0, 0, 0, 1]);
        node.set_mac("eth0", mac).unwrap();
        let link = node.link("eth0").unwrap();
        assert_eq!((link.mac, link.kind.as_deref()), (Some(mac), Some("veth")));
        assert!(link.up && link.carrier);
        lan.unplug(1).unwrap();
        let link = node.link("eth0").unwrap();
        assert!(link.up && !link.carrier, "{link:?}");
        lan.plug(1).unwrap();
        assert!(node.link("eth0").unwrap().carrier);
        assert_eq!(lan.bridge().link(Lan::BRIDGE).unwrap().kind.as_deref(), Some("bridge"));
        node.delete_link("eth0").unwrap();
        assert!(lan.bridge().link("p1").is_err(), "the other end goes too");
    });
}

#[test]
fn a_node_has_its_own_network_and_the_machines_files() {
    with_namespaces(|| {
        let namespace = Namespace::new().unwrap();
        let node = shell(&namespace, "cat /proc/net/dev; echo $0", &Isolation::none());
        let text = output(node);
        assert!(text.contains("lo:") && !text.contains("eth0:"), "{text}");
        let done = namespace.output(Command::new("/bin/cat").arg("/proc/net/dev")).unwrap();
        assert_eq!(String::from_utf8_lossy(&done.stdout).lines().count(), 3);
    });
}

#[test]
fn a_private_tmp_hides_what_is_there_and_keeps_what_is_asked_for() {
    with_namespaces(|| {
        let folder = std::env::temp_dir().join(format!("netlab-{}", std::process::id()));
        fs::create_dir_all(folder.join("kept")).unwrap();
        fs::write(folder.join("kept/file"), "content\n").unwrap();
        File::create(folder.join("hidden")).unwrap();
        let namespace = Namespace::new().unwrap();
        let isolation = Isolation::own_tmp().keep(folder.join("kept")).keep(folder.join("kept/file"));
        let script = format!(
            "cd {}; echo * */*; cat kept/file; : > /tmp/made; : > /run/made; ls /run",
            folder.display()
        );
        let text = output(shell(&namespace, &script, &isolation));
        assert_eq!(text, "kept kept/file\ncontent\nmade\n");
        assert!(!std::path::Path::new("/tmp/made").exists());
        assert!(!std::path::Path::new("/run/made").exists());
        fs::remove_dir_all(folder).unwrap();
    });
}

#[test]
fn a_program_from_the_private_folder_still_starts() {
    with_namespaces(|| {
        let folder = std::env::temp_dir().join(format!("netlab-bin-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::copy("/bin/true", folder.join("program")).unwrap();
        let namespace = Namespace::new().unwrap();
        let mut node =
            namespace.spawn(&mut Command::new(folder.join("program")), &Isolation::own_tmp()).unwrap();
        assert!(node.wait(PATIENCE).unwrap().unwrap().success());
        fs::remove_dir_all(folder).unwrap();
    });
}

#[test]
fn a_dropped_node_leaves_no_process_behind() {
    with_namespaces(|| {
        let namespace = Namespace::new().unwrap();
        // The grandchild detaches itself, as a daemon does.
        let script = "setsid sleep 1000 & setsid sh -c 'sleep 1000 & sleep 1000' & echo; wait";
        let node = shell(&namespace, script, &Isolation::none());
        let deadline = now() + PATIENCE;
        while node.processes().unwrap().len() < 5 {
            assert!(now() < deadline, "{:?}", node.processes());
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(node);
        assert_eq!(namespace.processes().unwrap(), []);
    });
}

#[test]
fn a_crash_gives_nobody_the_time_to_say_good_bye() {
    with_namespaces(|| {
        let namespace = Namespace::new().unwrap();
        let folder = std::env::temp_dir().join(format!("netlab-crash-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        // The parent notices its child's death, as a supervisor does.
        let script = format!(": > {0}/ready; sleep 1000; : > {0}/noticed", folder.display());
        let mut node = shell(&namespace, &script, &Isolation::none());
        let deadline = now() + PATIENCE;
        while node.processes().unwrap().len() < 2 {
            assert!(now() < deadline);
            std::thread::sleep(Duration::from_millis(5));
        }
        node.crash().unwrap();
        assert!(folder.join("ready").exists() && !folder.join("noticed").exists());
        assert_eq!(node.processes().unwrap(), []);
        fs::remove_dir_all(folder).unwrap();
    });
}

#[test]
fn a_signal_reaches_the_program_and_a_frozen_one_hears_it_later() {
    with_namespaces(|| {
        let namespace = Namespace::new().unwrap();
        let script = "trap 'exit 7' TERM; echo; while :; do sleep 0.01; done";
        let mut node = shell(&namespace, script, &Isolation::none());
        let mut line = [0];
        std::io::Read::read_exact(node.child().stdout.as_mut().unwrap(), &mut line).unwrap();
        node.freeze().unwrap();
        node.signal(Signal::SIGTERM).unwrap();
        assert_eq!(node.wait(Duration::from_millis(100)).unwrap(), None);
        node.thaw().unwrap();
        assert_eq!(node.wait(PATIENCE).unwrap().unwrap().code(), Some(7));
        node.signal(Signal::SIGTERM).expect("nobody is left to signal");
    });
}

#[test]
fn a_host_of_two_lans_joins_them_for_those_that_have_a_route() {
    with_namespaces(|| {
        let front = Lan::new(2).unwrap();
        let back = Lan::in_network([10, 78, 0], "eth0", &[7]).unwrap();
        let router = front.node(1).unwrap();
        back.join(1, router, "eth1").unwrap();
        router.sysctl("ipv4.ip_forward", "1").unwrap();
        let (near, far) = (front.node(2).unwrap(), back.node(7).unwrap());
        let refused =
            near.run(|| UdpSocket::bind("10.77.0.2:7").unwrap().send_to(b"x", "10.78.0.7:7")).unwrap();
        assert!(refused.is_err(), "there is no route yet");
        near.add_route([10, 78, 0, 0].into(), 24, front.address_of(1).into()).unwrap();
        far.add_default_route(back.address_of(1).into()).unwrap();
        let again = far.add_default_route(back.address_of(1).into()).unwrap_err().to_string();
        assert!(again.contains("add the route 0.0.0.0/0 via 10.78.0.1"), "{again}");
        let answers = far.run(|| UdpSocket::bind("10.78.0.7:7")).unwrap().unwrap();
        answers.set_read_timeout(Some(PATIENCE)).unwrap();
        let asks = near.run(|| UdpSocket::bind("10.77.0.2:7")).unwrap().unwrap();
        asks.set_read_timeout(Some(PATIENCE)).unwrap();
        asks.send_to(b"ping", "10.78.0.7:7").unwrap();
        let mut buffer = [0; 16];
        let (length, from) = answers.recv_from(&mut buffer).unwrap();
        assert_eq!((&buffer[..length], from.ip()), (&b"ping"[..], IpAddr::V4(Lan::address(2))));
        answers.send_to(b"pong", from).unwrap();
        assert_eq!(asks.recv(&mut buffer).unwrap(), 4);
        assert!(matches!(back.node(1), Err(netlab::LabError::NoHost(1))), "it only joined");
    });
}

#[test]
fn the_orphans_of_a_crash_are_not_woken_by_it() {
    with_namespaces(|| {
        let (namespace, folder) = (Namespace::new().unwrap(), std::env::temp_dir());
        let told = folder.join(format!("netlab-crash-{}", std::process::id()));
        let _ = fs::remove_file(&told);
        // A child that would tell of being hung up, which is what becomes of stopped orphans.
        let script = format!("(trap 'echo woken >{}' HUP; while :; do sleep 1; done) & wait", told.display());
        let mut command = Command::new("/bin/sh");
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut node = namespace.spawn(command.args(["-c", &script]), &Isolation::none()).unwrap();
        let deadline = std::time::Instant::now() + PATIENCE;
        while node.processes().unwrap().len() < 3 && std::time::Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        node.crash().unwrap();
        assert!(!told.exists(), "nobody of the node lived to tell");
    });
}
