//! Pages.

use super::case::{
    Case,
    Then::{Holds, Resets},
    Verdict::{Down, DownHere, Up, UpHere},
    get,
};

/// MD5 of `hello`, by `md5sum` as all others.
const HELLO: &str = "digest 5d41402abc4b2a76b9719d911017c592";
/// Of `hel`.
const HEL: &str = "digest 46356afe55fa3cea9cbe73ad442cad47";
/// Of nothing.
const NOTHING: &str = "digest d41d8cd98f00b204e9800998ecf8427e";
/// The same, for 304.
const NOTHING_OF_304: &str = "status_code 304;digest d41d8cd98f00b204e9800998ecf8427e";
/// Of 100,000 `x`.
const LONG: &str = "digest d5816f35916d1d9482fb0f1ec201101d";
/// Of `hello` as one chunk, its length, the last chunk and all line ends included.
const CHUNK: &str = "digest 79e9489e3bd3f0cb0158215341de046d";
/// Of the same with an extension and a trailer.
const EXTENDED: &str = "digest 72a2208243386755923d0bb30f64d907";
/// Of `hellohello` as one chunk.
const TEN: &str = "digest 182a6476f09c0ded3765221711e1e575";

const BLANK: &str = "RFC 9112 §4 wants the blank, but servers leave it out, and no browser minds";
const BLANKS: &str = "RFC 9112 §4: a recipient may part the words at any blanks";
const BOUND: &str =
    "keepalived holds 4095 octets of a head; RFC 9110 §2.3 knows no such bound, ours is 8 KiB";
const LINE_FEED: &str = "RFC 9112 §2.2: a recipient may take a line feed alone for the end of a line";
const INTERIM: &str = "RFC 9110 §15.2: a client passes over interim replies";
const OVER: &str = "RFC 9112 §6.3: the reply is over; keepalived waits for the end of the stream, in vain";
const COMPLETE: &str = "RFC 9112 §6.3: the reply was complete before the connection was lost";
const NO_BODY: &str = "RFC 9112 §6.3: 204 has no body, and no client sees what comes in its place";
const CASE: &str = "RFC 9110 §5.1: the case of a header's name does not matter";
const WHITE: &str = "RFC 9110 §5.5: blanks around a value are none of it";
const NAME: &str = "RFC 9110 §5.1: another name is another header; keepalived finds the letters within it";
const DECODED: &str = "RFC 9112 §7.1: this is the page, as browsers see it";
const BROKEN: &str = "RFC 9112 §7.1: these are no chunks, and no client can read the page";
const HEAD_TOO: &str = "keepalived searches the head, too, but only if it comes together with the body";
const LAST: &str = "keepalived asks for partial matches, which a match at the very end of a page is for ever";

/// All of them.
#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    // The status line.
    get("a reason", "", "HTTP/1.1 200 OK\r\n\r\nhello", Up),
    get("no reason", "", "HTTP/1.1 200 \r\n\r\nhello", Up),
    get("no reason and no blank before it", "", "HTTP/1.1 200\r\n\r\nhello", UpHere(BLANK)),
    get("two blanks", "", "HTTP/1.1  200 OK\r\n\r\nhello", UpHere(BLANKS)),
    get("tabs for blanks", "", "HTTP/1.1\t200\tOK\r\n\r\nhello", Down),
    get("a blank in front", "", " HTTP/1.1 200 OK\r\n\r\nhello", Down),
    get("an empty line in front", "", "\r\nHTTP/1.1 200 OK\r\n\r\nhello", Down),
    get("lower case", "", "http/1.1 200 ok\r\n\r\nhello", Up),
    get("HTTP/2.0", "", "HTTP/2.0 200 OK\r\n\r\nhello", Up),
    get("HTTP/1.10", "", "HTTP/1.10 200 OK\r\n\r\nhello", Up),
    get("a server of streams", "", "ICY 200 OK\r\nicy-name: radio\r\n\r\nhello", Up),
    get("no protocol", "", "200 OK\r\n\r\nhello", Down),
    get("a page without a head (HTTP/0.9)", "", "hello", Down),
    get("status 99", "", "HTTP/1.1 99 OK\r\n\r\n", Down),
    get("status 20", "", "HTTP/1.1 20 OK\r\n\r\n", Down),
    get("status 000", "", "HTTP/1.1 000 OK\r\n\r\n", Down),
    get("status 1000", "", "HTTP/1.1 1000 OK\r\n\r\n", Down),
    get("status 2000", "", "HTTP/1.1 2000 OK\r\n\r\n", Down),
    get("status 600", "", "HTTP/1.1 600 OK\r\n\r\n", Down),
    get("status abc", "", "HTTP/1.1 abc OK\r\n\r\n", Down),
    get("status 20x", "", "HTTP/1.1 20x OK\r\n\r\n", Down),
    get("status +20", "", "HTTP/1.1 +20 OK\r\n\r\n", Down),
    get("status 200OK", "", "HTTP/1.1 200OK\r\n\r\n", Down),
    get("status 199", "", "HTTP/1.1 199 OK\r\n\r\nHTTP/1.1 404 No\r\n\r\n", Down),
    get("status 299", "", "HTTP/1.1 299 OK\r\n\r\n", Up),
    get("status 300", "", "HTTP/1.1 300 OK\r\n\r\n", Down),
    get("301, which nobody wants", "", "HTTP/1.1 301 Moved\r\nLocation: /a\r\n\r\n", Down),
    get("301, which is wanted", "status_code 301", "HTTP/1.1 301 Moved\r\nLocation: /a\r\n\r\n", Up),
    get("302, of several", "status_code 200 301-302 404", "HTTP/1.1 302 Found\r\nLocation: /a\r\n\r\n", Up),
    get("303, of several", "status_code 200 301-302 404", "HTTP/1.1 303 Other\r\nLocation: /a\r\n\r\n", Down),
    get("200, where 404 is wanted", "status_code 404", "HTTP/1.1 200 OK\r\n\r\n", Down),
    get("599, which is wanted", "status_code 599", "HTTP/1.1 599 No\r\n\r\n", Up),
    get("100, then 200", "", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello", UpHere(INTERIM)),
    get("103, then 404", "", "HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 404 No\r\n\r\n", Down),
    get("100, which is wanted", "status_code 100", "HTTP/1.1 100 Continue\r\n\r\n", Up),
    get("101", "", "HTTP/1.1 101 Switching\r\n\r\n", Down),
    // The head.
    get("headers", "", "HTTP/1.1 200 OK\r\nA: b\r\nC:d\r\nE:\r\n\r\nhello", Up),
    get("line feeds alone", "", "HTTP/1.1 200 OK\nA: b\n\nhello", UpHere(LINE_FEED)),
    get("a line feed among others", "", "HTTP/1.1 200 OK\r\nA: b\n\r\nhello", UpHere(LINE_FEED)),
    get("carriage returns alone", "", "HTTP/1.1 200 OK\rA: b\r\rhello", Down),
    get("no end of the head", "", "HTTP/1.1 200 OK\r\nA: b\r\n", Down),
    get("no end of the status line", "", "HTTP/1.1 200 OK", Down),
    get("a header without a colon", "", "HTTP/1.1 200 OK\r\nA b\r\n\r\nhello", Up),
    get("a folded header", "", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\td\r\n\r\nhello", Up),
    get("a folded status line", "", "HTTP/1.1 200 OK\r\n A: b\r\n\r\nhello", Up),
    get("a NUL", "", "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\nhello", Up),
    get("a head of 3 KiB", "", "HTTP/1.1 200 OK\r\nA: <3000>\r\n\r\nhello", Up),
    get("a head of 5 KiB", "", "HTTP/1.1 200 OK\r\nA: <5000>\r\n\r\nhello", UpHere(BOUND)),
    get("a reason of 5 KiB", "", "HTTP/1.1 200 <5000>\r\n\r\nhello", UpHere(BOUND)),
    get("a head of 9 KiB", "", "HTTP/1.1 200 OK\r\nA: <9000>\r\n\r\nhello", Down),
    get("in many pieces", HELLO, "H~TTP/1.1 2~00 OK\r~\nA~: b\r\n\r~\nhe~l~lo", Up),
    // The length of the body.
    get("204", "", "HTTP/1.1 204 No Content\r\n\r\n", Up),
    Case { then: Holds, ..get("204, and the connection stays", "", "HTTP/1.1 204 No Content\r\n\r\n", UpHere(OVER)) },
    get("204 with a body", HELLO, "HTTP/1.1 204 No Content\r\n\r\nhello", DownHere(NO_BODY)),
    get("304 with the length of what it has not", NOTHING_OF_304, "HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n", Up),
    get("no length", HELLO, "HTTP/1.0 200 OK\r\n\r\nhello", Up),
    get("a proper length", HELLO, "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", Up),
    get("a line feed too many", HELLO, "HTTP/1.0 200 OK\r\n\r\nhello\n", Down),
    get("a line feed beyond the length", HELLO, "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello\n", Up),
    Case { then: Holds, ..get("a length, and the connection stays", HELLO, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", UpHere(OVER)) },
    Case { then: Resets, ..get("a length, and the connection is lost", HELLO, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", UpHere(COMPLETE)) },
    get("too small a length", HEL, "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nhello", Up),
    get("too small a length for the digest", HELLO, "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nhello", Down),
    get("too great a length", HELLO, "HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nhello", Up),
    Case { then: Holds, ..get("too great a length, and it stays", HELLO, "HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nhello", Down) },
    get("a length of 0", NOTHING, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\nhello", Up),
    get("a length below 0", HELLO, "HTTP/1.0 200 OK\r\nContent-Length: -3\r\n\r\nhello", Up),
    get("a length beyond all bounds", HELLO, "HTTP/1.0 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello", Up),
    get("a length that is no number", HELLO, "HTTP/1.0 200 OK\r\nContent-Length: three\r\n\r\nhello", Up),
    get("a length in two words", HELLO, "HTTP/1.0 200 OK\r\nContent-Length: 3, 3\r\n\r\nhello", Up),
    get("a length with a plus", HELLO, "HTTP/1.0 200 OK\r\nContent-Length: +5\r\n\r\nhello", Up),
    get("a length with a blank behind it", HEL, "HTTP/1.0 200 OK\r\nContent-Length: 3 \r\n\r\nhello", UpHere(WHITE)),
    get("a length with a blank before its colon", HELLO, "HTTP/1.0 200 OK\r\nContent-Length : 3\r\n\r\nhello", Up),
    get("a length in lower case", HEL, "HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nhello", UpHere(CASE)),
    get("a folded length", HEL, "HTTP/1.0 200 OK\r\nContent-Length:\r\n 3\r\n\r\nhello", Up),
    get("the same length twice", HEL, "HTTP/1.0 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nhello", Up),
    get("two lengths", HEL, "HTTP/1.0 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nhello", Up),
    get("the length of something else", HELLO, "HTTP/1.0 200 OK\r\nX-Content-Length: 3\r\n\r\nhello", UpHere(NAME)),
    get("a long body", LONG, "HTTP/1.0 200 OK\r\n\r\n<100000>", Up),
    get("a coded body", "", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\0\x08", Up),
    get("a second reply", HELLO, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 404 No\r\n\r\n", Up),
    // Chunks.
    get("chunks", "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", Up),
    get("chunks, digest of the page", HELLO, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", UpHere(DECODED)),
    get("chunks, digest of what is sent", CHUNK, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", Up),
    get("chunks in pieces", CHUNK, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r~\nhel~lo\r\n0\r\n~\r\n", Up),
    get("chunks, neither digest", HEL, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", Down),
    get("an extension and a trailer", EXTENDED, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n", Up),
    get("a length in upper case", TEN, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\nhellohello\r\n0\r\n\r\n", Up),
    get("chunks by HTTP/1.0", CHUNK, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", Up),
    get("chunks and a length", "", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", Up),
    get("a chunk that is cut off", "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", Up),
    get("a chunk without a length", "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello", DownHere(BROKEN)),
    get("a chunk longer than its length", "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n", DownHere(BROKEN)),
    Case { then: Holds, ..get("chunks, and the connection stays", "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", UpHere(OVER)) },
    // The connection.
    get("not a word", "", "", Down),
    Case { then: Holds, ..get("not a word, and it stays", "", "", Down) },
    Case { then: Resets, ..get("not a word, and it is lost", "", "", Down) },
    Case { then: Resets, ..get("lost within the body", "", "HTTP/1.0 200 OK\r\n\r\nhello", Down) },
    // The request.
    Case { wants: "\r\nHost: 10.77.0.11:", ..get("the host without a name", "", "HTTP/1.0 200 OK\r\n\r\n", Up) },
    Case { lines: "virtualhost a.test", wants: "\r\nHost: a.test\r\n", ..get("the host of the check", "", "HTTP/1.0 200 OK\r\n\r\n", Up) },
    Case { lines: "virtualhost a.test", wants: "\r\nHost: b.test\r\n", ..get("the host of the page", "virtualhost b.test", "HTTP/1.0 200 OK\r\n\r\n", Up) },
    Case { lines: "http_protocol 1.1", wants: "GET / HTTP/1.1\r\n", ..get("a request of HTTP/1.1", "", "HTTP/1.1 200 OK\r\n\r\n", Up) },
    Case { lines: "http_protocol 1.1", wants: "\r\nConnection: close\r\n", ..get("what it says of the connection", "", "HTTP/1.1 200 OK\r\n\r\n", Up) },
    Case { lines: "url {;path /two;}", ..get("two pages", "", "HTTP/1.0 200 OK\r\n\r\n", Up) },
    Case { lines: "url {;path /two;}", wants: "GET / ", ..get("two pages, of which one is there", "", "HTTP/1.0 200 OK\r\n\r\n", Down) },
    // Patterns. What keepalived makes of a head that comes before its body depends on how busy the machine is.
    get("a pattern", "regex hello", "HTTP/1.0 200 OK\r\n\r\n~why, hello there", Up),
    get("a pattern that is not there", "regex goodbye", "HTTP/1.0 200 OK\r\n\r\n~why, hello there", Down),
    get("a pattern for the beginning, all at once", "regex ^why", "HTTP/1.0 200 OK\r\n\r\nwhy, hello there", UpHere(HEAD_TOO)),
    get("a pattern for the head, all at once", "regex OK", "HTTP/1.0 200 OK\r\n\r\nwhy, hello there", DownHere(HEAD_TOO)),
    get("a pattern for the end", "regex there$", "HTTP/1.0 200 OK\r\n\r\n~why, hello there", UpHere(LAST)),
    get("a pattern for the end, which is forbidden", "regex there$;regex_no_match", "HTTP/1.0 200 OK\r\n\r\n~why, hello there", DownHere(LAST)),
];
