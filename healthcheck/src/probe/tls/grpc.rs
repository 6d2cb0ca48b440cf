//! gRPC's health protocol over TLS.

use async_trait::async_trait;
use http::uri::Scheme;

use super::{TlsProbe, errors};
use crate::probe::attempt::Attempt;
use crate::{GrpcFailure, GrpcProbe, Outcome, Probe, ProbeReport};

#[async_trait]
impl Probe for TlsProbe<GrpcProbe> {
    async fn probe(&self) -> ProbeReport {
        let mut attempt = Attempt::new(self.probe.deadline);
        let result = self.ask(&mut attempt).await;
        attempt.report(result)
    }
}

impl TlsProbe<GrpcProbe> {
    async fn ask(&self, attempt: &mut Attempt) -> Result<(), Outcome> {
        let stream = attempt.open(&self.probe.connect).await?;
        let stream = attempt.agree(&self.tls.for_http2(), stream).await?;
        // RFC 9113 §3.3 wants it agreed on. gRPC's own clients insist, so we do not find healthy what they do not reach.
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            attempt.leave(stream).await;
            return Err(Outcome::Failure(GrpcFailure::NoAlpn.into()));
        }
        attempt.ask_health(stream, &self.probe.request, Scheme::HTTPS, errors::failure).await
    }
}
