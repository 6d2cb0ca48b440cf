//! Debian's keepalived on the wire: it accepts what we write, we accept what it writes, and
//! neither accepts a wrong key.
//!
//! Whether keepalived believed us is read from the kernel: a router that hears of a better one
//! gives its virtual address up, one that hears nothing, or nothing credible, holds it.
#![cfg(all(target_os = "linux", feature = "auth", feature = "frame"))]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside a test function; a panic fails the test"
)]

mod router;
mod wire;

use core::time::Duration;
use std::{fs, path::Path, process::Command, thread, time::Instant};

use netlab::{Isolation, Lan, Namespace, Node, with_namespaces};
use nix::sys::signal::Signal;
use router::{Method, Router};
use wire::Wire;

const KEEPALIVED: &str = "/usr/sbin/keepalived";
/// The host with keepalived, and ours.
const THEIRS: u8 = 1;
const OURS: u8 = 2;

/// For what takes keepalived some seconds by its timers; the rest is for a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than Master_Down of every router here.
const MASTER_DOWN: Duration = Duration::from_secs(5);
/// Between two of our advertisements. VRRPv2 peers must agree on the interval in the message,
/// not on how often there is one.
const PERIOD: Duration = Duration::from_millis(300);

#[test]
fn keepalived_and_we_accept_each_other() {
    if !Path::new(KEEPALIVED).exists() {
        println!("SKIPPED keepalived_and_we_accept_each_other: needs {KEEPALIVED}");
        return;
    }
    with_namespaces(play);
}

fn play() {
    let lan = Lan::new(2).unwrap();
    let theirs = lan.node(THEIRS).unwrap();
    let ours = lan.node(OURS).unwrap();
    ours.add_address("eth0", router::OUR_LINK_LOCAL.into(), 64).unwrap();
    let mut routers = Router::all();
    let mut wire = Wire::open(ours);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keepalived.conf");
    fs::write(&file, routers.iter().map(Router::block).collect::<String>()).unwrap();
    let mut daemon = start(theirs, &file, folder.path());
    let log = || fs::read_to_string(folder.path().join("log")).unwrap();

    // Alone, it is Master of all, and we accept what it says.
    let mut heard = vec![0; routers.len()];
    until("keepalived is Master and heard", &log, || {
        for (index, verdict) in wire.hear(&mut routers) {
            verdict.unwrap_or_else(|error| panic!("{}: {error}", Router::all()[index].name));
            heard[index] += 1;
        }
        heard.iter().all(|count| *count >= 2) && masters(theirs, &routers).iter().all(|master| *master)
    });

    // We say that we are better, and it believes us.
    until("keepalived gave way to all", &log, || {
        wire.say(&mut routers, 200, Method::Right);
        thread::sleep(PERIOD);
        !masters(theirs, &routers).contains(&true)
    });
    let end = Instant::now() + MASTER_DOWN;
    while Instant::now() < end {
        wire.say(&mut routers, 200, Method::Right);
        thread::sleep(PERIOD);
        let masters = masters(theirs, &routers);
        assert!(!masters.contains(&true), "Master against a better one: {masters:?}\n{}", log());
    }

    // We leave, and it comes back.
    wire.say(&mut routers, 0, Method::Right);
    until("keepalived is Master again", &log, || masters(theirs, &routers).iter().all(|master| *master));

    // The same with wrong keys it does not believe, where there are keys.
    let end = Instant::now() + MASTER_DOWN;
    while Instant::now() < end {
        wire.say(&mut routers, 200, Method::Wrong);
        thread::sleep(PERIOD);
    }
    for (router, master) in routers.iter().zip(masters(theirs, &routers)) {
        assert_eq!(master, router.has_key(), "{}: holds its address\n{}", router.name, log());
    }
    // Nor we it, once its key is the wrong one.
    let mut refused = vec![false; routers.len()];
    routers.iter_mut().for_each(Router::forget_key);
    until("keepalived's key was refused", &log, || {
        for (index, verdict) in wire.hear(&mut routers) {
            refused[index] |= verdict.is_err();
        }
        routers.iter().zip(&refused).all(|(router, refused)| *refused || !router.has_key())
    });
    daemon.signal(Signal::SIGTERM).unwrap();
    assert!(daemon.wait(PATIENCE).unwrap().is_some(), "keepalived ends");
}

fn start(namespace: &Namespace, file: &Path, folder: &Path) -> Node {
    let log = fs::File::create(folder.join("log")).unwrap();
    let mut command = Command::new(KEEPALIVED);
    command.args(["-n", "-l", "-D", "-P", "-p", "/run/keepalived.pid", "-r", "/run/vrrp.pid", "-f"]);
    command.arg(file).stdout(log.try_clone().unwrap()).stderr(log);
    namespace.spawn(&mut command, &Isolation::own_tmp().keep(folder)).unwrap()
}

/// Which virtual addresses keepalived's host has.
fn masters(namespace: &Namespace, routers: &[Router]) -> Vec<bool> {
    routers.iter().map(|router| namespace.owns(router.address).unwrap()).collect()
}

fn until(what: &str, log: &dyn Fn() -> String, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}\n{}", log());
        thread::sleep(Duration::from_millis(50));
    }
}
