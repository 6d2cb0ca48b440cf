//! The reconciler with the kernel's table, real connections, and somebody else who writes.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use ipvs_netlink::{
    Client, Command, DestinationKey, Drain, DrainEnd, DrainRules, Event, ForwardMethod, Object, Reconciler,
    ReconcilerConfig, Scope, ServiceKey, Socket,
};

use crate::{address, destination, scheduler, tcp};

/// A driver: does what is to be done, and gives what was told with the number of requests.
struct Keeper {
    reconciler: Reconciler,
    began: Instant,
    events: Vec<(Duration, Event)>,
    writes: usize,
}

impl Keeper {
    fn new(config: ReconcilerConfig, scope: Scope) -> Self {
        let reconciler = Reconciler::new(scope, config);
        Self { reconciler, began: Instant::now(), events: Vec::new(), writes: 0 }
    }

    fn step(&mut self, client: &mut Client<Socket>) {
        let now = self.began.elapsed();
        while let Some(action) = self.reconciler.poll_action(now) {
            self.writes += usize::from(matches!(action, ipvs_netlink::Action::Apply(_)));
            let answer = client.run(action.errand());
            self.reconciler.handle(now, answer);
        }
        while let Some(event) = self.reconciler.poll_event() {
            self.events.push((now, event));
        }
    }

    /// Steps until an event is what is looked for, or for a time.
    fn until(
        &mut self,
        client: &mut Client<Socket>,
        time: Duration,
        wanted: impl Fn(&Event) -> bool,
    ) -> Option<Duration> {
        let end = self.began.elapsed() + time;
        while self.began.elapsed() < end {
            self.step(client);
            if let Some((at, _)) = self.events.iter().find(|(_, event)| wanted(event)) {
                return Some(*at);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

fn ask(stream: &mut TcpStream) {
    stream.write_all(b"?").expect("the connection lives");
    stream.read_exact(&mut [0]).expect("the connection lives");
}

pub(crate) fn a_drain_ends_with_its_connection_which_never_broke(client: &mut Client<Socket>) {
    let key = tcp("127.0.0.1:4250");
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let real = DestinationKey::new(listener.local_addr().expect("bound"));
    let echo = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody connects");
        let mut octet = [0];
        while stream.read_exact(&mut octet).is_ok() {
            stream.write_all(&octet).expect("the connection lives");
        }
    });
    let patient = Drain { poll: Duration::from_millis(50), ..Drain::default() };
    let config = ReconcilerConfig { drains: DrainRules::all(patient), ..ReconcilerConfig::default() };
    let mut keeper = Keeper::new(config, Scope::nothing().with_service(key));
    keeper.reconciler.want(key, scheduler("rr"));
    keeper.reconciler.want_destination(key, real, destination(ForwardMethod::Masquerade, 5));
    keeper.step(client);

    let mut stream = TcpStream::connect("127.0.0.1:4250").expect("balanced");
    ask(&mut stream);
    keeper.reconciler.release_destination(&key, &real);
    // The connection goes on for longer than the drain needs for several looks.
    let end = Instant::now() + Duration::from_secs(1);
    while Instant::now() < end {
        keeper.step(client);
        ask(&mut stream);
        std::thread::sleep(Duration::from_millis(20));
    }
    let found = client.destinations(&key).expect("readable");
    assert_eq!((found[0].destination.weight, found[0].active_connections), (0, 1));
    assert!(!keeper.events.iter().any(|(_, event)| matches!(event, Event::Drained { .. })));
    drop(stream);
    let closed = keeper.began.elapsed();
    let is_empty = |event: &Event| matches!(event, Event::Drained { reason: DrainEnd::Empty, .. });
    let gone = keeper.until(client, Duration::from_secs(30), is_empty).expect("it drains");
    println!("drained {:?} after the connection was closed", gone.saturating_sub(closed));
    keeper.step(client);
    assert_eq!(client.destinations(&key), Ok(Vec::new()));
    echo.join().expect("it ended well");
    client.apply(&Command::Flush).expect("emptied");
}

pub(crate) fn a_second_writer_makes_a_key_contended_and_not_a_war(client: &mut Client<Socket>) {
    let (key, other) = (tcp("192.0.2.30:80"), tcp("203.0.113.30:80"));
    let real = DestinationKey::new(address("198.51.100.30:80"));
    client.apply(&Command::NewService { key: other, service: scheduler("wrr") }).expect("added");
    let config = ReconcilerConfig {
        audit: Some(Duration::from_millis(20)),
        first_pause: Duration::from_millis(200),
        ..ReconcilerConfig::default()
    };
    let mut keeper = Keeper::new(config, Scope::nothing().with_service(key));
    keeper.reconciler.want(key, scheduler("rr"));
    keeper.reconciler.want_destination(key, real, destination(ForwardMethod::DirectRoute, 1));
    keeper.step(client);

    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let vandal = scope.spawn(|| {
            let mut client = Client::open().expect("opened");
            let mut undone = 0_u32;
            while !stop.load(Ordering::Relaxed) {
                let gone = client.apply(&Command::DeleteDestination { service: key, key: real });
                undone += u32::from(gone.is_ok());
                std::thread::sleep(Duration::from_millis(5));
            }
            undone
        });
        let object = Object::Destination { service: key, key: real };
        let fought = |event: &Event| matches!(event, Event::Contended { key, .. } if *key == object);
        let at = keeper.until(client, Duration::from_secs(30), fought).expect("it is told");
        // From now on there are pauses: 0.2, 0.4, 0.8, 1.6 s …
        let before = keeper.writes;
        keeper.until(client, Duration::from_secs(3), |_| false);
        stop.store(true, Ordering::Relaxed);
        let (undone, repairs) = (vandal.join().expect("it ran"), keeper.writes - before);
        println!("contended after {at:?}; then {repairs} repairs in 3 s; undone {undone} times in all");
        assert!(repairs <= 5, "{repairs} repairs in 3 s");
    });
    // Who wins in the end: as soon as the last pause is over, what is wanted is there.
    let end = Instant::now() + Duration::from_secs(20);
    while client.destinations(&key).expect("readable").is_empty() && Instant::now() < end {
        keeper.step(client);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(client.destinations(&key).expect("readable").len(), 1);
    let theirs: Option<ServiceKey> = client.service(&other).expect("readable").map(|found| found.key);
    assert_eq!(theirs, Some(other), "what is not ours is never touched");
    client.apply(&Command::Flush).expect("emptied");
}
