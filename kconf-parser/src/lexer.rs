//! The two ways in which keepalived splits a line into words.
//!
//! [`tokens`] is the ordinary one. [`command_words`] is the shell-like one that script keywords use.

mod command;
mod plain;
mod signs;

use std::borrow::Cow;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while, take_while1};
use nom::combinator::{consumed, value};
use nom::sequence::delimited;
use nom::{IResult, Parser};

use crate::Span;
use crate::tree::Token;

pub(crate) use command::command_words;
pub(crate) use plain::plain_line;
pub(crate) use signs::{Signs, first_line};

/// What a [`Token`](crate::tree::Token) is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TokenKind {
    /// A word without quotes.
    Word,
    /// A word in double quotes.
    Quoted,
    /// `{`
    Open,
    /// `}`
    Close,
    /// `#` or `!` to the end of the line.
    Comment,
    /// Octets that have no effect: behind a quote that is never closed, behind a NUL, or a line that is too long.
    Ignored,
}

/// What is wrong with a line as a whole.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct LineFaults {
    /// Where the quote stands that is never closed.
    pub(crate) unterminated_quote: Option<usize>,
    /// Where the first NUL stands.
    pub(crate) nul: Option<usize>,
}

/// Splits the line at `span`, without its line feed, into tokens.
///
/// What lies between tokens is blank. Nothing is escaped but `\#` and `\!` outside quotes.
pub(crate) fn tokens(line: &[u8], signs: Signs, span: Span, out: &mut Vec<Token>) -> LineFaults {
    let nul = if signs.has(Signs::NUL) { line.iter().position(|octet| *octet == 0) } else { None };
    let end = nul.unwrap_or(line.len());
    let body = line.get(..end).unwrap_or(line);
    let scan = if signs.has(Signs::LOOK) { scan(body) } else { Scan::plain(body) };
    let text = body.get(..scan.comment).unwrap_or(body);
    let mut unterminated_quote = scan.open_quote;
    let mut rest = text;
    while let Ok((after_blank, _)) = blank(rest) {
        if after_blank.is_empty() {
            break;
        }
        let at = text.len() - after_blank.len();
        let Ok((after, (written, kind))) = token(after_blank) else {
            // A quote without its partner: keepalived drops it and all that follows on the line.
            unterminated_quote.get_or_insert(at);
            out.push(Token::new(TokenKind::Ignored, span.part(at, text.len())));
            break;
        };
        let escaped =
            signs.has(Signs::BACKSLASH) && kind == TokenKind::Word && hidden_sign(written).is_some();
        out.push(Token::new(kind, span.part(at, at + written.len())).escaped(escaped));
        rest = after;
    }
    if scan.comment < body.len() {
        comment(body, scan, span, out);
    }
    if let Some(nul) = nul {
        out.push(Token::new(TokenKind::Ignored, span.part(nul, line.len())));
    }
    LineFaults { unterminated_quote, nul }
}

/// A line without its comment. A backslash at its end survives even a comment.
pub(crate) fn without_comment(line: &[u8]) -> Cow<'_, [u8]> {
    let body = line.split(|octet| *octet == 0).next().unwrap_or(line);
    let scan = scan(body);
    let text = body.get(..scan.comment).unwrap_or(body);
    if scan.trailing_backslash && scan.comment < body.len() {
        return Cow::Owned([text.trim_ascii_end(), b"\\"].concat());
    }
    Cow::Borrowed(text)
}

/// A backslash that ends a line continues a definition, even from inside a comment, so it is a word of its own.
fn comment(body: &[u8], scan: Scan, span: Span, out: &mut Vec<Token>) {
    let end = if scan.trailing_backslash { body.len().saturating_sub(1) } else { body.len() };
    out.push(Token::new(TokenKind::Comment, span.part(scan.comment, end)));
    if scan.trailing_backslash {
        out.push(Token::new(TokenKind::Word, span.part(end, body.len())));
    }
}

/// Where the comment of a line begins, found before anything else is.
#[derive(Clone, Copy)]
struct Scan {
    /// Length of the text before the comment.
    comment: usize,
    open_quote: Option<usize>,
    trailing_backslash: bool,
}

impl Scan {
    /// Of a line without a sign that could matter.
    const fn plain(body: &[u8]) -> Self {
        Self { comment: body.len(), open_quote: None, trailing_backslash: false }
    }
}

/// Unlike the tokeniser, this step knows `\"`, and it does so inside quotes, too.
fn scan(body: &[u8]) -> Scan {
    let mut comment = None;
    let mut open_quote = None;
    let mut trailing_backslash = false;
    let mut octets = body.iter().enumerate();
    while let Some((at, octet)) = octets.next() {
        match octet {
            b'"' if comment.is_none() => open_quote = if open_quote.is_none() { Some(at) } else { None },
            b'\\' => trailing_backslash = octets.next().is_none(),
            b'#' | b'!' if open_quote.is_none() && comment.is_none() => comment = Some(at),
            _ => {}
        }
    }
    Scan { comment: comment.unwrap_or(body.len()), open_quote, trailing_backslash }
}

/// How many octets stand before the first `\#` or `\!`.
pub(crate) fn hidden_sign(word: &[u8]) -> Option<usize> {
    let mut octets = word.iter().enumerate();
    while let Some((at, octet)) = octets.next() {
        if *octet == b'\\' && matches!(octets.next(), Some((_, b'#' | b'!'))) {
            return Some(at);
        }
    }
    None
}

/// A word with `\#` and `\!` replaced by the signs themselves, and without blanks before a last backslash.
pub(crate) fn unescape(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    let mut octets = word.iter().copied().peekable();
    while let Some(octet) = octets.next() {
        if octet != b'\\' {
            out.extend((!is_blank(octet)).then_some(octet));
            continue;
        }
        match octets.next() {
            Some(sign @ (b'#' | b'!')) => out.push(sign),
            Some(other) => out.extend([b'\\', other]),
            None => out.push(b'\\'),
        }
    }
    out
}

pub(crate) const fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn blank(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(is_blank).parse(input)
}

fn token(input: &[u8]) -> IResult<&[u8], (&[u8], TokenKind)> {
    let quoted = delimited(tag(&b"\""[..]), take_till(|octet| octet == b'"'), tag(&b"\""[..]));
    // The most frequent first.
    consumed(alt((
        value(TokenKind::Word, take_while1(|octet| !is_blank(octet) && !matches!(octet, b'{' | b'}' | b'"'))),
        value(TokenKind::Open, tag(&b"{"[..])),
        value(TokenKind::Close, tag(&b"}"[..])),
        value(TokenKind::Quoted, quoted),
    )))
    .parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<(TokenKind, &str)> {
        let (line_octets, signs) = first_line(line.as_bytes());
        assert_eq!(line_octets.len(), line.len());
        let mut out = Vec::new();
        let span = Span { end: u32::try_from(line.len()).unwrap(), ..Span::default() };
        tokens(line_octets, signs, span, &mut out);
        out.into_iter().map(|token| (token.kind, &line[token.span().range()])).collect()
    }

    #[test]
    fn lines_split_into_words_braces_and_comments() {
        use TokenKind::*;
        #[rustfmt::skip]
        let cases: &[(&str, &[(TokenKind, &str)])] = &[
            ("", &[]),
            ("  a\tb\r", &[(Word, "a"), (Word, "b")]),
            ("a{b}c", &[(Word, "a"), (Open, "{"), (Word, "b"), (Close, "}"), (Word, "c")]),
            ("pass a!b", &[(Word, "pass"), (Word, "a"), (Comment, "!b")]),
            (r"a\#b #c", &[(Word, r"a\#b"), (Comment, "#c")]),
            (r#"a "b # {" c"d"e"#, &[(Word, "a"), (Quoted, "\"b # {\""), (Word, "c"), (Quoted, "\"d\""), (Word, "e")]),
            (r#"a "b c"#, &[(Word, "a"), (Ignored, "\"b c")]),
            (r#"# it's "fine"#, &[(Comment, "# it's \"fine")]),
            (r"# ends so \", &[(Comment, "# ends so "), (Word, r"\")]),
            ("a\0b", &[(Word, "a"), (Ignored, "\0b")]),
            ("\u{a0}state", &[(Word, "\u{a0}state")]),
        ];
        for (line, want) in cases {
            assert_eq!(words(line), *want, "{line:?}");
        }
    }

    #[test]
    fn backslash_hides_comment_signs_only() {
        assert_eq!(unescape(br"a\#b\!c\\#d\e\"), br"a#b!c\\#d\e\");
    }
}
