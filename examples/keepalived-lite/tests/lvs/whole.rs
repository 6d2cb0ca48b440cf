//! `lvs_timeouts` and `lvs_sync_daemon` beside keepalived, told by `ipvsadm`.

use core::time::Duration;
use std::{thread, time::Instant};

use netlab::Lan;
use tempfile::TempDir;

use crate::{Program, daemon::Daemon, table::Ipvs};

const DIRECTOR: u8 = 1;

/// For everything on a slow machine.
const PATIENCE: Duration = Duration::from_secs(180);
const ROLES: [&str; 2] = ["master", "backup"];
/// Between two looks.
const PERIOD: Duration = Duration::from_millis(200);

/// Both daemons at once, each alone on a LAN.
pub(crate) fn compare() {
    let began = Instant::now();
    let [theirs, ours] = thread::scope(|scope| {
        [Program::Keepalived, Program::Ours]
            .map(|program| scope.spawn(move || play(program)))
            .map(|run| run.join().unwrap())
    });
    assert_eq!(theirs, ours, "keepalived on the left");
    theirs.iter().for_each(|told| println!("{}", told.replace('\n', " · ")));
    println!("in {:.1} s", began.elapsed().as_secs_f64());
}

/// What `ipvsadm` told after each step.
fn play(program: Program) -> Vec<String> {
    let lan = Lan::with_hosts("eth0", &[DIRECTOR]).unwrap();
    let folder = TempDir::new().unwrap();
    let director = lan.node(DIRECTOR).unwrap();
    let ipvs = Ipvs::of(director);
    let start = |globals: &str| Daemon::start(program, director, folder.path(), &configuration(globals), &[]);
    let mut all = Vec::new();
    // Roles of the threads that run, and the time-outs of TCP, after FIN and of UDP.
    let mut settled = |daemon: &Daemon, step: &str, threads: &[&str], timeouts: &str| {
        let deadline = Instant::now() + PATIENCE;
        let wanted = |told: &str| {
            let running = ROLES.iter().filter(|role| told.contains(&format!("{role} sync daemon")));
            running.eq(threads) && told.contains(&format!("Timeout (tcp tcpfin udp): {timeouts}\n"))
        };
        let mut told = tell(&ipvs);
        while !wanted(&told) {
            assert!(Instant::now() < deadline, "{}, {step}: {told}", daemon.name());
            thread::sleep(PERIOD);
            told = tell(&ipvs);
        }
        all.push(format!("{step}: {told}"));
    };

    let mut daemon = start(
        "lvs_timeouts tcp 100 tcpfin 20\nlvs_sync_daemon eth0 VI id 7 port 8850 ttl 2 group 224.0.0.90",
    );
    settled(&daemon, "backup", &["backup"], "100 20 300");
    settled(&daemon, "master", &["master"], "100 20 300");
    lan.unplug(DIRECTOR).unwrap();
    settled(&daemon, "without a cable", &["backup"], "100 20 300");
    assert!(daemon.stop().success());
    settled(&daemon, "stopped", &[], "900 120 300");

    let mut daemon = start("lvs_sync_daemon eth0 id 9\nlvs_timeouts udp 30");
    settled(&daemon, "both", &["master", "backup"], "900 120 30");
    daemon.reload(&configuration("lvs_timeouts tcp 50\nlvs_sync_daemon eth0 id 9"));
    settled(&daemon, "other time-outs", &["master", "backup"], "50 120 300");
    assert!(daemon.stop().success());
    settled(&daemon, "stopped again", &[], "900 120 300");
    all
}

fn tell(ipvs: &Ipvs<'_>) -> String {
    ipvs.ipvsadm(&["-l", "--timeout"]) + &ipvs.ipvsadm(&["-l", "--daemon"])
}

fn configuration(globals: &str) -> String {
    format!(
        "global_defs {{\n{globals}\n}}\n\
         vrrp_instance VI {{\ninterface eth0\nvirtual_router_id 51\nadvert_int 1\n\
         virtual_ipaddress {{\n10.77.0.100/32\n}}\n}}\n\
         virtual_server 10.77.0.100 80 {{\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n\
         real_server 10.77.0.11 80 {{\n}}\n}}\n"
    )
}
