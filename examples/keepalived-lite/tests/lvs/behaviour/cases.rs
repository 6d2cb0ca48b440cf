//! The behaviours: what each server does when, and how it is checked.

use core::{fmt::Write, net::SocketAddr, time::Duration};

use Conduct::{
    Exits, HangsUp, OtherPage, OtherPagesFail, Refuses, Resets, Silent, Slow, Status, Stumbles, Well,
};
use ipvs_netlink::ServiceKey;

use crate::server::{DIGEST, HEALTH};

/// What a server does with whoever comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Conduct {
    /// Sends the page.
    Well,
    /// Does not listen.
    Refuses,
    /// Takes connections and never says a word.
    Silent,
    /// Sends the page after so many milliseconds.
    Slow(u64),
    /// 500 to so many who come, then the page.
    Stumbles(u32),
    /// 500.
    Status,
    /// 200 with another page.
    OtherPage,
    /// 500 for every page but [`HEALTH`].
    OtherPagesFail,
    /// Reads the request and hangs up.
    HangsUp,
    /// As that, with a reset.
    Resets,
    /// A script that looks at it exits with this.
    Exits(u8),
}

/// How all servers of a case behave until each has been probed so often by both daemons.
pub(super) type Step = (u32, &'static [Conduct]);

/// One virtual server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// What its servers do.
    pub(super) name: &'static str,
    pub(super) weights: &'static [u32],
    pub(super) steps: &'static [Step],
    /// Lines of the virtual server, with semicolons between them.
    service: &'static str,
    /// Lines of its checks, likewise; `@` is the folder with the scripts' files.
    check: &'static str,
    /// Probes in one interval.
    pub(super) probes: u32,
    /// Whether scripts are run for each change; they are dear in User-Mode Linux.
    pub(super) scripts: bool,
    /// The kernel's table stays as it is.
    pub(super) steady: bool,
    /// keepalived does not run `notify_down` for a server that starts as down and is found so, as with
    /// every other check: `HTTP_GET` counts its first failure as a later one. Ours does.
    pub(super) forgotten: bool,
}

/// `delay_before_retry`, shorter than `delay_loop`.
pub(super) const BEFORE_RETRY: Duration = Duration::from_millis(500);
/// The time-out is longer than any answer takes on a busy machine.
const TIMERS: &str = "delay_loop 1;delay_before_retry 0.5;connect_timeout 3;warmup 0";

const HTTP: &str = "HTTP_GET {;url {;path /health;};retry 1;}";
/// Where it runs out.
const IMPATIENT: &str = "HTTP_GET {;url {;path /health;};connect_timeout 1.5;retry 1;}";
const TCP: &str = "TCP_CHECK {;retry 1;}";

const ONE: Case = Case {
    name: "",
    weights: &[1],
    steps: &[],
    service: "",
    check: HTTP,
    probes: 1,
    scripts: false,
    steady: false,
    forgotten: false,
};

/// All of them. Each step has more probes than it takes to notice.
#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    Case {
        name: "always well",
        steps: &[(12, &[Well])],
        check: "HTTP_GET {;url {;path /health;digest DIGEST;};}",
        steady: true,
        ..ONE
    },
    Case {
        name: "refuses from the start",
        steps: &[(5, &[Refuses]), (4, &[Well])],
        check: "TCP_CHECK {;retry 3;}",
        scripts: true,
        ..ONE
    },
    Case {
        name: "refuses later",
        steps: &[(3, &[Well]), (5, &[Refuses]), (4, &[Well])],
        check: "TCP_CHECK {;retry 2;}",
        ..ONE
    },
    Case {
        name: "accepts and says nothing",
        steps: &[(3, &[Well]), (4, &[Silent]), (4, &[Well])],
        check: IMPATIENT,
        ..ONE
    },
    Case {
        name: "slow, within the time-out",
        steps: &[(3, &[Well]), (6, &[Slow(600)])],
        check: "HTTP_GET {;url {;path /health;};connect_timeout 4;retry 1;}",
        steady: true,
        ..ONE
    },
    Case {
        name: "slow, beyond the time-out",
        steps: &[(3, &[Well]), (4, &[Slow(3000)]), (4, &[Well])],
        check: IMPATIENT,
        ..ONE
    },
    Case {
        name: "stumbles as often as it is tried again",
        steps: &[(3, &[Well]), (6, &[Stumbles(2)]), (6, &[Stumbles(2)])],
        check: "HTTP_GET {;url {;path /health;};retry 2;}",
        steady: true,
        ..ONE
    },
    Case {
        name: "stumbles once more than that",
        steps: &[(3, &[Well]), (7, &[Stumbles(3)]), (7, &[Stumbles(3)])],
        check: "HTTP_GET {;url {;path /health;};retry 2;}",
        ..ONE
    },
    Case {
        name: "wrong status",
        steps: &[(3, &[Well]), (5, &[Status]), (4, &[Well])],
        service: "inhibit_on_failure",
        scripts: true,
        ..ONE
    },
    Case {
        name: "wrong digest",
        steps: &[(3, &[Well]), (5, &[OtherPage]), (4, &[Well])],
        check: "HTTP_GET {;url {;path /health;digest DIGEST;};retry 1;}",
        ..ONE
    },
    Case { name: "hangs up", steps: &[(3, &[Well]), (5, &[HangsUp]), (4, &[Well])], ..ONE },
    Case { name: "resets", steps: &[(3, &[Well]), (5, &[Resets]), (4, &[Well])], ..ONE },
    Case {
        name: "the second page of two fails",
        steps: &[(3, &[Well]), (6, &[OtherPagesFail]), (6, &[Well])],
        check: "HTTP_GET {;url {;path /health;};url {;path /two;};retry 1;}",
        probes: 2,
        ..ONE
    },
    Case {
        name: "one check of two fails",
        steps: &[(6, &[Well]), (8, &[Status]), (8, &[Well])],
        check: "TCP_CHECK {;};HTTP_GET {;url {;path /health;};fast_recovery;retry 1;}",
        probes: 2,
        ..ONE
    },
    Case { name: "alpha, well", steps: &[(4, &[Well])], service: "alpha", scripts: true, ..ONE },
    Case {
        name: "alpha, refuses at first",
        steps: &[(3, &[Refuses]), (4, &[Well])],
        service: "alpha",
        check: TCP,
        scripts: true,
        ..ONE
    },
    Case {
        name: "alpha, wrong status at first",
        steps: &[(3, &[Status]), (4, &[Well])],
        service: "alpha",
        scripts: true,
        forgotten: true,
        ..ONE
    },
    // Of 5, 1 alive loses the quorum, 3 are not enough to regain it, 5 are.
    Case {
        name: "too few are left",
        weights: &[1, 2, 2],
        steps: &[
            (2, &[Well, Well, Well]),
            (3, &[Well, Refuses, Well]),
            (3, &[Well, Refuses, Refuses]),
            (3, &[Well, Well, Refuses]),
            (3, &[Well, Well, Well]),
        ],
        service: "quorum 3;hysteresis 1;sorry_server 198.51.%.9 80",
        check: TCP,
        scripts: true,
        ..ONE
    },
    Case {
        name: "a script sets the weight",
        weights: &[3],
        steps: &[(3, &[Exits(7)]), (3, &[Exits(0)]), (3, &[Exits(7)]), (3, &[Exits(1)]), (3, &[Exits(0)])],
        check: "MISC_CHECK {;misc_path \"@/exit @/state-% @/runs-%\";misc_dynamic;misc_timeout 30;}",
        ..ONE
    },
];

impl Case {
    /// Whether its servers start as down.
    pub(super) fn is_alpha(&self) -> bool {
        self.service == "alpha"
    }

    /// The server that makes the difference in a step; `place` if none or each of them does.
    pub(super) fn decisive(&self, step: usize, place: usize) -> usize {
        let Some([(_, before), (_, now)]) = step.checked_sub(1).and_then(|last| self.steps.get(last..=step))
        else {
            return place;
        };
        before.iter().zip(*now).position(|(before, now)| before != now).unwrap_or(place)
    }

    /// Whether there is [`BEFORE_RETRY`] at least between any two probes of a server.
    pub(super) fn is_paced(&self) -> bool {
        !self.check.contains("TCP_CHECK {;};HTTP_GET")
    }

    /// As it stands in the file; `number` makes its addresses.
    pub(super) fn text(&self, number: usize, folder: &str) -> String {
        let mut text = format!("virtual_server 192.0.2.{number} 80 {{\n");
        lines(&mut text, "lb_algo rr;lb_kind NAT;protocol TCP");
        lines(&mut text, TIMERS);
        lines(&mut text, &self.service.replace('%', &number.to_string()));
        self.notify(&mut text, "quorum_", folder, &quorum(number));
        for (place, weight) in self.weights.iter().enumerate() {
            let address = address(number, place);
            writeln!(text, "real_server {} {} {{\nweight {weight}", address.ip(), address.port()).unwrap();
            self.notify(&mut text, "notify_", folder, &real(number, place));
            let check = self.check.replace('@', folder).replace('%', &number.to_string());
            lines(&mut text, &check.replace("DIGEST", DIGEST).replace("/health", HEALTH));
            text.push_str("}\n");
        }
        text.push_str("}\n");
        text
    }

    fn notify(&self, text: &mut String, keyword: &str, folder: &str, subject: &str) {
        for word in ["up", "down"].iter().filter(|_| self.scripts) {
            writeln!(text, "{keyword}{word} \"{folder}/record {subject} {word}\"").unwrap();
        }
    }
}

fn lines(text: &mut String, lines: &str) {
    lines.split(';').for_each(|line| writeln!(text, "{line}").unwrap());
}

/// By what name scripts speak of a real server.
pub(super) fn real(number: usize, place: usize) -> String {
    format!("real-{number}-{place}")
}

/// By what name they speak of a virtual server.
pub(super) fn quorum(number: usize) -> String {
    format!("quorum-{number}")
}

/// Of a real server.
pub(super) fn address(number: usize, place: usize) -> SocketAddr {
    format!("198.51.{number}.{}:80", place + 1).parse().unwrap()
}

/// Of a server of last resort; nobody checks it.
pub(super) fn last_resort(number: usize) -> SocketAddr {
    format!("198.51.{number}.9:80").parse().unwrap()
}

/// The kernel's service.
pub(super) fn service(number: usize) -> ServiceKey {
    ServiceKey::tcp(format!("192.0.2.{number}:80").parse().unwrap())
}
