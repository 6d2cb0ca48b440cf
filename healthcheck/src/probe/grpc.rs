//! gRPC's health protocol over HTTP/2.

mod watched;

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::io;

use async_trait::async_trait;
use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use h2::{Reason, RecvStream};
use http::uri::Scheme;
use http::{HeaderMap, Method, Request, Version, header};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};

use super::attempt::Attempt;
use super::{Close, ConnectTo, Probe, ProbeReport, failure};
use crate::grpc::judge;
use crate::{Failure, GrpcFailure, GrpcRequest, MAX_GRPC_REPLY_LEN, Outcome, Phase};
use watched::{Seen, Watched};

/// Octets of headers that a server may send.
const MAX_HEADERS: u32 = 16 * 1024;

/// `grpc.health.v1.Health/Check` over clear-text HTTP/2 (prior knowledge). `TlsProbe<GrpcProbe>`, with the feature
/// `tls`, asks over TLS.
///
/// Only `SERVING` is success.
///
/// ```
/// use core::time::Duration;
/// use healthcheck::{ConnectTo, GrpcProbe, GrpcRequest, Probe};
///
/// # async fn ask() -> Result<(), Box<dyn core::error::Error>> {
/// let server = ([192, 0, 2, 1], 50_051).into();
/// let probe = GrpcProbe {
///     connect: ConnectTo::new(server),
///     // The empty name is the whole server.
///     request: GrpcRequest::new("shop.Cart", Some("shop.example.org"), server)?,
///     deadline: Duration::from_secs(2),
/// };
/// println!("{:?}", probe.probe().await.outcome);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GrpcProbe {
    /// Where.
    pub connect: ConnectTo,
    /// What to ask.
    pub request: GrpcRequest,
    /// How long all of it may take, connecting included. The server is told (`grpc-timeout`).
    pub deadline: Duration,
}

#[async_trait]
impl Probe for GrpcProbe {
    async fn probe(&self) -> ProbeReport {
        let mut attempt = Attempt::new(self.deadline);
        let result = match attempt.open(&self.connect).await {
            Ok(stream) => {
                // Several small writes follow, which should not wait for each other's acknowledgement.
                let _ = stream.set_nodelay(true);
                attempt.ask_health(stream, &self.request, Scheme::HTTP, failure).await
            }
            Err(outcome) => Err(outcome),
        };
        attempt.report(result)
    }
}

impl Attempt {
    /// Asks over a connection, whatever carries it; `name` knows its errors.
    pub(super) async fn ask_health(
        &mut self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        request: &GrpcRequest,
        scheme: Scheme,
        name: fn(Phase, &io::Error) -> Failure,
    ) -> Result<(), Outcome> {
        let mut seen = Seen::default();
        let watched = Watched::new(stream, &mut seen, name, self.deadline, self.patience);
        let talk = converse(watched, request, scheme, self.deadline, self.close);
        let result = timeout_at(self.deadline, talk).await;
        let result = result.unwrap_or(Err(Failure::TimedOut { phase: Phase::Receive }));
        self.course.first_octet = seen.first_octet.map(|at| at.saturating_duration_since(self.start));
        result.map_err(|failure| match (failure, seen.broken) {
            (Failure::Network { .. }, Some(broken)) => Outcome::Failure(broken),
            _ => Outcome::Failure(failure),
        })
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &GrpcRequest,
    scheme: Scheme,
    deadline: Instant,
    close: Close,
) -> Result<(), Failure> {
    // One small reply is expected: little room for it.
    let (sender, connection) = Builder::new()
        .enable_push(false)
        .max_header_list_size(MAX_HEADERS)
        .initial_window_size(16 * 1024)
        .handshake(stream)
        .await
        .map_err(|error| named(&error))?;
    let mut connection = pin!(connection);
    let mut dialogue = pin!(ask(sender, request, scheme, deadline));
    let mut ended = false;
    // The connection moves the frames; its own end reaches the dialogue as an error.
    let result = poll_fn(|context| {
        ended = ended || connection.as_mut().poll(context).is_ready();
        dialogue.as_mut().poll(context)
    })
    .await;
    if !ended && close == Close::Graceful {
        // All handles are gone, so this says goodbye (`GOAWAY`, and `close_notify` over TLS). A server that does not
        // take it at once is not waited for.
        poll_fn(|context| Poll::Ready(connection.as_mut().poll(context).is_ready())).await;
    }
    result
}

async fn ask(
    sender: SendRequest<Bytes>,
    request: &GrpcRequest,
    scheme: Scheme,
    deadline: Instant,
) -> Result<(), Failure> {
    let mut sender = sender.ready().await.map_err(|error| named(&error))?;
    let head = head(request, scheme, deadline).ok_or(Failure::Grpc(GrpcFailure::NotHttp2))?;
    let (response, mut body) = sender.send_request(head, false).map_err(|error| named(&error))?;
    body.send_data(request.message(), true).map_err(|error| named(&error))?;
    let (parts, mut body) = response.await.map_err(|error| named(&error))?.into_parts();
    if parts.status != http::StatusCode::OK {
        return Err(GrpcFailure::HttpStatus(parts.status.as_u16()).into());
    }
    let kind = parts.headers.get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
        return Err(GrpcFailure::NotGrpc.into());
    }
    // Without a message the status is among the headers.
    if let Some(status) = status(&parts.headers)
        && status != 0
    {
        return Err(GrpcFailure::Status(status).into());
    }
    let reply = read(&mut body).await?;
    let trailers = body.trailers().await.map_err(|error| named(&error))?;
    match trailers.as_ref().or(Some(&parts.headers)).and_then(status) {
        None => Err(GrpcFailure::NoStatus.into()),
        Some(0) => judge(&reply).map_err(Failure::Grpc),
        Some(status) => Err(GrpcFailure::Status(status).into()),
    }
}

fn head(request: &GrpcRequest, scheme: Scheme, deadline: Instant) -> Option<Request<()>> {
    let uri = http::Uri::builder()
        .scheme(scheme)
        .authority(request.authority().clone())
        .path_and_query("/grpc.health.v1.Health/Check")
        .build()
        .ok()?;
    // Eight digits at most.
    let left = deadline.saturating_duration_since(Instant::now()).as_millis().clamp(1, 99_999_999);
    Request::builder()
        .method(Method::POST)
        .version(Version::HTTP_2)
        .uri(uri)
        .header(header::TE, "trailers")
        .header(header::CONTENT_TYPE, "application/grpc")
        .header(header::USER_AGENT, "KeepAliveClient")
        .header("grpc-timeout", format!("{left}m"))
        .body(())
        .ok()
}

/// The message, in its framing.
async fn read(body: &mut RecvStream) -> Result<Vec<u8>, Failure> {
    let mut reply = Vec::new();
    while let Some(part) = body.data().await {
        let part = part.map_err(|error| named(&error))?;
        if part.len() > MAX_GRPC_REPLY_LEN.saturating_sub(reply.len()) {
            return Err(GrpcFailure::TooLong.into());
        }
        reply.extend_from_slice(&part);
    }
    Ok(reply)
}

/// `grpc-status`; a word that is no number is worse than none.
fn status(headers: &HeaderMap) -> Option<u32> {
    let status = headers.get("grpc-status")?;
    Some(status.to_str().ok().and_then(|text| text.parse().ok()).unwrap_or(u32::MAX))
}

fn named(error: &h2::Error) -> Failure {
    if let Some(error) = error.get_io() {
        return match error.kind() == io::ErrorKind::UnexpectedEof {
            // In the middle of a frame.
            true => GrpcFailure::NotHttp2.into(),
            false => failure(Phase::Receive, error),
        };
    }
    let reason = u32::from(error.reason().unwrap_or(Reason::INTERNAL_ERROR));
    match (error.is_remote(), error.is_reset()) {
        (true, true) => GrpcFailure::Reset(reason).into(),
        (true, false) => GrpcFailure::GoAway(reason).into(),
        (false, _) => GrpcFailure::NotHttp2.into(),
    }
}
