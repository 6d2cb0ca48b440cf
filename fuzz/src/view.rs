//! VRRP messages: read, shown, summed, owned, written again.
//!
//! An input is a message as it stands behind an IP header. It is tried in both families.

mod written;

use std::time::Duration;

use vrrp_proto::{
    AddressFamily, Addresses, AdvertInterval, Advertisement, AdvertisementView, AntiReplay, Authentication,
    ChecksumScope, Credentials, DecodeError, Expectation, IpFacts, Mode, Policy, ReceivedAuthentication,
    VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version, checksum, peek_vrid, receive,
};

use crate::hosts::{SOURCES_V4, SOURCES_V6, scopes};
use crate::planted;

/// Runs one input.
///
/// # Panics
///
/// When one of the laws below does not hold.
pub fn run(octets: &[u8]) {
    message(octets, &IpFacts::v4(SOURCES_V4[0], VRRP_MULTICAST_V4, 255));
    message(octets, &IpFacts::v6(SOURCES_V6[0], VRRP_MULTICAST_V6, 255));
}

fn message(octets: &[u8], facts: &IpFacts) {
    let view = match AdvertisementView::parse(octets, facts.family()) {
        Ok(view) => view,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            measured(octets, error);
            return refused(octets, facts);
        }
    };
    read(octets, &view);
    shown(&view);
    timed(&view);
    for scope in [ChecksumScope::Message, facts.pseudo_header()] {
        summed(&view, scope);
    }
    planted::in_view(&view);
    match Advertisement::try_from(view) {
        Ok(owned) => {
            for scope in scopes(view.version(), facts) {
                written::again(&view, &owned, scope);
            }
            written::elsewhere(&owned, facts);
        }
        Err(error) => {
            let ReceivedAuthentication::Unknown(kind) = view.authentication() else {
                panic!("{error} of {view}");
            };
            assert_eq!(error, DecodeError::AuthenticationType(kind));
            refused(octets, facts);
        }
    }
}

/// A length that is wrong is wrong in the direction that is named.
fn measured(octets: &[u8], error: DecodeError) {
    match error {
        DecodeError::Truncated { needed, got } => assert!(got == octets.len() && needed > got),
        DecodeError::Trailing { expected, got } => assert!(got == octets.len() && expected < got),
        _ => {}
    }
}

/// Every field is where the RFCs have it.
fn read(octets: &[u8], view: &AdvertisementView<'_>) {
    assert_eq!(view.as_octets(), octets);
    let (nibble, seconds_or_centis) = match view.version() {
        Version::V2 => (2, u16::from(octets[5]) * 100),
        Version::V3 => (3, u16::from_be_bytes([octets[4] & 0x0f, octets[5]])),
    };
    assert_eq!(octets[0], nibble << 4 | 1);
    assert_eq!((view.vrid().get(), peek_vrid(octets)), (octets[1], Some(view.vrid())));
    assert_eq!((view.priority().get(), view.count()), (octets[2], octets[3]));
    assert_eq!(view.interval().as_centis(), seconds_or_centis);
    assert_eq!(view.checksum(), u16::from_be_bytes([octets[6], octets[7]]));
    let addresses = view.addresses();
    assert_eq!((addresses.len(), addresses.clone().count()), (octets[3].into(), octets[3].into()));
    assert!(addresses.into_iter().all(|address| address.is_ipv4() == (view.family() == AddressFamily::V4)));
    let kind = if nibble == 2 { octets[4] } else { 0 };
    assert_eq!(view.authentication().kind().get(), kind);
    assert_eq!(view.vrid().virtual_mac(view.family())[5], octets[1]);
}

/// A line says all; a password is not in it.
fn shown(view: &AdvertisementView<'_>) {
    let (line, debug) = (view.to_string(), format!("{view:?}"));
    let secret = matches!(view.authentication(), ReceivedAuthentication::Password(_));
    assert_eq!(line.ends_with(" auth ***"), secret);
    assert_eq!(debug.contains("***"), secret);
    assert!(line.contains(&format!(" vrid {}, prio {}, ", view.vrid(), view.priority())));
    assert!(!view.interval().to_string().is_empty());
}

/// Timers of the message's interval: each within its formula (RFC 9568 §6.1).
fn timed(view: &AdvertisementView<'_>) {
    let (version, interval, priority) = (view.version(), view.interval(), view.priority());
    let skew = interval.skew_time(version, priority);
    let unit = match version {
        Version::V2 => Duration::from_secs(1),
        Version::V3 => interval.as_duration(),
    };
    assert!(Duration::ZERO < skew && skew <= unit);
    assert_eq!(interval.master_down_interval(version, priority, 3), interval.as_duration() * 3 + skew);
    assert_eq!(priority.is_owner(), priority.get() == 255);
    let carried = match version {
        Version::V2 => {
            interval.v2_octet().is_some_and(|secs| AdvertInterval::from_secs(secs) == Some(interval))
        }
        Version::V3 => interval.v3_field() == Some(interval.as_centis()),
    };
    assert!(carried);
    let AntiReplay::Time { window } = AntiReplay::default_for(interval) else {
        panic!("clocks are not looked at");
    };
    assert!((5..=300).contains(&window));
}

/// The field is right if it is what belongs there; one's complement has two zeros.
fn summed(view: &AdvertisementView<'_>, scope: ChecksumScope) {
    let octets = view.as_octets();
    let (received, computed) = (view.checksum(), checksum(octets, scope));
    let right = |computed| received == computed || (received, computed) == (0xffff, 0);
    match view.verify_checksum(scope) {
        Ok(()) => assert!(right(computed)),
        Err(error) => {
            assert!(!right(computed) && !error.to_string().is_empty());
            let alone = scope != ChecksumScope::Message && right(checksum(octets, ChecksumScope::Message));
            let right_under = alone.then_some(ChecksumScope::Message);
            assert_eq!(
                (error.received, error.computed, error.right_under),
                (received, computed, right_under)
            );
        }
    }
    let mut repaired = octets.to_vec();
    repaired[6..8].copy_from_slice(&computed.to_be_bytes());
    let repaired = AdvertisementView::parse(&repaired, view.family()).map(|view| view.verify_checksum(scope));
    assert_eq!(repaired, Ok(Ok(())));
}

/// What a view cannot be made of, or an owned form not hold, is received by nobody.
fn refused(octets: &[u8], facts: &IpFacts) {
    let Some(vrid) = peek_vrid(octets) else { return };
    for version in [Version::V2, Version::V3] {
        let expect = Expectation {
            version,
            vrid,
            interval: AdvertInterval::DEFAULT,
            credentials: Authentication::None.credentials().unwrap_or(Credentials::None),
            mode: Mode::Multicast { group: facts.destination() },
            addresses: match facts.family() {
                AddressFamily::V4 => Addresses::V4(&[]),
                AddressFamily::V6 => Addresses::V6(&[]),
            },
            policy: Policy::default(),
        };
        assert!(receive(octets, facts, &expect).is_err());
    }
}
