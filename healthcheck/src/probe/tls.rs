//! Probes over TLS.

mod errors;
mod first_words;
#[cfg(feature = "grpc")]
mod grpc;
mod settings;
mod verifier;
mod x509;

use core::time::Duration;

use async_trait::async_trait;
use rustls::ClientConnection;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub use settings::{InvalidTls, Tls, TlsIdentity, TlsOptions, TlsVerify};

use super::attempt::{Attempt, Turn, timed_out};
use super::{Close, ExchangeProbe, HttpProbe, Probe, ProbeReport, TcpProbe};
use crate::{
    Exchange, Failure, HttpExchange, LocalProblem, Outcome, Phase, TlsFailure, TlsReport, TlsVersion,
};
use first_words::FirstWords;
use x509::Certificate;

/// A probe over TLS, from the first octet on.
///
/// - `TlsProbe<HttpProbe>` is `SSL_GET`, one URL.
/// - `TlsProbe<ExchangeProbe<E>>` is any other dialogue.
/// - `TlsProbe<GrpcProbe>`, with the feature `grpc`, is gRPC's health protocol; it offers HTTP/2 and nothing else,
///   whatever [`TlsOptions::alpn`] says.
/// - `TlsProbe<TcpProbe>` is the handshake alone, within the `timeout` of its [`ConnectTo`]. In
///   TLS 1.3 a server looks at the client's certificate after that, so it does not tell whether
///   ours was taken.
///
/// The probe's deadline holds for the handshake too. A dialogue that is over ends with
/// `close_notify`, which keepalived sends with `tls_compliant` only, and with FIN; a probe that
/// closes by [`Close::Reset`] sends neither. A server that closes without
/// `close_notify` is judged by what it said, as keepalived does.
///
/// ```
/// use core::time::Duration;
/// use healthcheck::{
///     ConnectTo, HttpExpect, HttpProbe, HttpRequest, HttpVersion, Probe, Tls, TlsOptions, TlsProbe,
/// };
///
/// # async fn ask() -> Result<(), Box<dyn core::error::Error>> {
/// let server = ([192, 0, 2, 1], 443).into();
/// // `SSL_GET` with `enable_sni`: nobody is verified, the host is named.
/// let name = "www.example.org";
/// let options = TlsOptions { server_name: Some(name.into()), ..TlsOptions::default() };
/// let probe = TlsProbe {
///     probe: HttpProbe {
///         connect: ConnectTo::new(server),
///         request: HttpRequest::new(HttpVersion::Http11, "/", Some(name), server)?,
///         expect: HttpExpect::default(),
///         deadline: Duration::from_secs(5),
///     },
///     tls: Tls::new(&options)?,
/// };
/// let report = probe.probe().await;
/// println!("{:?} {:?}", report.outcome, report.tls.map(|tls| tls.version));
/// # Ok(()) }
/// ```
///
/// [`ConnectTo`]: crate::ConnectTo
#[derive(Clone, Debug)]
pub struct TlsProbe<P> {
    /// What is probed.
    pub probe: P,
    /// Over which settings.
    pub tls: Tls,
}

#[async_trait]
impl Probe for TlsProbe<TcpProbe> {
    async fn probe(&self) -> ProbeReport {
        let mut attempt = Attempt::new(self.probe.connect.timeout);
        let result = self.attempt(&mut attempt).await;
        attempt.report(result)
    }
}

impl TlsProbe<TcpProbe> {
    async fn attempt(&self, attempt: &mut Attempt) -> Result<(), Outcome> {
        let stream = attempt.connect(&self.probe.connect).await?;
        match self.probe.close {
            Close::Reset => stream
                .set_zero_linger()
                .map_err(|e| Outcome::NotProbed(LocalProblem::Socket(e.raw_os_error())))?,
            Close::Graceful => {}
        }
        let stream = attempt.agree(&self.tls, stream).await?;
        match self.probe.close {
            Close::Reset => {}
            Close::Graceful => good_bye(stream).await,
        }
        Ok(())
    }
}

#[async_trait]
impl Probe for TlsProbe<HttpProbe> {
    async fn probe(&self) -> ProbeReport {
        let HttpProbe { connect, request, expect, deadline } = &self.probe;
        let mut attempt = Attempt::new(*deadline);
        let mut exchange = HttpExchange::new(request, expect.clone());
        let result = match attempt.open(connect).await {
            Ok(stream) => attempt.converse_over_tls(&self.tls, stream, &mut exchange).await,
            Err(outcome) => Err(outcome),
        };
        ProbeReport { http: Some(exchange.report()), ..attempt.report(result) }
    }
}

#[async_trait]
impl<E: Exchange + Clone + Send + Sync> Probe for TlsProbe<ExchangeProbe<E>> {
    async fn probe(&self) -> ProbeReport {
        self.run().await.0
    }
}

impl<E: Exchange + Clone + Send + Sync> TlsProbe<ExchangeProbe<E>> {
    /// Makes one attempt, and gives back the dialogue for what it learned besides the outcome.
    ///
    /// A dialogue that asks for TLS once more is [`LocalProblem::NoTls`].
    pub async fn run(&self) -> (ProbeReport, E) {
        let mut attempt = Attempt::new(self.probe.deadline);
        let mut exchange = self.probe.exchange.clone();
        let result = match attempt.open(&self.probe.connect).await {
            Ok(stream) => attempt.converse_over_tls(&self.tls, stream, &mut exchange).await,
            Err(outcome) => Err(outcome),
        };
        (attempt.report(result), exchange)
    }
}

/// A dialogue that begins in clear text and goes on over TLS when it says
/// [`Step::StartTls`](crate::Step::StartTls), such as SMTP with `STARTTLS`.
///
/// ```
/// use core::time::Duration;
/// use healthcheck::{
///     ConnectTo, ExchangeProbe, SmtpDialogue, SmtpExchange, SmtpReplies, SmtpRequest, StartTlsProbe, Tls,
///     TlsOptions,
/// };
///
/// # async fn ask() -> Result<(), Box<dyn core::error::Error>> {
/// let request = SmtpRequest::new(SmtpDialogue::StartTls, SmtpReplies::Rfc5321, "probe.example.org")?;
/// let mail = StartTlsProbe {
///     probe: ExchangeProbe {
///         connect: ConnectTo::new(([192, 0, 2, 1], 25).into()),
///         exchange: SmtpExchange::new(request),
///         deadline: Duration::from_secs(5),
///     },
///     tls: Tls::new(&TlsOptions::default())?,
/// };
/// println!("{:?}", mail.run().await.0.outcome);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct StartTlsProbe<E> {
    /// The dialogue. Its deadline holds for the handshake too.
    pub probe: ExchangeProbe<E>,
    /// Settings to go on with.
    pub tls: Tls,
}

#[async_trait]
impl<E: Exchange + Clone + Send + Sync> Probe for StartTlsProbe<E> {
    async fn probe(&self) -> ProbeReport {
        self.run().await.0
    }
}

impl<E: Exchange + Clone + Send + Sync> StartTlsProbe<E> {
    /// Makes one attempt, and gives back the dialogue for what it learned besides the outcome.
    pub async fn run(&self) -> (ProbeReport, E) {
        let mut attempt = Attempt::new(self.probe.deadline);
        let mut exchange = self.probe.exchange.clone();
        let result = self.attempt(&mut attempt, &mut exchange).await;
        (attempt.report(result), exchange)
    }

    async fn attempt(&self, attempt: &mut Attempt, exchange: &mut E) -> Result<(), Outcome> {
        let mut stream = attempt.open(&self.probe.connect).await?;
        match attempt.carry(exchange, &mut stream, super::failure).await? {
            Turn::Over => Ok(()),
            Turn::StartTls => attempt.converse_over_tls(&self.tls, stream, exchange).await,
        }
    }
}

impl Attempt {
    /// Agrees on TLS with the server behind `stream`.
    async fn agree(
        &mut self,
        tls: &Tls,
        stream: TcpStream,
    ) -> Result<TlsStream<FirstWords<TcpStream>>, Outcome> {
        // The end of our handshake and the request are two writes; the second would wait for an
        // acknowledgement of the first, which a server without more to say delays by 40 ms.
        let _ = stream.set_nodelay(true);
        let (stream, report) = agree(tls, stream, self.soon()).await.map_err(Outcome::Failure)?;
        self.course.tls = Some(report);
        Ok(stream)
    }

    /// Closes as is wanted.
    async fn leave(&self, stream: TlsStream<FirstWords<TcpStream>>) {
        match self.close {
            Close::Reset => {}
            Close::Graceful => good_bye(stream).await,
        }
    }

    async fn converse_over_tls(
        &mut self,
        tls: &Tls,
        stream: TcpStream,
        exchange: &mut impl Exchange,
    ) -> Result<(), Outcome> {
        let mut stream = self.agree(tls, stream).await?;
        let turn = self.carry(exchange, &mut stream, errors::failure).await;
        self.leave(stream).await;
        turn?.without_tls()
    }
}

async fn agree(
    tls: &Tls,
    stream: TcpStream,
    deadline: Instant,
) -> Result<(TlsStream<FirstWords<TcpStream>>, TlsReport), Failure> {
    let start = Instant::now();
    let connector = TlsConnector::from(tls.config.clone());
    let agreeing = connector.connect(tls.server_name.clone(), FirstWords::new(stream)).into_fallible();
    match timeout_at(deadline, agreeing).await {
        Err(_) => Err(timed_out(Phase::Tls)),
        Ok(Err((error, words))) => {
            Err(words.judge().map_or_else(|| errors::of_handshake(&error), Failure::Tls))
        }
        Ok(Ok(stream)) => {
            let report = report(stream.get_ref().1, start.elapsed());
            Ok((stream, report.ok_or(Failure::Tls(TlsFailure::Malformed))?))
        }
    }
}

/// What was agreed on; after a handshake it is all there.
fn report(connection: &ClientConnection, handshake: Duration) -> Option<TlsReport> {
    let certificate = connection.peer_certificates()?.first()?;
    Some(TlsReport {
        handshake,
        version: TlsVersion::from_wire(connection.protocol_version()?.into())?,
        cipher_suite: connection.negotiated_cipher_suite()?.suite().into(),
        certificate_expires: Certificate::read(certificate).and_then(|read| read.not_after),
    })
}

/// Sends `close_notify` as far as the socket takes it at once: the result is known, and nobody
/// waits for a server that does not read.
async fn good_bye(mut stream: TlsStream<FirstWords<TcpStream>>) {
    let _ = timeout(Duration::ZERO, stream.shutdown()).await;
}
