//! The scheduler's own way of carrying dialogues, against real sockets: it must find out what each probe alone finds
//! out, whatever the server does.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;

use async_trait::async_trait;
use healthcheck::{
    AgentExchange, Checker, Close, Config, ConnectTo, Entry, Exchange, ExchangeProbe, Expected, Failure,
    HttpExpect, HttpFailure, HttpProbe, HttpRequest, HttpVersion, LocalProblem, NetworkError, Outcome,
    OverTcp, Phase, PingProbe, Policy, Probe, ProbeReport, RedisExchange, Scheduled, Scheduler,
    SendExpectExchange, SendExpectFailure, SendExpectScript, SendExpectStep, Sequence, SmtpDialogue,
    SmtpExchange, SmtpFailure, SmtpReplies, SmtpRequest, SmtpStep, TcpProbe, UdpExpect, UdpProbe,
};

const SHORT: Duration = Duration::from_millis(300);
/// Enough for a few octets to arrive, however busy the machine is.
const WHILE: Duration = Duration::from_secs(2);
/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(60);

/// Printed by `head -c 4194304 /dev/zero | md5sum`.
const MD5_OF_ZEROS: [u8; 16] = 0xb5cf_a9d6_c8fe_bd61_8f91_ac28_43d5_0a1c_u128.to_be_bytes();
const ZEROS: usize = 4 << 20;

/// More than the kernel keeps for a server that does not read.
const MUCH: usize = 8 << 20;

/// A listener whose connections take little that nobody reads.
fn listener(backlog: i32) -> (TcpListener, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    socket.listen(backlog).unwrap();
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Serves every connection in its own thread until the test ends. Whoever is hung up on is done.
fn serve(manner: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> SocketAddr {
    let (listener, address) = listener(64);
    let manner = Arc::new(manner);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let manner = Arc::clone(&manner);
            thread::spawn(move || manner(stream.unwrap()));
        }
    });
    address
}

/// Hears a request, says `reply`, and ends its side.
fn replies(reply: impl Into<Vec<u8>>) -> SocketAddr {
    let reply = reply.into();
    serve(move |mut stream| {
        hear_request(&mut stream)?;
        stream.write_all(&reply)?;
        stream.shutdown(Shutdown::Write)?;
        hold(stream)
    })
}

/// Hears a request, says `reply`, and holds the connection.
fn says(reply: &'static str) -> SocketAddr {
    serve(move |mut stream| {
        hear_request(&mut stream)?;
        stream.write_all(reply.as_bytes())?;
        hold(stream)
    })
}

fn hear_request(stream: &mut TcpStream) -> io::Result<()> {
    let mut end = [0; 4];
    while end != *b"\r\n\r\n" {
        let mut octet = [0];
        stream.read_exact(&mut octet)?;
        end = [end[1], end[2], end[3], octet[0]];
    }
    Ok(())
}

/// Until the probe hangs up.
fn hold(mut stream: TcpStream) -> io::Result<()> {
    while stream.read(&mut [0; 65536])? > 0 {}
    Ok(())
}

fn reset(stream: TcpStream) -> io::Result<()> {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))
}

/// Says the first words, then the others for ever.
fn floods(first: &'static [u8], rest: &'static [u8]) -> SocketAddr {
    serve(move |mut stream| {
        stream.write_all(first)?;
        let rest = rest.repeat(65536 / rest.len());
        loop {
            stream.write_all(&rest)?;
        }
    })
}

/// Takes turns: says, then hears.
fn talks(turns: &'static [(&'static str, &'static str)]) -> SocketAddr {
    serve(move |mut stream| {
        for (say, hear) in turns {
            stream.write_all(say.as_bytes())?;
            let mut heard = vec![0; hear.len()];
            stream.read_exact(&mut heard)?;
            assert_eq!(String::from_utf8_lossy(&heard), *hear);
        }
        hold(stream)
    })
}

fn unused() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

fn http(address: SocketAddr) -> HttpProbe {
    HttpProbe {
        connect: ConnectTo::new(address),
        request: HttpRequest::new(HttpVersion::Http11, "/", None, address).unwrap(),
        expect: HttpExpect::default(),
        deadline: LONG,
    }
}

fn dialogue<E: Exchange>(address: SocketAddr, exchange: E) -> ExchangeProbe<E> {
    ExchangeProbe { connect: ConnectTo::new(address), exchange, deadline: LONG }
}

fn smtp(address: SocketAddr, dialogue_: SmtpDialogue) -> ExchangeProbe<SmtpExchange> {
    let request = SmtpRequest::new(dialogue_, SmtpReplies::Rfc5321, "probe").unwrap();
    dialogue(address, SmtpExchange::new(request))
}

/// Sends so much that it does not go out at once, and expects `ok`.
fn sends_much(address: SocketAddr) -> ExchangeProbe<SendExpectExchange> {
    script(address, vec![b'x'; MUCH], Expected::Octets(b"ok".to_vec()))
}

fn script(address: SocketAddr, send: Vec<u8>, expect: Expected) -> ExchangeProbe<SendExpectExchange> {
    let script = SendExpectScript::new(vec![SendExpectStep { send, expect }]).unwrap();
    dialogue(address, SendExpectExchange::new(script))
}

/// A probe that nobody may make as a future.
struct Watched(Arc<dyn Probe>);

#[async_trait]
impl Probe for Watched {
    async fn probe(&self) -> ProbeReport {
        panic!("made as a future")
    }

    fn over_tcp(&self) -> Option<OverTcp<'_>> {
        self.0.over_tcp()
    }
}

fn entry(probe: &Arc<dyn Probe>) -> Entry {
    let policy = Policy::keepalived(LONG, 1, LONG);
    let checker = Checker::new(Config::keepalived(policy, false, Sequence::Single));
    Entry::new(checker, Watched(Arc::clone(probe)))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Makes each probe once on one scheduler.
async fn scheduled(probes: &[Arc<dyn Probe>]) -> Vec<ProbeReport> {
    let mut scheduler = Scheduler::new();
    for (number, probe) in probes.iter().enumerate() {
        scheduler.insert(number, entry(probe));
    }
    let mut reports = vec![None; probes.len()];
    while reports.iter().any(Option::is_none) {
        let event = scheduler.next().await;
        if let Scheduled::Probed { report, .. } = event.what {
            *reports.get_mut(event.key).unwrap() = Some(report);
        }
    }
    assert_eq!((scheduler.in_flight(), scheduler.waiting()), (0, 0));
    reports.into_iter().flatten().collect()
}

/// Makes each probe as the future that it is, all of them at once.
async fn alone(probes: &[Arc<dyn Probe>]) -> Vec<ProbeReport> {
    let start = |probe: &Arc<dyn Probe>| {
        let probe = Arc::clone(probe);
        tokio::spawn(async move { probe.probe().await })
    };
    let tasks: Vec<_> = probes.iter().map(start).collect();
    let mut reports = Vec::new();
    for task in tasks {
        reports.push(task.await.unwrap());
    }
    reports
}

/// What both ways have to have in common besides the outcome. How much of a body without end was read depends on
/// how it was cut.
fn learned(report: &ProbeReport) -> impl PartialEq + core::fmt::Debug + use<> {
    let http = report.http.map(|http| (http.status, http.content_length, http.digest));
    (report.connect.is_some(), report.first_octet.is_some(), http, report.tls, report.weight)
}

type Case = (&'static str, Arc<dyn Probe>, Outcome);

fn case(name: &'static str, probe: impl Probe + 'static, want: Outcome) -> Case {
    (name, Arc::new(probe), want)
}

const fn timed_out(phase: Phase) -> Outcome {
    Outcome::Failure(Failure::TimedOut { phase })
}

const fn network(phase: Phase, reason: NetworkError) -> Outcome {
    Outcome::Failure(Failure::Network { phase, reason })
}

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const CUT: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe";

/// Servers that answer, more or less.
fn pages() -> Vec<Case> {
    let ok = Outcome::Success;
    let failed = |failure| Outcome::Failure(Failure::Http(failure));
    let page = |reply: &str| http(replies(reply));
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let mut zeros = format!("HTTP/1.1 200 OK\r\nContent-Length: {ZEROS}\r\n\r\n").into_bytes();
    zeros.resize(zeros.len() + ZEROS, 0);
    let digest = |digest| HttpExpect { digest: Some(digest), ..HttpExpect::default() };
    let piecemeal = serve(|mut stream| {
        hear_request(&mut stream)?;
        stream.set_nodelay(true)?;
        for octet in HELLO.as_bytes() {
            stream.write_all(&[*octet])?;
            thread::sleep(Duration::from_millis(1));
        }
        hold(stream)
    });
    let early = serve(|mut stream| {
        stream.write_all(HELLO.as_bytes())?;
        hear_request(&mut stream)?;
        hold(stream)
    });
    let got = 0x5d41_402a_bc4b_2a76_b971_9d91_1017_c592_u128.to_be_bytes();
    vec![
        case("a page", page(HELLO), ok),
        case("a page, connection held", http(says(HELLO)), ok),
        case("a page in chunks", page(chunked), ok),
        case("a page to the end of the stream", page("HTTP/1.0 200 OK\r\n\r\nhello"), ok),
        case("more than the page", page(&format!("{HELLO}{HELLO}")), ok),
        case("a page octet by octet", http(piecemeal), ok),
        case("a page before it is asked for", http(early), ok),
        case("a page cut short", page(CUT), ok),
        case(
            "a large page with its digest",
            HttpProbe { expect: digest(MD5_OF_ZEROS), ..http(replies(zeros)) },
            ok,
        ),
        case(
            "another digest",
            HttpProbe { expect: digest([0; 16]), ..page(HELLO) },
            failed(HttpFailure::Digest { got }),
        ),
        case("another status", page("HTTP/1.1 503 Busy\r\n\r\n"), failed(HttpFailure::Status(503))),
        case("no HTTP", page("220 mail\r\n\r\n"), failed(HttpFailure::StatusLine)),
        case("nothing", page(""), failed(HttpFailure::Empty)),
        case("half a head", page("HTTP/1.1 200 OK\r\n"), failed(HttpFailure::HeadTruncated)),
    ]
}

/// Servers that do not.
fn broken() -> Vec<Case> {
    let failed = |failure| Outcome::Failure(Failure::Http(failure));
    let hasty = |probe: HttpProbe| HttpProbe { deadline: SHORT, ..probe };
    let silent = serve(hold);
    let deaf = serve(|stream| {
        stream.shutdown(Shutdown::Write)?;
        hold(stream)
    });
    let resets = serve(|mut stream| {
        hear_request(&mut stream)?;
        reset(stream)
    });
    let resets_later = serve(|mut stream| {
        hear_request(&mut stream)?;
        stream.write_all(CUT.as_bytes())?;
        // What comes before a reset is heard first.
        thread::sleep(SHORT / 6);
        reset(stream)
    });
    let drips = serve(|mut stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        loop {
            stream.write_all(b"x")?;
            thread::sleep(SHORT / 20);
        }
    });
    let short = HttpExpect { digest: Some([0; 16]), max_body: 1 << 20, ..HttpExpect::default() };
    let mut patience = http(says(CUT));
    patience.connect.patience = Some(WHILE);
    let mut deadline = HttpProbe { deadline: WHILE, ..http(says(CUT)) };
    deadline.connect.patience = Some(LONG);
    vec![
        case("silence", hasty(http(silent)), timed_out(Phase::Receive)),
        case("silence in the middle, by the deadline", deadline, timed_out(Phase::Receive)),
        case("silence in the middle, by patience", patience, timed_out(Phase::Receive)),
        case(
            "an octet now and then",
            HttpProbe { deadline: WHILE, ..http(drips) },
            timed_out(Phase::Receive),
        ),
        case("an end without a word", http(deaf), failed(HttpFailure::Empty)),
        case("a reset without a word", http(resets), network(Phase::Receive, NetworkError::Reset)),
        case("a reset in the body", http(resets_later), network(Phase::Receive, NetworkError::Reset)),
        case(
            "endless headers",
            http(floods(b"HTTP/1.1 200 OK\r\n", b"X-Header: and another one\r\n")),
            failed(HttpFailure::HeadTooLong),
        ),
        case(
            "an endless body",
            HttpProbe { expect: short, ..http(floods(b"HTTP/1.1 200 OK\r\n\r\n", b"x")) },
            failed(HttpFailure::BodyTooLong),
        ),
    ]
}

/// Hosts that cannot be reached.
fn unreachable(full: SocketAddr) -> Vec<Case> {
    let refused = network(Phase::Connect, NetworkError::Refused);
    let mut elsewhere = http(unused());
    elsewhere.connect.source = Some([192, 0, 2, 1].into());
    let mut impatient = http(full);
    impatient.connect.timeout = SHORT;
    vec![
        case("nobody listens", http(unused()), refused),
        // EADDRNOTAVAIL.
        case("from another's address", elsewhere, Outcome::NotProbed(LocalProblem::Bind(Some(99)))),
        case("a full backlog, by the time-out", impatient, timed_out(Phase::Connect)),
        case(
            "a full backlog, by the deadline",
            HttpProbe { deadline: SHORT, ..http(full) },
            timed_out(Phase::Connect),
        ),
    ]
}

/// Dialogues of several turns, of which the server may have the first.
fn turns() -> Vec<Case> {
    let ok = Outcome::Success;
    let failed = |failure| Outcome::Failure(Failure::Smtp(failure));
    let mail: &[_] = &[("220 a\r\n", "HELO probe\r\n"), ("250 b\r\n", "QUIT\r\n"), ("221 c\r\n", "")];
    let secure: &[_] =
        &[("220 a\r\n", "EHLO probe\r\n"), ("250-b\r\n250 STARTTLS\r\n", "STARTTLS\r\n"), ("220 c\r\n", "")];
    let closes = serve(|stream| {
        stream.shutdown(Shutdown::Write)?;
        hold(stream)
    });
    let slow = serve(|mut stream| {
        thread::sleep(SHORT / 6);
        stream.write_all(b"220 a\r\n")?;
        hear_line(&mut stream)?;
        thread::sleep(SHORT / 6);
        stream.write_all(b"250 b\r\n")?;
        hear_line(&mut stream)?;
        stream.write_all(b"221 c\r\n")?;
        hold(stream)
    });
    let silent = ExchangeProbe { deadline: SHORT, ..smtp(serve(hold), SmtpDialogue::Helo) };
    let no_tls = Outcome::NotProbed(LocalProblem::NoTls);
    let closed = failed(SmtpFailure::Closed { step: SmtpStep::Banner });
    let mismatch = Outcome::Failure(Failure::SendExpect(SendExpectFailure::Mismatch { step: 0 }));
    vec![
        case("mail", smtp(talks(mail), SmtpDialogue::Helo), ok),
        case("mail, slowly", smtp(slow, SmtpDialogue::Helo), ok),
        case("mail that wants TLS", smtp(talks(secure), SmtpDialogue::StartTls), no_tls),
        case("mail without a banner", silent, timed_out(Phase::Receive)),
        case("mail that closes", smtp(closes, SmtpDialogue::Helo), closed),
        case(
            "nobody listens for mail",
            smtp(unused(), SmtpDialogue::Helo),
            network(Phase::Connect, NetworkError::Refused),
        ),
        case(
            "an agent",
            dialogue(talks(&[("", "web1\n"), ("up 50%\n", "")]), AgentExchange::new(b"web1\n")),
            ok,
        ),
        case(
            "Redis",
            dialogue(talks(&[("", "*1\r\n$4\r\nPING\r\n"), ("+PONG\r\n", "")]), RedisExchange::new(None)),
            ok,
        ),
        case("an end that is expected", script(replies(""), b"\r\n\r\n".to_vec(), Expected::Close), ok),
        case(
            "other words",
            script(replies("no"), b"\r\n\r\n".to_vec(), Expected::Octets(b"ok".to_vec())),
            mismatch,
        ),
    ]
}

fn hear_line(stream: &mut TcpStream) -> io::Result<()> {
    let mut octet = [0];
    while octet != [b'\n'] {
        stream.read_exact(&mut octet)?;
    }
    Ok(())
}

/// More to send than goes out at once.
fn long_requests() -> Vec<Case> {
    let ok = Outcome::Success;
    let hears = serve(|mut stream| {
        thread::sleep(SHORT / 6);
        io::copy(&mut (&stream).take(MUCH as u64), &mut io::sink())?;
        stream.write_all(b"ok")?;
        hold(stream)
    });
    let early = serve(|mut stream| {
        stream.write_all(b"ok")?;
        thread::sleep(SHORT / 6);
        hold(stream)
    });
    let deaf = serve(|stream| {
        thread::sleep(LONG);
        drop(stream);
        Ok(())
    });
    let resets = serve(|mut stream| {
        stream.read_exact(&mut [0; 10])?;
        thread::sleep(SHORT / 6);
        reset(stream)
    });
    vec![
        case("a long request", sends_much(hears), ok),
        case("an answer before the request is whole", sends_much(early), ok),
        case(
            "a request that nobody reads",
            ExchangeProbe { deadline: SHORT, ..sends_much(deaf) },
            timed_out(Phase::Send),
        ),
        case("a reset in the request", sends_much(resets), network(Phase::Send, NetworkError::Reset)),
    ]
}

#[test]
fn the_scheduler_finds_out_what_every_dialogue_alone_does() {
    let (full, full_address) = listener(0);
    let fill = (0..3).map_while(|_| TcpStream::connect_timeout(&full_address, SHORT).ok());
    let _held: Vec<_> = fill.collect();
    let cases = [pages(), broken(), unreachable(full_address), turns(), long_requests()].concat();
    let probes: Vec<_> = cases.iter().map(|(_, probe, _)| Arc::clone(probe)).collect();
    let (alone, scheduled) = block_on(async { tokio::join!(alone(&probes), scheduled(&probes)) });
    drop(full);
    for ((name, _, want), (alone, scheduled)) in cases.iter().zip(alone.iter().zip(&scheduled)) {
        assert_eq!(alone.outcome, *want, "{name}, alone");
        assert_eq!(scheduled.outcome, *want, "{name}, scheduled");
        assert!(learned(alone) == learned(scheduled), "{name}: {alone:?} {scheduled:?}");
        let times = [scheduled.connect, scheduled.first_octet, Some(scheduled.total)];
        assert!(times.iter().flatten().is_sorted(), "{name}: {times:?}");
    }
}

#[test]
fn a_dialogue_with_itself_is_refused() {
    let own_port = |mut connect: ConnectTo| {
        (connect.source, connect.source_port) = (Some(connect.address.ip()), connect.address.port());
        connect
    };
    // One that would speak first, and one that would not.
    let (page, mail) = (http(unused()), smtp(unused(), SmtpDialogue::Helo));
    let probes: [Arc<dyn Probe>; 2] = [
        Arc::new(HttpProbe { connect: own_port(page.connect.clone()), ..page }),
        Arc::new(ExchangeProbe { connect: own_port(mail.connect.clone()), ..mail }),
    ];
    // One after the other: there is one such connection only.
    let (alone, scheduled) = block_on(async { (alone(&probes).await, scheduled(&probes).await) });
    for report in alone.iter().chain(&scheduled) {
        assert_eq!((report.outcome, report.connect), (network(Phase::Connect, NetworkError::Refused), None));
    }
}

/// Drives the scheduler, which has nothing to tell, until the server does.
async fn word(scheduler: &mut Scheduler<()>, said: &mpsc::Receiver<&'static str>) -> &'static str {
    loop {
        match said.try_recv() {
            Ok(word) => return word,
            Err(_) => assert!(tokio::time::timeout(SHORT / 20, scheduler.next()).await.is_err()),
        }
    }
}

#[test]
fn what_is_removed_or_exchanged_hangs_up() {
    let (said, heard) = mpsc::channel();
    let address = serve(move |mut stream| {
        hear_request(&mut stream)?;
        said.send("asked").unwrap();
        let ended = stream.read(&mut [0])?;
        said.send(if ended == 0 { "hung up" } else { "went on" }).unwrap();
        Ok(())
    });
    block_on(async {
        let probe: Arc<dyn Probe> = Arc::new(http(address));
        let mut scheduler = Scheduler::new();
        scheduler.insert((), entry(&probe));
        assert_eq!((word(&mut scheduler, &heard).await, scheduler.in_flight()), ("asked", 1));
        scheduler.replace(&(), entry(&probe)).unwrap();
        assert_eq!((heard.recv(), scheduler.in_flight()), (Ok("hung up"), 0));
        assert_eq!((word(&mut scheduler, &heard).await, scheduler.in_flight()), ("asked", 1));
        assert!(scheduler.remove(&()).is_some_and(|checker| checker.is_probing()));
        assert_eq!((heard.recv(), scheduler.in_flight()), (Ok("hung up"), 0));
        scheduler.insert((), entry(&probe));
        assert_eq!(word(&mut scheduler, &heard).await, "asked");
        drop(scheduler);
        assert_eq!(heard.recv(), Ok("hung up"));
    });
}

#[test]
fn a_flood_keeps_nobody_waiting() {
    // To hash takes longer than to send, so there is always more to read.
    let (digest, sha256) = (Some([0; 16]), Some([0; 32]));
    let endless = HttpExpect { digest, sha256, max_body: u64::MAX, ..HttpExpect::default() };
    let flood = http(floods(b"HTTP/1.1 200 OK\r\n\r\n", b"x"));
    let flood: Arc<dyn Probe> = Arc::new(HttpProbe { expect: endless, ..flood });
    let page: Arc<dyn Probe> = Arc::new(http(replies(HELLO)));
    block_on(async {
        let mut scheduler = Scheduler::new();
        for number in 0..4 {
            scheduler.insert(number, entry(&flood));
        }
        assert!(tokio::time::timeout(SHORT / 3, scheduler.next()).await.is_err());
        for number in 4..24 {
            scheduler.insert(number, entry(&page));
        }
        let mut pages = 0;
        while pages < 20 {
            let event = scheduler.next().await;
            let Scheduled::Probed { report, .. } = event.what else { continue };
            assert!(event.key >= 4 && report.outcome.is_success(), "{event:?}");
            pages += 1;
        }
        assert_eq!(scheduler.in_flight(), 4);
    });
}

#[test]
fn what_arrived_while_nobody_looked_counts() {
    const CHECKS: usize = 150;
    let (listener, address) = listener(512);
    let page: Arc<dyn Probe> = Arc::new(HttpProbe { deadline: WHILE, ..http(address) });
    block_on(async {
        let mut scheduler = Scheduler::new();
        for number in 0..CHECKS {
            scheduler.insert(number, entry(&page));
        }
        while scheduler.in_flight() < CHECKS {
            assert!(tokio::time::timeout(SHORT / 20, scheduler.next()).await.is_err());
        }
        let answer = |_| {
            let mut stream = listener.accept().unwrap().0;
            stream.write_all(HELLO.as_bytes()).unwrap();
            stream
        };
        let _held: Vec<_> = (0..CHECKS).map(answer).collect();
        // Whoever awaits the scheduler has something else to do until all deadlines are over.
        thread::sleep(WHILE);
        let mut answered = 0;
        while answered < CHECKS {
            let Scheduled::Probed { report, .. } = scheduler.next().await.what else { continue };
            assert_eq!(report.outcome, Outcome::Success);
            answered += 1;
        }
    });
}

#[test]
fn only_plain_tcp_is_done_by_the_scheduler_itself() {
    let address = unused();
    let connect = ConnectTo::new(address);
    let plain: [Box<dyn Probe>; 3] = [
        Box::new(http(address)),
        Box::new(dialogue(address, RedisExchange::new(None))),
        Box::new(TcpProbe { connect: connect.clone(), close: Close::Reset }),
    ];
    for probe in plain {
        let over = format!("{:?}", probe.over_tcp().unwrap());
        assert!(over.contains(&address.to_string()), "{over}");
    }
    let udp = UdpProbe { connect: connect.clone(), payload: vec![0], expect: UdpExpect::NoError };
    let others: [Box<dyn Probe>; 2] = [Box::new(udp), Box::new(PingProbe::new(connect, 1))];
    assert!(others.iter().all(|probe| probe.over_tcp().is_none()));
}
