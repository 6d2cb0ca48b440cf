//! What a packet and a deadline cost the state machine.
//!
//! One iteration is one step of a driver: an input or a deadline, the outputs until there are none,
//! the next deadline. Each step's time is later than the one before, as a driver's is.
#![expect(clippy::expect_used, reason = "a benchmark may panic")]

use core::hint::black_box;
use core::net::Ipv4Addr;
use core::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use vrrp_fsm::{Config, Input, Instant, VirtualRouter};
use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

const PEER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const OURS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
const START: Instant = Instant::from_origin(Duration::ZERO);
const VERSIONS: [(&str, Version); 2] = [("v2", Version::V2), ("v3", Version::V3)];
const COUNTS: [u8; 2] = [1, 255];

fn heard() -> Input {
    Input::Advertisement {
        priority: Priority::new(150),
        interval: AdvertInterval::DEFAULT,
        source: PEER.into(),
    }
}

/// Started, and Backup.
fn backups(version: Version, count: u8) -> Vec<VirtualRouter> {
    let routers = (1..=count).map(|vrid| {
        let vrid = Vrid::new(vrid).expect("counted from 1");
        let mut router = VirtualRouter::new(Config::new(version, vrid, OURS.into()));
        router.handle_input(START, Input::Startup);
        router.handle_input(START, heard());
        while router.poll_output().is_some() {}
        router
    });
    routers.collect()
}

fn masters(version: Version, count: u8) -> Vec<VirtualRouter> {
    let mut routers = backups(version, count);
    for router in &mut routers {
        let due = router.poll_timeout().expect("a started router has a timer");
        router.handle_timeout(due);
        while router.poll_output().is_some() {}
    }
    routers
}

/// A Backup hears its Master; of 255 virtual routers another one each time.
fn hear(c: &mut Criterion) {
    let mut group = c.benchmark_group("a backup hears its master");
    for ((name, version), count) in
        VERSIONS.into_iter().flat_map(|version| COUNTS.map(|count| (version, count)))
    {
        let mut routers = backups(version, count);
        let (mut now, mut place) = (START, 0);
        group.bench_function(BenchmarkId::new(name, count), |b| {
            b.iter(|| {
                now = now + Duration::from_micros(1);
                place = if place + 1 < routers.len() { place + 1 } else { 0 };
                let router = routers.get_mut(place)?;
                router.handle_input(now, black_box(heard()));
                while let Some(output) = router.poll_output() {
                    black_box(output);
                }
                router.poll_timeout()
            });
        });
    }
}

/// A Master sends on its deadline; of 255 virtual routers another one each time.
fn send(c: &mut Criterion) {
    let mut group = c.benchmark_group("a master's timer fires");
    for ((name, version), count) in
        VERSIONS.into_iter().flat_map(|version| COUNTS.map(|count| (version, count)))
    {
        let mut routers = masters(version, count);
        let mut place = 0;
        group.bench_function(BenchmarkId::new(name, count), |b| {
            b.iter(|| {
                place = if place + 1 < routers.len() { place + 1 } else { 0 };
                let router = routers.get_mut(place)?;
                router.handle_timeout(black_box(router.poll_timeout()?));
                while let Some(output) = router.poll_output() {
                    black_box(output);
                }
                router.poll_timeout()
            });
        });
    }
}

criterion_group!(benches, hear, send);
criterion_main!(benches);
