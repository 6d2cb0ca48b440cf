//! Thin adapters that move octets between the cores and a socket.

#[cfg(all(feature = "sync", target_os = "linux"))]
pub(crate) mod sync;

#[cfg(feature = "fake")]
pub(crate) mod fake;
