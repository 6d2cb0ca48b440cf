//! What there is to say about each code when somebody asks.

mod blocks;
mod files;
mod instances;
mod scripts;
mod waivers;
mod words;

use crate::Lint;
use crate::lint;

pub(super) use blocks::*;
pub(super) use files::*;
pub(super) use instances::*;
pub(super) use scripts::*;
pub(super) use waivers::*;
pub(super) use words::*;

/// Everything about one code: shown by `kconf explain`, and tested against itself.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Page {
    /// Stable name, such as `unknown-keyword`.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub what: &'static str,
    /// What keepalived does about it, and what that means for the operator.
    pub effect: &'static str,
    /// What to write instead.
    pub mend: &'static str,
    /// A configuration in which it is found. In it `…` stands for two thousand letters and `␀` for a NUL.
    pub example: &'static str,
}

/// The page about a code.
///
/// ```
/// use kconf_parser::diagnostic::page;
///
/// assert!(page("unknown-keyword").is_some_and(|page| page.mend.contains("misspelt")));
/// assert_eq!(page("no-such-code"), None);
/// ```
pub fn page(code: &str) -> Option<Page> {
    pages().find(|page| page.code == code)
}

/// Every page: first what keepalived minds, in groups, then the [lints](mod@crate::lint).
pub fn pages() -> impl Iterator<Item = Page> {
    let groups = [blocks::ALL, words::ALL, instances::ALL, scripts::ALL, files::ALL, waivers::ALL];
    groups.into_iter().flatten().copied().chain(Lint::ALL.iter().map(|lint| Page::from(lint.page())))
}

impl From<&lint::Page> for Page {
    fn from(page: &lint::Page) -> Self {
        let lint::Page { code, what, why, mend, example, .. } = *page;
        Self { code, what, effect: why, mend, example: example.text }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_code_has_one_page() {
        let mut seen = HashSet::new();
        for page in pages() {
            assert!(seen.insert(page.code), "{}", page.code);
            let texts = [page.what, page.effect, page.mend];
            assert!(texts.iter().all(|text| text.len() > 15), "{}", page.code);
        }
    }

    #[test]
    fn every_code_comes_from_a_page() {
        let (_, rows) = include_str!("problem.rs").split_once("fn row(").unwrap();
        assert!(!rows.contains('"'), "write the code as NAME.code, with a page called NAME");
    }
}
