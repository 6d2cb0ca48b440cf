//! `UDP_CHECK`.

use async_trait::async_trait;
use tokio::time::Instant;

use super::{ConnectTo, Probe, ProbeReport, after, datagram};
use crate::{Failure, Outcome, UdpEvent, UdpExpect};

/// `UDP_CHECK`: one datagram, and the first thing that happens after it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UdpProbe {
    /// Where. Its time-out is that of the whole probe; without a reply to wait for, each probe of
    /// a silent server takes as long.
    pub connect: ConnectTo,
    /// `payload`; see [`DEFAULT_UDP_PAYLOAD`](crate::DEFAULT_UDP_PAYLOAD).
    pub payload: Vec<u8>,
    /// What must come back.
    pub expect: UdpExpect,
}

#[async_trait]
impl Probe for UdpProbe {
    async fn probe(&self) -> ProbeReport {
        let start = Instant::now();
        let outcome = self.attempt(start).await.unwrap_or_else(|outcome| outcome);
        ProbeReport::new(outcome, start.elapsed())
    }
}

impl UdpProbe {
    async fn attempt(&self, start: Instant) -> Result<Outcome, Outcome> {
        let deadline = after(start, self.connect.timeout);
        let socket = datagram::udp(&self.connect)?;
        datagram::send(&socket, &self.payload, deadline).await.map_err(Outcome::Failure)?;
        let mut buffer = vec![0; self.expect.buffer_len()];
        let event = match datagram::receive(&socket, &mut buffer, deadline).await {
            None => UdpEvent::Silence,
            Some(Ok(reply)) => UdpEvent::Reply(reply),
            Some(Err(Failure::Network { reason, .. })) => UdpEvent::IcmpError(reason),
            Some(Err(failure)) => return Err(Outcome::Failure(failure)),
        };
        Ok(self.expect.judge(event))
    }
}
