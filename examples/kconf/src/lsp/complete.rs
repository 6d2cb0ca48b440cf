//! What may come next.

use kconf_parser::keywords::{Argument, Block, Content, Keyword};
use lsp_types::{CompletionItem, CompletionItemKind, Documentation, MarkupContent, MarkupKind};

use super::analysis::Analysis;
use super::names;
use super::place::Place;

/// What may stand at octet `at`. The editor chooses by what is already typed.
pub(super) fn at(analysis: &Analysis, at: usize) -> Vec<CompletionItem> {
    let text = analysis.document.text();
    let typed = text.get(..at).unwrap_or("");
    let word = typed
        .rfind(|character: char| character.is_whitespace())
        .map_or(typed, |blank| typed.get(blank..).unwrap_or(""));
    if word.contains('$') {
        return names::definitions(text).into_iter().map(definition).collect();
    }
    let Some(place) = Place::at(&analysis.tree, at) else { return Vec::new() };
    if let Some(kind) = place.refers_to(&analysis.tree) {
        let known = analysis.names.iter().filter(|name| name.kind == kind);
        return known.map(|name| plain(&name.name, CompletionItemKind::REFERENCE, kind)).collect();
    }
    if place.in_list() {
        return Vec::new();
    }
    let Some(table) = place.table else { return Vec::new() };
    if place.word == 0 {
        return table.keywords.iter().map(|keyword| entry(keyword, table)).collect();
    }
    Vec::new()
}

fn definition((name, _, value): (String, core::ops::Range<usize>, String)) -> CompletionItem {
    plain(&name, CompletionItemKind::VARIABLE, &value)
}

fn plain(label: &str, kind: CompletionItemKind, detail: &str) -> CompletionItem {
    CompletionItem {
        label: label.to_owned(),
        kind: Some(kind),
        detail: Some(detail.to_owned()),
        ..CompletionItem::default()
    }
}

fn entry(keyword: &Keyword, block: &Block) -> CompletionItem {
    let line = matches!(keyword.content, Content::Line);
    let kind = if line { CompletionItemKind::PROPERTY } else { CompletionItemKind::MODULE };
    let value = explain(keyword, block);
    CompletionItem {
        label: keyword.name.to_owned(),
        kind: Some(kind),
        documentation: Some(Documentation::MarkupContent(MarkupContent {
            kind: MarkupKind::Markdown,
            value,
        })),
        deprecated: keyword.deprecated.map(|_| true),
        ..CompletionItem::default()
    }
}

/// What is known about a keyword.
pub(super) fn explain(keyword: &Keyword, block: &Block) -> String {
    let place = if block.name.is_empty() { "the top level".to_owned() } else { format!("`{}`", block.name) };
    let argument = match keyword.argument {
        Argument::None => "takes no argument",
        Argument::Optional => "may have an argument",
        Argument::Wanted | Argument::Required => "needs an argument",
    };
    let content = if keyword.block().is_some() {
        "opens a block"
    } else if matches!(keyword.content, Content::Line) {
        argument
    } else {
        "opens a list"
    };
    let mut text = format!("**{}** in {place}\n\nIt {content}.", keyword.name);
    if let Some(instead) = keyword.deprecated {
        text.push_str(&format!(" Deprecated: {instead}."));
    }
    text
}
