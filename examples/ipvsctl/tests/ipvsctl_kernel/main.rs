//! Against a real kernel and ipvsadm 1.31: the same text, the same table, the same exit status.
//!
//! Needs the module `ip_vs`, the right to change the table, an empty table, and ipvsadm; without
//! them every test says what it lacks.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test may panic")]

mod lab;
mod random;
mod subcommands;
mod traffic;

use lab::{Lab, Said, clear, ipvsadm, ipvsctl, one_in, printed};

/// Every scheduler, its flags, ways, tunnels, protocols, families, marks.
const EVERYTHING: &str = include_str!("everything.rules");

/// Command lines, one after the other, good and bad.
const LINES: &str = include_str!("lines.txt");

fn load(rules: &str) {
    let Said { status, err, .. } = ipvsadm("-R", rules);
    assert_eq!((status, err.as_str()), (0, ""));
}

#[test]
fn listings_are_ipvsadms_to_the_octet() {
    let Some(_lab) = Lab::enter() else { return };
    load(EVERYTHING);
    load(
        "-a -t 192.0.2.1:80 -r 10.0.0.20:80 -m -w 1 -x 70000 -y 50\n-A -f 4294967295 -s rr\n-A -f 2147483648 -s rr\n",
    );
    let lines = [
        "",
        "-Ln",
        "-L",
        "-l -n --sort",
        "-Ln --nosort",
        "-Ln --stats",
        "-L --stats",
        "-Ln --stats --exact",
        "-Ln --rate",
        "-Ln --thresholds",
        "-Ln --persistent-conn",
        "-Ln --tun-info",
        "-Ln --stats --rate --thresholds --tun-info",
        "-Ln --tun-info --persistent-conn --nosort",
        "-Ln -t 192.0.2.1:80",
        "-L -t 192.0.2.1:80 --tun-info",
        "-Ln -f 1 -6 --stats",
        "-Ln -f 4294967295",
        "-Sn",
        "-S",
        "-Ln --timeout",
        "-L --daemon",
        "-Lnc",
        "-Lc --persistent-conn",
    ];
    for line in lines.into_iter().step_by(one_in(3)) {
        assert_eq!(ipvsctl(line, ""), ipvsadm(line, ""), "{line}");
    }
    assert_eq!(printed("list", ""), ipvsadm("-Ln", "").out);
    assert_eq!(printed("list --names", ""), ipvsadm("-L", "").out);
}

#[test]
fn a_saved_table_comes_back_whoever_saves_and_restores_it() {
    let Some(_lab) = Lab::enter() else { return };
    load(EVERYTHING);
    let saved = ipvsadm("-Sn", "").out;
    assert_eq!(saved.lines().count(), EVERYTHING.lines().count());
    let mut sorted = [&saved, EVERYTHING].map(|text| text.lines().map(str::trim_end).collect::<Vec<_>>());
    sorted.iter_mut().for_each(|lines| lines.sort_unstable());
    assert_eq!(sorted[0], sorted[1]);

    assert_eq!(printed("flush", ""), "");
    assert_eq!(ipvsadm("-Sn", "").out, "");
    assert_eq!(printed("restore", &saved), "");
    assert_eq!(ipvsadm("-Sn", "").out, saved);
    assert_eq!(printed("save", ""), saved);

    clear();
    load(&saved);
    assert_eq!(printed("-Sn", ""), saved);
    clear();
    assert_eq!(printed("-R", &saved), "");
    assert_eq!(ipvsadm("-Sn", "").out, saved);
}

#[test]
fn what_ipvsadm_loses_save_keeps_and_ipvsadm_reads_it() {
    let Some(_lab) = Lab::enter() else { return };
    let rules = "\
-A -t 192.0.2.1:80 -s sh -b sh-port,flag-3
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1 -x 100
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1 -x 100 -y 50
-a -t 192.0.2.1:80 -r 10.0.0.3:80 -i -w 1 -x 2147483647 --tun-type gre --tun-csum
-A -f 2147483648 -s rr
-A -f 4294967295 -6 -s rr
";
    load(rules);
    let saved = printed("save", "");
    for line in rules.lines() {
        assert!(saved.lines().any(|found| found == line), "{line} is not in:\n{saved}");
    }
    let thresholds = ipvsadm("-Ln --thresholds", "").out;
    for restore in [ipvsadm, ipvsctl] {
        clear();
        assert_eq!(restore("-R", &saved), Said { status: 0, out: String::new(), err: String::new() });
        assert_eq!(printed("save", ""), saved);
        assert_eq!(ipvsadm("-Ln --thresholds", "").out, thresholds);
    }
}

#[test]
fn command_lines_do_and_end_as_with_ipvsadm() {
    let Some(_lab) = Lab::enter() else { return };
    let story = |program: fn(&str, &str) -> Said| {
        let told: Vec<_> = LINES.lines().step_by(one_in(5)).map(|line| (line, program(line, ""))).collect();
        clear();
        let timeouts = program("--set 900 120 300", "");
        assert_eq!(timeouts.status, 0);
        told
    };
    let (theirs, ours) = (story(ipvsadm), story(ipvsctl));
    for ((line, theirs), (_, ours)) in theirs.iter().zip(&ours) {
        assert_eq!((ours.status, &ours.out), (theirs.status, &theirs.out), "{line}: {}", ours.err);
        let noted = ours.err.contains("note: ");
        assert_eq!(ours.err.is_empty(), ours.status == 0 && !noted, "{line}: {}", ours.err);
    }
}

/// ipvsadm insists on an order in some places; these lines it refuses or misunderstands.
#[test]
fn flags_come_in_any_order() {
    let Some(_lab) = Lab::enter() else { return };
    for line in [
        "-s rr -t 10.0.0.1:80 -A",
        "-6 -f 3 -A",
        "-A -M 64 -p 9 -t [2001:db8::1]:80",
        "-A -t [2001:db8::2] -p",
    ] {
        printed(line, "");
    }
    let want = "-A -t 10.0.0.1:80 -s rr\n-A -t [2001:db8::1]:80 -s wlc -p 9 -M 64\n-A -t [2001:db8::2]:0 -s wlc -p 360\n\
        -A -f 3 -6 -s wlc\n";
    assert_eq!(printed("-n -S", ""), want);
}

#[test]
fn a_bad_line_ends_a_restore_and_a_refused_one_does_not() {
    let Some(_lab) = Lab::enter() else { return };
    let good = |number| format!("-A -t 10.0.0.{number}:80 -s rr\n");
    let bad = format!("{}-A -t nowhere.invalid:80\n{}", good(1), good(2));
    for (line, status) in [("-R", 2), ("restore", 1)] {
        let Said { status: got, err, .. } = ipvsctl(line, &bad);
        assert_eq!(got, status, "{err}");
        assert!(err.contains("line 2: ") && err.contains("-A -t nowhere.invalid:80"), "{err}");
        assert_eq!(ipvsadm("-Sn", "").out, good(1));
        clear();
    }
    assert_eq!(ipvsadm("-R", &bad).status, 2);
    assert_eq!(ipvsadm("-Sn", "").out, good(1));
    clear();
    assert_eq!(ipvsctl("restore --strict", &bad).status, 1);
    assert_eq!(ipvsadm("-Sn", "").out, "");

    let refused = format!("{}{}{}", good(1), good(1), good(2));
    for (line, status) in [("-R", 255), ("restore", 1)] {
        let Said { status: got, err, .. } = ipvsctl(line, &refused);
        assert_eq!(got, status, "{err}");
        assert!(err.starts_with("line 2: cannot add service TCP 10.0.0.1:80: it exists already"), "{err}");
        assert_eq!(ipvsadm("-Sn", "").out, format!("{}{}", good(1), good(2)));
        clear();
    }
}

/// Addresses and marks that are far apart are in a circular order; where they land depends on
/// where the kernel has them.
#[test]
fn random_tables_are_listed_in_ipvsadms_order() {
    let Some(_lab) = Lab::enter() else { return };
    // Any generator will do (Knuth's MMIX).
    let mut state = 42_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(state >> 32).expect("32 bits")
    };
    for _ in 0..4 / one_in(2) {
        let mut rules = String::new();
        for _ in 0..60 {
            let (address, port) = (core::net::Ipv4Addr::from(random()), random() % 1000 + 1);
            let six = core::net::Ipv6Addr::from(u128::from(random()) << 96 | u128::from(random()) << 40);
            rules += &match random() % 4 {
                0 => format!("-A -f {} -s rr\n", random().max(1)),
                1 => format!("-A -u [{six}]:{port} -s rr\n"),
                _ => format!("-A -t {address}:{port} -s rr\n"),
            };
        }
        rules += "-A -f 1 -s rr\n";
        for _ in 0..40 {
            let (first, second, port) = (random() % 223 + 1, random() % 256, random() % 9);
            let six = u128::from(random() >> 3 | 1 << 29) << 96 | u128::from(random());
            rules += &match random() % 2 {
                0 => format!(
                    "-a -f 1 -r {first}.{second}.0.1:{port} -i
"
                ),
                _ => format!(
                    "-a -f 1 -r [{}]:{port} -i
",
                    core::net::Ipv6Addr::from(six)
                ),
            };
        }
        printed("restore", &rules);
        assert_eq!(printed("-Ln", ""), ipvsadm("-Ln", "").out);
        assert_eq!(printed("-Sn", ""), ipvsadm("-Sn", "").out);
        clear();
    }
}
