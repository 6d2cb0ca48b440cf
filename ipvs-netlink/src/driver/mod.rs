//! Thin adapters that move octets between conversations and a kernel, or something like it.

#[cfg(feature = "fake")]
pub(crate) mod fake;
#[cfg(all(feature = "sync", target_os = "linux"))]
pub(crate) mod namespace;
#[cfg(all(feature = "sync", target_os = "linux"))]
pub(crate) mod pending;
pub(crate) mod recorded;
#[cfg(all(feature = "sync", target_os = "linux"))]
pub(crate) mod socket;
#[cfg(all(feature = "tokio", target_os = "linux"))]
pub(crate) mod tokio;
