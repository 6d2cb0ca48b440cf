//! Synchronization daemons and time-outs.

use crate::uapi::{cmd, daemon, errno, top};

use super::kernel::Kernel;
use super::numbers::{BACKUP, EINTR, ENETUNREACH, MASTER};
use super::policy::Found;

/// A running daemon with what the kernel chose for it.
#[derive(Clone, Debug)]
pub(super) struct Daemon {
    /// Its thread has begun.
    pub(super) runs: bool,
    pub(super) interface: Vec<u8>,
    pub(super) sync_id: u32,
    pub(super) max_len: u16,
    pub(super) group: Group,
    pub(super) port: u16,
    pub(super) ttl: u8,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Group {
    V4([u8; 4]),
    V6([u8; 16]),
}

impl Group {
    /// Headers of IP and UDP in front of a message.
    const fn headers(self) -> u32 {
        match self {
            Self::V4(_) => 20 + 8,
            Self::V6(_) => 40 + 8,
        }
    }
}

/// The daemon of each role.
#[derive(Clone, Debug, Default)]
pub(super) struct Daemons {
    pub(super) master: Option<Daemon>,
    pub(super) backup: Option<Daemon>,
}

/// Seconds, as far as 32 bits of ticks can hold them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seconds {
    pub(super) tcp: u32,
    pub(super) tcp_fin: u32,
    pub(super) udp: u32,
}

impl Default for Seconds {
    fn default() -> Self {
        Self { tcp: 900, tcp_fin: 120, udp: 300 }
    }
}

impl Kernel {
    /// Whether connections are synchronized, in either role.
    pub(super) const fn synchronizes(&self) -> bool {
        self.daemons.master.is_some() || self.daemons.backup.is_some()
    }

    pub(super) fn change_daemon(&mut self, command: u8, found: &Found<'_>) -> Result<(), i32> {
        let state = found.u32(daemon::STATE);
        if command == cmd::NEW_DAEMON {
            self.start_daemon(state, found)
        } else {
            self.stop_daemon(state.ok_or(errno::EINVAL)?)
        }
    }

    fn start_daemon(&mut self, state: Option<u32>, found: &Found<'_>) -> Result<(), i32> {
        let needed = (state, found.name(daemon::MCAST_IFN), found.u32(daemon::SYNC_ID));
        let (Some(state), Some(interface), Some(sync_id)) = needed else { return Err(errno::EINVAL) };
        let group = group(found)?;
        if self.table.is_mixed() {
            return Err(errno::EINVAL);
        }
        if self.traits.unloading {
            return Err(errno::ENOPROTOOPT);
        }
        let interfaces = &self.traits.interfaces;
        let mtu = interfaces.iter().find(|(name, _)| name.as_bytes() == interface).ok_or(errno::ENODEV)?.1;
        let wanted = found.u16(daemon::SYNC_MAXLEN).unwrap_or(0);
        let daemon = Daemon {
            runs: false,
            interface: interface.to_vec(),
            sync_id,
            max_len: message_length(wanted, state == BACKUP, mtu, group.headers()),
            group,
            port: found.u16(daemon::MCAST_PORT).filter(|port| *port != 0).unwrap_or(8848),
            ttl: found.u8(daemon::MCAST_TTL).filter(|ttl| *ttl != 0).unwrap_or(1),
        };
        let place = self.role(state).ok_or(errno::EINVAL)?;
        if place.is_some() {
            return Err(errno::EEXIST);
        }
        // A sender needs a route to its group, and there is none to IPv6 multicast on lo.
        if state == MASTER && interface == b"lo" && matches!(daemon.group, Group::V6(_)) {
            return Err(ENETUNREACH);
        }
        *place = Some(daemon);
        Ok(())
    }

    fn stop_daemon(&mut self, state: u32) -> Result<(), i32> {
        let place = self.role(state).ok_or(errno::EINVAL)?;
        match place.take() {
            Some(daemon) if daemon.runs => Ok(()),
            Some(_) => Err(EINTR),
            None => Err(errno::ESRCH),
        }
    }

    /// Gives the threads of daemons their time.
    pub(super) fn schedule(&mut self) {
        let daemons = [&mut self.daemons.master, &mut self.daemons.backup];
        daemons.into_iter().flatten().for_each(|daemon| daemon.runs = true);
    }

    fn role(&mut self, state: u32) -> Option<&mut Option<Daemon>> {
        match state {
            MASTER => Some(&mut self.daemons.master),
            BACKUP => Some(&mut self.daemons.backup),
            _ => None,
        }
    }

    /// All three are checked, those that the request leaves out too, before one is changed;
    /// 0 keeps what there is.
    pub(super) fn set_timeouts(&mut self, found: &Found<'_>) -> Result<(), i32> {
        let most = i32::MAX.unsigned_abs() / self.traits.ticks_per_second;
        let tcp = found.u32(top::TIMEOUT_TCP).unwrap_or(0);
        let tcp_fin = found.u32(top::TIMEOUT_TCP_FIN).unwrap_or(0);
        let udp = found.u32(top::TIMEOUT_UDP).unwrap_or(0);
        if tcp > most || tcp_fin > most || udp > most {
            return Err(errno::EINVAL);
        }
        let keep = |new: u32, old: u32| if new == 0 { old } else { new };
        let old = self.timeouts;
        self.timeouts =
            Seconds { tcp: keep(tcp, old.tcp), tcp_fin: keep(tcp_fin, old.tcp_fin), udp: keep(udp, old.udp) };
        Ok(())
    }
}

/// The default is 224.0.0.81. Of two groups the one of IPv4 counts.
fn group(found: &Found<'_>) -> Result<Group, i32> {
    if let Some(group) = found.padded::<4>(daemon::MCAST_GROUP) {
        let [first, ..] = group;
        return if (224..=239).contains(&first) { Ok(Group::V4(group)) } else { Err(errno::EINVAL) };
    }
    match found.padded::<16>(daemon::MCAST_GROUP6) {
        None => Ok(Group::V4([224, 0, 0, 81])),
        Some(group @ [0xff, ..]) => Ok(Group::V6(group)),
        Some(_) => Err(errno::EINVAL),
    }
}

/// Octets of a message: a sender is made for Ethernet, a receiver for what its interface takes.
fn message_length(wanted: u16, receives: bool, mtu: u32, headers: u32) -> u16 {
    let length = match (wanted, receives) {
        (0, true) => mtu.clamp(1500, 65_535) - headers,
        (0, false) => 1500 - headers,
        (wanted, receives) => u32::from(wanted).clamp(if receives { 1024 } else { 1 }, 65_535 - headers),
    };
    u16::try_from(length).unwrap_or(u16::MAX)
}
