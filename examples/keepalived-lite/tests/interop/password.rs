//! Routers that do not believe each other.

use netlab::with_namespaces;

use crate::common::{PATIENCE, Pair, Program, Side, Timing, wait_until};

/// Both become master, and ours, on side A, counts why in `counter` of the authentication errors.
fn disagree(title: &str, passwords: [Option<&'static str>; 2], counter: &str) {
    if !Program::keepalived_is_installed(title) {
        return;
    }
    with_namespaces(|| {
        let mut pair = Pair::new(title, Program::Ours, Program::Keepalived, Timing::V2);
        let [a, b] = passwords;
        pair.configure(|side, configuration| {
            configuration.password = if side == Side::A { a } else { b };
        });
        pair.start(Side::A);
        pair.start(Side::B);
        let patience = Timing::V2.master_down(Side::B.priority()) + PATIENCE;
        let both = wait_until(patience, || (pair.owns(Side::A) && pair.owns(Side::B)).then_some(()));
        assert!(both.is_some(), "{title}: both become master");
        let count = wait_until(PATIENCE, || {
            let statistics = pair.split(Side::A).0.statistics();
            let received = statistics.counter("Advertisements", "Received");
            assert_eq!(received, 0, "{title}: what is not believed is not received");
            Some(statistics.counter("Authentication Errors", counter)).filter(|count| *count > 0)
        });
        let count = count.unwrap_or_else(|| panic!("{title}: {counter} is not counted"));
        assert!(pair.owns(Side::A) && pair.owns(Side::B), "{title}: both stay master");
        pair.hearing.tell(netlab::now(), &format!("both are master; ours counted {counter}: {count}"));
    });
}

#[test]
fn another_password_makes_two_masters_and_is_counted() {
    disagree("other password", [Some("secret12"), Some("secret21")], "Failure");
}

#[test]
fn a_password_on_one_side_only_makes_two_masters_and_is_counted() {
    disagree("password missing", [Some("secret12"), None], "Type Mismatch");
}
