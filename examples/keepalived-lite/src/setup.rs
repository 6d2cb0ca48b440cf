//! From a configuration and the host's interfaces to everything the threads need.

use core::net::{IpAddr, Ipv4Addr};
use core::num::{NonZeroU8, NonZeroU32};
use core::time::Duration;
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use healthcheck::FileRule;
use kconf_parser::model::{
    Authentication as AuthenticationConfig, Broadcast, Config, GarpSettings, InitialState, TrackedFile,
    VirtualAddress, VrrpInstance, VrrpScriptCommand, VrrpVersion,
};
use vrrp_fsm::{AnnounceSchedule, Fault, ScriptTracker, VirtualRouter, Weight};
use vrrp_proto::{
    AdvertInterval, Authentication, Password, Policy, Priority, UnicastPeer, VRRP_MULTICAST_V4, Version, Vrid,
};

use crate::interface::{Interface, Placement};
use crate::link::{Addresses, Announcers};
use crate::monitor::{ScriptJob, Watched};
use crate::process::user_of;
use crate::record::Entry;
use crate::vrrp::engine::{File, Script};
use crate::vrrp::instance::{Hearing, Instance, TrackedInterface};
use crate::vrrp::machine::Machine;
use crate::vrrp::port::Port;
use crate::vrrp::stats::Stats;
use crate::vrrp::wire::{Content, Wire};
use crate::{notify, tracked_file, unsupported};

/// The parts of all threads; lists of instances have the same order in each.
#[derive(Debug)]
pub(crate) struct Setup {
    /// For the vrrp thread.
    pub instances: Vec<Instance>,
    /// For the vrrp thread.
    pub machines: Vec<Machine>,
    /// For the vrrp thread.
    pub scripts: Vec<Script>,
    /// For the vrrp thread.
    pub files: Vec<File>,
    /// Where those are, for the files thread.
    pub paths: Vec<PathBuf>,
    /// For the vrrp thread.
    pub ports: Vec<Port>,
    /// For the link thread.
    pub addresses: Vec<Addresses>,
    /// For the link thread.
    pub announcers: Announcers,
    /// For the monitor thread.
    pub watched: Vec<Watched>,
    /// For the monitor thread.
    pub jobs: Vec<ScriptJob>,
    /// For the notify thread.
    pub notify: Vec<notify::Scripts>,
    /// For whoever comes after us.
    pub entries: Vec<Entry>,
    /// Where each comes from.
    pub origins: Vec<Origin>,
}

/// What an instance was made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Origin {
    /// Position of its block in the configuration.
    pub block: usize,
    /// The kernel's number of the interface of its adverts.
    pub interface: u32,
}

/// Why an instance is not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    /// Something it asks for cannot be done yet.
    #[error("{0}")]
    Unsupported(String),
    /// Its interface is not there.
    #[error("there is no interface {0}")]
    NoInterface(String),
    /// No interface has its source address, and none is named.
    #[error("no interface is named and none has the source address")]
    NoPlace,
    /// A value does not fit the protocol.
    #[error("{0} does not fit the protocol")]
    Value(&'static str),
    /// No packet can be made of it.
    #[error(transparent)]
    Wire(#[from] vrrp_proto::FrameError),
    /// A socket cannot be had.
    #[error("socket on {0}: {1}")]
    Socket(String, io::Error),
}

/// Makes everything ready. An instance that cannot be run is logged and left out.
///
/// # Errors
///
/// A socket that cannot be had: with `EPERM` nothing at all will work.
pub(crate) fn build(config: &Config, interfaces: &HashMap<String, Interface>) -> Result<Setup, SetupError> {
    let (scripts, jobs) = scripts(config);
    let (files, paths) = files(config);
    let mut setup = Setup {
        instances: Vec::new(),
        machines: Vec::new(),
        scripts,
        files,
        paths,
        ports: Vec::new(),
        addresses: Vec::new(),
        announcers: Announcers::default(),
        watched: Vec::new(),
        jobs,
        notify: Vec::new(),
        entries: Vec::new(),
        origins: Vec::new(),
    };
    let mut ports: HashMap<u32, usize> = HashMap::new();
    let mut routers = Vec::new();
    for (position, block) in config.instances.iter().enumerate() {
        match setup.add(block, config, interfaces, &mut ports) {
            Ok((interface, router)) => {
                setup.origins.push(Origin { block: position, interface });
                routers.push((block, router));
            }
            Err(error @ SetupError::Socket(..)) => return Err(error),
            Err(error) => tracing::error!("({}) not started: {error}", block.name),
        }
    }
    setup.machines = machines(config, routers);
    Ok(setup)
}

/// Each router by itself or in its group. A group goes on without a member that cannot be started.
fn machines(config: &Config, routers: Vec<(&VrrpInstance, VirtualRouter)>) -> Vec<Machine> {
    let mut grouped: HashMap<&str, Vec<(usize, VirtualRouter)>> = HashMap::new();
    let mut machines = Vec::new();
    for (position, (block, router)) in routers.into_iter().enumerate() {
        match &block.sync_group {
            Some(group) => grouped.entry(group).or_default().push((position, router)),
            None => machines.push(Machine::alone(position, router)),
        }
    }
    for (number, group) in config.sync_groups.iter().enumerate() {
        if let Some(members) = grouped.remove(group.name.as_str()) {
            machines.push(Machine::group(number, &group.name, members));
        }
    }
    machines
}

impl Setup {
    fn add(
        &mut self,
        block: &VrrpInstance,
        config: &Config,
        interfaces: &HashMap<String, Interface>,
        ports: &mut HashMap<u32, usize>,
    ) -> Result<(u32, VirtualRouter), SetupError> {
        if let Some(blocker) = unsupported::blocker(block) {
            return Err(SetupError::Unsupported(blocker));
        }
        let place = place(block, interfaces)?;
        let placements = placements(block, place, interfaces)?;
        let all: Vec<IpAddr> = placements.iter().map(|placement| placement.address.into()).collect();
        let content = content(block, place, &all)?;
        let priority = Priority::new(block.priority);
        let mut wire = Wire::new(content, priority)?;
        let farewell = wire.packets(Priority::RELEASE)?.to_vec();
        let port = self.port(place, config, ports)?;
        let router = VirtualRouter::new(machine(block, wire.content())?);
        let carriers: Vec<Interface> = interfaces.values().cloned().collect();
        let (owner, pause) = (priority.is_owner(), block.garp.garp_interval);
        let addresses =
            Addresses::prepare(&block.name, placements, owner, pause, &carriers, &mut self.announcers)
                .map_err(|error| SetupError::Socket(place.name.clone(), error))?;
        self.entries.push(Entry {
            name: block.name.clone(),
            interface: place.name.clone(),
            index: place.index,
            farewell,
            addresses: addresses.placements().iter().map(|p| (p.index, p.address, p.prefix_len)).collect(),
        });
        self.watched.push(Watched {
            index: place.index,
            tracked: addresses
                .placements()
                .iter()
                .filter(|p| !p.no_track)
                .map(|p| (p.index, p.address))
                .collect(),
            all,
            fixed_source: block.source_address.is_some(),
            source: Some(wire.content().source).filter(|source| !source.is_unspecified()),
        });
        self.addresses.push(addresses);
        self.notify.push(notify::Scripts::instance(block));
        self.instances.push(Instance {
            name: block.name.clone(),
            port,
            wire,
            hearing: hearing(block),
            stats: Stats::default(),
            scripts: self.tracked_scripts(block),
            files: self.tracked_files(block),
            interfaces: tracked_interfaces(block, place, interfaces),
            fresh: None,
            notify_deleted: block.notify.report_deleted,
            notify_priority: block.notify_priority_changes,
            logged_refusal: None,
            logged_addresses: false,
        });
        Ok((place.index, router))
    }

    fn port(
        &mut self,
        place: &Interface,
        config: &Config,
        ports: &mut HashMap<u32, usize>,
    ) -> Result<usize, SetupError> {
        if let Some(port) = ports.get(&place.index) {
            return Ok(*port);
        }
        let mut groups: Vec<Ipv4Addr> = config.instances.iter().filter_map(group).collect();
        groups.sort_unstable();
        groups.dedup();
        let port = Port::open(&place.name, place.index, &groups)
            .map_err(|error| SetupError::Socket(place.name.clone(), error))?;
        self.ports.push(port);
        ports.insert(place.index, self.ports.len() - 1);
        Ok(self.ports.len() - 1)
    }

    fn tracked_scripts(&self, block: &VrrpInstance) -> Vec<(usize, Weight)> {
        let tracked = block.track_scripts.iter().filter_map(|track| {
            let position = self.scripts.iter().position(|script| script.name == track.name)?;
            Some((position, Weight::new(track.weight, track.reverse)?))
        });
        tracked.collect()
    }

    fn tracked_files(&self, block: &VrrpInstance) -> Vec<(usize, FileRule)> {
        let tracked = block.track_files.iter().filter_map(|track| {
            let position = self.files.iter().position(|file| file.name == track.name)?;
            Some((position, FileRule { weight: track.weight.into(), reverse: track.reverse }))
        });
        tracked.collect()
    }
}

/// The files that instances follow, with what they hold, and where they are.
fn files(config: &Config) -> (Vec<File>, Vec<PathBuf>) {
    let followed = |file: &&TrackedFile| {
        let mut tracked = config.instances.iter().flat_map(|block| &block.track_files);
        tracked.any(|track| track.name == file.name)
    };
    let files = config.track_files.iter().filter(followed).map(|file| {
        let value = tracked_file::read(&file.path);
        (File { name: file.name.clone(), value }, file.path.clone())
    });
    files.unzip()
}

fn scripts(config: &Config) -> (Vec<Script>, Vec<ScriptJob>) {
    let default_user = config.globals.script_user.as_ref();
    let all = config.scripts.iter().map(|script| {
        let count = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let tracker = ScriptTracker::new(count(script.rise), count(script.fall), script.init_fail);
        let user = match &script.command {
            VrrpScriptCommand::Run(command) => script.user.clone().or_else(|| user_of(command, default_user)),
            VrrpScriptCommand::OpenFile(_) => None,
        };
        let job = ScriptJob {
            name: script.name.clone(),
            command: script.command.clone(),
            user,
            interval: script.interval,
            timeout: script.timeout,
        };
        (Script { name: script.name.clone(), tracker }, job)
    });
    all.unzip()
}

/// The interface of an instance: the named one, or the one that has its source address.
fn place<'a>(
    block: &VrrpInstance,
    interfaces: &'a HashMap<String, Interface>,
) -> Result<&'a Interface, SetupError> {
    if !block.interface.is_empty() {
        return interfaces
            .get(&block.interface)
            .ok_or_else(|| SetupError::NoInterface(block.interface.clone()));
    }
    let source = block.source_address.ok_or(SetupError::NoPlace)?;
    let carries = |interface: &&Interface| {
        interface.addresses.iter().any(|(address, _)| IpAddr::V4(*address) == source)
    };
    interfaces.values().find(carries).ok_or(SetupError::NoPlace)
}

fn placements(
    block: &VrrpInstance,
    place: &Interface,
    interfaces: &HashMap<String, Interface>,
) -> Result<Vec<Placement>, SetupError> {
    let all = block.virtual_addresses.iter().chain(&block.excluded_addresses);
    let v4 = all.filter_map(|address| match address.address {
        IpAddr::V4(octets) => Some((address, octets)),
        IpAddr::V6(_) => None,
    });
    v4.map(|(address, octets)| {
        let carrier = match &address.dev {
            Some(dev) => interfaces.get(dev).ok_or_else(|| SetupError::NoInterface(dev.clone()))?,
            None => place,
        };
        Ok(Placement {
            index: carrier.index,
            address: octets,
            prefix_len: address.prefix_len,
            broadcast: broadcast(address, octets),
            scope: address.scope.number(),
            label: address.label.clone(),
            no_track: address.no_track,
        })
    })
    .collect()
}

fn broadcast(address: &VirtualAddress, octets: Ipv4Addr) -> Option<Ipv4Addr> {
    let host_bits = u32::MAX.checked_shr(u32::from(address.prefix_len)).unwrap_or(0);
    match address.broadcast {
        Broadcast::None => None,
        Broadcast::HostBitsSet => Some(Ipv4Addr::from(u32::from(octets) | host_bits)),
        Broadcast::HostBitsClear => Some(Ipv4Addr::from(u32::from(octets) & !host_bits)),
        Broadcast::Address(broadcast) => Some(broadcast),
    }
}

fn group(block: &VrrpInstance) -> Option<Ipv4Addr> {
    match block.multicast_group {
        Some(IpAddr::V4(group)) => Some(group),
        Some(IpAddr::V6(_)) | None => None,
    }
}

fn content(block: &VrrpInstance, place: &Interface, all: &[IpAddr]) -> Result<Content, SetupError> {
    let v4 = |address: IpAddr| match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    };
    let version = match block.version {
        VrrpVersion::V2 => Version::V2,
        VrrpVersion::V3 => Version::V3,
    };
    let authentication = match block.authentication {
        Some(AuthenticationConfig::Pass(pass)) => {
            Authentication::Password(Password::from_octets(*pass.octets()))
        }
        // AH is a blocker, see unsupported.rs.
        Some(AuthenticationConfig::Ah(_)) | None => Authentication::None,
    };
    let source = match block.source_address {
        Some(address) => v4(address).ok_or(SetupError::Value("the source address"))?,
        // Without one the instance waits in Fault until the monitor sees one.
        None => place.primary_address(all).unwrap_or(Ipv4Addr::UNSPECIFIED),
    };
    let unicast = !block.unicast_peers.is_empty();
    let destinations = if unicast {
        block.unicast_peers.iter().filter_map(|peer| v4(peer.address)).collect()
    } else {
        vec![group(block).unwrap_or(VRRP_MULTICAST_V4)]
    };
    Ok(Content {
        version,
        vrid: Vrid::new(block.vrid).ok_or(SetupError::Value("virtual_router_id"))?,
        interval: interval(block.advert_interval)?,
        authentication,
        addresses: block.virtual_addresses.iter().filter_map(|address| v4(address.address)).collect(),
        source,
        destinations,
        ttl: if unicast { block.unicast_ttl } else { 255 },
        checksum_without_pseudo_header: block.v3_checksum_as_v2,
    })
}

fn interval(duration: Duration) -> Result<AdvertInterval, SetupError> {
    let centis = u16::try_from(duration.as_millis() / 10).ok();
    centis.and_then(AdvertInterval::from_centis).ok_or(SetupError::Value("advert_int"))
}

fn machine(block: &VrrpInstance, content: &Content) -> Result<vrrp_fsm::Config, SetupError> {
    let mut config = vrrp_fsm::Config::new(content.version, content.vrid, content.source.into());
    config.priority = Priority::new(block.priority);
    config.advert_interval = content.interval;
    config.preempt = block.preempt;
    config.preempt_delay = block.preempt_delay;
    config.state_master = block.initial_state == InitialState::Master;
    config.down_timer_adverts =
        NonZeroU8::new(block.down_timer_adverts).ok_or(SetupError::Value("down_timer_adverts"))?;
    config.answer_losing = !block.lower_prio_no_advert;
    config.answer_winning = block.higher_prio_send_advert;
    config.owner_ignores = block.owner_ignore_adverts;
    config.timer_expired_backup = block.timer_expired_backup.map(Priority::new);
    config.announce = announce(&block.garp);
    Ok(config)
}

fn announce(garp: &GarpSettings) -> AnnounceSchedule {
    let some = |duration: Duration| (!duration.is_zero()).then_some(duration);
    let count = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
    AnnounceSchedule {
        repeat: count(garp.master_repeat),
        delay: some(garp.master_delay),
        refresh: some(garp.master_refresh),
        refresh_repeat: count(garp.master_refresh_repeat),
        losing_repeat: count(garp.lower_prio_repeat),
        losing_delay: some(garp.lower_prio_delay),
    }
}

fn hearing(block: &VrrpInstance) -> Hearing {
    let peers = block.unicast_peers.iter().map(|peer| UnicastPeer {
        address: peer.address,
        min_ttl: peer.min_ttl,
        max_ttl: peer.max_ttl,
    });
    Hearing {
        peers: peers.collect(),
        check_source: block.check_unicast_src,
        group: group(block).unwrap_or(VRRP_MULTICAST_V4),
        policy: Policy::KEEPALIVED,
    }
}

fn tracked_interfaces(
    block: &VrrpInstance,
    place: &Interface,
    interfaces: &HashMap<String, Interface>,
) -> Vec<TrackedInterface> {
    let fault = Weight::new(0, false);
    let own = fault.filter(|_| !block.dont_track_primary).map(|weight| TrackedInterface {
        index: place.index,
        weight,
        running: place.running,
        fault: Fault::Interface,
    });
    let others = block.track_interfaces.iter().zip(0x8000..).filter_map(|(track, number)| {
        let interface = interfaces.get(&track.name)?;
        Some(TrackedInterface {
            index: interface.index,
            weight: Weight::new(track.weight, track.reverse)?,
            running: interface.running,
            fault: Fault::Tracker(number),
        })
    });
    own.into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brd_plus_and_minus_set_and_clear_the_host_bits() {
        let ip = Ipv4Addr::new(10, 1, 2, 3);
        let with = |prefix_len, broadcast| {
            let address = VirtualAddress { prefix_len, broadcast, ..VirtualAddress::new(ip.into()) };
            super::broadcast(&address, ip)
        };
        assert_eq!(with(24, Broadcast::HostBitsSet), Some(Ipv4Addr::new(10, 1, 2, 255)));
        assert_eq!(with(24, Broadcast::HostBitsClear), Some(Ipv4Addr::new(10, 1, 2, 0)));
        assert_eq!(with(32, Broadcast::HostBitsSet), Some(ip));
        assert_eq!(with(0, Broadcast::HostBitsSet), Some(Ipv4Addr::BROADCAST));
        assert_eq!(with(24, Broadcast::None), None);
    }

    #[test]
    fn an_interval_is_centiseconds_on_the_wire() {
        assert_eq!(interval(Duration::from_millis(10)).unwrap(), AdvertInterval::from_centis(1).unwrap());
        assert_eq!(interval(Duration::from_secs(255)).unwrap(), AdvertInterval::from_secs(255).unwrap());
        assert!(interval(Duration::from_millis(9)).is_err());
        assert!(interval(Duration::from_secs(1000)).is_err());
    }
}
