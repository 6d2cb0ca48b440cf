//! Who outranks whom, and that every weight is the sum of its causes.

use healthcheck::{
    Admin, Agent, AgentState, Cause, Contribution, Health, MAX_WEIGHT, Presence, Quorum, QuorumConfig,
    QuorumEvent, QuorumInput, QuorumOutput, ScriptEnd, ServerConfig, Weighing,
};
use proptest::prelude::*;

const PLAIN: Weighing<'static> = Weighing {
    configured: 10,
    contributions: &[],
    agent: None,
    up: true,
    inhibit: false,
    admin: Admin::Automatic,
    ramp: 100,
};

fn agent(state: AgentState, percent: Option<u8>) -> Option<Agent> {
    Some(Agent { state, percent })
}

#[test]
fn the_administrator_outranks_probes_and_they_outrank_the_agent_and_it_the_configuration() {
    use Admin::{Automatic, Drain, ForceUp, Maintenance};
    use AgentState::{Down, Drain as AgentDrain, Ready};
    use Presence::{Absent, Quiesced, Serving};
    type Row = (Admin, bool, Option<Agent>, bool, Presence, u32);
    #[rustfmt::skip]
    let table: &[Row] = &[
        // administrator, probes up, agent, inhibit → presence, weight
        (Automatic,   true,  None,                       false, Serving,  10),
        (Automatic,   true,  agent(Ready, Some(50)),     false, Serving,   5),
        (Automatic,   true,  agent(Ready, Some(200)),    false, Serving,  20),
        (Automatic,   true,  agent(Ready, Some(0)),      false, Serving,   0),
        (Automatic,   true,  agent(AgentDrain, None),    false, Quiesced,  0),
        (Automatic,   true,  agent(Down, None),          false, Absent,    0),
        (Automatic,   true,  agent(Down, None),          true,  Quiesced,  0),
        // An agent that says "ready" never revives a server whose probes fail.
        (Automatic,   false, None,                       false, Absent,    0),
        (Automatic,   false, agent(Ready, Some(100)),    false, Absent,    0),
        (Automatic,   false, agent(Ready, None),         true,  Quiesced,  0),
        (Automatic,   false, agent(AgentDrain, None),    false, Absent,    0),
        // The administrator's word holds whatever the others say.
        (Drain,       true,  agent(Ready, Some(100)),    false, Quiesced,  0),
        (Drain,       false, None,                       false, Quiesced,  0),
        (Maintenance, true,  agent(Ready, Some(100)),    true,  Absent,    0),
        (Maintenance, false, None,                       true,  Absent,    0),
        (ForceUp,     false, None,                       false, Serving,  10),
        (ForceUp,     false, agent(Down, Some(1)),       true,  Serving,  10),
        (ForceUp,     true,  agent(AgentDrain, None),    false, Serving,  10),
    ];
    for (admin, up, agent, inhibit, presence, weight) in table {
        let found =
            Weighing { admin: *admin, up: *up, agent: *agent, inhibit: *inhibit, ..PLAIN }.effective();
        let row = format!("{admin:?}, up {up}, {agent:?}, inhibit {inhibit}");
        assert_eq!((found.presence, found.weight), (*presence, *weight), "{row}");
        assert_eq!(found.full, if *presence == Serving { *weight } else { 0 }, "{row}");
    }
}

#[test]
fn a_weight_tells_where_it_comes_from() {
    let contributions = [0, Contribution::from_exit_status(22, 10).0, Contribution::from_file(-3, 2).0];
    let server = Weighing {
        contributions: &contributions,
        agent: agent(AgentState::Ready, Some(75)),
        ramp: 20,
        ..PLAIN
    };
    let found = server.effective();
    assert_eq!(
        found.causes,
        [
            Cause::Configured(10),
            Cause::Check { checker: 1, change: 10 },
            Cause::Check { checker: 2, change: -6 },
            // 75 % of 14, rounded up.
            Cause::Agent { percent: 75, change: -3 },
            Cause::SlowStart { percent: 20, change: -8 },
        ]
    );
    assert_eq!((found.weight, found.full), (3, 11));
}

#[test]
fn misc_dynamic_sets_the_weight_to_its_status_less_two() {
    for (status, weight) in [(0, 10), (1, 10), (2, 0), (3, 1), (255, 253)] {
        let contributions = [Contribution::from_exit_status(status, 10).0];
        // As a probe of a script reports it.
        let (_, asked) = ScriptEnd::Exited(status).judge(true);
        assert_eq!(Contribution::from_weight(asked, 10).0, contributions[0], "{status}");
        assert_eq!(
            Weighing { contributions: &contributions, ..PLAIN }.effective().weight,
            weight,
            "{status}"
        );
    }
}

fn states() -> impl Strategy<Value = (Vec<i64>, Option<Agent>, Admin)> {
    let admin = prop_oneof![
        Just(Admin::Automatic),
        Just(Admin::ForceUp),
        Just(Admin::Drain),
        Just(Admin::Maintenance)
    ];
    let state = prop_oneof![Just(AgentState::Ready), Just(AgentState::Drain), Just(AgentState::Down)];
    let agent = proptest::option::of((state, proptest::option::of(any::<u8>())));
    let agent = agent.prop_map(|agent| agent.map(|(state, percent)| Agent { state, percent }));
    (proptest::collection::vec(any::<i64>(), 0..4), agent, admin)
}

proptest! {
    #[test]
    fn every_weight_is_the_sum_of_its_causes_and_within_what_the_kernel_takes(
        configured in 0..=MAX_WEIGHT,
        (contributions, agent, admin) in states(),
        up: bool, inhibit: bool, ramp in 0_u8..=100,
    ) {
        let server = Weighing { configured, contributions: &contributions, agent, up, inhibit, admin, ramp };
        let found = server.effective();
        let sum: i128 = found.causes.iter().map(|cause| i128::from(cause.change())).sum();
        prop_assert_eq!(sum, i128::from(found.weight));
        prop_assert!(found.weight <= MAX_WEIGHT);
        prop_assert!(found.presence == Presence::Serving || found.weight == 0);
        if found.presence == Presence::Serving && found.full > 0 {
            prop_assert!(found.weight > 0, "a ramp begins above nothing");
        }
    }
}

/// Servers of weight 10 with one checker each, all up.
fn service(servers: usize, fail_open_below: Option<u8>) -> Quorum {
    let server = ServerConfig { weight: 10, inhibit_on_failure: false, checkers: vec![Health::Up] };
    let servers = vec![server; servers];
    let mut quorum =
        Quorum::new(QuorumConfig { quorum: 1, hysteresis: 0, servers, sorry: None, fail_open_below });
    quorum.handle_input(QuorumInput::Start);
    drain(&mut quorum);
    quorum
}

fn drain(quorum: &mut Quorum) -> Vec<QuorumEvent> {
    let outputs = core::iter::from_fn(|| quorum.poll_output());
    let event = |output| match output {
        QuorumOutput::Event(event) => Some(event),
        QuorumOutput::SetDestinations(_) => None,
    };
    outputs.filter_map(event).collect()
}

fn check(quorum: &mut Quorum, server: usize, health: Health) -> Vec<QuorumEvent> {
    quorum.handle_input(QuorumInput::Checker { server, checker: 0, health });
    drain(quorum)
}

#[test]
fn a_slow_start_never_ramps_the_only_live_server() {
    let mut quorum = service(2, None);
    quorum.handle_input(QuorumInput::Ramp { server: 0, percent: 20 });
    assert_eq!(quorum.destinations().servers, [(0, 2), (1, 10)]);
    // The ramp does not count against the quorum.
    assert_eq!(quorum.live_weight(), 20);
    check(&mut quorum, 1, Health::Down);
    assert_eq!(quorum.destinations().servers, [(0, 10)]);
    check(&mut quorum, 1, Health::Up);
    assert_eq!(quorum.destinations().servers, [(0, 2), (1, 10)]);
    // Drained is not live either.
    quorum.handle_input(QuorumInput::Admin { server: 1, admin: Admin::Drain });
    assert_eq!(quorum.destinations().servers, [(0, 10), (1, 0)]);
    assert_eq!(
        quorum.explain(1).unwrap().causes,
        [Cause::Configured(10), Cause::Admin { admin: Admin::Drain, change: -10 }]
    );
}

#[test]
fn a_contribution_replaces_the_one_before_and_never_adds_up() {
    let mut quorum = service(1, None);
    for _ in 0..1000 {
        let contribution = Contribution::from_exit_status(7, 10);
        quorum.handle_input(QuorumInput::Contribution { server: 0, checker: 0, contribution });
        assert_eq!(quorum.destinations().servers, [(0, 5)]);
        let contribution = Contribution(0);
        quorum.handle_input(QuorumInput::Contribution { server: 0, checker: 0, contribution });
        assert_eq!(quorum.destinations().servers, [(0, 10)]);
    }
    quorum.handle_input(QuorumInput::Contribution { server: 0, checker: 1, contribution: Contribution(1) });
    assert!(drain(&mut quorum).contains(&QuorumEvent::UnknownPlace));
}

#[test]
fn fail_open_keeps_the_servers_that_were_up_when_too_few_are_left() {
    let mut quorum = service(4, Some(50));
    assert_eq!(check(&mut quorum, 0, Health::Down), [QuorumEvent::ServerDown { server: 0 }]);
    check(&mut quorum, 1, Health::Down);
    assert_eq!(quorum.destinations().servers, [(2, 10), (3, 10)]);
    // The third failure leaves a quarter: what was up before it stays.
    let events = check(&mut quorum, 2, Health::Down);
    let open = QuorumEvent::FailOpen { active: true, live: 10, total: 40 };
    assert_eq!(events, [QuorumEvent::ServerDown { server: 2 }, open]);
    check(&mut quorum, 3, Health::Down);
    assert_eq!(quorum.destinations().servers, [(2, 10), (3, 10)]);
    assert!(quorum.has_quorum() && quorum.is_fail_open());
    // An administrator is still obeyed.
    quorum.handle_input(QuorumInput::Admin { server: 2, admin: Admin::Maintenance });
    assert_eq!(quorum.destinations().servers, [(3, 10)]);
    drain(&mut quorum);
    check(&mut quorum, 0, Health::Up);
    let events = check(&mut quorum, 1, Health::Up);
    // The one that the administrator took out is not among all.
    let closed = QuorumEvent::FailOpen { active: false, live: 20, total: 30 };
    assert_eq!(events, [QuorumEvent::ServerUp { server: 1 }, closed]);
    assert_eq!(quorum.destinations().servers, [(0, 10), (1, 10)]);
}

#[test]
fn fail_open_is_about_checks_that_fail_not_about_servers_that_were_taken_out() {
    let mut quorum = service(4, Some(50));
    quorum.handle_input(QuorumInput::Admin { server: 0, admin: Admin::Maintenance });
    quorum.handle_input(QuorumInput::Admin { server: 1, admin: Admin::Drain });
    quorum.handle_input(QuorumInput::Agent { server: 2, agent: agent(AgentState::Down, None) });
    assert_eq!(drain(&mut quorum), []);
    // The last one is all there is.
    let events = check(&mut quorum, 3, Health::Down);
    let open = QuorumEvent::FailOpen { active: true, live: 0, total: 10 };
    assert_eq!(events, [QuorumEvent::ServerDown { server: 3 }, open]);
    assert_eq!(quorum.destinations().servers, [(1, 0), (3, 10)]);
}

#[test]
fn where_nobody_was_up_before_nobody_stays() {
    let server = ServerConfig { weight: 10, inhibit_on_failure: false, checkers: vec![Health::Down] };
    let servers = vec![server; 4];
    let config = QuorumConfig { quorum: 1, hysteresis: 0, servers, sorry: None, fail_open_below: Some(50) };
    let mut quorum = Quorum::new(config);
    quorum.handle_input(QuorumInput::Start);
    assert!(!quorum.is_fail_open());
    assert_eq!(drain(&mut quorum), []);
    let events = check(&mut quorum, 0, Health::Up);
    let gained = QuorumEvent::QuorumGained { live: 10, threshold: 1, initial: false };
    assert_eq!(events, [QuorumEvent::ServerUp { server: 0 }, gained]);
    // Once it was up, it is the one that stays.
    check(&mut quorum, 0, Health::Down);
    assert!(quorum.is_fail_open());
    assert_eq!(quorum.destinations().servers, [(0, 10)]);
}

#[test]
fn without_anybody_alive_there_is_no_quorum_however_small() {
    let server = ServerConfig { weight: 1, inhibit_on_failure: false, checkers: vec![Health::Down] };
    let servers = vec![server; 2];
    let config = QuorumConfig { quorum: 0, hysteresis: 0, servers, sorry: None, fail_open_below: None };
    let mut quorum = Quorum::new(config);
    quorum.handle_input(QuorumInput::Start);
    // Nothing changes, so nothing is told.
    assert_eq!(check(&mut quorum, 0, Health::Down), []);
    assert!(!quorum.has_quorum());
}

#[test]
fn without_fail_open_the_last_failure_empties_the_service() {
    let mut quorum = service(2, None);
    check(&mut quorum, 0, Health::Down);
    let events = check(&mut quorum, 1, Health::Down);
    assert_eq!(
        events,
        [
            QuorumEvent::ServerDown { server: 1 },
            QuorumEvent::QuorumLost { live: 0, threshold: 1, initial: false }
        ]
    );
    assert!(quorum.destinations().servers.is_empty());
}
