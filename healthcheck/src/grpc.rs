//! The messages of gRPC's health protocol, `grpc.health.v1`.
//!
//! There are two, with one field each; the framing is that of gRPC over HTTP/2.

use alloc::string::ToString as _;
use core::net::SocketAddr;

use bytes::{BufMut as _, Bytes, BytesMut};
use http::uri::Authority;

use crate::Phase;

/// Octets of a service's name; longer ones are refused.
pub const MAX_GRPC_SERVICE_LEN: usize = 1024;

/// Octets of a reply, its framing included; longer ones fail the check.
pub const MAX_GRPC_REPLY_LEN: usize = 1024;

/// What `grpc.health.v1.Health/Check` is asked.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct GrpcRequest {
    authority: Authority,
    message: Bytes,
}

/// A name that cannot stand in a request.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidGrpcRequest {
    /// No host with or without a port.
    #[error("no proper authority")]
    Authority,
    /// Longer than [`MAX_GRPC_SERVICE_LEN`].
    #[error("service name longer than {MAX_GRPC_SERVICE_LEN} octets")]
    ServiceTooLong,
}

impl GrpcRequest {
    /// Asks for `service`; the empty name stands for the whole server. Without `authority` the
    /// address that is probed stands in for it.
    ///
    /// # Errors
    ///
    /// [`InvalidGrpcRequest`] names what cannot stand in a request.
    pub fn new(
        service: &str,
        authority: Option<&str>,
        server: SocketAddr,
    ) -> Result<Self, InvalidGrpcRequest> {
        if service.len() > MAX_GRPC_SERVICE_LEN {
            return Err(InvalidGrpcRequest::ServiceTooLong);
        }
        let authority = match (authority, server) {
            (Some(name), _) => name.parse(),
            // The scope of a link-local address means nothing to the server.
            (None, SocketAddr::V6(v6)) => SocketAddr::new((*v6.ip()).into(), v6.port()).to_string().parse(),
            (None, SocketAddr::V4(_)) => server.to_string().parse(),
        };
        let authority = authority.map_err(|_| InvalidGrpcRequest::Authority)?;
        Ok(Self { authority, message: encode(service) })
    }

    pub(crate) const fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn message(&self) -> Bytes {
        self.message.clone()
    }
}

/// Why a server is not healthy by gRPC's account.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GrpcFailure {
    /// What arrived is not HTTP/2, or breaks its rules.
    #[error("not an HTTP/2 server")]
    NotHttp2,
    /// The server did not choose HTTP/2 while TLS was agreed on (ALPN, RFC 9113 §3.3), which gRPC's clients insist on.
    #[error("the server did not choose HTTP/2 (ALPN)")]
    NoAlpn,
    /// The server ended the connection (`GOAWAY`); with its reason, as RFC 9113 §7 numbers them.
    #[error("the server ended the connection with HTTP/2 error {0}")]
    GoAway(u32),
    /// The server ended the request (`RST_STREAM`), likewise.
    #[error("the server reset the request with HTTP/2 error {0}")]
    Reset(u32),
    /// Another HTTP status than 200, from a proxy perhaps.
    #[error("HTTP status {0}")]
    HttpStatus(u16),
    /// The content type is not gRPC's.
    #[error("not a gRPC server")]
    NotGrpc,
    /// The reply ends without a `grpc-status`.
    #[error("no grpc-status")]
    NoStatus,
    /// `grpc-status` other than 0: 5 for a service that the server does not know, 12 for a server
    /// without the health service.
    #[error("grpc-status {0}")]
    Status(u32),
    /// More than [`MAX_GRPC_REPLY_LEN`].
    #[error("reply longer than {MAX_GRPC_REPLY_LEN} octets")]
    TooLong,
    /// Not one whole message of the health protocol.
    #[error("malformed reply")]
    Malformed,
    /// `UNKNOWN`: the server does not know how the service is.
    #[error("health UNKNOWN")]
    Unknown,
    /// `NOT_SERVING`.
    #[error("health NOT_SERVING")]
    NotServing,
    /// `SERVICE_UNKNOWN`: the server does not know the service.
    #[error("health SERVICE_UNKNOWN")]
    ServiceUnknown,
    /// A health that has no name yet.
    #[error("health {0}")]
    Other(u64),
}

impl GrpcFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::NoAlpn => Phase::Tls,
            Self::NotHttp2 | Self::GoAway(_) | Self::Reset(_) => Phase::Receive,
            Self::HttpStatus(_) | Self::NotGrpc | Self::NoStatus | Self::Status(_) => Phase::Status,
            Self::TooLong
            | Self::Malformed
            | Self::Unknown
            | Self::NotServing
            | Self::ServiceUnknown
            | Self::Other(_) => Phase::Body,
        }
    }
}

/// `HealthCheckRequest { string service = 1; }` behind the five octets of gRPC's framing.
fn encode(service: &str) -> Bytes {
    let mut message = BytesMut::new();
    // proto3 leaves out a field that is empty.
    if !service.is_empty() {
        message.put_u8(1 << 3 | 2);
        let mut length = service.len();
        while length > 0x7f {
            message.put_u8(u8::try_from(length & 0x7f).unwrap_or(0) | 0x80);
            length >>= 7;
        }
        message.put_u8(u8::try_from(length).unwrap_or(0));
        message.put_slice(service.as_bytes());
    }
    let mut framed = BytesMut::with_capacity(5 + message.len());
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).unwrap_or(0));
    framed.put_slice(&message);
    framed.freeze()
}

/// Judges `HealthCheckResponse { ServingStatus status = 1; }` in its framing.
pub(crate) fn judge(reply: &[u8]) -> Result<(), GrpcFailure> {
    let Some((&[compressed, a, b, c, d], message)) = reply.split_first_chunk() else {
        return Err(GrpcFailure::Malformed);
    };
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    // No compression was offered.
    if compressed != 0 || message.len() != length {
        return Err(GrpcFailure::Malformed);
    }
    match status(message).ok_or(GrpcFailure::Malformed)? {
        0 => Err(GrpcFailure::Unknown),
        1 => Ok(()),
        2 => Err(GrpcFailure::NotServing),
        3 => Err(GrpcFailure::ServiceUnknown),
        other => Err(GrpcFailure::Other(other)),
    }
}

/// The last field 1 that is a number, 0 without any; `None` if this is no message. Fields that are
/// not known are passed over, as protobuf wants it.
fn status(mut message: &[u8]) -> Option<u64> {
    let mut status = 0;
    while !message.is_empty() {
        let tag = varint(&mut message)?;
        match (tag >> 3, tag & 7) {
            (0, _) => return None,
            (1, 0) => status = varint(&mut message)?,
            (_, 0) => drop(varint(&mut message)?),
            (_, 1) => message = message.get(8..)?,
            (_, 2) => {
                let length = usize::try_from(varint(&mut message)?).ok()?;
                message = message.get(length..)?;
            }
            (_, 5) => message = message.get(4..)?,
            _ => return None,
        }
    }
    Some(status)
}

fn varint(octets: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let (octet, rest) = octets.split_first()?;
        *octets = rest;
        let bits = u64::from(octet & 0x7f);
        if place == 9 && bits > 1 {
            return None;
        }
        number |= bits << (7 * place);
        if octet & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> SocketAddr {
        ([192, 0, 2, 1], 50_051).into()
    }

    #[test]
    fn requests_are_those_of_protobuf_s_own_encoder() {
        // By python3-protobuf 3.21.12 and gRPC's framing.
        let encode = |service: &str| GrpcRequest::new(service, None, server()).unwrap().message();
        assert_eq!(&encode("")[..], b"\0\0\0\0\0");
        assert_eq!(&encode("a.B")[..], b"\0\0\0\0\x05\x0a\x03a.B");
        let long = encode(&"x".repeat(300));
        assert_eq!((&long[..8], long.len()), (b"\0\0\0\x01\x2f\x0a\xac\x02".as_slice(), 308));
    }

    #[test]
    fn names_are_checked() {
        let new = |service, authority| GrpcRequest::new(service, authority, server()).map(drop);
        assert_eq!(new("a", Some("health.example:443")), Ok(()));
        assert_eq!(new("a", Some("a b")), Err(InvalidGrpcRequest::Authority));
        assert_eq!(new("a", Some("")), Err(InvalidGrpcRequest::Authority));
        assert_eq!(new(&"a".repeat(1025), None), Err(InvalidGrpcRequest::ServiceTooLong));
        let request = GrpcRequest::new("", None, "[fe80::1%2]:80".parse().unwrap()).unwrap();
        assert_eq!(request.authority().as_str(), "[fe80::1]:80");
    }

    #[test]
    fn replies_are_read_as_protobuf_says() {
        use GrpcFailure::{Malformed, NotServing, Other, ServiceUnknown, Unknown};
        #[rustfmt::skip]
        let cases: [(&[u8], Result<(), GrpcFailure>); 17] = [
            (b"\0\0\0\0\x02\x08\x01",             Ok(())),
            (b"\0\0\0\0\x02\x08\x02",             Err(NotServing)),
            (b"\0\0\0\0\x02\x08\x03",             Err(ServiceUnknown)),
            (b"\0\0\0\0\x02\x08\0",               Err(Unknown)),
            (b"\0\0\0\0\0",                       Err(Unknown)),
            (b"\0\0\0\0\x03\x08\xac\x02",         Err(Other(300))),
            (b"\0\0\0\0\x04\x08\x02\x08\x01",     Ok(())),
            (b"\0\0\0\0\x09\x12\x01x\x1d\0\0\0\0\x08", Err(Malformed)),
            (b"\0\0\0\0\x0a\x12\x01x\x1d\0\0\0\0\x08\x01", Ok(())),
            (b"\0\0\0\0\x02\x08\x81",             Err(Malformed)),
            (b"\0\0\0\0\x02\0\x01",               Err(Malformed)),
            (b"\0\0\0\0\x02\x12\x05",             Err(Malformed)),
            (b"\x01\0\0\0\x02\x08\x01",           Err(Malformed)),
            (b"\0\0\0\0\x03\x08\x01",             Err(Malformed)),
            (b"\0\0\0\0\x02\x08\x01\0",           Err(Malformed)),
            (b"\0\0\0\0",                         Err(Malformed)),
            (b"",                                 Err(Malformed)),
        ];
        for (reply, want) in cases {
            assert_eq!(judge(reply), want, "{}", reply.escape_ascii());
        }
    }

    proptest::proptest! {
        #[test]
        fn no_reply_panics(reply in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)) {
            let _ = judge(&reply);
            let _ = status(&reply);
        }
    }
}
