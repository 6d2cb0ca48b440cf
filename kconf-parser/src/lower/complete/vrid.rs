//! Two instances with one number would answer each other's adverts.

use core::net::IpAddr;
use std::collections::HashMap;

use crate::model::{AddressFamily, VrrpInstance};
use crate::{Diagnostic, Problem};

/// What instances must not share. Unicast and multicast count their numbers apart.
#[derive(Eq, Hash, PartialEq)]
enum Place<'a> {
    /// Interface and group.
    Multicast(&'a str, Option<IpAddr>),
    /// Interface, source address and one of the peers.
    Unicast(&'a str, IpAddr, IpAddr),
}

/// Reports each instance whose number another one above it uses at the same place.
pub(crate) fn duplicate_vrids(instances: &[VrrpInstance]) -> Vec<Diagnostic> {
    // Most have one place: growing on the way costs as much as all the rest.
    let mut seen: HashMap<(AddressFamily, u8, Place<'_>), &VrrpInstance> =
        HashMap::with_capacity(instances.len());
    let mut findings = Vec::new();
    for instance in instances {
        let mut first = None;
        for place in places(instance) {
            let key = (instance.family, instance.vrid, place);
            match seen.get(&key) {
                Some(other) if other.name != instance.name => first = first.or(Some(*other)),
                Some(_) => {}
                None => {
                    seen.insert(key, instance);
                }
            }
        }
        if let Some(first) = first {
            let problem = Problem::DuplicateVrid {
                first: first.name.clone(),
                second: instance.name.clone(),
                vrid: instance.vrid,
                interface: instance.interface.clone(),
            };
            findings.push(Diagnostic::new(instance.span, problem).relate(first.span, "the other instance"));
        }
    }
    findings
}

fn places(instance: &VrrpInstance) -> Vec<Place<'_>> {
    if instance.unicast_peers.is_empty() {
        return vec![Place::Multicast(&instance.interface, instance.multicast_group)];
    }
    // Where no source is written, the host decides whether there is one to share; a lint warns of it.
    let Some(source) = instance.source_address else { return Vec::new() };
    let place = |peer| Place::Unicast(&instance.interface, source, peer);
    instance.unicast_peers.iter().map(|peer| place(peer.address)).collect()
}
