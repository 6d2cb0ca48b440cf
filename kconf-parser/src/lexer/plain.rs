//! Lines that mean what they say, split in one go.
//!
//! In nearly all lines of a file there are only words, braces and blanks, and a comment without anything strange in
//! it. Such a line is read octet by octet once; for any other there is [`tokens`](super::tokens), which looks at it as
//! often as keepalived does.

use super::TokenKind;
use crate::parse::MAX_LINE;
use crate::tree::Token;
use crate::{SourceId, Span};

/// What an octet is in such a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Class {
    /// A part of a word.
    Word,
    Blank,
    Open,
    Close,
    /// `#` or `!`
    Comment,
    LineFeed,
    /// `"`: only a comment may have it.
    Quote,
    /// NUL, a backslash, or something that expansion cares about.
    Strange,
}

impl Class {
    const fn of(octet: u8) -> Self {
        match octet {
            b'{' => Self::Open,
            b'}' => Self::Close,
            b'#' | b'!' => Self::Comment,
            b'\n' => Self::LineFeed,
            b'"' => Self::Quote,
            0 | b'\\' | b'@' | b'$' | b'~' => Self::Strange,
            octet if super::is_blank(octet) => Self::Blank,
            _ => Self::Word,
        }
    }
}

/// [`Class::of`] every octet.
static CLASSES: [Class; 256] = {
    let mut table = [Class::Word; 256];
    let mut octet: u8 = 0;
    let mut rest: &mut [Class] = &mut table;
    while let Some((first, others)) = rest.split_first_mut() {
        *first = Class::of(octet);
        octet = octet.wrapping_add(1);
        rest = others;
    }
    table
};

fn class(octet: u8) -> Class {
    CLASSES.get(usize::from(octet)).copied().unwrap_or(Class::Strange)
}

/// A line that was split.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct PlainLine {
    /// Its octets, line feed included.
    pub(crate) len: usize,
    /// There is a brace among its tokens.
    pub(crate) braces: bool,
    /// The last one is a comment.
    pub(crate) comment: bool,
}

/// Splits the line that `octets` begin with, which stand at `at` in `source`.
///
/// `None`, and nothing is split: there is no line, or it needs a closer look.
pub(crate) fn plain_line(
    octets: &[u8],
    (source, at): (SourceId, u32),
    out: &mut Vec<Token>,
) -> Option<PlainLine> {
    // What is longer needs a closer look, too.
    let line = octets.get(..=MAX_LINE).unwrap_or(octets);
    let before = out.len();
    let push = |kind, start: usize, end: usize| {
        let place = |offset| u32::try_from(offset).map_or(u32::MAX, |offset| at.saturating_add(offset));
        out.push(Token::new(kind, Span::new(source, place(start), place(end))));
    };
    let found = split(line, push);
    if found.is_none() {
        out.truncate(before);
    }
    found
}

fn split(line: &[u8], mut push: impl FnMut(TokenKind, usize, usize)) -> Option<PlainLine> {
    let (mut braces, mut comment) = (false, false);
    let (mut at, mut class) = skip(line, 0, Class::Blank);
    if line.get(at..).is_some_and(|text| text.starts_with(b"include")) {
        return None;
    }
    loop {
        match class {
            Class::Word => {
                let start = at;
                (at, class) = skip(line, at, Class::Word);
                push(TokenKind::Word, start, at);
            }
            Class::Blank => (at, class) = skip(line, at, Class::Blank),
            Class::Open | Class::Close => {
                braces = true;
                let kind = if class == Class::Open { TokenKind::Open } else { TokenKind::Close };
                push(kind, at, at + 1);
                (at, class) = skip(line, at + 1, Class::Blank);
            }
            Class::Comment => {
                let end = end_of_comment(line, at)?;
                push(TokenKind::Comment, at, end);
                comment = true;
                (at, class) = (end, Class::LineFeed);
            }
            Class::LineFeed => break,
            Class::Quote | Class::Strange => return None,
        }
    }
    let len = if at < line.len() { at + 1 } else { at };
    let whole = at < line.len() || (1..=MAX_LINE).contains(&len);
    whole.then_some(PlainLine { len, braces, comment })
}

/// The first octet from `at` on that is of another class, and that; the end counts as a line feed.
fn skip(line: &[u8], at: usize, over: Class) -> (usize, Class) {
    let mut octets = line.get(at..).unwrap_or(&[]).iter();
    match octets.by_ref().map(|octet| class(*octet)).find(|class| *class != over) {
        Some(found) => (line.len() - octets.as_slice().len() - 1, found),
        None => (line.len(), Class::LineFeed),
    }
}

/// Where the comment at `at` ends, unless something in it matters.
fn end_of_comment(line: &[u8], at: usize) -> Option<usize> {
    let text = line.get(at..).unwrap_or(&[]);
    let end = text.iter().position(|octet| matches!(class(*octet), Class::LineFeed | Class::Strange));
    let end = end.unwrap_or(text.len());
    (text.get(end).is_none_or(|octet| *octet == b'\n')).then_some(at + end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::{first_line, tokens};

    /// What is not plain is left to the other way, so it is enough that both agree on the rest.
    #[test]
    fn plain_lines_are_split_as_all_others_are() {
        #[rustfmt::skip]
        let cases: &[(&str, bool)] = &[
            ("", false), ("\n", true), (" \t\r\x0b\x0c\n", true), ("a", true), ("  state\tMASTER \r\nb\n", true),
            ("a{b}c\n", true), ("{\n", true), ("} }  {", true), ("a { # b {\n", true), ("a#b c!d\n", true),
            ("! it's \"fine\n", true), ("\u{a0}state \u{3000}\n", true), ("a \"b\"\n", false), ("# \\\n", false),
            ("a\\#b\n", false), ("a\0b\n", false), ("# $X\n", false), ("a $X\n", false), ("@x a\n", false),
            ("~SEQ(i,2) a\n", false), ("include x\n", false), ("  included x\n", false), ("a include\n", true),
        ];
        for (text, plain) in cases {
            let mut found = vec![Token::new(TokenKind::Ignored, Span::default())];
            let line = plain_line(text.as_bytes(), (SourceId::default(), 7), &mut found);
            assert_eq!(line.is_some(), *plain, "{text:?}");
            let Some(line) = line else {
                assert_eq!(found.len(), 1, "{text:?}");
                continue;
            };
            let (written, signs) = first_line(text.as_bytes());
            assert_eq!(line.len, written.len(), "{text:?}");
            let written = written.strip_suffix(b"\n").unwrap_or(written);
            let end = 7 + u32::try_from(written.len()).unwrap();
            let mut want = Vec::new();
            tokens(written, signs, Span::new(SourceId::default(), 7, end), &mut want);
            assert_eq!(found.split_off(1), want, "{text:?}");
            let has = |kind| want.iter().any(|token| token.kind == kind);
            assert_eq!(line.braces, has(TokenKind::Open) || has(TokenKind::Close), "{text:?}");
            assert_eq!(line.comment, has(TokenKind::Comment), "{text:?}");
        }
    }

    #[test]
    fn lines_that_are_too_long_are_not_plain() {
        for (len, plain) in [(MAX_LINE, true), (MAX_LINE + 1, false), (MAX_LINE + 2, false)] {
            for end in ["", "\n", "\nb\n"] {
                let text = "a".repeat(len) + end;
                let found = plain_line(text.as_bytes(), (SourceId::default(), 0), &mut Vec::new());
                assert_eq!(found.is_some(), plain, "{len} {end:?}");
            }
        }
    }
}
