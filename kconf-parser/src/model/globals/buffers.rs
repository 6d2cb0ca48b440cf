//! Sizes of receive buffers.

use crate::describe::{Describe, Value, describe};

/// Receive buffers of sockets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ReceiveBuffers {
    /// `vrrp_netlink_cmd_rcv_bufs`.
    pub vrrp_netlink_cmd: ReceiveBuffer,
    /// `vrrp_netlink_monitor_rcv_bufs`.
    pub vrrp_netlink_monitor: ReceiveBuffer,
    /// `lvs_netlink_cmd_rcv_bufs`.
    pub lvs_netlink_cmd: ReceiveBuffer,
    /// `lvs_netlink_monitor_rcv_bufs`.
    pub lvs_netlink_monitor: ReceiveBuffer,
    /// `process_monitor_rcv_bufs`.
    pub process_monitor: ReceiveBuffer,
    /// `vrrp_rx_bufs_policy` and `vrrp_rx_bufs_multiplier`.
    pub adverts: AdvertBuffers,
}

describe!(ReceiveBuffers {
    vrrp_netlink_cmd,
    vrrp_netlink_monitor,
    lvs_netlink_cmd,
    lvs_netlink_monitor,
    process_monitor,
    adverts
});

/// The receive buffer of one netlink socket.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ReceiveBuffer {
    /// `*_rcv_bufs` in octets, not 0; `None` is the system's default.
    pub octets: Option<u32>,
    /// `*_rcv_bufs_force`: beyond the system's limit (`SO_RCVBUFFORCE`).
    pub force: bool,
}

describe!(ReceiveBuffer { octets, force });

/// The receive buffers of the sockets that adverts come in by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AdvertBuffers {
    /// `vrrp_rx_bufs_policy`; `None` is the system's default.
    pub policy: Option<AdvertBufferPolicy>,
    /// `vrrp_rx_bufs_multiplier`, at least 1, default 3: MTU and adverts are counted this many times.
    pub multiplier: u32,
}

describe!(AdvertBuffers { policy, multiplier });

impl Default for AdvertBuffers {
    fn default() -> Self {
        Self { policy: None, multiplier: 3 }
    }
}

/// `vrrp_rx_bufs_policy`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AdvertBufferPolicy {
    /// `MTU`: packets as large as the interface allows.
    Mtu,
    /// `ADVERT`: adverts as large as the instance's own.
    Advert,
    /// A number of octets.
    Octets(u32),
}

impl Describe for AdvertBufferPolicy {
    fn describe(&self) -> Value {
        match self {
            Self::Mtu => Value::Text("MTU".to_owned()),
            Self::Advert => Value::Text("ADVERT".to_owned()),
            Self::Octets(octets) => octets.describe(),
        }
    }
}
