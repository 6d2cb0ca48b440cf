//! Mail servers.

use super::case::{
    Case,
    Then::{Holds, Resets},
    Verdict::{Down, DownHere, Up, UpHere},
    mail,
};

const LONG_LINE: &str =
    "RFC 5321 §4.5.3.1.5 allows 512 octets, keepalived holds 511; ours takes more of those who send more";
const NUL: &str =
    "RFC 5321 §4.2: the code decides, whatever the text; keepalived does not see the end of such a line";
const AT_ONCE: &str =
    "every answer is right; keepalived drops what TCP brings together with another one, and waits for it";
const TWO_REPLIES: &str = "RFC 5321 §4.2: the second line is the answer to HELO; keepalived drops it, but only if both come at once";

/// All of them.
#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    mail("three answers", &["220 a\r\n", "250 b\r\n", "221 c\r\n"], Up),
    mail("answers with a blank and no text", &["220 \r\n", "250 \r\n", "221 \r\n"], Up),
    mail("answers without a text", &["220\r\n", "250\r\n", "221\r\n"], Down),
    mail("answers without a text, line feeds alone", &["220\n", "250\n", "221\n"], Up),
    mail("line feeds alone", &["220 a\n", "250 b\n", "221 c\n"], Up),
    mail("a carriage return alone", &["220 a\r", "250 b\r", "221 c\r"], Down),
    mail("in pieces", &["2~20 a\r~\n", "25~0 b\r\n", "221~ c\r\n"], Up),
    mail("a banner of two lines", &["220-a\r\n220 b\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("an answer of two lines to HELO", &["220 a\r\n", "250-b\r\n250 c\r\n", "221 c\r\n"], Down),
    mail("an answer of two lines to QUIT", &["220 a\r\n", "250 b\r\n", "221-c\r\n221 d\r\n"], Up),
    mail("a banner that goes on for ever", &["220-a\r\n"], Down),
    Case { then: Holds, ..mail("a banner without the end of its line", &["220 a"], Down) },
    mail("421 in the banner", &["421 too many\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("554 in the banner", &["554 no\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("250 in the banner", &["250 a\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("221 in the banner", &["221 a\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("451 to HELO", &["220 a\r\n", "451 later\r\n", "221 c\r\n"], Down),
    mail("502 to HELO", &["220 a\r\n", "502 what\r\n", "221 c\r\n"], Down),
    mail("220 to HELO", &["220 a\r\n", "220 b\r\n", "221 c\r\n"], Down),
    mail("500 to QUIT", &["220 a\r\n", "250 b\r\n", "500 what\r\n"], Up),
    mail("a word to QUIT", &["220 a\r\n", "250 b\r\n", "bye\r\n"], Up),
    mail("no answer to QUIT", &["220 a\r\n", "250 b\r\n", ""], Down),
    mail("the end before QUIT", &["220 a\r\n", "250 b\r\n"], Down),
    Case { then: Holds, ..mail("no answer to QUIT, and it stays", &["220 a\r\n", "250 b\r\n", ""], Down) },
    mail("the end after the banner", &["220 a\r\n"], Down),
    Case { then: Resets, ..mail("lost after the banner", &["220 a\r\n"], Down) },
    mail("not a word", &[""], Down),
    mail("a text in front", &["hello\r\n220 a\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("an empty line in front", &["\r\n220 a\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("a blank in front", &[" 220 a\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("a plus in front", &["+220 a\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("a nought in front", &["0220 a\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("two digits", &["22 a\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("four digits", &["2200 a\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("a tab behind the code", &["220\ta\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("a letter behind the code", &["220a\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("a page", &["HTTP/1.0 400 Bad Request\r\n\r\n"], Down),
    mail("a line of 400 octets", &["220 <400>\r\n", "250 b\r\n", "221 c\r\n"], Up),
    mail("a line of 600 octets", &["220 <600>\r\n", "250 b\r\n", "221 c\r\n"], UpHere(LONG_LINE)),
    mail("a line of 3000 octets", &["220 <3000>\r\n", "250 b\r\n", "221 c\r\n"], Down),
    mail("a NUL in the text", &["220 a\0b\r\n", "250 b\r\n", "221 c\r\n"], UpHere(NUL)),
    Case { then: Holds, ..mail("all answers before a question", &["220 a\r\n250 b\r\n221 c\r\n"], UpHere(AT_ONCE)) },
    mail("two banners at once", &["220 a\r\n220 b\r\n", "250 b\r\n", "221 c\r\n"], DownHere(TWO_REPLIES)),
];
