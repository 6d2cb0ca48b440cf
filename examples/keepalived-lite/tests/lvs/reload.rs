//! A reload changes what the new file changes and leaves the rest, with its connections, alone.

use core::time::Duration;
use std::{net::TcpStream, thread};

use crate::{
    Program,
    daemon::Daemon,
    site::{Method, PORT, Site, VIRTUAL, ask_on, connect},
    table::Ipvs,
};

/// A reload reads the file and looks at every server anew; the rest is for a slow machine.
const RELOAD: Duration = Duration::from_secs(60);
/// A check that finds fault after a reload has done so by then.
const REST: Duration = Duration::from_millis(2500);
/// How long a connection may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The port of the second service.
const OTHER: u16 = 81;

/// Both daemons with the same reloads, side by side.
pub(crate) fn compare() {
    let [theirs, ours] = thread::scope(|scope| {
        [Program::Keepalived, Program::Ours]
            .map(|program| scope.spawn(move || scenario(program)))
            .map(|run| run.join().unwrap())
    });
    assert_eq!(theirs, ours, "keepalived on the left");
}

/// What `ipvsadm -Sn` prints at rest after the start and each reload.
fn scenario(program: Program) -> Vec<Vec<String>> {
    let site = Site::new(Method::Nat);
    let _servers = site.start_servers();
    site.client().run(|| play(program, &site)).unwrap()
}

/// What may differ from file to file.
struct File<'site> {
    site: &'site Site,
    /// Of the second server of the first service.
    weight: u32,
    /// Whether the second service has the first server.
    first_in_other: bool,
    /// Whether there is a second service.
    other: bool,
}

impl File<'_> {
    fn text(&self) -> String {
        let server = |number: usize, weight: u32| {
            let (address, port) = (self.site.server(number).ip(), Method::Nat.port());
            format!(
                "    real_server {address} {port} {{\n        weight {weight}\n        \
                 TCP_CHECK {{\n            connect_timeout 2\n        }}\n    }}\n"
            )
        };
        let service = |port: u16, servers: &str| {
            format!(
                "virtual_server {VIRTUAL} {port} {{\n    delay_loop 1\n    lb_algo rr\n    lb_kind NAT\n    \
                 protocol TCP\n{servers}}}\n"
            )
        };
        let mut text = service(PORT, &(server(0, 1) + &server(1, self.weight)));
        if self.other {
            let first = if self.first_in_other { server(0, 1) } else { String::new() };
            text += &service(OTHER, &(first + &server(1, 1)));
        }
        text
    }
}

fn play(program: Program, site: &Site) -> Vec<Vec<String>> {
    let mut file = File { site, weight: 1, first_in_other: true, other: true };
    let mut daemon = Daemon::start(program, site.director(), site.folder(), &file.text(), &[]);
    let ipvs = Ipvs::of(site.director());
    let mut all = Vec::new();
    let mut settled = |daemon: &Daemon, step: &str, wanted: &dyn Fn(&[String]) -> bool| {
        let what = format!("{}, {step}", daemon.name());
        ipvs.wait_saved(RELOAD, &what, wanted);
        thread::sleep(REST);
        let saved = ipvs.saved();
        assert!(wanted(&saved), "{what}: it stays so: {saved:#?}");
        all.push(saved);
    };
    settled(&daemon, "start", &|saved| saved.len() == 6);

    // Two with each server of each service; they stay open and idle.
    let held: Vec<TcpStream> = [PORT, OTHER]
        .iter()
        .flat_map(|port| [*port; 4])
        .map(|port| connect(port, TIMEOUT).unwrap())
        .collect();
    let [one, two] = [0, 1].map(|number| site.server(number).to_string());
    let count = |port: u16, server: &str| counts(&ipvs, port, server);
    // The kernel adds up what it counted every two seconds.
    thread::sleep(REST);
    for (port, server) in [(PORT, &one), (PORT, &two), (OTHER, &one), (OTHER, &two)] {
        assert_eq!(count(port, server), ["2", "2"], "two active, two ever: {server} of {port}");
    }

    file.weight = 5;
    daemon.reload(&file.text());
    settled(&daemon, "another weight", &|saved| saved.iter().any(|line| line.ends_with("-w 5")));
    for (port, server) in [(PORT, &one), (PORT, &two), (OTHER, &one), (OTHER, &two)] {
        assert_eq!(count(port, server), ["2", "2"], "a weight costs no connection: {server} of {port}");
    }

    file.first_in_other = false;
    daemon.reload(&file.text());
    settled(&daemon, "a server less", &|saved| saved.len() == 5);
    for (port, server) in [(PORT, &one), (PORT, &two), (OTHER, &two)] {
        assert_eq!(count(port, server), ["2", "2"], "nor does another server: {server} of {port}");
    }

    file.other = false;
    daemon.reload(&file.text());
    settled(&daemon, "a service less", &|saved| saved.len() == 3);
    for server in [&one, &two] {
        assert_eq!(count(PORT, server), ["2", "2"], "nor does another service: {server}");
    }

    // What was open all the time still reaches who it was opened to.
    let mut names: Vec<String> = held
        .into_iter()
        .take(4)
        .map(|stream| ask_on(stream).expect("an answer after three reloads"))
        .collect();
    names.sort();
    assert_eq!(names, ["one", "one", "two", "two"]);
    assert!(daemon.stop().success());
    assert_eq!(ipvs.saved(), [""; 0]);
    all
}

/// Of one server of a service: active connections, and connections ever.
fn counts(ipvs: &Ipvs<'_>, port: u16, server: &str) -> [String; 2] {
    let service = format!("{VIRTUAL}:{port}");
    let column = |arguments: &[&str], column: usize| {
        let arguments = [arguments, &["-t", &service]].concat();
        let text = ipvs.ipvsadm(&arguments);
        let line =
            text.lines().find(|line| line.contains(server)).unwrap_or_else(|| panic!("{server} in {text}"));
        line.split_whitespace().nth(column).unwrap().to_owned()
    };
    [column(&["-Ln"], 4), column(&["-Ln", "--stats"], 2)]
}
