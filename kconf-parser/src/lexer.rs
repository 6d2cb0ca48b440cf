//! The two ways in which keepalived splits a line into words.
//!
//! [`tokens`] is the ordinary one. [`command_words`] is the shell-like one that script keywords use.

use core::ops::Range;
use std::borrow::Cow;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::one_of;
use nom::combinator::{consumed, value};
use nom::sequence::delimited;
use nom::{IResult, Parser};

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

/// One token of a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Lexeme {
    pub(crate) kind: TokenKind,
    /// Octets of the line; quotes included.
    pub(crate) range: Range<usize>,
    /// A backslash hides `#` or `!` in it.
    pub(crate) escaped: bool,
}

/// What is wrong with a line as a whole.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct LineFaults {
    /// Where the quote stands that is never closed.
    pub(crate) unterminated_quote: Option<usize>,
    /// Where the first NUL stands.
    pub(crate) nul: Option<usize>,
}

/// Splits one line, without its line feed, into tokens.
///
/// What lies between tokens is blank. Nothing is escaped but `\#` and `\!` outside quotes.
pub(crate) fn tokens(line: &[u8], mut sink: impl FnMut(Lexeme)) -> LineFaults {
    let nul = line.iter().position(|octet| *octet == 0);
    let end = nul.unwrap_or(line.len());
    let body = line.get(..end).unwrap_or(line);
    let scan = scan(body);
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
            sink(Lexeme { kind: TokenKind::Ignored, range: at..text.len(), escaped: false });
            break;
        };
        let escaped = kind == TokenKind::Word && hides_comment_sign(written);
        sink(Lexeme { kind, range: at..at + written.len(), escaped });
        rest = after;
    }
    if scan.comment < body.len() {
        sink_comment(body, scan, &mut sink);
    }
    if let Some(nul) = nul {
        sink(Lexeme { kind: TokenKind::Ignored, range: nul..line.len(), escaped: false });
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
fn sink_comment(body: &[u8], scan: Scan, sink: &mut impl FnMut(Lexeme)) {
    let end = if scan.trailing_backslash { body.len().saturating_sub(1) } else { body.len() };
    sink(Lexeme { kind: TokenKind::Comment, range: scan.comment..end, escaped: false });
    if scan.trailing_backslash {
        sink(Lexeme { kind: TokenKind::Word, range: end..body.len(), escaped: false });
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

fn hides_comment_sign(word: &[u8]) -> bool {
    word.contains(&b'\\') && unescape(word).len() != word.len()
}

/// A word with `\#` and `\!` replaced by the signs themselves.
pub(crate) fn unescape(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    let mut octets = word.iter().copied().peekable();
    while let Some(octet) = octets.next() {
        if octet != b'\\' {
            out.push(octet);
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

const fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn blank(input: &[u8]) -> IResult<&[u8], &[u8]> {
    nom::bytes::complete::take_while(is_blank).parse(input)
}

fn token(input: &[u8]) -> IResult<&[u8], (&[u8], TokenKind)> {
    let quoted = delimited(tag(&b"\""[..]), take_till(|octet| octet == b'"'), tag(&b"\""[..]));
    consumed(alt((
        value(TokenKind::Open, one_of("{")),
        value(TokenKind::Close, one_of("}")),
        value(TokenKind::Quoted, quoted),
        value(TokenKind::Word, take_while1(|octet| !is_blank(octet) && !matches!(octet, b'{' | b'}' | b'"'))),
    )))
    .parse(input)
}

/// Splits the arguments of a script keyword into command words.
///
/// Both quotes group, adjacent pieces join, `\a \b \E \f \n \r \t \v`, `\nnn`, `\xXX` and `\cC` stand for one octet,
/// and any other `\c` for `c`. `None` if a quote is never closed.
pub(crate) fn command_words(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        while let Some((octet, after)) = rest.split_first() {
            if !is_blank(*octet) {
                break;
            }
            rest = after;
        }
        if rest.is_empty() {
            return Some(words);
        }
        let (word, after) = command_word(rest)?;
        words.push(word);
        rest = after;
    }
}

fn command_word(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut word = Vec::new();
    let mut quote = None;
    let mut rest = text;
    while let Some((octet, after)) = rest.split_first() {
        rest = match (quote, *octet) {
            (None, octet) if is_blank(octet) => break,
            (None, octet @ (b'"' | b'\'')) => {
                quote = Some(octet);
                after
            }
            (Some(open), octet) if open == octet => {
                quote = None;
                after
            }
            (_, b'\\') => escape(after, &mut word),
            (_, octet) => {
                word.push(octet);
                after
            }
        };
    }
    quote.is_none().then_some((word, rest))
}

/// Takes what follows a backslash and adds the octet that it stands for.
fn escape<'a>(after: &'a [u8], word: &mut Vec<u8>) -> &'a [u8] {
    let Some((octet, rest)) = after.split_first() else {
        word.push(b'\\');
        return after;
    };
    let (plain, rest) = match octet {
        b'a' => (0x07, rest),
        b'b' => (0x08, rest),
        b'E' => (0x1b, rest),
        b'f' => (0x0c, rest),
        b'n' => (b'\n', rest),
        b'r' => (b'\r', rest),
        b't' => (b'\t', rest),
        b'v' => (0x0b, rest),
        b'x' => number(rest, 2, 16).unwrap_or((b'x', rest)),
        b'0'..=b'7' => number(after, 3, 8).unwrap_or((*octet, rest)),
        b'c' => match rest.split_first() {
            Some((control, rest)) => (control & 0x1f, rest),
            None => (b'c', rest),
        },
        other => (*other, rest),
    };
    word.push(plain);
    rest
}

fn number(text: &[u8], max_digits: usize, radix: u32) -> Option<(u8, &[u8])> {
    let is_digit = |octet: &&u8| char::from(**octet).is_digit(radix);
    let len = text.iter().take(max_digits).take_while(is_digit).count();
    let (digits, rest) = text.split_at_checked(len)?;
    let parsed = u32::from_str_radix(core::str::from_utf8(digits).ok()?, radix).ok()?;
    // Three octal digits can exceed an octet; C keeps the low eight bits.
    Some((u8::try_from(parsed & 0xff).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<(TokenKind, &str)> {
        let mut out = Vec::new();
        tokens(line.as_bytes(), |lexeme| out.push((lexeme.kind, &line[lexeme.range])));
        out
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

    #[test]
    fn commands_split_like_a_shell_does() {
        #[rustfmt::skip]
        let cases: &[(&str, Option<&[&str]>)] = &[
            (r#"/a b  c"#, Some(&["/a", "b", "c"])),
            (r#""/a b" c"#, Some(&["/a b", "c"])),
            (r#"a'b c'"d e"f"#, Some(&["ab cd ef"])),
            (r"\x41\102\t\q", Some(&["AB\tq"])),
            (r#"a "b"#, None),
            ("  ", Some(&[])),
            ("''", Some(&[""])),
        ];
        for (text, want) in cases {
            let want =
                want.map(|words| words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>());
            assert_eq!(command_words(text.as_bytes()), want, "{text}");
        }
    }
}
