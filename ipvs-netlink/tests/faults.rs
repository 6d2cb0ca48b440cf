//! The reconciler through octets: to a kernel that loses answers and lets others write between
//! two datagrams of a dump.
#![expect(clippy::expect_used, reason = "a test may panic")]

use core::time::Duration;
use std::sync::{Arc, Mutex};

use ipvs_netlink::{
    Client, Command, Destination, DestinationKey, FakeKernel, FakeSocket, ForwardMethod, Reconciler,
    ReconcilerConfig, Scope, Service, ServiceKey, Table,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn service(host: u8) -> ServiceKey {
    ServiceKey::tcp(([192, 0, 2, host], 80).into())
}

fn real(host: u8) -> DestinationKey {
    DestinationKey::new(([198, 51, 100, host], 80).into())
}

fn scheduled(name: &str) -> Service {
    Service::new(name.parse().expect("a short name"))
}

fn weighing(weight: u32) -> Destination {
    Destination { weight, ..Destination::new(ForwardMethod::DirectRoute) }
}

fn octets(command: &Command) -> Vec<u8> {
    let mut octets = Vec::new();
    command.encode(FakeKernel::FAMILY, 1, false, &mut octets).expect("encodable");
    octets
}

/// A reconciler, its socket, the kernel behind it.
struct Rig {
    kernel: Arc<Mutex<FakeKernel>>,
    client: Client<FakeSocket>,
    reconciler: Reconciler,
    now: Duration,
}

impl Rig {
    /// Ours are the services of 192.0.2.0/28.
    fn new() -> Self {
        let kernel = Arc::new(Mutex::new(FakeKernel::new().with_dump_datagram(800)));
        let client = Client::over(FakeSocket::open(&kernel)).expect("it has IPVS");
        let scope = Scope::nothing().with_prefix([192, 0, 2, 0].into(), 28);
        Self {
            kernel,
            client,
            reconciler: Reconciler::new(scope, ReconcilerConfig::default()),
            now: Duration::ZERO,
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut FakeKernel) -> T) -> T {
        act(&mut self.kernel.lock().expect("nobody panicked"))
    }

    /// What somebody else does, through a socket of theirs; it may be refused.
    fn others(&self, command: &Command) {
        FakeSocket::open(&self.kernel).handle(&octets(command));
    }

    /// Does what is to be done now. It ends: whatever fails waits for a later time.
    fn step(&mut self) {
        for _ in 0..1000 {
            let Some(action) = self.reconciler.poll_action(self.now) else {
                while self.reconciler.poll_event().is_some() {}
                return;
            };
            let answer = self.client.run(action.errand());
            self.reconciler.handle(self.now, answer);
        }
        panic!("it does not come to rest");
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.reconciler.poll_timeout().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.step();
        }
        self.now = end;
        self.step();
    }

    fn table(&mut self) -> Table {
        self.client.table().expect("nobody disturbs it now")
    }
}

#[derive(Clone, Debug)]
enum Trouble {
    Lost(usize),
    Withheld(usize),
    OutOfMemory,
    Written(Command),
    WrittenMeanwhile(Command),
    Wished { host: u8, weights: Vec<u32> },
    Released(u8),
}

fn foreign_command() -> impl Strategy<Value = Command> {
    let one = (1..6_u8, 1..4_u8, 0..3_u32);
    (0..5_u8, one).prop_map(|(kind, (host, to, weight))| {
        let (service, key, destination) = (service(host), real(to), weighing(weight));
        match kind {
            0 => Command::DeleteService { key: service },
            1 => Command::SetService { key: service, service: scheduled("rr") },
            2 => Command::DeleteDestination { service, key },
            3 => Command::NewDestination { service, key, destination },
            _ => Command::SetDestination { service, key, destination },
        }
    })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        (1..4_usize).prop_map(Trouble::Lost),
        (1..4_usize).prop_map(Trouble::Withheld),
        Just(Trouble::OutOfMemory),
        foreign_command().prop_map(Trouble::Written),
        foreign_command().prop_map(Trouble::WrittenMeanwhile),
        (1..6_u8, vec(0..3_u32, 0..4)).prop_map(|(host, weights)| Trouble::Wished { host, weights }),
        (1..6_u8).prop_map(Trouble::Released),
    ]
}

fn suffer(rig: &mut Rig, desired: &mut Table, trouble: &Trouble) {
    match trouble {
        Trouble::Lost(count) => rig.with(|kernel| kernel.lose_answers(*count)),
        Trouble::Withheld(count) => rig.with(|kernel| kernel.withhold_answers(*count)),
        // ENOMEM
        Trouble::OutOfMemory => rig.with(|kernel| kernel.refuse_next(12)),
        Trouble::Written(command) => rig.others(command),
        Trouble::WrittenMeanwhile(command) => {
            rig.with(|kernel| kernel.change_during_dump(&octets(command)));
        }
        Trouble::Wished { host, weights } => {
            let weighed = (1..).zip(weights).map(|(to, weight)| (real(to), weighing(*weight)));
            let mut wished =
                Table::from_iter([(service(*host), scheduled("wlc"), weighed.collect::<Vec<_>>())]);
            for (key, entry) in desired.services().filter(|(key, _)| **key != service(*host)) {
                wished.insert(*key, entry.clone());
                for (to, destination) in desired.destinations(key) {
                    wished.insert_destination(*key, *to, *destination);
                }
            }
            *desired = wished;
            rig.reconciler.set_desired(desired.clone());
        }
        Trouble::Released(host) => {
            desired.remove(&service(*host));
            rig.reconciler.set_desired(desired.clone());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_lost_or_torn_the_table_ends_as_wanted(
        troubles in vec((trouble(), 0..40_u64), 0..40),
    ) {
        let mut rig = Rig::new();
        for host in 100..104 {
            rig.others(&Command::NewService { key: service(host), service: scheduled("rr") });
        }
        let mut desired = Table::new();
        rig.reconciler.set_desired(desired.clone());
        for (trouble, seconds) in &troubles {
            suffer(&mut rig, &mut desired, trouble);
            rig.pass(Duration::from_secs(*seconds));
        }
        // Whatever was still to go wrong goes wrong, and then there is peace.
        rig.pass(Duration::from_secs(1800));
        rig.with(|kernel| {
            kernel.lose_answers(0);
            kernel.withhold_answers(0);
        });
        rig.pass(Duration::from_secs(1800));
        for host in 100..104 {
            desired.insert(service(host), scheduled("rr"));
        }
        prop_assert_eq!(rig.table(), desired);
    }
}
