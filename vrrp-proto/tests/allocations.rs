//! Reading, judging and writing never allocate.
#![cfg(all(feature = "auth", feature = "frame"))]
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod captures;

use core::fmt::Write;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::num::{NonZeroU8, NonZeroU16};

use allocation_counter::measure;
use captures::frame;
use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, AdvertisementView, AhCheck, AhCoverage, AhKey, AhWindow,
    Announcement, AntiReplay, Authentication, ChecksumScope, Credentials, EthernetFrame, Expectation,
    HmacCheck, HmacKey, HmacMode, HmacSequence, IpFacts, Ipv4Frame, Ipv4Packet, Ipv6Frame, Ipv6Packet, Mode,
    Password, Policy, Priority, ReceiveError, ReplayGuard, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version,
    Vrid, gratuitous_arp, receive, unsolicited_neighbour_advertisement, write_ethernet_header,
};

const A: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 100);
const SOURCE: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 1);
const NOW: u32 = 1_000_000_000;

/// Room for a line without a heap.
struct Line {
    octets: [u8; 4096],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let to = self.octets.get_mut(self.len..self.len + text.len()).ok_or(core::fmt::Error)?;
        to.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

/// Nothing is allocated while `work` runs.
fn free(what: &str, work: impl FnOnce()) {
    let counted = measure(work);
    assert_eq!(counted.count_total, 0, "{what}: {counted:?}");
}

fn fields(version: Version, addresses: Addresses<'_>) -> AdvertisementFields<'_> {
    AdvertisementFields {
        version,
        vrid: Vrid::new(9).unwrap(),
        priority: Priority::new(150),
        interval: AdvertInterval::DEFAULT,
        addresses,
        authentication: Authentication::None,
    }
}

fn expect<'a>(version: Version, credentials: Credentials<'a>, addresses: Addresses<'a>) -> Expectation<'a> {
    let group: IpAddr = match addresses {
        Addresses::V4(_) => VRRP_MULTICAST_V4.into(),
        Addresses::V6(_) => VRRP_MULTICAST_V6.into(),
    };
    Expectation {
        version,
        vrid: Vrid::new(9).unwrap(),
        interval: AdvertInterval::DEFAULT,
        credentials,
        mode: Mode::Multicast { group },
        addresses,
        policy: Policy::STRICT,
    }
}

#[test]
fn the_counter_counts() {
    let counted = measure(|| drop(core::hint::black_box(vec![1, 2, 3])));
    assert_eq!(counted.count_total, 1);
}

#[test]
fn a_view_and_its_line_take_no_heap() {
    for name in ["v2", "v2 pass", "v3", "v3 ipv6", "v2 ah"] {
        let mut line = Line { octets: [0; 4096], len: 0 };
        free(name, || {
            let frame = EthernetFrame::parse(frame(name)).unwrap();
            let (payload, facts) = match frame.ether_type {
                0x0800 => Ipv4Frame::parse(frame.payload).map(|ip| (ip.payload(), ip.facts())),
                _ => Ipv6Frame::parse(frame.payload).map(|ip| (ip.payload(), ip.facts())),
            }
            .unwrap();
            let view = AdvertisementView::parse(payload, facts.family()).unwrap();
            assert!(
                view.verify_checksum(ChecksumScope::Message).is_ok()
                    || view.verify_checksum(facts.pseudo_header()).is_ok()
            );
            assert_eq!(view.addresses().count(), usize::from(view.count()));
            write!(line, "{view}, {view:?}").unwrap();
        });
        assert!(line.len > 100);
    }
    free("announcements", || {
        let arp = gratuitous_arp([2; 6], A);
        let neighbour = unsolicited_neighbour_advertisement([2; 6], Ipv6Addr::LOCALHOST, true);
        for octets in [&arp[..], &neighbour[..]] {
            assert!(Announcement::parse(&EthernetFrame::parse(octets).unwrap()).is_ok());
        }
    });
}

#[test]
fn every_method_is_written_and_judged_without_a_heap() {
    let v4: Vec<Ipv4Addr> = (0..=254).map(|host| Ipv4Addr::new(10, 0, 0, host)).collect();
    let v6: Vec<Ipv6Addr> = (0..=254).map(|host| Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, host)).collect();
    let (v4, v6) = (Addresses::V4(&v4), Addresses::V6(&v6));
    let password = Password::new(b"s3cr3t").unwrap();
    let ah = AhKey::new(password);
    let keys = [HmacKey::new(NonZeroU8::MIN, &[7; 32]).unwrap()];
    let header = AhCheck { key: &ah, coverage: AhCoverage::WithTtl, window: AhWindow::sliding() };
    let anti_replay = AntiReplay::Time { window: 5 };
    let trailer = HmacCheck { keys: &keys, mode: HmacMode::Enforce, anti_replay, last: None, now: NOW };
    let packet = Ipv4Packet {
        source: SOURCE,
        destination: VRRP_MULTICAST_V4,
        ttl: 255,
        identification: NonZeroU16::MIN,
    };
    let mut out = [0; 6000];

    let mut judge = |name: &str, expect: Expectation<'_>, write: &dyn Fn(&mut [u8]) -> usize| {
        free(name, || {
            let len = write(&mut out);
            let frame = Ipv4Frame::parse(&out[..len]).unwrap();
            assert!(receive(frame.payload(), &frame.facts(), &expect).is_ok(), "{name}");
        });
    };
    let none = fields(Version::V2, v4);
    judge("none", expect(Version::V2, Credentials::None, v4), &|out| {
        packet.encode(&none, ChecksumScope::Message, out).unwrap()
    });
    let pass = AdvertisementFields { authentication: Authentication::Password(password), ..none };
    judge("PASS", expect(Version::V2, Credentials::Password(&password), v4), &|out| {
        packet.encode(&pass, ChecksumScope::Message, out).unwrap()
    });
    judge("AH", expect(Version::V2, Credentials::Header(header), v4), &|out| {
        packet.encode_authenticated(&none, &ah, AhCoverage::WithTtl, 1, out).unwrap()
    });
    let v3 = fields(Version::V3, v4);
    judge("auth_hmac", expect(Version::V3, Credentials::Trailer(trailer), v4), &|out| {
        let sequence = HmacSequence::at(NOW, 0);
        packet.encode_signed(&v3, packet.pseudo_header(), &keys[0], sequence, out).unwrap()
    });
    free("IPv6", || {
        let destination = VRRP_MULTICAST_V6;
        let packet = Ipv6Packet { source: Ipv6Addr::LOCALHOST, destination, hop_limit: 255 };
        let len = packet.encode(&fields(Version::V3, v6), &mut out).unwrap();
        let frame = Ipv6Frame::parse(&out[..len]).unwrap();
        assert!(
            receive(frame.payload(), &frame.facts(), &expect(Version::V3, Credentials::None, v6)).is_ok()
        );
    });
    free("a tag", || assert_eq!(write_ethernet_header([2; 6], [3; 6], Some(7), 0x0800, &mut out), Ok(18)));
    free("windows", || {
        let (mut window, mut guard) = (AhWindow::growing(), ReplayGuard::<4>::new());
        window.accept(3);
        assert_eq!(window.next(), Some(4));
        guard.accept(SOURCE.into(), HmacSequence::at(NOW, 0));
        assert!(guard.last(SOURCE.into()).is_some());
    });
}

#[test]
fn a_refusal_and_its_words_take_no_heap() {
    let facts = IpFacts::v4(SOURCE, VRRP_MULTICAST_V4, 254);
    let expect = expect(Version::V2, Credentials::None, Addresses::V4(&[A]));
    let mut line = Line { octets: [0; 4096], len: 0 };
    free("refused", || {
        let error = receive(&captures::message("v2 ah unicast")[24..], &facts, &expect).unwrap_err();
        assert_eq!(error, ReceiveError::Ttl(254));
        write!(line, "{error}").unwrap();
    });
}
