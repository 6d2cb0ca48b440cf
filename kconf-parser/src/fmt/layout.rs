//! Rows of text: where they begin, and what lies between them.

use super::pieces::{Piece, width};
use crate::parse::MAX_LINE;

const INDENT: usize = 4;

/// The text that is being made.
#[derive(Debug)]
pub(super) struct Page {
    rows: Vec<Row>,
    depth: usize,
    /// No block has ended that did not begin.
    sound: bool,
    line_ending: &'static [u8],
}

/// One line of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    depth: usize,
    /// Without indentation. For a verbatim row: with it and with the line's end.
    text: Vec<u8>,
    comment: Option<Comment>,
    verbatim: bool,
    /// A statement behind which a `{` may still come.
    statement: bool,
    opens: bool,
    closes: bool,
}

#[derive(Clone, Debug)]
struct Comment {
    text: Vec<u8>,
    /// Where it was.
    column: usize,
    /// Goes on below the comment behind the row before.
    continued: bool,
}

impl Row {
    /// A line that stays as it is.
    pub(super) fn verbatim(written: &[u8]) -> Self {
        Self { text: written.to_vec(), verbatim: true, ..Self::default() }
    }

    fn is_blank(&self) -> bool {
        !self.verbatim && self.text.is_empty() && self.comment.is_none()
    }

    /// Nothing but a comment.
    fn is_comment(&self) -> bool {
        !self.verbatim && self.text.is_empty() && self.comment.is_some()
    }

    fn indent(&self) -> usize {
        self.depth * INDENT
    }

    /// The column behind its text.
    fn width(&self) -> usize {
        width(&self.text, self.indent())
    }

    /// Octets with its comment one space behind.
    fn octets(&self) -> usize {
        self.indent() + self.text.len() + self.comment.as_ref().map_or(0, |comment| comment.text.len() + 1)
    }
}

impl Page {
    pub(super) fn new(line_ending: &'static [u8]) -> Self {
        Self { rows: Vec::new(), depth: 0, sound: true, line_ending }
    }

    pub(super) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(super) fn deepen(&mut self, braces: i32) {
        let by = usize::try_from(braces.unsigned_abs()).unwrap_or(0);
        self.sound &= braces >= 0 || by <= self.depth;
        self.depth = if braces < 0 { self.depth.saturating_sub(by) } else { self.depth + by };
    }

    /// Notes that the braces do not match.
    pub(super) fn spoil(&mut self) {
        self.sound = false;
    }

    /// Whether every block that began has ended, and no other.
    pub(super) fn is_sound(&self) -> bool {
        self.sound && self.depth == 0
    }

    /// A line of which only the indentation is ours.
    pub(super) fn special(&mut self, written: &[u8], closes: bool) {
        let text = written.trim_ascii().to_vec();
        let depth = self.depth.saturating_sub(usize::from(closes));
        let row = Row { depth, text, ..Row::default() };
        let fits = row.octets() < MAX_LINE;
        self.push(if fits { row } else { Row::verbatim(written) });
    }

    /// A line that is what it says. False: it does not fit, and nothing was done.
    pub(super) fn plain(&mut self, pieces: &[Piece]) -> bool {
        if pieces.is_empty() {
            self.push(Row::default());
            return true;
        }
        let depth = self.depth;
        let above = self.rows.iter().rposition(|row| !row.is_blank()).unwrap_or(0);
        let before = self.rows.get(above..).unwrap_or(&[]).to_vec();
        // A `{` that begins a line goes behind the statement above.
        let begins = matches!(pieces.first(), Some(Piece::Open));
        let joins = begins && before.first().is_some_and(|row| row.statement);
        let mut place = joins.then_some(above);
        if joins {
            self.rows.truncate(above + 1);
        }
        for piece in pieces {
            place = Some(self.piece(piece, place));
        }
        let made = self.rows.get(above..).unwrap_or(&[]);
        if made.iter().any(|row| !row.verbatim && row.octets() >= MAX_LINE) {
            self.rows.truncate(above);
            self.rows.extend(before);
            self.depth = depth;
            return false;
        }
        true
    }

    /// Adds a piece; `place` is the row of the piece before it on the same line. The row it went to.
    fn piece(&mut self, piece: &Piece, place: Option<usize>) -> usize {
        let depth = self.depth;
        match piece {
            Piece::Statement(text) => {
                self.push(Row { depth, text: text.clone(), statement: true, ..Row::default() });
            }
            Piece::Open => {
                self.depth += 1;
                let above = place.and_then(|place| self.rows.get_mut(place)).filter(|row| row.statement);
                if let (Some(row), Some(place)) = (above, place) {
                    row.text.extend_from_slice(b" {");
                    (row.statement, row.opens) = (false, true);
                    return place;
                }
                self.push(Row { depth, text: b"{".to_vec(), opens: true, ..Row::default() });
            }
            Piece::Close => {
                self.deepen(-1);
                self.push(Row { depth: self.depth, text: b"}".to_vec(), closes: true, ..Row::default() });
            }
            Piece::Comment(text, column) => return self.comment(text, *column, place),
        }
        self.rows.len() - 1
    }

    fn comment(&mut self, text: &[u8], column: usize, place: Option<usize>) -> usize {
        let mut comment = Comment { text: text.to_vec(), column, continued: false };
        let beside = place.and_then(|place| self.rows.get_mut(place)).filter(|row| row.comment.is_none());
        if let (Some(row), Some(place)) = (beside, place) {
            row.comment = Some(comment);
            return place;
        }
        let above = self.rows.last().and_then(|row| row.comment.as_ref().map(|above| (row, above)));
        comment.continued = place.is_none()
            && above
                .is_some_and(|(row, above)| above.column == column && (above.continued || !row.is_comment()));
        self.push(Row { depth: self.depth, comment: Some(comment), ..Row::default() });
        self.rows.len() - 1
    }

    /// The text.
    pub(super) fn print(mut self) -> Vec<u8> {
        self.space();
        let columns = self.columns();
        let mut out = Vec::new();
        for (row, column) in self.rows.iter().zip(columns) {
            if row.verbatim {
                out.extend_from_slice(&row.text);
                if !row.text.ends_with(b"\n") {
                    out.extend_from_slice(self.line_ending);
                }
                continue;
            }
            let mut at = 0;
            if !row.text.is_empty() {
                out.resize(out.len() + row.indent(), b' ');
                out.extend_from_slice(&row.text);
                at = row.width();
            }
            if let Some(comment) = &row.comment {
                out.resize(out.len() + column.saturating_sub(at), b' ');
                out.extend_from_slice(&comment.text);
            }
            out.extend_from_slice(self.line_ending);
        }
        out
    }

    /// Blank lines: one at a time, none at the edges, one after a block at the top level.
    fn space(&mut self) {
        let rows = core::mem::take(&mut self.rows);
        let mut rows = rows.into_iter().peekable();
        while let Some(row) = rows.next() {
            if row.is_blank() {
                let edge = self.rows.last().is_none_or(|above| above.is_blank() || above.opens);
                let useless = rows.peek().is_none_or(|below| below.is_blank() || below.closes);
                if edge || useless {
                    continue;
                }
            }
            let ends_block = row.closes && row.depth == 0;
            self.rows.push(row);
            if ends_block && rows.peek().is_some_and(|below| !below.is_blank() && !below.closes) {
                self.rows.push(Row::default());
            }
        }
    }

    /// Where the comment of each row begins.
    fn columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = Vec::with_capacity(self.rows.len());
        let mut rows = self.rows.iter().enumerate().peekable();
        while let Some((index, row)) = rows.peek().copied() {
            if row.comment.is_none() || row.text.is_empty() {
                let indent = row.indent();
                columns.push(indent);
                rows.next();
                continue;
            }
            let run = self.rows.get(index..).unwrap_or(&[]);
            let of_run = |row: &&Row| {
                row.comment.as_ref().is_some_and(|comment| !row.text.is_empty() || comment.continued)
            };
            let run: Vec<&Row> = run.iter().take_while(of_run).collect();
            columns.extend(run_columns(&run));
            rows.by_ref().take(run.len()).for_each(drop);
        }
        columns
    }
}

/// Columns of the comments behind consecutive rows.
fn run_columns(run: &[&Row]) -> Vec<usize> {
    let beside = || run.iter().filter(|row| !row.text.is_empty());
    let mut before = beside().filter_map(|row| row.comment.as_ref()).map(|comment| comment.column);
    let first = before.next();
    let aligned = before.all(|column| Some(column) == first);
    let common = beside().map(|row| row.width()).max().unwrap_or(0) + 1;
    let too_long = |row: &&Row| row.octets() + common > MAX_LINE;
    let common = Some(common).filter(|_| aligned && !run.iter().any(too_long));
    let mut last = 0;
    let column = |row: &&Row| {
        if !row.text.is_empty() {
            last = common.unwrap_or(row.width() + 1);
        }
        last
    };
    run.iter().map(column).collect()
}
