//! Numbers that only a kernel needs.

/// `IPVS_CMD_*`.
pub(super) mod cmd {
    pub(crate) const NEW_DAEMON: u8 = 9;
    pub(crate) const DEL_DAEMON: u8 = 10;
    pub(crate) const GET_DAEMON: u8 = 11;
    pub(crate) const SET_CONFIG: u8 = 12;
    pub(crate) const GET_CONFIG: u8 = 13;
    /// Only ever a reply.
    pub(crate) const SET_INFO: u8 = 14;
    pub(crate) const ZERO: u8 = 16;
}

/// `IPVS_CMD_ATTR_*`.
pub(super) mod top {
    pub(crate) const DAEMON: u16 = 3;
    pub(crate) const TIMEOUT_TCP: u16 = 4;
    pub(crate) const TIMEOUT_TCP_FIN: u16 = 5;
    pub(crate) const TIMEOUT_UDP: u16 = 6;
}

/// `IPVS_DAEMON_ATTR_*`.
pub(super) mod daemon {
    pub(crate) const STATE: u16 = 1;
    pub(crate) const MCAST_IFN: u16 = 2;
    pub(crate) const SYNC_ID: u16 = 3;
    pub(crate) const SYNC_MAXLEN: u16 = 4;
    pub(crate) const MCAST_GROUP: u16 = 5;
    pub(crate) const MCAST_GROUP6: u16 = 6;
    pub(crate) const MCAST_PORT: u16 = 7;
    pub(crate) const MCAST_TTL: u16 = 8;
}

/// `IPVS_STATS_ATTR_PAD`.
pub(super) const STATS_PAD: u16 = 11;
/// `IP_VS_SVC_F_HASHED`, the kernel's own.
pub(super) const HASHED: u32 = 0x2;
/// `IP_VS_CONN_F_FWD_MASK`.
pub(super) const METHOD_MASK: u32 = 0x7;
/// `IP_VS_CONN_F_TUNNEL`.
pub(super) const TUNNEL: u32 = 2;
/// `IP_VS_CONN_F_TUNNEL_TYPE_GUE`.
pub(super) const GUE: u8 = 1;
/// `IP_VS_STATE_MASTER` and `IP_VS_STATE_BACKUP`.
pub(super) const MASTER: u32 = 1;
pub(super) const BACKUP: u32 = 2;

pub(super) const NLM_F_MULTI: u16 = 0x2;
pub(super) const NLM_F_CAPPED: u16 = 0x100;
pub(super) const NLM_F_ACK_TLVS: u16 = 0x200;
/// Message types below are netlink's own.
pub(super) const NLMSG_MIN_TYPE: u16 = 0x10;
pub(super) const NLMSGERR_ATTR_MSG: u16 = 1;
pub(super) const NLMSGERR_ATTR_OFFS: u16 = 2;
/// `CTRL_CMD_NEWFAMILY`.
pub(super) const CTRL_CMD_NEWFAMILY: u8 = 1;

/// Error numbers.
pub(super) mod errno {
    pub(crate) const ENODEV: i32 = 19;
    pub(crate) const EOPNOTSUPP: i32 = 95;
}
