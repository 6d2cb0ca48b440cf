//! Plays a server to an exchange.

use healthcheck::{Exchange, Failure, Step};
use proptest::prelude::*;

/// The result of a dialogue whose server sends `reply` in pieces of `step` octets and then ends.
/// It goes on after a change to TLS as if there had been one.
pub(crate) fn judge<E: Exchange + Clone>(exchange: &E, reply: &[u8], step: usize) -> Result<(), Failure> {
    converse(&mut exchange.clone(), reply, step).1
}

/// What was sent, and the result.
pub(crate) fn converse(
    exchange: &mut impl Exchange,
    reply: &[u8],
    step: usize,
) -> (Vec<u8>, Result<(), Failure>) {
    let mut wire = Vec::new();
    for piece in reply.chunks(step.max(1)) {
        flush(exchange, &mut wire);
        if let Step::Done(result) = exchange.received(piece) {
            assert_eq!(exchange.received(b"late"), Step::Done(result), "the result stays");
            assert_eq!(exchange.closed(), Step::Done(result), "the result stays");
            return (wire, result);
        }
    }
    flush(exchange, &mut wire);
    match exchange.closed() {
        Step::Done(result) => (wire, result),
        Step::Continue | Step::StartTls => panic!("an exchange ends with its stream"),
    }
}

/// Sends octet by octet what there is to send.
fn flush(exchange: &mut impl Exchange, wire: &mut Vec<u8>) {
    while let Some(octet) = exchange.to_send().first().copied() {
        wire.push(octet);
        exchange.sent(1);
    }
    exchange.sent(usize::MAX);
    assert_eq!(exchange.to_send(), b"");
}

/// The same result for every cut of `reply` into equal pieces.
pub(crate) fn judge_in_all_pieces<E: Exchange + Clone>(exchange: &E, reply: &[u8]) -> Result<(), Failure> {
    let whole = judge(exchange, reply, usize::MAX);
    for step in 1..=reply.len() {
        assert_eq!(judge(exchange, reply, step), whole, "{:?} by {step}", String::from_utf8_lossy(reply));
    }
    whole
}

/// Replies of the given words and of any octets between them.
pub(crate) fn replies(words: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        5 => prop::sample::select(words).prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..40),
        1 => (any::<u8>(), 1..3000_usize).prop_map(|(octet, length)| vec![octet; length]),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}
