//! Any dialogue over real sockets on the loopback interface.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use healthcheck::{
    Agent, AgentExchange, AgentProbe, AgentState, Checker, Close, Config, ConnectTo, Entry, Exchange,
    ExchangeProbe, Expected, Failure, LocalProblem, NetworkError, Outcome, Phase, Policy, Probe, ProbeReport,
    RedisExchange, Scheduled, Scheduler, SendExpectExchange, SendExpectScript, SendExpectStep, Sequence,
    SmtpDialogue, SmtpExchange, SmtpReplies, SmtpRequest, Step,
};

/// A server for one connection.
fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> (SocketAddr, thread::JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    (address, thread::spawn(move || serve(listener.accept().unwrap().0)))
}

/// Says and hears by turns, and holds the connection until the probe closes it.
fn talks(turns: &'static [(&'static str, &'static str)]) -> impl FnOnce(TcpStream) + Send + 'static {
    move |mut stream| {
        for (say, hear) in turns {
            stream.write_all(say.as_bytes()).unwrap();
            let mut heard = vec![0; hear.len()];
            stream.read_exact(&mut heard).unwrap();
            assert_eq!(String::from_utf8(heard).unwrap(), *hear);
        }
        // Whether by FIN or by a reset, it ends.
        let _ = stream.read(&mut [0]);
    }
}

fn run<E: Exchange + Clone + Send + Sync>(
    address: SocketAddr,
    exchange: E,
    deadline: Duration,
) -> (ProbeReport, E) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let probe = ExchangeProbe { connect: ConnectTo::new(address), exchange, deadline };
    runtime.block_on(probe.run())
}

fn smtp(dialogue: SmtpDialogue) -> SmtpExchange {
    SmtpExchange::new(SmtpRequest::new(dialogue, SmtpReplies::Rfc5321, "probe").unwrap())
}

const LONG: Duration = Duration::from_secs(5);

#[test]
fn a_conversation_takes_its_turns() {
    let turns = &[("220 a\r\n", "HELO probe\r\n"), ("250 b\r\n", "QUIT\r\n"), ("221 c\r\n", "")];
    let (address, server) = server(talks(turns));
    let (report, exchange) = run(address, smtp(SmtpDialogue::Helo), LONG);
    assert_eq!(report.outcome, Outcome::Success);
    assert!(report.connect.is_some_and(|connect| connect <= report.total));
    assert_eq!(exchange.reply(), "221 c");
    server.join().unwrap();
}

#[test]
fn a_dialogue_that_wants_tls_says_nothing_about_the_server() {
    let turns =
        &[("220 a\r\n", "EHLO probe\r\n"), ("250-b\r\n250 STARTTLS\r\n", "STARTTLS\r\n"), ("220 c\r\n", "")];
    let (address, server) = server(talks(turns));
    let (report, _) = run(address, smtp(SmtpDialogue::StartTls), LONG);
    assert_eq!(report.outcome, Outcome::NotProbed(LocalProblem::NoTls));
    server.join().unwrap();
}

#[test]
fn an_agent_s_word_comes_back_with_the_report() {
    let (address, server) = server(talks(&[("", "web1\n"), ("drain 50% #backup\n", "")]));
    let (report, exchange) = run(address, AgentExchange::new(b"web1\n"), LONG);
    assert_eq!(report.outcome, Outcome::Success);
    let reply = exchange.reply().unwrap();
    assert_eq!((reply.agent().state, reply.text.as_str()), (AgentState::Drain, "backup"));
    server.join().unwrap();
}

#[test]
fn what_an_agent_leaves_out_stays_as_it_was() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let connect = ConnectTo::new(listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        for line in ["drain #backup\n", "50%\n", "hello\n", "ready\n"] {
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0; 5]).unwrap();
            stream.write_all(line.as_bytes()).unwrap();
        }
    });
    let agent = AgentProbe::new(connect, b"web1\n", LONG);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let said: Vec<_> = (0..4).map(|_| runtime.block_on(agent.probe())).map(|it| it.agent).collect();
    let word = |state, percent| Some(Agent { state, percent });
    let (drain, ready) = (AgentState::Drain, AgentState::Ready);
    // One that is not understood says nothing new, and nothing is forgotten for it.
    assert_eq!(said, [word(drain, None), word(drain, Some(50)), None, word(ready, Some(50))]);
    server.join().unwrap();
}

/// Who makes a probe.
#[derive(Clone, Copy, Debug)]
enum Way {
    Alone,
    Scheduled,
}

fn probe_by(way: Way, probe: impl Probe + 'static) -> ProbeReport {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match way {
            Way::Alone => probe.probe().await,
            Way::Scheduled => {
                let config = Config::keepalived(Policy::default(), false, Sequence::Single);
                let mut scheduler = Scheduler::new();
                scheduler.insert((), Entry::new(Checker::new(config), probe));
                loop {
                    if let Scheduled::Probed { report, .. } = scheduler.next().await.what {
                        return report;
                    }
                }
            }
        }
    })
}

#[test]
fn a_dialogue_ends_as_it_is_told_to() {
    let (alone, scheduled) = (Way::Alone, Way::Scheduled);
    let cases =
        [Close::Graceful, Close::Reset].into_iter().flat_map(|close| [(close, alone), (close, scheduled)]);
    for (close, way) in cases {
        let (tell, told) = mpsc::channel();
        let (address, server) = server(move |mut stream| {
            stream.write_all(b"up\n").unwrap();
            tell.send(stream.read(&mut [0]).map_err(|error| error.kind())).unwrap();
        });
        let connect = ConnectTo { close, ..ConnectTo::new(address) };
        let probe = ExchangeProbe { connect, exchange: AgentExchange::new(b""), deadline: LONG };
        assert_eq!(probe_by(way, probe).outcome, Outcome::Success);
        let end = told.recv().unwrap();
        match close {
            Close::Graceful => assert_eq!(end, Ok(0), "{way:?}"),
            Close::Reset => assert_eq!(end, Err(ErrorKind::ConnectionReset), "{way:?}"),
        }
        server.join().unwrap();
    }
}

/// A dialogue that never has enough.
#[derive(Clone)]
struct Insatiable;

impl Exchange for Insatiable {
    fn to_send(&self) -> &[u8] {
        &[]
    }

    fn sent(&mut self, _: usize) {}

    fn received(&mut self, _: &[u8]) -> Step {
        Step::Continue
    }

    fn closed(&mut self) -> Step {
        Step::Continue
    }
}

#[test]
fn nobody_waits_for_more_than_the_end() {
    for way in [Way::Alone, Way::Scheduled] {
        let (address, server) = server(drop);
        let connect = ConnectTo::new(address);
        let probe = ExchangeProbe { connect, exchange: Insatiable, deadline: Duration::from_secs(60) };
        let closed = Failure::Network { phase: Phase::Receive, reason: NetworkError::Closed };
        assert_eq!(probe_by(way, probe).outcome, Outcome::Failure(closed), "{way:?}");
        server.join().unwrap();
    }
}

#[test]
fn octets_that_drip_do_not_prolong_the_deadline() {
    let (address, server) = server(|mut stream| {
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
    });
    let step = SendExpectStep { send: Vec::new(), expect: Expected::Contains(b"y".to_vec()) };
    let script = SendExpectScript::new(vec![step]).unwrap();
    let (report, _) = run(address, SendExpectExchange::new(script), Duration::from_millis(200));
    assert_eq!(report.outcome, Outcome::Failure(Failure::TimedOut { phase: Phase::Receive }));
    assert!(report.total >= Duration::from_millis(200) && report.total < Duration::from_secs(3));
    server.join().unwrap();
}

#[test]
fn a_closed_port_is_refused_and_each_attempt_begins_anew() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let exchange = RedisExchange::new(None);
    let probe = ExchangeProbe { connect: ConnectTo::new(address), exchange, deadline: LONG };
    let probe: &dyn Probe = &probe;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = thread::spawn(move || {
        for _ in 0..2 {
            talks(&[("", "*1\r\n$4\r\nPING\r\n"), ("+PONG\r\n", "")])(listener.accept().unwrap().0);
        }
    });
    for _ in 0..2 {
        assert_eq!(runtime.block_on(probe.probe()).outcome, Outcome::Success);
    }
    server.join().unwrap();
    let refused = Failure::Network { phase: Phase::Connect, reason: NetworkError::Refused };
    assert_eq!(runtime.block_on(probe.probe()).outcome, Outcome::Failure(refused));
}
