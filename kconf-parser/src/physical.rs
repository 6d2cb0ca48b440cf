//! The lines of a file as they lie in it, and which of them are not simply what they say.

use core::ops::Range;

use crate::lexer::{TokenKind, without_comment};
use crate::parse::{MAX_FILE, PhysicalLine, PhysicalLines};
use crate::{SourceId, Span, Tree};

/// A line of the text.
#[derive(Clone, Debug)]
pub(crate) struct Physical {
    /// All of it, with its line feed.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: Kind,
    /// Its tokens among those of the tree.
    pub(crate) tokens: Range<usize>,
}

/// What a line is before it is split into words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// What it says.
    Plain,
    /// `include FILE`
    Include,
    /// `$NAME=VALUE`, complete.
    Definition,
    /// A line of a definition that goes on, the first and the last included.
    Multiline,
    /// `@id …`
    Condition,
    /// `~SEQ` or `~LST`
    Sequence,
    /// Something is to be put in for a `$`.
    Reference,
    /// A quote behind a backslash: where quotes and comments begin depends on the line as a whole.
    Escaped,
    /// Part of it is lost, or it is too long, so that any change of it could change its meaning.
    Odd,
}

impl Tree {
    /// The lines of the text. Makes sense for what [`parse`](crate::parse) gives: what expansion made lies in no file.
    pub(crate) fn physical_lines(&self) -> Vec<Physical> {
        let source = SourceId::default();
        let octets = self.sources.octets(source);
        if octets.len() > MAX_FILE {
            let span = Span::new(source, 0, u32::try_from(octets.len()).unwrap_or(u32::MAX));
            return vec![Physical { span, kind: Kind::Odd, tokens: 0..self.tokens.len() }];
        }
        let mut first = 0;
        let mut open = false;
        let line = |line: PhysicalLine<'_>| {
            let span = line.span;
            let count = self.tokens.get(first..).unwrap_or(&[]);
            let count = count.iter().take_while(|token| token.span().start < span.end).count();
            let tokens = first..first + count;
            first += count;
            let kind = self.kind(span, &tokens, &mut open);
            Physical { span, kind, tokens }
        };
        PhysicalLines::new(source, octets).map(line).collect()
    }

    /// `open`: a definition goes on.
    fn kind(&self, span: Span, tokens: &Range<usize>, open: &mut bool) -> Kind {
        let written = self.sources.text(span);
        let text = without_comment(written.strip_suffix(b"\n").unwrap_or(written));
        let text = text.trim_ascii();
        if *open {
            // Blank lines do not end a definition in every version of keepalived.
            *open = text.is_empty() || text.ends_with(b"\\");
            return Kind::Multiline;
        }
        let kind = special(text);
        if matches!(kind, Kind::Condition | Kind::Definition | Kind::Sequence) && text.ends_with(b"\\") {
            *open = true;
            return Kind::Multiline;
        }
        let found = self.tokens.get(tokens.clone()).unwrap_or(&[]);
        let lost = found.iter().any(|token| token.kind == TokenKind::Ignored);
        // A backslash at the end of a comment counts, unless blanks follow; then there must be blanks for ever.
        let comment = found.iter().any(|token| token.kind == TokenKind::Comment);
        if lost || (comment && written.trim_ascii_end().ends_with(b"\\")) { Kind::Odd } else { kind }
    }
}

/// What a line with this text is, blanks and comments aside.
pub(crate) fn special(text: &[u8]) -> Kind {
    match text {
        [b'@', ..] => Kind::Condition,
        [b'$', rest @ ..] if is_definition(rest) => Kind::Definition,
        text if text.starts_with(b"~SEQ") || text.starts_with(b"~LST") => Kind::Sequence,
        text if is_include(text) => Kind::Include,
        text if text.contains(&b'$') => Kind::Reference,
        text if text.windows(2).any(|pair| pair == b"\\\"") => Kind::Escaped,
        _ => Kind::Plain,
    }
}

fn is_definition(text: &[u8]) -> bool {
    let name = text.iter().take_while(|octet| octet.is_ascii_alphanumeric() || **octet == b'_').count();
    name > 0 && text.get(name) == Some(&b'=')
}

/// `include`, or one of its variants.
fn is_include(text: &[u8]) -> bool {
    let word = text.split(u8::is_ascii_whitespace).next().unwrap_or(text);
    matches!(word.strip_prefix(b"include"), Some([] | [b'a' | b'b' | b'm' | b'r' | b'w']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn lines_that_are_not_what_they_say_are_known() {
        use Kind::*;
        #[rustfmt::skip]
        let cases: &[(&str, &[Kind])] = &[
            ("state MASTER # $\n\n", &[Plain, Plain]),
            ("notification_email { a@b.c }\n", &[Plain]),
            (" include /etc/x\nincluder x\nincluded x\n", &[Include, Include, Plain]),
            ("$A=1\n$A\npriority ${A}\n$A =1\n", &[Definition, Reference, Reference, Reference]),
            ("$A= \\\n a \\\n\n b {\n c\n", &[Multiline, Multiline, Multiline, Multiline, Plain]),
            ("@a $A= \\\n b\n@^a c {\n", &[Multiline, Multiline, Condition]),
            ("~SEQ(A,1,2) x $A\n~LST(A,x) $A\n", &[Sequence, Sequence]),
            ("a \"b\n# x \\\n", &[Odd, Odd]),
        ];
        for (text, want) in cases {
            let kinds: Vec<_> =
                parse("f", text.as_bytes()).tree.physical_lines().iter().map(|line| line.kind).collect();
            assert_eq!(kinds, *want, "{text}");
        }
    }
}
