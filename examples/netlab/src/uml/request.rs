//! What the host asks of the guest, in a file: the kernel's command line is short and splits at blanks.

use core::time::Duration;
use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::PathBuf,
};

/// Changes with the meaning of the fields, so that an old binary is recognised.
const FORMAT: &str = "netlab uml 1";

/// A program to run in the guest and what it should find there.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Request {
    /// The program and its arguments.
    pub(super) arguments: Vec<OsString>,
    /// Its whole environment.
    pub(super) environment: Vec<(OsString, OsString)>,
    /// The folder it starts in.
    pub(super) folder: PathBuf,
    /// Paths below the private folders that are the host's all the same.
    pub(super) keep: Vec<PathBuf>,
    /// Modules to load before the program starts.
    pub(super) modules: Vec<String>,
    /// When the guest gives up by itself, should the host be gone by then.
    pub(super) limit: Option<Duration>,
}

impl Request {
    /// Fields of a letter and a value, each ended by a zero octet, which no value can hold.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut octets = Vec::new();
        put(&mut octets, b'v', FORMAT.as_bytes());
        for argument in &self.arguments {
            put(&mut octets, b'a', argument.as_bytes());
        }
        for (name, value) in &self.environment {
            put(&mut octets, b'e', &[name.as_bytes(), b"=", value.as_bytes()].concat());
        }
        put(&mut octets, b'f', self.folder.as_os_str().as_bytes());
        for path in &self.keep {
            put(&mut octets, b'k', path.as_os_str().as_bytes());
        }
        for module in &self.modules {
            put(&mut octets, b'm', module.as_bytes());
        }
        if let Some(limit) = self.limit {
            put(&mut octets, b'l', limit.as_millis().to_string().as_bytes());
        }
        octets
    }

    /// Reads what [`encode`](Self::encode) wrote; `None` if another version of it did.
    pub(super) fn decode(octets: &[u8]) -> Option<Self> {
        let mut fields = octets.strip_suffix(b"\0")?.split(|octet| *octet == 0);
        let (b'v', format) = fields.next()?.split_first().map(|(tag, value)| (*tag, value))? else {
            return None;
        };
        if format != FORMAT.as_bytes() {
            return None;
        }
        let mut request = Self::default();
        for field in fields {
            let (tag, value) = field.split_first()?;
            request.take(*tag, value)?;
        }
        Some(request)
    }

    fn take(&mut self, tag: u8, value: &[u8]) -> Option<()> {
        let text = || core::str::from_utf8(value).ok();
        match tag {
            b'a' => self.arguments.push(OsString::from_vec(value.to_vec())),
            b'e' => {
                // The name ends at the first sign, but a name may start with one.
                let end = 1 + value.get(1..)?.iter().position(|octet| *octet == b'=')?;
                let (name, value) = (value.get(..end)?, value.get(end + 1..)?);
                self.environment.push((OsStr::from_bytes(name).into(), OsStr::from_bytes(value).into()));
            }
            b'f' => self.folder = OsStr::from_bytes(value).into(),
            b'k' => self.keep.push(OsStr::from_bytes(value).into()),
            b'm' => self.modules.push(text()?.to_owned()),
            b'l' => self.limit = Some(Duration::from_millis(text()?.parse().ok()?)),
            _ => return None,
        }
        Some(())
    }
}

fn put(octets: &mut Vec<u8>, tag: u8, value: &[u8]) {
    octets.push(tag);
    octets.extend_from_slice(value);
    octets.push(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_survives_its_file() {
        let request = Request {
            arguments: vec!["/bin/echo".into(), "".into(), "two words\nand lines".into()],
            environment: vec![("A".into(), "b=c".into()), ("EMPTY".into(), "".into())],
            folder: "/some where".into(),
            keep: vec!["/tmp/kept".into()],
            modules: vec!["ip_vs".into()],
            limit: Some(Duration::from_millis(1500)),
        };
        assert_eq!(Request::decode(&request.encode()), Some(request));
    }

    #[test]
    fn a_request_of_another_version_is_refused() {
        for octets in [&b""[..], b"v", b"vnetlab uml 0\0", b"a/bin/sh\0", b"vnetlab uml 1\0zunknown\0"] {
            assert_eq!(Request::decode(octets), None, "{octets:?}");
        }
    }
}
