//! A machine with enough interfaces for many routers, and their far ends.

use core::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};
use std::{collections::BTreeSet, fs, thread};

use netlab::{Namespace, Sniffer};

use crate::failure::{Failure, check};

/// VRIDs on one interface.
const PER_INTERFACE: u16 = 255;

/// Where an instance lives.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Instance {
    /// Number of the interface, from 0.
    interface: u8,
    /// From 1.
    pub(super) vrid: u8,
}

impl Instance {
    /// The first `count`, interface after interface.
    pub(super) fn all(count: u16) -> impl Iterator<Item = Self> {
        (0..count).filter_map(|number| {
            let interface = u8::try_from(number / PER_INTERFACE).ok()?;
            let vrid = u8::try_from(number % PER_INTERFACE + 1).ok()?;
            Some(Self { interface, vrid })
        })
    }

    /// Name of its interface.
    pub(super) fn interface_name(self) -> String {
        near(self.interface)
    }

    /// Its virtual address.
    pub(super) fn address(self) -> Ipv4Addr {
        Ipv4Addr::new(10, 100 + self.interface, 1, self.vrid)
    }
}

/// The machine and, in a namespace apart, the far ends of its cables.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) machine: Namespace,
    far: Namespace,
    instances: u16,
}

impl Network {
    /// Interfaces for `instances` routers.
    pub(super) fn new(instances: u16) -> Result<Self, Failure> {
        let (machine, far_end) = (Namespace::new()?, Namespace::new()?);
        for namespace in [&machine, &far_end] {
            // So that nobody speaks but the daemon.
            namespace.sysctl("ipv6.conf.default.disable_ipv6", "1")?;
        }
        for interface in interfaces(instances) {
            machine.add_veth(&near(interface), &far_end, &far(interface))?;
            let own = Ipv4Addr::new(10, 100 + interface, 0, 1);
            machine.add_address(&near(interface), IpAddr::V4(own), 16)?;
            machine.set_up(&near(interface))?;
            far_end.set_up(&far(interface))?;
        }
        Ok(Self { machine, far: far_end, instances })
    }

    /// How many of the virtual addresses the machine has.
    pub(super) fn present(&self) -> Result<usize, Failure> {
        let found: BTreeSet<IpAddr> =
            self.machine.addresses()?.into_iter().map(|found| found.address).collect();
        let wanted = Instance::all(self.instances).map(|instance| IpAddr::V4(instance.address()));
        Ok(wanted.filter(|address| found.contains(address)).count())
    }

    /// Listens for `time` at the far ends: every instance must advertise with `priority`.
    pub(super) fn assert_all_advertise(&self, priority: u8, time: Duration) -> Result<(), Failure> {
        let listen = |interface| Ok((interface, Sniffer::start(&self.far, &far(interface))?));
        let sniffers: Vec<(u8, Sniffer)> =
            interfaces(self.instances).map(listen).collect::<Result<_, Failure>>()?;
        thread::sleep(time);
        let mut heard = BTreeSet::new();
        for (interface, sniffer) in sniffers {
            check(sniffer.lost() == 0, || "the sniffer lost frames".into())?;
            let events = sniffer.events();
            let adverts = events.iter().filter_map(|event| event.advert());
            let masters = adverts.filter(|advert| advert.priority == priority);
            heard.extend(masters.map(|advert| Instance { interface, vrid: advert.vrid }));
        }
        let silent = Instance::all(self.instances).filter(|instance| !heard.contains(instance)).count();
        check(silent == 0, || format!("{silent} of {} instances do not advertise", self.instances))
    }

    /// Packets that have arrived at the far ends. Counted by the interfaces, because whoever
    /// listens would make sending dearer.
    pub(super) fn arrived(&self) -> Result<u64, Failure> {
        // Each namespace sees its own interfaces there.
        const PATH: &str = "/proc/thread-self/net/dev";
        let text = self.far.run(|| fs::read_to_string(PATH))?.map_err(Failure::file("read", PATH))?;
        let all: Option<u64> = interfaces(self.instances).map(|number| received(&text, &far(number))).sum();
        all.ok_or_else(|| Failure::Untrue(format!("an interface is missing in {PATH}")))
    }
}

fn interfaces(instances: u16) -> impl Iterator<Item = u8> {
    (0..instances.div_ceil(PER_INTERFACE)).filter_map(|number| u8::try_from(number).ok())
}

fn near(interface: u8) -> String {
    format!("e{interface}")
}

fn far(interface: u8) -> String {
    format!("f{interface}")
}

/// Received packets of one interface in `/proc/net/dev`.
fn received(text: &str, interface: &str) -> Option<u64> {
    let counters = text.lines().find_map(|line| line.trim().strip_prefix(interface)?.strip_prefix(':'))?;
    counters.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instance_has_an_address_of_its_own() {
        let all: Vec<Instance> = Instance::all(1000).collect();
        let addresses: BTreeSet<Ipv4Addr> = all.iter().map(|instance| instance.address()).collect();
        assert_eq!((all.len(), addresses.len()), (1000, 1000));
        assert_eq!(all.last().unwrap().interface_name(), "e3");
        assert_eq!(interfaces(255).count(), 1);
        assert_eq!(interfaces(256).count(), 2);
    }

    #[test]
    fn received_packets_are_the_second_number() {
        let text = "Inter-|   Receive\n face |bytes    packets errs\n    lo:       0       0    0\n    f0:  90       17    0\n";
        assert_eq!((received(text, "f0"), received(text, "f1")), (Some(17), None));
    }
}
