//! The requirements of the RFCs on the codec, field by field, on both sides of each limit.
//!
//! What a test proves stands above it, with the ids of `requirements.tsv`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside a test function; a panic fails the test"
)]

mod addresses;
mod authentication;
mod checksum;
mod header;
mod interval;
mod router;
mod sending;
mod ttl;
