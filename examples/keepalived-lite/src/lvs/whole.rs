//! What concerns all of IPVS: `lvs_timeouts` and `lvs_sync_daemon`.

use core::time::Duration;

use ipvs_netlink::{
    Client, Command, Error, InterfaceName, Reason, SyncDaemon, SyncRole, Timeouts, Transport,
};
use kconf_parser::model::{Config, LvsSyncDaemon};
use vrrp_fsm::Instant;

/// Pause before a synchronization thread that the kernel refused is tried again: its interface
/// may not be there yet.
const PAUSE: Duration = Duration::from_secs(10);

/// What the file wants.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Settings {
    timeouts: Timeouts,
    sync: Option<Sync>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Sync {
    /// In either role.
    daemon: SyncDaemon,
    /// The instance that decides about the role; both, if there is none.
    instance: Option<String>,
}

impl Settings {
    /// What `config` says. What the kernel cannot be told is logged.
    #[must_use]
    pub(crate) fn new(config: &Config) -> Self {
        let globals = &config.globals;
        let seconds = |time: Option<Duration>| time.and_then(|time| u32::try_from(time.as_secs()).ok());
        let timeouts = Timeouts {
            tcp_s: seconds(globals.lvs_timeouts.tcp),
            tcp_fin_s: seconds(globals.lvs_timeouts.tcp_fin),
            udp_s: seconds(globals.lvs_timeouts.udp),
        };
        Self { timeouts, sync: sync(config) }
    }

    /// The instance whose state decides about synchronization.
    #[must_use]
    pub(crate) fn leader(&self) -> Option<&str> {
        self.sync.as_ref()?.instance.as_deref()
    }
}

/// Whether IPVS is needed even where there is no virtual server.
#[must_use]
pub(crate) fn needs_ipvs(config: &Config) -> bool {
    let follows = config.instances.iter().any(|instance| instance.lvs_sync_daemon_interface.is_some());
    config.globals.lvs_sync_daemon.is_some() || follows
}

fn sync(config: &Config) -> Option<Sync> {
    let named = |name: &str| config.instances.iter().find(|instance| instance.name == name);
    let following = config.instances.iter().find_map(|instance| {
        let interface = instance.lvs_sync_daemon_interface.clone()?;
        let (instance, id) = (Some(instance.name.clone()), instance.vrid);
        Some(LvsSyncDaemon { interface, instance, id, max_length: None, port: None, ttl: None, group: None })
    });
    let written = config.globals.lvs_sync_daemon.clone().or(following)?;
    if let Some(name) = written.instance.as_deref().filter(|name| named(name).is_none()) {
        tracing::error!("lvs_sync_daemon is without effect: there is no instance {name}");
        return None;
    }
    let interface = InterfaceName::new(&written.interface)
        .map_err(|error| tracing::error!("lvs_sync_daemon is without effect: {}: {error}", written.interface))
        .ok()?;
    let daemon = SyncDaemon {
        sync_id: written.id,
        max_len: written.max_length,
        group: written.group,
        port: written.port,
        ttl: written.ttl,
        ..SyncDaemon::new(SyncRole::Backup, interface)
    };
    Some(Sync { daemon, instance: written.instance })
}

/// How far the kernel has it.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    settings: Settings,
    /// The kernel's time-outs before we changed them.
    original: Option<Timeouts>,
    /// Whether the leader is master.
    master: bool,
    /// The synchronization threads that we have started.
    ours: Vec<SyncDaemon>,
    /// When to try again what was refused.
    retry: Option<Instant>,
}

impl Whole {
    /// Wants `settings` from now on.
    pub(crate) fn want<T: Transport>(&mut self, client: &mut Client<T>, settings: Settings, master: bool) {
        if self.settings.timeouts != settings.timeouts
            && let Err(error) = self.set_timeouts(client, settings.timeouts)
        {
            tracing::error!("Failed to set ipvs timeouts: {error}");
        }
        self.settings = settings;
        self.lead(master);
    }

    /// The leader is master, or no longer.
    pub(crate) const fn lead(&mut self, master: bool) {
        self.master = master;
        self.retry = None;
    }

    /// What is not in the file any more goes back to where it was, as with keepalived.
    fn set_timeouts<T: Transport>(&mut self, client: &mut Client<T>, wanted: Timeouts) -> Result<(), Error> {
        let original = match self.original {
            Some(known) => known,
            None => *self.original.insert(client.timeouts()?),
        };
        let or = |wanted: Option<u32>, original| wanted.filter(|seconds| *seconds > 0).or(original);
        client.apply(&Command::SetTimeouts(Timeouts {
            tcp_s: or(wanted.tcp_s, original.tcp_s),
            tcp_fin_s: or(wanted.tcp_fin_s, original.tcp_fin_s),
            udp_s: or(wanted.udp_s, original.udp_s),
        }))
    }

    /// Starts and stops synchronization threads, if others should run than do.
    pub(crate) fn settle<T: Transport>(&mut self, client: &mut Client<T>, now: Instant) {
        let wanted = self.wanted();
        if wanted == self.ours || self.retry.is_some_and(|due| due > now) {
            return;
        }
        self.retry = None;
        if let Err(error) = self.synchronize(client, &wanted) {
            tracing::error!("lvs_sync_daemon: {error}; trying again later");
            self.retry = Some(now + PAUSE);
        }
    }

    /// When to call [`settle`](Self::settle) without a reason.
    #[must_use]
    pub(crate) const fn due(&self) -> Option<Instant> {
        self.retry
    }

    /// The daemon stops: nobody synchronizes any more, and time-outs are what they were.
    pub(crate) fn leave<T: Transport>(&mut self, client: &mut Client<T>) {
        self.settings.sync = None;
        if let Err(error) = self.synchronize(client, &[]) {
            tracing::error!("lvs_sync_daemon: {error}");
        }
        if self.original.is_some()
            && let Err(error) = self.set_timeouts(client, Timeouts::default())
        {
            tracing::error!("Failed to set ipvs timeouts: {error}");
        }
    }

    fn wanted(&self) -> Vec<SyncDaemon> {
        let Some(Sync { daemon, instance }) = &self.settings.sync else { return Vec::new() };
        let roles: &[SyncRole] = match (instance, self.master) {
            (None, _) => &[SyncRole::Master, SyncRole::Backup],
            (Some(_), true) => &[SyncRole::Master],
            (Some(_), false) => &[SyncRole::Backup],
        };
        roles.iter().map(|role| SyncDaemon { role: *role, ..daemon.clone() }).collect()
    }

    fn synchronize<T: Transport>(
        &mut self,
        client: &mut Client<T>,
        wanted: &[SyncDaemon],
    ) -> Result<(), Error> {
        if wanted.is_empty() && self.ours.is_empty() {
            return Ok(());
        }
        // What somebody else has started, perhaps ourselves before we were killed, is in the way.
        for running in client.daemons()? {
            let role = running.role;
            let stays = |ours: &SyncDaemon| ours.role == role && wanted.contains(ours);
            if !self.ours.iter().any(stays) {
                let stopped = client.apply(&Command::StopSync(role));
                stopped.or_else(|error| unless(error, Reason::SyncNotRunning))?;
            }
        }
        self.ours.retain(|ours| wanted.contains(ours));
        for daemon in wanted {
            if !self.ours.contains(daemon) {
                client.apply(&Command::StartSync(daemon.clone()))?;
                tracing::info!("IPVS sync daemon: {} on {}", daemon.role, daemon.interface);
                self.ours.push(daemon.clone());
            }
        }
        // In the same order.
        self.ours = wanted.to_vec();
        Ok(())
    }
}

fn unless(error: Error, harmless: Reason) -> Result<(), Error> {
    if error.reason() == Some(harmless) { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use ipvs_netlink::FakeKernel;
    use kconf_parser::{AssumePresent, lower, parse};

    use super::*;

    const AT: Instant = Instant::from_origin(Duration::ZERO);

    fn settings(globals: &str) -> Settings {
        let text = format!(
            "global_defs {{\n{globals}\n}}\nvrrp_instance A {{\ninterface eth0\nvirtual_router_id 5\n}}\n"
        );
        Settings::new(&lower(&parse("f", text.as_bytes()).tree, &AssumePresent).config)
    }

    fn client() -> Client<FakeKernel> {
        Client::over(FakeKernel::new().with_interfaces([("eth0", 1500)])).unwrap()
    }

    fn roles(client: &mut Client<FakeKernel>) -> Vec<SyncRole> {
        client.daemons().unwrap().into_iter().map(|daemon| daemon.role).collect()
    }

    #[test]
    fn one_thread_follows_the_instance() {
        let (mut client, mut whole) = (client(), Whole::default());
        whole.want(&mut client, settings("lvs_sync_daemon eth0 inst A ttl 3"), false);
        whole.settle(&mut client, AT);
        let running = client.daemons().unwrap();
        assert_eq!(running[0].role, SyncRole::Backup);
        assert_eq!((running[0].sync_id, running[0].ttl), (5, Some(3)), "the instance's number");
        whole.lead(true);
        whole.settle(&mut client, AT);
        assert_eq!(roles(&mut client), [SyncRole::Master]);
        whole.leave(&mut client);
        assert_eq!(roles(&mut client), []);
    }

    #[test]
    fn without_an_instance_both_run_anew_if_somebody_had_started_one() {
        let (mut client, mut whole) = (client(), Whole::default());
        let foreign = SyncDaemon { sync_id: 9, ..SyncDaemon::new(SyncRole::Backup, "eth0".parse().unwrap()) };
        client.apply(&Command::StartSync(foreign)).unwrap();
        whole.want(&mut client, settings("lvs_sync_daemon eth0 id 4"), false);
        whole.settle(&mut client, AT);
        let ids: Vec<u8> = client.daemons().unwrap().iter().map(|daemon| daemon.sync_id).collect();
        assert_eq!(ids, [4, 4]);
    }

    #[test]
    fn what_others_synchronize_is_none_of_our_business() {
        let (mut client, mut whole) = (client(), Whole::default());
        let foreign = SyncDaemon::new(SyncRole::Backup, "eth0".parse().unwrap());
        client.apply(&Command::StartSync(foreign)).unwrap();
        whole.want(&mut client, settings(""), false);
        whole.settle(&mut client, AT);
        whole.leave(&mut client);
        assert_eq!(roles(&mut client), [SyncRole::Backup]);
    }

    #[test]
    fn an_interface_that_is_not_there_yet_is_waited_for() {
        let mut client = Client::over(FakeKernel::new().with_interfaces([] as [(&str, u32); 0])).unwrap();
        let mut whole = Whole::default();
        whole.want(&mut client, settings("lvs_sync_daemon eth0"), false);
        whole.settle(&mut client, AT);
        assert_eq!(whole.due(), Some(AT + PAUSE));
    }

    #[test]
    fn time_outs_that_leave_the_file_are_what_they_were() {
        let (mut client, mut whole) = (client(), Whole::default());
        let before = client.timeouts().unwrap();
        whole.want(&mut client, settings("lvs_timeouts tcp 100 udp 30"), false);
        let changed = Timeouts { tcp_s: Some(100), udp_s: Some(30), ..before };
        assert_eq!(client.timeouts().unwrap(), changed);
        whole.want(&mut client, settings("lvs_timeouts udp 31"), false);
        assert_eq!(client.timeouts().unwrap(), Timeouts { udp_s: Some(31), ..before });
        whole.want(&mut client, settings(""), false);
        assert_eq!(client.timeouts().unwrap(), before);
        whole.want(&mut client, settings("lvs_timeouts tcp 100"), false);
        whole.leave(&mut client);
        assert_eq!(client.timeouts().unwrap(), before);
    }
}
