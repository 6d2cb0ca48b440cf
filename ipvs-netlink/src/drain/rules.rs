//! Which destination is drained how.

use std::collections::BTreeMap;

use super::Drain;
use crate::destination::DestinationKey;
use crate::service::ServiceKey;

/// Which destination is drained how; one time for all services fits none.
///
/// The nearest rule counts: that of the destination, of its service, of all.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use ipvs_netlink::{Drain, DrainRules, ServiceKey};
///
/// let dns = ServiceKey::udp("192.0.2.1:53".parse()?);
/// let web = ServiceKey::tcp("192.0.2.1:80".parse()?);
/// let rules = DrainRules::all(Drain { cap: Duration::from_secs(60), ..Drain::default() })
///     .with_service(dns, None);
/// let real: std::net::SocketAddr = "198.51.100.1:80".parse()?;
/// assert!(rules.of(&web, &real.into()).is_some());
/// assert!(rules.of(&dns, &real.into()).is_none());
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DrainRules {
    all: Option<Drain>,
    services: BTreeMap<ServiceKey, Option<Drain>>,
    destinations: BTreeMap<(ServiceKey, DestinationKey), Option<Drain>>,
}

impl DrainRules {
    /// Nothing is drained: what is not wanted is deleted at once.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything is drained like this.
    #[must_use]
    pub fn all(drain: Drain) -> Self {
        Self { all: Some(drain), ..Self::default() }
    }

    /// The destinations of one service are drained like this, or with `None` not at all.
    #[must_use]
    pub fn with_service(mut self, key: ServiceKey, drain: Option<Drain>) -> Self {
        self.services.insert(key.normalized(), drain);
        self
    }

    /// One destination is drained like this, or with `None` not at all.
    #[must_use]
    pub fn with_destination(
        mut self,
        service: ServiceKey,
        key: DestinationKey,
        drain: Option<Drain>,
    ) -> Self {
        self.destinations.insert((service.normalized(), key), drain);
        self
    }

    /// How a destination is drained; `None` if it is not.
    #[must_use]
    pub fn of(&self, service: &ServiceKey, key: &DestinationKey) -> Option<Drain> {
        let service = service.normalized();
        let nearest = self.destinations.get(&(service, *key)).or_else(|| self.services.get(&service));
        nearest.copied().unwrap_or(self.all)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    #[test]
    fn the_nearest_rule_counts() {
        let capped = |cap| Drain { cap: Duration::from_secs(cap), ..Drain::default() };
        let [web, mail] = [80, 25].map(|port| ServiceKey::tcp(([192, 0, 2, 1], port).into()));
        let [one, two] = [1, 2].map(|host| DestinationKey::new(([198, 51, 100, host], 80).into()));
        let rules = DrainRules::all(capped(1))
            .with_service(web, Some(capped(2)))
            .with_destination(web, one, Some(capped(3)))
            .with_destination(mail, two, None);
        assert_eq!(rules.of(&web, &one), Some(capped(3)));
        assert_eq!(rules.of(&web, &two), Some(capped(2)));
        assert_eq!(rules.of(&mail, &one), Some(capped(1)));
        assert_eq!(rules.of(&mail, &two), None);
        assert_eq!(DrainRules::none().of(&web, &one), None);
    }
}
