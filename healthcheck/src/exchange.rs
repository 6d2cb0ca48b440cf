//! One dialogue with a server as octets in, octets out.

use crate::Failure;

/// A dialogue that somebody else carries over a connection.
///
/// Send everything in [`to_send`](Self::to_send), feed what arrives to
/// [`received`](Self::received) and the end of the stream to [`closed`](Self::closed), until one
/// of them says [`Step::Done`].
///
/// ```
/// use healthcheck::{Exchange, Step};
///
/// /// Carries `exchange` over any blocking stream.
/// fn carry(
///     exchange: &mut impl Exchange,
///     stream: &mut (impl std::io::Read + std::io::Write),
/// ) -> std::io::Result<Result<(), healthcheck::Failure>> {
///     let mut buffer = [0; 4096];
///     loop {
///         let sent = exchange.to_send().len();
///         stream.write_all(exchange.to_send())?;
///         exchange.sent(sent);
///         let step = match stream.read(&mut buffer)? {
///             0 => exchange.closed(),
///             length => exchange.received(&buffer[..length]),
///         };
///         match step {
///             Step::Continue => {}
///             // Only for exchanges that were told to ask for it.
///             Step::StartTls => return Err(std::io::ErrorKind::Unsupported.into()),
///             Step::Done(result) => return Ok(result),
///         }
///     }
/// }
/// ```
pub trait Exchange {
    /// Octets to send now; empty when it is the server's turn.
    fn to_send(&self) -> &[u8];

    /// The first `count` octets of [`to_send`](Self::to_send) are on their way.
    fn sent(&mut self, count: usize);

    /// Takes octets of the server, never an empty slice.
    fn received(&mut self, octets: &[u8]) -> Step;

    /// Takes the end of the stream: nothing more will be received. [`Step::Continue`] now means that there is one last
    /// thing to send; probes end a dialogue that says so twice, as [`NetworkError::Closed`](crate::NetworkError::Closed).
    fn closed(&mut self) -> Step;
}

/// Whether a dialogue goes on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Step {
    /// Send what there is to send, then wait for more.
    Continue,
    /// Agree on TLS over this connection, then go on with it as with [`Continue`](Self::Continue):
    /// what there is to send must not go out in clear text. Only exchanges that are told to ask
    /// for TLS say so.
    StartTls,
    /// Close the connection; this is the result.
    Done(Result<(), Failure>),
}
