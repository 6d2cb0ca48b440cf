//! A server that says what the input says.

use healthcheck::{Failure, Step};

use super::{Dialogue, shown};

/// Octets that a dialogue may want to send at once.
const MAX_SEND: usize = 4096;
/// Octets that a dialogue may hold; the greatest bounds are those of an HTTP head (8 KiB) and of a
/// search (16 KiB).
const MAX_HELD: usize = 40 * 1024;
/// Octets that a server sends that repeats itself.
const REPEATED: usize = 256 * 1024;

/// What the server sends, and how it is cut.
pub(super) struct Server<'a> {
    pub(super) lengths: &'a [u8],
    pub(super) reply: &'a [u8],
    pub(super) repeats: bool,
}

impl Server<'_> {
    /// Says it as a whole and in pieces: the verdict is the same, and it stays. Gives back the
    /// dialogue that had it in pieces.
    pub(super) fn talk<E: Dialogue>(&self, exchange: &E) -> E {
        let (mut whole, mut cut) = (exchange.clone(), exchange.clone());
        let verdict = converse(&mut whole, [self.reply].into_iter());
        assert_eq!(converse(&mut cut, self.pieces()), verdict, "as a whole and in pieces");
        if let Err(failure) = verdict {
            assert!(!failure.to_string().is_empty() && failure.phase().is_some());
        }
        self.repeat(exchange);
        cut
    }

    /// Says it in pieces only.
    pub(super) fn talk_as_it_comes<E: Dialogue>(&self, exchange: &E) -> E {
        let mut cut = exchange.clone();
        let _ = converse(&mut cut, self.pieces());
        self.repeat(exchange);
        cut
    }

    /// However long the server goes on, little of it is held.
    fn repeat<E: Dialogue>(&self, exchange: &E) {
        if !self.repeats || self.reply.is_empty() {
            return;
        }
        let mut exchange = exchange.clone();
        let before = shown(&exchange);
        // Not octet by octet: that is slow, and another law's matter.
        let block = self.reply.repeat(1024 / self.reply.len() + 1);
        for _ in 0..REPEATED / 1024 {
            flush(&mut exchange);
            if let Step::Done(_) = exchange.received(&block) {
                break;
            }
        }
        // An octet shows as five characters at most: `255, `.
        assert!(shown(&exchange) <= before + 5 * MAX_HELD, "too much is held");
    }

    fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let mut lengths = self.lengths.iter().map(|length| usize::from(*length).max(1)).cycle();
        let mut left = self.reply;
        core::iter::from_fn(move || {
            let length = lengths.next().unwrap_or(1).min(left.len());
            let (piece, rest) = left.split_at(length);
            left = rest;
            (!piece.is_empty()).then_some(piece)
        })
    }
}

/// The verdict, after TLS as if there had been some.
fn converse<'p>(
    exchange: &mut impl Dialogue,
    pieces: impl Iterator<Item = &'p [u8]>,
) -> Result<(), Failure> {
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        flush(exchange);
        if let Step::Done(verdict) = exchange.received(piece) {
            assert_eq!(exchange.received(b"late"), Step::Done(verdict), "the verdict stays");
            assert_eq!(exchange.closed(), Step::Done(verdict), "the verdict stays");
            return verdict;
        }
    }
    flush(exchange);
    match exchange.closed() {
        Step::Done(verdict) => verdict,
        step @ (Step::Continue | Step::StartTls) => panic!("{step:?} after the end of the stream"),
    }
}

fn flush(exchange: &mut impl Dialogue) {
    let length = exchange.to_send().len();
    assert!(length <= MAX_SEND, "{length} octets to send");
    exchange.sent(length / 2);
    exchange.sent(length - length / 2);
    assert!(exchange.to_send().is_empty(), "all is sent");
}
