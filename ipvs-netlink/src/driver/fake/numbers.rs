//! Numbers that only a kernel needs.

/// `IPVS_CMD_SET_INFO`: only ever a reply.
pub(super) const SET_INFO: u8 = 14;
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
/// Message types below are netlink's own.
pub(super) const NLMSG_MIN_TYPE: u16 = 0x10;
pub(super) const NLMSGERR_ATTR_OFFS: u16 = 2;
pub(super) const NLMSGERR_ATTR_POLICY: u16 = 4;
/// `CTRL_CMD_NEWFAMILY`.
pub(super) const CTRL_CMD_NEWFAMILY: u8 = 1;

/// A thread was stopped before it ran. To netlink it means that no answer is wanted.
pub(super) const EINTR: i32 = 4;
/// A receive that would wait.
pub(super) const EAGAIN: i32 = 11;
/// Answers were lost.
pub(super) const ENOBUFS: i32 = 105;
pub(super) const ENETUNREACH: i32 = 101;
