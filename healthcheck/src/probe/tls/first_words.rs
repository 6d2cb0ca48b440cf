//! The first octets of a server tell more than the library that reads them does.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{TlsFailure, TlsVersion};

/// A record's head and the first octets of a `ServerHello`, up to its version.
const ENOUGH: usize = 11;

/// A stream that keeps the first octets which arrive.
#[derive(Debug)]
pub(crate) struct FirstWords<S> {
    stream: S,
    octets: [u8; ENOUGH],
    length: usize,
}

impl<S> FirstWords<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self { stream, octets: [0; ENOUGH], length: 0 }
    }

    /// What they say about a handshake that failed, if they say it better than the library.
    pub(super) fn judge(&self) -> Option<TlsFailure> {
        judge(self.octets.get(..self.length)?)
    }

    fn keep(&mut self, arrived: &[u8]) {
        let room = self.octets.get_mut(self.length..).unwrap_or(&mut []);
        let count = room.len().min(arrived.len());
        room.iter_mut().zip(arrived).for_each(|(kept, octet)| *kept = *octet);
        self.length = self.length.saturating_add(count);
    }
}

/// RFC 8446 §5.1 and §4.1.3; the numbers are older than TLS.
fn judge(octets: &[u8]) -> Option<TlsFailure> {
    const ALERT: u8 = 21;
    const HANDSHAKE: u8 = 22;
    match *octets {
        // A `ServerHello`; what is newer than TLS 1.2 says TLS 1.2 there.
        [HANDSHAKE, 3, _, _, _, 2, _, _, _, high, low, ..] => {
            let version = TlsVersion::from_wire(u16::from_be_bytes([high, low]))?;
            (version < TlsVersion::Tls12).then_some(TlsFailure::OlderProtocol { version: Some(version) })
        }
        // SSL 3.0 has no alert for a version that is not its own, so its servers say
        // handshake_failure.
        [ALERT, 3, 0, 0, 2, _, 40 | 70, ..] => {
            Some(TlsFailure::OlderProtocol { version: Some(TlsVersion::Ssl3) })
        }
        [ALERT | HANDSHAKE, 3, ..] | [ALERT | HANDSHAKE] | [] => None,
        _ => Some(TlsFailure::NotTls),
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FirstWords<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.length < ENOUGH {
            self.keep(buffer.filled().get(before..).unwrap_or(&[]));
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstWords<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn older(version: TlsVersion) -> Option<TlsFailure> {
        Some(TlsFailure::OlderProtocol { version: Some(version) })
    }

    /// The first two were said by OpenSSL 3.0.22's `s_server` with `-tls1` and `-tls1_1`, to a
    /// client that did not exclude them; the fourth by nginx 1.22.1 to a client that did.
    #[test]
    fn servers_name_the_version_that_they_speak() {
        #[rustfmt::skip]
        let cases: &[(&str, &[u8], Option<TlsFailure>)] = &[
            ("TLS 1.0",           b"\x16\x03\x01\x00\x45\x02\x00\x00\x41\x03\x01\x1d\xe1", older(TlsVersion::Tls10)),
            ("TLS 1.1",           b"\x16\x03\x02\x00\x45\x02\x00\x00\x41\x03\x02\x5b\xfc", older(TlsVersion::Tls11)),
            ("TLS 1.2",           b"\x16\x03\x03\x00\x41\x02\x00\x00\x3d\x03\x03\x32\x47", None),
            ("protocol_version",  b"\x15\x03\x03\x00\x02\x02\x46", None),
            ("SSL 3.0, RFC 6101", b"\x15\x03\x00\x00\x02\x02\x28", older(TlsVersion::Ssl3)),
            ("HTTP",              b"HTTP/1.1 400 Bad Request", Some(TlsFailure::NotTls)),
            ("SMTP",              b"220 mail.example.org", Some(TlsFailure::NotTls)),
            ("nothing",           b"", None),
            ("too little",        b"\x16", None),
        ];
        for (name, octets, want) in cases {
            for step in 1..=octets.len().max(1) {
                let mut words = FirstWords::new(());
                octets.chunks(step).for_each(|piece| words.keep(piece));
                assert_eq!(words.judge(), *want, "{name} by {step}");
            }
        }
    }
}
