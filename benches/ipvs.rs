//! What IPVS costs without the kernel: writing commands, reading a dump, planning.
//!
//! The dump is answered by the fake kernel, as octets; only reading it is timed.
#![expect(clippy::expect_used, reason = "a benchmark may panic")]

use core::hint::black_box;
use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ipvs_netlink::{
    Action, Batch, Client, Command, Conversation, Destination, DestinationKey, FakeKernel, FamilyId,
    ForwardMethod, Listing, ObservedTable, Reconciler, ReconcilerConfig, Scope, Service, ServiceKey, Session,
    Table, plan,
};

const REALS: u32 = 10;

fn key(number: u32) -> ServiceKey {
    ServiceKey::tcp(SocketAddr::from((Ipv4Addr::from_bits(0x0a00_0000 + number), 80)))
}

fn real(number: u32) -> DestinationKey {
    SocketAddr::from((Ipv4Addr::from_bits(0x0b00_0000 + number), 80)).into()
}

fn service() -> Service {
    Service::new("wlc".parse().expect("a short name"))
}

fn table(services: u32) -> Table {
    let mut table = Table::new();
    for number in 0..services {
        table.insert(key(number), service());
        for place in 0..REALS {
            let destination = Destination::new(ForwardMethod::DirectRoute);
            table.insert_destination(key(number), real(number * REALS + place), destination);
        }
    }
    table
}

/// Commands of a restore, as requests of 128.
fn encode(c: &mut Criterion) {
    let commands = plan(&Table::new(), &table(1_000), &Scope::everything());
    let mut group = c.benchmark_group("encode");
    group.throughput(Throughput::Elements(u64::try_from(commands.len()).expect("few")));
    let mut octets = Vec::new();
    group.bench_function("1,000 services with 10 destinations", |b| {
        b.iter(|| {
            let mut session = Session::new(FamilyId(28));
            for chunk in commands.chunks(Batch::IN_FLIGHT) {
                octets.clear();
                assert!(Batch::new(chunk).ask(&mut session, &mut octets));
                black_box(&octets);
            }
        });
    });
    group.finish();
}

/// What the kernel says to a question, as records and as octets.
fn ask<T>(kernel: &mut FakeKernel, family: FamilyId, mut listing: Listing<T>) -> (Vec<T>, Vec<Vec<u8>>) {
    let mut request = Vec::new();
    assert!(listing.ask(&mut Session::new(family), &mut request));
    let datagrams = kernel.handle(&request);
    assert!(datagrams.iter().any(|datagram| listing.feed(datagram)), "an answer ends");
    (listing.answer().expect("an answer").whole().expect("readable"), datagrams)
}

/// One dump of 1,000 destinations, as the kernel's datagrams.
fn decode(c: &mut Criterion) {
    let mut kernel = FakeKernel::new();
    let family = ask(&mut kernel, FamilyId(0), Listing::family()).0.remove(0);
    let (mut commands, key) = (vec![Command::NewService { key: key(0), service: service() }], key(0));
    commands.extend((0..1_000).map(|number| Command::NewDestination {
        service: key,
        key: real(number),
        destination: Destination::new(ForwardMethod::DirectRoute),
    }));
    let mut client = Client::over(kernel).expect("the fake is there");
    assert!(client.apply_all(&commands).iter().all(Result::is_ok));
    let (_, datagrams) = ask(client.transport_mut(), family, Listing::destinations(key));

    let mut group = c.benchmark_group("decode");
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("1,000 destinations", |b| {
        b.iter_batched(
            || {
                let (mut session, mut listing) = (Session::new(FamilyId(28)), Listing::destinations(key));
                assert!(listing.ask(&mut session, &mut Vec::new()));
                listing
            },
            |mut listing| {
                let over = datagrams.iter().any(|datagram| listing.feed(datagram));
                assert!(over && listing.answer().expect("a dump").entries.len() == 1_000);
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// Tables that differ in nothing, in one weight, in everything.
fn plans(c: &mut Criterion) {
    let current = table(10_000);
    let mut changed = current.clone();
    let quiet = Destination { weight: 0, ..Destination::new(ForwardMethod::DirectRoute) };
    changed.insert_destination(key(5_000), real(50_000), quiet);
    let everything = Scope::everything();
    let mut group = c.benchmark_group("plan 10,000 services with 10 destinations");
    group.sample_size(20);
    // Read anew, so that nothing is shared with what is wanted.
    let apart = table(10_000);
    for (name, current, desired, commands) in [
        ("equal, read anew", &apart, &current, 0),
        ("one weight, read anew", &apart, &changed, 1),
        ("one weight, last known", &current, &changed, 1),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| assert_eq!(black_box(plan(current, desired, &everything)).len(), commands));
        });
    }
    let nothing = Table::new();
    group.bench_function("from nothing", |b| {
        b.iter(|| assert_eq!(black_box(plan(&nothing, &current, &everything)).len(), 110_000));
    });
    group.finish();
}

/// One weight is wanted otherwise: written, read again, settled.
fn reconcile(c: &mut Criterion) {
    let mut reconciler = Reconciler::new(Scope::everything(), ReconcilerConfig::default());
    reconciler.set_desired(table(10_000));
    let all: ObservedTable = table(10_000).into();
    let mut now = Duration::ZERO;
    assert_eq!(reconciler.poll_action(now), Some(Action::ReadTable));
    reconciler.handle_table(now, Ok(all));
    let mut held = Table::new();
    held.insert(key(5_000), service());
    for place in 0..REALS {
        let destination = Destination::new(ForwardMethod::DirectRoute);
        held.insert_destination(key(5_000), real(50_000 + place), destination);
    }
    let mut weight = 1;
    c.bench_function("reconcile one weight among 10,000 services with 10 destinations", |b| {
        b.iter(|| {
            weight = if weight == 1 { 2 } else { 1 };
            // Before the next audit, however often.
            now += Duration::from_nanos(1);
            let destination = Destination { weight, ..Destination::new(ForwardMethod::DirectRoute) };
            assert!(reconciler.want_destination(key(5_000), real(50_000), destination));
            held.insert_destination(key(5_000), real(50_000), destination);
            let mut applied = 0;
            while let Some(action) = reconciler.poll_action(now) {
                match action {
                    Action::Apply(commands) => {
                        applied += commands.len();
                        reconciler.handle_results(now, vec![Ok(()); commands.len()]);
                    }
                    // What was written is read again.
                    Action::ReadServices(_) => reconciler.handle_services(now, Ok(held.clone().into())),
                    Action::ReadTable => panic!("one service has changed"),
                }
            }
            assert!(applied == 1 && reconciler.is_settled());
        });
    });
}

criterion_group!(benches, encode, decode, plans, reconcile);
criterion_main!(benches);
