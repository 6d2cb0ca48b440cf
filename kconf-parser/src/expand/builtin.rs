//! Names that mean something in every file: `_PWD`, `_INSTANCE`, `_RANDOM`, `_ENV`, `_HASH` and `_BANG`.

use std::path::Path;

use super::definitions::Reference;
use super::random::Random;
use super::{ExpandOptions, Loader};
use crate::Tree;
use crate::tree::LineKind;

/// Largest number of `${_RANDOM}` unless told otherwise.
const MAX_RANDOM: u64 = 32_767;

/// What the names stand for at one place.
pub(super) struct Builtins<'s> {
    pub(super) directory: &'s Path,
    pub(super) options: &'s ExpandOptions,
    pub(super) loader: &'s dyn Loader,
    pub(super) random: &'s mut Option<Random>,
    /// `random_seed` of the file, if it has come to that.
    pub(super) seed: &'s dyn Fn() -> Option<u32>,
}

/// Whether a name is one of these.
pub(super) fn is_builtin(name: &[u8]) -> bool {
    matches!(name, b"_PWD" | b"_INSTANCE" | b"_RANDOM" | b"_ENV" | b"_HASH" | b"_BANG")
}

impl Builtins<'_> {
    /// What it stands for; `None` if it is nothing of the kind, or has the wrong arguments.
    pub(super) fn value(&mut self, found: Reference<'_>) -> Option<Vec<u8>> {
        if !found.arguments.is_empty() {
            return match found.name {
                b"_RANDOM" => self.random(found.arguments),
                b"_ENV" => self.environment(found.arguments),
                _ => None,
            };
        }
        match found.name {
            b"_PWD" => Some(self.directory()),
            b"_INSTANCE" => Some(self.options.config_id.as_bytes().to_vec()),
            b"_RANDOM" => self.random(&[]),
            // These do start a comment, which is how files switch lines off.
            b"_HASH" => Some(b"#".to_vec()),
            b"_BANG" => Some(b"!".to_vec()),
            _ => None,
        }
    }

    fn directory(&self) -> Vec<u8> {
        let directory = self.directory.to_string_lossy();
        if directory.is_empty() { b".".to_vec() } else { directory.into_owned().into_bytes() }
    }

    /// `[MIN [MAX]]`. Without an order between them it is MIN.
    fn random(&mut self, arguments: &[u8]) -> Option<Vec<u8>> {
        let numbers = arguments.split(u8::is_ascii_whitespace).filter(|number| !number.is_empty());
        let numbers: Option<Vec<u64>> =
            numbers.map(|number| core::str::from_utf8(number).ok()?.parse().ok()).collect();
        let (min, max) = match *numbers?.as_slice() {
            [] => (0, MAX_RANDOM),
            [min] => (min, MAX_RANDOM),
            [min, max] => (min, max),
            _ => return None,
        };
        let seed = || (self.seed)().unwrap_or(self.options.seed);
        let drawn = u64::from(self.random.get_or_insert_with(|| Random::new(seed())).next());
        let count = max.saturating_sub(min).saturating_add(1);
        Some((min + drawn.checked_rem(count).unwrap_or_default()).to_string().into_bytes())
    }

    /// A variable that is not set is empty.
    fn environment(&self, name: &[u8]) -> Option<Vec<u8>> {
        let name = core::str::from_utf8(name).ok().filter(|name| !name.contains([' ', '\t']))?;
        Some(self.loader.environment(name).unwrap_or_default())
    }
}

/// The last `random_seed` of the `global_defs` that the tree has so far.
pub(super) fn seed(tree: &Tree) -> Option<u32> {
    let mut block = false;
    let mut seed = None;
    let mut before = false;
    for line in tree.lines() {
        let words = tree.words(line);
        let word = |index: usize| words.get(index).map(|token| tree.text(token));
        let first = word(0).unwrap_or_default();
        match (line.kind, line.depth) {
            (LineKind::Statement, 0) => before = &*first == b"global_defs",
            (LineKind::Open, 0) => block = before,
            (LineKind::Statement, 1) if block && &*first == b"random_seed" => {
                let number = word(1).and_then(|word| core::str::from_utf8(&word).ok()?.parse().ok());
                seed = number.or(seed);
            }
            _ => {}
        }
    }
    seed
}
