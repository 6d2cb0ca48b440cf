//! One file of cases for two transports: the fake kernel, always, and the real one, where there
//! is IPVS with an empty table that we may change. What they answer must be what the cases say
//! and the same on both, octet for octet; so must be what 10,000 random messages leave.
#![cfg(target_endian = "little")]
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod cases;
mod checks;
mod random;
mod request;
mod state;
mod typed;
mod wire;

use core::time::Duration;
use std::sync::Once;

use ipvs_netlink::FakeKernel;

use cases::{OK, Scenario, scenarios};
use random::Dice;
use request::{Ask, Level, TIMEOUT_TCP, TIMEOUT_TCP_FIN, TIMEOUT_UDP, cmd, svc};
use state::State;
use wire::{Kernel, Outcome, Real};

/// Messages of one send whose answers fit a receive buffer of default size.
const BATCH: usize = 50;
const RANDOM: usize = 10_000;

/// The real kernel, with an empty table; or why not.
fn real(cap_ack: bool, ext_ack: bool) -> Option<Kernel> {
    let kernel = Real::open(cap_ack, ext_ack).ok().and_then(|wire| Kernel::new(Box::new(wire)));
    let Some(mut kernel) = kernel else {
        once("SKIPPED the real one of the two transports: needs ip_vs in the kernel");
        return None;
    };
    kernel.daemon_start = Duration::from_millis(30);
    let all = kernel.ask(&Ask::dump(cmd::GET_SERVICE, Level::default()));
    if (all.errno, all.replies.len()) != (OK, 0) {
        once(
            "SKIPPED the real one of the two transports: needs an empty IPVS table and the right to change it",
        );
        return None;
    }
    Some(kernel)
}

fn once(line: &str) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| println!("{line}"));
}

/// A fake kernel with what differs from one real kernel to another.
fn twin(real: Option<&mut Kernel>) -> FakeKernel {
    let fake = FakeKernel::new().with_interfaces([("lo", 65_536)]);
    let Some(real) = real else { return fake };
    let info = real.ask(&Ask::new(cmd::GET_INFO, Level::default()));
    let (_, reply) = &info.replies[0];
    let buckets = u32::from_ne_bytes(reply[16..20].try_into().expect("4"));
    // u32::MAX seconds, multiplied with the tick rate in 32 bits and divided again.
    let key = cases::address(6, "192.0.2.1", 80);
    let long = cases::full(key.clone(), "none").u32(svc::TIMEOUT, u32::MAX);
    assert_eq!(real.ask(&cases::on_service(cmd::NEW_SERVICE, &long)).errno, OK);
    let state = real.ask(&cases::on_service(cmd::GET_SERVICE, &key));
    real.ask(&Ask::new(cmd::FLUSH, Level::default()));
    let (_, reply) = &state.replies[0];
    let at = reply.windows(4).position(|header| header == [8, 0, 8, 0]).expect("a time-out") + 4;
    let seconds = u32::from_ne_bytes(reply[at..at + 4].try_into().expect("4"));
    let fits = |ticks: &u32| u32::MAX.wrapping_mul(*ticks) / ticks == seconds;
    let ticks = [100, 250, 300, 1000].into_iter().find(fits).expect("a tick rate of Linux");
    // STATS64 with padding, or without.
    let padded = reply.windows(4).any(|header| header == [160, 0, 12, 0]);
    let fake = if padded { fake } else { fake.without_padding() };
    once(&format!("the real kernel has {buckets} buckets and {ticks} ticks a second"));
    fake.with_connection_table_size(buckets).with_ticks_per_second(ticks)
}

fn reset(kernel: &mut Kernel) {
    let timeouts = Level::default().u32(TIMEOUT_TCP, 900).u32(TIMEOUT_TCP_FIN, 120).u32(TIMEOUT_UDP, 300);
    let flush = Ask::new(cmd::FLUSH, Level::default());
    kernel.ask_all(&[flush, cases::stop(1), cases::stop(2), Ask::new(cmd::SET_CONFIG, timeouts)]);
}

fn run(kernel: &mut Kernel, which: &str, scenario: &Scenario) -> (Vec<Outcome>, State) {
    reset(kernel);
    let mut outcomes = Vec::new();
    for (what, ask, errno) in &scenario.steps {
        let outcome = kernel.ask(ask);
        assert_eq!(outcome.errno, *errno, "{which}: {}: {what}", scenario.name);
        outcomes.push(outcome);
    }
    let state = State::read(kernel);
    assert_eq!(state.lines(), scenario.left, "{which}: {}", scenario.name);
    reset(kernel);
    (outcomes, state)
}

fn both(cap_ack: bool, ext_ack: bool) -> (Kernel, Option<Kernel>) {
    let mut real = real(cap_ack, ext_ack);
    let fake = twin(real.as_mut()).with_socket_options(cap_ack, ext_ack);
    (Kernel::new(Box::new(fake)).expect("it has IPVS"), real)
}

/// As the module is one for the whole machine, one test asks it at a time.
#[test]
fn two_transports_are_one_kernel() {
    for (cap_ack, ext_ack) in [(true, true), (false, false)] {
        every_case_ends_as_it_says(cap_ack, ext_ack);
    }
    checks::messages_that_are_no_commands();
    checks::a_socket_has_one_dump_at_a_time();
    checks::success_is_silent_unless_asked_for();
    checks::without_the_right_only_the_family_is_told();
    typed::commands_have_their_reasons();
    random_messages_leave_the_same();
}

fn every_case_ends_as_it_says(cap_ack: bool, ext_ack: bool) {
    let (mut fake, mut real) = both(cap_ack, ext_ack);
    let scenarios = scenarios();
    let mut differ = 0;
    for scenario in &scenarios {
        let ours = run(&mut fake, "fake", scenario);
        let Some(real) = &mut real else { continue };
        let theirs = run(real, "real", scenario);
        for ((what, ask, _), (ours, theirs)) in scenario.steps.iter().zip(ours.0.iter().zip(&theirs.0)) {
            if ours != theirs {
                differ += 1;
                println!("{}: {what}: {ask:?}\nfake {ours:x?}\nreal {theirs:x?}", scenario.name);
            }
        }
        assert_eq!(ours.1, theirs.1, "{}", scenario.name);
    }
    assert_eq!(differ, 0);
    let steps: usize = scenarios.iter().map(|scenario| scenario.steps.len()).sum();
    let kernels = if real.is_some() { "the fake kernel and the real one" } else { "the fake kernel" };
    println!("{steps} cases in {} scenarios on {kernels}", scenarios.len());
}

fn random_messages_leave_the_same() {
    let (mut fake, mut real) = both(true, true);
    let seed = std::env::var("TWO_TRANSPORTS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(6);
    println!("seed {seed} (TWO_TRANSPORTS_SEED)");
    let mut dice = Dice::new(seed);
    let mut errnos = std::collections::BTreeMap::<(u8, i32), usize>::new();
    for round in 0..RANDOM / BATCH {
        let asks: Vec<_> = (0..BATCH).map(|_| dice.ask()).collect();
        // A second dump in one send may be refused while the first runs: one message each.
        let ours: Vec<_> = asks.iter().map(|ask| fake.ask(ask)).collect();
        for (ask, ours) in asks.iter().zip(&ours) {
            *errnos.entry((ask.command, ours.errno)).or_default() += 1;
        }
        let Some(real) = &mut real else { continue };
        let theirs: Vec<_> = asks.iter().map(|ask| real.ask(ask)).collect();
        for (ask, (ours, theirs)) in asks.iter().zip(ours.iter().zip(&theirs)) {
            if ask.dump && ask.command == cmd::GET_SERVICE {
                // Their order differs from boot to boot, and with it their alignment.
                assert_eq!(ours.replies.len(), theirs.replies.len(), "round {round}: {ask:?}");
            } else {
                assert_eq!(ours, theirs, "round {round}: {ask:?}");
            }
        }
        assert_eq!(State::read(&mut fake), State::read(real), "round {round}");
    }
    if let Some(real) = &mut real {
        reset(real);
    }
    println!("{RANDOM} random messages, (command, errno) and how often: {errnos:?}");
    println!("{} services and destinations are left", State::read(&mut fake).lines().len());
}
