//! A text that is looked for in a long body, where everybody can tell whether it is there.
//!
//! An input is where the text stands, the first and the last offset that count, each of two octets, how the body
//! is cut, and the text.

use healthcheck::{
    Exchange as _, HttpExchange, HttpExpect, HttpRegex, HttpRequest, HttpVersion, MAX_MATCH_LEN,
    RegexPattern, SEARCH_WINDOW, Step,
};

/// Octets of a body without the text: several windows.
const FILLING: usize = 2 * SEARCH_WINDOW;

/// Runs one input.
pub(super) fn run(octets: &[u8]) {
    let Some((&[low, high, min_low, min_high, max_low, max_high, cut], text)) = octets.split_first_chunk()
    else {
        return;
    };
    if text.is_empty() || text.len() > MAX_MATCH_LEN / 4 || text.contains(&b'.') {
        return;
    }
    let place = usize::from(u16::from_le_bytes([low, high])) % (FILLING + 1);
    let min = u64::from(u16::from_le_bytes([min_low, min_high]));
    let max = u64::from(u16::from_le_bytes([max_low, max_high]));
    let filling = [b'.'; FILLING];
    let body = [&filling[..place], text, &filling[place..]].concat();
    let octets: String = text.iter().map(|octet| format!("\\x{octet:02x}")).collect();
    let pattern = RegexPattern::new(&octets, &[]).expect("a proper pattern");
    let regex =
        HttpRegex { min_offset: min, max_offset: (max > 0).then_some(max), ..HttpRegex::new(pattern) };

    // The filling is none of the text, so it stands in one place only.
    let begins = u64::try_from(place).expect("a short body");
    let there = min <= begins && (max == 0 || begins <= max);
    let found = search(&regex, &body, usize::from(cut).max(1) * 97);
    assert_eq!(found, there, "at {place}, from {min} to {max}");
}

fn search(regex: &HttpRegex, body: &[u8], step: usize) -> bool {
    let request = HttpRequest::new(HttpVersion::Http10, "/", None, ([192, 0, 2, 1], 80).into());
    let expect = HttpExpect { regex: Some(regex.clone()), ..HttpExpect::default() };
    let mut exchange = HttpExchange::new(&request.expect("a proper request"), expect);
    assert_eq!(exchange.received(b"HTTP/1.0 200 OK\r\n\r\n"), Step::Continue);
    for piece in body.chunks(step) {
        assert_eq!(exchange.received(piece), Step::Continue, "the end decides");
    }
    exchange.closed() == Step::Done(Ok(()))
}
