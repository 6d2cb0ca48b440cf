//! What to do about a finding: other places that belong to it, advice, and a change that a tool can make.
//!
//! Whoever finds a mistake says what is wrong and where. What follows from the text around is the same wherever it was
//! found, so it is added here.

mod advice;
mod blocks;
mod lines;
mod words;

use core::cell::OnceCell;

use lines::Lines;

use super::{Diagnostic, Problem, mask};
use crate::keywords::homes;
use crate::{Span, Tree};

/// Completes findings about `tree`.
pub(crate) fn mend(tree: &Tree, findings: &mut Vec<Diagnostic>) {
    let lines = OnceCell::new();
    let mender = Mender { tree, lines: &lines };
    mender.one_for_each_comment(findings);
    for finding in findings {
        mender.one(finding);
    }
}

struct Mender<'t, 'm> {
    tree: &'t Tree,
    /// Most findings need no look at other lines.
    lines: &'m OnceCell<Lines<'t>>,
}

impl<'t, 'm> Mender<'t, 'm> {
    fn lines(&self) -> &'m Lines<'t> {
        self.lines.get_or_init(|| Lines::new(self.tree))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not named has no other place")]
    fn one(&self, finding: &mut Diagnostic) {
        self.hide_secrets(finding);
        self.words(finding);
        if finding.suggestion.is_none() {
            finding.suggestion = advice::advice(&finding.problem);
        }
        let lines = || self.lines();
        match &finding.problem {
            Problem::MissingClose => blocks::missing_close(lines(), finding),
            Problem::MissingOpen { .. } => blocks::missing_open(lines(), finding),
            Problem::ExtraClose => blocks::extra_close(lines(), finding),
            Problem::UnexpectedOpen { .. } => blocks::unexpected_open(lines(), finding),
            Problem::UnknownKeyword { keyword, block } => {
                let misspelt =
                    finding.suggestion.as_deref().is_some_and(|help| help.starts_with("did you mean"));
                if !misspelt {
                    let homes = homes(keyword);
                    relate_home(lines(), finding, &homes, block);
                }
            }
            Problem::Duplicate { kind, name } => {
                if let Some(first) = lines().first_of(kind, name, finding.span) {
                    relate(finding, first, "the first one is here");
                }
            }
            Problem::DuplicateVrid { first, .. } => {
                let text = format!("'{first}' is here");
                if let Some(first) = lines().first_of("vrrp_instance", first, finding.span) {
                    relate(finding, first, text);
                }
            }
            Problem::Undefined { kind, name } => {
                if let Some(place) = lines().first_of(kind, name, finding.span) {
                    relate(finding, place, format!("'{name}' is defined here"));
                }
            }
            Problem::ExtraArguments { .. } => quote_command(lines, finding),
            Problem::BrokenInstance { missing, .. } => {
                for (span, _) in lines().mentioned(finding.span, missing) {
                    relate(finding, span, "this line has no effect");
                }
            }
            Problem::UnusableGroup { group, .. } => {
                if finding.suggestion.is_none() {
                    let near = lines().near_name("virtual_server_group", group);
                    finding.suggestion = near.map(|near| format!("did you mean '{near}'?"));
                }
                if let Some(place) = lines().first_of("virtual_server_group", group, finding.span) {
                    relate(finding, place, "the group is here");
                }
            }
            Problem::Adjusted { what, .. } => {
                for (span, keyword) in lines().mentioned(finding.span, what) {
                    relate(finding, span, format!("'{keyword}' is here"));
                }
            }
            Problem::ScriptSecurity | Problem::NoScriptUser { .. } => {
                if let Some(place) = lines().root("global_defs") {
                    relate(finding, place, "global_defs is here");
                }
            }
            _ => {}
        }
    }

    /// What was written instead of what is possible.
    fn words(&self, finding: &mut Diagnostic) {
        if finding.fix.is_some() {
            return;
        }
        let sources = self.tree.sources();
        let meant = finding.suggestion.as_deref().and_then(|help| help.strip_prefix("did you mean '"));
        if let Some((word, _)) = meant.and_then(|rest| rest.split_once('\'')) {
            let word = word.to_owned();
            self.fix(finding, finding.span, word);
            return;
        }
        let octets = sources.text(finding.span);
        let written = String::from_utf8_lossy(octets).into_owned();
        let line = sources.text(sources.line_around(finding.span));
        let Some(repair) = words::repair(&finding.problem, &written, line) else { return };
        if repair.advice.is_some() {
            finding.suggestion = repair.advice;
        }
        // What is no UTF-8 is longer in `written` than it is, and places in one are not those in the other.
        if let Some(range) = repair.range.filter(|_| written.len() == octets.len()) {
            let at =
                |octets: usize| u32::try_from(octets).map_or(finding.span.end, |n| finding.span.start + n);
            let span = Span::new(finding.span.source, at(range.start), at(range.end));
            self.fix(finding, span, repair.replacement);
        }
    }

    /// What follows `//` is a comment to whoever wrote it: it is one mistake, not one for each word.
    fn one_for_each_comment(&self, findings: &mut Vec<Diagnostic>) {
        let sources = self.tree.sources();
        let mut comment: Option<Span> = None;
        findings.retain(|finding| {
            let span = finding.span;
            if comment.is_some_and(|line| {
                line.source == span.source && (line.start..line.end).contains(&span.start)
            }) {
                return false;
            }
            if sources.text(span).starts_with(b"//") && sources.written_at(span) == span {
                let line = sources.line_around(span);
                comment = Some(Span { start: span.start + 1, ..line });
            }
            true
        });
    }

    /// Only what is written can be changed, not what expansion made of it.
    fn fix(&self, finding: &mut Diagnostic, span: Span, replacement: String) {
        if self.tree.sources().written_at(span) == span {
            finding.fix = Some(super::Fix { span, replacement });
        }
    }

    /// A keyword that is glued to a secret, or a line that lists some, must not reach a message.
    fn hide_secrets(&self, finding: &mut Diagnostic) {
        if let Problem::UnknownKeyword { keyword: text, .. } | Problem::InvalidValue { value: text, .. } =
            &mut finding.problem
        {
            let masked = mask(text.as_bytes());
            if masked != text.as_bytes() {
                *text = String::from_utf8_lossy(&masked).into_owned();
            }
        }
    }
}

/// A command in quotes, as the advice has it, if nothing in it is quoted already.
fn quote_command<'t: 'm, 'm>(lines: impl Fn() -> &'m Lines<'t>, finding: &mut Diagnostic) {
    let advice = finding.suggestion.as_deref().and_then(|advice| advice.split_once("in quotes: "));
    let Some((_, command)) = advice else { return };
    let lines = lines();
    let Some(line) = lines.at(finding.span).and_then(|line| lines.span(line)) else { return };
    let sources = lines.tree.sources();
    let quoted = sources.text(line).iter().any(|octet| matches!(octet, b'"' | b'\'' | b'\\'));
    if !quoted && sources.written_at(line) == line {
        finding.fix = Some(super::Fix { span: line, replacement: command.to_owned() });
    }
}

fn relate(finding: &mut Diagnostic, span: Span, text: impl Into<String>) {
    let known = finding.related.iter().any(|related| related.span == span);
    if !known && span != finding.span {
        finding.related.push(super::Related { span, text: text.into() });
    }
}

/// Where a keyword belongs, or the block that was not closed in time.
fn relate_home(lines: &Lines<'_>, finding: &mut Diagnostic, homes: &[&'static str], block: &'static str) {
    if homes.contains(&"") && !block.is_empty() {
        if let Some(header) = lines.header_around(finding.span) {
            relate(finding, header, format!("the block '{block}' begins here"));
        }
        return;
    }
    let home = homes.iter().find_map(|home| lines.near(home, finding.span).map(|span| (home, span)));
    if let Some((home, span)) = home {
        relate(finding, span, format!("'{home}' is here"));
    }
}
