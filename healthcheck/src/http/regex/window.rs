//! A search in a body that arrives in pieces.

use alloc::vec::Vec;

use super::{HttpRegex, Trouble};

/// Octets of a body that are searched at once, and held at most.
pub const SEARCH_WINDOW: usize = 16 * 1024;

/// Octets that a match may have beyond its beginning, and look back for before it, where the body
/// is longer than [`SEARCH_WINDOW`].
pub const MAX_MATCH_LEN: usize = 4096;

/// What the ends of a window are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Edges {
    /// Its beginning is that of the text.
    pub(super) first: bool,
    /// Its end is.
    pub(super) last: bool,
}

/// A search that goes on.
///
/// Windows are cut at fixed places, so that the result does not depend on the pieces.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct Search {
    held: Vec<u8>,
    /// Octets of the body before those that are held.
    base: u64,
    /// No match begins before this octet of the body.
    from: u64,
    result: Option<Result<bool, Trouble>>,
}

impl Search {
    /// Takes the next octets of the body.
    pub(in crate::http) fn push(&mut self, regex: &HttpRegex, mut octets: &[u8]) {
        // What lies far before the first possible match is not even held.
        let needed = regex.min_offset.saturating_sub(long(MAX_MATCH_LEN));
        if self.held.is_empty() && self.base < needed {
            let skipped = usize::try_from(needed - self.base).unwrap_or(usize::MAX).min(octets.len());
            self.base = self.base.saturating_add(long(skipped));
            octets = octets.get(skipped..).unwrap_or(&[]);
        }
        while !octets.is_empty() && self.result.is_none() {
            let room = SEARCH_WINDOW.saturating_sub(self.held.len());
            let (now, later) = octets.split_at_checked(room).unwrap_or((octets, &[]));
            self.held.extend_from_slice(now);
            octets = later;
            // With one octet more to come it is known that this is not the end.
            if !octets.is_empty() {
                self.window(regex);
            }
        }
    }

    /// Takes the end of the body. The result is whether there is a match.
    pub(in crate::http) fn finish(&mut self, regex: &HttpRegex) -> Result<bool, Trouble> {
        if let Some(result) = self.result {
            return result;
        }
        let result = self.find(regex, true).map(|found| found.is_some());
        self.decide(result);
        result
    }

    /// Searches a full window that is not the last, and drops what is done with.
    fn window(&mut self, regex: &HttpRegex) {
        // Where a match could reach the end of the window, the next one decides.
        let limit = SEARCH_WINDOW - MAX_MATCH_LEN;
        match self.find(regex, false) {
            Err(trouble) => return self.decide(Err(trouble)),
            Ok(Some(found)) if found.start < limit => {
                let is_longer = found.end >= self.held.len();
                return self.decide(if is_longer { Err(Trouble::Length) } else { Ok(true) });
            }
            Ok(_) => {}
        }
        self.from = self.from.max(self.base.saturating_add(long(limit)));
        if regex.max_offset.is_some_and(|max| self.from > max) {
            return self.decide(Ok(false));
        }
        let done = limit - MAX_MATCH_LEN;
        self.held.drain(..done);
        self.base = self.base.saturating_add(long(done));
    }

    /// The first match that counts, in octets of the window.
    fn find(&self, regex: &HttpRegex, last: bool) -> Result<Option<core::ops::Range<usize>>, Trouble> {
        let from = self.from.max(regex.min_offset).saturating_sub(self.base);
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let found = regex.pattern.find(&self.held, from, Edges { first: self.base == 0, last })?;
        let begins = |place: usize| self.base.saturating_add(long(place));
        Ok(found.filter(|found| regex.max_offset.is_none_or(|max| begins(found.start) <= max)))
    }

    fn decide(&mut self, result: Result<bool, Trouble>) {
        self.held = Vec::new();
        self.result = Some(result);
    }
}

fn long(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(all(test, feature = "regex"))]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::RegexPattern;

    fn regex(pattern: &str) -> HttpRegex {
        HttpRegex::new(RegexPattern::new(pattern, &[]).unwrap())
    }

    /// The result for a body in pieces; never is more held than a window.
    fn search(regex: &HttpRegex, body: &[u8], step: usize) -> Result<bool, Trouble> {
        let mut search = Search::default();
        for piece in body.chunks(step) {
            search.push(regex, piece);
            assert!(search.held.len() <= SEARCH_WINDOW && search.held.capacity() <= 2 * SEARCH_WINDOW);
        }
        search.finish(regex)
    }

    fn in_all_pieces(regex: &HttpRegex, body: &[u8]) -> Result<bool, Trouble> {
        let whole = search(regex, body, body.len().max(1));
        for step in [1021, SEARCH_WINDOW - 1, SEARCH_WINDOW + 1] {
            assert_eq!(search(regex, body, step), whole, "by {step}");
        }
        whole
    }

    #[test]
    fn a_match_is_found_wherever_it_stands() {
        let regex = regex("(?<=<<)needle(?!s)");
        let filling = "x".repeat(3 * SEARCH_WINDOW);
        for place in [0, 12_280, 12_290, 16_380, 24_570, filling.len()] {
            let with = |needle: &str| [&filling[..place], needle, &filling[place..]].concat().into_bytes();
            assert_eq!(in_all_pieces(&regex, &with("<<needle")), Ok(true), "{place}");
            assert_eq!(in_all_pieces(&regex, &with("<needle")), Ok(false), "{place}");
            assert_eq!(in_all_pieces(&regex, &with("<<needles")), Ok(false), "{place}");
        }
    }

    #[test]
    fn only_the_ends_of_the_body_are_ends() {
        let body = "ab\n".repeat(SEARCH_WINDOW).into_bytes();
        assert_eq!(in_all_pieces(&regex("^ab"), &body), Ok(true));
        assert_eq!(in_all_pieces(&regex("^b"), &body), Ok(false));
        assert_eq!(in_all_pieces(&regex(r"\Ab|a\z|ab$(?!\s)"), &body), Ok(false));
        assert_eq!(in_all_pieces(&regex("ab$"), &body), Ok(true));
        assert_eq!(in_all_pieces(&regex(r"\z"), &body), Ok(true));
    }

    #[test]
    fn offsets_say_where_a_match_may_begin() {
        let body = [vec![b'x'; 30_000], b"needle".to_vec(), vec![b'x'; 30_000]].concat();
        #[rustfmt::skip]
        let cases = [
            (0, None, true), (29_999, None, true), (30_000, None, true), (30_001, None, false), (60_006, None, false),
            (0, Some(29_999), false), (0, Some(30_000), true), (30_000, Some(30_000), true), (u64::MAX, None, false),
            (0, Some(0), false), (0, Some(u64::MAX), true), (30_001, Some(30_000), false),
        ];
        for (min_offset, max_offset, want) in cases {
            let regex = HttpRegex { min_offset, max_offset, ..regex("needle") };
            assert_eq!(in_all_pieces(&regex, &body), Ok(want), "{min_offset} {max_offset:?}");
        }
        // What stands before the offset is seen, but no match begins there.
        let behind = HttpRegex { min_offset: 30_001, ..regex("(?<=n)eedle") };
        assert_eq!(in_all_pieces(&behind, &body), Ok(true));
        let first = HttpRegex { min_offset: 1, ..regex("^x|x$") };
        assert_eq!(in_all_pieces(&first, b"xxx"), Ok(true));
        assert_eq!(in_all_pieces(&first, b"xxy"), Ok(false));
        assert_eq!(in_all_pieces(&HttpRegex { min_offset: 3, ..regex("$") }, b"xxx"), Ok(true));
        assert_eq!(in_all_pieces(&HttpRegex { min_offset: 4, ..regex("$") }, b"xxx"), Ok(false));
    }

    #[test]
    fn a_match_that_may_go_on_beyond_the_window_has_no_answer() {
        let body = vec![b'x'; 2 * SEARCH_WINDOW];
        assert_eq!(in_all_pieces(&regex("^x*$"), &body), Err(Trouble::Length));
        assert_eq!(in_all_pieces(&regex("^x*$"), &body[..SEARCH_WINDOW]), Ok(true));
        assert_eq!(in_all_pieces(&regex("x{400}"), &body), Ok(true));
    }

    #[test]
    fn characters_that_a_window_cuts_are_whole_in_the_next() {
        let utf = |pattern| HttpRegex::new(RegexPattern::new(pattern, &[crate::RegexOption::Utf]).unwrap());
        let body = "x☺".repeat(SEARCH_WINDOW);
        assert_eq!(in_all_pieces(&utf("☺☺"), body.as_bytes()), Ok(false));
        assert_eq!(in_all_pieces(&utf("^x☺"), body.as_bytes()), Ok(true));
        assert_eq!(in_all_pieces(&utf("☺x☺$"), body.as_bytes()), Ok(true));
        let broken = [body.as_bytes(), b"\xff"].concat();
        assert_eq!(in_all_pieces(&utf("☺☺"), &broken), Err(Trouble::Text));
        assert_eq!(search(&utf("☺x☺$"), body.as_bytes(), 1), Ok(true));
    }
}
