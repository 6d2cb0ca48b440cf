//! Settings of the kernel that decide what users of a balanced service notice.

mod rules;
mod settings;

use core::fmt;

use crate::sync_daemon::SyncRole;
use crate::table::Table;
use crate::timeouts::Timeouts;

pub use settings::Settings;

/// What [`advise`] judges by. What is not known is not judged.
#[derive(Clone, Debug, Default)]
pub struct Facts<'a> {
    /// `net.ipv4.vs.*` and what belongs to it.
    pub settings: Settings,
    /// Major and minor version of Linux.
    pub kernel: Option<(u32, u32)>,
    /// The time-outs of IPVS.
    pub timeouts: Timeouts,
    /// The services that are, or that are wanted.
    pub table: Option<&'a Table>,
    /// The synchronization threads that run.
    pub sync: &'a [SyncRole],
}

/// A setting that will hurt.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Advice {
    /// Its name as `sysctl` writes it.
    pub setting: &'static str,
    /// Its value.
    pub value: i64,
    /// What users will notice, and when.
    pub symptom: String,
    /// What to do.
    pub remedy: &'static str,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, value, symptom, remedy } = self;
        write!(f, "{setting} = {value}: {symptom}; {remedy}")
    }
}

/// Every setting that will hurt the services of the table, in no order of importance.
///
/// # Examples
///
/// ```
/// use ipvs_netlink::{Facts, Service, ServiceKey, Settings, Table, advise};
///
/// let mut table = Table::new();
/// table.insert(ServiceKey::udp("192.0.2.1:53".parse().unwrap()), Service::new("rr".parse().unwrap()));
/// let settings: Settings = [("net.ipv4.vs.expire_nodest_conn", "0")].into_iter().collect();
/// let advice = advise(&Facts { settings, table: Some(&table), ..Facts::default() });
/// assert_eq!(advice[0].setting, "net.ipv4.vs.expire_nodest_conn");
/// ```
#[must_use]
pub fn advise(facts: &Facts<'_>) -> Vec<Advice> {
    rules::ALL.iter().filter_map(|rule| rule(facts)).collect()
}
