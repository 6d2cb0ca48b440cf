//! What a packet and a deadline cost.
#![expect(clippy::expect_used, reason = "a benchmark may panic")]

use core::hint::black_box;
use core::net::Ipv4Addr;
use core::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use vrrp_fsm::{Config, Input, Instant, VirtualRouter};
use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, Authentication, ChecksumScope, Expectation, IpFacts,
    Mode, Policy, Priority, VRRP_MULTICAST_V4, Version, Vrid, receive,
};

const PEER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

fn fields(addresses: &[Ipv4Addr]) -> AdvertisementFields<'_> {
    AdvertisementFields {
        version: Version::V3,
        vrid: Vrid::new(51).expect("51 is not 0"),
        priority: Priority::new(150),
        interval: AdvertInterval::DEFAULT,
        addresses: Addresses::V4(addresses),
        authentication: Authentication::None,
    }
}

fn codec(c: &mut Criterion) {
    let scope = ChecksumScope::PseudoV4 { src: PEER, dst: VRRP_MULTICAST_V4 };
    for count in [1, 20, 255] {
        let addresses: Vec<Ipv4Addr> = (0..count).map(|host: u8| Ipv4Addr::new(10, 0, 0, host)).collect();
        let message = fields(&addresses);
        let mut octets = vec![0; message.encoded_len()];
        c.bench_function(&format!("encode, {count} addresses"), |b| {
            b.iter(|| black_box(&message).encode(scope, black_box(&mut octets)));
        });
        let facts = IpFacts::v4(PEER, VRRP_MULTICAST_V4, 255);
        let expect = Expectation {
            version: message.version,
            vrid: message.vrid,
            interval: message.interval,
            credentials: message.authentication.credentials().unwrap_or_default(),
            mode: Mode::Multicast { group: VRRP_MULTICAST_V4.into() },
            addresses: message.addresses,
            policy: Policy::KEEPALIVED,
        };
        c.bench_function(&format!("receive, {count} addresses"), |b| {
            b.iter(|| receive(black_box(&octets), &facts, &expect).expect("a valid message"));
        });
    }
}

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

criterion_group!(benches, codec, machine);
criterion_main!(benches);
