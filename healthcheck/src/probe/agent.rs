//! HAProxy's `agent-check`.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::attempt::Attempt;
use super::{ConnectTo, Probe, ProbeReport};
use crate::{Agent, AgentExchange, AgentReply};

/// Asks an agent on the server how it does; the answer is [`ProbeReport::agent`].
///
/// What an agent does not speak of stays as it was: after `drain`, a line of `50%` means both. One that cannot be
/// understood or reached keeps its last word, too, which is `None` in the report. So a failure of this probe says nothing
/// about the server, and its check is there for the rhythm only: it is no checker of a [`Quorum`](crate::Quorum).
///
/// ```
/// use core::time::Duration;
/// use healthcheck::{
///     AgentProbe, Checker, Config, ConnectTo, Entry, Policy, Quorum, QuorumInput, Scheduled, Scheduler, Sequence,
/// };
///
/// # async fn listen(quorum: &mut Quorum) {
/// let mut scheduler = Scheduler::new();
/// for server in 0..10 {
///     let policy = Policy::keepalived(Duration::from_secs(2), 0, Duration::from_secs(2));
///     let checker = Checker::new(Config::keepalived(policy, false, Sequence::Single));
///     let connect = ConnectTo::new(([192, 0, 2, 1 + server as u8], 10_000).into());
///     scheduler.insert(server, Entry::new(checker, AgentProbe::new(connect, b"", Duration::from_secs(1))));
/// }
/// loop {
///     let event = scheduler.next().await;
///     if let Scheduled::Probed { report, .. } = event.what
///         && let agent @ Some(_) = report.agent
///     {
///         quorum.handle_input(QuorumInput::Agent { server: event.key, agent });
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct AgentProbe {
    connect: ConnectTo,
    send: Vec<u8>,
    deadline: Duration,
    /// All that it has said, without its texts.
    said: Mutex<AgentReply>,
}

impl AgentProbe {
    /// `send` is HAProxy's `agent-send`, most often empty; all of it takes `deadline` at most, connecting included.
    #[must_use]
    pub fn new(connect: ConnectTo, send: &[u8], deadline: Duration) -> Self {
        Self { connect, send: send.to_vec(), deadline, said: Mutex::default() }
    }

    fn hear(&self, reply: &AgentReply) -> Agent {
        let reply = AgentReply { text: String::new(), unknown: Vec::new(), ..reply.clone() };
        // Nothing panics while it is held.
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        *said = reply.after(&said);
        said.agent()
    }
}

#[async_trait]
impl Probe for AgentProbe {
    async fn probe(&self) -> ProbeReport {
        let mut attempt = Attempt::new(self.deadline);
        let mut exchange = AgentExchange::new(&self.send);
        let result = attempt.converse(&self.connect, &mut exchange).await;
        let agent = exchange.reply().filter(|_| result.is_ok()).map(|reply| self.hear(reply));
        ProbeReport { agent, ..attempt.report(result) }
    }
}
