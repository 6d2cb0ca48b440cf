//! The same kernel through every driver.

use core::num::NonZeroU32;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::process::Command as Process;

use ipvs_netlink::{
    AddressFamily, AsyncClient, Batch, Client, Command, Conversation, DestinationKey, Error, Fault,
    ForwardMethod, Listing, Progress, ReadTable, Reason, Recorder, Rejected, ServiceKey, Session, Socket,
    Timeouts, Transport,
};

use crate::{address, destination, mark, scheduler, tcp};

/// A request that no type of ours can write: a time-out of one octet.
struct Malformed {
    asked: bool,
    inner: Batch<Vec<Command>>,
}

impl Conversation for Malformed {
    type Answer = Vec<Result<(), Error>>;

    fn ask(&mut self, session: &mut Session, out: &mut Vec<u8>) -> bool {
        if core::mem::replace(&mut self.asked, true) {
            return false;
        }
        let asked = self.inner.ask(session, out);
        // Behind the headers of 20 octets: the length of IPVS_CMD_ATTR_TIMEOUT_TCP.
        out[20] = 5;
        asked
    }

    fn feed(&mut self, datagram: &[u8]) -> bool {
        self.inner.feed(datagram)
    }

    fn fail(&mut self, fault: Fault) {
        self.inner.fail(fault);
    }

    fn answer(self) -> Self::Answer {
        self.inner.answer()
    }
}

pub(crate) fn the_kernels_own_words_come_through(client: &mut Client<Socket>) {
    let short = Timeouts { tcp_s: Some(900), ..Timeouts::default() };
    let inner = Batch::new(vec![Command::SetTimeouts(short)]);
    let results = client.run(Malformed { asked: false, inner });
    let Err(Error::Rejected(rejected)) = &results[0] else { panic!("{results:?}") };
    println!("{rejected}");
    assert!(Rejected::message(rejected).is_some_and(|text| !text.is_empty()), "{rejected:?}");
}

/// The answer is there when `send` returns, so two rounds are enough for a batch.
pub(crate) fn an_event_loop_never_waits(client: &mut Client<Socket>) {
    fn finished<C: Conversation + core::fmt::Debug>(client: &mut Client<Socket>, conversation: C) -> C::Answer
    where
        C::Answer: core::fmt::Debug,
    {
        let mut progress = client.submit(conversation);
        for _ in 0..10_000 {
            match progress {
                Progress::Ready(answer) => return answer,
                Progress::Pending(pending) => progress = client.on_readable(pending),
            }
        }
        panic!("it does not end");
    }
    let keys: Vec<_> = (1..=300).map(|port| tcp(&format!("192.0.2.7:{port}"))).collect();
    let commands: Vec<_> =
        keys.iter().map(|key| Command::NewService { key: *key, service: scheduler("rr") }).collect();
    assert!(finished(client, Batch::new(commands)).iter().all(Result::is_ok));
    let table = finished(client, ReadTable::new()).expect("readable");
    assert_eq!(table.services().count(), 300);
    // One that is given up half-way does not disturb the next.
    let Progress::Pending(pending) = client.submit(Listing::services()) else { panic!("nothing was asked") };
    let lost = client.give_up(pending);
    assert!(matches!(lost, Err(Error::Socket { errno: 110, .. })), "{lost:?}");
    assert_eq!(finished(client, Listing::services()).expect("readable").entries.len(), 300);
    // Nor does a blocking conversation after one.
    let _half = client.submit(Listing::services());
    assert_eq!(client.services().map(|services| services.len()), Ok(300));
    client.apply(&Command::Flush).expect("emptied");
}

pub(crate) fn tokio_may_be_cancelled() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut client = AsyncClient::open().await.expect("opened");
        let commands: Vec<_> = (1..=500)
            .map(|port| Command::NewService {
                key: tcp(&format!("192.0.2.8:{port}")),
                service: scheduler("rr"),
            })
            .collect();
        assert!(client.apply_all(&commands).await.iter().all(Result::is_ok));
        let again = client.apply(&commands[0]).await.expect_err("it exists");
        assert_eq!(again.reason(), Some(Reason::ServiceExists));
        // 1,001 requests: the runtime gets its turn in between, and may drop what is under way.
        for polls in 1..4 {
            let mut whole = Box::pin(client.table());
            for _ in 0..polls {
                tokio::select! { biased; _ = &mut whole => panic!("not at once"), () = tokio::task::yield_now() => {} }
            }
            drop(whole);
            assert_eq!(client.services().await.map(|services| services.len()), Ok(500));
        }
        assert_eq!(client.table().await.expect("readable").services().count(), 500);
        client.apply(&Command::Flush).await.expect("emptied");
        assert_eq!(client.services().await, Ok(Vec::new()));
    });
}

pub(crate) fn another_namespace_has_another_table_and_our_thread_stays(client: &mut Client<Socket>) {
    let made = Process::new("ip").args(["netns", "add", "inner"]).status();
    assert!(made.expect("ip runs").success());
    let here = std::fs::read_link("/proc/thread-self/ns/net").expect("a procfs");
    let mut inner = Client::open_in("inner").expect("opened");
    let key = mark(77, AddressFamily::V4);
    inner.apply(&Command::NewService { key, service: scheduler("rr") }).expect("added");
    assert_eq!(std::fs::read_link("/proc/thread-self/ns/net").expect("a procfs"), here);
    assert_eq!(client.service(&key), Ok(None));
    assert!(inner.service(&key).expect("readable").is_some());
    let settings = ipvs_netlink::Settings::read_in("inner").expect("readable");
    assert!(settings.number("net.ipv4.vs.conn_reuse_mode").is_some());
    let nowhere = Client::open_in("nowhere").expect_err("there is none");
    assert!(matches!(nowhere, Error::Socket { errno: 2, .. }), "{nowhere}");
    drop(inner);
    assert!(Process::new("ip").args(["netns", "del", "inner"]).status().expect("ip runs").success());
}

fn little_dialogue<T: Transport>(client: &mut Client<T>) -> (Vec<Result<(), Error>>, usize) {
    let key = ServiceKey::FirewallMark { mark: NonZeroU32::MIN, family: AddressFamily::V6 };
    let real = DestinationKey::new(address("[2001:db8::1]:0"));
    let results = client.apply_all(&[
        Command::NewService { key, service: scheduler("wlc") },
        Command::NewDestination {
            service: key,
            key: real,
            destination: destination(ForwardMethod::DirectRoute, 2),
        },
        Command::NewService { key, service: scheduler("rr") },
    ]);
    let table = client.table().expect("readable");
    let counted = table.destinations(&key).count();
    client.apply(&Command::DeleteService { key }).expect("deleted");
    (results, counted)
}

pub(crate) fn a_recording_answers_as_the_kernel_did() {
    let mut live = Client::over(Recorder::new(Socket::open().expect("opened"))).expect("opened");
    let told = little_dialogue(&mut live);
    assert_eq!(told.1, 1);
    let text = live.transport().recording().to_string();
    println!("{text}");
    let mut replay = Client::over(text.parse::<ipvs_netlink::Recording>().expect("our own text").replay())
        .expect("opened");
    assert_eq!(little_dialogue(&mut replay), told);
    assert!(replay.transport().is_over());
    assert!(matches!(replay.services(), Err(Error::NotRecorded { .. })));
}

/// 10,000 destinations, and another process of this table that changes them all the while.
pub(crate) fn a_table_that_changes_is_read_again(client: &mut Client<Socket>) {
    let key = tcp("192.0.2.5:80");
    let real = |number: u16| {
        DestinationKey::new(([198, 18, number.to_be_bytes()[0], number.to_be_bytes()[1]], 80).into())
    };
    let new = |number| Command::NewDestination {
        service: key,
        key: real(number),
        destination: destination(ForwardMethod::DirectRoute, 1),
    };
    let mut commands = vec![Command::NewService { key, service: scheduler("rr") }];
    commands.extend((0..10_000).map(new));
    assert!(client.apply_all(&commands).iter().all(Result::is_ok));
    assert_eq!(client.table().expect("it holds still").destinations(&key).count(), 10_000);

    // One change every 2 ms, and one in half a second.
    for pause in [2, 500].map(Duration::from_millis) {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut other = Client::open().expect("opened");
                for rounds in 1.. {
                    let service = key;
                    other.apply(&Command::DeleteDestination { service, key: real(5_000) }).expect("deleted");
                    other.apply(&new(5_000)).expect("added");
                    if stop.load(Ordering::Relaxed) {
                        return rounds;
                    }
                    std::thread::sleep(pause);
                }
                0_u32
            });
            let read = client.table();
            stop.store(true, Ordering::Relaxed);
            let changes = writer.join().expect("it ran");
            println!(
                "{changes} changes, one each {pause:?}: {:?}",
                read.as_ref().map(|_| "two readings agree")
            );
            match read {
                // All that nobody touched is there, and nothing else.
                Ok(table) => {
                    let untouched = table.destinations(&key).filter(|(found, _)| **found != real(5_000));
                    assert_eq!(untouched.count(), 9_999);
                }
                Err(error) => assert_eq!(error, Error::Changing { attempts: ReadTable::MAX_ATTEMPTS }),
            }
        });
    }
    let table = client.table().expect("it holds still again");
    assert_eq!(table.destinations(&key).count(), 10_000);
    client.apply(&Command::Flush).expect("emptied");
}
