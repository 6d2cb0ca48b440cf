//! What a test can do with the fake kernel and not with a real one: faults, old kernels, time
//! that stands still between two datagrams.
#![cfg(target_endian = "little")]
#![expect(clippy::expect_used, reason = "a test may panic")]

use core::net::SocketAddr;
use core::num::NonZeroU16;
use std::sync::{Arc, Mutex};

use ipvs_netlink::{
    Batch, Client, Command, Connections, Destination, DestinationKey, Error, FakeKernel, FakeSocket,
    ForwardMethod, Reason, Rights, Service, ServiceKey, Stats, SyncDaemon, SyncRole, Transport, Tunnel,
    TunnelFlags,
};
use proptest::collection::vec;
use proptest::prelude::*;

const ENOMEM: i32 = 12;

fn tcp(text: &str) -> ServiceKey {
    ServiceKey::tcp(text.parse().expect("an address with its port"))
}

fn web() -> ServiceKey {
    tcp("192.0.2.1:80")
}

fn real() -> DestinationKey {
    "198.51.100.1:80".parse::<SocketAddr>().expect("an address with its port").into()
}

fn new(key: ServiceKey) -> Command {
    Command::NewService { key, service: Service::new("wlc".parse().expect("a short name")) }
}

fn add(service: ServiceKey, key: DestinationKey, forward: ForwardMethod) -> Command {
    Command::NewDestination { service, key, destination: Destination::new(forward) }
}

fn many(count: u16) -> Vec<Command> {
    (1..=count).map(|port| new(tcp(&format!("192.0.2.1:{port}")))).collect()
}

fn client(kernel: FakeKernel) -> Client<FakeKernel> {
    Client::over(kernel).expect("it has IPVS")
}

/// With one service and one destination.
fn small(kernel: FakeKernel) -> Client<FakeKernel> {
    let mut client = client(kernel);
    client.apply(&new(web())).expect("added");
    client.apply(&add(web(), real(), ForwardMethod::Masquerade)).expect("added");
    client
}

fn octets(command: &Command) -> Vec<u8> {
    let mut octets = Vec::new();
    command.encode(FakeKernel::FAMILY, 1, true, &mut octets).expect("encodable");
    octets
}

fn reason<T>(result: Result<T, Error>) -> Option<Reason> {
    result.err().and_then(|error| error.reason())
}

fn stats(connections: u64) -> Stats {
    let mut stats = Stats::default();
    (stats.connections, stats.octets_in) = (connections, connections * 100);
    stats
}

#[test]
fn modules_rights_and_families_can_be_missing() {
    let missing = Client::over(FakeKernel::new().without_module("ip_vs"));
    assert_eq!(reason(missing), Some(Reason::NoIpvs));
    let sip = |name: &str| Command::NewService {
        key: web(),
        service: Service {
            engine: Some("sip".parse().expect("a short name")),
            ..Service::new(name.parse().expect("a short name"))
        },
    };
    let mut without = client(FakeKernel::new().without_module("ip_vs_mh").without_module("ip_vs_pe_sip"));
    assert_eq!(reason(without.apply(&sip("mh"))), Some(Reason::NoSuchModule));
    assert_eq!(reason(without.apply(&sip("rr"))), Some(Reason::NoSuchModule));
    let mut without = client(FakeKernel::new().with_schedulers(["rr"]).without_ipv6());
    assert_eq!(reason(without.apply(&new(web()))), Some(Reason::NoSuchModule));
    assert_eq!(reason(without.apply(&new(tcp("[2001:db8::1]:80")))), Some(Reason::FamilyUnsupported));
    without.transport_mut().set_permitted(false);
    assert_eq!(reason(without.services()), Some(Reason::NotPermitted));
}

#[test]
fn a_kernel_can_be_out_of_memory_or_about_to_go() {
    let mut client = client(FakeKernel::new());
    client.transport_mut().refuse_next(ENOMEM);
    assert_eq!(reason(client.apply(&new(web()))), Some(Reason::OutOfMemory));
    client.apply(&new(web())).expect("added");
    client.transport_mut().set_unloading(true);
    assert_eq!(reason(client.apply(&new(web()))), Some(Reason::ServiceExists));
    assert_eq!(reason(client.apply(&new(tcp("192.0.2.2:80")))), Some(Reason::Unloading));
    let daemon = SyncDaemon::new(SyncRole::Master, "eth0".parse().expect("a short name"));
    assert_eq!(reason(client.apply(&Command::StartSync(daemon))), Some(Reason::Unloading));
}

#[test]
fn what_a_lost_answer_was_about_is_done() {
    let mut client = client(FakeKernel::new());
    client.transport_mut().lose_answers(1);
    assert!(matches!(client.apply(&new(web())), Err(Error::Lost { .. })));
    assert_eq!(client.services().expect("readable").len(), 1);
}

#[test]
fn a_kernel_can_say_nothing_at_all() {
    let mut client = client(FakeKernel::new());
    client.transport_mut().withhold_answers(1);
    assert!(matches!(client.apply(&new(web())), Err(Error::Lost { .. })));
    assert_eq!(reason(client.apply(&new(web()))), Some(Reason::ServiceExists));
}

/// As seen on Linux 6.1 with one processor: the thread of the daemon says `EINTR`, which to
/// netlink means that no answer is wanted.
#[test]
fn a_daemon_that_is_stopped_before_it_runs_is_stopped_without_an_answer() {
    let mut kernel = FakeKernel::new();
    let daemon = SyncDaemon::new(SyncRole::Backup, "eth0".parse().expect("a short name"));
    let mut start = octets(&Command::StartSync(daemon));
    let stop = octets(&Command::StopSync(SyncRole::Backup));
    assert_eq!(kernel.handle(&start).len(), 1);
    assert_eq!(kernel.handle(&stop).len(), 1);
    start.extend(&stop);
    assert_eq!(kernel.handle(&start).len(), 1);
    assert_eq!(client(kernel).daemons().expect("readable"), []);
}

#[test]
fn batches_fit_a_receive_buffer_even_if_all_of_them_fail() {
    let mut client = client(FakeKernel::new().with_receive_room(Batch::IN_FLIGHT));
    let commands = many(1000);
    assert!(client.apply_all(&commands).iter().all(Result::is_ok));
    for result in client.apply_all(&commands) {
        assert_eq!(reason(result), Some(Reason::ServiceExists));
    }
}

#[test]
fn a_full_receive_buffer_loses_answers_until_it_is_read() {
    let mut kernel = FakeKernel::new().with_receive_room(2);
    let mut request = Vec::new();
    for sequence in 1..=4 {
        let delete = Command::DeleteService { key: web() };
        delete.encode(FakeKernel::FAMILY, sequence, true, &mut request).expect("encodable");
    }
    kernel.send(&request).expect("always");
    let receive = |kernel: &mut FakeKernel| match kernel.receive() {
        Ok(datagram) => Ok(datagram[8]),
        Err(Error::Socket { errno, .. }) => Err(errno),
        Err(other) => panic!("{other}"),
    };
    // ENOBUFS is told first, then what had room, then nothing is left.
    assert_eq!([(); 4].map(|()| receive(&mut kernel)), [Err(105), Ok(1), Ok(2), Err(11)]);
    kernel.send(&octets(&Command::Flush)).expect("always");
    assert_eq!(receive(&mut kernel), Ok(1));
}

#[test]
fn a_dump_is_not_frozen_and_a_table_is_read_until_it_is() {
    let mut client = client(FakeKernel::new().with_dump_datagram(1000));
    client.apply_all(&many(20)).into_iter().for_each(|result| result.expect("added"));
    // Positions move: whoever deletes what was told makes a dump miss another.
    let told = client.services().expect("readable");
    assert_eq!(told.len(), 20);
    let delete = octets(&Command::DeleteService { key: told[0].key });
    client.transport_mut().change_during_dump(&delete);
    let torn = client.services().expect("readable");
    assert_eq!(torn.len(), 19);
    assert_eq!(torn[0], told[0], "told before it was deleted");
    assert_eq!(client.services().expect("readable").len(), 19);
    assert!(!client.services().expect("readable").iter().all(|service| torn.contains(service)));

    client.transport_mut().change_during_dump(&octets(&Command::DeleteService { key: told[1].key }));
    assert_eq!(client.table().expect("the second reading agrees with the third").services().count(), 18);
    for port in 1000..1500 {
        let command = octets(&new(tcp(&format!("192.0.2.1:{port}"))));
        client.transport_mut().change_during_dump(&command);
    }
    assert!(matches!(client.table(), Err(Error::Changing { .. })));
}

#[test]
fn dumps_come_in_datagrams_that_have_a_size() {
    let mut kernel = FakeKernel::new().with_dump_datagram(2000);
    for command in many(50) {
        kernel.handle(&octets(&command));
    }
    // GET_SERVICE, NLM_F_REQUEST | NLM_F_DUMP.
    let dump = [20_u32.to_ne_bytes(), [0x1c, 0, 1, 3], [9, 0, 0, 0], [0; 4], [4, 1, 0, 0]].concat();
    let datagrams = kernel.handle(&dump);
    let (end, data) = datagrams.split_last().expect("an end");
    assert_eq!((end.len(), &end[4..8]), (20, &[3, 0, 2, 0][..]), "NLMSG_DONE, NLM_F_MULTI");
    assert!(data.len() > 5 && data.iter().all(|datagram| (1000..=2000).contains(&datagram.len())));
}

#[test]
fn old_kernels_skip_what_they_do_not_know() {
    let gue = Tunnel::Gue { port: NonZeroU16::new(6080).expect("not 0"), checksum: TunnelFlags::NONE };
    let mut old = client(FakeKernel::new().without_tunnel_attributes().without_mixed_families());
    old.apply(&new(web())).expect("added");
    old.apply(&add(web(), real(), ForwardMethod::Tunnel(gue))).expect("added");
    let found = old.destinations(&web()).expect("readable");
    assert_eq!(found[0].destination.forward, ForwardMethod::Tunnel(Tunnel::Ipip));
    assert_eq!(found[0].key, real());

    let mut old = small(FakeKernel::new().without_stats64());
    let wide = stats(u64::from(u32::MAX) + 2);
    assert!(old.transport_mut().set_destination_stats(&web(), &real(), wide));
    let read = old.destinations(&web()).expect("readable")[0].stats;
    assert_eq!((read.connections, read.octets_in), (1, wide.octets_in), "only sums of octets are wide");
}

#[test]
fn counters_are_read_with_padding_and_without() {
    let wide = stats(u64::from(u32::MAX) + 2);
    for kernel in [FakeKernel::new(), FakeKernel::new().without_padding()] {
        let mut client = small(kernel);
        assert!(client.transport_mut().set_service_stats(&web(), wide));
        assert_eq!(client.services().expect("readable")[0].stats, wide);
    }
}

#[test]
fn counters_and_connections_are_what_a_test_sets() {
    let mut client = small(FakeKernel::new());
    let busy = Connections { active: 3, inactive: 2, persistent: 1 };
    let kernel = client.transport_mut();
    assert!(kernel.set_connections(&web(), &real(), busy));
    assert!(kernel.set_service_stats(&web(), stats(7)));
    assert!(kernel.set_destination_stats(&web(), &real(), stats(5)));
    assert!(!kernel.set_connections(&tcp("192.0.2.9:80"), &real(), busy));
    let read = |client: &mut Client<FakeKernel>| {
        let found = client.destinations(&web()).expect("readable").remove(0);
        let connections =
            (found.active_connections, found.inactive_connections, found.persistent_connections);
        (connections, found.stats.connections)
    };
    assert_eq!(read(&mut client), ((3, 2, 1), 5));
    // A destination that comes back has its connections, and its counters while its service
    // is the same.
    let back = [
        Command::DeleteDestination { service: web(), key: real() },
        add(web(), real(), ForwardMethod::DirectRoute),
    ];
    client.apply_all(&back).into_iter().for_each(|result| result.expect("done"));
    assert_eq!(read(&mut client), ((3, 2, 1), 5));
    client.apply(&Command::ZeroService { key: web() }).expect("zeroed");
    assert_eq!(read(&mut client), ((3, 2, 1), 0));
    assert_eq!(client.service(&web()).expect("readable").expect("there").stats, Stats::default());
    assert!(client.transport_mut().set_destination_stats(&web(), &real(), stats(5)));
    let back = [Command::Flush, new(web()), add(web(), real(), ForwardMethod::DirectRoute)];
    client.apply_all(&back).into_iter().for_each(|result| result.expect("done"));
    assert_eq!(read(&mut client), ((3, 2, 1), 0));
}

#[test]
fn two_clients_share_one_kernel_and_have_their_own_answers() {
    let kernel = Arc::new(Mutex::new(FakeKernel::new()));
    let [mut one, mut two] = [(); 2].map(|()| Client::over(FakeSocket::open(&kernel)).expect("it has IPVS"));
    one.apply(&new(web())).expect("added");
    assert_eq!(reason(two.apply(&new(web()))), Some(Reason::ServiceExists));
    two.apply(&Command::DeleteService { key: web() }).expect("deleted");
    assert_eq!(one.service(&web()).expect("readable"), None);
    // A dump of one does not keep the other from dumping.
    one.apply(&new(web())).expect("added");
    let mut half = FakeSocket::open(&kernel);
    let dump = [20_u32.to_ne_bytes(), [0x1c, 0, 1, 3], [9, 0, 0, 0], [0; 4], [4, 1, 0, 0]].concat();
    half.send(&dump).expect("always");
    assert_eq!(two.services().expect("readable").len(), 1);
    assert_eq!(half.handle(&[]).len(), 2);
}

proptest! {
    #[test]
    fn no_octets_panic_it(request in vec(any::<u8>(), 0..200)) {
        FakeKernel::new().handle(&request);
    }

    /// A good message in which some octets are others.
    #[test]
    fn no_damaged_command_panics_it(places in vec((0..108_usize, any::<u8>()), 0..8)) {
        let mut kernel = FakeKernel::new();
        kernel.handle(&octets(&new(web())));
        let mut request = octets(&add(web(), real(), ForwardMethod::Tunnel(Tunnel::Ipip)));
        for (place, octet) in places {
            if let Some(at) = request.get_mut(place) {
                *at = octet;
            }
        }
        kernel.handle(&request);
    }
}

/// A kernel that permits nothing, and a process that knows why.
struct Unprivileged(FakeKernel);

impl Transport for Unprivileged {
    fn send(&mut self, request: &[u8]) -> Result<(), Error> {
        self.0.send(request)
    }

    fn receive(&mut self) -> Result<&[u8], Error> {
        self.0.receive()
    }

    fn rights(&self) -> Option<Rights> {
        Some(Rights::from_proc(Some("CapEff:\t0"), None))
    }
}

#[test]
fn whatever_is_refused_names_the_missing_right() {
    let mut client = Client::over(Unprivileged(FakeKernel::new())).expect("the family is there");
    client.transport_mut().0.set_permitted(false);
    let refused = [
        client.services().map(drop),
        client.entries().map(drop),
        client.table().map(drop),
        client.apply(&Command::Flush),
    ];
    for result in refused {
        let Err(Error::Rejected(rejected)) = result else { panic!("{result:?}") };
        assert_eq!(rejected.rights().and_then(|rights| rights.net_admin), Some(false), "{rejected}");
    }
}
