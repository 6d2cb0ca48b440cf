//! What a simulated router is told before it starts, and what it is while it runs.

use std::collections::VecDeque;
use std::sync::Arc;

use vrrp_fsm::Config;
use vrrp_proto::{AddressList, EncodeError, Priority};

use crate::machine::{Machine, Order, StateKind};
use crate::time::Time;
use crate::wire::Wire;

/// One virtual router of a simulation.
#[derive(Clone, Debug)]
pub struct RouterSpec {
    /// Its name: letters, digits, `_`, `-` and `.`; unique.
    pub name: String,
    /// The host that it runs on: what crashes, freezes and is unplugged as one.
    pub host: String,
    /// The LAN that it speaks on. Routers of the same LAN and VRID form a group.
    pub lan: String,
    /// Whether it runs from the beginning.
    pub started: bool,
    /// The `vrrp_sync_group` of its host that it belongs to: its members are Master together.
    pub sync_group: Option<String>,
    /// Protected addresses.
    pub addresses: AddressList,
    /// What the machine is told.
    pub config: Config,
}

/// The number of each router's group: LANs with a VRID, in order of appearance.
pub(crate) fn group_numbers(specs: &[RouterSpec]) -> Vec<usize> {
    let mut seen = Vec::new();
    let keys = specs.iter().map(|spec| (&spec.lan, spec.config.vrid));
    let number = |key| {
        seen.iter().position(|other| *other == key).unwrap_or_else(|| {
            seen.push(key);
            seen.len() - 1
        })
    };
    keys.map(number).collect()
}

/// Whether a host runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Power {
    /// Without power, or its daemon is not started.
    Off,
    /// Running.
    On,
    /// Stopped in its tracks: it holds what it held and does nothing.
    Frozen,
}

/// A router at one moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RouterView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Number of its group.
    pub group: usize,
    /// Whether its host runs.
    pub power: Power,
    /// Its state; of a frozen router the one in which it was frozen.
    pub state: StateKind,
    /// Whether it could be Master if it runs: its cable is good and no tracker has failed.
    pub fit: bool,
    /// The priority it competes with.
    pub priority: Priority,
    /// Whether it takes over from a Master of lower priority (an owner always does,
    /// a router in maintenance never).
    pub preempts: bool,
}

impl RouterView<'_> {
    /// Master and able to act.
    #[must_use]
    pub fn is_acting_master(&self) -> bool {
        self.power == Power::On && self.state == StateKind::Master
    }
}

/// A frame that waits in the socket of a frozen process.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) at: Time,
    pub(crate) from: usize,
    pub(crate) octets: Arc<[u8]>,
}

/// Frames that a socket holds: about what Linux' default `rmem_default` takes. What comes later
/// is dropped.
pub(crate) const SOCKET_FRAMES: usize = 256;

/// Orders that wait for a frozen process; there are fewer sources of them.
pub(crate) const WAITING_ORDERS: usize = 64;

/// A router while the simulation runs.
#[derive(Clone, Debug)]
pub(crate) struct Router {
    pub(crate) spec: RouterSpec,
    pub(crate) group: usize,
    pub(crate) host: usize,
    pub(crate) power: Power,
    /// Whether its cable is good.
    pub(crate) plugged: bool,
    pub(crate) tracker_failed: bool,
    /// Of a member of a sync group a copy, to look at: the group is the machine.
    pub(crate) machine: Machine,
    pub(crate) wire: Wire,
    /// When the earliest timer in the queue fires.
    pub(crate) armed: Time,
    pub(crate) socket: VecDeque<Waiting>,
    pub(crate) orders: Vec<Order>,
}

impl Router {
    pub(crate) fn new(spec: RouterSpec, group: usize, host: usize) -> Result<Self, EncodeError> {
        let machine = Machine::new(spec.config.clone());
        let wire = Wire::new(&spec.config, spec.addresses.clone())?;
        Ok(Self {
            spec,
            group,
            host,
            power: Power::Off,
            plugged: true,
            tracker_failed: false,
            machine,
            wire,
            armed: Time::NEVER,
            socket: VecDeque::new(),
            orders: Vec::new(),
        })
    }

    pub(crate) fn view(&self) -> RouterView<'_> {
        RouterView {
            name: &self.spec.name,
            group: self.group,
            power: self.power,
            state: self.machine.state(),
            fit: self.plugged && !self.tracker_failed && !self.shares_fault(),
            priority: self.machine.effective_priority(),
            preempts: self.machine.preempts(),
        }
    }

    /// Whether another member of its sync group is unfit.
    fn shares_fault(&self) -> bool {
        self.spec.sync_group.is_some() && self.machine.state() == StateKind::Fault
    }

    /// Forgets everything that a process knows.
    pub(crate) fn reset(&mut self) {
        self.machine = Machine::new(self.spec.config.clone());
        self.armed = Time::NEVER;
        self.socket.clear();
        self.orders.clear();
    }
}
