//! A reconciler on a real kernel: a live connection that drains, and somebody who fights.
//!
//! Needs the module `ip_vs` loaded and the right to change the table; touches two services of
//! its own and nothing else.
#![expect(clippy::expect_used, reason = "a test may panic")]

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

use ipvs_netlink::{
    Client, Command, Connections, Destination, DestinationKey, Drain, DrainEnd, DrainRules, Event,
    ForwardMethod, Object, Reconciler, ReconcilerConfig, Scope, Service, ServiceKey, Socket,
};

const POLL: Duration = Duration::from_millis(200);

/// A client, or the reason why there is none.
fn client() -> Option<Client<Socket>> {
    match Client::open() {
        Ok(client) => Some(client),
        Err(error) => {
            println!("skipped: {error}");
            None
        }
    }
}

fn weighing(weight: u32) -> Destination {
    Destination { weight, ..Destination::new(ForwardMethod::Masquerade) }
}

/// What a program around a reconciler is.
struct Driver {
    reconciler: Reconciler,
    client: Client<Socket>,
    start: Instant,
    commands: usize,
    events: Vec<Event>,
}

impl Driver {
    fn new(key: ServiceKey, config: ReconcilerConfig, client: Client<Socket>) -> Self {
        let mut reconciler = Reconciler::new(Scope::nothing().with_service(key), config);
        reconciler.want(key, Service::new("rr".parse().expect("a short name")));
        Self { reconciler, client, start: Instant::now(), commands: 0, events: Vec::new() }
    }

    fn step(&mut self) {
        while let Some(action) = self.reconciler.poll_action(self.start.elapsed()) {
            if let ipvs_netlink::Action::Apply(commands) = &action {
                self.commands += commands.len();
            }
            let answer = self.client.run(action.errand());
            self.reconciler.handle(self.start.elapsed(), answer);
        }
        self.events.extend(core::iter::from_fn(|| self.reconciler.poll_event()));
    }

    /// Runs until `done`, or for so long; whether it was done.
    fn run(&mut self, longest: Duration, mut done: impl FnMut(&mut Self) -> bool) -> bool {
        let end = Instant::now() + longest;
        loop {
            self.step();
            if done(self) {
                return true;
            }
            if Instant::now() >= end {
                return false;
            }
            let next = self.reconciler.poll_timeout().unwrap_or(Duration::MAX);
            let pause = next.saturating_sub(self.start.elapsed());
            thread::sleep(pause.clamp(Duration::from_millis(1), Duration::from_millis(50)));
        }
    }
}

/// A server that names itself and then says everything back.
fn server(address: SocketAddr, name: u8) {
    let listener = TcpListener::bind(address).expect("an address of lo");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || echo(stream, name));
        }
    });
}

fn echo(mut stream: TcpStream, name: u8) {
    let mut octets = [name; 64];
    let mut length = 1;
    while length > 0 && stream.write_all(octets.get(..length).unwrap_or_default()).is_ok() {
        length = stream.read(&mut octets).unwrap_or(0);
    }
}

fn connect(address: SocketAddr) -> (TcpStream, u8) {
    let mut stream = TcpStream::connect(address).expect("a server behind it");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time");
    let mut name = [0];
    stream.read_exact(&mut name).expect("its name");
    let [name] = name;
    (stream, name)
}

fn says_back(stream: &mut TcpStream) -> bool {
    let mut answer = [0; 4];
    stream.write_all(b"ping").is_ok() && stream.read_exact(&mut answer).is_ok() && answer == *b"ping"
}

#[test]
fn a_drain_lasts_as_long_as_its_connection_and_does_not_break_it() {
    let Some(client) = client() else { return };
    let address = SocketAddr::from(([127, 0, 0, 5], 8005));
    let (service, reals) = (ServiceKey::tcp(address), [1_u8, 2].map(|host| ([127, 0, 1, host], 8080)));
    for (name, real) in (1..).zip(reals) {
        server(real.into(), name);
    }
    let drains = DrainRules::all(Drain { poll: POLL, ..Drain::default() });
    let config = ReconcilerConfig { drains, ..ReconcilerConfig::default() };
    let mut driver = Driver::new(service, config, client);
    for real in reals {
        assert!(driver.reconciler.want_destination(service, SocketAddr::from(real).into(), weighing(1)));
    }
    driver.step();
    assert!(driver.reconciler.is_settled(), "{:?}", driver.events);

    let (mut stream, name) = connect(address);
    assert!(says_back(&mut stream));
    let leaving = DestinationKey::new(reals.get(usize::from(name) - 1).copied().expect("1 or 2").into());
    driver.reconciler.release_destination(&service, &leaving);
    let ended = |driver: &mut Driver| driver.reconciler.draining().next().is_none();
    driver.step();
    assert!(!driver.run(10 * POLL, ended), "{:?}", driver.events);
    assert!(says_back(&mut stream), "it still works");
    for _ in 0..4 {
        let (mut other, other_name) = connect(address);
        assert_ne!(other_name, name, "new connections go elsewhere");
        assert!(says_back(&mut other));
    }
    // Still none of its own: the kernel has counted it all the time.
    assert!(!driver.run(5 * POLL, ended));
    assert!(says_back(&mut stream));

    drop(stream);
    assert!(driver.run(50 * POLL, ended), "{:?}", driver.events);
    let drained = driver.events.iter().find_map(|event| match event {
        Event::Drained { key, reason, cut: Some(Connections { active, .. }), .. } => {
            Some((*key, *reason, *active))
        }
        _ => None,
    });
    assert_eq!(drained, Some((leaving, DrainEnd::Empty, 0)));
    driver.reconciler.release(&service);
    // The connections to the other one have been closed, too.
    assert!(driver.run(50 * POLL, |driver| driver.client.service(&service) == Ok(None)));
}

#[test]
fn somebody_who_fights_is_told_and_answered_ever_less_often() {
    let (Some(client), Some(mut other)) = (client(), client()) else { return };
    let service = ServiceKey::tcp(([127, 0, 0, 6], 8006).into());
    let key = DestinationKey::new(([127, 0, 1, 3], 8080).into());
    let config = ReconcilerConfig {
        audit: Some(Duration::from_millis(50)),
        first_pause: Duration::from_millis(100),
        longest_pause: Duration::from_secs(1),
        quiet: Duration::from_secs(2),
        ..ReconcilerConfig::default()
    };
    let mut driver = Driver::new(service, config, client);
    assert!(driver.reconciler.want_destination(service, key, weighing(1)));
    driver.step();
    driver.commands = 0;
    let undo = Command::SetDestination { service, key, destination: weighing(9) };
    let mut undone = 0;
    driver.run(Duration::from_secs(5), |_| {
        undone += usize::from(other.apply(&undo).is_ok());
        false
    });
    // At once twice, then after 0.1, 0.2, 0.4, 0.8 s and every second.
    println!("{} commands against {undone}", driver.commands);
    assert!((4..=12).contains(&driver.commands), "{} commands against {undone}", driver.commands);
    let object = Object::Destination { service, key };
    let contended = |event: &Event| matches!(event, Event::Contended { key, .. } if *key == object);
    assert!(driver.events.iter().any(contended), "{:?}", driver.events);
    // He stops.
    let over = Event::ContentionEnded { key: object };
    assert!(driver.run(Duration::from_secs(10), |driver| driver.events.contains(&over)));
    let destinations = driver.client.destinations(&service).expect("they can be read");
    assert!(destinations.iter().all(|found| found.destination == weighing(1)) && destinations.len() == 1);
    driver.reconciler.release(&service);
    assert!(driver.run(Duration::from_secs(5), |driver| driver.reconciler.is_settled()));
    assert_eq!(driver.client.service(&service), Ok(None));
}
