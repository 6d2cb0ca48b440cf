//! Paths as URIs.

use std::path::{Path, PathBuf};

use lsp_types::Uri;

/// The path of a `file:` URI.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let mut octets = Vec::with_capacity(rest.len());
    let mut left = rest.as_bytes();
    while let Some((octet, after)) = left.split_first() {
        let digits = after.get(..2).and_then(|digits| core::str::from_utf8(digits).ok());
        let escaped =
            digits.filter(|_| *octet == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        octets.push(escaped.unwrap_or(*octet));
        left = if escaped.is_some() { after.get(2..).unwrap_or(&[]) } else { after };
    }
    String::from_utf8(octets).ok().map(PathBuf::from)
}

/// The URI of a path; `None` if it is relative.
pub(super) fn of(path: &Path) -> Option<Uri> {
    let text = path.to_str().filter(|_| path.is_absolute())?;
    let escape = |octet: u8| match octet {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
            char::from(octet).to_string()
        }
        other => format!("%{other:02X}"),
    };
    format!("file://{}", text.bytes().map(escape).collect::<String>()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back() {
        for text in ["/etc/keepalived/keepalived.conf", "/a b/ü%/{x}#"] {
            let uri = of(Path::new(text)).unwrap();
            assert_eq!(path(&uri).unwrap(), Path::new(text));
        }
        assert_eq!(of(Path::new("a")), None);
        assert_eq!(path(&"untitled:1".parse().unwrap()), None);
        assert_eq!(
            path(&"file:///%zz".parse().unwrap_or_else(|_| of(Path::new("/%zz")).unwrap())),
            Some("/%zz".into())
        );
    }
}
