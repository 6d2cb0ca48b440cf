//! Reads lines by keyword, the way keepalived does.
//!
//! keepalived does not look for matching braces: a keyword decides what its lines mean. After an unknown keyword it
//! reads the lines of that keyword's block as if they stood in the block around, and the first `}` closes that one. To
//! have the same effect this reader does the same; but only the cause is reported, not what follows from it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use super::LowerOptions;
use super::table::{Entry, Table};
use crate::keywords::{Argument, Block, Content, Keyword, Takes, Version, closest, gone, homes};
use crate::tree::{Line, LineKind, Token, TokenKind};
use crate::{Diagnostic, Problem, Severity, Span, Tree};

/// The process that a top-level block belongs to. Each one skips the blocks of the others, brace by brace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Process {
    Parent,
    Vrrp,
    Checker,
}

/// What a block does with its keywords.
pub(super) trait Section<'t> {
    /// Takes a keyword that has the argument it needs. Whoever takes a keyword with a block also reads or skips the
    /// block. False: it is not taken.
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool;
}

/// A keyword line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement<'t> {
    tree: &'t Tree,
    words: &'t [Token],
    /// The last word, where less of it is read than is written.
    last: Option<Token>,
    pub(super) depth: u16,
}

/// An argument.
#[derive(Clone, Debug)]
pub(super) struct Word<'t> {
    pub(super) text: Cow<'t, [u8]>,
    pub(super) span: Span,
}

impl Word<'_> {
    pub(super) fn string(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }
}

impl<'t> Statement<'t> {
    /// Argument `index`, from 1. The keyword is 0.
    pub(super) fn arg(&self, index: usize) -> Option<Word<'t>> {
        let token = if index + 1 == self.words.len() { self.last() } else { self.words.get(index).copied() };
        token.map(|token| Word { text: self.tree.text(&token), span: token.span() })
    }

    fn last(&self) -> Option<Token> {
        self.last.or_else(|| self.words.last().copied())
    }

    pub(super) fn args(&self) -> impl Iterator<Item = Word<'t>> {
        let statement = *self;
        (1..self.words.len()).filter_map(move |index| statement.arg(index))
    }

    /// All words, the first one included: entries of lists have no keyword.
    pub(super) fn words(&self) -> impl Iterator<Item = Word<'t>> {
        let statement = *self;
        (0..self.words.len()).filter_map(move |index| statement.arg(index))
    }

    pub(super) fn keyword_span(&self) -> Span {
        self.words.first().map_or_else(Span::default, |token| token.span())
    }

    pub(super) fn span(&self) -> Span {
        self.last().map_or_else(Span::default, |last| self.keyword_span().to(last.span()))
    }

    /// What is written behind the keyword, quotes included.
    pub(super) fn rest(&self) -> (&'t [u8], Span) {
        let span = match (self.words.get(1), self.last()) {
            (Some(first), Some(last)) => first.span().to(last.span()),
            _ => self.keyword_span(),
        };
        let text = if self.words.len() > 1 { self.tree.sources().text(span) } else { &[] };
        (text, span)
    }
}

/// A walk over the lines for one process.
pub(super) struct Reader<'t> {
    tree: &'t Tree,
    next: usize,
    process: Process,
    findings: Vec<Diagnostic>,
    /// A block of another process began without a brace. The process it belongs to reports that.
    quiet: bool,
    without_effect: &'t [(&'t str, &'t str)],
    target: Option<Version>,
    /// Those of the blocks that occurred so far.
    tables: Vec<Rc<Table>>,
    /// What was found out about unknown words, by block: a file often has the same one many times.
    advice: HashMap<(&'static str, String), Option<String>>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(tree: &'t Tree, process: Process, options: &'t LowerOptions<'_>) -> Self {
        Self {
            tree,
            next: 0,
            process,
            findings: Vec::new(),
            quiet: false,
            without_effect: options.without_effect,
            target: options.target,
            tables: Vec::new(),
            advice: HashMap::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<Diagnostic> {
        self.findings
    }

    pub(super) fn report(&mut self, span: Span, problem: Problem) {
        self.findings.push(Diagnostic::new(span, problem));
    }

    pub(super) fn advise(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic);
    }

    /// Reads the whole file.
    pub(super) fn file(&mut self, table: &'static Block, section: &mut dyn Section<'t>) {
        self.lines(table, section, None);
    }

    /// Reads the block that `opener` opens.
    pub(super) fn block(
        &mut self,
        table: &'static Block,
        section: &mut dyn Section<'t>,
        opener: (&'static Keyword, Statement<'t>),
    ) {
        self.lines(table, section, Some(opener));
    }

    fn lines(
        &mut self,
        table: &'static Block,
        section: &mut dyn Section<'t>,
        opener: Option<(&'static Keyword, Statement<'t>)>,
    ) {
        let table = self.table(table);
        let depth = opener.map_or(0, |(_, line)| line.depth.saturating_add(1));
        let mut needs_open = opener.is_some();
        let mut end = None;
        // How many findings there were where the block should have ended.
        let mut beyond = None;
        // The line before a brace, and whether keepalived knew it.
        let mut previous: Option<Statement<'t>> = None;
        while let Some(line) = self.tree.lines().get(self.next) {
            if beyond.is_none() && end.is_some_and(|end| end <= self.next) {
                beyond = Some(self.findings.len());
            }
            self.next += 1;
            match line.kind {
                LineKind::Open if needs_open => {
                    needs_open = false;
                    end = self.tree.should_end(self.next - 1);
                }
                LineKind::Open => self.unexpected_open(line, depth, previous),
                LineKind::Close => {
                    self.missing_open(&mut needs_open, opener);
                    if opener.is_some() {
                        break;
                    }
                }
                LineKind::Statement => {
                    self.missing_open(&mut needs_open, opener);
                    let statement = self.statement(line);
                    let known = self.line(&table, section, statement, depth);
                    previous = known.then_some(statement);
                    continue;
                }
            }
            previous = None;
        }
        self.forget(beyond);
    }

    /// Drops what was found in a block beyond the place where it should have ended: the missing brace explains it. What
    /// stops keepalived stays.
    fn forget(&mut self, from: Option<usize>) {
        if let Some(from) = from {
            let beyond = self.findings.split_off(from.min(self.findings.len()));
            self.findings.extend(beyond.into_iter().filter(|finding| finding.severity == Severity::Error));
        }
    }

    fn statement(&mut self, line: &'t Line) -> Statement<'t> {
        let words = self.tree.words(line);
        let mut statement = Statement { tree: self.tree, words, last: None, depth: line.depth };
        self.glue_backslash(&mut statement);
        if self.process != Process::Parent {
            self.cut_at_sign(&mut statement);
        }
        statement
    }

    /// A backslash that ends a line continues definitions only. Anywhere else it loses the blanks before it, and belongs
    /// to the last word: `priority 150 \` has no number.
    fn glue_backslash(&self, statement: &mut Statement<'t>) {
        let [before @ .., word, last] = statement.words else { return };
        let sources = self.tree.sources();
        let lone = word.kind == TokenKind::Word && sources.text(last.span()) == b"\\";
        let behind = sources.octets(last.span().source).get(last.span().end as usize..).unwrap_or(&[]);
        if lone && matches!(behind, [] | [b'\n', ..] | [b'\r', b'\n', ..]) {
            statement.last = Some(Token::new(TokenKind::Word, word.span().to(last.span())).escaped(true));
            statement.words = statement.words.get(..=before.len()).unwrap_or(&[]);
        }
    }

    /// keepalived's parent takes `\#` for `#` and hands its other processes a copy of the file without the backslash,
    /// so that to them a comment begins there.
    fn cut_at_sign(&mut self, statement: &mut Statement<'t>) {
        let hidden = statement.words.iter().enumerate();
        let mut hidden = hidden.filter_map(|(index, word)| Some((index, word, self.tree.hidden_sign(word)?)));
        let Some((index, word, before)) = hidden.next() else { return };
        let what = "keepalived forgets this backslash before it reads the line";
        self.adjusted(word.span().part(before, before + 2), what, "a comment begins behind it", false);
        statement.last = (before > 0).then(|| Token::new(TokenKind::Word, word.span().part(0, before)));
        let words = index + usize::from(before > 0);
        statement.words = statement.words.get(..words).unwrap_or(&[]);
    }

    fn table(&mut self, block: &'static Block) -> Rc<Table> {
        if let Some(table) = self.tables.iter().find(|table| core::ptr::eq(table.block, block)) {
            return Rc::clone(table);
        }
        let table = Rc::new(Table::new(block, self.without_effect));
        self.tables.push(Rc::clone(&table));
        table
    }

    /// Whether the keyword is one of `table`.
    fn line(
        &mut self,
        table: &Table,
        section: &mut dyn Section<'t>,
        line: Statement<'t>,
        depth: u16,
    ) -> bool {
        let Some(word) = line.arg(0) else { return true };
        let Some(Entry { keyword, without_effect }) = table.find(&word.text) else {
            // At another depth than its block, a line is here only because an earlier one was unknown.
            if line.depth == depth && !self.quiet && !self.tree.was_let_out(self.next - 1) {
                self.unknown(table.block, &word);
            }
            return false;
        };
        self.quiet = false;
        if depth == 0 && table.block.name.is_empty() && owner(keyword.name) != self.process {
            let skipped = self.skip();
            self.quiet = !skipped && keyword.block().is_some();
            return true;
        }
        self.compare_version(table.block, keyword, word.span);
        if let Some(instead) = keyword.deprecated {
            let deprecated = Problem::Deprecated { keyword: keyword.name };
            self.advise(Diagnostic::new(word.span, deprecated).suggest(instead));
        }
        let lacks_argument = line.words.len() < 2;
        match keyword.argument {
            // keepalived splits commands otherwise, and drops what has a quote too few.
            _ if lacks_argument
                && matches!(keyword.takes, Takes::Script)
                && self.quote_follows(word.span) => {}
            Argument::Required if lacks_argument => {
                self.report(word.span, Problem::MissingArgument { keyword: keyword.name });
                self.skip_if_block(keyword);
            }
            Argument::Wanted if lacks_argument => {
                self.report(word.span, Problem::MissingValue { keyword: keyword.name });
                self.skip_if_block(keyword);
            }
            Argument::None | Argument::Optional | Argument::Wanted | Argument::Required => {
                if without_effect {
                    self.report(word.span, Problem::NotSupported { keyword: word.string() });
                }
                if !section.keyword(self, keyword, line) {
                    self.report(word.span, Problem::NotSupported { keyword: word.string() });
                    self.skip_if_block(keyword);
                }
            }
        }
        true
    }

    /// Whether a quote follows on the line; without a word behind `at` it is one that is never closed.
    fn quote_follows(&self, at: Span) -> bool {
        let behind = self.tree.sources().octets(at.source).get(at.end as usize..).unwrap_or(&[]);
        behind.iter().find(|octet| !matches!(octet, b' ' | b'\t')) == Some(&b'"')
    }

    /// Reports a keyword that the target does not know yet. Of a block that it does not know only the keyword that
    /// opens it is reported.
    fn compare_version(&mut self, table: &Block, keyword: &Keyword, span: Span) {
        if let (Some(target), Some(since)) = (self.target, keyword.since)
            && since > target
            && table.since <= Some(target)
        {
            self.report(span, Problem::TooNew { keyword: keyword.name, since, target });
        }
    }

    fn skip_if_block(&mut self, keyword: &Keyword) {
        match keyword.content {
            Content::Line => {}
            Content::List(_) | Content::Block(_) => {
                self.skip();
            }
        }
    }

    /// Whether a block begins here.
    pub(super) fn at_block(&self) -> bool {
        self.tree.lines().get(self.next).is_some_and(|line| line.kind == LineKind::Open)
    }

    /// Skips the block that begins here. False if none does.
    pub(super) fn skip(&mut self) -> bool {
        let block = self.at_block();
        if block {
            self.next = self.tree.closing(self.next).map_or(self.tree.lines().len(), |close| close + 1);
        }
        block
    }

    /// Reads a block of entries that are not keywords.
    pub(super) fn list(
        &mut self,
        opener: (&'static Keyword, Statement<'t>),
        entry: impl FnMut(&mut Self, Statement<'t>),
    ) {
        if let Some(extra) = opener.1.arg(1) {
            let problem = Problem::ExtraArguments { keyword: opener.0.name, reported: true };
            self.report(extra.span.to(opener.1.span()), problem);
        }
        self.entries(opener.0, entry);
    }

    /// The same for a block whose line has been looked at.
    pub(super) fn entries(
        &mut self,
        keyword: &'static Keyword,
        mut entry: impl FnMut(&mut Self, Statement<'t>),
    ) {
        let mut first = true;
        let (mut end, mut beyond) = (None, None);
        while let Some(line) = self.tree.lines().get(self.next) {
            if beyond.is_none() && end.is_some_and(|end| end <= self.next) {
                beyond = Some(self.findings.len());
            }
            self.next += 1;
            match line.kind {
                LineKind::Close => break,
                LineKind::Open if first => end = self.tree.should_end(self.next - 1),
                LineKind::Open => {
                    let keyword = keyword.name.to_owned();
                    self.report(self.brace_span(line), Problem::UnexpectedOpen { keyword });
                }
                LineKind::Statement => {
                    let statement = self.statement(line);
                    entry(self, statement);
                }
            }
            first = false;
        }
        self.forget(beyond);
    }

    fn brace_span(&self, line: &Line) -> Span {
        self.tree.words(line).first().map_or_else(Span::default, |token| token.span())
    }

    fn unexpected_open(&mut self, line: &Line, depth: u16, previous: Option<Statement<'t>>) {
        let Some(keyword) = previous.filter(|_| line.depth == depth).and_then(|statement| statement.arg(0))
        else {
            // Two braces in a row or one that begins the file, or the block of something unknown. That has been reported.
            let before = self.next.checked_sub(2).and_then(|before| self.tree.lines().get(before));
            if before.is_none_or(|before| before.kind != LineKind::Statement) {
                self.report(self.brace_span(line), Problem::UnexpectedOpen { keyword: "{".to_owned() });
            }
            return;
        };
        self.report(self.brace_span(line), Problem::UnexpectedOpen { keyword: keyword.string() });
    }

    fn missing_open(&mut self, needs_open: &mut bool, opener: Option<(&'static Keyword, Statement<'t>)>) {
        if let (true, Some((keyword, line))) = (*needs_open, opener) {
            self.report(line.keyword_span(), Problem::MissingOpen { keyword: keyword.name });
        }
        *needs_open = false;
    }

    fn unknown(&mut self, table: &'static Block, word: &Word<'t>) {
        let written = word.string();
        let bare = written
            .trim_start_matches(['\u{a0}', '\u{3000}', '\u{200b}', '\u{feff}', '\u{2003}', '\u{2002}']);
        if bare.len() < written.len() {
            let problem = Problem::StrangeSpace { space: name_of_space(&written), keyword: bare.to_owned() };
            let advice = "replace it by an ordinary space";
            self.advise(Diagnostic::new(word.span, problem).suggest(advice));
            return;
        }
        if let (Some(target), Some(keyword)) = (self.target, table.gone(&word.text))
            && let Some(until) = keyword.until
        {
            let (keyword, instead) = (keyword.name, keyword.instead);
            let problem = match target > until {
                true => Problem::Gone { keyword, until, target, instead },
                false => Problem::NotSupported { keyword: written },
            };
            let advice = instead.map(|instead| format!("write '{instead}'"));
            self.findings.push(Diagnostic { suggestion: advice, ..Diagnostic::new(word.span, problem) });
            return;
        }
        let known = self.advice.entry((table.name, written.clone()));
        let mut advice = known.or_insert_with(|| advice(table, &written)).clone();
        let opens_block = self.tree.lines().get(self.next).is_some_and(|line| line.kind == LineKind::Open);
        if opens_block && !table.name.is_empty() {
            let block = table.name;
            let effect = format!("keepalived takes the '}}' of this block for the end of '{block}'");
            advice = Some(advice.map_or(effect.clone(), |advice| {
                format!("{advice}{} {effect}", if advice.ends_with('?') { "" } else { ";" })
            }));
        }
        let problem = Problem::UnknownKeyword { keyword: written, block: table.name };
        self.findings.push(Diagnostic { suggestion: advice, ..Diagnostic::new(word.span, problem) });
    }
}

fn advice(table: &'static Block, word: &str) -> Option<String> {
    if let Some(keyword) = gone(word) {
        return Some(match keyword.instead {
            Some(instead) => format!("keepalived no longer has '{word}'; '{instead}' took its place"),
            None => format!("keepalived no longer has '{word}'; the line can go"),
        });
    }
    let homes = homes(word);
    if homes.contains(&"") {
        return Some(format!("'{word}' belongs at the top level; is a '}}' missing above?"));
    }
    if let Some(keyword) = closest(table, word) {
        return Some(format!("did you mean '{keyword}'?"));
    }
    let (last, others) = homes.split_last()?;
    let places = if others.is_empty() {
        format!("'{last}'")
    } else {
        format!("'{}' or '{last}'", others.join("', '"))
    };
    Some(format!("'{word}' belongs in {places}"))
}

fn name_of_space(word: &str) -> &'static str {
    match word.chars().next() {
        Some('\u{a0}') => "no-break space (U+00A0)",
        Some('\u{3000}') => "ideographic space (U+3000)",
        Some('\u{feff}') => "byte order mark (U+FEFF)",
        Some('\u{200b}') => "zero width space (U+200B)",
        _ => "wide space (U+2002 or U+2003)",
    }
}

fn owner(keyword: &str) -> Process {
    match keyword {
        "global_defs"
        | "net_namespace"
        | "net_namespace_ipvs"
        | "namespace_with_ipsets"
        | "instance"
        | "use_pid_dir"
        | "child_wait_time" => Process::Parent,
        "virtual_server" | "virtual_server_group" | "SSL" => Process::Checker,
        _ => Process::Vrrp,
    }
}
