//! Whatever a caller does, it neither panics nor goes on without end.

use core::time::Duration;

use ipvs_netlink::{
    Answer, Drain, DrainRules, Error, Fields, ObservedTable, Reconciler, ReconcilerConfig, Scope, Table,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::kernel::*;

fn some_table() -> impl Strategy<Value = Table> {
    vec((0..4_u8, vec((0..3_u8, 0..3_u32), 0..3)), 0..4).prop_map(|services| {
        services.iter().fold(Table::new(), |mut all, (host, destinations)| {
            all.insert(tcp(*host), service("rr"));
            for (to, weight) in destinations {
                all.insert_destination(tcp(*host), real(*to), weighing(*weight));
            }
            all
        })
    })
}

fn observed() -> impl Strategy<Value = Result<ObservedTable, Error>> {
    let broken = Error::Socket { doing: "receive", errno: 105 };
    prop_oneof![4 => some_table().prop_map(|table| Ok(table.into())), 1 => Just(Err(broken))]
}

fn answer() -> impl Strategy<Value = Answer> {
    let broken = Error::Socket { doing: "receive", errno: 105 };
    let result = prop_oneof![4 => Just(Ok(())), 1 => Just(Err(broken))];
    prop_oneof![
        observed().prop_map(Answer::Table),
        observed().prop_map(Answer::Services),
        vec(result, 0..9).prop_map(Answer::Results),
    ]
}

/// Only just before the end of time.
const LATEST: Duration = Duration::MAX.saturating_sub(at(1_000_000));

#[derive(Clone, Debug)]
enum Call {
    Poll(Duration),
    Answer(Answer),
    Desire(Table),
    Want(u8, u8, u32),
    Release(u8, u8),
    Scope(u8, bool),
    Abandon,
}

fn call() -> impl Strategy<Value = Call> {
    let time = prop_oneof![9 => (0..90_000_u64).prop_map(Duration::from_millis), 1 => Just(Duration::MAX)];
    prop_oneof![
        6 => time.prop_map(Call::Poll),
        6 => answer().prop_map(Call::Answer),
        1 => some_table().prop_map(Call::Desire),
        2 => (0..4_u8, 0..3_u8, 0..3_u32).prop_map(|(host, to, weight)| Call::Want(host, to, weight)),
        2 => (0..4_u8, 0..3_u8).prop_map(|(host, to)| Call::Release(host, to)),
        1 => (28..33_u8, any::<bool>()).prop_map(|(length, keep)| Call::Scope(length, keep)),
        1 => Just(Call::Abandon),
    ]
}

proptest! {
    #[test]
    fn no_order_of_calls_panics_or_spins(calls in vec(call(), 1..60), drain in any::<bool>()) {
        let drains = if drain { DrainRules::all(Drain::default()) } else { DrainRules::none() };
        let mut reconciler =
            Reconciler::new(Scope::everything(), ReconcilerConfig { drains, ..ReconcilerConfig::default() });
        let mut now = Duration::ZERO;
        for call in calls {
            match call {
                Call::Poll(pause) => {
                    now = now.saturating_add(pause).min(LATEST);
                    let _action = reconciler.poll_action(now);
                }
                Call::Answer(answer) => reconciler.handle(now, answer),
                Call::Desire(table) => reconciler.set_desired(table),
                Call::Want(host, to, weight) => {
                    let _inserted = reconciler.want_destination(tcp(host), real(to), weighing(weight));
                }
                Call::Release(host, 0) => reconciler.release(&tcp(host)),
                Call::Release(host, to) => reconciler.release_destination(&tcp(host), &real(to)),
                Call::Scope(length, keep) => {
                    let scope = Scope::nothing().with_prefix([192, 0, 2, 0].into(), length);
                    reconciler.set_scope(if keep { scope.keeping(Fields::WEIGHT) } else { scope });
                }
                Call::Abandon => reconciler.abandon(now),
            }
        }
        reconciler.abandon(now);
        // From here on the kernel answers, and keeps what it is told.
        let mut rig = Rig::new(&Table::new(), &Table::new(), ReconcilerConfig::default());
        (rig.reconciler, rig.now) = (reconciler, now);
        rig.run();
        rig.live_until(now.saturating_add(at(2000)));
        prop_assert!(rig.reconciler.is_settled());
        prop_assert_eq!(rig.kernel.table().len(), rig.reconciler.known().len());
    }
}
