//! Everything that a kernel holds, comparable and printable.

use ipvs_netlink::{
    FamilyId, ForwardMethod, Granularity, Listing, ObservedDestination, ObservedService, ServiceKey,
};

use crate::request::{Ask, Level, SERVICE, cmd, message};
use crate::wire::Kernel;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct State {
    /// Sorted by their keys, as dumps promise no order.
    pub(crate) services: Vec<(ObservedService, Vec<ObservedDestination>)>,
    /// Octets of `GET_DAEMON`'s replies.
    pub(crate) daemons: Vec<Vec<u8>>,
    /// Octets of `GET_CONFIG`'s reply.
    pub(crate) timeouts: Vec<u8>,
}

impl State {
    pub(crate) fn read(kernel: &mut Kernel) -> Self {
        let mut services: Vec<_> = Vec::new();
        for (_, payload) in kernel.ask(&Ask::dump(cmd::GET_SERVICE, Level::default())).replies {
            let service = one(Listing::services(9), &payload);
            let dump = Ask::dump(cmd::GET_DEST, key_of(&service.key));
            let replies = kernel.ask(&dump).replies;
            let mut destinations: Vec<_> = replies
                .iter()
                .map(|(_, payload)| one(Listing::destinations(service.key, 9), payload))
                .collect();
            destinations.sort_by_key(|found| found.key);
            services.push((service, destinations));
        }
        services.sort_by_key(|(service, _)| service.key);
        let payloads = |replies: Vec<(u16, Vec<u8>)>| replies.into_iter().map(|(_, payload)| payload);
        let daemons = kernel.ask(&Ask::dump(cmd::GET_DAEMON, Level::default()));
        let timeouts = kernel.ask(&Ask::new(cmd::GET_CONFIG, Level::default()));
        Self {
            services,
            daemons: payloads(daemons.replies).collect(),
            timeouts: payloads(timeouts.replies).next().expect("one reply"),
        }
    }

    /// Services and destinations, a line for each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (service, destinations) in &self.services {
            lines.push(service_line(service));
            lines.extend(destinations.iter().map(destination_line));
        }
        lines
    }
}

fn service_line(found: &ObservedService) -> String {
    let mut line = format!("{} {}", found.key, found.service.scheduler);
    if let Some(engine) = &found.service.engine {
        line += &format!(" pe {engine}");
    }
    if let Some(persistence) = found.service.persistence {
        line += &format!(" {} s", persistence.timeout_s);
        match persistence.granularity {
            Granularity::Host => {}
            Granularity::V4(mask) => line += &format!(" /{mask}"),
            Granularity::V6(length) => line += &format!(" /{length}"),
        }
    }
    line + &format!(" {:#x}", found.flags)
}

fn destination_line(found: &ObservedDestination) -> String {
    let wanted = found.destination;
    let forward = match wanted.forward {
        ForwardMethod::Masquerade => "masq".to_owned(),
        ForwardMethod::LocalNode => "local".to_owned(),
        ForwardMethod::DirectRoute => "route".to_owned(),
        ForwardMethod::Bypass => "bypass".to_owned(),
        ForwardMethod::Tunnel(tunnel) => format!("{tunnel:?}"),
        other => format!("{other:?}"),
    };
    let mut line = format!("  {} {forward} {}", found.key, wanted.weight);
    if (wanted.upper_threshold, wanted.lower_threshold) != (0, 0) {
        line += &format!(" {}..{}", wanted.lower_threshold, wanted.upper_threshold);
    }
    line
}

/// The attributes that name a service, out of our own encoder.
fn key_of(key: &ServiceKey) -> Level {
    let mut octets = Vec::new();
    Listing::destinations(*key, 1).encode(FamilyId(0), &mut octets);
    // After both headers and the nest's.
    Level::default().octets(SERVICE, &octets[24..])
}

fn one<T>(mut listing: Listing<T>, payload: &[u8]) -> T {
    let mut datagram = Vec::new();
    message(0x1c, 0, 9, payload, &mut datagram);
    listing.feed(&datagram).expect("readable");
    listing.finish().pop().expect("one record")
}
