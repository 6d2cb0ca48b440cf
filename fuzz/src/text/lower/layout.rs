//! The canonical layout.

use kconf_parser::{FormatOptions, Lowered, Parsed, format, parse};

/// Formatting changes the layout, once, and nothing else.
pub(super) fn laws(octets: &[u8], parsed: &Parsed, lowered: &Lowered) {
    let options = FormatOptions::default();
    let once = format(&parse("fuzz.conf", octets).tree, &options);
    assert_eq!(format(&parse("fuzz.conf", &once).tree, &options), once, "the layout is canonical");
    if once == octets {
        return;
    }
    let (_, after) = super::read(&once);
    // What is repeated beyond the limit is cut, wherever that falls.
    if parsed.tree.lines().len() < super::LINES {
        assert_eq!(after.config.describe(), lowered.config.describe(), "it means the same");
    }
}
