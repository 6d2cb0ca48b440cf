//! Commands on services and destinations, with the kernel's checks in the kernel's order.

use crate::uapi::{AddressFamily, cmd, dest, errno, svc, top};

use super::kernel::Kernel;
use super::numbers::{GUE, HASHED, METHOD_MASK, TUNNEL};
use super::policy::{self, Found};
use super::table::{DestId, DestSettings, ServiceId, Settings};

/// A destination as a request names it, and what it says of it.
struct Wanted {
    id: DestId,
    settings: DestSettings,
}

impl Kernel {
    /// Every command that needs a service.
    pub(super) fn change(&mut self, command: u8, attributes: &Found<'_>) -> Result<(), i32> {
        let nest = attributes.octets(top::SERVICE);
        let full = matches!(command, cmd::NEW_SERVICE | cmd::SET_SERVICE);
        let found = read_service(nest)?;
        let id = self.service_id(&found)?;
        let settings = if full { Some(self.settings(&id, &found)?) } else { None };
        if command != cmd::NEW_SERVICE && self.table.services.get(&id).is_none() {
            return Err(errno::ESRCH);
        }
        let wanted = match command {
            cmd::NEW_DEST | cmd::SET_DEST | cmd::DEL_DEST => {
                Some(self.wanted(command, &id, attributes.octets(top::DEST))?)
            }
            _ => None,
        };
        match (command, settings, wanted) {
            (cmd::NEW_SERVICE, Some(settings), _) => self.new_service(id, &found, settings),
            (cmd::SET_SERVICE, Some(settings), _) => self.set_service(&id, &found, settings),
            (cmd::NEW_DEST, _, Some(wanted)) => self.new_dest(&id, &wanted),
            (cmd::SET_DEST, _, Some(wanted)) => self.set_dest(&id, &wanted),
            (cmd::DEL_DEST, _, Some(wanted)) => self.delete_dest(&id, &wanted),
            (cmd::DEL_SERVICE, ..) => {
                self.table.delete_service(&id);
                Ok(())
            }
            (cmd::ZERO, ..) => {
                self.table.zero(Some(&id));
                Ok(())
            }
            _ => Err(errno::EINVAL),
        }
    }

    /// The service that a request names, whether it is there or not.
    pub(super) fn named(&self, nest: Option<&[u8]>) -> Result<ServiceId, i32> {
        self.service_id(&read_service(nest)?)
    }

    fn service_id(&self, found: &Found<'_>) -> Result<ServiceId, i32> {
        let mark = found.u32(svc::FWMARK);
        let address = (found.u16(svc::PROTOCOL), found.padded(svc::ADDR), found.u16_be(svc::PORT));
        let family = found.u16(svc::AF).ok_or(errno::EINVAL)?;
        let id = match (mark, address) {
            (Some(0), _) => (6, [0; 16], 0),
            (Some(mark), _) => return Ok(ServiceId::Mark { family: self.family(family)?, mark }),
            (None, (Some(protocol), Some(address), Some(port))) => (protocol, address, port),
            (None, _) => return Err(errno::EINVAL),
        };
        let family = self.family(family)?;
        let (protocol, address, port) = id;
        Ok(ServiceId::Address { family, protocol, address: cut(family, address), port })
    }

    fn family(&self, number: u16) -> Result<AddressFamily, i32> {
        match AddressFamily::from_number(number) {
            Some(AddressFamily::V6) if !self.traits.ipv6 => Err(errno::EAFNOSUPPORT),
            Some(family) => Ok(family),
            None => Err(errno::EAFNOSUPPORT),
        }
    }

    /// What a full service has; names are looked up later. Flags that the request's mask leaves
    /// out stay as they are.
    fn settings(&self, id: &ServiceId, found: &Found<'_>) -> Result<Settings, i32> {
        let needed = (found.name(svc::SCHED_NAME), found.padded(svc::FLAGS));
        let (Some(_), Some([f0, f1, f2, f3, m0, m1, m2, m3])) = needed else { return Err(errno::EINVAL) };
        let needed = (found.u32(svc::TIMEOUT), found.padded(svc::NETMASK));
        let (Some(timeout_s), Some(netmask)) = needed else { return Err(errno::EINVAL) };
        let flags = u32::from_ne_bytes([f0, f1, f2, f3]);
        let mask = u32::from_ne_bytes([m0, m1, m2, m3]);
        let before = self.table.services.get(id).map_or(0, |service| service.settings.flags);
        Ok(Settings {
            scheduler: None,
            engine: None,
            flags: before & !mask | flags & mask | HASHED,
            // The kernel counts ticks in 32 bits.
            timeout_ticks: timeout_s.wrapping_mul(self.traits.ticks_per_second),
            netmask,
        })
    }

    fn new_service(&mut self, id: ServiceId, found: &Found<'_>, settings: Settings) -> Result<(), i32> {
        if self.table.services.get(&id).is_some() {
            return Err(errno::EEXIST);
        }
        if self.traits.unloading {
            return Err(errno::ENOPROTOOPT);
        }
        let settings = self.checked(&id, found, settings)?;
        self.table.add_service(id, settings);
        Ok(())
    }

    fn set_service(&mut self, id: &ServiceId, found: &Found<'_>, settings: Settings) -> Result<(), i32> {
        let settings = self.checked(id, found, settings)?;
        if let Some(service) = self.table.services.get_mut(id) {
            service.settings = settings;
        }
        Ok(())
    }

    /// Scheduler, then engine, then granularity.
    fn checked(&self, id: &ServiceId, found: &Found<'_>, settings: Settings) -> Result<Settings, i32> {
        let scheduler = match found.name(svc::SCHED_NAME).unwrap_or_default() {
            b"none" => None,
            name => Some(known(&self.traits.schedulers, name)?),
        };
        let engine = match found.name(svc::PE_NAME).unwrap_or_default() {
            b"" => None,
            name => Some(known(&self.traits.engines, name)?),
        };
        let length = u32::from_ne_bytes(settings.netmask);
        if id.family() == AddressFamily::V6 && !(1..=128).contains(&length) {
            return Err(errno::EINVAL);
        }
        Ok(Settings { scheduler, engine, ..settings })
    }

    /// Whatever a command says of a destination, and whether its family goes with the service.
    fn wanted(&self, command: u8, service: &ServiceId, nest: Option<&[u8]>) -> Result<Wanted, i32> {
        let nest = nest.ok_or(errno::EINVAL)?;
        let found = Found::read(nest, policy::DEST).map_err(|_| errno::EINVAL)?;
        let needed = (found.padded(dest::ADDR), found.u16_be(dest::PORT));
        let (Some(address), Some(port)) = needed else { return Err(errno::EINVAL) };
        let deletes = command == cmd::DEL_DEST;
        let settings = if deletes { DestSettings::default() } else { self.dest_settings(&found)? };
        let family = match found.u16(dest::ADDR_FAMILY) {
            Some(number) if number != 0 && self.traits.address_family => self.family(number)?,
            _ => service.family(),
        };
        let mixed = family != service.family() && !deletes;
        if mixed && (self.synchronizes() || settings.method != TUNNEL) {
            return Err(errno::EINVAL);
        }
        Ok(Wanted { id: DestId { family, address: cut(family, address), port }, settings })
    }

    fn dest_settings(&self, found: &Found<'_>) -> Result<DestSettings, i32> {
        let numbers = (
            found.u32(dest::FWD_METHOD),
            found.u32(dest::WEIGHT),
            found.u32(dest::U_THRESH),
            found.u32(dest::L_THRESH),
        );
        let (Some(method), Some(weight), Some(upper), Some(lower)) = numbers else {
            return Err(errno::EINVAL);
        };
        let settings =
            DestSettings { method: method & METHOD_MASK, weight, upper, lower, ..DestSettings::default() };
        if !self.traits.tunnels {
            return Ok(settings);
        }
        Ok(DestSettings {
            tunnel_type: found.u8(dest::TUN_TYPE).unwrap_or(0),
            tunnel_port: found.u16_be(dest::TUN_PORT).unwrap_or(0),
            tunnel_flags: found.u16(dest::TUN_FLAGS).unwrap_or(0),
            ..settings
        })
    }

    fn new_dest(&mut self, service: &ServiceId, wanted: &Wanted) -> Result<(), i32> {
        in_range(&wanted.settings)?;
        if self.table.services.get(service).is_some_and(|found| found.dests.get(&wanted.id).is_some()) {
            return Err(errno::EEXIST);
        }
        if !is_unicast(&wanted.id) {
            return Err(errno::EINVAL);
        }
        self.table.add_dest(service, wanted.id, wanted.settings);
        Ok(())
    }

    fn set_dest(&mut self, service: &ServiceId, wanted: &Wanted) -> Result<(), i32> {
        in_range(&wanted.settings)?;
        let found = self.table.services.get_mut(service).and_then(|found| found.dests.get_mut(&wanted.id));
        found.ok_or(errno::ENOENT)?.settings = wanted.settings;
        Ok(())
    }

    fn delete_dest(&mut self, service: &ServiceId, wanted: &Wanted) -> Result<(), i32> {
        if self.table.services.get(service).is_none_or(|found| found.dests.get(&wanted.id).is_none()) {
            return Err(errno::ENOENT);
        }
        self.table.delete_dest(service, &wanted.id);
        Ok(())
    }
}

fn read_service(nest: Option<&[u8]>) -> Result<Found<'_>, i32> {
    Found::read(nest.ok_or(errno::EINVAL)?, policy::SERVICE).map_err(|_| errno::EINVAL)
}

/// The kernel compares and keeps four octets of an IPv4 address.
fn cut(family: AddressFamily, address: [u8; 16]) -> [u8; 16] {
    match (family, address) {
        (AddressFamily::V4, [a, b, c, d, ..]) => [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        (AddressFamily::V6, address) => address,
    }
}

fn known(names: &[Box<str>], name: &[u8]) -> Result<Box<str>, i32> {
    names.iter().find(|known| known.as_bytes() == name).cloned().ok_or(errno::ENOENT)
}

/// The weight is signed in the kernel, the thresholds are not.
fn in_range(settings: &DestSettings) -> Result<(), i32> {
    if i32::try_from(settings.weight).is_err() || settings.lower > settings.upper {
        return Err(errno::ERANGE);
    }
    if settings.tunnel_type == GUE && settings.tunnel_port == 0 {
        return Err(errno::EINVAL);
    }
    Ok(())
}

/// As seen by a host whose only addresses are those of its loopback interface.
fn is_unicast(id: &DestId) -> bool {
    match (id.family, id.address) {
        (AddressFamily::V4, [a, b, c, d, ..]) => match [a, b, c, d] {
            [0, 0, 0, 0] | [127, 255, 255, 255] | [255, 255, 255, 255] => false,
            [first, ..] => !(224..=239).contains(&first),
        },
        (AddressFamily::V6, address) => match address {
            [0xff, ..] | [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ..] => false,
            [0xfe, second, ..] => second & 0xc0 != 0x80,
            address => address != [0; 16],
        },
    }
}
