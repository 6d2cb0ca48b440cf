//! The configuration file of one router.

use core::fmt;

use crate::common::Timing;

/// What the file says; [`fmt::Display`] writes it in keepalived's language.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// Version and interval.
    pub(crate) timing: Timing,
    /// `MASTER` or `BACKUP`.
    pub(crate) state: &'static str,
    /// Base priority.
    pub(crate) priority: u8,
    /// `auth_pass` of `auth_type PASS`, if any.
    pub(crate) password: Option<&'static str>,
    /// The one line in `virtual_ipaddress`.
    pub(crate) address: &'static str,
    /// Blocks before the instance.
    pub(crate) before: String,
    /// More lines in the instance.
    pub(crate) more: String,
}

impl Configuration {
    /// A router with one virtual address and nothing special.
    pub(crate) fn new(timing: Timing, priority: u8) -> Self {
        Self {
            timing,
            state: "BACKUP",
            priority,
            password: None,
            address: "10.77.0.100/24",
            before: String::new(),
            more: String::new(),
        }
    }
}

impl fmt::Display for Configuration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "global_defs {{")?;
        writeln!(out, "    vrrp_version {}", self.timing.version)?;
        // Without enable_script_security: in a user namespace the machine's files seem to be owned
        // by nobody in particular, which script security rightly refuses.
        writeln!(out, "    script_user root\n}}")?;
        writeln!(out, "{}vrrp_instance VI_1 {{", self.before)?;
        writeln!(out, "    state {}\n    interface eth0", self.state)?;
        writeln!(out, "    virtual_router_id 51\n    priority {}", self.priority)?;
        writeln!(out, "    advert_int {}", self.timing.interval.as_secs_f64())?;
        if let Some(password) = self.password {
            writeln!(
                out,
                "    authentication {{\n        auth_type PASS\n        auth_pass {password}\n    }}"
            )?;
        }
        writeln!(out, "    virtual_ipaddress {{\n        {}\n    }}", self.address)?;
        writeln!(out, "{}}}", self.more)
    }
}
