//! Typed commands through our own client: every reason that a kernel has to refuse them.

use core::net::SocketAddr;

use ipvs_netlink::{
    Command, Destination, DestinationKey, Error, ForwardMethod, Granularity, Persistence, Reason, Service,
    ServiceKey, SyncDaemon, SyncRole, Timeouts, Tunnel, TunnelFlags,
};

use crate::state::State;
use crate::wire::Kernel;
use crate::{both, reset};

type Case = (Command, Option<Reason>);

fn tcp(text: &str) -> ServiceKey {
    ServiceKey::tcp(text.parse().expect("an address with its port"))
}

fn scheduler(name: &str) -> Service {
    Service::new(name.parse().expect("a short name"))
}

fn to(text: &str) -> DestinationKey {
    text.parse::<SocketAddr>().expect("an address with its port").into()
}

fn sync(role: SyncRole, interface: &str) -> SyncDaemon {
    SyncDaemon::new(role, interface.parse().expect("a short name"))
}

fn cases() -> Vec<Case> {
    use Reason::*;
    let (web, web6, ghost) = (tcp("192.0.2.1:80"), tcp("[2001:db8::1]:80"), tcp("192.0.2.9:80"));
    let (real, other, mixed) = (to("198.51.100.1:80"), to("198.51.100.2:80"), to("[2001:db8::9]:80"));
    let route = Destination::new(ForwardMethod::DirectRoute);
    let tunnel = Destination::new(ForwardMethod::Tunnel(Tunnel::Ipip));
    let portless = Tunnel::Unknown { kind: 1, port: 0, flags: TunnelFlags::NONE };
    let portless = Destination::new(ForwardMethod::Tunnel(portless));
    let heavy = Destination { weight: 1 << 31, ..route };
    let reversed = Destination { upper_threshold: 1, lower_threshold: 2, ..route };
    let coarse = Persistence { timeout_s: 300, granularity: Granularity::V6(0) };
    let coarse = Service { persistence: Some(coarse), ..scheduler("rr") };
    let sip = |name: &str| Service { engine: Some(name.parse().expect("a short name")), ..scheduler("rr") };
    let new = |key, service| Command::NewService { key, service };
    let set = |key, service| Command::SetService { key, service };
    let delete = |key| Command::DeleteService { key };
    let add = |service, key, destination| Command::NewDestination { service, key, destination };
    let edit = |service, key, destination| Command::SetDestination { service, key, destination };
    let remove = |service, key| Command::DeleteDestination { service, key };
    let timeouts = |tcp_s, tcp_fin_s, udp_s| Command::SetTimeouts(Timeouts { tcp_s, tcp_fin_s, udp_s });
    vec![
        (new(web, scheduler("rr")), None),
        (new(web, scheduler("rr")), Some(ServiceExists)),
        (new(ghost, scheduler("no-such")), Some(NoSuchModule)),
        (new(ghost, sip("no-such")), Some(NoSuchModule)),
        (new(web6, coarse.clone()), Some(InvalidService)),
        (new(web6, scheduler("wlc")), None),
        (set(ghost, scheduler("rr")), Some(NoSuchService)),
        (set(web, scheduler("no-such")), Some(NoSuchModule)),
        (set(web, sip("no-such")), Some(NoSuchModule)),
        (set(web6, coarse), Some(InvalidService)),
        (set(web, sip("sip")), None),
        (delete(ghost), Some(NoSuchService)),
        (add(ghost, real, route), Some(NoSuchService)),
        (add(web, real, route), None),
        (add(web, real, tunnel), Some(DestinationExists)),
        (add(web, other, heavy), Some(OutOfRange)),
        (add(web, other, reversed), Some(OutOfRange)),
        (add(web, other, portless), Some(InvalidDestination)),
        (add(web, mixed, route), Some(InvalidDestination)),
        (add(web, to("224.0.0.1:80"), route), Some(InvalidDestination)),
        (edit(ghost, real, route), Some(NoSuchService)),
        (edit(web, other, route), Some(NoSuchDestination)),
        (edit(web, real, heavy), Some(OutOfRange)),
        (edit(web, real, portless), Some(InvalidDestination)),
        (edit(web, real, tunnel), None),
        (remove(ghost, real), Some(NoSuchService)),
        (remove(web, other), Some(NoSuchDestination)),
        (add(web, mixed, tunnel), None),
        (Command::StartSync(sync(SyncRole::Master, "lo")), Some(InvalidSync)),
        (remove(web, mixed), None),
        (Command::StopSync(SyncRole::Backup), Some(SyncNotRunning)),
        (Command::StopSync(SyncRole::Master), Some(SyncNotRunning)),
        (Command::StartSync(sync(SyncRole::Master, "no-such")), Some(NoSuchInterface)),
        (
            Command::StartSync(SyncDaemon {
                group: Some([192, 0, 2, 1].into()),
                ..sync(SyncRole::Master, "lo")
            }),
            Some(InvalidSync),
        ),
        (Command::StartSync(SyncDaemon { sync_id: 9, ttl: Some(3), ..sync(SyncRole::Backup, "lo") }), None),
        (Command::StartSync(sync(SyncRole::Backup, "lo")), Some(SyncRunning)),
        (add(web, mixed, tunnel), Some(InvalidDestination)),
        (Command::StartSync(SyncDaemon { max_len: Some(900), ..sync(SyncRole::Master, "lo") }), None),
        (timeouts(Some(1 << 31), None, None), Some(InvalidTimeout)),
        (timeouts(None, Some(1 << 31), None), Some(InvalidTimeout)),
        (timeouts(None, None, Some(1 << 31)), Some(InvalidTimeout)),
        (timeouts(Some(60), None, Some(0)), None),
        (Command::ZeroService { key: ghost }, Some(NoSuchService)),
        (Command::ZeroService { key: web }, None),
        (Command::Zero, None),
    ]
}

pub(crate) fn commands_have_their_reasons() {
    let (mut fake, mut real) = both(true, true);
    let cases = cases();
    let run = |kernel: &mut Kernel, which: &str| {
        reset(kernel);
        let results: Vec<_> = cases.iter().map(|(command, _)| kernel.apply(command)).collect();
        for ((command, want), result) in cases.iter().zip(&results) {
            let reason = result.as_ref().err().and_then(Error::reason);
            assert_eq!((result.is_ok(), reason), (want.is_none(), *want), "{which}: {command:?}: {result:?}");
        }
        let state = State::read(kernel);
        reset(kernel);
        (results, state)
    };
    let ours = run(&mut fake, "fake");
    if let Some(real) = &mut real {
        assert_eq!(ours, run(real, "real"));
    }
    println!("{} typed commands with their reasons", cases.len());
    // A thousand in batches, of which each third one fails: results stay with their commands.
    let batch: Vec<_> = (0..1000_u16)
        .map(|number| {
            let key = tcp(&format!("192.0.2.1:{}", if number % 3 == 2 { 1 } else { number + 1 }));
            Command::NewService { key, service: scheduler("rr") }
        })
        .collect();
    let run = |kernel: &mut Kernel| {
        let results = kernel.client(|client| Ok(client.apply_all(&batch)));
        let failed: Vec<_> = (0..1000).filter(|index| results[*index].is_err()).collect();
        assert_eq!(failed, (2..1000).step_by(3).collect::<Vec<_>>());
        let state = State::read(kernel);
        reset(kernel);
        (results, state)
    };
    let ours = run(&mut fake);
    if let Some(real) = &mut real {
        assert_eq!(ours, run(real));
    }
}
