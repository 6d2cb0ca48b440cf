//! What a VRRP packet costs: read, judged, refused, written.
//!
//! The yardstick is etherparse reading a UDP packet of the same size in the same run. Every
//! iteration has another message, and every verdict is consumed.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark may panic")]

mod messages;

use core::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use etherparse::{PacketBuilder, SlicedPacket, TransportSlice};
use messages::{GROUP, Kind, Messages, SOURCE, Spoilt};
use vrrp_proto::{AdvertisementView, IPV4_HEADER_LEN, Ipv4Frame, receive};

const COUNTS: [u8; 3] = [1, 20, 255];

/// etherparse reads, and then sums, a UDP packet that is as long as ours.
fn yardstick(c: &mut Criterion) {
    let mut group = c.benchmark_group("etherparse, UDP of the size of v3");
    for count in COUNTS {
        let len = Messages::new(Kind::V3, count).packets[0].len();
        let payload = vec![7; len - IPV4_HEADER_LEN - 8];
        let packets: Vec<Vec<u8>> = (0..64)
            .map(|port| {
                let builder = PacketBuilder::ipv4(SOURCE.octets(), GROUP.octets(), 255).udp(port, 7);
                let mut packet = Vec::new();
                builder.write(&mut packet, &payload).expect("a packet");
                packet
            })
            .collect();
        assert_eq!(packets[0].len(), len);
        let mut next = packets.iter().cycle();
        group.bench_function(BenchmarkId::new("read", count), |b| {
            b.iter(|| {
                let packet = SlicedPacket::from_ip(next.next().expect("endless")).expect("a packet");
                matches!(packet.transport, Some(TransportSlice::Udp(_)))
            });
        });
        group.bench_function(BenchmarkId::new("read and sum", count), |b| {
            b.iter(|| {
                let packet = SlicedPacket::from_ip(next.next().expect("endless")).expect("a packet");
                let Some(TransportSlice::Udp(udp)) = packet.transport else { return false };
                let header = udp.to_header();
                header.calc_checksum_ipv4_raw(SOURCE.octets(), GROUP.octets(), udp.payload())
                    == Ok(header.checksum)
            });
        });
        group.bench_function(BenchmarkId::new("write", count), |b| {
            let mut out = Vec::with_capacity(2000);
            let mut port = 0_u16;
            b.iter(|| {
                out.clear();
                port = port.wrapping_add(1);
                let builder = PacketBuilder::ipv4(SOURCE.octets(), GROUP.octets(), 255).udp(port, 7);
                builder.write(&mut out, &payload).expect("a packet");
                out.len()
            });
        });
    }
}

/// Lengths and fields, then the checksum.
fn view(c: &mut Criterion) {
    let mut group = c.benchmark_group("view and checksum");
    for (kind, count) in [Kind::V2, Kind::V3].into_iter().flat_map(|kind| COUNTS.map(|count| (kind, count))) {
        let messages = Messages::new(kind, count);
        let mut next = messages.cycle();
        group.bench_function(BenchmarkId::new(kind.name(), count), |b| {
            b.iter(|| {
                let (octets, _) = next.next().expect("endless");
                let view = AdvertisementView::parse(octets, messages.family()).expect("a message");
                view.verify_checksum(messages.scope).is_ok()
            });
        });
    }
}

/// All rules, by every method of authentication.
fn all_rules(c: &mut Criterion) {
    let mut group = c.benchmark_group("receive");
    for (kind, count) in Kind::ALL.into_iter().flat_map(|kind| COUNTS.map(|count| (kind, count))) {
        let messages = Messages::new(kind, count);
        let expect = messages.expect();
        let mut next = messages.cycle();
        group.bench_function(BenchmarkId::new(kind.name(), count), |b| {
            b.iter(|| {
                let (octets, facts) = next.next().expect("endless");
                receive(octets, facts, &expect).expect("a message that counts").view.priority()
            });
        });
    }
    let messages = Messages::new(Kind::V3, 1);
    let expect = messages.expect();
    let mut packets = messages.packets.iter().cycle();
    group.bench_function("v3, with its IPv4 header/1", |b| {
        b.iter(|| {
            let frame = Ipv4Frame::parse(packets.next().expect("endless")).expect("a packet");
            receive(frame.payload(), &frame.facts(), &expect).expect("a message that counts").view.priority()
        });
    });
}

/// What is refused, early and late.
fn rejects(c: &mut Criterion) {
    let mut group = c.benchmark_group("refuse");
    for (kind, spoilt) in Spoilt::ALL {
        let messages = Messages::spoilt(kind, spoilt);
        let expect = messages.expect();
        let mut next = messages.cycle();
        group.bench_function(format!("{}, {}", kind.name(), spoilt.name()), |b| {
            b.iter(|| {
                let (octets, facts) = next.next().expect("endless");
                receive(octets, facts, &expect).expect_err("a refused message")
            });
        });
    }
}

/// The message into a buffer.
fn encode(c: &mut Criterion) {
    let mut group = c.benchmark_group("encode");
    for (kind, count) in [Kind::V2, Kind::V2Pass, Kind::V3, Kind::V6]
        .into_iter()
        .flat_map(|kind| COUNTS.map(|count| (kind, count)))
    {
        let messages = Messages::new(kind, count);
        let mut fields = messages.fields();
        let mut out = vec![0; fields.encoded_len()];
        let mut priority = 0_u8;
        group.bench_function(BenchmarkId::new(kind.name(), count), |b| {
            b.iter(|| {
                priority = priority.wrapping_add(1);
                fields.priority = vrrp_proto::Priority::new(priority);
                fields.encode(messages.scope, black_box(&mut out)).expect("a message")
            });
        });
    }
    for kind in [Kind::V3, Kind::V2Header, Kind::V3Trailer] {
        let messages = Messages::new(kind, 1);
        let mut out = vec![0; 200];
        let mut number = 0_u8;
        group.bench_function(format!("{}, with its IPv4 header/1", kind.name()), |b| {
            b.iter(|| {
                number = number.wrapping_add(1);
                messages.write(number, black_box(&mut out))
            });
        });
    }
}

criterion_group!(benches, yardstick, view, all_rules, rejects, encode);
criterion_main!(benches);
