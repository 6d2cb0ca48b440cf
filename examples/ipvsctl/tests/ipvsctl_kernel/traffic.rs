//! Connections and counters that something happened to.

use core::time::Duration;
use std::net::{TcpStream, UdpSocket};
use std::thread;

use super::lab::{Lab, ipvsadm, ipvsctl, one_in, printed};
use super::load;

/// Nobody listens behind the services: connections are remembered all the same.
fn traffic() {
    load(
        "-A -u 127.0.0.2:53 -s rr\n-a -u 127.0.0.2:53 -r 127.0.0.1:5353 -m\n\
         -A -t 127.0.0.2:80 -s rr -p 100\n-a -t 127.0.0.2:80 -r 127.0.0.1:8080 -m\n\
         -A -t [::1]:80 -s rr\n-a -t [::1]:80 -r [::1]:8080 -m\n\
         -A -u 127.0.0.2:5060 -s rr -p 60 --pe sip\n-a -u 127.0.0.2:5060 -r 127.0.0.1:5060 -m\n",
    );
    for _ in 0..3 {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        socket.send_to(b"hello", "127.0.0.2:53").expect("sent");
    }
    TcpStream::connect("127.0.0.2:80").expect_err("nobody listens");
    TcpStream::connect("[::1]:80").expect_err("nobody listens");
    let invitation = b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nCall-ID: abcdef@host\r\n\r\n";
    let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
    socket.send_to(invitation, "127.0.0.2:5060").expect("sent");
}

/// Without the time that is left, which runs down between two programs.
fn timeless(text: &str) -> String {
    let is_time = |word: &str| {
        word.split_once(':').is_some_and(|(minutes, seconds)| {
            minutes.len() == 2 && seconds.len() == 2 && (minutes.to_owned() + seconds).parse::<u16>().is_ok()
        })
    };
    let told = text.lines().map(|line| {
        let words: Vec<_> = line.split(' ').map(|word| if is_time(word) { "--:--" } else { word }).collect();
        words.join(" ") + "\n"
    });
    told.collect()
}

/// Averages move between two programs: one of several tries must agree.
fn agree(line: &str) {
    let mut told = None;
    for _ in 0..5 {
        let (ours, theirs) = (ipvsctl(line, ""), ipvsadm(line, ""));
        let same = (ours.status, timeless(&ours.out)) == (theirs.status, timeless(&theirs.out));
        if same && ours.err == theirs.err {
            return;
        }
        told = Some((ours, theirs));
    }
    panic!("{line}: {told:#?}");
}

#[test]
fn connections_counters_and_rates_are_ipvsadms() {
    let Some(_lab) = Lab::enter() else { return };
    traffic();
    let listed = printed("-Lnc", "");
    assert!(listed.contains("UDP         127.0.0.1:"), "{listed}");
    assert!(printed("-Lnc --persistent-conn", "").contains("sip                abcdef@host\n"));
    for line in
        ["-Lnc", "-Lc", "-Lnc --persistent-conn", "-Lc --persistent-conn"].into_iter().step_by(one_in(2))
    {
        agree(line);
    }
    for line in
        ["-Ln --stats", "-Ln", "-L --stats --exact", "-Ln --persistent-conn"].into_iter().step_by(one_in(2))
    {
        agree(line);
    }
    // The kernel estimates every two seconds.
    thread::sleep(Duration::from_millis(2500));
    assert!(printed("-Ln --stats", "").contains("3        3        3"));
    agree("-Ln --rate");
    agree("-Ln --rate --exact");

    let rows: serde_json::Value = serde_json::from_str(&printed("stats --json", "")).expect("JSON");
    let dns = rows.as_array().and_then(|rows| rows.iter().find(|row| row["service"]["port"] == 53));
    assert_eq!(dns.expect("there")["packets_in"], 3);
    assert!(printed("stats", "").starts_with("Service"));
    let page = printed("top --sort inactive --count 2 --interval 0.1", "");
    assert_eq!(page.matches("services and servers by InAct").count(), 2);
    let first = page.lines().nth(2).expect("a row");
    assert!(first.starts_with("UDP 127.0.0.2:53 ") && first.contains("127.0.0.1:5353"), "{page}");

    assert_eq!(printed("-Z", ""), "");
    assert!(!printed("-Ln --stats", "").contains("3        3        3"));
}
