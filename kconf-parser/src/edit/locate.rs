//! Where things are.

use core::net::IpAddr;

use super::path::Step;
use super::{BlockPath, Edit, EditError, MadeBy};
use crate::keywords::{Block, Content, ROOT};
use crate::physical::Kind;
use crate::tree::{Line, LineKind, Token};
use crate::{SourceId, Span, Tree};

impl Edit<'_> {
    /// The line that opens a block; `None` for the file.
    pub(super) fn block(&self, path: &BlockPath) -> Result<Option<usize>, EditError> {
        let mut place = None;
        let mut table = Some(&ROOT);
        for step in &path.steps {
            let all: Vec<usize> = self.children(place).filter(|line| self.is_block(*line, step)).collect();
            for line in &all {
                self.plain(*line)?;
            }
            match all.as_slice() {
                [line] => place = Some(line + 1),
                [.., line] if step.words.is_empty() => place = Some(line + 1),
                [] => return Err(self.elsewhere(path)),
                several => {
                    let lines = several.iter().map(|line| self.line_number(*line)).collect();
                    return Err(EditError::Ambiguous { block: path.to_string(), lines });
                }
            }
            if let Some(open) = place {
                let close = self.tree.closing(open);
                if close.is_none_or(|close| matches!(self.kind(close), Kind::Multiline | Kind::Definition)) {
                    return Err(EditError::Unbalanced { line: self.line_number(open) });
                }
                table = table.and_then(|table| table.keyword(step.keyword.as_bytes())?.block());
                if let Some(line) = table.and_then(|table| self.stray_block(open, table)) {
                    return Err(EditError::Unbalanced { line: self.line_number(line) });
                }
            }
        }
        Ok(place)
    }

    /// A statement with a block that it cannot have: keepalived takes the end of that for the end of the block around.
    fn stray_block(&self, open: usize, table: &Block) -> Option<usize> {
        let stray = |line: &usize| {
            let opens = self.tree.lines().get(line + 1).is_some_and(|next| next.kind == LineKind::Open);
            let keyword = self.words(*line).first().and_then(|word| table.keyword(&self.tree.text(word)));
            let may = keyword.is_some_and(|keyword| !matches!(keyword.content, Content::Line));
            opens && !may && self.plain(*line).is_ok()
        };
        self.children(Some(open)).find(stray)
    }

    /// A block that is not there: perhaps it is after expansion.
    fn elsewhere(&self, path: &BlockPath) -> EditError {
        let not_there = EditError::NoBlock { block: path.to_string() };
        let Some(expanded) = self.expanded else { return not_there };
        let mut place = None;
        for step in &path.steps {
            let found = children(expanded, place).find(|line| matches_step(expanded, *line, step, false));
            let Some(line) = found else { return not_there };
            place = Some(line + 1);
        }
        let span = place.and_then(|open| expanded.lines().get(open - 1)).map(|line| first(expanded, line));
        span.flatten().map_or(not_there, |token| made_elsewhere(expanded, token.span()))
    }

    /// The lines of a block with this keyword.
    ///
    /// One that is not plain is an error even beside others: which of them counts cannot be told from the text.
    pub(super) fn keyword(
        &self,
        path: &BlockPath,
        place: Option<usize>,
        keyword: &str,
    ) -> Result<Vec<usize>, EditError> {
        let step = Step { keyword: keyword.to_owned(), ..Step::default() };
        if let Some(expanded) = self.expanded {
            check_expanded(expanded, path, &step)?;
        }
        let lines: Vec<usize> = self.children(place).filter(|line| self.is(*line, &step)).collect();
        lines.iter().try_for_each(|line| self.plain(*line))?;
        Ok(lines)
    }

    /// The plain lists of this name in a block. Several of them are one; if there is none, one that is not plain is an
    /// error.
    pub(super) fn lists(
        &self,
        path: &BlockPath,
        place: Option<usize>,
        list: &str,
    ) -> Result<Vec<usize>, EditError> {
        let step = Step { keyword: list.to_owned(), ..Step::default() };
        let plain = |line: &usize| self.is(*line, &step) && self.plain(*line).is_ok();
        let lists: Vec<usize> = self.children(place).filter(plain).collect();
        if lists.is_empty() { self.keyword(path, place, list) } else { Ok(lists) }
    }

    /// Entries of these lists that begin with `word`.
    pub(super) fn entries(&self, lists: &[usize], word: &str) -> Result<Vec<usize>, EditError> {
        let mut found = Vec::new();
        for list in lists {
            let open = self.opening(*list)?;
            for line in self.children(Some(open)) {
                let first = self.words(line).get(usize::from(self.conditional(line)));
                if first.is_some_and(|first| same_entry(&self.tree.text(first), word)) {
                    self.plain(line)?;
                    found.push(line);
                }
            }
        }
        Ok(found)
    }

    /// The `{` behind a statement.
    pub(super) fn opening(&self, line: usize) -> Result<usize, EditError> {
        let is_open = self.tree.lines().get(line + 1).is_some_and(|next| next.kind == LineKind::Open);
        if is_open && self.tree.closing(line + 1).is_some() {
            Ok(line + 1)
        } else {
            Err(EditError::Unbalanced { line: self.line_number(line) })
        }
    }

    /// The statements directly in a block.
    pub(super) fn children(&self, open: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        children(self.tree, open)
            .filter(|line| !matches!(self.kind(*line), Kind::Multiline | Kind::Definition))
    }

    pub(super) fn words(&self, line: usize) -> &[Token] {
        self.tree.lines().get(line).map_or(&[], |line| self.tree.words(line))
    }

    /// Where a logical line begins.
    pub(super) fn span(&self, line: usize) -> Span {
        self.words(line).first().map_or_else(Span::default, |token| token.span())
    }

    /// Its number in the file, from 1.
    pub(super) fn line_number(&self, line: usize) -> u32 {
        self.tree.sources().position(self.span(line)).line
    }

    /// The line of the text that holds this octet.
    pub(super) fn physical(&self, at: usize) -> usize {
        self.lines.partition_point(|line| line.span.range().start <= at).saturating_sub(1)
    }

    pub(super) fn kind(&self, line: usize) -> Kind {
        let at = self.physical(self.span(line).range().start);
        self.lines.get(at).map_or(Kind::Plain, |line| line.kind)
    }

    /// Whether a statement is this one, perhaps behind a condition.
    fn is(&self, line: usize, step: &Step) -> bool {
        matches_step(self.tree, line, step, false)
            || (self.conditional(line) && matches_step(self.tree, line, step, true))
    }

    fn conditional(&self, line: usize) -> bool {
        self.kind(line) == Kind::Condition
    }

    fn is_block(&self, line: usize, step: &Step) -> bool {
        let opens = self.tree.lines().get(line + 1).is_some_and(|next| next.kind == LineKind::Open);
        if !opens || !self.is(line, step) {
            return false;
        }
        let Some((keyword, argument)) = &step.having else { return true };
        let wanted = Step { keyword: keyword.clone(), words: vec![argument.clone()], having: None };
        self.children(Some(line + 1)).any(|line| matches_step(self.tree, line, &wanted, false))
    }

    /// Whether a line may be changed.
    pub(super) fn plain(&self, line: usize) -> Result<(), EditError> {
        let made_by = match self.kind(line) {
            Kind::Plain | Kind::Escaped => return Ok(()),
            Kind::Include => MadeBy::Include,
            Kind::Definition | Kind::Multiline | Kind::Reference => MadeBy::Definition,
            Kind::Condition => MadeBy::Condition,
            Kind::Sequence => MadeBy::Sequence,
            Kind::Odd => MadeBy::BrokenLine,
        };
        let file = self.tree.sources().name(self.span(line).source).to_owned();
        Err(EditError::NotPlain { file, line: self.line_number(line), made_by })
    }
}

fn first<'t>(tree: &'t Tree, line: &Line) -> Option<&'t Token> {
    tree.words(line).first()
}

fn children(tree: &Tree, open: Option<usize>) -> impl Iterator<Item = usize> + '_ {
    let (from, to, depth) = match open {
        Some(open) => {
            let depth = tree.lines().get(open).map_or(0, |line| line.depth + 1);
            (open + 1, tree.closing(open).unwrap_or(open + 1), depth)
        }
        None => (0, tree.lines().len(), 0),
    };
    let is_child = move |index: &usize| {
        tree.lines().get(*index).is_some_and(|line| line.kind == LineKind::Statement && line.depth == depth)
    };
    (from..to).filter(is_child)
}

fn matches_step(tree: &Tree, line: usize, step: &Step, conditional: bool) -> bool {
    let words = tree.lines().get(line).map_or(&[][..], |line| tree.words(line));
    let Some((keyword, words)) = words.get(usize::from(conditional)..).and_then(<[Token]>::split_first)
    else {
        return false;
    };
    // Without its port a service is one for every port.
    let missing = |word: &String| word == "0" && step.words.len() == 2;
    &*tree.text(keyword) == step.keyword.as_bytes()
        && step.words.iter().enumerate().all(|(index, wanted)| {
            words.get(index).map_or(missing(wanted), |word| same_word(&tree.text(word), wanted))
        })
}

/// A line of the expanded block that this file does not have.
fn check_expanded(tree: &Tree, path: &BlockPath, keyword: &Step) -> Result<(), EditError> {
    let mut places = vec![None];
    for step in &path.steps {
        let inside = |place: &Option<usize>| -> Vec<Option<usize>> {
            let lines = children(tree, *place).filter(|line| matches_step(tree, *line, step, false));
            lines.map(|line| Some(line + 1)).collect()
        };
        places = places.iter().flat_map(inside).collect();
    }
    let lines = places.iter().flat_map(|place| children(tree, *place));
    let mut spans = lines
        .filter(|line| matches_step(tree, *line, keyword, false))
        .filter_map(|line| tree.lines().get(line).and_then(|line| first(tree, line)))
        .map(|token| token.span());
    let foreign = |span: &Span| span.source != SourceId::default();
    spans.find(foreign).map_or(Ok(()), |span| Err(made_elsewhere(tree, span)))
}

fn made_elsewhere(tree: &Tree, span: Span) -> EditError {
    let sources = tree.sources();
    let origin = sources.written_at(span);
    let written = sources.text(sources.line_around(span)).trim_ascii();
    let made_by = match crate::physical::special(written) {
        Kind::Condition => MadeBy::Condition,
        Kind::Sequence => MadeBy::Sequence,
        Kind::Plain if origin.source != SourceId::default() => MadeBy::Include,
        Kind::Plain
        | Kind::Include
        | Kind::Definition
        | Kind::Multiline
        | Kind::Reference
        | Kind::Escaped
        | Kind::Odd => MadeBy::Definition,
    };
    let file = sources.name(origin.source).to_owned();
    EditError::NotPlain { file, line: sources.position(span).line, made_by }
}

/// The same word, number or address.
fn same_word(written: &[u8], wanted: &str) -> bool {
    let Ok(written) = core::str::from_utf8(written) else { return false };
    let number = |word: &str| word.parse::<u64>().ok();
    let address = |word: &str| word.parse::<IpAddr>().ok();
    let same_number = || number(written).is_some_and(|value| number(wanted) == Some(value));
    let same_address = || address(written).is_some_and(|value| address(wanted) == Some(value));
    written == wanted || same_number() || same_address()
}

/// The same entry of a list. A prefix length counts where both have one.
fn same_entry(written: &[u8], wanted: &str) -> bool {
    let Ok(text) = core::str::from_utf8(written) else { return false };
    let (written, length) = text.split_once('/').unwrap_or((text, ""));
    let (wanted, wanted_length) = wanted.split_once('/').unwrap_or((wanted, ""));
    let lengths = length.is_empty() || wanted_length.is_empty() || length == wanted_length;
    lengths && same_word(written.as_bytes(), wanted)
}
