//! Findings that comments allow, that a baseline lists, and that a tool can mend.

use kconf_parser::diagnostic::{Baseline, waive};
use kconf_parser::{Diagnostic, Tree, parse};

/// Changes of one input that are tried.
const FIXES: usize = 3;

/// `all` are the findings about `tree`, which is made of `octets`.
pub(super) fn laws(tree: &Tree, octets: &[u8], all: &[Diagnostic]) {
    let waived = waive(tree, all.to_vec());
    let kept = waived.findings.iter().filter(|finding| !finding.code().starts_with("waiver")).count();
    assert_eq!(kept + waived.allowed.len(), all.len(), "a comment neither loses nor makes one");
    super::rendered(tree.sources(), &waived.findings);

    let mut baseline = Baseline::default();
    baseline.add(all, tree.sources());
    let text = baseline.to_string();
    let mut again = Baseline::parse("baseline", &text).expect("what it wrote itself");
    assert_eq!(again.subtract(all.to_vec(), tree.sources()), [], "all of them are listed");
    assert!(again.stale().is_empty(), "and nothing else is");

    for fix in all.iter().filter_map(|finding| finding.fix.as_ref()).take(FIXES) {
        assert!(fix.span.start <= fix.span.end && fix.span.range().end <= octets.len());
        let mended = fix.apply(octets);
        assert_eq!(parse("fuzz.conf", &mended).tree.print(), mended);
    }
}
