//! A static library without std on a host that has it.
//!
//! `#![no_std]` on a library proves nothing while any dependency may still bring std along.
//! A static library is linked to its end, so it must find exactly one panic handler: this one.
//! Had any dependency std, there would be two, and the compiler would say so. In the same way
//! it demands a global allocator as soon as a dependency uses alloc; without the features `fsm`
//! and `alloc` there is none.
#![no_std]

use core::net::Ipv4Addr;

use vrrp_proto::{AddressFamily, AdvertisementView, ChecksumScope, Vrid};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// Octets in, a value out: the codec is linked, not only compiled.
pub extern "C" fn priority(octets: &[u8; 20]) -> u8 {
    match AdvertisementView::parse(octets, AddressFamily::V4) {
        Ok(view) if view.verify_checksum(ChecksumScope::Message).is_ok() => view.priority().get(),
        Ok(_) | Err(_) => 0,
    }
}

/// The announcement needs no allocator.
pub extern "C" fn announced(vrid: u8) -> u8 {
    let Some(vrid) = Vrid::new(vrid) else { return 0 };
    let mac = vrid.virtual_mac(AddressFamily::V4);
    let [.., last] = vrrp_proto::gratuitous_arp(mac, Ipv4Addr::new(192, 0, 2, 1));
    last
}

#[cfg(feature = "frame")]
pub extern "C" fn payload_len(octets: &[u8; 64]) -> usize {
    vrrp_proto::Ipv4Frame::parse(octets).map_or(0, |frame| frame.payload().len())
}

/// A packet with an authentication header is signed and read.
#[cfg(all(feature = "auth", feature = "frame"))]
pub extern "C" fn signed(octets: &[u8; 64], out: &mut [u8; 64]) -> usize {
    use core::num::NonZeroU16;
    use vrrp_proto::{
        Addresses, AdvertInterval, AdvertisementFields, AhCoverage, AhKey, Authentication, Ipv4Packet, Priority,
        VRRP_MULTICAST_V4, Version,
    };

    let (Ok(frame), Some(vrid)) = (vrrp_proto::Ipv4Frame::parse(octets), Vrid::new(51)) else { return 0 };
    let fields = AdvertisementFields {
        version: Version::V2,
        vrid,
        priority: Priority::DEFAULT,
        interval: AdvertInterval::DEFAULT,
        addresses: Addresses::V4(&[Ipv4Addr::new(192, 0, 2, 1)]),
        authentication: Authentication::Header,
    };
    let packet = Ipv4Packet {
        source: Ipv4Addr::new(192, 0, 2, 2),
        destination: VRRP_MULTICAST_V4,
        ttl: frame.facts().ttl(),
        identification: NonZeroU16::MIN,
    };
    let key = AhKey::from_octets(&[1; 16]);
    packet.encode_authenticated(&fields, &key, AhCoverage::WithTtl, 1, out).unwrap_or(0)
}

/// The trailer is checked against a code.
#[cfg(feature = "auth")]
pub extern "C" fn code(octets: &[u8; 12]) -> u8 {
    use core::num::NonZeroU8;
    use vrrp_proto::{HmacKey, HmacSequence};

    let Some(key) = HmacKey::new(NonZeroU8::MIN, &[1; 32]) else { return 0 };
    let [.., last] = key.sign(Ipv4Addr::new(192, 0, 2, 1).into(), HmacSequence::new(1), octets);
    last
}

/// An owned copy is made and dropped.
#[cfg(feature = "alloc")]
pub extern "C" fn copied(octets: &[u8; 20]) -> usize {
    let view = AdvertisementView::parse(octets, AddressFamily::V4);
    let owned = view.ok().and_then(|view| vrrp_proto::Advertisement::try_from(view).ok());
    owned.map_or(0, |owned| owned.encoded_len())
}

/// `control-std` has one too, so that it fails for its panic handler alone.
#[cfg(any(feature = "fsm", feature = "alloc", feature = "control-std"))]
#[global_allocator]
static HEAP: emballoc::Allocator<4096> = emballoc::Allocator::new();

/// Runs the machine up to its first deadline.
#[cfg(feature = "fsm")]
pub extern "C" fn has_deadline(vrid: u8) -> bool {
    use core::time::Duration;
    use vrrp_fsm::{Config, Input, Instant, VirtualRouter};

    let Some(vrid) = Vrid::new(vrid) else { return false };
    let config = Config::new(vrrp_proto::Version::V3, vrid, [192, 0, 2, 1].into());
    let mut router = VirtualRouter::new(config);
    router.handle_input(Instant::from_origin(Duration::ZERO), Input::Startup);
    while router.poll_output().is_some() {}
    router.poll_timeout().is_some()
}
