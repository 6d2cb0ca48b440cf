//! `keepalived-lite genhash` beside keepalived's own, against the same servers.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;

const OURS: &str = env!("CARGO_BIN_EXE_keepalived-lite");
/// Packages of keepalived have it.
const THEIRS: &str = "/usr/bin/genhash";

fn ours(args: &[&str]) -> Output {
    Command::new(OURS).arg("genhash").args(args).output().unwrap()
}

/// `None` where keepalived is not installed.
fn theirs(args: &[&str]) -> Option<Output> {
    if !Path::new(THEIRS).exists() {
        println!("skipped in part: no {THEIRS}");
        return None;
    }
    Some(Command::new(THEIRS).args(args).output().unwrap())
}

/// Without what depends on the clock.
fn text(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().map(|line| match line.split_once("] = ") {
        Some((before, time)) if time.ends_with(" usecs") => format!("{before}] = N usecs\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// Answers everybody: `{}` in the reply is the request as it came. Ends with the program.
fn server(host: IpAddr, reply: &'static str) -> SocketAddr {
    let listener = TcpListener::bind((host, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut request, mut octet) = (Vec::new(), [0]);
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut octet).is_ok_and(|count| count == 1) {
                request.push(octet[0]);
            }
            // In one piece: `-v` shows the pieces.
            let reply = reply.replace("{}", &String::from_utf8_lossy(&request));
            let _ = stream.write_all(reply.as_bytes());
        }
    });
    address
}

fn args<'a>(server: &'a (String, String), more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["-s", server.0.as_str(), "-p", server.1.as_str()];
    args.extend(more);
    args
}

fn words(server: SocketAddr) -> (String, String) {
    (server.ip().to_string(), server.port().to_string())
}

/// Runs both, wants the same of both, and gives back what it was.
fn same(args: &[&str]) -> String {
    let ours = ours(args);
    assert!(ours.status.success() && ours.stderr.is_empty(), "{args:?} {ours:?}");
    if let Some(theirs) = theirs(args) {
        assert_eq!(text(&ours), text(&theirs), "{args:?}");
        assert_eq!(ours.status, theirs.status, "{args:?}");
    }
    text(&ours)
}

#[test]
fn digests_are_keepaliveds() {
    const HELLO: &str = "5d41402abc4b2a76b9719d911017c592\n";
    const EMPTY: &str = "d41d8cd98f00b204e9800998ecf8427e\n";
    #[rustfmt::skip]
    let replies = [
        // As md5sum prints them.
        ("HTTP/1.1 200 OK\r\n\r\nhello",                                    HELLO),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",               HELLO),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, world",        HELLO),
        ("HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nhello",               HELLO),
        ("HTTP/1.1 404 Not Found\r\n\r\nhello",                             HELLO),
        ("HTTP/1.1 500 Oops\r\n\r\n",                                       EMPTY),
    ];
    for (reply, digest) in replies {
        let server = words(server(Ipv4Addr::LOCALHOST.into(), reply));
        assert_eq!(same(&args(&server, &["-u", "/"])), digest, "{reply}");
        let shown = same(&args(&server, &["-v", "-u", "/shown"]));
        assert!(shown.contains(&format!("]-----------------------\n{digest}\nGlobal")), "{shown}");
    }
}

#[test]
fn requests_are_keepaliveds() {
    const ECHO: &str = "HTTP/1.0 200 OK\r\n\r\n{}";
    let v4 = words(server(Ipv4Addr::LOCALHOST.into(), ECHO));
    for more in [
        &["-u", "/path?query"][..],
        &["-u", "/", "-P", "1.0"],
        &["-u", "/", "-P", "1.0c"],
        &["-u", "/", "-P", "1.1"],
        &["-u", "/", "-V", "www.example.org", "-t", "60"],
        &["--url", "/", "--use-virtualhost=www.example.org:81", "--protocol", "1.1", "--verbose"],
    ] {
        same(&args(&v4, more));
    }
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
        let v6 = words(server(Ipv6Addr::LOCALHOST.into(), ECHO));
        same(&args(&v6, &["-u", "/"]));
        same(&args(&v6, &["-u", "/", "-V", "www.example.org", "-P", "1.1"]));
    }
}

#[test]
fn a_body_in_chunks_is_hashed_as_the_check_hashes_it() {
    const CHUNKS: &str =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
    let server = words(server(Ipv4Addr::LOCALHOST.into(), CHUNKS));
    let args = args(&server, &["-u", "/", "-P", "1.1"]);
    let output = ours(&args);
    assert_eq!(text(&output), "5d41402abc4b2a76b9719d911017c592\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("chunks"), "{output:?}");
    if let Some(theirs) = theirs(&args) {
        assert_ne!(text(&output), text(&theirs), "keepalived has learned to put chunks together");
    }
}

#[test]
fn nothing_but_a_digest_is_a_success() {
    let silent = words(server(Ipv4Addr::LOCALHOST.into(), ""));
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let closed = words(closed);
    #[rustfmt::skip]
    let cases = [
        (args(&silent, &["-u", "/"]),         "no data received"),
        (args(&closed, &["-u", "/"]),         "connection refused"),
        (args(&silent, &["-u", "/", "-S", "-t", "1"]), "TLS handshake"),
        (args(&silent, &["-u", "/", "-z"]),   "unknown option -z"),
        (args(&silent, &["-u", "/", "stray"]), "stray"),
        (args(&silent, &[]),                  "usage"),
        (vec!["-h"],                          "usage"),
        (vec![],                              "usage"),
    ];
    for (args, want) in cases {
        let output = ours(&args);
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains(want), "{args:?}: {words}");
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]), "{args:?}");
        if words.contains("usage")
            && let Some(theirs) = theirs(&args)
        {
            assert_eq!(theirs.status.code(), Some(1), "{args:?}");
        }
    }
}

#[test]
fn a_digest_may_be_sha_256() {
    let server = words(server(Ipv4Addr::LOCALHOST.into(), "HTTP/1.1 200 OK\r\n\r\nhello"));
    // As sha256sum prints it.
    let want = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n";
    assert_eq!(text(&ours(&args(&server, &["-u", "/", "--hash", "sha256"]))), want);
}

#[test]
fn every_name_leads_to_it() {
    let server = words(server(Ipv4Addr::LOCALHOST.into(), "HTTP/1.1 200 OK\r\n\r\nhello"));
    let args = args(&server, &["-u", "/"]);
    let mut by_link = Command::new(OURS);
    by_link.arg0("/usr/local/bin/genhash");
    let [short, long] = ["-T", "--genhash"].map(|option| {
        let mut command = Command::new(OURS);
        command.arg(option);
        command
    });
    for mut command in [by_link, short, long] {
        let output = command.args(&args).output().unwrap();
        assert_eq!(text(&output), "5d41402abc4b2a76b9719d911017c592\n", "{command:?} {output:?}");
    }
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_page_over_tls_has_the_same_digest() {
    let folder = tempfile::tempdir().unwrap();
    let openssl = || {
        let mut command = Command::new("openssl");
        command.current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out cert -days 1 -subj /CN=x";
    if !openssl().args(request.split(' ')).status().is_ok_and(|status| status.success()) {
        println!("skipped: no openssl");
        return;
    }
    std::fs::write(folder.path().join("page"), "hello").unwrap();
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let accept = address.to_string();
    let serve = ["s_server", "-quiet", "-key", "key", "-cert", "cert", "-WWW", "-accept", &accept];
    let _server = Killed(openssl().args(serve).spawn().unwrap());
    while TcpStream::connect(address).is_err() {
        thread::sleep(Duration::from_millis(20));
    }
    let server = words(address);
    for more in [&["-S", "-u", "/page"][..], &["-SI", "-V", "www.example.org", "-u", "/page"]] {
        assert_eq!(same(&args(&server, more)), "5d41402abc4b2a76b9719d911017c592\n", "{more:?}");
    }
}
