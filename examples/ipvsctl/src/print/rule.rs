//! Rules: what `-S` writes and `-R` reads.

use core::fmt::Write as _;

use ipvs_netlink::{
    AddressFamily, Command, Destination, DestinationKey, ForwardMethod, ObservedEntry, Protocol,
    SchedulerFlags, Service, ServiceKey, SyncDaemon, Timeouts, Tunnel, TunnelFlags,
};

use super::endpoint::{endpoint, mask_text, protocol_of};
use crate::names::Names;

/// Which words a rule may use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dialect {
    /// Exactly those of `ipvsadm -S`, which leaves thresholds out, prints marks above 2³¹−1 as
    /// negative numbers that it cannot read, and forgets the third flag of `sh` and `mh`.
    Ipvsadm,
    /// All that are needed. `ipvsadm -R` reads them too.
    Lossless,
}

/// What no rule can say.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Inexpressible {
    /// A way to forward that ipvsadm has no flag for.
    #[error("no rule can say that {key} is forwarded to by {method:?}")]
    Forward {
        /// The server.
        key: DestinationKey,
        /// The way.
        method: ForwardMethod,
    },
    /// A protocol that ipvsadm has no flag for.
    #[error("no rule can name a service of {0}")]
    Protocol(Protocol),
    /// A command that this version does not know.
    #[error("no rule for this command")]
    Command,
}

/// Writes rules, one a line, each with its line end.
#[derive(Clone, Copy)]
pub struct Rules<'n> {
    dialect: Dialect,
    names: &'n dyn Names,
}

impl core::fmt::Debug for Rules<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Rules").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

impl<'n> Rules<'n> {
    /// Rules in a dialect, with names where they are known.
    #[must_use]
    pub const fn new(dialect: Dialect, names: &'n dyn Names) -> Self {
        Self { dialect, names }
    }

    /// Appends `-A` for a service and `-a` for each of its servers; gives what no rule can say.
    pub fn entry(&self, out: &mut String, entry: &ObservedEntry) -> Vec<Inexpressible> {
        let key = &entry.service.key;
        let name = match self.service_name(key) {
            Ok(name) => name,
            Err(unknown) => return vec![unknown],
        };
        self.service(out, "-A", &name, key, &entry.service.service);
        let mut missing = Vec::new();
        for found in &entry.destinations {
            let start = out.len();
            if let Err(unknown) = self.server(out, "-a", &name, key, found.key, &found.destination) {
                out.truncate(start);
                missing.push(unknown);
            }
        }
        missing
    }

    /// Appends a change as the rule that makes it.
    ///
    /// # Errors
    ///
    /// [`Inexpressible`] if there is no such rule; `out` may then end in the middle of a line.
    pub fn command(&self, out: &mut String, command: &Command) -> Result<(), Inexpressible> {
        let _ = match command {
            Command::NewService { key, service } => {
                self.service(out, "-A", &self.service_name(key)?, key, service);
                Ok(())
            }
            Command::SetService { key, service } => {
                self.service(out, "-E", &self.service_name(key)?, key, service);
                Ok(())
            }
            Command::DeleteService { key } => writeln!(out, "-D {}", self.service_name(key)?),
            Command::NewDestination { service, key, destination } => {
                return self.server(out, "-a", &self.service_name(service)?, service, *key, destination);
            }
            Command::SetDestination { service, key, destination } => {
                return self.server(out, "-e", &self.service_name(service)?, service, *key, destination);
            }
            Command::DeleteDestination { service, key } => {
                let _ = write!(out, "-d {} -r ", self.service_name(service)?);
                endpoint(out, key.address(), protocol_of(service), self.names);
                writeln!(out)
            }
            Command::ZeroService { key } => writeln!(out, "-Z {}", self.service_name(key)?),
            Command::Zero => writeln!(out, "-Z"),
            Command::Flush => writeln!(out, "-C"),
            Command::SetTimeouts(Timeouts { tcp_s, tcp_fin_s, udp_s }) => {
                let [tcp, fin, udp] = [tcp_s, tcp_fin_s, udp_s].map(|seconds| seconds.unwrap_or(0));
                writeln!(out, "--set {tcp} {fin} {udp}")
            }
            Command::StopSync(role) => writeln!(out, "--stop-daemon {role}"),
            Command::StartSync(daemon) => {
                start_sync(out, daemon);
                Ok(())
            }
            _ => return Err(Inexpressible::Command),
        };
        Ok(())
    }

    fn service_name(&self, key: &ServiceKey) -> Result<String, Inexpressible> {
        let (protocol, address) = match key {
            ServiceKey::Address { protocol, address } => (*protocol, *address),
            ServiceKey::FirewallMark { mark, family } => {
                let six = if *family == AddressFamily::V6 { " -6" } else { "" };
                return Ok(match self.dialect {
                    Dialect::Ipvsadm => format!("-f {}{six}", mark.get().cast_signed()),
                    Dialect::Lossless => format!("-f {mark}{six}"),
                });
            }
        };
        let mut name = String::from(match protocol {
            Protocol::Tcp => "-t ",
            Protocol::Udp => "-u ",
            Protocol::Sctp => "--sctp-service ",
            Protocol::Unknown(_) | _ => return Err(Inexpressible::Protocol(protocol)),
        });
        endpoint(&mut name, address, Some(protocol), self.names);
        Ok(name)
    }

    fn service(&self, out: &mut String, verb: &str, name: &str, key: &ServiceKey, service: &Service) {
        let scheduler = service.scheduler.as_str();
        let _ = write!(out, "{verb} {name} -s {scheduler}");
        if let Some(persistence) = service.persistence {
            let _ = write!(out, " -p {}", persistence.timeout_s);
            if let Some(mask) = mask_text(persistence.granularity, key.family()) {
                let _ = write!(out, " -M {mask}");
            }
        }
        if let Some(engine) = &service.engine {
            let _ = write!(out, " --pe {engine}");
        }
        if service.one_packet {
            out.push_str(" -o");
        }
        let flags = scheduler_flag_names(scheduler, service.scheduler_flags, self.dialect);
        if !flags.is_empty() {
            let _ = write!(out, " -b {}", flags.join(","));
        }
        out.push('\n');
    }

    fn server(
        &self,
        out: &mut String,
        verb: &str,
        service_name: &str,
        service: &ServiceKey,
        key: DestinationKey,
        destination: &Destination,
    ) -> Result<(), Inexpressible> {
        let method = destination.forward;
        let way = match method {
            ForwardMethod::Masquerade => "-m",
            ForwardMethod::Tunnel(Tunnel::Ipip | Tunnel::Gue { .. } | Tunnel::Gre { .. }) => "-i",
            // Whether a server is the director itself is found out by the kernel.
            ForwardMethod::DirectRoute | ForwardMethod::LocalNode => "-g",
            ForwardMethod::Tunnel(_) | ForwardMethod::Bypass | ForwardMethod::Unknown(_) | _ => {
                return Err(Inexpressible::Forward { key, method });
            }
        };
        let _ = write!(out, "{verb} {service_name} -r ");
        endpoint(out, key.address(), protocol_of(service), self.names);
        let _ = write!(out, " {way} -w {}", destination.weight);
        if self.dialect == Dialect::Lossless {
            let thresholds = [("-x", destination.upper_threshold), ("-y", destination.lower_threshold)];
            for (flag, value) in thresholds.into_iter().filter(|(_, value)| *value != 0) {
                let _ = write!(out, " {flag} {value}");
            }
        }
        if let ForwardMethod::Tunnel(tunnel) = method {
            tunnel_words(out, tunnel);
        }
        out.push('\n');
        Ok(())
    }
}

fn tunnel_words(out: &mut String, tunnel: Tunnel) {
    let checksum = match tunnel {
        Tunnel::Gue { port, checksum } => {
            let _ = write!(out, " --tun-type gue --tun-port {port}");
            checksum
        }
        Tunnel::Gre { checksum } => {
            out.push_str(" --tun-type gre");
            checksum
        }
        Tunnel::Ipip | Tunnel::Unknown { .. } | _ => return out.push_str(" --tun-type ipip"),
    };
    out.push_str(match checksum {
        TunnelFlags(flags) if flags & TunnelFlags::CHECKSUM.0 != 0 => " --tun-csum",
        TunnelFlags(flags) if flags & TunnelFlags::REMOTE_CHECKSUM.0 != 0 => " --tun-remcsum",
        TunnelFlags(_) => " --tun-nocsum",
    });
}

fn start_sync(out: &mut String, daemon: &SyncDaemon) {
    let _ = write!(out, "--start-daemon {} --mcast-interface {}", daemon.role, daemon.interface);
    let _ = write!(out, " --syncid {}", daemon.sync_id);
    if let Some(length) = daemon.max_len {
        let _ = write!(out, " --sync-maxlen {length}");
    }
    if let Some(group) = daemon.group {
        let _ = write!(out, " --mcast-group {group}");
    }
    if let Some(port) = daemon.port {
        let _ = write!(out, " --mcast-port {port}");
    }
    if let Some(ttl) = daemon.ttl {
        let _ = write!(out, " --mcast-ttl {ttl}");
    }
    out.push('\n');
}

/// What `-b` calls a scheduler's flags.
pub(crate) fn scheduler_flag_names(
    scheduler: &str,
    flags: SchedulerFlags,
    dialect: Dialect,
) -> Vec<&'static str> {
    let [first, second] = match scheduler {
        "sh" => ["sh-fallback", "sh-port"],
        "mh" => ["mh-fallback", "mh-port"],
        _ => ["flag-1", "flag-2"],
    };
    let third_is_told = dialect == Dialect::Lossless || !matches!(scheduler, "sh" | "mh");
    let table = [
        (SchedulerFlags::SH_FALLBACK, first, true),
        (SchedulerFlags::SH_PORT, second, true),
        (SchedulerFlags::SCHED3, "flag-3", third_is_told),
    ];
    let told = table.into_iter().filter(|(flag, _, told)| *told && flags.bits() & flag.bits() != 0);
    told.map(|(_, name, _)| name).collect()
}
