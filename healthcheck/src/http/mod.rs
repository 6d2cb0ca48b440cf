//! `HTTP_GET`: one request and what to make of the reply.

mod body;
mod head;
mod request;

use alloc::vec::Vec;

use md5::{Digest as _, Md5};

use crate::{Exchange, Failure, Phase, Step};
use body::{Body, Framing};
use head::Head;
pub use request::{HttpRequest, HttpVersion, InvalidRequest};

/// Octets of heads that a server may send before its body; longer ones fail the check.
pub const MAX_HEAD_LEN: usize = 8 * 1024;

/// What a reply must be.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HttpExpect {
    /// `status_code`: inclusive ranges.
    pub status: Vec<(u16, u16)>,
    /// `digest`: MD5 of the body.
    ///
    /// A chunked body is hashed as it was before it was cut up; keepalived hashes the chunks with
    /// their lengths.
    pub digest: Option<[u8; 16]>,
    /// Octets of body that are read, which bounds the work a server can cause. A longer body
    /// fails a check with a digest; without one the status has decided already.
    pub max_body: u64,
}

impl Default for HttpExpect {
    /// Status 200 to 299, as keepalived; no digest; 16 MiB.
    fn default() -> Self {
        Self { status: [(200, 299)].into(), digest: None, max_body: 16 << 20 }
    }
}

/// Why a reply was not the one we want.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpFailure {
    /// The server closed without a word.
    #[error("no data received")]
    Empty,
    /// The server closed before the end of the head.
    #[error("the head of the reply is cut off")]
    HeadTruncated,
    /// More than [`MAX_HEAD_LEN`] octets and no end of the head.
    #[error("the head of the reply is longer than {MAX_HEAD_LEN} octets")]
    HeadTooLong,
    /// The reply does not begin like one of HTTP/1.
    #[error("not an HTTP/1 reply")]
    StatusLine,
    /// The status is in none of the ranges.
    #[error("status {0}")]
    Status(u16),
    /// A chunk of the body without a proper length.
    #[error("broken chunk in the body")]
    Chunk,
    /// The body is longer than [`HttpExpect::max_body`] and its digest matters.
    #[error("the body is too long for a digest")]
    BodyTooLong,
    /// The MD5 digest is another one.
    #[error("digest {}", Hex(*got))]
    Digest {
        /// Of the body that was received.
        got: [u8; 16],
    },
}

impl HttpFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Empty | Self::HeadTruncated | Self::HeadTooLong | Self::Chunk => Phase::Receive,
            Self::StatusLine | Self::Status(_) => Phase::Status,
            Self::BodyTooLong | Self::Digest { .. } => Phase::Body,
        }
    }
}

struct Hex([u8; 16]);

impl core::fmt::Display for Hex {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// One GET and its judgement.
///
/// Status first, then the digest, as keepalived does. The body is read to its end even where only
/// the status matters: a server that stalls in it is not well. A body shorter than its
/// `Content-Length` is judged as it is.
#[derive(Clone, Debug)]
pub struct HttpExchange {
    request: Vec<u8>,
    sent: usize,
    expect: HttpExpect,
    state: State,
    report: HttpReport,
}

/// What was seen of a reply, for logs.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct HttpReport {
    /// Status of the final head.
    pub status: Option<u16>,
    /// Octets of body received.
    pub body_len: u64,
    /// Octets of body that the head announced. keepalived logs a difference.
    pub content_length: Option<u64>,
    /// MD5 of the body, if the check wants one.
    pub digest: Option<[u8; 16]>,
}

#[derive(Clone, Debug)]
enum State {
    /// Collecting a head. `passed` counts the octets of interim heads before it.
    Head {
        octets: Vec<u8>,
        passed: usize,
    },
    /// No hash without a digest to compare it with.
    Body {
        body: Body,
        hash: Option<Md5>,
    },
    Done(Result<(), Failure>),
}

impl HttpExchange {
    /// A dialogue that has not begun.
    #[must_use]
    pub fn new(request: &HttpRequest, expect: HttpExpect) -> Self {
        Self {
            request: request.encode(),
            sent: 0,
            expect,
            state: State::Head { octets: Vec::new(), passed: 0 },
            report: HttpReport::default(),
        }
    }

    /// What was seen so far.
    #[must_use]
    pub const fn report(&self) -> HttpReport {
        self.report
    }

    fn step(&mut self, mut octets: &[u8]) -> Step {
        // Each turn consumes a head or ends; a body takes all there is.
        while let State::Head { octets: kept, passed } = &mut self.state {
            let room = MAX_HEAD_LEN.saturating_sub(*passed).saturating_sub(kept.len());
            let (now, later) = octets.split_at_checked(room).unwrap_or((octets, &[]));
            let before = kept.len();
            kept.extend_from_slice(now);
            let Some(end) = head::end(kept, before) else {
                return match later {
                    [] => Step::Continue,
                    _ => self.fail(HttpFailure::HeadTooLong),
                };
            };
            let (text, rest) = kept.split_at_checked(end).unwrap_or((kept, &[]));
            // What follows the head lies at the end of what was just added.
            let consumed = now.len().saturating_sub(rest.len());
            let passed = passed.saturating_add(end);
            let Some(head) = Head::parse(text) else {
                return self.fail(HttpFailure::StatusLine);
            };
            octets = octets.get(consumed..).unwrap_or(&[]);
            if let Some(step) = self.head(&head, passed) {
                return step;
            }
        }
        self.body(octets)
    }

    /// Takes a head; goes on with the next state, or ends.
    fn head(&mut self, head: &Head, passed: usize) -> Option<Step> {
        let accepted = self.expect.status.iter().any(|(low, high)| (*low..=*high).contains(&head.status));
        // 100 Continue and the like announce another head; 101 would be the last one.
        if matches!(head.status, 100 | 102..=199) && !accepted {
            self.state = State::Head { octets: Vec::new(), passed };
            return None;
        }
        self.report.status = Some(head.status);
        if !accepted {
            return Some(self.fail(HttpFailure::Status(head.status)));
        }
        let framing = head.framing();
        if let Framing::Length(length) = framing {
            self.report.content_length = Some(length);
        }
        let hash = self.expect.digest.map(|_| Md5::new());
        self.state = State::Body { body: Body::new(framing), hash };
        None
    }

    fn body(&mut self, octets: &[u8]) -> Step {
        let State::Body { body, hash } = &mut self.state else {
            return self.last_step();
        };
        let report = &mut self.report;
        let result = body.push(octets, |part| {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            report.body_len = report.body_len.saturating_add(length);
            if let Some(hash) = hash {
                hash.update(part);
            }
        });
        match result {
            Err(broken) => self.fail(broken),
            Ok(_) if self.report.body_len > self.expect.max_body => match self.expect.digest {
                Some(_) => self.fail(HttpFailure::BodyTooLong),
                None => self.finish(),
            },
            Ok(true) => self.finish(),
            Ok(false) => Step::Continue,
        }
    }

    /// Judges the body by its digest, if one is wanted.
    fn finish(&mut self) -> Step {
        let State::Body { hash, .. } = &mut self.state else {
            return self.last_step();
        };
        let got: Option<[u8; 16]> = hash.take().map(|hash| hash.finalize().into());
        self.report.digest = got;
        match (self.expect.digest, got) {
            (Some(want), Some(got)) if want != got => self.fail(HttpFailure::Digest { got }),
            _ => self.done(Ok(())),
        }
    }

    fn fail(&mut self, failure: HttpFailure) -> Step {
        self.done(Err(Failure::Http(failure)))
    }

    fn done(&mut self, result: Result<(), Failure>) -> Step {
        self.state = State::Done(result);
        Step::Done(result)
    }

    const fn last_step(&self) -> Step {
        match self.state {
            State::Done(result) => Step::Done(result),
            State::Head { .. } | State::Body { .. } => Step::Continue,
        }
    }
}

impl Exchange for HttpExchange {
    fn to_send(&self) -> &[u8] {
        self.request.get(self.sent..).unwrap_or(&[])
    }

    fn sent(&mut self, count: usize) {
        self.sent = self.sent.saturating_add(count).min(self.request.len());
    }

    fn received(&mut self, octets: &[u8]) -> Step {
        self.step(octets)
    }

    fn closed(&mut self) -> Step {
        match &self.state {
            State::Head { octets, passed: 0 } if octets.is_empty() => self.fail(HttpFailure::Empty),
            State::Head { .. } => self.fail(HttpFailure::HeadTruncated),
            State::Body { .. } => self.finish(),
            State::Done(result) => Step::Done(*result),
        }
    }
}
