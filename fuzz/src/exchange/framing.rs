//! One page in three frames.

use healthcheck::{Exchange as _, HttpExchange, HttpExpect, HttpRequest, HttpVersion, Step};

/// A page is the same up to the end of the stream, by its length and in chunks of `lengths`, and what
/// follows it does not matter.
pub(super) fn laws(lengths: &[u8], page: &[u8]) {
    let until_close = read(&[b"\r\n", page].concat());
    let length = format!("Content-Length: {}\r\n\r\n", page.len());
    assert_eq!(read(&[length.as_bytes(), page, b"more"].concat()), until_close, "by its length");
    let chunks = chunks(lengths, page);
    let coded = [b"Transfer-Encoding: chunked\r\n\r\n", chunks.as_slice(), b"more"].concat();
    assert_eq!(read(&coded), until_close, "in chunks");
}

/// Verdict and octets of body of a reply that goes on with `rest` behind its status line. The digest that is
/// wanted is of no page, so the verdict has the one of this page.
fn read(rest: &[u8]) -> (Step, u64) {
    let request = HttpRequest::new(HttpVersion::Http11, "/", None, ([192, 0, 2, 1], 80).into());
    let expect = HttpExpect { digest: Some([0; 16]), ..HttpExpect::default() };
    let mut exchange = HttpExchange::new(&request.expect("a proper request"), expect);
    let step = match exchange.received(&[b"HTTP/1.1 200 OK\r\n", rest].concat()) {
        Step::Continue => exchange.closed(),
        step => step,
    };
    (step, exchange.report().body_len)
}

/// As a server may write them: in either case, with extensions, noughts, trailers, line feeds alone.
fn chunks(lengths: &[u8], page: &[u8]) -> Vec<u8> {
    let mut lengths = lengths.iter().map(|length| usize::from(*length).max(1)).cycle();
    let (mut out, mut left) = (Vec::new(), page);
    while !left.is_empty() {
        let (chunk, rest) = left.split_at(lengths.next().unwrap_or(7).min(left.len()));
        let length = match rest.len() % 4 {
            0 => format!("{:X}\r\n", chunk.len()),
            1 => format!("{:x} ; a=\"b\"\r\n", chunk.len()),
            2 => format!("{:x}\n", chunk.len()),
            _ => format!("00{:X};c\r\n", chunk.len()),
        };
        out.extend([length.as_bytes(), chunk, b"\r\n"].concat());
        left = rest;
    }
    out.extend(if page.len() % 2 == 0 { b"0\r\n\r\n".as_slice() } else { b"00;d\r\nX: y\r\nZ:\n\n" });
    out
}
