//! Probes against real servers: dnsmasq, MariaDB, PostgreSQL.

use core::net::{Ipv4Addr, SocketAddr};
use core::num::NonZeroU8;
use core::time::Duration;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, process, thread};

use healthcheck::{
    ConnectTo, DnsAnswer, DnsFailure, DnsProbe, DnsQuery, DnsType, ExchangeProbe, Failure, MysqlExchange,
    MysqlFailure, MysqlHello, Outcome, PostgresExchange, PostgresFailure, PostgresHello, Probe,
};

const LONG: Duration = Duration::from_secs(20);

/// A server that runs in a folder of its own, and not as root, which databases refuse.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Removed at the end, whatever is in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("healthcheck-{name}-{}", process::id()));
        fs::create_dir(&path).unwrap();
        if is_root() {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

fn command(program: &Path, folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&folder.0).env("HOME", &folder.0);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Where Debian puts a program, ordinary users' path or not.
fn find(program: &str) -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    folders.extend(["/usr/sbin".into(), "/usr/bin".into()]);
    let found = folders.into_iter().map(|folder| folder.join(program)).find(|path| path.exists());
    if found.is_none() {
        println!("skipped: {program} is not installed");
    }
    found
}

fn unused() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

fn start(program: &Path, folder: &Folder, address: SocketAddr, arguments: &[&str]) -> Server {
    let process = command(program, folder, arguments).spawn().unwrap();
    let server = Server { process, address };
    let up = (0..400).any(|_| {
        thread::sleep(Duration::from_millis(50));
        TcpStream::connect(address).is_ok()
    });
    assert!(up, "{program:?} listens within 20 s");
    server
}

fn run(probe: &dyn Probe) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(probe.probe()).outcome
}

fn dns(address: SocketAddr, name: &str, record: DnsType) -> DnsProbe {
    let connect = ConnectTo { timeout: LONG, ..ConnectTo::new(address) };
    DnsProbe::new(connect, DnsQuery::new(name, record).unwrap(), 1)
}

fn dns_failed(failure: DnsFailure) -> Outcome {
    Outcome::Failure(Failure::Dns(failure))
}

#[test]
fn dnsmasq_answers_every_type_of_question() {
    let Some(program) = find("dnsmasq") else { return };
    let folder = Folder::new("dnsmasq");
    let address = unused();
    let port = format!("--port={}", address.port());
    #[rustfmt::skip]
    let dnsmasq = start(&program, &folder, address, &[
        "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=",
        "--user=", "--listen-address=127.0.0.1", "--bind-interfaces", &port,
        "--host-record=www.example,192.0.2.1,2001:db8::1", "--cname=alias.example,www.example",
        "--mx-host=example,mail.example,10", "--txt-record=example,hello world",
        "--srv-host=_http._tcp.example,www.example,80,1,2",
        "--auth-server=ns.example,127.0.0.2", "--local=/example/",
        // RDATA of a key that nobody uses.
        "--dns-rr=example,48,01:01:03:0d:aa", "--dns-rr=example,46,00:30:0d:01",
    ]);
    let address = dnsmasq.address;
    #[rustfmt::skip]
    let data = [
        ("www.example",   DnsType::A,      "192.0.2.1"),
        ("WWW.Example.",  DnsType::Aaaa,   "2001:db8::1"),
        ("alias.example", DnsType::Cname,  "www.example."),
        ("alias.example", DnsType::A,      "192.0.2.1"),
        ("example",       DnsType::Mx,     "10 mail.example"),
        ("example",       DnsType::Txt,    "hello world"),
        ("_http._tcp.example", DnsType::Other(33), "1 2 80 www.example"),
        // RFC 1035 §3.2.2: the number of A.
        ("www.example",   DnsType::Other(1), "192.0.2.1"),
        ("example",       DnsType::Dnskey, "AQEDDao="),
        ("example",       DnsType::Rrsig,  "ADANAQ=="),
    ];
    for (name, record, data) in data {
        assert_eq!(run(&dns(address, name, record)), Outcome::Success, "{name} {record:?}");
        let wanted = dns(address, name, record).with_answer(DnsAnswer::Is(data.to_owned()));
        assert_eq!(run(&wanted), Outcome::Success, "{name} {record:?}");
        let other = dns(address, name, record).with_answer(DnsAnswer::Is("other".to_owned()));
        assert_eq!(run(&other), dns_failed(DnsFailure::OtherData), "{name} {record:?}");
    }
    // It knows the name, but nothing of the kind.
    for record in [DnsType::Ns, DnsType::Soa] {
        assert_eq!(run(&dns(address, "www.example", record)), Outcome::Success);
        let some = dns(address, "www.example", record).with_answer(DnsAnswer::Some);
        assert_eq!(run(&some), dns_failed(DnsFailure::NoRecord));
    }
    assert_eq!(run(&dns(address, "no.example", DnsType::A)), dns_failed(DnsFailure::Code(3)));
    assert_eq!(run(&dns(address, "elsewhere.test", DnsType::A)), dns_failed(DnsFailure::Code(5)));
}

#[test]
fn a_lost_question_is_asked_again_within_the_time_out() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    let server = thread::spawn(move || {
        let mut buffer = [0; 512];
        let first = socket.recv(&mut buffer).map(|length| buffer[..length].to_vec()).unwrap();
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        assert_eq!(buffer[..length], first, "the same question, the same identifier");
        buffer[2] |= 0x80;
        socket.send_to(&buffer[..length], from).unwrap();
    });
    let connect = ConnectTo { timeout: Duration::from_secs(2), ..ConnectTo::new(address) };
    let probe = DnsProbe::new(connect, DnsQuery::new(".", DnsType::Soa).unwrap(), 1);
    assert_eq!(run(&probe.with_tries(NonZeroU8::new(4).unwrap())), Outcome::Success);
    server.join().unwrap();
}

#[test]
fn mariadb_greets_and_lets_an_account_in() {
    // The last one is what the first one asks for its settings.
    let (Some(install), Some(program), Some(_)) =
        (find("mariadb-install-db"), find("mariadbd"), find("my_print_defaults"))
    else {
        return;
    };
    let folder = Folder::new("mariadb");
    let data = format!("--datadir={}/data", folder.0.display());
    let installed = ["--no-defaults", &data, "--auth-root-authentication-method=normal", "--skip-test-db"];
    assert!(command(&install, &folder, &installed).status().unwrap().success());
    let address = unused();
    let port = format!("--port={}", address.port());
    let socket = format!("--socket={}/socket", folder.0.display());
    #[rustfmt::skip]
    let mariadb = start(&program, &folder, address, &[
        "--no-defaults", &data, &port, &socket, "--bind-address=127.0.0.1", "--skip-name-resolve",
        "--innodb-flush-log-at-trx-commit=0", "--max-connections=10",
    ]);
    let probe = |user: Option<&str>| ExchangeProbe {
        connect: ConnectTo::new(mariadb.address),
        exchange: MysqlExchange::new(&MysqlHello { user: user.map(str::to_owned) }),
        deadline: LONG,
    };
    assert_eq!(run(&probe(None)), Outcome::Success);
    // More than there may be connections: each of them is given back.
    for _ in 0..30 {
        assert_eq!(run(&probe(Some("root"))), Outcome::Success);
    }
    let denied = Outcome::Failure(Failure::Mysql(MysqlFailure::AccessDenied));
    assert_eq!(run(&probe(Some("stranger"))), denied);
}

#[test]
fn postgresql_is_told_from_one_that_recovers() {
    let (Some(install), Some(program)) = (find("initdb"), find("postgres")) else { return };
    let folder = Folder::new("postgresql");
    let data = folder.0.join("data").display().to_string();
    let installed = ["-D", &data, "-U", "keeper", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"];
    assert!(command(&install, &folder, &installed).status().unwrap().success());
    let address = unused();
    let port = address.port().to_string();
    let run_with = |setting: &str| {
        #[rustfmt::skip]
        let arguments = [
            "-D", &data, "-p", &port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            "-c", "fsync=off", "-c", setting,
        ];
        start(&program, &folder, address, &arguments)
    };
    let probe = |hello| ExchangeProbe {
        connect: ConnectTo::new(address),
        exchange: PostgresExchange::new(&hello),
        deadline: LONG,
    };
    let startup = |user: &str, database: Option<&str>| {
        probe(PostgresHello::Startup { user: user.to_owned(), database: database.map(str::to_owned) })
    };
    let failed = |failure| Outcome::Failure(Failure::Postgres(failure));

    let server = run_with("log_connections=on");
    let recovered = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(50));
        run(&startup("keeper", Some("postgres"))) != failed(PostgresFailure::NotNow)
    });
    assert!(recovered, "PostgreSQL serves within 10 s");
    assert_eq!(run(&probe(PostgresHello::SslRequest)), Outcome::Success);
    assert_eq!(run(&startup("keeper", Some("postgres"))), Outcome::Success);
    // `trust` says yes before it looks for role and database.
    let no_role = failed(PostgresFailure::Server(*b"28000"));
    assert_eq!(run(&startup("stranger", None)), no_role);
    let no_database = failed(PostgresFailure::Server(*b"3D000"));
    assert_eq!(run(&startup("keeper", None)), no_database);
    drop(server);

    // A standby that admits nobody is what a server that starts up looks like, only for longer.
    let _ = fs::remove_file(Path::new(&data).join("postmaster.pid"));
    fs::write(Path::new(&data).join("standby.signal"), "").unwrap();
    let standby = run_with("hot_standby=off");
    assert_eq!(run(&startup("keeper", Some("postgres"))), failed(PostgresFailure::NotNow));
    assert_eq!(run(&probe(PostgresHello::SslRequest)), Outcome::Success);
    drop(standby);
}
