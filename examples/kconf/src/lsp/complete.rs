//! What may come next.

use kconf_parser::keywords::{Block, Content, Entry, Keyword, Takes};
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
    if let Some(list) = place.list() {
        // The first word is an address, a name or the like.
        let entry = list.entry().filter(|_| place.word > 0);
        return entry.map_or_else(Vec::new, |entry| words(analysis, entry, &place));
    }
    let Some(table) = place.table else { return Vec::new() };
    if place.word == 0 {
        return table.keywords.iter().map(|keyword| keyword_item(keyword, table)).collect();
    }
    let Some(keyword) = place.keyword(&analysis.tree) else { return Vec::new() };
    let mut items = if place.word == 1 { values(analysis, keyword.takes) } else { Vec::new() };
    items.extend(keyword.entry().into_iter().flat_map(|entry| words(analysis, entry, &place)));
    items
}

/// Words that may follow on a line, or the values of the one in front.
fn words(analysis: &Analysis, entry: &Entry, place: &Place<'_>) -> Vec<CompletionItem> {
    let before = place.word.checked_sub(1).and_then(|index| place.words.get(index));
    let before = before.and_then(|word| entry.word(&analysis.tree.text(word)));
    let values = before.map_or_else(Vec::new, |word| values(analysis, word.takes));
    if !values.is_empty() {
        return values;
    }
    entry.words.iter().map(|word| plain(word.name, CompletionItemKind::PROPERTY, word.help())).collect()
}

/// What a keyword can be followed by, where that can be listed.
fn values(analysis: &Analysis, takes: Takes) -> Vec<CompletionItem> {
    // What a line begins with is a value, not another line.
    let takes = if let Takes::Entry(entry) = takes { entry.lead } else { takes };
    let listed: &[&str] = if let Takes::OneOf(words) = takes {
        words
    } else if let Takes::Switch = takes {
        &["on", "off"]
    } else {
        &[]
    };
    let kind = if let Takes::Reference(kind) = takes { kind } else { "" };
    let known = analysis.names.iter().filter(|name| name.kind == kind);
    let known = known.map(|name| plain(&name.name, CompletionItemKind::REFERENCE, kind));
    listed.iter().map(|word| plain(word, CompletionItemKind::VALUE, "")).chain(known).collect()
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

fn keyword_item(keyword: &Keyword, block: &Block) -> CompletionItem {
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

/// What is known about a keyword, in Markdown.
pub(super) fn explain(keyword: &Keyword, block: &Block) -> String {
    let text = keyword.explain(block);
    let (usage, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let rest: Vec<&str> = rest.lines().map(str::trim).collect();
    format!("```\n{usage}\n```\n{}", rest.join("  \n"))
}
