//! What stands around a line under test.

#![expect(clippy::indexing_slicing, reason = "a test may panic")]

const PLACES: &str = include_str!("places.conf");

/// Where a line of the table goes: into its block, or into that which it names in brackets.
pub(crate) fn place<'t>(block: &'t str, line: &'t str) -> (&'t str, String) {
    let (block, line) = match line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        Some((elsewhere, line)) => (elsewhere, line),
        None => (block, line),
    };
    (block, line.replace("\\n", "\n"))
}

/// A configuration with `line` in `block`. A line of the same keyword in the same block is left out.
pub(crate) fn text(block: &str, line: &str) -> String {
    let heading = format!("== {block}\n");
    let start = PLACES.find(&heading).unwrap_or_else(|| panic!("no place for {block}")) + heading.len();
    let around = &PLACES[start..];
    let around: Vec<&str> = around[..around.find("== ").unwrap_or(around.len())].lines().collect();
    let here = around.iter().position(|other| other.trim() == "%").unwrap();
    let depth = indent(around[here]);
    let first = around[..here].iter().rposition(|other| indent(other) < depth).map_or(0, |at| at + 1);
    let outside = around[here..].iter().position(|other| indent(other) < depth);
    let last = outside.map_or(around.len(), |at| here + at);
    let keyword = line.split_whitespace().next();
    let replaced = |at: usize, other: &str| {
        let same = other.split_whitespace().next() == keyword && indent(other) == depth;
        (first..last).contains(&at) && same && !other.ends_with('{')
    };
    let kept = around.iter().enumerate().filter(|(at, other)| !replaced(*at, other));
    kept.map(|(at, other)| if at == here { format!("{line}\n") } else { format!("{other}\n") }).collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
