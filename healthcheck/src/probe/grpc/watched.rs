//! A stream under HTTP/2, which does not tell when its server spoke, nor why it broke.

use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::probe::after;
use crate::{Failure, Phase};

/// What was seen of a stream.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// When the first octet arrived.
    pub(super) first_octet: Option<Instant>,
    /// Why it broke; the library keeps no more than a text of that.
    pub(super) broken: Option<Failure>,
}

/// A stream that writes down what is seen of it, and ends when its server is silent for too long.
#[derive(Debug)]
pub(super) struct Watched<'s, S> {
    stream: S,
    seen: &'s mut Seen,
    /// Knows the stream's errors.
    name: fn(Phase, &io::Error) -> Failure,
    deadline: Instant,
    patience: Option<(Duration, Pin<Box<Sleep>>)>,
}

impl<'s, S> Watched<'s, S> {
    pub(super) fn new(
        stream: S,
        seen: &'s mut Seen,
        name: fn(Phase, &io::Error) -> Failure,
        deadline: Instant,
        patience: Option<Duration>,
    ) -> Self {
        let wait = |patience| (patience, Box::pin(sleep_until(after(Instant::now(), patience))));
        Self { stream, seen, name, deadline, patience: patience.map(wait) }
    }

    fn broke(&mut self, phase: Phase, error: io::Error) -> io::Error {
        self.seen.broken.get_or_insert((self.name)(phase, &error));
        error
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<'_, S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(Ok(())) if buffer.filled().len() > before => {
                let now = Instant::now();
                self.seen.first_octet.get_or_insert(now);
                // HTTP/2 reads on for as long as there is something to read.
                if now >= self.deadline {
                    return Poll::Ready(Err(self.broke(Phase::Receive, io::ErrorKind::TimedOut.into())));
                }
                if let Some((patience, sleep)) = &mut self.patience {
                    sleep.as_mut().reset(after(now, *patience));
                }
                Poll::Ready(Ok(()))
            }
            // Over TLS, an end without good-bye.
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
            Poll::Ready(result) => Poll::Ready(result.map_err(|error| self.broke(Phase::Receive, error))),
            Poll::Pending => match &mut self.patience {
                None => Poll::Pending,
                Some((_, sleep)) => {
                    ready!(sleep.as_mut().poll(context));
                    Poll::Ready(Err(self.broke(Phase::Receive, io::ErrorKind::TimedOut.into())))
                }
            },
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<'_, S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = ready!(Pin::new(&mut self.stream).poll_write(context, octets));
        Poll::Ready(result.map_err(|error| self.broke(Phase::Send, error)))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = ready!(Pin::new(&mut self.stream).poll_flush(context));
        Poll::Ready(result.map_err(|error| self.broke(Phase::Send, error)))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
