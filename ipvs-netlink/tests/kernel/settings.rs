//! Settings of the kernel, and what the advice about them says will happen.

use core::net::SocketAddr;
use core::time::Duration;
use std::fs;
use std::net::UdpSocket;

use ipvs_netlink::{Client, Command, Facts, ForwardMethod, ServiceKey, Settings, Socket, advise};

use crate::{address, destination, scheduler};

pub(crate) fn settings_are_read(client: &mut Client<Socket>) {
    let settings = Settings::read();
    assert!(settings.number("net.ipv4.vs.conn_reuse_mode").is_some(), "{settings:?}");
    assert!(settings.number("net.ipv4.ip_forward").is_some());
    let key = ServiceKey::udp(address("192.0.2.1:53"));
    client.apply(&Command::NewService { key, service: scheduler("rr") }).expect("added");
    let table = client.table().expect("readable");
    let advice = advise(&Facts { settings, table: Some(&table), ..Facts::default() });
    for advice in &advice {
        println!("{advice}");
    }
    assert!(advice.iter().any(|advice| advice.setting == "net.ipv4.vs.expire_nodest_conn"), "off by default");
    client.apply(&Command::Flush).expect("emptied");
}

/// A sender that keeps its port, whose only server goes and another comes.
fn reaches_the_next_server(client: &mut Client<Socket>, port: u16) -> bool {
    let (service, to) =
        (ServiceKey::udp(([127, 0, 0, 1], port).into()), SocketAddr::from(([127, 0, 0, 1], port)));
    let [first, second] = [(), ()].map(|()| {
        let server = UdpSocket::bind("127.0.0.1:0").expect("bound");
        server.set_read_timeout(Some(Duration::from_millis(50))).expect("set");
        server
    });
    let [one, two] = [&first, &second].map(|server| server.local_addr().expect("bound").into());
    let forward = destination(ForwardMethod::Masquerade, 1);
    let add = |key| Command::NewDestination { service, key, destination: forward };
    client.apply(&Command::NewService { key: service, service: scheduler("rr") }).expect("added");
    client.apply(&add(one)).expect("added");
    let sender = UdpSocket::bind("127.0.0.1:0").expect("bound");
    sender.send_to(b"hello", to).expect("sent");
    first.recv(&mut [0; 8]).expect("the first server has it");
    client.apply(&Command::DeleteDestination { service, key: one }).expect("deleted");
    client.apply(&add(two)).expect("added");
    (0..10).any(|_| {
        // A packet that IPVS drops is an error to a sender of this machine.
        let sent = sender.send_to(b"hello", to);
        sent.is_ok() && second.recv(&mut [0; 8]).is_ok()
    })
}

/// What the advice about `expire_nodest_conn` says.
pub(crate) fn a_udp_sender_loses_its_service_with_its_server_unless_told_otherwise(
    client: &mut Client<Socket>,
) {
    const SETTING: &str = "/proc/sys/net/ipv4/vs/expire_nodest_conn";
    assert!(!reaches_the_next_server(client, 4260));
    fs::write(SETTING, "1").expect("set");
    assert!(reaches_the_next_server(client, 4261));
    fs::write(SETTING, "0").expect("set");
    client.apply(&Command::Flush).expect("emptied");
}
