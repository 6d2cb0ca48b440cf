//! What a packet and a deadline cost the state machine.
#![expect(clippy::expect_used, reason = "a benchmark may panic")]

use core::hint::black_box;
use core::net::Ipv4Addr;
use core::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use vrrp_fsm::{Config, Input, Instant, VirtualRouter};
use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

const PEER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

fn machine(c: &mut Criterion) {
    let vrid = Vrid::new(51).expect("51 is not 0");
    let mut backup = VirtualRouter::new(Config::new(Version::V3, vrid, [192, 0, 2, 2].into()));
    let mut now = Instant::from_origin(Duration::ZERO);
    backup.handle_input(now, Input::Startup);
    let heard = Input::Advertisement {
        priority: Priority::new(150),
        interval: AdvertInterval::DEFAULT,
        source: PEER.into(),
    };
    c.bench_function("a backup hears its master", |b| {
        b.iter(|| {
            now = now + Duration::from_millis(1);
            backup.handle_input(now, black_box(heard));
            while backup.poll_output().is_some() {}
            backup.poll_timeout()
        });
    });
    let mut master = VirtualRouter::new(Config::new(Version::V3, vrid, [192, 0, 2, 2].into()));
    master.handle_input(now, Input::Startup);
    c.bench_function("a master's timer fires", |b| {
        b.iter(|| {
            let due = master.poll_timeout().expect("a started router has a timer");
            master.handle_timeout(black_box(due));
            while master.poll_output().is_some() {}
        });
    });
}

criterion_group!(benches, machine);
criterion_main!(benches);
