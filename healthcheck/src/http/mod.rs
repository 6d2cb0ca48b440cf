//! `HTTP_GET`: one request and what to make of the reply.

mod body;
mod failure;
mod head;
mod header;
mod inspection;
mod regex;
mod request;

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::{Exchange, Failure, Step};
use body::{Body, Framing};
pub use failure::HttpFailure;
use head::Head;
pub use header::{HeaderCondition, HttpHeader};
use inspection::Inspection;
pub use regex::{HttpRegex, MAX_MATCH_LEN, RegexPattern, SEARCH_WINDOW};
#[cfg(feature = "regex")]
pub use regex::{MAX_PATTERN_LEN, RegexError, RegexOption};
pub use request::{HttpMethod, HttpRequest, HttpVersion, InvalidRequest};

/// Octets of heads that a server may send before its body; longer ones fail the check.
pub const MAX_HEAD_LEN: usize = 8 * 1024;

/// What a reply must be.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HttpExpect {
    /// `status_code`: inclusive ranges.
    pub status: Vec<(u16, u16)>,
    /// `digest`: MD5 of the body.
    ///
    /// A chunked body is hashed as it was before it was cut up. The digest of the chunks as they are
    /// sent, with their lengths, is accepted, too: that is what keepalived's genhash gives.
    pub digest: Option<[u8; 16]>,
    /// SHA-256 of the body, as it was before it was cut up.
    pub sha256: Option<[u8; 32]>,
    /// Conditions on the headers; all must hold.
    pub headers: Vec<HttpHeader>,
    /// `regex`. Its pattern needs the feature `regex`.
    pub regex: Option<HttpRegex>,
    /// Octets of body that are read, which bounds the work a server can cause. A longer body
    /// fails a check with a digest or a regex; without one the head has decided already.
    pub max_body: u64,
}

impl Default for HttpExpect {
    /// Status 200 to 299, as keepalived; nothing else matters; 16 MiB.
    fn default() -> Self {
        Self {
            status: [(200, 299)].into(),
            digest: None,
            sha256: None,
            headers: Vec::new(),
            regex: None,
            max_body: 16 << 20,
        }
    }
}

/// One request and its judgement.
///
/// Status first, then headers, digests, and the regex, in keepalived's order. The body is read to
/// its end even where only the status matters: a server that stalls in it is not well. A body
/// shorter than its `Content-Length` is judged as it is.
///
/// Where keepalived accepts a reply this does, too, whatever word stands in the place of the version
/// (`ICY 200 OK`), but for what no client can read: chunks that are none, and a body behind 204,
/// which is none either. Beyond keepalived,
/// whose head must fit 4095 octets and end with two CRLF, this accepts heads of [`MAX_HEAD_LEN`],
/// bare line feeds, a status line that ends with the status, and passes interim heads (1xx). The
/// end of the body is found as RFC 9112 §6.3 says, so a server that keeps the connection open
/// costs no time; keepalived waits until it closes.
#[derive(Clone, Debug)]
pub struct HttpExchange {
    request: Vec<u8>,
    method: HttpMethod,
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
    /// SHA-256 of the body, if the check wants one.
    pub sha256: Option<[u8; 32]>,
}

#[derive(Clone, Debug)]
enum State {
    /// Collecting a head. `passed` counts the octets of interim heads before it.
    Head {
        octets: Vec<u8>,
        passed: usize,
    },
    Body {
        body: Body,
        inspection: Option<Box<Inspection>>,
    },
    Done(Result<(), Failure>),
}

impl HttpExchange {
    /// A dialogue that has not begun.
    #[must_use]
    pub fn new(request: &HttpRequest, expect: HttpExpect) -> Self {
        Self {
            request: request.encode(),
            method: request.method(),
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
            let headers = conditions(&self.expect.headers, text);
            if let Some(step) = self.head(&head, headers, passed) {
                return step;
            }
        }
        self.body(octets)
    }

    /// Takes a head; goes on with the next state, or ends.
    fn head(&mut self, head: &Head, headers: Result<(), HttpFailure>, passed: usize) -> Option<Step> {
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
        if let Err(failure) = headers {
            return Some(self.fail(failure));
        }
        let framing = match self.method {
            HttpMethod::Get => head.framing(),
            HttpMethod::Head => Framing::Length(0),
        };
        self.report.content_length = head.length();
        let inspection = Inspection::new(&self.expect, framing);
        self.state = State::Body { body: Body::new(framing), inspection };
        None
    }

    fn body(&mut self, octets: &[u8]) -> Step {
        let State::Body { body, inspection } = &mut self.state else {
            return self.last_step();
        };
        let (report, expect) = (&mut self.report, &self.expect);
        let result = body.push(octets, |part| {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            report.body_len = report.body_len.saturating_add(length);
            if let Some(inspection) = inspection {
                inspection.push(expect, part);
            }
        });
        // What follows the end is ignored: there was only one request.
        let later = result.ok().flatten().map_or(0, <[u8]>::len);
        let sent = octets.get(..octets.len().saturating_sub(later)).unwrap_or(octets);
        if let Some(inspection) = inspection {
            inspection.push_as_sent(sent);
        }
        match result {
            // First, as what is wrong behind the bound may not have arrived yet.
            _ if self.report.body_len > self.expect.max_body => match inspection.is_some() {
                true => self.fail(HttpFailure::BodyTooLong),
                false => self.done(Ok(())),
            },
            Err(broken) => self.fail(broken),
            Ok(Some(_)) => self.finish(),
            Ok(None) => Step::Continue,
        }
    }

    /// Judges the body.
    fn finish(&mut self) -> Step {
        let inspection = match core::mem::replace(&mut self.state, State::Done(Ok(()))) {
            State::Body { inspection, .. } => inspection,
            other @ (State::Head { .. } | State::Done(_)) => {
                self.state = other;
                return self.last_step();
            }
        };
        let Some(inspection) = inspection else { return self.done(Ok(())) };
        match inspection.finish(&self.expect, &mut self.report) {
            Ok(()) => self.done(Ok(())),
            Err(failure) => self.fail(failure),
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

/// The first condition that does not hold.
fn conditions(headers: &[HttpHeader], head: &[u8]) -> Result<(), HttpFailure> {
    for (place, header) in headers.iter().enumerate() {
        if !header.holds(head)? {
            return Err(HttpFailure::Header(u16::try_from(place).unwrap_or(u16::MAX)));
        }
    }
    Ok(())
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
