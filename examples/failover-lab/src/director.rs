//! One of the two machines that can hold the virtual address.

use core::{net::Ipv4Addr, time::Duration};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use netlab::{Isolation, LabError, Lan, Mac, Namespace, Node};
use nix::sys::signal::Signal;

use crate::{failure::Failure, responder::Responder};

/// Hidden first argument under which this program is the daemon.
pub(crate) const DAEMON: &str = "keepalived-lite";

/// The address that both want.
pub(crate) const VIRTUAL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 100);
const VIRTUAL_PREFIX: u8 = 24;

/// What differs between the two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity {
    /// As it signs its answers.
    pub(crate) name: &'static str,
    /// Last octet of its own address.
    pub(crate) host: u8,
    /// As in its configuration.
    pub(crate) priority: u8,
    configuration: &'static str,
}

/// The preferred master.
pub(crate) const FIRST: Identity = Identity {
    name: "director1",
    host: 1,
    priority: 150,
    configuration: include_str!("../conf/director1.conf"),
};

/// Its backup.
pub(crate) const SECOND: Identity = Identity {
    name: "director2",
    host: 2,
    priority: 100,
    configuration: include_str!("../conf/director2.conf"),
};

/// The preferred master, which also balances.
pub(crate) const FIRST_BALANCING: Identity =
    Identity { configuration: include_str!("../conf/balancing1.conf"), ..FIRST };

/// Its backup, which would balance.
pub(crate) const SECOND_BALANCING: Identity =
    Identity { configuration: include_str!("../conf/balancing2.conf"), ..SECOND };

/// A machine with a daemon and a service; it may be switched off.
#[derive(Debug)]
pub(crate) struct Director {
    identity: Identity,
    folder: PathBuf,
    daemon: Option<PathBuf>,
    node: Option<Node>,
    stopping: bool,
    mac: Mac,
    _responder: Option<Responder>,
}

impl Director {
    /// Prepares the machine on `lan`, with its files in `folder`; `daemon` replaces our own.
    pub(crate) fn prepare(
        identity: Identity,
        lan: &Lan,
        folder: &Path,
        daemon: Option<PathBuf>,
    ) -> Result<Self, Failure> {
        let responder = Responder::start(lan.node(identity.host)?, identity.name)?;
        Ok(Self { _responder: Some(responder), ..Self::without_service(identity, lan, folder, daemon)? })
    }

    /// The same for a machine that answers nobody itself.
    pub(crate) fn without_service(
        identity: Identity,
        lan: &Lan,
        folder: &Path,
        daemon: Option<PathBuf>,
    ) -> Result<Self, Failure> {
        let namespace = lan.node(identity.host)?;
        let director = Self {
            identity,
            folder: folder.to_owned(),
            daemon,
            node: None,
            stopping: false,
            mac: namespace.link(lan.interface())?.mac.unwrap_or(Mac::new([0; 6])),
            _responder: None,
        };
        let path = director.file("conf");
        fs::write(&path, identity.configuration).map_err(|source| Failure::File { path, source })?;
        Ok(director)
    }

    pub(crate) fn name(&self) -> &'static str {
        self.identity.name
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// Its own address, the source of its advertisements.
    pub(crate) fn address(&self) -> Ipv4Addr {
        Lan::address(self.identity.host)
    }

    /// The link-layer address that its gratuitous ARP tells.
    pub(crate) fn mac(&self) -> Mac {
        self.mac
    }

    /// Starts the daemon.
    pub(crate) fn start(&mut self, lan: &Lan) -> Result<(), Failure> {
        let path = self.file("log");
        let opened = File::options().create(true).append(true).open(&path);
        let (log, same) = opened
            .and_then(|log| log.try_clone().map(|same| (log, same)))
            .map_err(|source| Failure::File { path, source })?;
        let mut command = match &self.daemon {
            Some(program) => Command::new(program),
            None => {
                let mut command = Command::new("/proc/self/exe");
                command.arg(DAEMON);
                command
            }
        };
        command.args(["-n", "-l", "-p", "/run/keepalived.pid", "-r", "/run/vrrp.pid", "-f"]);
        command.arg(self.file("conf"));
        command.stdin(Stdio::null()).stdout(log).stderr(same);
        let isolation = Isolation::own_tmp().keep(&self.folder);
        self.stopping = false;
        self.node = Some(self.namespace(lan)?.spawn(&mut command, &isolation)?);
        Ok(())
    }

    /// The power fails: everything stops at the same moment and the cable is dead. Without the
    /// latter the kernel, which lives on, would still own the address and answer for it.
    pub(crate) fn lose_power(&mut self, lan: &Lan) -> Result<(), Failure> {
        if let Some(node) = &self.node {
            node.freeze()?;
        }
        lan.unplug(self.identity.host)?;
        if let Some(mut node) = self.node.take() {
            node.crash()?;
        }
        Ok(())
    }

    /// The power is back: the machine boots with the addresses of its start.
    pub(crate) fn boot(&mut self, lan: &Lan) -> Result<(), Failure> {
        if self.has_virtual(lan)? {
            self.namespace(lan)?.delete_address(lan.interface(), VIRTUAL.into(), VIRTUAL_PREFIX)?;
        }
        lan.plug(self.identity.host)?;
        self.start(lan)
    }

    /// Asks the daemon to stop.
    pub(crate) fn terminate(&mut self) -> Result<(), Failure> {
        self.stopping = true;
        Ok(self.node.as_mut().map_or(Ok(()), |node| node.signal(Signal::SIGTERM))?)
    }

    /// Waits for a daemon that was asked to stop; nothing if it does not.
    pub(crate) fn wait(&mut self, timeout: Duration) -> Result<Option<ExitStatus>, Failure> {
        Ok(self.node.as_mut().map_or(Ok(None), |node| node.wait(timeout))?)
    }

    /// Complains about a daemon that ended although nobody had asked it to.
    pub(crate) fn must_run(&mut self) -> Result<(), Failure> {
        let ended = self.node.as_mut().map_or(Ok(None), Node::try_wait)?;
        match ended {
            Some(status) if !self.stopping => Err(Failure::Ended(self.identity.name, status)),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the virtual address is on one of its interfaces.
    pub(crate) fn has_virtual(&self, lan: &Lan) -> Result<bool, LabError> {
        self.namespace(lan)?.owns(VIRTUAL.into())
    }

    /// What the daemon wrote so far.
    pub(crate) fn log(&self) -> String {
        let text = fs::read(self.file("log")).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }

    fn namespace<'lan>(&self, lan: &'lan Lan) -> Result<&'lan Namespace, LabError> {
        lan.node(self.identity.host)
    }

    fn file(&self, extension: &str) -> PathBuf {
        self.folder.join(self.identity.name).with_extension(extension)
    }
}
