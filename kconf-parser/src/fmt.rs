//! The canonical layout of a configuration.

mod conditions;
mod layout;
mod pieces;

use crate::Tree;
use crate::physical::{Kind, Physical, special};

use conditions::Conditions;
use layout::{Page, Row};
use pieces::Piece;

/// How [`format()`] lays out what can be one way or another.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FormatOptions {
    /// How lines end.
    pub line_ending: LineEnding,
}

/// How lines end.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum LineEnding {
    /// As most lines of the text do.
    #[default]
    Keep,
    /// With a line feed.
    Lf,
    /// With carriage return and line feed.
    CrLf,
}

/// The text of `tree` in its canonical layout. It means the same, and formatting it again changes nothing.
///
/// A statement has a line of its own, blocks are indented by four spaces, `{` stands behind its keyword and `}` alone,
/// words are one space apart, a comment stays behind or above what it stood behind or above. Comments behind
/// consecutive lines that began in one column still do. Blank lines come one at a time, none at the edges of a block,
/// and one after each block at the top level.
///
/// Quoted words are not looked into, and a statement with quotes or backslashes keeps its blanks. Of lines with
/// conditions, definitions, sequences and includes only the indentation changes; definitions of several lines, and
/// lines of which keepalived loses a part, stay as they are.
///
/// A text whose braces do not match stays as it is: how it is indented is then the best sign of what was meant.
///
/// `tree` is what [`parse`](crate::parse) gives: a tree after expansion is no longer one file.
///
/// ```
/// use kconf_parser::{FormatOptions, format, parse};
///
/// let tree = parse("f", b"vrrp_instance VI_1\n{\n  state   MASTER\n\tvirtual_ipaddress { 192.0.2.1 }\n}").tree;
/// assert_eq!(
///     String::from_utf8_lossy(&format(&tree, &FormatOptions::default())),
///     "\
/// vrrp_instance VI_1 {
///     state MASTER
///     virtual_ipaddress {
///         192.0.2.1
///     }
/// }
/// "
/// );
/// ```
pub fn format(tree: &Tree, options: &FormatOptions) -> Vec<u8> {
    let lines = tree.physical_lines();
    let crlf = match options.line_ending {
        LineEnding::Keep => mostly_crlf(tree, &lines),
        LineEnding::Lf => false,
        LineEnding::CrLf => true,
    };
    let mut page = Page::new(if crlf { b"\r\n" } else { b"\n" });
    let mut conditions = Conditions::default();
    let mut defined = 0;
    for line in &lines {
        let net = take(tree, line, &mut conditions, &mut page);
        match line.kind {
            Kind::Multiline | Kind::Definition => defined += net,
            Kind::Sequence if net != 0 => page.spoil(),
            Kind::Sequence
            | Kind::Plain
            | Kind::Include
            | Kind::Condition
            | Kind::Reference
            | Kind::Escaped
            | Kind::Odd => {}
        }
    }
    let sound = page.is_sound() && conditions.is_sound() && defined == 0;
    if sound { page.print() } else { tree.print() }
}

/// Adds a line to the page. How many more braces it opens than closes.
fn take(tree: &Tree, line: &Physical, conditions: &mut Conditions, page: &mut Page) -> i32 {
    let written = tree.sources().text(line.span);
    let pieces = pieces::of(tree, line);
    let net = pieces.iter().map(Piece::braces).sum();
    let text = written.trim_ascii();
    let condition = text.split(u8::is_ascii_whitespace).next().filter(|_| line.kind == Kind::Condition);
    // Alternatives for one block follow each other, and only one of their braces is read.
    let alternative = !text.is_empty() && conditions.line(condition, net);
    match line.kind {
        Kind::Multiline => page.push(Row::verbatim(written)),
        Kind::Odd => {
            // What expansion makes of such a line need not be what its words say.
            if !matches!(special(text), Kind::Plain | Kind::Escaped) {
                page.spoil();
            }
            page.push(Row::verbatim(written));
            page.deepen(net);
        }
        Kind::Plain if hides_special(&pieces) || !page.plain(&pieces) => {
            page.push(Row::verbatim(written));
            page.deepen(net);
        }
        Kind::Plain => {}
        Kind::Include
        | Kind::Definition
        | Kind::Condition
        | Kind::Sequence
        | Kind::Reference
        | Kind::Escaped => {
            let closes = matches!(pieces.first(), Some(Piece::Close));
            page.deepen(if alternative { -net } else { 0 });
            page.special(written, closes);
            // What an include names is a path, whatever it looks like.
            let counts = !matches!(line.kind, Kind::Definition | Kind::Include);
            page.deepen(if counts { net } else { 0 });
        }
    }
    net
}

/// Whether a statement behind a brace would be something else at the start of a line.
fn hides_special(pieces: &[Piece]) -> bool {
    let special = |piece: &Piece| matches!(piece, Piece::Statement(text) if special(text) != Kind::Plain);
    pieces.iter().skip(1).any(special)
}

fn mostly_crlf(tree: &Tree, lines: &[Physical]) -> bool {
    let crlf = lines.iter().filter(|line| tree.sources().text(line.span).ends_with(b"\r\n")).count();
    crlf * 2 > lines.len()
}
