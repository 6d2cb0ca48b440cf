//! Patterns of `regex`: whatever is written in one, and whatever it is looked for in.
//!
//! An input is an octet per kind of option (3 in all), the pattern up to the first NUL, and a body. With the
//! highest bit of the third octet it is a [`literal`] instead.

mod literal;

use healthcheck::{
    Exchange as _, HttpExchange, HttpExpect, HttpRegex, HttpRequest, HttpVersion, RegexOption, RegexPattern,
    Step,
};

/// Octets of a pattern: the work of a longer one tells nothing new.
const MAX_PATTERN: usize = 200;

/// Runs one input.
///
/// # Panics
///
/// When a refused pattern has no reason, the verdict depends on how the body is cut, or a literal is
/// overlooked.
pub fn run(octets: &[u8]) {
    let Some((choice, rest)) = octets.split_first_chunk::<3>() else { return };
    let options: Vec<RegexOption> = RegexOption::ALL
        .iter()
        .enumerate()
        .filter(|(place, _)| choice[place / 8] >> (place % 8) & 1 != 0)
        .map(|(_, option)| *option)
        .collect();
    if choice[2] & 0x80 != 0 {
        return literal::run(rest);
    }
    let mut parts = rest.splitn(2, |octet| *octet == 0);
    let (Some(pattern), body) = (parts.next(), parts.next().unwrap_or(b"")) else { return };
    let Ok(text) = core::str::from_utf8(&pattern[..pattern.len().min(MAX_PATTERN)]) else { return };
    match RegexPattern::new(text, &options) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(pattern) => {
            assert_eq!(pattern.pattern(), text);
            let whole = verdict(&pattern, body, body.len().max(1));
            assert_eq!(verdict(&pattern, body, 7), whole, "as a whole and in pieces");
        }
    }
}

fn verdict(pattern: &RegexPattern, body: &[u8], step: usize) -> Step {
    let request = HttpRequest::new(HttpVersion::Http10, "/", None, ([192, 0, 2, 1], 80).into());
    let regex = Some(HttpRegex::new(pattern.clone()));
    let mut exchange =
        HttpExchange::new(&request.expect("a proper request"), HttpExpect { regex, ..HttpExpect::default() });
    assert_eq!(exchange.received(b"HTTP/1.0 200 OK\r\n\r\n"), Step::Continue);
    for piece in body.chunks(step) {
        assert_eq!(exchange.received(piece), Step::Continue, "the end decides");
    }
    exchange.closed()
}
