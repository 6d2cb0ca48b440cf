//! `$NAME=VALUE` and its use.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

/// Definitions inside one another that are asked whether they are a comment.
const MAX_DEPTH: usize = 8;

/// Octets of a line after its definitions are replaced; about there it stops.
pub(super) const MAX_TEXT: usize = 1 << 16;

/// Definitions so far. The last one of a name counts.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    by_name: HashMap<Vec<u8>, Vec<u8>>,
}

/// What the built-in names stand for here.
pub(super) struct Scope<'s> {
    pub(super) directory: &'s Path,
    pub(super) config_id: &'s str,
}

impl Definitions {
    pub(super) fn define(&mut self, name: &[u8], value: Vec<u8>) {
        // Names with an underscore in front are keepalived's own.
        if !name.starts_with(b"_") {
            self.by_name.insert(name.to_vec(), value);
        }
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<&Vec<u8>> {
        self.by_name.get(name)
    }

    pub(super) fn restore(&mut self, name: &[u8], value: Option<Vec<u8>>) {
        match value {
            Some(value) => self.by_name.insert(name.to_vec(), value),
            None => self.by_name.remove(name),
        };
    }

    /// The text with `${NAME}`, and `$NAME` before a blank or the end, replaced once. `None` if there is nothing to
    /// replace; what is not defined stays as it is.
    pub(super) fn replace(&self, text: &[u8], scope: &Scope<'_>) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        let mut changed = false;
        while let Some(dollar) = rest.iter().position(|octet| *octet == b'$') {
            let (before, from) = rest.split_at_checked(dollar)?;
            out.extend_from_slice(before);
            let found = reference(from).and_then(|(name, after)| Some((self.value(name, scope)?, after)));
            let Some((value, after)) = found.filter(|_| out.len() < MAX_TEXT) else {
                out.push(b'$');
                rest = from.get(1..).unwrap_or(&[]);
                continue;
            };
            // A definition that turns out to be # or ! switches off the rest of the line, before that is looked at.
            if self.is_comment(&value, scope, 0) {
                return Some(out);
            }
            out.extend_from_slice(&value);
            rest = after;
            changed = true;
        }
        out.extend_from_slice(rest);
        changed.then_some(out)
    }

    /// Whether a value begins with a comment sign, perhaps by way of other definitions.
    fn is_comment(&self, value: &[u8], scope: &Scope<'_>, depth: usize) -> bool {
        let value = value.trim_ascii_start();
        if depth >= MAX_DEPTH || value.starts_with(b"#") || value.starts_with(b"!") {
            return depth < MAX_DEPTH;
        }
        let next = reference(value).and_then(|(name, _)| self.value(name, scope));
        next.is_some_and(|next| self.is_comment(&next, scope, depth + 1))
    }

    fn value(&self, name: &[u8], scope: &Scope<'_>) -> Option<Cow<'_, [u8]>> {
        match name {
            b"_PWD" => Some(Cow::Owned(directory(scope))),
            b"_INSTANCE" => Some(Cow::Owned(scope.config_id.as_bytes().to_vec())),
            // These do start a comment, which is how files switch lines off.
            b"_HASH" => Some(Cow::Borrowed(b"#")),
            b"_BANG" => Some(Cow::Borrowed(b"!")),
            _ => self.by_name.get(name).map(|value| Cow::Borrowed(value.as_slice())),
        }
    }
}

/// `$NAME=VALUE` at the start of a line.
pub(super) fn definition(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = text.strip_prefix(b"$")?;
    let (name, rest) = name(rest)?;
    Some((name, rest.strip_prefix(b"=")?))
}

/// An include's pattern, in which only the directory is replaced.
pub(super) fn replace_directory<'p>(pattern: &'p [u8], scope: &Scope<'_>) -> Cow<'p, [u8]> {
    match pattern.strip_prefix(b"${_PWD}") {
        Some(rest) => Cow::Owned([directory(scope).as_slice(), rest].concat()),
        None => Cow::Borrowed(pattern),
    }
}

fn directory(scope: &Scope<'_>) -> Vec<u8> {
    let directory = scope.directory.to_string_lossy();
    if directory.is_empty() { b".".to_vec() } else { directory.into_owned().into_bytes() }
}

/// The name behind a dollar sign, and what follows.
fn reference(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"$")?;
    if let Some(inner) = text.strip_prefix(b"{") {
        let (name, rest) = name(inner)?;
        return Some((name, rest.strip_prefix(b"}")?));
    }
    let (name, rest) = name(text)?;
    rest.first().is_none_or(u8::is_ascii_whitespace).then_some((name, rest))
}

fn name(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_name = |octet: &u8| octet.is_ascii_alphanumeric() || *octet == b'_';
    let end = text.iter().position(|octet| !is_name(octet)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let starts_well = name.first().is_some_and(|octet| !octet.is_ascii_digit());
    starts_well.then_some((name, rest))
}
