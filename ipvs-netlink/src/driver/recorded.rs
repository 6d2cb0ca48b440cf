//! Conversations on paper: written down beside a real kernel, played back without one.

use core::fmt;
use core::str::FromStr;

use crate::client::Transport;
use crate::error::Error;
use crate::rights::Rights;

/// What was said, in its order. As text: one line for each datagram, `> ` before what was sent
/// and `< ` before what came, in hexadecimal; lines that begin with `#` are remarks.
///
/// ```
/// use ipvs_netlink::{Client, Recording};
///
/// let heard: Recording = "\
/// ## CTRL_CMD_GETFAMILY: message header, generic header, CTRL_ATTR_FAMILY_NAME; the id is 0x1c
/// > 20000000 1000 0500 01000000 00000000 03010000 0900 0200 4950565300 000000
/// < 1c000000 1000 0000 01000000 00000000 01020000 0600 0100 1c00 0000
/// < 24000000 0200 0000 01000000 00000000 00000000 20000000 1000 0500 01000000 00000000
/// ".parse().unwrap();
/// # if cfg!(target_endian = "little") {
/// assert!(Client::over(heard.replay()).is_ok());
/// # }
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Recording {
    exchanges: Vec<Exchange>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Exchange {
    request: Vec<u8>,
    datagrams: Vec<Vec<u8>>,
}

impl Recording {
    /// A transport that gives the same answers to the same requests in the same order.
    #[must_use]
    pub fn replay(&self) -> Replay {
        Replay { recording: self.clone(), exchange: 0, datagram: 0 }
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |sign: char, octets: &[u8]| {
            write!(f, "{sign} ")?;
            octets.iter().try_for_each(|octet| write!(f, "{octet:02x}"))?;
            writeln!(f)
        };
        for exchange in &self.exchanges {
            line('>', &exchange.request)?;
            exchange.datagrams.iter().try_for_each(|datagram| line('<', datagram))?;
        }
        Ok(())
    }
}

/// A line that is no part of a recording.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "line {line} is neither a remark nor `> ` or `< ` with hexadecimal octets, or an answer before any request"
)]
pub struct RecordingError {
    /// Its number, from 1.
    pub line: usize,
}

impl FromStr for Recording {
    type Err = RecordingError;

    fn from_str(text: &str) -> Result<Self, RecordingError> {
        let mut recording = Self::default();
        for (line, content) in (1..).zip(text.lines()) {
            recording.read_line(content.trim()).ok_or(RecordingError { line })?;
        }
        Ok(recording)
    }
}

impl Recording {
    fn read_line(&mut self, line: &str) -> Option<()> {
        if line.is_empty() || line.starts_with('#') {
            return Some(());
        }
        let (sign, digits) = line.split_at_checked(1)?;
        let octets = octets(digits)?;
        match sign {
            ">" => self.exchanges.push(Exchange { request: octets, datagrams: Vec::new() }),
            "<" => self.exchanges.last_mut()?.datagrams.push(octets),
            _ => return None,
        }
        Some(())
    }
}

fn octets(digits: &str) -> Option<Vec<u8>> {
    let nibbles: Option<Vec<u8>> = digits
        .chars()
        .filter(|digit| !digit.is_whitespace())
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let nibbles = nibbles?;
    let (pairs, rest) = nibbles.as_chunks();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// A transport that writes down what passes.
#[derive(Debug)]
pub struct Recorder<T> {
    transport: T,
    recording: Recording,
}

impl<T> Recorder<T> {
    /// Around another transport.
    pub const fn new(transport: T) -> Self {
        Self { transport, recording: Recording { exchanges: Vec::new() } }
    }

    /// So far.
    pub const fn recording(&self) -> &Recording {
        &self.recording
    }
}

impl<T: Transport> Transport for Recorder<T> {
    fn send(&mut self, request: &[u8]) -> Result<(), Error> {
        self.transport.send(request)?;
        self.recording.exchanges.push(Exchange { request: request.to_vec(), datagrams: Vec::new() });
        Ok(())
    }

    fn receive(&mut self) -> Result<&[u8], Error> {
        let datagram = self.transport.receive()?;
        if let Some(exchange) = self.recording.exchanges.last_mut() {
            exchange.datagrams.push(datagram.to_vec());
        }
        Ok(datagram)
    }

    fn discard(&mut self) {
        self.transport.discard();
    }

    fn rights(&self) -> Option<Rights> {
        self.transport.rights()
    }
}

/// A transport that reads from a [`Recording`].
#[derive(Clone, Debug)]
pub struct Replay {
    recording: Recording,
    /// The next request.
    exchange: usize,
    /// The next datagram of the last one.
    datagram: usize,
}

impl Replay {
    /// Whether everything that was recorded was said again.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.exchange == self.recording.exchanges.len()
    }
}

impl Transport for Replay {
    fn send(&mut self, request: &[u8]) -> Result<(), Error> {
        match self.recording.exchanges.get(self.exchange) {
            Some(exchange) if exchange.request == request => {
                self.exchange += 1;
                self.datagram = 0;
                Ok(())
            }
            Some(_) | None => Err(Error::NotRecorded { place: self.exchange }),
        }
    }

    fn receive(&mut self) -> Result<&[u8], Error> {
        let last = self.exchange.checked_sub(1).and_then(|place| self.recording.exchanges.get(place));
        let datagram = last.and_then(|exchange| exchange.datagrams.get(self.datagram));
        self.datagram += 1;
        datagram.map(Vec::as_slice).ok_or(Error::NotRecorded { place: self.exchange })
    }
}
