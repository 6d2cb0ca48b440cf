//! Requests are octet for octet what `ipvsadm` sends, replies of the kernel are understood.
#![cfg(target_endian = "little")]
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod captures;

use core::net::SocketAddr;
use core::num::{NonZeroU16, NonZeroU32};

use captures::*;
use ipvs_netlink::{
    AddressFamily, Batch, Command, Conversation, DecodeError, Destination, EncodeError, Error, FamilyId,
    Fault, ForwardMethod, Granularity, Listing, ObservedDestination, ObservedService, Operation, Persistence,
    Reason, SchedulerFlags, Service, ServiceKey, Session, SyncRole, Tunnel, TunnelFlags,
};

const FAMILY: FamilyId = FamilyId(0x1c);
const DONE: u16 = 3;
const ERROR: u16 = 2;

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address with its port")
}

fn web() -> ServiceKey {
    ServiceKey::tcp(address("192.0.2.1:80"))
}

fn mark7() -> ServiceKey {
    ServiceKey::FirewallMark { mark: NonZeroU32::new(7).expect("not 0"), family: AddressFamily::V4 }
}

fn service(name: &str, persistence: Option<(u32, Granularity)>) -> Service {
    let persistence = persistence.map(|(timeout_s, granularity)| Persistence { timeout_s, granularity });
    Service { persistence, ..Service::new(name.parse().expect("a short name")) }
}

fn services() -> [(ServiceKey, Service, &'static [u8], &'static [u8]); 4] {
    let sh = Service {
        scheduler_flags: SchedulerFlags::SH_FALLBACK,
        ..service("sh", Some((600, Granularity::V6(64))))
    };
    let mh = Service {
        one_packet: true,
        ..service("mh", Some((300, Granularity::V4([255, 255, 255, 0].into()))))
    };
    let sip = Service {
        engine: Some("sip".parse().expect("a short name")),
        ..service("rr", Some((100, Granularity::Host)))
    };
    [
        (web(), service("wrr", None), NEW_TCP, GOT_TCP),
        (ServiceKey::udp(address("[2001:db8::1]:53")), sh, NEW_UDP6, GOT_UDP6),
        (mark7(), mh, NEW_MARK, GOT_MARK),
        (ServiceKey::tcp(address("192.0.2.2:5060")), sip, NEW_SIP, GOT_SIP),
    ]
}

type DestinationCase = (ServiceKey, &'static str, Destination, &'static [u8], &'static [u8]);

fn destinations() -> [DestinationCase; 5] {
    let nat = Destination {
        weight: 3,
        upper_threshold: 100,
        lower_threshold: 50,
        ..Destination::new(ForwardMethod::Masquerade)
    };
    let gue = Tunnel::Gue { port: NonZeroU16::new(6080).expect("not 0"), checksum: TunnelFlags::NONE };
    let gre = Tunnel::Gre { checksum: TunnelFlags::CHECKSUM };
    let tunnel = |tunnel| Destination::new(ForwardMethod::Tunnel(tunnel));
    [
        (web(), "198.51.100.1:8080", nat, DEST_NAT, GOT_NAT),
        (web(), "198.51.100.2:80", Destination::new(ForwardMethod::DirectRoute), DEST_ROUTE, GOT_ROUTE),
        (web(), "198.51.100.3:80", tunnel(gue), DEST_GUE, GOT_GUE),
        (mark7(), "198.51.100.4:0", tunnel(gre), DEST_GRE, GOT_GRE),
        (web(), "[2001:db8::9]:80", tunnel(Tunnel::Ipip), DEST_MIXED, GOT_MIXED),
    ]
}

fn encoded(command: &Command) -> Vec<u8> {
    let mut octets = Vec::new();
    command.encode(FAMILY, 1, true, &mut octets).expect("encodable");
    octets
}

/// The nests after the generic netlink header.
fn nests(payload: &[u8]) -> Vec<&[u8]> {
    let mut rest = &payload[4..];
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (nest, more) = rest.split_at(usize::from(u16::from_le_bytes([rest[0], rest[1]])));
        found.push(nest);
        rest = more;
    }
    found
}

fn read_service(payload: &[u8]) -> Result<ObservedService, Error> {
    Ok(read(Listing::services(), payload)?.pop().expect("one record"))
}

/// A dump of one record.
fn read<T>(mut listing: Listing<T>, payload: &[u8]) -> Result<Vec<T>, Error> {
    assert!(listing.ask(&mut Session::new(FAMILY), &mut Vec::new()));
    assert!(!listing.feed(&message(FAMILY.0, 1, payload)));
    assert!(listing.feed(&message(DONE, 1, &[0; 4])));
    listing.answer()?.whole()
}

fn asked<T>(mut listing: Listing<T>) -> Vec<u8> {
    let mut octets = Vec::new();
    assert!(listing.ask(&mut Session::new(FAMILY), &mut octets));
    octets
}

fn read_destination(service: ServiceKey, payload: &[u8]) -> Result<ObservedDestination, Error> {
    Ok(read(Listing::destinations(service), payload)?.pop().expect("one record"))
}

#[test]
fn services_are_written_as_ipvsadm_writes_them() {
    for (key, service, want, _) in services() {
        let octets = encoded(&Command::NewService { key, service: service.clone() });
        assert_eq!(octets[16..], *want, "{key}");
        // Length, family, NLM_F_REQUEST | NLM_F_ACK.
        assert_eq!(octets[..4], u32::try_from(octets.len()).expect("small").to_le_bytes());
        assert_eq!(octets[4..8], [0x1c, 0, 0x05, 0]);
        let set = encoded(&Command::SetService { key, service });
        assert_eq!((set[16], &set[17..]), (2, &want[1..]));
    }
}

#[test]
fn destinations_are_written_as_ipvsadm_writes_them() {
    for (service, to, destination, want, _) in destinations() {
        let key = address(to).into();
        let octets = encoded(&Command::NewDestination { service, key, destination });
        assert_eq!(octets[16..20], want[..4]);
        assert_eq!(nests(&octets[16..])[1], nests(want)[1], "{to}");
        let set = encoded(&Command::SetDestination { service, key, destination });
        assert_eq!((set[16], &set[17..]), (6, &octets[17..]));
    }
}

#[test]
fn keys_alone_name_what_is_deleted_and_listed() {
    for (key, want) in [(web(), DUMP_TCP), (mark7(), DUMP_MARK)] {
        let dump = asked(Listing::destinations(key));
        assert_eq!(dump[16..], *want);
        assert_eq!(dump[6..8], [0x01, 0x03], "NLM_F_REQUEST | NLM_F_DUMP");
        let delete = encoded(&Command::DeleteService { key });
        assert_eq!((delete[16], &delete[20..]), (3, &want[4..]));
    }
    let all = asked(Listing::services());
    assert_eq!(all[16..], [4, 1, 0, 0]);
    assert_eq!(encoded(&Command::Flush)[16..], [0x11, 1, 0, 0]);
    let family = asked(Listing::family());
    assert_eq!(family[4..6], [0x10, 0]);
    assert_eq!(family[16..], *b"\x03\x01\0\0\x09\0\x02\0IPVS\0\0\0\0");
}

#[test]
fn services_are_read_as_they_were_written() {
    for (key, service, _, reply) in services() {
        let found = read_service(reply).expect("readable");
        assert_eq!((found.key, &found.service), (key, &service));
        assert_eq!(found.flags & 0x2, 0x2, "IP_VS_SVC_F_HASHED is the kernel's");
    }
}

#[test]
fn destinations_are_read_as_they_were_written() {
    for (service, to, destination, _, reply) in destinations() {
        let found = read_destination(service, reply).expect("readable");
        assert_eq!((found.key, found.destination), (address(to).into(), destination));
    }
}

#[test]
fn counters_come_from_stats64_and_before_linux_4_1_from_stats() {
    let wide = read_destination(web(), GOT_COUNTED).expect("readable");
    assert_eq!(wide.inactive_connections, 3);
    let stats = wide.stats;
    assert_eq!((stats.connections, stats.packets_in, stats.packets_out), (3, 15, 15));
    assert_eq!((stats.octets_in, stats.octets_out), (819, 3804));
    assert_eq!((stats.octets_in_per_s, stats.octets_out_per_s), (102, 475));
    // STATS64 is the last attribute: 4 octets of header, 156 of counters and padding.
    let mut old = GOT_COUNTED[..GOT_COUNTED.len() - 160].to_vec();
    let nest = u16::try_from(old.len() - 4).expect("small");
    old[4..6].copy_from_slice(&nest.to_le_bytes());
    assert_eq!(read_destination(web(), &old).expect("readable"), wide);
}

#[test]
fn what_is_unknown_is_skipped_and_what_is_missing_is_named() {
    // Attribute 6, the scheduler's name, becomes 99, and then there is none.
    let at = GOT_TCP.windows(4).position(|header| header == [8, 0, 6, 0]).expect("there");
    let mut octets = GOT_TCP.to_vec();
    octets[at + 2] = 99;
    assert_eq!(read_service(&octets), Err(DecodeError::Missing("IPVS_SVC_ATTR_SCHED_NAME").into()));
    assert_eq!(read_service(&GOT_TCP[..3]), Err(DecodeError::Truncated { needed: 4, got: 3 }.into()));
    assert_eq!(read_service(&GOT_TCP[..4]), Err(DecodeError::Missing("IPVS_CMD_ATTR_SERVICE").into()));
}

#[test]
fn answers_belong_to_their_command_and_strangers_are_skipped() {
    let key = web();
    let wrong = Service {
        persistence: Some(Persistence { timeout_s: 1, granularity: Granularity::V6(64) }),
        ..service("rr", None)
    };
    let commands = [
        Command::NewService { key, service: service("rr", None) },
        Command::DeleteService { key },
        Command::NewService { key, service: service("rr", None) },
        Command::NewService { key, service: wrong },
    ];
    let (mut session, mut octets) = (Session::new(FAMILY), Vec::new());
    session.sequences(usize::try_from(u32::MAX - 1).expect("64 bits"));
    // Sequence numbers wrap: MAX, 0, 1; the last command cannot be encoded.
    let mut batch = Batch::new(&commands[..]);
    assert!(batch.ask(&mut session, &mut octets));
    let flags: Vec<_> = [0, 104, 104 + 68].iter().map(|start| octets[start + 6]).collect();
    assert_eq!(flags, [1, 1, 5], "only the last asks for an acknowledgement");
    assert!(!batch.feed(&message(ERROR, 7, &(-1_i32).to_le_bytes())), "not ours");
    assert!(!batch.feed(&message(ERROR, 0, &(-3_i32).to_le_bytes())), "ours");
    assert!(batch.feed(&message(ERROR, 1, &0_i32.to_le_bytes())), "the last");
    assert!(!batch.ask(&mut session, &mut octets));
    let results = batch.answer();
    assert_eq!(results[0], Ok(()));
    assert_eq!(results[1].as_ref().err().and_then(Error::reason), Some(Reason::NoSuchService));
    assert_eq!(results[2], Ok(()));
    assert_eq!(results[3], Err(EncodeError::Granularity { key }.into()));
}

#[test]
fn a_batch_without_its_last_answer_does_not_claim_success() {
    let commands = [Command::Flush, Command::Flush];
    let mut batch = Batch::new(&commands[..]);
    assert!(batch.ask(&mut Session::new(FAMILY), &mut Vec::new()));
    assert!(!batch.feed(&message(ERROR, 1, &(-1_i32).to_le_bytes())));
    let results = batch.answer();
    assert_eq!(results[0].as_ref().err().and_then(Error::reason), Some(Reason::NotPermitted));
    assert!(matches!(results[1], Err(Error::Lost { operation: Operation::Flush, .. })));
}

#[test]
fn a_record_that_cannot_be_read_is_told_beside_the_others() {
    let mut listing = Listing::services();
    assert!(listing.ask(&mut Session::new(FAMILY), &mut Vec::new()));
    let mut datagram = message(FAMILY.0, 1, GOT_TCP);
    datagram.extend(message(FAMILY.0, 1, &GOT_TCP[..4]));
    datagram.extend(message(FAMILY.0, 1, GOT_MARK));
    assert!(!listing.feed(&datagram));
    assert!(listing.feed(&message(DONE, 1, &[0; 4])));
    let records = listing.answer().expect("an answer");
    assert_eq!(records.entries.len(), 2);
    assert_eq!(records.faults, [DecodeError::Missing("IPVS_CMD_ATTR_SERVICE")]);
    // Who would act on the whole table gets none.
    assert_eq!(records.whole(), Err(DecodeError::Missing("IPVS_CMD_ATTR_SERVICE").into()));
}

#[test]
fn of_what_was_not_sent_and_what_was_not_answered_the_results_tell_which() {
    let commands = vec![Command::Flush; 3 * Batch::IN_FLIGHT];
    let mut session = Session::new(FAMILY);
    let mut batch = Batch::new(commands);
    assert!(batch.ask(&mut session, &mut Vec::new()));
    let last = u32::try_from(Batch::IN_FLIGHT).expect("small");
    assert!(batch.feed(&message(ERROR, last, &0_i32.to_le_bytes())));
    assert!(batch.ask(&mut session, &mut Vec::new()));
    let overrun = Error::Socket { doing: "receive from the kernel", errno: 105 };
    batch.fail(Fault::Receive(overrun));
    assert!(!batch.ask(&mut session, &mut Vec::new()));
    let results = batch.answer();
    let chunks: Vec<_> = results.chunks(Batch::IN_FLIGHT).collect();
    assert!(chunks[0].iter().all(Result::is_ok));
    assert!(chunks[1].iter().all(|result| matches!(result, Err(Error::Lost { .. }))));
    assert!(chunks[2].iter().all(|result| matches!(result, Err(Error::NotSent { .. }))));
}

#[test]
fn the_kernels_own_words_are_read_behind_a_whole_and_a_capped_echo() {
    const CAPPED: u16 = 0x100;
    const WITH_ATTRIBUTES: u16 = 0x200;
    let told = |flags: u16, echo: &[u8]| {
        let mut payload = (-22_i32).to_le_bytes().to_vec();
        payload.extend(echo);
        payload.extend([9, 0, 1, 0]);
        payload.extend(b"why!\0\0\0\0");
        let mut octets = message(ERROR, 1, &payload);
        octets[6..8].copy_from_slice(&flags.to_le_bytes());
        let mut batch = Batch::new(vec![Command::Flush]);
        assert!(batch.ask(&mut Session::new(FAMILY), &mut Vec::new()));
        assert!(batch.feed(&octets));
        match batch.answer().remove(0) {
            Err(Error::Rejected(rejected)) => rejected.message().map(str::to_owned),
            other => panic!("{other:?}"),
        }
    };
    let request = message(FAMILY.0, 1, &[0x11, 1, 0, 0]);
    assert_eq!(told(WITH_ATTRIBUTES, &request).as_deref(), Some("why!"));
    assert_eq!(told(WITH_ATTRIBUTES | CAPPED, &request[..16]).as_deref(), Some("why!"));
    assert_eq!(told(CAPPED, &request[..16]), None);
    // An echo that claims to be longer than the message.
    assert_eq!(told(WITH_ATTRIBUTES, &[0xff; 16]), None);
}

#[test]
fn a_stop_may_stay_unanswered_so_something_else_is_acknowledged() {
    let commands = [Command::Flush, Command::StopSync(SyncRole::Master)];
    let mut octets = Vec::new();
    let mut batch = Batch::new(&commands[..]);
    assert!(batch.ask(&mut Session::new(FAMILY), &mut octets));
    // Flush, stop, and an empty IPVS_CMD_SET_CONFIG (12), which alone asks for an acknowledgement.
    assert_eq!([octets[16], octets[20 + 16], octets[20 + 32 + 16]], [17, 10, 12]);
    assert_eq!([octets[6], octets[20 + 6], octets[20 + 32 + 6]], [1, 1, 5]);
    assert_eq!(octets.len(), 20 + 32 + 20);
    assert!(!batch.feed(&message(ERROR, 1, &(-1_i32).to_le_bytes())));
    assert!(batch.feed(&message(ERROR, 3, &0_i32.to_le_bytes())));
    let results = batch.answer();
    assert_eq!(results[0].as_ref().err().and_then(Error::reason), Some(Reason::NotPermitted));
    assert_eq!((results.len(), &results[1]), (2, &Ok(())));
}
