//! The two halves of a file: electing, and balancing where the kernel may not be able to.

use core::time::Duration;
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitStatus,
};

use netlab::{Isolation, Lan, Node, with_namespaces};
use tempfile::TempDir;

use crate::common::{Program, VIRTUAL, in_foreground, wait_until};

/// A router of the best priority that also balances.
fn both_halves(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("both.conf");
    let text = format!(
        "vrrp_instance V {{\n interface eth0\n virtual_router_id 7\n priority 200\n version 3\n advert_int 0.1\n \
         virtual_ipaddress {{\n {VIRTUAL}/24\n }}\n}}\n\
         virtual_server {VIRTUAL} 80 {{\n lvs_sched rr\n lvs_method NAT\n protocol TCP\n \
         real_server 10.77.0.9 80 {{\n weight 1\n TCP_CHECK {{\n }}\n }}\n}}\n"
    );
    fs::write(&path, text).unwrap();
    path
}

fn start(program: Program, lan: &Lan, file: &Path, option: Option<&str>) -> Node {
    let isolation = Isolation::own_tmp().keep(file.parent().unwrap());
    let mut command = in_foreground(program, file);
    command.args(["-c", "/run/checkers.pid"]).args(option);
    lan.node(1).unwrap().spawn(&mut command, &isolation).unwrap()
}

/// How the daemon ended within a while, if it did, and whether it ever had the address.
fn fate(program: Program, option: Option<&str>) -> (Option<i32>, bool) {
    let folder = TempDir::new().unwrap();
    let file = both_halves(&folder);
    let lan = Lan::new(1).unwrap();
    let mut node = start(program, &lan, &file, option);
    let mut owned = false;
    let status: Option<ExitStatus> = wait_until(Duration::from_secs(4), || {
        owned |= lan.node(1).unwrap().owns(VIRTUAL.into()).unwrap();
        node.try_wait().unwrap()
    });
    (status.and_then(|status| status.code()), owned)
}

#[test]
fn a_director_that_cannot_balance_ends_as_keepalived_does() {
    with_namespaces(|| {
        let (ours, owned) = fate(Program::Ours, None);
        let (theirs, _) = fate(Program::Keepalived, None);
        assert_eq!(ours, theirs, "where ip_vs is missing both end, where it is there neither does");
        assert!(ours.is_none() || !owned, "a router that cannot balance never holds the address");
    });
}

#[test]
fn the_option_for_vrrp_alone_needs_no_ipvs() {
    with_namespaces(|| {
        assert_eq!(fate(Program::Ours, Some("-P")), (None, true));
    });
}

#[test]
fn the_option_for_checks_alone_elects_nobody() {
    with_namespaces(|| {
        let (_, owned) = fate(Program::Ours, Some("-C"));
        assert!(!owned, "the instance is not run");
    });
}
