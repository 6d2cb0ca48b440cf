//! `vrrp_garp_*`.

use core::time::Duration;

use crate::describe::describe;
use crate::model::GarpExtraInterfaces;

/// `vrrp_garp_*`: what instances inherit. `None` in the lower-priority pair means: as for a new master.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GarpDefaults {
    /// `vrrp_garp_master_delay`, whole seconds, default 5.
    pub master_delay: Duration,
    /// `vrrp_garp_master_repeat`, at least 1, default 5.
    pub master_repeat: u32,
    /// `vrrp_garp_master_refresh`, whole seconds; zero means none.
    pub master_refresh: Duration,
    /// `vrrp_garp_master_refresh_repeat`, at least 1, default 1.
    pub master_refresh_repeat: u32,
    /// `vrrp_garp_lower_prio_delay`, whole seconds.
    pub lower_prio_delay: Option<Duration>,
    /// `vrrp_garp_lower_prio_repeat`.
    pub lower_prio_repeat: Option<u32>,
    /// `vrrp_garp_interval`: pause between two gratuitous ARPs on an interface.
    pub garp_interval: Duration,
    /// `vrrp_gna_interval`: pause between two neighbour advertisements on an interface.
    pub gna_interval: Duration,
    /// `vrrp_garp_extra_if` (old: `vrrp_vmac_garp_intvl`), at least 1 s.
    pub extra_interfaces: Option<GarpExtraInterfaces>,
}

describe!(GarpDefaults {
    master_delay,
    master_repeat,
    master_refresh,
    master_refresh_repeat,
    lower_prio_delay,
    lower_prio_repeat,
    garp_interval,
    gna_interval,
    extra_interfaces
});

impl Default for GarpDefaults {
    fn default() -> Self {
        Self {
            master_delay: Duration::from_secs(5),
            master_repeat: 5,
            master_refresh: Duration::ZERO,
            master_refresh_repeat: 1,
            lower_prio_delay: None,
            lower_prio_repeat: None,
            garp_interval: Duration::ZERO,
            gna_interval: Duration::ZERO,
            extra_interfaces: None,
        }
    }
}
