//! Two routers with the same daemon on one LAN, with a witness.

use core::time::Duration;
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use netlab::{Lan, Mac, Sniffer};
use nix::sys::signal::Signal;

use super::{
    succession::{Heard, Leave, Parties, Succession, VIRTUAL, measure, new_master, understand},
    timing::{PRIORITY, Timing},
};
use crate::{
    daemon::{Daemon, PATIENCE, POLL, wait_until},
    failure::{Failure, check},
};

/// The pair; nothing runs at first.
#[derive(Debug)]
pub(super) struct Pair<'bench> {
    // Daemons end before their network does.
    daemons: [Option<Daemon>; 2],
    sniffer: Sniffer,
    lan: Lan,
    program: &'bench Path,
    timing: Timing,
    folder: PathBuf,
}

/// One of the two hosts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    First,
    Second,
}

impl Place {
    const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    /// Last octet of its address.
    const fn host(self) -> u8 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }
}

impl<'bench> Pair<'bench> {
    /// Builds the network and writes both configurations to `folder`.
    pub(super) fn new(program: &'bench Path, timing: Timing, folder: &Path) -> Result<Self, Failure> {
        let lan = Lan::new(2)?;
        for place in [Place::First, Place::Second] {
            let path = folder.join(name(place)).with_extension("conf");
            fs::write(&path, configuration(timing, place)).map_err(Failure::file("write", &path))?;
        }
        let sniffer = lan.sniffer()?;
        Ok(Self { daemons: [None, None], sniffer, lan, program, timing, folder: folder.to_owned() })
    }

    /// Starts one and waits until it is master.
    pub(super) fn start_master(&mut self, place: Place) -> Result<(), Failure> {
        self.start(place)?;
        self.wait_for_address(place, self.timing.master_down() + PATIENCE)
    }

    /// Starts one beside a master and waits until it listens.
    pub(super) fn start_backup(&mut self, place: Place) -> Result<(), Failure> {
        self.start(place)?;
        self.daemon(place)?.wait_for_log("Entering BACKUP STATE")
    }

    /// Lets the master `place` leave and measures how the other takes over.
    pub(super) fn succeed(&mut self, place: Place, leave: Leave) -> Result<Succession, Failure> {
        // From here on the other hears every advertisement.
        self.sniffer.clear();
        self.wait_for_advert(place)?;
        // What comes next shall not fall on the master's timer.
        thread::sleep(self.timing.interval * 3 / 10);
        check(self.owns(place)? && !self.owns(place.other())?, || {
            format!("{place:?} is not the one owner of the address")
        })?;
        let mut leaver = self.slot(place).take().ok_or_else(not_running)?;
        let timer = match leave {
            Leave::Crash => {
                leaver.node.crash()?;
                self.timing.master_down()
            }
            Leave::Stop => {
                leaver.node.signal(Signal::SIGTERM)?;
                self.timing.skew()
            }
        };
        let heir = place.other();
        let parties = Parties { leaver: place.host(), heir: heir.host(), heir_mac: self.mac(heir)? };
        self.wait_for_new_master(parties, timer)?;
        if leave == Leave::Stop {
            leaver.wait_for_end()?;
        }
        self.wait_for_address(heir, PATIENCE)?;
        self.forget_address(place, leave)?;
        check(self.sniffer.lost() == 0, || "the sniffer lost frames".into())?;
        measure(&self.heard(), parties, leave, timer)
    }

    /// The end of both logs, for a failure's report.
    pub(super) fn logs(&self) -> String {
        let tails = self.daemons.iter().flatten().map(Daemon::log_tail);
        tails.collect::<Vec<_>>().join("\n-- the other --\n")
    }

    fn start(&mut self, place: Place) -> Result<(), Failure> {
        let namespace = self.lan.node(place.host())?;
        let daemon = Daemon::start(self.program, namespace, &self.folder, name(place))?;
        *self.slot(place) = Some(daemon);
        Ok(())
    }

    fn wait_for_advert(&self, place: Place) -> Result<(), Failure> {
        let within = self.timing.interval + PATIENCE;
        let heard = self.sniffer.wait_for(within, |events| {
            events
                .iter()
                .filter_map(understand)
                .find(|(_, heard)| matches!(heard, Heard::Advert { host, .. } if *host == place.host()))
        });
        heard.map(|_| ()).ok_or_else(|| Failure::Missed { what: "an advertisement".into(), within })
    }

    fn wait_for_new_master(&self, parties: Parties, timer: Duration) -> Result<(), Failure> {
        let within = timer + PATIENCE;
        let found = self.sniffer.wait_for(within, |events| {
            let heard: Vec<_> = events.iter().filter_map(understand).collect();
            new_master(&heard, parties)
        });
        found.map(|_| ()).ok_or_else(|| Failure::Missed { what: "the takeover".into(), within })
    }

    fn wait_for_address(&mut self, place: Place, within: Duration) -> Result<(), Failure> {
        let found = wait_until(within, POLL, || {
            self.daemon(place)?.must_run()?;
            Ok(self.owns(place)?.then_some(()))
        })?;
        found.ok_or_else(|| Failure::Missed { what: format!("the address on {place:?}"), within })
    }

    /// A daemon that stopped must have taken its address away. One that crashed cannot have, and
    /// its machine, which would have lost power, is made to forget it.
    fn forget_address(&self, place: Place, leave: Leave) -> Result<(), Failure> {
        let left = self.owns(place)?;
        match leave {
            Leave::Stop => check(!left, || format!("{place:?} stopped and left the address behind")),
            Leave::Crash => {
                check(left, || format!("{place:?} lost the address in a crash"))?;
                let interface = self.lan.interface();
                Ok(self.lan.node(place.host())?.delete_address(interface, VIRTUAL.into(), 24)?)
            }
        }
    }

    fn heard(&self) -> Vec<(Duration, Heard)> {
        self.sniffer.events().iter().filter_map(understand).collect()
    }

    fn owns(&self, place: Place) -> Result<bool, Failure> {
        Ok(self.lan.node(place.host())?.owns(VIRTUAL.into())?)
    }

    fn mac(&self, place: Place) -> Result<Mac, Failure> {
        let mac = self.lan.node(place.host())?.link(self.lan.interface())?.mac;
        mac.ok_or_else(|| Failure::Untrue(format!("{place:?} has no link-layer address")))
    }

    fn daemon(&mut self, place: Place) -> Result<&mut Daemon, Failure> {
        self.slot(place).as_mut().ok_or_else(not_running)
    }

    fn slot(&mut self, place: Place) -> &mut Option<Daemon> {
        let [first, second] = &mut self.daemons;
        if place == Place::First { first } else { second }
    }
}

fn not_running() -> Failure {
    Failure::Untrue("the daemon does not run".into())
}

fn name(place: Place) -> &'static str {
    match place {
        Place::First => "first",
        Place::Second => "second",
    }
}

fn configuration(timing: Timing, place: Place) -> String {
    let (version, interval) = (timing.version, timing.interval.as_secs_f64());
    format!(
        "global_defs {{\n    router_id {}\n    vrrp_version {version}\n}}\nvrrp_instance VI_1 {{\n    state BACKUP\n    \
         interface eth0\n    virtual_router_id 51\n    priority {PRIORITY}\n    advert_int {interval}\n    \
         virtual_ipaddress {{\n        {VIRTUAL}/24\n    }}\n}}\n",
        name(place)
    )
}
