//! keepalived's virtual servers row by row: who is up, what the destinations become.

use core::time::Duration;

use healthcheck::{
    Destinations, Health, Instant, Quorum, QuorumConfig, QuorumEvent, QuorumInput, QuorumOutput,
    ServerConfig, SorryConfig,
};
use proptest::prelude::*;

use Health::{Down, Up};
use QuorumEvent::{QuorumGained, QuorumLost, ServerDown, ServerUp, UnknownPlace};

fn server(weight: u32, inhibit_on_failure: bool, checkers: &[Health]) -> ServerConfig {
    ServerConfig { weight, inhibit_on_failure, checkers: checkers.to_vec() }
}

const SORRY: Option<SorryConfig> = Some(SorryConfig { inhibit: false, same_as: None });
const INHIBITED_SORRY: Option<SorryConfig> = Some(SorryConfig { inhibit: true, same_as: None });

fn service(
    quorum: u32,
    hysteresis: u32,
    sorry: Option<SorryConfig>,
    servers: &[ServerConfig],
) -> (Quorum, Vec<QuorumOutput>) {
    let mut service = Quorum::new(QuorumConfig {
        quorum,
        hysteresis,
        servers: servers.to_vec(),
        sorry,
        fail_open_below: None,
    });
    let first = feed(&mut service, QuorumInput::Start);
    (service, first)
}

fn feed(service: &mut Quorum, input: QuorumInput) -> Vec<QuorumOutput> {
    service.handle_input(input);
    core::iter::from_fn(|| service.poll_output()).collect()
}

fn says(service: &mut Quorum, server: usize, health: Health) -> Vec<QuorumOutput> {
    feed(service, QuorumInput::Checker { server, checker: 0, health })
}

fn set(servers: &[(usize, u32)], sorry: Option<u32>) -> QuorumOutput {
    QuorumOutput::SetDestinations(Destinations { servers: servers.to_vec(), sorry })
}

fn tell(event: QuorumEvent) -> QuorumOutput {
    QuorumOutput::Event(event)
}

#[test]
fn a_start_with_enough_weight_gains_the_quorum() {
    let (_, first) = service(2, 0, SORRY, &[server(1, false, &[Up]), server(1, false, &[])]);
    let gained = QuorumGained { live: 2, threshold: 2, initial: true };
    assert_eq!(first, [set(&[(0, 1), (1, 1)], None), tell(gained)]);
}

#[test]
fn a_start_in_alpha_begins_with_the_sorry_server() {
    let (mut service, first) = service(1, 0, SORRY, &[server(3, false, &[Down])]);
    assert_eq!(first, [set(&[], Some(1)), tell(QuorumLost { live: 0, threshold: 1, initial: true })]);
    assert_eq!(
        says(&mut service, 0, Up),
        [
            set(&[(0, 3)], None),
            tell(ServerUp { server: 0 }),
            tell(QuorumGained { live: 3, threshold: 1, initial: false })
        ]
    );
}

#[test]
fn a_start_below_the_quorum_without_a_sorry_server_is_silent() {
    let (service, first) = service(5, 0, None, &[server(3, false, &[Up])]);
    assert_eq!(first, [set(&[(0, 3)], None)]);
    assert!(!service.has_quorum());
}

#[test]
fn a_lost_quorum_replaces_live_servers_by_the_sorry_server_and_back() {
    let servers = [server(1, false, &[Up]), server(1, false, &[Up])];
    let (mut service, _) = service(2, 0, SORRY, &servers);
    assert_eq!(
        says(&mut service, 0, Down),
        [
            set(&[], Some(1)),
            tell(ServerDown { server: 0 }),
            tell(QuorumLost { live: 1, threshold: 2, initial: false })
        ]
    );
    assert_eq!(says(&mut service, 1, Down), [tell(ServerDown { server: 1 })], "nothing to remove");
    assert_eq!(says(&mut service, 1, Up), [tell(ServerUp { server: 1 })], "not yet added");
    assert_eq!(
        says(&mut service, 0, Up),
        [
            set(&[(0, 1), (1, 1)], None),
            tell(ServerUp { server: 0 }),
            tell(QuorumGained { live: 2, threshold: 2, initial: false })
        ]
    );
}

#[test]
fn without_a_sorry_server_live_servers_stay_when_the_quorum_is_lost() {
    let servers = [server(1, false, &[Up]), server(1, false, &[Up])];
    let (mut service, _) = service(2, 0, None, &servers);
    assert_eq!(
        says(&mut service, 0, Down),
        [
            set(&[(1, 1)], None),
            tell(ServerDown { server: 0 }),
            tell(QuorumLost { live: 1, threshold: 2, initial: false })
        ]
    );
    assert_eq!(says(&mut service, 1, Down), [set(&[], None), tell(ServerDown { server: 1 })]);
    assert_eq!(says(&mut service, 1, Up), [set(&[(1, 1)], None), tell(ServerUp { server: 1 })]);
}

#[test]
fn hysteresis_keeps_the_quorum_below_and_withholds_it_above() {
    let servers: Vec<_> = (0..5).map(|_| server(1, false, &[Up])).collect();
    let (mut service, _) = service(3, 1, None, &servers);
    let mut quorum = Vec::new();
    for (place, health) in [(0, Down), (1, Down), (2, Down), (3, Down), (3, Up), (2, Up), (1, Up)] {
        says(&mut service, place, health);
        quorum.push((service.live_weight(), service.has_quorum()));
    }
    // Lost below 3 − 1, gained at 3 + 1.
    let want = [(4, true), (3, true), (2, true), (1, false), (2, false), (3, false), (4, true)];
    assert_eq!(quorum, want);
}

#[test]
fn no_live_weight_loses_the_quorum_whatever_the_hysteresis() {
    let (mut service, _) = service(1, 1, None, &[server(2, false, &[Up])]);
    let lost = QuorumLost { live: 0, threshold: 0, initial: false };
    assert_eq!(says(&mut service, 0, Down), [set(&[], None), tell(ServerDown { server: 0 }), tell(lost)]);
}

#[test]
fn inhibited_servers_get_weight_0_instead_of_removal() {
    let servers = [server(4, true, &[Up]), server(5, true, &[Down]), server(6, false, &[Up])];
    let (mut service, first) = service(5, 0, INHIBITED_SORRY, &servers);
    assert_eq!(first[0], set(&[(0, 4), (1, 0), (2, 6)], Some(0)));
    assert_eq!(says(&mut service, 0, Down)[0], set(&[(0, 0), (1, 0), (2, 6)], Some(0)));
    assert_eq!(says(&mut service, 2, Down)[0], set(&[(0, 0), (1, 0)], Some(1)));
    assert_eq!(
        says(&mut service, 0, Up),
        [tell(ServerUp { server: 0 })],
        "alive, but the sorry server is in"
    );
    assert_eq!(says(&mut service, 1, Up)[0], set(&[(0, 4), (1, 5)], Some(0)));
}

#[test]
fn a_sorry_server_that_is_a_real_server_is_one_destination() {
    let sorry = Some(SorryConfig { inhibit: true, same_as: Some(0) });
    let (mut service, first) = service(9, 0, sorry, &[server(4, true, &[Up]), server(5, true, &[Up])]);
    assert_eq!(first[0], set(&[(0, 4), (1, 5)], None));
    assert_eq!(says(&mut service, 1, Down)[0], set(&[(1, 0)], Some(1)));
}

#[test]
fn a_server_is_up_if_and_only_if_no_checker_fails() {
    let (mut service, _) = service(1, 0, None, &[server(1, false, &[Up, Up])]);
    let mut said = |checker, health| feed(&mut service, QuorumInput::Checker { server: 0, checker, health });
    assert_eq!(said(0, Down)[1], tell(ServerDown { server: 0 }));
    assert_eq!(said(1, Down), []);
    assert_eq!(said(0, Up), []);
    assert_eq!(said(1, Up)[1], tell(ServerUp { server: 0 }));
}

#[test]
fn a_weight_counts_for_the_quorum_at_once_and_reaches_destinations_later() {
    let servers = [server(1, false, &[Up]), server(1, false, &[Up])];
    let (mut service, _) = service(2, 0, SORRY, &servers);
    let mut weigh = |server, weight| feed(&mut service, QuorumInput::Weight { server, weight });
    assert_eq!(weigh(0, 4), [set(&[(0, 4), (1, 1)], None)]);
    let lost = QuorumLost { live: 1, threshold: 2, initial: false };
    assert_eq!(weigh(0, 0), [set(&[], Some(1)), tell(lost)]);
    let gained = QuorumGained { live: 7, threshold: 2, initial: false };
    assert_eq!(weigh(1, 7), [set(&[(0, 0), (1, 7)], None), tell(gained)]);
}

#[test]
fn places_that_do_not_exist_change_nothing() {
    let (mut service, _) = service(1, 0, SORRY, &[server(1, false, &[Up])]);
    let before = service.clone();
    assert_eq!(says(&mut service, 1, Down), [tell(UnknownPlace)]);
    let input = QuorumInput::Checker { server: 0, checker: 1, health: Down };
    assert_eq!(feed(&mut service, input), [tell(UnknownPlace)]);
    assert_eq!(feed(&mut service, QuorumInput::Weight { server: 9, weight: 1 }), [tell(UnknownPlace)]);
    assert_eq!(service, before);
}

#[test]
fn before_the_start_results_are_taken_in_silence() {
    let mut service = Quorum::new(QuorumConfig {
        quorum: 1,
        hysteresis: 0,
        servers: vec![server(1, false, &[Up])],
        sorry: None,
        fail_open_below: None,
    });
    assert_eq!(says(&mut service, 0, Down), []);
    assert_eq!(feed(&mut service, QuorumInput::Start), [set(&[], None)]);
    assert_eq!(feed(&mut service, QuorumInput::Start), []);
}

#[test]
fn a_resumed_service_tells_only_what_is_new() {
    let resumed = |gained, weight| {
        let servers = vec![server(weight, false, &[Up])];
        let mut service = Quorum::new(QuorumConfig {
            quorum: 4,
            hysteresis: 2,
            servers,
            sorry: SORRY,
            fail_open_below: None,
        });
        let told = feed(&mut service, QuorumInput::Resume { gained });
        (service.has_quorum(), told)
    };
    // Between 4 − 2 and 4 + 2 the quorum is what it was.
    assert_eq!(resumed(true, 4), (true, vec![set(&[(0, 4)], None)]));
    assert_eq!(resumed(false, 4), (false, vec![set(&[], Some(1))]));
    let lost = QuorumLost { live: 1, threshold: 2, initial: false };
    assert_eq!(resumed(true, 1), (false, vec![set(&[], Some(1)), tell(lost)]));
    let gained = QuorumGained { live: 6, threshold: 6, initial: false };
    assert_eq!(resumed(false, 6), (true, vec![set(&[(0, 6)], None), tell(gained)]));
}

proptest! {
    #[test]
    fn destinations_follow_from_health_whatever_the_order(
        servers in prop::collection::vec((0_u32..5, any::<bool>(), any::<bool>()), 1..6),
        inputs in prop::collection::vec((0_usize..7, any::<bool>()), 0..60),
        quorum in 1_u32..8,
        hysteresis in 0_u32..3,
        has_sorry: bool,
        sorry_inhibit: bool,
    ) {
        let health = |up| if up { Up } else { Down };
        let configs: Vec<_> =
            servers.iter().map(|(weight, inhibit, up)| server(*weight, *inhibit, &[health(*up)])).collect();
        let sorry = has_sorry.then_some(SorryConfig { inhibit: sorry_inhibit, same_as: None });
        let (mut service, first) = service(quorum, hysteresis, sorry, &configs);
        let mut shown = None;
        let mut outputs = first;
        for (place, up) in core::iter::once((usize::MAX, true)).chain(inputs) {
            if place != usize::MAX {
                outputs = says(&mut service, place, health(up));
            }
            prop_assert!(outputs.len() <= 3);
            for output in &outputs {
                if let QuorumOutput::SetDestinations(wanted) = output {
                    prop_assert_ne!(shown.as_ref(), Some(wanted), "no empty commands");
                    shown = Some(wanted.clone());
                }
            }
            let wanted = service.destinations();
            prop_assert_eq!(shown.as_ref(), Some(&wanted), "what was put out is what is wanted");
            let live: u64 = (0..servers.len())
                .filter(|place| service.is_up(*place))
                .map(|place| u64::from(servers[place].0))
                .sum();
            prop_assert_eq!(live, service.live_weight());
            let (low, high) = (quorum.saturating_sub(hysteresis), quorum + hysteresis);
            prop_assert!(!service.has_quorum() || (live > 0 && live >= low.into()));
            prop_assert!(service.has_quorum() || live < high.into());
            let stands_in = has_sorry && !service.has_quorum();
            prop_assert_eq!(wanted.sorry == Some(1), stands_in);
            for (place, (weight, inhibit, _)) in servers.iter().enumerate() {
                let found = wanted.servers.iter().find(|(server, _)| *server == place).map(|(_, w)| *w);
                let want = if service.is_up(place) && !stands_in { Some(*weight) } else { inhibit.then_some(0) };
                prop_assert_eq!(found, want);
            }
        }
    }
}

fn at(seconds: u64) -> Instant {
    Instant::from_origin(Duration::from_secs(seconds))
}

#[test]
fn failures_of_all_servers_within_one_interval_are_told_apart() {
    type Said = (Option<u64>, usize, Health);
    type Case<'a> = (&'a str, &'a [&'a [Health]], &'a [Said], Option<(usize, usize, Duration)>);
    let all = |failed, servers, within| Some((failed, servers, Duration::from_secs(within)));
    const DOWN: &[Health] = &[Down];
    const UP: &[Health] = &[Up];
    #[rustfmt::skip]
    let cases: &[Case<'_>] = &[
        ("all at once",             &[UP, UP, UP],   &[(Some(10), 0, Down), (Some(10), 2, Down), (Some(10), 1, Down)], all(3, 3, 0)),
        ("just within",             &[UP, UP],       &[(Some(10), 0, Down), (Some(16), 1, Down)],                      all(2, 2, 6)),
        ("just too late",           &[UP, UP],       &[(Some(10), 0, Down), (Some(17), 1, Down)],                      None),
        ("the only server",         &[UP],           &[(Some(10), 0, Down)],                                           None),
        ("one is left",             &[UP, UP, UP],   &[(Some(10), 0, Down), (Some(10), 1, Down)],                      None),
        ("one never fails",         &[UP, UP, &[]],  &[(Some(10), 0, Down), (Some(10), 1, Down)],                      None),
        ("one was down before",     &[UP, DOWN, UP], &[(Some(10), 0, Down), (Some(10), 2, Down)],                      all(2, 3, 0)),
        ("one went down long ago",  &[UP, UP, UP],   &[(Some(1), 1, Down), (Some(50), 0, Down), (Some(52), 2, Down)],  all(2, 3, 2)),
        ("the last of a long row",  &[UP, UP, UP],   &[(Some(1), 1, Down), (Some(20), 0, Down), (Some(52), 2, Down)],  None),
        ("up in between",           &[UP, UP],       &[(Some(1), 0, Down), (Some(2), 0, Up), (Some(9), 0, Down), (Some(9), 1, Down)], all(2, 2, 0)),
        ("only one since it was up", &[UP, UP],      &[(Some(1), 1, Down), (Some(2), 1, Up), (Some(3), 1, Down), (Some(30), 0, Down)], None),
        ("at times that nobody told", &[UP, UP],     &[(None, 0, Down), (Some(10), 1, Down)],                          None),
    ];
    for (name, servers, said, want) in cases {
        let servers = servers.iter().map(|checkers| server(1, false, checkers)).collect();
        let config = QuorumConfig { quorum: 1, hysteresis: 0, servers, sorry: None, fail_open_below: None };
        let mut service = Quorum::new(config).with_common_cause(Duration::from_secs(6));
        feed(&mut service, QuorumInput::Start);
        let mut found = Vec::new();
        for (when, server, health) in *said {
            let input = QuorumInput::Checker { server: *server, checker: 0, health: *health };
            match when {
                Some(seconds) => service.handle_input_at(at(*seconds), input),
                None => service.handle_input(input),
            }
            let outputs: Vec<_> = core::iter::from_fn(|| service.poll_output()).collect();
            for pair in outputs.windows(2) {
                if let [before, QuorumOutput::Event(QuorumEvent::AllFailed { failed, servers, within })] =
                    pair
                {
                    assert_eq!(*before, tell(ServerDown { server: *server }), "{name}");
                    found.push((*failed, *servers, *within));
                }
            }
        }
        assert_eq!(found, want.iter().copied().collect::<Vec<_>>(), "{name}");
    }
}

proptest! {
    /// Judged from the whole history, not from what the quorum keeps of it.
    #[test]
    fn all_failed_is_told_exactly_when_the_history_says_so(
        steps in proptest::collection::vec((0_u64..5, 0_usize..3, any::<bool>()), 0..60),
    ) {
        let interval = 6;
        let servers = vec![server(1, false, &[Up]); 3];
        let config = QuorumConfig { quorum: 1, hysteresis: 0, servers, sorry: None, fail_open_below: None };
        let mut service = Quorum::new(config).with_common_cause(Duration::from_secs(interval));
        feed(&mut service, QuorumInput::Start);
        let (mut now, mut fell) = (100, [None; 3]);
        for (wait, place, up) in steps {
            now += wait;
            let falls = !up && fell[place].is_none();
            fell[place] = if up { None } else { fell[place].or(Some(now)) };
            let health = if up { Up } else { Down };
            service.handle_input_at(at(now), QuorumInput::Checker { server: place, checker: 0, health });
            let told = core::iter::from_fn(|| service.poll_output())
                .any(|output| matches!(output, QuorumOutput::Event(QuorumEvent::AllFailed { .. })));
            let lately = fell.iter().flatten().filter(|when| now - **when <= interval).count();
            prop_assert_eq!(told, falls && fell.iter().all(Option::is_some) && lately > 1);
        }
    }
}
