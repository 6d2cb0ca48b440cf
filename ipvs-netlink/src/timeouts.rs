//! How long connections without traffic are remembered.

/// The three time-outs that can be set (`IPVS_CMD_SET_CONFIG`), in seconds.
///
/// They hold for the whole network namespace and for connections made afterwards. The kernel
/// takes 1 to 2³¹−1 divided by its tick rate and answers others with `EINVAL`; 0 is "keep", as
/// is `None`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Timeouts {
    /// Established TCP connections, 900 s unless set. When writing, `None` keeps the value;
    /// when reading, it says that the kernel is built without TCP.
    pub tcp_s: Option<u32>,
    /// TCP connections after a FIN, 120 s unless set.
    pub tcp_fin_s: Option<u32>,
    /// UDP, 300 s unless set.
    pub udp_s: Option<u32>,
}
