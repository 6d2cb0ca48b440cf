//! What a word means.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use super::analysis::Analysis;
use super::names;
use super::place::Place;

/// About the word at octet `at`.
pub(super) fn at(analysis: &Analysis, at: usize) -> Option<Hover> {
    let document = &analysis.document;
    if let Some((name, range)) = super::define::reference(document.text(), at) {
        let known = names::definitions(document.text());
        let (_, _, value) = known.into_iter().rfind(|(known, ..)| *known == name)?;
        return Some(hover(format!("`${name}` is `{value}`"), document.range(range)));
    }
    let place = Place::at(&analysis.tree, at).filter(|place| place.token().is_some());
    // In front of a word the cursor is on it, too.
    let place = place.or_else(|| Place::at(&analysis.tree, at + 1))?;
    let token = place.token()?;
    let range = document.range(token.span().range());
    if let Some(kind) = place.refers_to(&analysis.tree) {
        let text = analysis.tree.text(token);
        let known = analysis.names.iter().find(|name| name.kind == kind && name.name.as_bytes() == &*text)?;
        let sources = analysis.expanded.sources();
        let line = sources.position(known.span).line;
        return Some(hover(
            format!("`{kind} {}`, line {line} of {}", known.name, sources.name(known.span.source)),
            range,
        ));
    }
    let keyword = place.keyword(&analysis.tree)?;
    let block = place.table?;
    Some(hover(super::complete::explain(keyword, block), range))
}

fn hover(value: String, range: lsp_types::Range) -> Hover {
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Hover { contents, range: Some(range) }
}
