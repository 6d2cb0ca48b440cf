//! The body of a reply, whatever its framing.

use super::HttpFailure;

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Framing {
    /// With the end of the stream.
    Close,
    /// After so many octets.
    Length(u64),
    /// With the chunk of length 0.
    Chunked,
}

/// Octets of a line of a chunked body (a length with its extensions, a trailer) that are read.
const MAX_CHUNK_LINE: u32 = 1024;
/// Octets of trailers that are read.
const MAX_TRAILERS: u32 = 8 * 1024;

/// A body that arrives in pieces.
#[derive(Clone, Debug)]
pub(super) struct Body(State);

#[derive(Clone, Copy, Debug)]
enum State {
    UntilClose,
    Counted {
        left: u64,
    },
    /// In the line before a chunk. `digits` is false until the first digit.
    ChunkLength {
        length: u64,
        digits: bool,
        extension: bool,
        read: u32,
    },
    Chunk {
        left: u64,
    },
    /// Between the octets of a chunk and the next length.
    ChunkEnd,
    Trailer {
        line_is_empty: bool,
        read: u32,
    },
    Ended,
}

const CHUNK_LENGTH: State = State::ChunkLength { length: 0, digits: false, extension: false, read: 0 };

impl Body {
    pub(super) const fn new(framing: Framing) -> Self {
        Self(match framing {
            Framing::Close => State::UntilClose,
            Framing::Length(0) => State::Ended,
            Framing::Length(left) => State::Counted { left },
            Framing::Chunked => CHUNK_LENGTH,
        })
    }

    /// Hands the content in `octets` to `content`; if the body has ended, gives what follows it.
    pub(super) fn push<'o>(
        &mut self,
        mut octets: &'o [u8],
        mut content: impl FnMut(&[u8]),
    ) -> Result<Option<&'o [u8]>, HttpFailure> {
        loop {
            match &mut self.0 {
                State::Ended => return Ok(Some(octets)),
                _ if octets.is_empty() => return Ok(None),
                State::UntilClose => {
                    content(octets);
                    return Ok(None);
                }
                State::Counted { left } => {
                    octets = take(octets, left, &mut content);
                    if *left == 0 {
                        self.0 = State::Ended;
                    }
                }
                State::Chunk { left } => {
                    octets = take(octets, left, &mut content);
                    if *left == 0 {
                        self.0 = State::ChunkEnd;
                    }
                }
                State::ChunkLength { .. } | State::ChunkEnd | State::Trailer { .. } => {
                    let Some((octet, rest)) = octets.split_first() else { return Ok(None) };
                    octets = rest;
                    self.0 = self.0.line(*octet).ok_or(HttpFailure::Chunk)?;
                }
            }
        }
    }
}

/// Hands at most `left` octets to `content` and returns the others.
fn take<'a>(octets: &'a [u8], left: &mut u64, content: &mut impl FnMut(&[u8])) -> &'a [u8] {
    let count = usize::try_from(*left).unwrap_or(usize::MAX).min(octets.len());
    let (part, rest) = octets.split_at_checked(count).unwrap_or((octets, &[]));
    content(part);
    *left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
    rest
}

impl State {
    /// The state after one octet of a line; `None` if it does not belong there.
    fn line(self, octet: u8) -> Option<Self> {
        match (self, octet) {
            (Self::ChunkEnd, b'\r') => Some(self),
            (Self::ChunkEnd, b'\n') => Some(CHUNK_LENGTH),
            (Self::ChunkEnd, _) => None,
            (Self::ChunkLength { read: MAX_CHUNK_LINE.., .. }, _) => None,
            (Self::ChunkLength { length: 0, digits: true, .. }, b'\n') => {
                Some(Self::Trailer { line_is_empty: true, read: 0 })
            }
            (Self::ChunkLength { length, digits: true, .. }, b'\n') => Some(Self::Chunk { left: length }),
            (Self::ChunkLength { length, extension: false, read, .. }, _) if octet.is_ascii_hexdigit() => {
                let digit = u64::from(char::from(octet).to_digit(16)?);
                let length = length.checked_mul(16)?.checked_add(digit)?;
                Some(Self::ChunkLength { length, digits: true, extension: false, read: read + 1 })
            }
            (Self::ChunkLength { length, digits: true, extension, read }, _) => {
                let begins = matches!(octet, b';' | b' ' | b'\t' | b'\r');
                (extension || begins).then_some(Self::ChunkLength {
                    length,
                    digits: true,
                    extension: true,
                    read: read + 1,
                })
            }
            (Self::ChunkLength { digits: false, .. }, _) => None,
            (Self::Trailer { read: MAX_TRAILERS.., .. }, _) => None,
            (Self::Trailer { line_is_empty: true, .. }, b'\n') => Some(Self::Ended),
            (Self::Trailer { line_is_empty, read }, _) => Some(Self::Trailer {
                line_is_empty: octet == b'\n' || (line_is_empty && octet == b'\r'),
                read: read + 1,
            }),
            (Self::UntilClose | Self::Counted { .. } | Self::Chunk { .. } | Self::Ended, _) => Some(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The content and whether the body ended, fed in pieces of `step`.
    fn read(framing: Framing, wire: &[u8], step: usize) -> Result<(Vec<u8>, bool), HttpFailure> {
        let mut body = Body::new(framing);
        let mut content = Vec::new();
        let mut ended = body.push(&[], |_| {})?;
        for piece in wire.chunks(step) {
            ended = body.push(piece, |part| content.extend_from_slice(part))?;
        }
        Ok((content, ended.is_some()))
    }

    #[test]
    fn content_is_the_same_however_it_is_cut() {
        #[rustfmt::skip]
        let cases: [(Framing, &str, &str, bool); 8] = [
            (Framing::Close,     "hello",                                   "hello", false),
            (Framing::Length(5), "hello",                                   "hello", true),
            (Framing::Length(5), "hello and more",                          "hello", true),
            (Framing::Length(9), "hello",                                   "hello", false),
            (Framing::Length(0), "",                                        "",      true),
            (Framing::Chunked,   "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",        "hello", true),
            (Framing::Chunked,   "5;a=b\nhello\n000\r\nX: y\r\n\r\nmore",   "hello", true),
            (Framing::Chunked,   "A\r\nhello",                              "hello", false),
        ];
        for (framing, wire, want, ends) in cases {
            for step in 1..=wire.len().max(1) {
                let got = read(framing, wire.as_bytes(), step);
                assert_eq!(got, Ok((want.as_bytes().to_vec(), ends)), "{wire:?} by {step}");
            }
        }
    }

    #[test]
    fn broken_chunks_are_named() {
        let long = "1".to_owned() + &" ".repeat(2000);
        let trailers = "0\r\n".to_owned() + &"x: y\r\n".repeat(2000);
        for wire in ["x\r\n", "\r\n", "1\r\nab", "11111111111111111\r\n", "5x\r\n", &long, &trailers] {
            assert_eq!(read(Framing::Chunked, wire.as_bytes(), 7), Err(HttpFailure::Chunk), "{wire:?}");
        }
    }
}
