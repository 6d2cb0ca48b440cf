//! `kconf: allow(CODE) REASON`: comments that say that a finding is known.

use std::collections::{BTreeMap, HashSet};

use super::{Diagnostic, Problem, page, pages};
use crate::keywords::near;
use crate::lexer::{Signs, TokenKind, tokens};
use crate::tree::Token;
use crate::{SourceId, Span, Tree};

/// What [`waive`] gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waived {
    /// What no comment allows, and what is wrong with the comments, in the order of the text.
    pub findings: Vec<Diagnostic>,
    /// What a comment allows.
    pub allowed: Vec<Diagnostic>,
}

/// Takes out the findings that a comment allows.
///
/// `# kconf: allow(CODE) REASON` on a line allows the findings of that code on it; on a line of its own, those on the
/// next line that is not a comment. `# kconf: allow-file(CODE) REASON` allows them in the whole file that it stands in,
/// not in those that it includes. Several codes are separated by commas; `!` begins a comment as well as `#`. The reason
/// must be there. A comment without it, one with an unknown code and one that allows nothing that is found are findings.
///
/// `findings` are all there are about `tree`.
pub fn waive(tree: &Tree, findings: Vec<Diagnostic>) -> Waived {
    let mut waivers = find(tree);
    let mut waived = Waived::default();
    // What there is something to allow at.
    let mut met = HashSet::new();
    let mut known = HashSet::new();
    known.extend(waivers.iter().filter(|waiver| waiver.reason).map(Waiver::covers));
    for finding in findings {
        let (source, start) = line_of(tree, finding.span);
        let covered = [Some(start), None].map(|line| (finding.code().to_owned(), source, line));
        let allowed = covered.iter().any(|place| known.contains(place));
        if allowed { &mut waived.allowed } else { &mut waived.findings }.push(finding);
        met.extend(covered);
    }
    // Each one that matches is of use.
    for waiver in &mut waivers {
        waiver.used = waiver.reason && met.contains(&waiver.covers());
    }
    let complaints = waivers.iter().filter_map(Waiver::complaint);
    waived.findings.extend(complaints);
    waived.findings.sort_by_key(|finding| tree.sources().written_at(finding.span));
    waived
}

/// One code of one comment.
#[derive(Debug)]
struct Waiver {
    code: String,
    span: Span,
    /// The line that it is about: its source and first octet. `None`: the whole source.
    line: Option<(SourceId, u32)>,
    reason: bool,
    used: bool,
}

impl Waiver {
    /// The code, the source and, if it is about one line only, that line's first octet.
    fn covers(&self) -> (String, SourceId, Option<u32>) {
        let (source, line) = self.line.map_or((self.span.source, None), |(source, at)| (source, Some(at)));
        (self.code.clone(), source, line)
    }

    fn complaint(&self) -> Option<Diagnostic> {
        let code = self.code.clone();
        if page(&code).is_none() {
            let codes: Vec<_> = pages().map(|page| page.code).collect();
            let finding = Diagnostic::new(self.span, Problem::WaiverUnknownCode { code });
            let near = near(codes.into_iter(), &self.code);
            return Some(match near {
                Some(near) => finding.suggest(format!("did you mean '{near}'?")),
                None => finding,
            });
        }
        if !self.reason {
            let advice = "write the reason behind the bracket";
            return Some(Diagnostic::new(self.span, Problem::WaiverWithoutReason { code }).suggest(advice));
        }
        let unused = Diagnostic::new(self.span, Problem::WaiverUnused { code });
        (!self.used).then(|| unused.suggest("remove it; it would hide the next one"))
    }
}

/// The line that a finding is about.
fn line_of(tree: &Tree, span: Span) -> (SourceId, u32) {
    let line = tree.sources().line_around(span);
    (line.source, line.start)
}

fn find(tree: &Tree) -> Vec<Waiver> {
    let sources = tree.sources();
    let mut found = Vec::new();
    for source in sources.ids() {
        let octets = sources.octets(source);
        if !octets.windows(MARK.len()).any(|part| part == MARK.as_bytes()) {
            continue;
        }
        // Those on lines of their own, which wait for the line that they are about.
        let mut waiting: Vec<Waiver> = Vec::new();
        for line in lines(source, octets) {
            let text = sources.text(line);
            let text = text.strip_suffix(b"\n").unwrap_or(text);
            let (own, comment) = comment(text);
            let about = Some((source, line.start));
            if own.is_some() {
                found.extend(waiting.drain(..).map(|waiver| Waiver { line: about, ..waiver }));
            }
            let Some(comment) = comment else { continue };
            let start = line.start.saturating_add(u32::try_from(comment).unwrap_or(u32::MAX));
            let text = String::from_utf8_lossy(text.get(comment..).unwrap_or(&[]));
            for waiver in parse(&text, Span::new(source, start, line.end), about) {
                if waiver.line.is_some() && own.is_none() { &mut waiting } else { &mut found }.push(waiver);
            }
        }
        found.append(&mut waiting);
    }
    found
}

/// The lines of a source, each with its line feed.
fn lines(source: SourceId, octets: &[u8]) -> impl Iterator<Item = Span> {
    let mut at = 0_u32;
    octets.split_inclusive(|octet| *octet == b'\n').map(move |line| {
        let start = at;
        at = start.saturating_add(u32::try_from(line.len()).unwrap_or(u32::MAX));
        Span::new(source, start, at)
    })
}

const MARK: &str = "kconf:";

/// Where the line says something, and where its comment begins.
fn comment(line: &[u8]) -> (Option<usize>, Option<usize>) {
    let mut found = Vec::new();
    let all = Span::new(SourceId::default(), 0, u32::try_from(line.len()).unwrap_or(u32::MAX));
    tokens(line, Signs::ALL, all, &mut found);
    let is_comment = |token: &&Token| token.kind == TokenKind::Comment;
    let start = |token: &Token| token.span().start as usize;
    let own = found.iter().find(|token| !is_comment(token)).map(start);
    (own, found.iter().find(is_comment).map(start))
}

/// The waivers of one comment, one for each code.
fn parse(comment: &str, whole: Span, about: Option<(SourceId, u32)>) -> Vec<Waiver> {
    let text = comment.trim_start_matches(['#', '!']).trim_start();
    let Some(rest) = text.strip_prefix(MARK).map(str::trim_start) else { return Vec::new() };
    let (rest, line) = match rest.strip_prefix("allow-file(") {
        Some(rest) => (rest, None),
        None => match rest.strip_prefix("allow(") {
            Some(rest) => (rest, about),
            None => return Vec::new(),
        },
    };
    // `rest` is the end of the comment.
    let mut at = comment.len().saturating_sub(rest.len());
    let Some((written, reason)) = rest.split_once(')') else { return Vec::new() };
    let reason = reason.trim_start_matches([':', '-']).chars().any(char::is_alphanumeric);
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for code in written.split(',') {
        let blanks = code.len().saturating_sub(code.trim_start().len());
        codes.entry(code.trim()).or_insert(at + blanks);
        at += code.len() + 1;
    }
    let codes = codes.into_iter().map(|(code, at)| {
        let from = if code.is_empty() { 0 } else { at };
        let span = whole.part(from, from + code.len());
        Waiver { code: code.to_owned(), span, line, reason, used: false }
    });
    codes.collect()
}
