//! `$NAME=VALUE` and its use.

use std::borrow::Cow;
use std::collections::HashMap;

use super::builtin::{Builtins, is_builtin};
use crate::keywords::Hints;

/// Definitions inside one another that are asked whether they are a comment.
const MAX_DEPTH: usize = 8;

/// Octets of a line after its definitions are replaced; about there it stops.
pub(super) const MAX_TEXT: usize = 1 << 16;

/// What a name stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct Definition {
    /// Its lines.
    pub(super) value: Vec<u8>,
    /// It was written in several lines, so it can end a line and stand nowhere else.
    pub(super) several_lines: bool,
}

/// Definitions so far. The last one of a name counts.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    by_name: HashMap<Vec<u8>, Definition>,
    hints: Hints,
}

/// A line whose references were replaced once.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Replaced {
    pub(super) line: Vec<u8>,
    /// Further lines, of a definition that has several.
    pub(super) following: Option<Vec<u8>>,
}

/// `$NAME` or `${NAME ARGUMENTS}`.
#[derive(Clone, Copy)]
pub(super) struct Reference<'l> {
    pub(super) name: &'l [u8],
    pub(super) arguments: &'l [u8],
    /// The text behind it.
    after: &'l [u8],
}

impl Definitions {
    pub(super) fn define(&mut self, name: &[u8], definition: Definition) {
        self.by_name.insert(name.to_vec(), definition);
    }

    /// The text with every reference replaced once. `None` if there is nothing to replace; what is not defined stays
    /// as it is.
    pub(super) fn replace(&self, text: &[u8], builtins: &mut Builtins<'_>) -> Option<Replaced> {
        let mut out = Replaced { line: Vec::with_capacity(text.len()), following: None };
        let mut rest = text;
        let mut changed = false;
        while let Some((before, from)) = split_at_dollar(rest) {
            out.line.extend_from_slice(before);
            let found =
                Reference::read(from).and_then(|found| Some((self.value(found, builtins)?, found.after)));
            let Some((value, after)) = found.filter(|_| out.line.len() < MAX_TEXT) else {
                out.line.push(b'$');
                rest = from.get(1..).unwrap_or(&[]);
                continue;
            };
            // A definition that turns out to be # or ! switches off the rest of the line, before that is looked at.
            if self.is_comment(&value, builtins, 0) {
                return Some(out);
            }
            changed = true;
            rest = after;
            let mut lines = value.splitn(2, |octet| *octet == b'\n');
            out.line.extend_from_slice(lines.next().unwrap_or(&[]));
            out.following = lines.next().map(<[u8]>::to_vec);
        }
        out.line.extend_from_slice(rest);
        changed.then_some(out)
    }

    /// The first reference in `text` that looks like a mistake, and why it stays.
    pub(super) fn mistake(&self, text: &[u8]) -> Option<(String, String)> {
        let mut rest = text;
        while let Some((_, from)) = split_at_dollar(rest) {
            rest = from.get(1..).unwrap_or(&[]);
            let Some(found) = Reference::read(from) else { continue };
            let name = String::from_utf8_lossy(found.name).into_owned();
            if self.by_name.get(found.name).is_some_and(|definition| definition.several_lines) {
                return Some((name, "what has several lines can only end a line".to_owned()));
            }
            let names = self.by_name.keys().filter_map(|name| core::str::from_utf8(name).ok());
            if let Some(meant) = self.hints.near(names, &name).filter(|_| !is_builtin(found.name)) {
                return Some((name, format!("it is not defined; did you mean '${meant}'?")));
            }
        }
        None
    }

    /// Whether a value begins with a comment sign, perhaps by way of other definitions.
    fn is_comment(&self, value: &[u8], builtins: &mut Builtins<'_>, depth: usize) -> bool {
        let value = value.trim_ascii_start();
        if depth >= MAX_DEPTH || value.starts_with(b"#") || value.starts_with(b"!") {
            return depth < MAX_DEPTH;
        }
        let next = Reference::read(value).and_then(|found| self.value(found, builtins));
        next.is_some_and(|next| self.is_comment(&next, builtins, depth + 1))
    }

    fn value(&self, found: Reference<'_>, builtins: &mut Builtins<'_>) -> Option<Cow<'_, [u8]>> {
        match self.by_name.get(found.name) {
            Some(definition) => {
                let fits =
                    found.arguments.is_empty() && (found.after.is_empty() || !definition.several_lines);
                fits.then_some(Cow::Borrowed(definition.value.as_slice()))
            }
            // A file may put its own in the place of these.
            None => builtins.value(found).map(Cow::Owned),
        }
    }
}

/// `$NAME=VALUE` at the start of a line.
pub(super) fn definition(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = name(text.strip_prefix(b"$")?)?;
    Some((name, rest.strip_prefix(b"=")?.trim_ascii_start()))
}

impl<'l> Reference<'l> {
    /// The reference that `text` begins with.
    fn read(text: &'l [u8]) -> Option<Self> {
        let text = text.strip_prefix(b"$")?;
        if let Some(inner) = text.strip_prefix(b"{") {
            let (name, rest) = name(inner)?;
            let is_argument =
                |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b' ' | b'\t');
            let end = rest.iter().position(|octet| !is_argument(octet))?;
            let (arguments, rest) = rest.split_at_checked(end)?;
            let after = rest.strip_prefix(b"}")?;
            // A blank before the brace makes it none.
            let ends_well = arguments.last().is_none_or(|octet| !octet.is_ascii_whitespace());
            return ends_well.then_some(Self { name, arguments: arguments.trim_ascii(), after });
        }
        let (name, after) = name(text)?;
        let ends = after.first().is_none_or(|octet| matches!(octet, b' ' | b'\t' | b',' | b')'));
        ends.then_some(Self { name, arguments: &[], after })
    }
}

fn split_at_dollar(text: &[u8]) -> Option<(&[u8], &[u8])> {
    text.split_at_checked(text.iter().position(|octet| *octet == b'$')?)
}

fn name(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_name = |octet: &u8| octet.is_ascii_alphanumeric() || *octet == b'_';
    let end = text.iter().position(|octet| !is_name(octet)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let starts_well = name.first().is_some_and(|octet| !octet.is_ascii_digit());
    starts_well.then_some((name, rest))
}
