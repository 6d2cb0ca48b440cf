//! gRPC's health protocol over HTTP/2.

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::io;

use async_trait::async_trait;
use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use h2::{Reason, RecvStream};
use http::{HeaderMap, Method, Request, Version, header};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};

use super::attempt::Attempt;
use super::{ConnectTo, Probe, ProbeReport, failure};
use crate::grpc::judge;
use crate::{Failure, GrpcFailure, GrpcRequest, MAX_GRPC_REPLY_LEN, Outcome, Phase};

/// Octets of headers that a server may send.
const MAX_HEADERS: u32 = 16 * 1024;

/// `grpc.health.v1.Health/Check` over clear-text HTTP/2 (prior knowledge).
///
/// Only `SERVING` is success.
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
        let result = match attempt.connect(&self.connect).await {
            Ok(stream) => check(stream, &self.request, attempt.deadline).await.map_err(Outcome::Failure),
            Err(outcome) => Err(outcome),
        };
        attempt.report(result)
    }
}

/// Asks over a connection, whatever carries it.
async fn check(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &GrpcRequest,
    deadline: Instant,
) -> Result<(), Failure> {
    let conversation = async {
        // One small reply is expected: little room for it.
        let (sender, connection) = Builder::new()
            .enable_push(false)
            .max_header_list_size(MAX_HEADERS)
            .initial_window_size(16 * 1024)
            .handshake(stream)
            .await
            .map_err(|error| named(&error))?;
        let mut connection = pin!(connection);
        let mut dialogue = pin!(ask(sender, request, deadline));
        let mut ended = false;
        // The connection moves the frames; its own end reaches the dialogue as an error.
        let result = poll_fn(|context| {
            ended = ended || connection.as_mut().poll(context).is_ready();
            dialogue.as_mut().poll(context)
        })
        .await;
        if !ended {
            // All handles are gone, so this says goodbye (`GOAWAY`). A server that does not take it
            // at once is not waited for.
            poll_fn(|context| Poll::Ready(connection.as_mut().poll(context).is_ready())).await;
        }
        result
    };
    timeout_at(deadline, conversation).await.unwrap_or(Err(Failure::TimedOut { phase: Phase::Receive }))
}

async fn ask(sender: SendRequest<Bytes>, request: &GrpcRequest, deadline: Instant) -> Result<(), Failure> {
    let mut sender = sender.ready().await.map_err(|error| named(&error))?;
    let head = head(request, deadline).ok_or(Failure::Grpc(GrpcFailure::NotHttp2))?;
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

fn head(request: &GrpcRequest, deadline: Instant) -> Option<Request<()>> {
    let uri = http::Uri::builder()
        .scheme("http")
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
