//! The program where there is no IPVS, and its functions over a kernel in memory.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use ipvs_netlink::{Client, Connections, DestinationKey, Error, FakeKernel, FakeSocket, ServiceKey};
use ipvsctl::{
    Authority, BadLine, Columns, Dialect, Failure, NoNames, Rules, View, apply_steps, desired, head, restore,
    sort_entries, steps, table,
};

fn ipvsctl(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ipvsctl")).args(words).stdin(Stdio::null()).output().unwrap()
}

type Shared = Arc<Mutex<FakeKernel>>;

fn restored(text: &str, bad_line: BadLine) -> (Shared, Result<(), Failure>, String) {
    let kernel = Shared::default();
    let mut err = Vec::new();
    let connect = || Client::over(FakeSocket::open(&kernel));
    let result = restore(connect, text, &NoNames, bad_line, &mut err);
    (kernel, result, String::from_utf8(err).unwrap())
}

fn client(kernel: &Shared) -> Client<FakeSocket> {
    Client::over(FakeSocket::open(kernel)).unwrap()
}

fn listing(client: &mut Client<FakeSocket>, columns: Columns) -> String {
    let mut out = String::new();
    head(&mut out, &client.info().unwrap());
    let mut entries = client.entries().unwrap().entries;
    sort_entries(&mut entries);
    table(&mut out, &entries, View { columns, ..View::NUMERIC }, &NoNames);
    out
}

const RULES: &str = "\
-A -t 192.0.2.1:80 -s mh -p 60 -M 255.255.255.0 -b mh-fallback,mh-port
-a -t 192.0.2.1:80 -r 10.0.0.1:8080 -m -w 3 -x 9 -y 5
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-remcsum
-a -t 192.0.2.1:80 -r [2001:db8::9]:80 -i -w 1 --tun-type ipip
-A -u 192.0.2.1:5060 -s rr -p 60 --pe sip -o
-A -t [2001:db8::1]:443 -s wlc -p 360 -M 64
-A -f 7 -6 -s rr
";

#[test]
fn what_is_restored_is_saved_and_listed() {
    let (kernel, result, err) = restored(RULES, BadLine::Stops);
    let mut client = client(&kernel);
    assert!(result.is_ok() && err.is_empty(), "{err}");
    let mut entries = client.entries().unwrap().entries;
    sort_entries(&mut entries);
    let mut saved = String::new();
    for entry in &entries {
        assert_eq!(Rules::new(Dialect::Lossless, &NoNames).entry(&mut saved, entry), []);
    }
    assert_eq!(saved, RULES);
    let web = ServiceKey::tcp("192.0.2.1:80".parse().unwrap());
    let server = DestinationKey::new("10.0.0.1:8080".parse().unwrap());
    let connections = Connections { active: 12, inactive: 3, ..Connections::default() };
    assert!(kernel.lock().unwrap().set_connections(&web, &server, connections));
    assert_eq!(
        listing(&mut client, Columns::Connections),
        "\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  192.0.2.1:80 mh (mh-fallback,mh-port) persistent 60 mask 255.255.255.0
  -> 10.0.0.1:8080                Masq    3      12         3         
  -> 10.0.0.2:80                  Tunnel  1      0          0         
  -> [2001:db8::9]:80             Tunnel  1      0          0         
UDP  192.0.2.1:5060 rr persistent 60 pe sip ops
TCP  [2001:db8::1]:443 wlc persistent 360 mask 64
FWM  7 IPv6 rr
"
    );
    let tunnels = listing(&mut client, Columns::Tunnel);
    assert!(tunnels.contains("Tunnel  gue:6080:r+c  1      0          0         \n"), "{tunnels}");
    let thresholds = listing(&mut client, Columns::Thresholds);
    assert!(
        thresholds.contains("10.0.0.1:8080                9          5          12         3         \n")
    );
}

#[test]
fn a_bad_line_spoils_nothing_or_all() {
    let text = "-A -f 1 -s rr\n-A -f 1 -s rr\n-A -f 0\n-A -f 2\n";
    let (kernel, result, err) = restored(text, BadLine::Stops);
    assert!(matches!(&result, Err(Failure::Rule(error)) if error.line == 3), "{result:?}");
    assert!(err.starts_with("line 2: cannot add service firewall mark 1 (IPv4): it exists already"), "{err}");
    assert_eq!(client(&kernel).services().unwrap().len(), 1);
    let (kernel, result, err) = restored(text, BadLine::SpoilsAll);
    assert!(matches!(&result, Err(Failure::Rule(error)) if error.line == 3), "{result:?}");
    assert_eq!((client(&kernel).services().unwrap().len(), err.as_str()), (0, ""));
}

/// More rules than one piece of a restore holds.
#[test]
fn every_refusal_of_a_long_restore_is_told_with_its_line() {
    let text: String = (0..3000).map(|line| format!("-A -f {} -s rr\n", line % 2000 + 1)).collect();
    let (kernel, result, err) = restored(&text, BadLine::Stops);
    assert!(matches!(result, Err(Failure::Told(1000, 3000))), "{result:?}");
    assert_eq!(client(&kernel).services().unwrap().len(), 2000);
    let lines: Vec<_> = err.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(lines.len(), 1000);
    assert_eq!((lines[0], lines[999]), ("line 2001", "line 3000"));
}

#[test]
fn nothing_to_restore_asks_no_kernel() {
    let never = || -> Result<Client<FakeKernel>, Error> { panic!("asked") };
    let result = restore(never, "# nothing\n\n", &NoNames, BadLine::Stops, &mut std::io::sink());
    assert!(result.is_ok());
}

#[test]
fn a_refused_step_does_not_stop_the_others_and_is_not_printed() {
    let mut client = Client::over(FakeKernel::new().without_module("ip_vs_mh")).unwrap();
    let wanted = desired("-A -f 1 -s mh\n-A -f 2 -s rr\n", &NoNames).unwrap();
    let plan = steps(&client.table().unwrap(), &wanted, Authority::default());
    let (mut out, mut err) = (String::new(), Vec::new());
    let result = apply_steps(&mut client, &plan, &mut out, &mut err);
    assert!(matches!(result, Err(Failure::Told(1, 2))), "{result:?}");
    assert_eq!(out, "-A -f 2 -s rr\n");
    assert!(String::from_utf8(err).unwrap().contains("modprobe ip_vs_mh"));
}

#[test]
fn command_lines_that_make_no_sense_have_their_status_without_a_kernel() {
    #[rustfmt::skip]
    let cases: &[(&[&str], i32)] = &[
        (&["nonsense"],                            64),
        (&["plan"],                                64),
        (&["list", "--bogus"],                     64),
        (&["top", "--interval", "0"],              64),
        (&["-Q"],                                  255),
        (&["-A", "-t"],                            255),
        (&["-n"],                                  255),
        (&["-A"],                                  2),
        (&["-A", "-t", "nowhere"],                 2),
        (&["--set", "1"],                          2),
        (&["plan", "/no/such/file"],               1),
        (&["-h"],                                  0),
        (&["--help"],                              0),
        (&["help"],                                0),
        (&["-V"],                                  0),
        (&["-v"],                                  0),
        (&["restore", "/dev/null"],                0),
    ];
    for (words, status) in cases {
        let output = ipvsctl(words);
        assert_eq!(output.status.code(), Some(*status), "{words:?}");
        assert_eq!(output.stderr.is_empty(), *status == 0, "{words:?}");
    }
    let help = String::from_utf8(ipvsctl(&["-h"]).stdout).unwrap();
    assert!(help.contains("--start-daemon") && help.contains("apply"), "{help}");
}

#[test]
fn without_ipvs_the_program_says_how_to_get_it() {
    if let Ok(mut client) = Client::open() {
        println!("SKIPPED without_ipvs_the_program_says_how_to_get_it: {:?}", client.info());
        return;
    }
    for (words, status) in [(["-Ln"], 2), (["list"], 1)] {
        let output = ipvsctl(&words);
        assert_eq!(output.status.code(), Some(status));
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.starts_with("ipvsctl: ") && err.contains("ip_vs"), "{err}");
    }
}
