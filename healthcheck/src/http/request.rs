//! The request.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::net::SocketAddr;

/// `http_protocol`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum HttpVersion {
    /// `1.0`.
    #[default]
    Http10,
    /// `1.0C`: HTTP/1.0 with `Connection: close`.
    Http10Close,
    /// `1.1`: HTTP/1.1 with `Connection: close`.
    Http11,
}

/// What the request wants.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum HttpMethod {
    /// `GET`, as keepalived.
    #[default]
    Get,
    /// `HEAD`: the head only. Digests and a regex then judge a body of nothing.
    Head,
}

/// A request with keepalived's headers.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HttpRequest {
    method: HttpMethod,
    version: HttpVersion,
    path: String,
    host: String,
}

/// A path or host that cannot stand in a request.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// The path is empty.
    #[error("empty path")]
    EmptyPath,
    /// A blank or control character in the path would end it early.
    #[error("blank or control character in the path")]
    Path,
    /// A blank or control character in the host name would end the header early.
    #[error("blank or control character in the host name")]
    Host,
}

impl HttpRequest {
    /// A GET request for `path`.
    ///
    /// The `Host` header is `virtualhost` if given (keepalived takes that of the URL, else of the
    /// check, the real server, the virtual server), else the address and port that are probed.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] names what cannot stand in a request.
    pub fn new(
        version: HttpVersion,
        path: &str,
        virtualhost: Option<&str>,
        server: SocketAddr,
    ) -> Result<Self, InvalidRequest> {
        if path.is_empty() {
            return Err(InvalidRequest::EmptyPath);
        }
        let breaks = |text: &str| text.chars().any(|c| c.is_ascii_control() || c == ' ');
        if breaks(path) {
            return Err(InvalidRequest::Path);
        }
        let mut host = String::new();
        match virtualhost {
            Some(name) => host.push_str(name),
            // Brackets and port come with it: `192.0.2.1:80`, `[2001:db8::1]:80`. The scope of a
            // link-local address means nothing to the server.
            None => {
                let server = match server {
                    SocketAddr::V6(v6) => SocketAddr::new((*v6.ip()).into(), v6.port()),
                    SocketAddr::V4(_) => server,
                };
                // Writing to a string cannot fail.
                let _ = write!(host, "{server}");
            }
        }
        if breaks(&host) {
            return Err(InvalidRequest::Host);
        }
        Ok(Self { method: HttpMethod::Get, version, path: path.into(), host })
    }

    /// The same request with another method.
    #[must_use]
    pub fn with_method(self, method: HttpMethod) -> Self {
        Self { method, ..self }
    }

    /// How it asks.
    #[must_use]
    pub const fn method(&self) -> HttpMethod {
        self.method
    }

    /// The octets of the request.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (version, connection) = match self.version {
            HttpVersion::Http10 => ("1.0", ""),
            HttpVersion::Http10Close => ("1.0", "Connection: close\r\n"),
            HttpVersion::Http11 => ("1.1", "Connection: close\r\n"),
        };
        let method = match self.method {
            HttpMethod::Get => "GET ",
            HttpMethod::Head => "HEAD ",
        };
        let parts = [
            method,
            &self.path,
            " HTTP/",
            version,
            "\r\nUser-Agent: KeepAliveClient\r\n",
            connection,
            "Host: ",
            &self.host,
            "\r\n\r\n",
        ];
        parts.concat().into_bytes()
    }
}
