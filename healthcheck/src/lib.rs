//! Health checks for load balancers: judge and probe apart.
//!
//! - [`Checker`] decides when to probe one service of one server and what to believe: keepalived's
//!   `delay_loop`, `retry`, `delay_before_retry`, `alpha`, and the rotation of `HTTP_GET`'s URLs.
//! - [`Quorum`] judges a virtual server: which destinations it should have, and whether the sorry
//!   server stands in.
//! - [`Exchange`] is one dialogue with a server, octets in and octets out; [`HttpExchange`] is
//!   `HTTP_GET`, [`SmtpExchange`] is `SMTP_CHECK`, [`SendExpectExchange`] runs a script,
//!   [`RedisExchange`] pings, [`AgentExchange`] reads HAProxy's `agent-check`, [`MysqlExchange`] and
//!   [`PostgresExchange`] are greetings, `DnsExchange` (feature `dns`) is `DNS_CHECK`; [`UdpExpect`]
//!   judges `UDP_CHECK` and [`Echo`] is `PING_CHECK`'s packets.
//! - `Probe` (feature `tokio`) carries them over real sockets: `TcpProbe`, `HttpProbe`, and
//!   `ExchangeProbe` for every other exchange over TCP; `UdpProbe`, `DnsProbe`, `PingProbe`;
//!   `AgentProbe` asks agents for weights; `GrpcProbe` (feature `grpc`) asks gRPC's health service;
//!   `ScriptProbe` (feature `script`) is `MISC_CHECK`.
//!   With `tls`, `TlsProbe` is any of the first three or of gRPC over TLS, `SSL_GET` among them, and
//!   `StartTlsProbe` changes to TLS within a dialogue.
//! - `FileWatch` (feature `file`) is no probe: a file says itself when it has changed.
//!   [`FileRule`] says what that means.
//! - `Scheduler` (feature `tokio`) drives thousands of checkers with their probes on one thread.
//!
//! Without the feature `tokio` this crate never reads a clock, opens a socket, spawns a thread,
//! logs or touches a global. Without `tls` it speaks no TLS. Counters are not kept here, nor is history:
//! fold them from the outputs, as [`History`] does for one check.
//!
//! # The run loop
//!
//! The driver of a [`Checker`] is always the same: feed one input, drain the outputs, ask for the
//! deadline, sleep. A probe is an output, its result an input. What the checker makes of it goes
//! to the [`Quorum`], whose destinations go to the kernel.
//!
//! ```
//! use core::time::Duration;
//! use healthcheck::{
//!     Checker, Config, Failure, Health, Input, Instant, NetworkError, Outcome, Output, Phase, Policy, Quorum,
//!     QuorumConfig, QuorumInput, QuorumOutput, Sequence, ServerConfig, spread,
//! };
//!
//! let policy = Policy::keepalived(Duration::from_secs(6), 1, Duration::from_secs(1));
//! let mut checker = Checker::new(Config::keepalived(policy, false, Sequence::Single));
//! let mut quorum = Quorum::new(QuorumConfig {
//!     quorum: 1,
//!     hysteresis: 0,
//!     servers: vec![ServerConfig {
//!         weight: 1,
//!         inhibit_on_failure: false,
//!         checkers: vec![checker.health()],
//!     }],
//!     sorry: None,
//!     fail_open_below: None,
//! });
//! quorum.handle_input(QuorumInput::Start);
//!
//! let mut now = Instant::from_origin(Duration::ZERO); // yours: any monotonic clock
//! checker.handle_input(now, Input::Start { delay: spread(1, policy.delay_loop) });
//! while let Some(deadline) = checker.poll_timeout() {
//!     now = deadline; // yours: sleep until then, or until a probe is done
//!     checker.handle_timeout(now);
//!     while let Some(output) = checker.poll_output() {
//!         match output {
//!             Output::StartProbe { target } => {
//!                 // Yours: run the probe beside this loop, for instance `TcpProbe`.
//!                 println!("{now} probe {target}");
//!                 let refused = Failure::Network { phase: Phase::Connect, reason: NetworkError::Refused };
//!                 checker.handle_input(now, Input::ProbeResult(Outcome::Failure(refused)));
//!             }
//!             Output::Transition(change) => {
//!                 println!("{now} {change:?}");
//!                 let health = checker.health();
//!                 quorum.handle_input(QuorumInput::Checker { server: 0, checker: 0, health });
//!             }
//!             Output::Event(event) => println!("{now} {event:?}"),
//!         }
//!     }
//!     while let Some(output) = quorum.poll_output() {
//!         match output {
//!             QuorumOutput::SetDestinations(wanted) => println!("{now} {wanted:?}"),
//!             QuorumOutput::Event(event) => println!("{now} {event:?}"),
//!         }
//!     }
//!     # if checker.health() == Health::Down { break }
//! }
//! // The very first probe failed, which is enough.
//! assert!(!quorum.has_quorum() && quorum.destinations().servers.is_empty());
//! ```
//!
//! # Your own probe
//!
//! Whatever ends by itself and gives a `ProbeReport` is a probe; a [`Checker`] does not know the
//! difference. If a dialogue over TCP is all you need, write an [`Exchange`] instead and let
//! `ExchangeProbe` carry it, which costs less: a `Scheduler` carries those itself, without a future.
//!
//! ```
//! # #[cfg(feature = "tokio")]
//! # mod example {
//! use core::time::Duration;
//! use healthcheck::{Failure, Outcome, Phase, Probe, ProbeReport};
//! use tokio::time::{Instant, timeout};
//!
//! /// The load average is below a limit.
//! struct Load {
//!     limit: f32,
//! }
//!
//! #[async_trait::async_trait]
//! impl Probe for Load {
//!     async fn probe(&self) -> ProbeReport {
//!         let start = Instant::now();
//!         // Anything that takes time; it must not take more than its own deadline.
//!         let reading = async { std::fs::read_to_string("/proc/loadavg") };
//!         let outcome = match timeout(Duration::from_secs(2), reading).await {
//!             Err(_) => Outcome::Failure(Failure::TimedOut { phase: Phase::Receive }),
//!             Ok(Err(error)) => Outcome::Failure(Failure::Custom(error.raw_os_error().unwrap_or(0))),
//!             Ok(Ok(text)) => match text.split(' ').next().and_then(|load| load.parse().ok()) {
//!                 Some(load) if self.limit > load => Outcome::Success,
//!                 Some(load) => Outcome::Failure(Failure::Custom(load as i32)),
//!                 None => Outcome::Failure(Failure::Custom(-1)),
//!             },
//!         };
//!         ProbeReport::new(outcome, start.elapsed())
//!     }
//! }
//! # pub fn main() {
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
//! # runtime.block_on(async {
//! // Boxed beside `TcpProbe` and the others.
//! let probes: Vec<Box<dyn Probe>> = vec![Box::new(Load { limit: 1e6 })];
//! assert_eq!(probes[0].probe().await.outcome, Outcome::Success);
//! # });
//! # }
//! # }
//! # #[cfg(feature = "tokio")]
//! # example::main();
//! ```
//!
//! # Features
//!
//! - `std` (default): error types implement `std::error::Error` through `std`; without it the
//!   crate is `no_std` and needs `alloc`.
//! - `dns`: `DNS_CHECK`. Without it there is no check of name servers.
//! - `file`: `FileWatch`, and `tokio`. Without it the caller finds out itself when a file changes;
//!   [`FileRule`] says what to make of it.
//! - `script`: `ScriptProbe`, and `tokio`. It runs programs, and starts a thread while there are scripts
//!   whose probe was given up. Without it there is no `MISC_CHECK`.
//! - `tokio`: `Probe`, `TcpProbe`, `HttpProbe`, `ExchangeProbe`, `UdpProbe`, `PingProbe`, `AgentProbe`, `Scheduler`
//!   and, with `dns`, `DnsProbe`. Without it the caller moves the octets itself.
//! - `regex`: patterns for bodies and headers of HTTP, with PCRE2's look-around. Without it
//!   [`RegexPattern`] cannot be made.
//! - `grpc`: `GrpcProbe`, gRPC's health protocol; with `tls` over TLS, too. Implies `tokio`.
//! - `tls`: `Tls`, `TlsProbe`, `StartTlsProbe`, and `tokio`. TLS 1.2 and 1.3 by rustls with ring,
//!   for which a C compiler is needed. Without it there is no `SSL_GET`, and a dialogue that asks
//!   for TLS is not probed.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agent;
mod checker;
mod damping;
#[cfg(feature = "dns")]
mod dns;
mod echo;
mod exchange;
mod failure;
mod file;
#[cfg(feature = "grpc")]
mod grpc;
mod history;
mod http;
mod instant;
mod lines;
mod mysql;
mod outgoing;
mod policy;
mod postgres;
#[cfg(feature = "tokio")]
mod probe;
mod quorum;
mod redis;
#[cfg(feature = "tokio")]
mod scheduler;
mod script;
mod send_expect;
mod slow_start;
mod smtp;
mod tls;
mod udp;
mod weight;

pub use agent::{AgentAdmin, AgentExchange, AgentFailure, AgentHealth, AgentReply, MAX_AGENT_LINE_LEN};
pub use checker::{Checker, Config, Event, Health, Input, Output, Transition};
pub use damping::Damping;
#[cfg(feature = "dns")]
pub use dns::{DnsAnswer, DnsExchange, DnsFailure, DnsQuery, DnsType, InvalidDnsName};
pub use echo::{DEFAULT_ECHO_PAYLOAD, Echo, EchoSocket};
pub use exchange::{Exchange, Step};
pub use failure::{Failure, LocalProblem, NetworkError, Outcome, Phase};
pub use file::{FileRule, FileValue, FileValueOutOfRange, MAX_FILE_VALUE_LEN};
#[cfg(feature = "grpc")]
pub use grpc::{GrpcFailure, GrpcRequest, InvalidGrpcRequest, MAX_GRPC_REPLY_LEN, MAX_GRPC_SERVICE_LEN};
pub use history::{History, HistoryEntry};
pub use http::{
    HeaderCondition, HttpExchange, HttpExpect, HttpFailure, HttpHeader, HttpMethod, HttpRegex, HttpReport,
    HttpRequest, HttpVersion, InvalidRequest, MAX_HEAD_LEN, MAX_MATCH_LEN, RegexPattern, SEARCH_WINDOW,
};
#[cfg(feature = "regex")]
pub use http::{MAX_PATTERN_LEN, RegexError, RegexOption};
pub use instant::Instant;
pub use mysql::{MAX_MYSQL_PACKET, MysqlExchange, MysqlFailure, MysqlHello};
pub use policy::{Pace, Policy, Sequence, spread};
pub use postgres::{MAX_POSTGRES_MESSAGE, PostgresExchange, PostgresFailure, PostgresHello};
#[cfg(all(feature = "tokio", feature = "dns"))]
pub use probe::DnsProbe;
#[cfg(feature = "grpc")]
pub use probe::GrpcProbe;
#[cfg(feature = "tokio")]
pub use probe::{
    AgentProbe, Close, ConnectTo, ExchangeProbe, HttpProbe, OverTcp, PingProbe, Probe, ProbeReport, TcpProbe,
    UdpProbe,
};
#[cfg(feature = "file")]
pub use probe::{FileNews, FileWatch};
#[cfg(feature = "tls")]
pub use probe::{InvalidTls, StartTlsProbe, Tls, TlsIdentity, TlsOptions, TlsProbe, TlsVerify};
#[cfg(feature = "script")]
pub use probe::{ScriptCommand, ScriptProbe, ScriptUser};
pub use quorum::{
    Destinations, Quorum, QuorumConfig, QuorumEvent, QuorumInput, QuorumOutput, ServerConfig, SorryConfig,
};
pub use redis::{MAX_REDIS_LINE_LEN, RedisAuth, RedisExchange, RedisFailure};
#[cfg(feature = "tokio")]
pub use scheduler::{DEFAULT_MAX_IN_FLIGHT, DEFAULT_SLACK, Entry, Scheduled, Scheduler, SchedulerEvent};
pub use script::{ScriptEnd, ScriptFailure};
pub use send_expect::{
    Expected, InvalidScript, SendExpectExchange, SendExpectFailure, SendExpectScript, SendExpectStep,
};
pub use slow_start::{Ramp, SlowStart};
pub use smtp::{
    InvalidHelo, MAX_SMTP_LINE_LEN, MAX_SMTP_REPLY_LEN, SmtpDialogue, SmtpExchange, SmtpFailure, SmtpReplies,
    SmtpRequest, SmtpStep,
};
pub use tls::{TlsAlert, TlsFailure, TlsReport, TlsVersion};
pub use udp::{DEFAULT_UDP_PAYLOAD, PatternOctet, UdpEvent, UdpExpect, UdpFailure, UdpReply};
pub use weight::{Admin, Agent, AgentState, Cause, Contribution, Effective, MAX_WEIGHT, Presence, Weighing};
