//! Command lines as people type them, and as the documents print them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core::net::SocketAddr;
use core::num::{NonZeroU16, NonZeroU32};

use ipvs_netlink::{
    AddressFamily, Command, Destination, ForwardMethod, Granularity, Persistence, SchedulerFlags, Service,
    ServiceKey, SyncDaemon, SyncRole, Timeouts, Tunnel, TunnelFlags,
};
use ipvsctl::{Columns, Flag, Listing, NoNames, Note, Operation, UsageError, View};

fn parse(line: &str) -> Result<Operation, UsageError> {
    Operation::parse(line.split(' '), &NoNames).map(|parsed| parsed.operation)
}

fn command(line: &str) -> Command {
    match parse(line) {
        Ok(Operation::Change(command)) => command,
        other => panic!("{line}: {other:?}"),
    }
}

fn socket(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn tcp(text: &str) -> ServiceKey {
    ServiceKey::tcp(socket(text))
}

fn mark(mark: u32, family: AddressFamily) -> ServiceKey {
    ServiceKey::FirewallMark { mark: NonZeroU32::new(mark).unwrap(), family }
}

fn scheduler(name: &str) -> Service {
    Service::new(name.parse().unwrap())
}

#[test]
fn services_are_what_their_flags_say() {
    let persistent = |timeout_s, granularity| Service {
        persistence: Some(Persistence { timeout_s, granularity }),
        ..scheduler("wlc")
    };
    let flagged = |name, flags| Service { scheduler_flags: flags, ..scheduler(name) };
    let both = SchedulerFlags::MH_FALLBACK.union(SchedulerFlags::MH_PORT);
    #[rustfmt::skip]
    let cases = [
        ("-A -t 192.0.2.1:80",                          tcp("192.0.2.1:80"),            scheduler("wlc")),
        ("--add-service --tcp-service 192.0.2.1:80 --scheduler rr", tcp("192.0.2.1:80"), scheduler("rr")),
        ("-s rr -A -t 192.0.2.1:80",                    tcp("192.0.2.1:80"),            scheduler("rr")),
        ("-A -t 192.0.2.1 -p",                          tcp("192.0.2.1:0"),             persistent(360, Granularity::Host)),
        ("-A -t 192.0.2.1:80 -p300",                    tcp("192.0.2.1:80"),            persistent(300, Granularity::Host)),
        ("-A -M 255.255.0.0 -p 9 -t 192.0.2.1:80",      tcp("192.0.2.1:80"),            persistent(9, Granularity::V4([255, 255, 0, 0].into()))),
        ("-A -t 192.0.2.1:80 -p 9 -M 255.255.255.255",  tcp("192.0.2.1:80"),            persistent(9, Granularity::Host)),
        ("-A -M 64 -t [2001:db8::1]:80 -p 9",           tcp("[2001:db8::1]:80"),        persistent(9, Granularity::V6(64))),
        ("-A -t 2001:db8::1 -p 9",                      tcp("[2001:db8::1]:0"),         persistent(9, Granularity::Host)),
        ("-A -f 7",                                     mark(7, AddressFamily::V4),     scheduler("wlc")),
        ("-A -6 -f 7",                                  mark(7, AddressFamily::V6),     scheduler("wlc")),
        ("-A -f 4294967295 -s sh -b sh-port",           mark(u32::MAX, AddressFamily::V4), flagged("sh", SchedulerFlags::SH_PORT)),
        ("-A -t 192.0.2.1:80 -s mh -b mh-port,,mh-fallback", tcp("192.0.2.1:80"),       flagged("mh", both)),
        ("-A -t 192.0.2.1:80 -s rr -b flag-3",          tcp("192.0.2.1:80"),            flagged("rr", SchedulerFlags::SCHED3)),
        ("-A -u 192.0.2.1:80 -o",                       ServiceKey::udp(socket("192.0.2.1:80")), Service { one_packet: true, ..scheduler("wlc") }),
        ("-A -t 192.0.2.1:80 --pe sip",                 tcp("192.0.2.1:80"),            Service { engine: Some("sip".parse().unwrap()), ..scheduler("wlc") }),
    ];
    for (line, key, service) in cases {
        assert_eq!(command(line), Command::NewService { key, service: service.clone() }, "{line}");
        let change = line.replace("-A", "-E").replace("--add-service", "--edit-service");
        assert_eq!(command(&change), Command::SetService { key, service }, "{change}");
    }
    assert_eq!(command("-D -f 7 -6"), Command::DeleteService { key: mark(7, AddressFamily::V6) });
    assert_eq!(command("-Z -t 192.0.2.1:80"), Command::ZeroService { key: tcp("192.0.2.1:80") });
    assert_eq!(command("-Z"), Command::Zero);
    assert_eq!(command("-C"), Command::Flush);
}

#[test]
fn servers_are_what_their_flags_say() {
    use ForwardMethod::{DirectRoute, Masquerade};
    let web = tcp("192.0.2.1:80");
    let fwmark = mark(7, AddressFamily::V4);
    let plain = Destination::new;
    let tunnel = |tunnel| plain(ForwardMethod::Tunnel(tunnel));
    let port = NonZeroU16::new(6080).unwrap();
    let gue = |checksum| tunnel(Tunnel::Gue { port, checksum });
    let limited = Destination { weight: 3, upper_threshold: 9, lower_threshold: 5, ..plain(Masquerade) };
    #[rustfmt::skip]
    let cases = [
        ("-a -t 192.0.2.1:80 -r 10.0.0.1",                                  web, "10.0.0.1:80",      plain(DirectRoute)),
        ("-a -t 192.0.2.1:80 -r 10.0.0.1:8080 -g",                          web, "10.0.0.1:80",      plain(DirectRoute)),
        ("-a -t 192.0.2.1:80 -r 10.0.0.1:8080 -m",                          web, "10.0.0.1:8080",    plain(Masquerade)),
        ("-a -r 10.0.0.1 -m -t 192.0.2.1:80",                               web, "10.0.0.1:80",      plain(Masquerade)),
        ("-a -t 192.0.2.1:80 -r 10.0.0.1 -m -w 3 -x 9 -y 5",                web, "10.0.0.1:80",      limited),
        ("-a -t 192.0.2.1:80 -r [2001:db8::9]:81 -i",                       web, "[2001:db8::9]:80", tunnel(Tunnel::Ipip)),
        ("-a -f 7 -r 10.0.0.1 -m",                                          fwmark, "10.0.0.1:0",    plain(Masquerade)),
        ("-a -f 7 -r 10.0.0.1:81 -g",                                       fwmark, "10.0.0.1:81",   plain(DirectRoute)),
        ("-a -f 7 -r 10.0.0.1 -i --tun-type gue --tun-port 6080",           fwmark, "10.0.0.1:0",    gue(TunnelFlags::NONE)),
        ("-a -f 7 -r 10.0.0.1 -i --tun-type gue --tun-port 6080 --tun-nocsum", fwmark, "10.0.0.1:0", gue(TunnelFlags::NONE)),
        ("-a -f 7 -r 10.0.0.1 -i --tun-type gue --tun-port 6080 --tun-csum",   fwmark, "10.0.0.1:0", gue(TunnelFlags::CHECKSUM)),
        ("-a -f 7 -r 10.0.0.1 -i --tun-type gue --tun-port 6080 --tun-remcsum", fwmark, "10.0.0.1:0", gue(TunnelFlags::REMOTE_CHECKSUM)),
        ("-a -f 7 -r 10.0.0.1 -i --tun-type gre --tun-csum",                fwmark, "10.0.0.1:0",    tunnel(Tunnel::Gre { checksum: TunnelFlags::CHECKSUM })),
    ];
    for (line, service, key, destination) in cases {
        let key = socket(key).into();
        assert_eq!(command(line), Command::NewDestination { service, key, destination }, "{line}");
        let change = line.replacen("-a", "-e", 1);
        assert_eq!(command(&change), Command::SetDestination { service, key, destination }, "{change}");
    }
    let key = socket("10.0.0.1:8080").into();
    assert_eq!(
        command("-d -t 192.0.2.1:80 -r 10.0.0.1:8080"),
        Command::DeleteDestination { service: web, key }
    );
    let key = socket("10.0.0.1:80").into();
    assert_eq!(command("-d -t 192.0.2.1:80 -r 10.0.0.1"), Command::DeleteDestination { service: web, key });
}

#[test]
fn daemons_and_timeouts_are_what_their_flags_say() {
    let daemon = SyncDaemon {
        sync_id: 6,
        max_len: Some(1400),
        group: Some([224, 0, 0, 90].into()),
        port: Some(8849),
        ttl: Some(3),
        ..SyncDaemon::new(SyncRole::Backup, "lo".parse().unwrap())
    };
    let line = "--start-daemon backup --mcast-interface lo --syncid 6 --sync-maxlen 1400 --mcast-group 224.0.0.90 \
        --mcast-port 8849 --mcast-ttl 3";
    assert_eq!(command(line), Command::StartSync(daemon));
    let plain = SyncDaemon::new(SyncRole::Master, "eth0".parse().unwrap());
    assert_eq!(command("--start-daemon=master"), Command::StartSync(plain));
    assert_eq!(command("--stop-daemon backup"), Command::StopSync(SyncRole::Backup));
    let timeouts = Timeouts { tcp_s: Some(100), tcp_fin_s: None, udp_s: Some(300) };
    assert_eq!(command("--set 100 0 300"), Command::SetTimeouts(timeouts));
}

#[test]
fn listings_are_what_their_flags_say() {
    let table = |only, view| Ok(Operation::List(Listing::Table { only, view }));
    let named = View { names: true, ..View::NUMERIC };
    let columns = |columns| View { columns, ..View::NUMERIC };
    #[rustfmt::skip]
    let cases = [
        ("-Ln",                         table(None, View::NUMERIC)),
        ("-n -L",                       table(None, View::NUMERIC)),
        ("--list --numeric --sort",     table(None, View::NUMERIC)),
        ("-l",                          table(None, named)),
        ("-Ln --nosort",                table(None, View { sort: false, ..View::NUMERIC })),
        ("-LnX --stats",                table(None, View { exact: true, ..columns(Columns::Stats) })),
        ("-Ln --rate --stats",          table(None, columns(Columns::Stats))),
        ("-Ln --thresholds --rate",     table(None, columns(Columns::Rate))),
        ("-Ln --tun-info --persistent-conn", table(None, columns(Columns::Persistent))),
        ("-Ln --tun-info",              table(None, columns(Columns::Tunnel))),
        ("-Ln -t 192.0.2.1:80",         table(Some(tcp("192.0.2.1:80")), View::NUMERIC)),
        ("-Lnc",                        Ok(Operation::List(Listing::Connections { names: false, engine: false }))),
        ("-L -c --persistent-conn",     Ok(Operation::List(Listing::Connections { names: true, engine: true }))),
        ("-L --timeout",                Ok(Operation::List(Listing::Timeouts))),
        ("-L --daemon",                 Ok(Operation::List(Listing::Daemons))),
        ("-S",                          Ok(Operation::Save { names: true })),
        ("-Sn",                         Ok(Operation::Save { names: false })),
        ("-R",                          Ok(Operation::Restore)),
        ("-h",                          Ok(Operation::Help)),
        ("-v",                          Ok(Operation::Version)),
    ];
    for (line, want) in cases {
        assert_eq!(parse(line), want, "{line}");
    }
}

#[test]
fn what_makes_no_sense_is_named() {
    use Flag::*;
    use UsageError::{Conflict, NoCommand, OnePacket, OtherFamily, OutOfPlace, PortZero, Word};
    #[rustfmt::skip]
    let cases = [
        ("-n",                                          NoCommand),
        ("-A -D -t 10.0.0.1:80",                        Conflict(AddService, DeleteService)),
        ("-a -t 10.0.0.1:80 -r 10.0.0.2 -g -m",         Conflict(Gatewaying, Masquerading)),
        ("-A -t 10.0.0.1:80 -u 10.0.0.1:80",            Conflict(TcpService, UdpService)),
        ("-Ln -c --timeout",                            Conflict(Connection, Timeout)),
        ("-Ln --timeout -t 10.0.0.1:80",                Conflict(Timeout, TcpService)),
        ("-Ln --stats -c",                              Conflict(Stats, Connection)),
        ("-L --daemon --rate",                          Conflict(Rate, Daemon)),
        ("-A -t 10.0.0.1:80 -n",                        OutOfPlace(Numeric, AddService)),
        ("-C -t 10.0.0.1:80",                           OutOfPlace(TcpService, Clear)),
        ("-A -t 10.0.0.1:80 -6",                        OutOfPlace(Ipv6, TcpService)),
        ("-Sn --nosort",                                OutOfPlace(NoSort, Save)),
        ("-A -t 10.0.0.1:80 extra",                     Word("extra".to_owned())),
        ("--set 1 2 3 4",                               Word("4".to_owned())),
        ("-A -t 10.0.0.1",                              PortZero),
        ("-A -t 10.0.0.1:80 -o",                        OnePacket),
        ("-a -f 1 -r [2001:db8::1]:80 -g",              OtherFamily),
    ];
    for (line, want) in cases {
        assert_eq!(parse(line), Err(want), "{line}");
    }
    let refused = [
        "-A",
        "-a -t 10.0.0.1:80",
        "-Ln -6",
        "--set 1 2",
        "--set a b c",
        "--set 2678401 1 1",
        "-A -f 0",
        "-A -f -1",
        "-A -f 4294967296",
        "-A -f 0x10",
        "-A -t 12345 -s rr",
        "-A -t 10.0.0.1:99999",
        "-A -t 10.0.0.1:80 -p 0",
        "-A -t 10.0.0.1:80 -p 2678401",
        "-A -t 10.0.0.1:80 -p 3 -M zzz",
        "-A -t [2001:db8::1]:80 -p 3 -M 0",
        "-A -t [2001:db8::1]:80 -p 3 -M 255.0.0.0",
        "-A -t 10.0.0.1:80 -s rr -b sh-port",
        "-A -t 10.0.0.1:80 -s sh -b bogus",
        "-A -t 10.0.0.1:80 -s sixteen-octets-x",
        "-a -f 1 -r 10.0.0.1 -w 2147483648",
        "-a -f 1 -r 10.0.0.1 -w -1",
        "-a -f 1 -r 10.0.0.1 -w 1x",
        "-a -f 1 -r 10.0.0.1 --tun-type gue --tun-port 1",
        "-a -f 1 -r 10.0.0.1 -i --tun-type gue",
        "-a -f 1 -r 10.0.0.1 -i --tun-type gue --tun-port 0",
        "-a -f 1 -r 10.0.0.1 -i --tun-type gre --tun-port 1",
        "-a -f 1 -r 10.0.0.1 -i --tun-type gre --tun-remcsum",
        "-a -f 1 -r 10.0.0.1 -i --tun-csum",
        "-a -f 1 -r 10.0.0.1 -i --tun-nocsum",
        "-a -f 1 -r 10.0.0.1 -i --tun-type bogus",
        "-a -f 1 -r 10.0.0.1 -i --tun-type gue --tun-port 1 --tun-csum --tun-remcsum",
        "--start-daemon foo",
        "--start-daemon master --syncid 256",
        "--start-daemon master --mcast-group 10.0.0.1",
        "--start-daemon master --mcast-port 0",
        "--start-daemon master --mcast-ttl 0",
        "--start-daemon master --sync-maxlen 65508",
        "--stop-daemon foo",
    ];
    for line in refused {
        let error = parse(line).unwrap_err();
        assert!(!error.is_about_words(), "{line}: {error}");
    }
    for line in ["", "-Q", "--bogus", "-A -t", "--start-daemon", "-A -t 10.0.0.1:80 --tcp", "-- -L"] {
        let error = Operation::parse(line.split(' ').filter(|word| !word.is_empty()), &NoNames).unwrap_err();
        assert!(error.is_about_words(), "{line}: {error}");
    }
}

#[test]
fn what_has_no_effect_is_noted() {
    let notes = |line: &str| Operation::parse(line.split(' '), &NoNames).unwrap().notes;
    assert_eq!(notes("-A -t 10.0.0.1:80 -M 255.0.0.0"), [Note::IdleNetmask]);
    let port = Note::Port { given: 8080, becomes: 80 };
    assert_eq!(notes("-a -t 10.0.0.1:80 -r 10.0.0.2:8080 -g"), [port]);
    assert_eq!(notes("-a -t 10.0.0.1:80 -r 10.0.0.2:8080 -m"), []);
}
