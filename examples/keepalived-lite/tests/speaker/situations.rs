//! What happens to the subject.

use core::time::Duration;
use std::path::Path;

use crate::{
    common::{Configuration, Timing},
    speaker::Words,
};

/// The subject's neighbours: an equal priority is decided by the address.
const LOW: u8 = 1;
const HIGH: u8 = 3;

/// Of the subject.
const PRIORITY: u8 = 150;

/// Longer than Master_Down (3.4 s), with room for a busy machine.
const ELECTION: Duration = Duration::from_secs(6);
/// Longer than two advertisements and the end of a skew, shorter than Master_Down.
const MOMENT: Duration = Duration::from_millis(2200);

/// Something that happens.
#[derive(Debug)]
pub(crate) enum Act {
    /// The daemon is started.
    Start,
    /// It is told to stop, and does.
    Stop,
    /// A neighbour says this so often.
    Say(Words, usize),
    /// A neighbour says this every second until further notice.
    GoOnSaying(Words),
    /// No longer.
    Silence,
    /// The tracked script succeeds, or fails.
    Script { good: bool },
    /// The cable is in, or out.
    Link { up: bool },
    /// Somebody deletes the virtual address.
    DeleteAddress,
    /// The file is changed so, and the daemon told.
    Reload(fn(&mut Configuration)),
}

/// Something that happens, and how long one looks what comes of it.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) act: Act,
    pub(crate) watch: Duration,
}

/// A subject, and what happens to it.
#[derive(Debug)]
pub(crate) struct Situation {
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Step>,
    timing: Timing,
    configure: fn(&mut Configuration),
    /// Lines about the script in the block that tracks it.
    script: Option<&'static str>,
    /// Why keepalived and we differ, if we do.
    pub(crate) difference: Option<&'static str>,
}

impl Situation {
    /// The subject is started first.
    fn new(name: &'static str) -> Self {
        let steps = Vec::new();
        let none = |_: &mut Configuration| {};
        Self { name, steps, timing: Timing::V2, configure: none, script: None, difference: None }
    }

    /// The subject becomes master by itself.
    fn of_master(name: &'static str) -> Self {
        Self::new(name).then("starts", Act::Start, ELECTION)
    }

    fn version_3(mut self) -> Self {
        self.timing = Timing { version: 3, ..Timing::V2 };
        self
    }

    fn with(mut self, configure: fn(&mut Configuration)) -> Self {
        self.configure = configure;
        self
    }

    /// The subject tracks a script, with this after its name.
    fn tracking(mut self, options: &'static str) -> Self {
        self.script = Some(options);
        self
    }

    /// keepalived does otherwise, and this is why.
    fn differs(mut self, why: &'static str) -> Self {
        self.difference = Some(why);
        self
    }

    fn then(mut self, name: &'static str, act: Act, watch: Duration) -> Self {
        self.steps.push(Step { name, act, watch });
        self
    }

    /// A neighbour says something once; one looks until all that it may lead to is over.
    fn hears(self, name: &'static str, words: Words) -> Self {
        self.then(name, Act::Say(words, 1), ELECTION)
    }

    /// The subject's file; `script` is what it may track.
    pub(crate) fn configuration(&self, script: &Path) -> Configuration {
        let mut configuration = Configuration::new(self.timing, PRIORITY);
        // The second bursts of announcements would fall into this step or the next.
        configuration.more = "    garp_master_delay 0\n    garp_lower_prio_delay 0\n".to_owned();
        if let Some(options) = self.script {
            configuration.before = format!(
                "vrrp_script check {{\n    script {}\n    interval 1\n    fall 1\n    rise 1\n}}\n",
                script.display()
            );
            configuration.more += &format!("    track_script {{\n        check {options}\n    }}\n");
        }
        (self.configure)(&mut configuration);
        configuration
    }
}

/// Everything that is tried.
pub(crate) fn all() -> Vec<Situation> {
    [elections(), mistakes(), preemption(), announcements(), conditions(), version_3()]
        .into_iter()
        .flatten()
        .collect()
}

fn elections() -> Vec<Situation> {
    let owner: fn(&mut Configuration) = |configuration| {
        configuration.priority = 255;
        configuration.state = "MASTER";
    };
    vec![
        Situation::of_master("master hears a higher priority").hears("200, once", Words::new(LOW, 200)),
        Situation::of_master("master gives way while a higher priority is heard")
            .then("200, again and again", Act::GoOnSaying(Words::new(LOW, 200)), ELECTION)
            .then("silence", Act::Silence, ELECTION),
        Situation::of_master("master hears a lower priority").hears("100, once", Words::new(HIGH, 100)),
        Situation::of_master("master hears its own priority from a higher address").then(
            "150, again and again",
            Act::GoOnSaying(Words::new(HIGH, PRIORITY)),
            ELECTION,
        ),
        Situation::of_master("master hears its own priority from a lower address").then(
            "150, three times",
            Act::Say(Words::new(LOW, PRIORITY), 3),
            MOMENT,
        ),
        Situation::of_master("master hears priority 0").hears("0, once", Words::new(LOW, 0)),
        Situation::of_master("backup hears priority 0")
            .then("200, again and again", Act::GoOnSaying(Words::new(LOW, 200)), ELECTION)
            .then("silence", Act::Silence, Duration::from_millis(1100))
            .then("0, once", Act::Say(Words::new(LOW, 0), 1), MOMENT),
        Situation::of_master("master hears an owner").then(
            "255, again and again",
            Act::GoOnSaying(Words::new(LOW, 255)),
            ELECTION,
        ),
        Situation::of_master("owner hears another owner with a higher address").with(owner).then(
            "255, again and again",
            Act::GoOnSaying(Words::new(HIGH, 255)),
            ELECTION,
        ),
        Situation::of_master("owner hears another owner with a lower address")
            .with(owner)
            .then("255, three times", Act::Say(Words::new(LOW, 255), 3), MOMENT)
            .differs(
                "RFC 3768 §6.4.3 has the higher address stay master; keepalived goes down to 254 and yields",
            ),
        Situation::of_master("master is stopped").then("SIGTERM", Act::Stop, MOMENT),
    ]
}

fn mistakes() -> Vec<Situation> {
    let password: fn(&mut Configuration) = |configuration| configuration.password = Some("secret12");
    let heard = |name, words| Situation::of_master(name).hears("200, once", words);
    let with = |change: fn(&mut Words)| {
        let mut words = Words::new(LOW, 200);
        change(&mut words);
        words
    };
    vec![
        heard("another interval", with(|words| words.interval = 200)),
        heard("another virtual router", with(|words| words.vrid = 52)),
        heard("another version", with(|words| words.version = 3)),
        heard("another TTL", with(|words| words.ttl = 254)),
        heard("a wrong checksum", with(|words| words.intact = false)),
        heard("another virtual address", with(|words| words.address = [10, 77, 0, 101].into())).differs(
            "keepalived since 2.3.3 counts and accepts, as we do; before, as RFC 3768 §7.1 has it, it drops",
        ),
        heard("a password that is not asked for", with(|words| words.password = Some("secret12"))),
        heard("another password", with(|words| words.password = Some("secret21"))).with(password),
        heard("no password", with(|_| {})).with(password),
        heard("the right password", with(|words| words.password = Some("secret12"))).with(password),
    ]
}

fn preemption() -> Vec<Situation> {
    let beside = |name, priority: u8| {
        Situation::new(name)
            .then("a neighbour is master", Act::GoOnSaying(Words::new(LOW, priority)), MOMENT)
            .then("starts", Act::Start, ELECTION)
    };
    vec![
        beside("start beside a lower priority", 100).then("silence", Act::Silence, MOMENT),
        beside("start beside a higher priority", 200).then("silence", Act::Silence, ELECTION),
        beside("start beside a lower priority with nopreempt", 100)
            .with(|configuration| configuration.more += "    nopreempt\n")
            .then("silence", Act::Silence, ELECTION),
        beside("start beside a lower priority with preempt_delay", 100)
            .with(|configuration| configuration.more += "    preempt_delay 8\n")
            .then("the delay and Master_Down pass", Act::Script { good: true }, Duration::from_secs(10)),
        Situation::of_master("master hears a lower priority and may not answer")
            .with(|configuration| configuration.more += "    lower_prio_no_advert\n")
            .hears("100, once", Words::new(HIGH, 100)),
        Situation::of_master("master answers a higher priority before it gives way")
            .with(|configuration| configuration.more += "    higher_prio_send_advert\n")
            .hears("200, once", Words::new(LOW, 200)),
    ]
}

fn announcements() -> Vec<Situation> {
    vec![
        Situation::of_master("second burst after garp_master_delay")
            .with(|configuration| {
                configuration.timing.interval = Duration::from_secs(2);
                configuration.more = "    garp_master_delay 1\n    garp_master_repeat 3\n".to_owned();
            })
            .then("more of the election", Act::Silence, ELECTION),
        Situation::of_master("announced again and again")
            .with(|configuration| {
                configuration.more =
                    "    garp_master_delay 0\n    garp_master_refresh 3\n    garp_master_refresh_repeat 2\n"
                        .to_owned();
            })
            .then("two more", Act::Silence, ELECTION),
        Situation::of_master("no burst after a lower priority")
            .with(|configuration| configuration.more += "    garp_lower_prio_repeat 0\n")
            .hears("100, once", Words::new(HIGH, 100)),
    ]
}

fn conditions() -> Vec<Situation> {
    vec![
        Situation::of_master("script without weight fails and recovers")
            .tracking("")
            .then("fails", Act::Script { good: false }, ELECTION)
            .then("recovers", Act::Script { good: true }, ELECTION),
        Situation::of_master("script with weight -60 fails and recovers")
            .tracking("weight -60")
            .then("fails", Act::Script { good: false }, ELECTION)
            .then("recovers", Act::Script { good: true }, ELECTION),
        Situation::of_master("script with weight -60 fails beside 100")
            .tracking("weight -60")
            .then("fails", Act::Script { good: false }, ELECTION)
            .then("a neighbour says 100", Act::GoOnSaying(Words::new(LOW, 100)), ELECTION)
            .then("recovers", Act::Script { good: true }, ELECTION)
            .then("silence", Act::Silence, MOMENT),
        Situation::of_master("the cable is out and in").then("out", Act::Link { up: false }, ELECTION).then(
            "in",
            Act::Link { up: true },
            ELECTION,
        ),
        Situation::of_master("the virtual address is deleted").then("deleted", Act::DeleteAddress, ELECTION),
        Situation::of_master("another priority in the file")
            .then("SIGHUP with 120", Act::Reload(|configuration| configuration.priority = 120), ELECTION)
            .differs(
                "no RFC speaks of a reload: keepalived's master goes on, ours begins anew what was changed",
            ),
    ]
}

fn version_3() -> Vec<Situation> {
    let says = |host, priority| Words { version: 3, ..Words::new(host, priority) };
    let master = |name| Situation::of_master(name).version_3();
    vec![
        master("version 3: master hears a higher priority").hears("200, once", says(LOW, 200)),
        master("version 3: master hears a lower priority").hears("100, once", says(HIGH, 100)),
        master("version 3: master hears its own priority from a higher address").then(
            "150, again and again",
            Act::GoOnSaying(says(HIGH, PRIORITY)),
            ELECTION,
        ),
        master("version 3: master hears priority 0").hears("0, once", says(LOW, 0)),
        master("version 3: backup hears priority 0")
            .then("200, again and again", Act::GoOnSaying(says(LOW, 200)), ELECTION)
            .then("silence", Act::Silence, Duration::from_millis(1100))
            .then("0, once", Act::Say(says(LOW, 0), 1), MOMENT),
        master("version 3: another interval is learned")
            .then("200 at 3 s, once", Act::Say(Words { interval: 300, ..says(LOW, 200) }, 1), ELECTION)
            .then("Master_Down of 3 s passes", Act::Script { good: true }, ELECTION),
        master("version 3: VRRPv2 is heard").hears("200 in version 2, once", Words::new(LOW, 200)),
    ]
}
