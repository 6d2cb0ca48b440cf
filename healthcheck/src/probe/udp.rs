//! `UDP_CHECK`.

use async_trait::async_trait;
use tokio::time::Instant;

use super::{ConnectTo, Probe, ProbeReport, after, datagram};
use crate::{Failure, Outcome, UdpEvent, UdpExpect};

/// `UDP_CHECK`: one datagram, and the first thing that happens after it.
///
/// ```
/// use healthcheck::{ConnectTo, DEFAULT_UDP_PAYLOAD, PatternOctet, Probe, UdpExpect, UdpProbe, UdpReply};
///
/// # async fn ask() {
/// // `require_reply 0x0x`: a nought, then an octet below 16.
/// let pattern = vec![PatternOctet::exactly(0), PatternOctet { value: 0, mask: 0xf0 }];
/// let probe = UdpProbe {
///     connect: ConnectTo::new(([192, 0, 2, 1], 5060).into()),
///     payload: DEFAULT_UDP_PAYLOAD.to_vec(),
///     // A shorter reply would be compared as far as it goes.
///     expect: UdpExpect::Reply(UdpReply { min_len: 2, ..UdpReply::new(pattern) }),
/// };
/// println!("{:?}", probe.probe().await.outcome);
/// # }
/// ```
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
