//! `DNS_CHECK`.

use core::num::NonZeroU8;

use async_trait::async_trait;
use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::datagram::{self, Numbers};
use super::{ConnectTo, Probe, ProbeReport, after};
use crate::dns::MAX_REPLY;
use crate::{DnsAnswer, DnsExchange, DnsQuery, Exchange as _, Failure, Outcome, Phase, Step};

/// `DNS_CHECK`: a question over UDP, asked again while the time-out lasts.
///
/// ```
/// use core::num::NonZeroU8;
/// use healthcheck::{ConnectTo, DnsAnswer, DnsProbe, DnsQuery, DnsType, InvalidDnsName, Probe};
///
/// # async fn ask(random: u64) -> Result<(), InvalidDnsName> {
/// let query = DnsQuery::new("www.example.org", DnsType::A)?;
/// let probe = DnsProbe::new(ConnectTo::new(([192, 0, 2, 53], 53).into()), query, random)
///     // keepalived is content with any reply that is no error, and asks once.
///     .with_answer(DnsAnswer::Is("198.51.100.1".into()))
///     .with_tries(NonZeroU8::new(3).unwrap());
/// println!("{:?}", probe.probe().await.outcome);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct DnsProbe {
    connect: ConnectTo,
    query: DnsQuery,
    answer: DnsAnswer,
    tries: NonZeroU8,
    numbers: Numbers,
}

impl DnsProbe {
    /// Asks once, as keepalived does, and wants any reply without an error code. `seed` decides
    /// the identifiers, a new one in each probe; it should be random and differ from that of
    /// other probes.
    #[must_use]
    pub const fn new(connect: ConnectTo, query: DnsQuery, seed: u64) -> Self {
        Self {
            connect,
            query,
            answer: DnsAnswer::Anything,
            tries: NonZeroU8::MIN,
            numbers: Numbers::new(seed),
        }
    }

    /// What the answer must hold.
    #[must_use]
    pub fn with_answer(self, answer: DnsAnswer) -> Self {
        Self { answer, ..self }
    }

    /// How often the question is asked while nobody answers, at even distances within the
    /// time-out.
    #[must_use]
    pub fn with_tries(self, tries: NonZeroU8) -> Self {
        Self { tries, ..self }
    }

    async fn attempt(&self, start: Instant) -> Result<(), Outcome> {
        let socket = datagram::udp(&self.connect)?;
        let (id, _) = self.numbers.draw();
        let mut exchange = DnsExchange::new(&self.query, id, self.answer.clone());
        let pause = self.connect.timeout / u32::from(self.tries.get());
        for number in 1..=self.tries.get() {
            let deadline = match number == self.tries.get() {
                true => after(start, self.connect.timeout),
                false => after(start, pause.saturating_mul(u32::from(number))),
            };
            exchange.ask_again();
            if let Some(result) = ask(&mut exchange, &socket, deadline).await {
                return result.map_err(Outcome::Failure);
            }
        }
        Err(Outcome::Failure(Failure::TimedOut { phase: Phase::Receive }))
    }
}

/// Asks and waits for the reply; `None` if `deadline` comes first.
async fn ask(
    exchange: &mut DnsExchange,
    socket: &UdpSocket,
    deadline: Instant,
) -> Option<Result<(), Failure>> {
    if let Err(failure) = datagram::send(socket, exchange.to_send(), deadline).await {
        return Some(Err(failure));
    }
    exchange.sent(exchange.to_send().len());
    let mut buffer = vec![0; MAX_REPLY];
    loop {
        let step = match datagram::receive(socket, &mut buffer, deadline).await? {
            Ok(reply) => exchange.received(reply),
            Err(failure) => return Some(Err(failure)),
        };
        if let Step::Done(result) = step {
            return Some(result);
        }
    }
}

#[async_trait]
impl Probe for DnsProbe {
    async fn probe(&self) -> ProbeReport {
        let start = Instant::now();
        let outcome = self.attempt(start).await.err().unwrap_or(Outcome::Success);
        ProbeReport::new(outcome, start.elapsed())
    }
}
