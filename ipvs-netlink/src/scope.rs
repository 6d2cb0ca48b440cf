//! What is ours: which services, and which of their fields.

use core::net::IpAddr;
use core::ops::{BitOr, RangeInclusive};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::destination::Destination;
use crate::service::{Service, ServiceKey};

/// Which services are ours, which fields of them are not, and which come first.
///
/// What is in no part of it is never touched.
///
/// # Examples
///
/// ```
/// use ipvs_netlink::{Fields, Scope, ServiceKey};
///
/// let web = ServiceKey::tcp("192.0.2.1:80".parse()?);
/// let scope = Scope::nothing()
///     .with_prefix([192, 0, 2, 0].into(), 24)
///     .with_importance(web, 10) // before all others
///     .keeping(Fields::WEIGHT | Fields::THRESHOLDS); // an operator's
/// assert!(scope.contains(&web));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scope {
    everything: bool,
    prefixes: Vec<(IpAddr, u8)>,
    marks: Vec<RangeInclusive<u32>>,
    services: BTreeSet<ServiceKey>,
    importance: BTreeMap<ServiceKey, u8>,
    kept: Fields,
}

impl Scope {
    /// Nothing is ours; add to it.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// The whole table is ours: what is not wanted goes.
    #[must_use]
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Services whose address agrees with `address` in its `length` leading bits. A length
    /// beyond the address is the address itself.
    #[must_use]
    pub fn with_prefix(mut self, address: IpAddr, length: u8) -> Self {
        self.prefixes.push((address, length));
        self
    }

    /// Services of these firewall marks, in both families.
    #[must_use]
    pub fn with_marks(mut self, marks: RangeInclusive<u32>) -> Self {
        self.marks.push(marks);
        self
    }

    /// One service.
    #[must_use]
    pub fn with_service(mut self, key: ServiceKey) -> Self {
        self.services.insert(key.normalized());
        self
    }

    /// How early the commands of a service come: the higher the earlier, 0 if never said. It
    /// does not make the service ours.
    ///
    /// For what the host itself needs first: a big table takes its time.
    #[must_use]
    pub fn with_importance(mut self, key: ServiceKey, importance: u8) -> Self {
        self.importance.insert(key.normalized(), importance);
        self
    }

    /// These fields of services and destinations that exist belong to somebody else, such as
    /// an operator who sets weights by hand: they stay as they are found. What is added is
    /// written as wanted in all its fields.
    #[must_use]
    pub fn keeping(mut self, fields: Fields) -> Self {
        self.kept = self.kept | fields;
        self
    }

    /// Whether a service is ours.
    #[must_use]
    pub fn contains(&self, key: &ServiceKey) -> bool {
        let by_kind = || match key {
            ServiceKey::Address { address, .. } => {
                self.prefixes.iter().any(|(prefix, length)| agree(address.ip(), *prefix, *length))
            }
            ServiceKey::FirewallMark { mark, .. } => {
                self.marks.iter().any(|marks| marks.contains(&mark.get()))
            }
        };
        self.everything || by_kind() || self.services.contains(&key.normalized())
    }

    /// What [`with_importance`](Self::with_importance) said of a service, or 0.
    #[must_use]
    pub fn importance(&self, key: &ServiceKey) -> u8 {
        self.importance.get(&key.normalized()).copied().unwrap_or(0)
    }

    /// The fields that are not ours.
    #[must_use]
    pub const fn kept(&self) -> Fields {
        self.kept
    }
}

fn agree(left: IpAddr, right: IpAddr, length: u8) -> bool {
    let (differing, width) = match (left, right) {
        (IpAddr::V4(left), IpAddr::V4(right)) => (u128::from(left.to_bits() ^ right.to_bits()) << 96, 32),
        (IpAddr::V6(left), IpAddr::V6(right)) => (left.to_bits() ^ right.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    differing.leading_zeros() >= u32::from(length).min(width)
}

/// A set of fields of [`Service`] and [`Destination`], for [`Scope::keeping`].
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Fields(u8);

impl Fields {
    /// None.
    pub const NONE: Self = Self(0);
    /// [`Destination::weight`].
    pub const WEIGHT: Self = Self(0x1);
    /// [`Destination::upper_threshold`] and [`Destination::lower_threshold`].
    pub const THRESHOLDS: Self = Self(0x2);
    /// [`Destination::forward`].
    pub const FORWARD: Self = Self(0x4);
    /// [`Service::scheduler`] and [`Service::scheduler_flags`].
    pub const SCHEDULER: Self = Self(0x8);
    /// [`Service::persistence`].
    pub const PERSISTENCE: Self = Self(0x10);
    /// [`Service::one_packet`].
    pub const ONE_PACKET: Self = Self(0x20);
    /// [`Service::engine`].
    pub const ENGINE: Self = Self(0x40);

    /// Whether all of `other` are in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether it is [`NONE`](Self::NONE).
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// `wanted`, these fields as they are `there`.
    pub(crate) const fn of_destination(self, wanted: Destination, there: &Destination) -> Destination {
        let mut merged = wanted;
        if self.contains(Self::WEIGHT) {
            merged.weight = there.weight;
        }
        if self.contains(Self::THRESHOLDS) {
            merged.upper_threshold = there.upper_threshold;
            merged.lower_threshold = there.lower_threshold;
        }
        if self.contains(Self::FORWARD) {
            merged.forward = there.forward;
        }
        merged
    }

    /// `wanted`, these fields as they are `there`.
    pub(crate) fn of_service<'a>(self, wanted: &'a Service, there: &Service) -> Cow<'a, Service> {
        if self.is_empty() {
            return Cow::Borrowed(wanted);
        }
        let mut merged = wanted.clone();
        if self.contains(Self::SCHEDULER) {
            merged.scheduler.clone_from(&there.scheduler);
            merged.scheduler_flags = there.scheduler_flags;
        }
        if self.contains(Self::PERSISTENCE) {
            merged.persistence = there.persistence;
        }
        if self.contains(Self::ONE_PACKET) {
            merged.one_packet = there.one_packet;
        }
        if self.contains(Self::ENGINE) {
            merged.engine.clone_from(&there.engine);
        }
        Cow::Owned(merged)
    }
}

impl BitOr for Fields {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forward::ForwardMethod;
    use crate::service::Persistence;

    fn tcp(text: &str) -> ServiceKey {
        ServiceKey::tcp(text.parse().unwrap())
    }

    #[test]
    fn a_service_is_ours_by_prefix_mark_or_name() {
        let mark = |mark: u32| ServiceKey::FirewallMark {
            mark: mark.try_into().unwrap(),
            family: crate::AddressFamily::V6,
        };
        let scope = Scope::nothing()
            .with_prefix([192, 0, 2, 0].into(), 25)
            .with_prefix("2001:db8::".parse().unwrap(), 200)
            .with_marks(5..=7)
            .with_service(tcp("[fe80::1%3]:80"));
        let cases = [
            (tcp("192.0.2.127:80"), true),
            (tcp("192.0.2.128:80"), false),
            (tcp("[2001:db8::]:80"), true),
            (tcp("[2001:db8::1]:80"), false),
            (tcp("[fe80::1]:80"), true),
            (tcp("[fe80::1]:81"), false),
            (mark(7), true),
            (mark(8), false),
        ];
        for (key, ours) in cases {
            assert_eq!(scope.contains(&key), ours, "{key}");
            assert!(Scope::everything().contains(&key) && !Scope::nothing().contains(&key));
        }
    }

    #[test]
    fn every_field_can_be_kept_and_no_other_is() {
        let there = Destination {
            weight: 9,
            upper_threshold: 8,
            lower_threshold: 7,
            ..Destination::new(ForwardMethod::Bypass)
        };
        let wanted = Destination::new(ForwardMethod::DirectRoute);
        let kept = |fields: Fields| fields.of_destination(wanted, &there);
        assert_eq!(kept(Fields::NONE), wanted);
        assert_eq!(kept(Fields::WEIGHT), Destination { weight: 9, ..wanted });
        assert_eq!(
            kept(Fields::THRESHOLDS),
            Destination { upper_threshold: 8, lower_threshold: 7, ..wanted }
        );
        assert_eq!(kept(Fields::FORWARD), Destination { forward: ForwardMethod::Bypass, ..wanted });
        assert_eq!(kept(Fields::WEIGHT | Fields::THRESHOLDS | Fields::FORWARD), there);

        let persistence = Some(Persistence { timeout_s: 60, granularity: crate::Granularity::Host });
        let there = Service {
            scheduler_flags: crate::SchedulerFlags::SH_PORT,
            persistence,
            one_packet: true,
            engine: Some("sip".parse().unwrap()),
            ..Service::new("sh".parse().unwrap())
        };
        let wanted = Service::new("wlc".parse().unwrap());
        let kept = |fields: Fields| fields.of_service(&wanted, &there).into_owned();
        assert_eq!(kept(Fields::WEIGHT), wanted);
        assert_eq!(kept(Fields::PERSISTENCE), Service { persistence, ..wanted.clone() });
        assert_eq!(kept(Fields::ENGINE), Service { engine: there.engine.clone(), ..wanted.clone() });
        let all = Fields::SCHEDULER | Fields::PERSISTENCE | Fields::ONE_PACKET | Fields::ENGINE;
        assert_eq!(kept(all), there);
    }
}
