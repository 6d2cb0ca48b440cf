//! What must not be shown of a line: secrets.

use core::ops::Range;

/// What stands for a secret, however long it is.
pub(crate) const MASK: &str = "****";

/// The line with every secret in it replaced by `****`.
///
/// Secrets are the values of `auth_pass`, of `key` in `auth_hmac` and of `password` in `SSL`, in comments and behind a
/// misspelt `auth_pass`, too, and those of definitions whose name sounds like a secret. Whoever shows or stores a line of
/// a configuration takes this one.
///
/// ```
/// assert_eq!(kconf_parser::diagnostic::mask(b"  auth_pass 1111 # old"), b"  auth_pass ****");
/// ```
pub fn mask(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut at = 0;
    for secret in secrets(line) {
        out.extend_from_slice(line.get(at..secret.start).unwrap_or(&[]));
        out.extend_from_slice(MASK.as_bytes());
        at = secret.end;
    }
    out.extend_from_slice(line.get(at..).unwrap_or(&[]));
    out
}

/// Where the secrets of a line are.
pub(super) fn secrets(line: &[u8]) -> Vec<Range<usize>> {
    let words = words(line);
    let mut found = Vec::new();
    if let Some(value) = definition(line, &words) {
        found.push(value);
        return found;
    }
    let keyword = words.iter().enumerate().find_map(|(index, word)| {
        let leads = index == 0 || word.after_brace;
        behind(line.get(word.range.clone()).unwrap_or(&[]), leads).map(|arguments| (index, arguments))
    });
    let Some((index, arguments)) = keyword else { return found };
    // The values that a list gives are the secrets, too.
    if let Some(list) = words.iter().take(index).find(|word| line.get(word.range.start) == Some(&b'~')) {
        let end = words.get(index).map_or(line.len(), |word| word.range.start);
        let blanks = line.get(..end).unwrap_or(line).trim_ascii_end().len();
        found.push(list.range.start..blanks);
    }
    match arguments {
        Behind::Glued(at) => {
            let start = words.get(index).map_or(0, |word| word.range.start + at);
            found.push(start..last_end(&words, index).max(start));
        }
        Behind::Words(skip) => {
            if let Some(first) = words.get(index + 1 + skip) {
                found.push(first.range.start..last_end(&words, index + 1 + skip));
            }
        }
    }
    found
}

/// Where the secret of a keyword is.
enum Behind {
    /// In the word itself, from this octet on.
    Glued(usize),
    /// Behind so many words.
    Words(usize),
}

fn behind(word: &[u8], leads: bool) -> Option<Behind> {
    let text = String::from_utf8_lossy(word).to_ascii_lowercase();
    let text = text.trim_matches(['\u{a0}', '\u{3000}', '\u{200b}', '\u{feff}', '\u{2002}', '\u{2003}']);
    // What is glued to the keyword by a sign or by a space that is none to keepalived.
    let letters =
        text.bytes().take_while(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-'));
    let name = text.get(..letters.count()).unwrap_or(text);
    let skip = match name {
        "key" if leads => 1,
        "password" | "passwd" if leads => 0,
        name if near_auth_pass(name) => 0,
        _ => return None,
    };
    if skip == 0 && name.len() < text.len() {
        let start = word.to_ascii_lowercase().windows(name.len()).position(|part| part == name.as_bytes())?;
        return Some(Behind::Glued(start + name.len()));
    }
    Some(Behind::Words(skip))
}

fn near_auth_pass(name: &str) -> bool {
    ["auth_pass", "auth_password"].iter().any(|secret| strsim::damerau_levenshtein(name, secret) <= 2)
}

/// `$NAME=VALUE` where the name says what the value is.
fn definition(line: &[u8], words: &[Word]) -> Option<Range<usize>> {
    let first = words.first()?;
    let text = line.get(first.range.start..)?.strip_prefix(b"$")?;
    let equals = text.iter().position(|octet| *octet == b'=')?;
    let name = String::from_utf8_lossy(text.get(..equals)?).to_ascii_lowercase();
    let secret = ["pass", "secret", "key", "pwd"].iter().any(|part| name.contains(part));
    let start = first.range.start + 1 + equals + 1;
    let end = last_end(words, 0);
    (secret && start < end).then_some(start..end)
}

struct Word {
    range: Range<usize>,
    after_brace: bool,
}

/// Words as far as they matter here; the sign of a comment ends none, so that old secrets in comments are found.
fn words(line: &[u8]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    let mut after_brace = false;
    let mut quoted = false;
    for (at, octet) in line.iter().chain(core::iter::once(&b' ')).enumerate() {
        let ends = !quoted && (octet.is_ascii_whitespace() || matches!(octet, b'{' | b'}' | b'#' | b'!'));
        quoted ^= *octet == b'"';
        match (start, ends) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                words.push(Word { range: from..at, after_brace });
                after_brace = false;
                start = None;
            }
            (None, true) | (Some(_), false) => {}
        }
        after_brace |= ends && matches!(octet, b'{' | b'}' | b'#' | b'!');
    }
    if let (Some(from), true) = (start, quoted) {
        words.push(Word { range: from..line.len(), after_brace });
    }
    words
}

/// Where the last word ends; at a brace the block of the secret ends, but no secret is cut short for that.
fn last_end(words: &[Word], from: usize) -> usize {
    words.last().or(words.get(from)).map_or(0, |word| word.range.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_secret_is_masked() {
        #[rustfmt::skip]
        let cases: &[(&str, &str)] = &[
            ("state MASTER", "state MASTER"),
            ("auth_pass 1111", "auth_pass ****"),
            ("\tauth_pass \"a b\" c", "\tauth_pass ****"),
            ("auth_pass a!b#c", "auth_pass ****"),
            ("authentication { auth_pass x }", "authentication { auth_pass **** }"),
            ("# auth_pass old", "# auth_pass ****"),
            ("auth_pas 1111", "auth_pas ****"),
            ("auht_pass 1111", "auht_pass ****"),
            ("auth_pass\u{a0}1111", "auth_pass****"),
            ("\u{a0}auth_pass 1111", "\u{a0}auth_pass ****"),
            ("auth_pass=1111", "auth_pass****"),
            ("auth_pass", "auth_pass"),
            ("auth_pass \"1111", "auth_pass ****"),
            ("key 1 hex:00 11", "key 1 ****"),
            ("key /etc/ssl/key.pem", "key /etc/ssl/key.pem"),
            ("password secret", "password ****"),
            ("router_id r # the key is here", "router_id r # the key is here"),
            ("$VRRP_PASS=1111", "$VRRP_PASS=****"),
            ("$ID=1111", "$ID=1111"),
            ("~LST(p,a,b) auth_pass $p", "**** auth_pass ****"),
        ];
        for (line, want) in cases {
            assert_eq!(String::from_utf8_lossy(&mask(line.as_bytes())), *want, "{line}");
        }
    }
}
