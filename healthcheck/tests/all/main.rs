//! The tests of the library, as one program: each program more would be linked with the library once more.
//! Only those are apart that look at their own process.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod agent;
#[cfg(feature = "tokio")]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "mail alone needs less"))]
mod certificates;
mod checker;
#[cfg(feature = "tokio")]
mod daemon;
#[cfg(feature = "tokio")]
mod datagrams;
mod dialogue;
#[cfg(feature = "dns")]
mod dns;
mod echo;
#[cfg(feature = "tokio")]
mod exchange_probe;
mod file;
mod greetings;
#[cfg(feature = "grpc")]
mod grpc;
#[cfg(all(feature = "grpc", feature = "tls"))]
mod grpc_tls;
#[cfg(feature = "tokio")]
mod haproxy;
mod http;
mod http_conditions;
mod policy;
mod quorum;
#[cfg(feature = "tokio")]
mod real_agent;
#[cfg(feature = "tokio")]
mod real_mail;
#[cfg(feature = "tokio")]
mod real_nginx;
#[cfg(feature = "tokio")]
mod real_redis;
#[cfg(feature = "tls")]
mod real_tls;
mod redis;
#[cfg(feature = "tokio")]
mod scheduler;
#[cfg(feature = "tokio")]
mod scheduler_dialogue;
#[cfg(feature = "tokio")]
mod scheduler_tcp;
mod send_expect;
#[cfg(all(feature = "tokio", feature = "dns"))]
mod servers;
mod smtp;
#[cfg(feature = "tokio")]
mod sockets;
#[cfg(feature = "tls")]
mod tls_ends;
#[cfg(feature = "tls")]
mod tls_settings;
mod udp;
#[cfg(all(feature = "tokio", feature = "dns"))]
mod ways;
mod weight;
