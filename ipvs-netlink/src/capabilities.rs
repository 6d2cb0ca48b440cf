//! What a kernel can do, found out by trying.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use core::num::{NonZeroU16, NonZeroU32};

use crate::client::{Client, Transport};
use crate::destination::{Destination, DestinationKey};
use crate::error::{Error, Reason};
use crate::forward::{ForwardMethod, Tunnel, TunnelFlags};
use crate::reply::Info;
use crate::request::Command;
use crate::service::{Service, ServiceKey};
use crate::timeouts::Timeouts;
use crate::uapi::AddressFamily;

/// A scheduler or a persistence engine of Linux.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Module {
    /// As in a service: `wlc`, `sip`.
    pub name: &'static str,
    /// What `modprobe` would load: `ip_vs_wlc`, `ip_vs_pe_sip`.
    pub module: &'static str,
    /// Whether the kernel took it, loaded before or by itself when asked.
    pub usable: bool,
}

/// What the running kernel can do for this process.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Version of IPVS and size of its connection table.
    pub info: Info,
    /// Time-outs; `None` where the kernel is built without the protocol.
    pub timeouts: Timeouts,
    /// Every scheduler that Linux has had up to 6.12.
    pub schedulers: Vec<Module>,
    /// Every persistence engine.
    pub engines: Vec<Module>,
    /// Services of IPv6.
    pub ipv6: bool,
    /// 64-bit counters (Linux 4.1).
    pub wide_counters: bool,
    /// Tunnels in UDP (Linux 5.2).
    pub gue: bool,
    /// Tunnels in GRE, and checksums of tunnels (Linux 5.3).
    pub gre: bool,
    /// Destinations of the other family through tunnels (Linux 3.18); never while connections
    /// are synchronized.
    pub mixed_families: bool,
}

const SCHEDULERS: [(&str, &str); 14] = [
    ("rr", "ip_vs_rr"),
    ("wrr", "ip_vs_wrr"),
    ("lc", "ip_vs_lc"),
    ("wlc", "ip_vs_wlc"),
    ("fo", "ip_vs_fo"),
    ("ovf", "ip_vs_ovf"),
    ("lblc", "ip_vs_lblc"),
    ("lblcr", "ip_vs_lblcr"),
    ("dh", "ip_vs_dh"),
    ("sh", "ip_vs_sh"),
    ("mh", "ip_vs_mh"),
    ("sed", "ip_vs_sed"),
    ("nq", "ip_vs_nq"),
    ("twos", "ip_vs_twos"),
];
const ENGINES: [(&str, &str); 1] = [("sip", "ip_vs_pe_sip")];

/// Where the search for a mark that no service has begins; it goes down from here.
const FIRST_MARK: NonZeroU32 = NonZeroU32::new(0x7fff_fff0).unwrap();

impl Capabilities {
    /// Tries everything on a service of its own, under a firewall mark that no service of
    /// the table has, and takes it away again. The kernel itself loads a scheduler's module
    /// when asked for one that is not loaded, if it may.
    ///
    /// While it lasts, some milliseconds, packets with that mark (about 2,147,483,632) are
    /// rejected. No other packet is touched.
    ///
    /// # Errors
    ///
    /// [`Error`] of the transport; of the kernel if it permits nothing at all.
    pub fn probe<T: Transport>(client: &mut Client<T>) -> Result<Self, Error> {
        let (info, timeouts) = (client.info()?, client.timeouts()?);
        let mark = unused_mark(client)?;
        let v4 = ServiceKey::FirewallMark { mark, family: AddressFamily::V4 };
        let v6 = ServiceKey::FirewallMark { mark, family: AddressFamily::V6 };
        let mut bench = Bench { client, key: v4 };
        let schedulers = bench.modules(&SCHEDULERS, |name| Some(Service::new(name.parse().ok()?)))?;
        let engines =
            bench.modules(&ENGINES, |name| Some(Service { engine: Some(name.parse().ok()?), ..plain()? }))?;
        let ipv6 = Bench { client: &mut *bench.client, key: v6 }.takes(plain())?;
        let Found { wide_counters, gue, gre, mixed_families } = bench.forwards()?;
        Ok(Self { info, timeouts, schedulers, engines, ipv6, wide_counters, gue, gre, mixed_families })
    }

    /// Whether a scheduler can be used; `None` if it is not one of Linux.
    #[must_use]
    pub fn scheduler(&self, name: &str) -> Option<bool> {
        self.schedulers.iter().find(|module| module.name == name).map(|module| module.usable)
    }
}

/// `none` is the kernel's word for no scheduler, which needs no module (Linux 4.3).
fn plain() -> Option<Service> {
    Some(Service::new("none".parse().ok()?))
}

fn unused_mark<T: Transport>(client: &mut Client<T>) -> Result<NonZeroU32, Error> {
    let taken: Vec<u32> = client
        .services()?
        .iter()
        .filter_map(|service| match service.key {
            ServiceKey::FirewallMark { mark, .. } => Some(mark.get()),
            ServiceKey::Address { .. } => None,
        })
        .collect();
    let free = (1..=FIRST_MARK.get()).rev().find(|mark| !taken.contains(mark));
    Ok(free.and_then(NonZeroU32::new).unwrap_or(FIRST_MARK))
}

/// The service on which things are tried.
struct Bench<'a, T> {
    client: &'a mut Client<T>,
    key: ServiceKey,
}

impl<T: Transport> Bench<'_, T> {
    fn modules(
        &mut self,
        all: &[(&'static str, &'static str)],
        service: impl Fn(&str) -> Option<Service>,
    ) -> Result<Vec<Module>, Error> {
        let tried = all.iter().map(|&(name, module)| {
            let usable = self.takes(service(name))?;
            Ok(Module { name, module, usable })
        });
        tried.collect()
    }

    /// Whether the kernel takes a service.
    fn takes(&mut self, service: Option<Service>) -> Result<bool, Error> {
        let Some(service) = service else { return Ok(false) };
        let made = self.client.apply(&Command::NewService { key: self.key, service });
        if made.is_ok() {
            self.client.apply(&Command::DeleteService { key: self.key })?;
        }
        accepted(made)
    }

    /// What is written to a destination and comes back from it.
    fn forwards(&mut self) -> Result<Found, Error> {
        let mut found = Found::default();
        // Kernels that do not know "none" have round-robin.
        for service in [plain(), "rr".parse().ok().map(Service::new)].into_iter().flatten() {
            let made = self.client.apply(&Command::NewService { key: self.key, service });
            if accepted(made)? {
                let tried = self.tunnels(&mut found);
                self.client.apply(&Command::DeleteService { key: self.key })?;
                tried?;
                break;
            }
        }
        Ok(found)
    }

    fn tunnels(&mut self, found: &mut Found) -> Result<(), Error> {
        found.wide_counters = self.client.service(&self.key)?.is_some_and(|seen| seen.wide_counters);
        // Addresses for documentation (RFC 5737, RFC 3849): nobody sends them anything.
        let v4 = DestinationKey::new(SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 0)));
        let v6 = DestinationKey::new(SocketAddr::from((Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 0)));
        let gue = Tunnel::Gue { port: NonZeroU16::MAX, checksum: TunnelFlags::NONE };
        let gre = Tunnel::Gre { checksum: TunnelFlags::CHECKSUM };
        found.gue = self.keeps(v4, gue)?;
        found.gre = self.keeps(v4, gre)?;
        found.mixed_families = self.keeps(v6, Tunnel::Ipip)?;
        Ok(())
    }

    /// A kernel that does not know an attribute takes it and forgets it.
    fn keeps(&mut self, key: DestinationKey, tunnel: Tunnel) -> Result<bool, Error> {
        let service = self.key;
        let destination = Destination { weight: 0, ..Destination::new(ForwardMethod::Tunnel(tunnel)) };
        let made = self.client.apply(&Command::NewDestination { service, key, destination });
        if !accepted(made)? {
            return Ok(false);
        }
        let seen = self.client.destinations(&service)?;
        self.client.apply(&Command::DeleteDestination { service, key })?;
        Ok(seen.iter().any(|seen| seen.key == key && seen.destination == destination))
    }
}

/// A refusal is a finding, unless it says that nothing is allowed.
fn accepted(result: Result<(), Error>) -> Result<bool, Error> {
    match result {
        Ok(()) => Ok(true),
        Err(error) => match error.reason() {
            None | Some(Reason::NotPermitted | Reason::OutOfMemory) => Err(error),
            Some(_) => Ok(false),
        },
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Found {
    wide_counters: bool,
    gue: bool,
    gre: bool,
    mixed_families: bool,
}

/// A few lines for people; what is missing comes with the module to load.
impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, patch) = self.info.version;
        let buckets = self.info.connection_table_size;
        writeln!(f, "IPVS {major}.{minor}.{patch}, connection table of {buckets} buckets")?;
        for (what, modules) in [("schedulers", &self.schedulers), ("persistence engines", &self.engines)] {
            write!(f, "{what}:")?;
            let usable = modules.iter().filter(|module| module.usable);
            usable.into_iter().try_for_each(|module| write!(f, " {}", module.name))?;
            writeln!(f)?;
            for module in modules.iter().filter(|module| !module.usable) {
                writeln!(f, "  not {}: `modprobe {}`, if this kernel has it", module.name, module.module)?;
            }
        }
        let known = [
            ("IPv6", self.ipv6, ""),
            ("64-bit counters", self.wide_counters, " (Linux 4.1)"),
            ("tunnels in UDP (gue)", self.gue, " (Linux 5.2)"),
            ("tunnels in GRE, checksums of tunnels", self.gre, " (Linux 5.3)"),
            ("destinations of the other family", self.mixed_families, " (Linux 3.18, no synchronization)"),
        ];
        known.into_iter().try_for_each(|(what, there, since)| match there {
            true => writeln!(f, "{what}: yes"),
            false => writeln!(f, "{what}: no{since}"),
        })
    }
}
