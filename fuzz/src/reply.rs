//! What comes from the kernel's IPVS: led through every conversation, and written again.
//!
//! An input is an octet that chooses the conversation and whether sequence numbers are put
//! right, then datagrams, each behind its length in two octets, little endian.

use core::net::SocketAddr;
use core::num::NonZeroU32;

use ipvs_netlink::{
    AddressFamily, Batch, Change, Command, Conversation, Destination, DestinationChange, FamilyId, Fault,
    ForwardMethod, Listing, ObservedDestination, ObservedService, ReadEntries, ReadTable, Scope, Service,
    ServiceChange, ServiceKey, Session, Table, plan,
};

use crate::planted;

const FAMILY: FamilyId = FamilyId(0x1c);

/// Runs one input.
///
/// # Panics
///
/// When one of the laws below does not hold.
pub fn run(octets: &[u8]) {
    let Some((choice, rest)) = octets.split_first() else { return };
    let talk = Talk { datagrams: datagrams(rest), repair: choice & 0x80 != 0 };
    let web = ServiceKey::tcp(SocketAddr::from(([192, 0, 2, 1], 80)));
    let mark = ServiceKey::FirewallMark { mark: NonZeroU32::MIN, family: AddressFamily::V6 };
    let real = SocketAddr::from(([198, 51, 100, 1], 80)).into();
    match choice & 0x0f {
        0 => services(talk.lead(Listing::services())),
        1 => services(talk.lead(Listing::service(mark))),
        2 => destinations(web, talk.lead(Listing::destinations(web))),
        3 => destinations(mark, talk.lead(Listing::destinations(mark))),
        4 => daemons(&talk),
        5 => timeouts(&talk),
        6 => drop(talk.lead(Listing::info())),
        7 => drop(talk.lead(Listing::family())),
        8 => commands(&talk, web),
        9 => drop(talk.lead(Change::service(web, ServiceChange::default()))),
        10 => drop(talk.lead(Change::destination(web, real, DestinationChange::default()))),
        11 => drop(talk.lead(ReadEntries::of(&[web, mark]))),
        12 => table(talk.lead(ReadTable::of(&[mark]))),
        _ => table(talk.lead(ReadTable::new())),
    }
}

fn datagrams(mut octets: &[u8]) -> Vec<&[u8]> {
    let mut cut = Vec::new();
    while let Some((length, rest)) = octets.split_first_chunk() {
        let (datagram, rest) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
        cut.push(datagram);
        octets = rest;
    }
    cut
}

/// The kernel's side of a conversation.
struct Talk<'a> {
    datagrams: Vec<&'a [u8]>,
    repair: bool,
}

impl Talk<'_> {
    /// A conversation asks only after an answer, so it ends with its datagrams.
    fn lead<C: Conversation>(&self, mut conversation: C) -> C::Answer {
        let (mut session, mut request) = (Session::new(FAMILY), Vec::new());
        let mut left = self.datagrams.iter();
        while conversation.ask(&mut session, &mut request) {
            let asked = request.get(8..12).expect("a request has a header").to_vec();
            request.clear();
            loop {
                let Some(datagram) = left.next() else {
                    conversation.fail(Fault::Receive(ipvs_netlink::Error::NotRecorded { place: 0 }));
                    assert!(!conversation.ask(&mut session, &mut request), "asks after it was given up");
                    return conversation.answer();
                };
                let mut datagram = datagram.to_vec();
                if self.repair {
                    put_right(&mut datagram, &asked);
                }
                if conversation.feed(&datagram) {
                    break;
                }
            }
        }
        conversation.answer()
    }
}

/// Gives every message of a datagram the sequence number of the request.
fn put_right(datagram: &mut [u8], asked: &[u8]) {
    let mut start = 0_usize;
    while let Some(header) = datagram.get_mut(start..).and_then(|rest| rest.get_mut(..16)) {
        let length = u32::from_ne_bytes([header[0], header[1], header[2], header[3]]);
        header[8..12].copy_from_slice(asked);
        let Some(next) = usize::try_from(length).ok().and_then(|length| length.checked_next_multiple_of(4))
        else {
            return;
        };
        if next == 0 {
            return;
        }
        start = start.saturating_add(next);
    }
}

type Read<T> = Result<ipvs_netlink::Records<T>, ipvs_netlink::Error>;

/// Whatever was read can be written, and is then read again as the same.
fn services(read: Read<ObservedService>) {
    for found in told(read) {
        planted::in_reply(&found);
        let command = Command::NewService { key: found.key, service: found.service.clone() };
        // The counters, which a request has not: an empty nest.
        let reply = as_reply(&command, false, &[4, 0, 10, 0]);
        let again = talk(&reply).lead(Listing::services()).expect("an answer").whole().expect("our own");
        let [again] = &again[..] else { panic!("one was written, {again:?} read") };
        assert_eq!((again.key, &again.service), (found.key.normalized(), &found.service));
    }
}

fn destinations(service: ServiceKey, read: Read<ObservedDestination>) {
    for found in told(read) {
        let command = Command::NewDestination { service, key: found.key, destination: found.destination };
        let counters = [8, 0, 7, 0, 1, 0, 0, 0, 8, 0, 8, 0, 2, 0, 0, 0, 8, 0, 9, 0, 3, 0, 0, 0, 4, 0, 10, 0];
        let reply = as_reply(&command, true, &counters);
        let again = talk(&reply).lead(Listing::destinations(service)).expect("an answer").whole();
        let again = again.expect("our own");
        let [again] = &again[..] else { panic!("one was written, {again:?} read") };
        assert_eq!((again.key, normalized(again.destination)), (found.key, normalized(found.destination)));
        assert_eq!((again.active_connections, again.persistent_connections), (1, 3));
    }
}

/// What is no tunnel has no tunnel's parts.
fn normalized(destination: Destination) -> Destination {
    let ForwardMethod::Tunnel(_) = destination.forward else {
        return Destination { forward: destination.forward, ..destination };
    };
    destination
}

fn daemons(talk: &Talk<'_>) {
    for daemon in told(talk.lead(Listing::daemons())) {
        let reply = as_reply(&Command::StartSync(daemon.clone()), false, &[]);
        let again = self::talk(&reply).lead(Listing::daemons()).expect("an answer").whole();
        assert_eq!(again, Ok(vec![daemon]));
    }
}

fn timeouts(talk: &Talk<'_>) {
    for timeouts in told(talk.lead(Listing::timeouts())) {
        let reply = as_reply(&Command::SetTimeouts(timeouts), false, &[]);
        let again = self::talk(&reply).lead(Listing::timeouts()).expect("an answer").whole();
        assert_eq!(again, Ok(vec![timeouts]));
    }
}

/// One result for each, and none is good without an answer.
fn commands(talk: &Talk<'_>, key: ServiceKey) {
    let service = Service::new("rr".parse().expect("a short name"));
    let all = vec![
        Command::NewService { key, service: service.clone() },
        Command::ZeroService { key },
        Command::SetService { key, service },
        Command::Flush,
    ];
    let silent = talk.datagrams.iter().all(|datagram| datagram.len() < 20);
    let results = talk.lead(Batch::new(all));
    assert_eq!(results.len(), 4);
    for result in results {
        match result {
            Ok(()) => assert!(!silent),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// A table needs no change to become itself.
fn table(read: Result<Table, ipvs_netlink::Error>) {
    match read {
        Ok(table) => assert!(plan(&table, &table, &Scope::everything()).is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn told<T>(read: Read<T>) -> Vec<T> {
    match read {
        Ok(records) => {
            assert!(records.faults.iter().all(|fault| !fault.to_string().is_empty()));
            records.entries
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            Vec::new()
        }
    }
}

/// A request and the end of a dump, as if the kernel had sent them, with more attributes at the
/// end of the first or second nest.
fn as_reply(command: &Command, second: bool, more: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    command.encode(FAMILY, 1, false, &mut octets).expect("what was read can be written");
    let nest = match second {
        false => 20,
        true => 20 + usize::from(u16::from_ne_bytes([octets[20], octets[21]])).next_multiple_of(4),
    };
    octets.extend(more);
    if !more.is_empty() {
        let length = u16::try_from(octets.len() - nest).expect("our messages are short");
        octets[nest..nest + 2].copy_from_slice(&length.to_ne_bytes());
    }
    let length = u32::try_from(octets.len()).expect("our messages are short");
    octets[..4].copy_from_slice(&length.to_ne_bytes());
    octets.extend([20_u32, 3, 1, 0, 0].map(u32::to_ne_bytes).concat());
    octets
}

fn talk(datagram: &[u8]) -> Talk<'_> {
    Talk { datagrams: vec![datagram], repair: false }
}
