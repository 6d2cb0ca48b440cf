//! zebra and vrrpd on a host of their own.

use std::{
    fs,
    process::{Command, Stdio},
};

use netlab::{Event, Isolation, Lan, Node, Sniffer};
use nix::sys::signal::Signal;

use crate::{FRR, PATIENCE, router::Router};

pub(crate) const ZEBRA: &str = "/usr/lib/frr/zebra";
pub(crate) const VRRPD: &str = "/usr/lib/frr/vrrpd";

/// vrrpd does not know an interface unless zebra tells it. zebra's parent ends when zebra can be
/// asked. As root and in this group neither wants an account or a right that a user namespace
/// does not have.
const SCRIPT: &str = r#"
    set -e
    options='-z /run/zserv --vty_socket /run -P 0 -u root -g frrvty'
    : >/run/zebra.conf
    printf %s "$VRRPD_CONF" >/run/vrrpd.conf
    "$0" -d -f /run/zebra.conf -i /run/zebra.pid $options
    exec "$1" -f /run/vrrpd.conf -i /run/vrrpd.pid --log file:/run/vrrpd.log $options
"#;

/// A running FRR with its virtual routers.
pub(crate) struct Frr {
    node: Node,
}

impl Frr {
    pub(crate) fn start<'a>(lan: &Lan, routers: impl IntoIterator<Item = &'a Router>) -> Self {
        let mut configuration = format!("interface {}\n", lan.interface());
        for router in routers {
            router.put_on(lan);
            configuration.push_str(&router.lines());
        }
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SCRIPT, ZEBRA, VRRPD]).env("VRRPD_CONF", configuration);
        shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Crash reports go to /var/tmp, configured or not.
        let isolation = Isolation::own_tmp().private("/var/tmp");
        Self { node: lan.node(FRR).unwrap().spawn(&mut shell, &isolation).unwrap() }
    }

    /// What vrrpd has logged.
    pub(crate) fn log(&self) -> String {
        let path = format!("/proc/{}/root/run/vrrpd.log", self.node.id());
        fs::read_to_string(path).unwrap_or_default()
    }

    /// The lines of the configuration that vrrpd did not understand.
    pub(crate) fn refused_lines(&self) -> Vec<String> {
        self.log().lines().filter(|line| line.contains("No such command")).map(str::to_owned).collect()
    }

    /// Waits until `what` was heard, which `find` says.
    pub(crate) fn await_heard(&self, sniffer: &Sniffer, what: &str, mut find: impl FnMut(&[Event]) -> bool) {
        let heard = sniffer.wait_for(PATIENCE, |events| find(events).then_some(()));
        assert!(heard.is_some(), "{what}; vrrpd's log:\n{}", self.log());
    }

    /// Asks vrrpd to stop.
    pub(crate) fn stop(&mut self) {
        self.node.signal(Signal::SIGTERM).unwrap();
    }
}
