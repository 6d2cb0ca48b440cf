//! What is made of a body while it passes.

use alloc::boxed::Box;

use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::body::Framing;
use super::regex::Search;
use super::{HttpExpect, HttpFailure, HttpReport};

/// Hashes and searches only what a check asks for.
#[derive(Clone, Debug)]
pub(super) struct Inspection {
    md5: Option<Md5>,
    /// Of chunks as they are sent, which is what keepalived hashes.
    as_sent: Option<Md5>,
    sha256: Option<Sha256>,
    search: Option<Search>,
}

impl Inspection {
    /// `None` if the body does not matter.
    pub(super) fn new(expect: &HttpExpect, framing: Framing) -> Option<Box<Self>> {
        let matters = expect.digest.is_some() || expect.sha256.is_some() || expect.regex.is_some();
        matters.then(|| {
            Box::new(Self {
                md5: expect.digest.map(|_| Md5::new()),
                as_sent: expect.digest.filter(|_| framing == Framing::Chunked).map(|_| Md5::new()),
                sha256: expect.sha256.map(|_| Sha256::new()),
                search: expect.regex.as_ref().map(|_| Search::default()),
            })
        })
    }

    pub(super) fn push(&mut self, expect: &HttpExpect, part: &[u8]) {
        if let Some(hash) = &mut self.md5 {
            hash.update(part);
        }
        if let Some(hash) = &mut self.sha256 {
            hash.update(part);
        }
        if let (Some(search), Some(regex)) = (&mut self.search, &expect.regex) {
            search.push(regex, part);
        }
    }

    /// Takes octets of the body as they are sent, chunk lengths and trailers included.
    pub(super) fn push_as_sent(&mut self, octets: &[u8]) {
        if let Some(hash) = &mut self.as_sent {
            hash.update(octets);
        }
    }

    /// Digests first, then the regex, as keepalived does.
    pub(super) fn finish(self, expect: &HttpExpect, report: &mut HttpReport) -> Result<(), HttpFailure> {
        let md5: Option<[u8; 16]> = self.md5.map(|hash| hash.finalize().into());
        let sha256: Option<[u8; 32]> = self.sha256.map(|hash| hash.finalize().into());
        (report.digest, report.sha256) = (md5, sha256);
        let as_sent: Option<[u8; 16]> = self.as_sent.map(|hash| hash.finalize().into());
        if let (Some(want), Some(got)) = (expect.digest, md5)
            && want != got
            && as_sent != Some(want)
        {
            return Err(HttpFailure::Digest { got });
        }
        if expect.sha256 != sha256 {
            return Err(HttpFailure::Sha256);
        }
        let (Some(mut search), Some(regex)) = (self.search, &expect.regex) else { return Ok(()) };
        match (search.finish(regex)?, regex.no_match) {
            (true, false) | (false, true) => Ok(()),
            (false, false) => Err(HttpFailure::RegexNoMatch),
            (true, true) => Err(HttpFailure::RegexMatch),
        }
    }
}
