//! The blocks of a text: symbols and folding.

use kconf_parser::Tree;
use kconf_parser::tree::LineKind;
use lsp_types::{DocumentSymbol, FoldingRange, FoldingRangeKind, SymbolKind};

use super::document::Document;

/// A block, by its lines in the tree.
struct Block {
    statement: usize,
    open: usize,
    close: usize,
}

fn blocks(tree: &Tree) -> Vec<Block> {
    let is_statement =
        |line: usize| tree.lines().get(line).is_some_and(|line| line.kind == LineKind::Statement);
    let block = |open: usize| {
        let close = tree.closing(open)?;
        let statement = open.checked_sub(1).filter(|line| is_statement(*line))?;
        Some(Block { statement, open, close })
    };
    (0..tree.lines().len()).filter_map(block).collect()
}

fn octets(tree: &Tree, line: usize) -> core::ops::Range<usize> {
    let words = tree.lines().get(line).map_or(&[][..], |line| tree.words(line));
    let start = words.first().map_or(0, |word| word.span().range().start);
    start..words.last().map_or(start, |word| word.span().range().end)
}

/// The blocks of the file and those that have a name inside them.
pub(super) fn symbols(tree: &Tree, document: &Document) -> Vec<DocumentSymbol> {
    let mut out: Vec<(usize, DocumentSymbol)> = Vec::new();
    for block in blocks(tree) {
        let depth = tree.lines().get(block.open).map_or(0, |line| line.depth);
        let head = octets(tree, block.statement);
        let end = octets(tree, block.close).end;
        let name =
            document.text().get(head.clone()).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ");
        let kind = symbol_kind(name.split(' ').next().unwrap_or(""));
        #[expect(deprecated, reason = "the field is there and has to be filled")]
        let symbol = DocumentSymbol {
            name,
            detail: None,
            kind,
            tags: None,
            deprecated: None,
            range: document.range(head.start..end),
            selection_range: document.range(head),
            children: None,
        };
        match (depth, out.last_mut()) {
            (0, _) => out.push((block.close, symbol)),
            (1, Some((close, outer))) if block.close < *close => {
                outer.children.get_or_insert_default().push(symbol);
            }
            _ => {}
        }
    }
    out.into_iter().map(|(_, symbol)| symbol).collect()
}

fn symbol_kind(keyword: &str) -> SymbolKind {
    match keyword {
        "vrrp_script" => SymbolKind::FUNCTION,
        "vrrp_instance" | "virtual_server" => SymbolKind::CLASS,
        "real_server" => SymbolKind::OBJECT,
        "vrrp_sync_group" | "virtual_server_group" | "track_group" => SymbolKind::NAMESPACE,
        "global_defs" => SymbolKind::MODULE,
        _ => SymbolKind::STRUCT,
    }
}

/// Every block of more than one line.
pub(super) fn folding(tree: &Tree, document: &Document) -> Vec<FoldingRange> {
    let fold = |block: Block| {
        let start = document.position(octets(tree, block.statement).start);
        let end = document.position(octets(tree, block.close).start);
        (start.line < end.line).then(|| FoldingRange {
            start_line: start.line,
            // The line with the brace stays to be seen.
            end_line: end.line.saturating_sub(1).max(start.line),
            kind: Some(FoldingRangeKind::Region),
            ..FoldingRange::default()
        })
    };
    blocks(tree).into_iter().filter_map(fold).collect()
}
