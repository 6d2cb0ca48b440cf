//! Many commands in one send, one result for each.

use core::ops::Range;

use crate::attr::{Attributes, MESSAGE_HEADER, Message, Messages};
use crate::conversation::{Conversation, Fault, Session};
use crate::error::{DecodeError, Error, Rejected};
use crate::request::Command;
use crate::timeouts::Timeouts;
use crate::uapi::{self, errno};

/// Commands on their way, and their results: borrowed (`&[Command]`) or owned (`Vec<Command>`).
///
/// They go out in their order, [`IN_FLIGHT`](Batch::IN_FLIGHT) with each request. Only the last
/// message of a request asks for an acknowledgement. The kernel works through it in order and
/// answers what it refuses unasked, with the sequence number of the command; so when the last
/// answer is there, silence about the others was consent. That is one answer instead of one
/// for each command.
///
/// The answer has one result for each command. A refused one does not stop those after it; a
/// fault of the driver does: see [`Error::Lost`] and [`Error::NotSent`].
///
/// # Examples
///
/// ```
/// use ipvs_netlink::{Batch, Command, Conversation, FamilyId, ServiceKey, Session};
///
/// let key = ServiceKey::tcp("192.0.2.1:80".parse().unwrap());
/// let commands = [Command::DeleteService { key }];
/// let (mut session, mut octets) = (Session::new(FamilyId(28)), Vec::new());
/// let mut batch = Batch::new(&commands[..]);
/// assert!(batch.ask(&mut session, &mut octets));
/// assert_eq!(octets.len(), 68); // send these; then, until the request is answered:
/// // length, NLMSG_ERROR, sequence number, port, error 0
/// let answer = [20_u32, 2, 1, 0, 0].map(u32::to_ne_bytes).concat();
/// assert!(batch.feed(&answer));
/// assert!(!batch.ask(&mut session, &mut octets));
/// assert_eq!(batch.answer(), [Ok(())]);
/// ```
#[derive(Debug)]
pub struct Batch<C> {
    commands: C,
    /// One for each command that was sent or could not be; `None` is "no answer so far".
    verdicts: Vec<Option<Result<(), Error>>>,
    /// The commands of the request that is under way.
    sent: Range<usize>,
    /// The sequence number of the first of them.
    first: u32,
    /// The command whose answer ends the request, or the place behind the last.
    last: Option<usize>,
    /// Nothing more is sent.
    over: bool,
}

impl Batch<&[Command]> {
    /// Commands in one request. If all of 512 fail, their answers overrun a receive buffer of
    /// default size (212,992 octets); 256 do not. This leaves a margin.
    pub const IN_FLIGHT: usize = 128;
}

impl<C: AsRef<[Command]>> Batch<C> {
    /// Commands that wait to be sent.
    pub fn new(commands: C) -> Self {
        let verdicts = Vec::with_capacity(commands.as_ref().len());
        Self { commands, verdicts, sent: 0..0, first: 0, last: None, over: false }
    }

    /// What was to be done.
    pub fn commands(&self) -> &[Command] {
        self.commands.as_ref()
    }

    fn lost(&self, index: usize) -> Result<(), Error> {
        match self.commands.as_ref().get(index) {
            Some(command) => Err(Error::Lost { operation: command.operation(), object: command.object() }),
            None => Ok(()),
        }
    }

    fn unsent(&self, index: usize) -> Result<(), Error> {
        match self.commands.as_ref().get(index) {
            Some(command) => Err(Error::NotSent { operation: command.operation(), object: command.object() }),
            None => Ok(()),
        }
    }

    /// Encodes what fits; one that cannot be encoded is left out, and its result says why.
    fn encode(&mut self, session: &mut Session, out: &mut Vec<u8>) {
        let all = self.commands.as_ref();
        let begin = self.verdicts.len();
        let end = all.len().min(begin.saturating_add(Batch::IN_FLIGHT));
        let chunk = all.get(begin..end).unwrap_or_default();
        self.sent = begin..end;
        self.first = session.sequences(chunk.len().saturating_add(1));
        let (mut sequence, mut last) = (self.first, None);
        for (index, command) in (begin..).zip(chunk) {
            let start = out.len();
            match command.encode(session.family(), sequence, false, out) {
                Ok(()) => {
                    last = Some((index, sequence, start));
                    self.verdicts.push(None);
                }
                Err(error) => self.verdicts.push(Some(Err(error.into()))),
            }
            sequence = sequence.wrapping_add(1);
        }
        self.last = last.map(|(index, ..)| index);
        let Some((index, sequence_of_last, start)) = last else { return };
        match all.get(index) {
            // If its thread has not run yet, the kernel stops it and answers nothing at all
            // (seen on Linux 6.1): something harmless is acknowledged in its place.
            Some(Command::StopSync(_)) | None => {
                self.last = Some(end);
                let nothing = Command::SetTimeouts(Timeouts::default());
                let _always = nothing.encode(session.family(), sequence, true, out);
            }
            Some(command) => {
                out.truncate(start);
                // It was encoded a moment ago: it cannot fail now.
                let _same = command.encode(session.family(), sequence_of_last, true, out);
            }
        }
    }

    /// Silence was consent.
    fn settle(&mut self) {
        for verdict in self.verdicts.get_mut(self.sent.clone()).unwrap_or_default() {
            verdict.get_or_insert(Ok(()));
        }
        self.sent = self.sent.end..self.sent.end;
    }

    fn take(&mut self, message: &Message<'_>) -> Result<bool, DecodeError> {
        if message.kind != uapi::NLMSG_ERROR {
            return Ok(false);
        }
        let offset = usize::try_from(message.sequence.wrapping_sub(self.first)).unwrap_or(usize::MAX);
        let index = self.sent.start.saturating_add(offset);
        let Some(command) = self.commands.as_ref().get(index).filter(|_| self.sent.contains(&index)) else {
            return Ok(self.last == Some(index) && !self.sent.is_empty());
        };
        let verdict = match refusal(message)? {
            None => Ok(()),
            Some((errno, text)) => Err(rejected(command, errno, text).into()),
        };
        if let Some(place) = self.verdicts.get_mut(index) {
            *place = Some(verdict);
        }
        Ok(self.last == Some(index))
    }
}

fn rejected(command: &Command, number: i32, text: Option<&str>) -> Rejected {
    let mut rejected = Rejected::new(command.operation(), command.object(), number);
    if let Command::NewService { service, .. } | Command::SetService { service, .. } = command
        && number == errno::ENOENT
    {
        rejected.set_modules(&service.scheduler, service.engine.as_ref());
    }
    text.into_iter().for_each(|text| rejected.set_message(text));
    rejected
}

impl<C: AsRef<[Command]>> Conversation for Batch<C> {
    type Answer = Vec<Result<(), Error>>;

    fn ask(&mut self, session: &mut Session, out: &mut Vec<u8>) -> bool {
        // A request of nothing but what cannot be encoded is not sent.
        while !self.over && self.verdicts.len() < self.commands.as_ref().len() {
            self.encode(session, out);
            if self.last.is_some() {
                return true;
            }
        }
        false
    }

    fn feed(&mut self, datagram: &[u8]) -> bool {
        for message in Messages::new(datagram) {
            match message.and_then(|message| self.take(&message)) {
                Ok(false) => {}
                Ok(true) => {
                    self.settle();
                    return true;
                }
                Err(fault) => {
                    self.fail(Fault::Receive(fault.into()));
                    return true;
                }
            }
        }
        self.over
    }

    fn fail(&mut self, fault: Fault) {
        self.over = true;
        let unknown: Vec<usize> = self.sent.clone().filter(|index| self.is_open(*index)).collect();
        for (count, index) in unknown.into_iter().enumerate() {
            let verdict = match &fault {
                Fault::Receive(_) => self.lost(index),
                Fault::Send(error) if count == 0 => Err(error.clone()),
                Fault::Send(_) => self.unsent(index),
            };
            if let Some(place) = self.verdicts.get_mut(index) {
                *place = Some(verdict);
            }
        }
    }

    fn answer(self) -> Self::Answer {
        let told = self.verdicts.iter().enumerate().map(|(index, verdict)| match verdict {
            Some(verdict) => verdict.clone(),
            None => self.lost(index),
        });
        let unsent = (self.verdicts.len()..self.commands.as_ref().len()).map(|index| self.unsent(index));
        told.chain(unsent).collect()
    }
}

impl<C> Batch<C> {
    fn is_open(&self, index: usize) -> bool {
        self.verdicts.get(index).is_some_and(Option::is_none)
    }
}

/// What an acknowledgement or the end of a dump says: `None` is success, else the positive
/// error number and the kernel's text (`NLMSGERR_ATTR_MSG`).
pub(crate) fn refusal<'a>(message: &Message<'a>) -> Result<Option<(i32, Option<&'a str>)>, DecodeError> {
    let Some((code, rest)) = message.payload.split_first_chunk() else {
        // Kernels before 2.6.19 end a dump without a number.
        return match message.kind {
            uapi::NLMSG_DONE => Ok(None),
            _ => Err(DecodeError::Truncated { needed: 4, got: message.payload.len() }),
        };
    };
    // A dump that ends well gives the length of its last message, or 0.
    let code = i32::from_ne_bytes(*code);
    if code >= 0 {
        return Ok(None);
    }
    let errno = code.checked_neg().unwrap_or(i32::MAX);
    Ok(Some((errno, told(message, rest).filter(|text| !text.is_empty()))))
}

/// The text stands after the echo of the request, of which a capped answer has the header only.
fn told<'a>(message: &Message<'a>, rest: &'a [u8]) -> Option<&'a str> {
    if message.flags & uapi::NLM_F_ACK_TLVS == 0 {
        return None;
    }
    let echo = match (message.kind, message.flags & uapi::NLM_F_CAPPED) {
        (uapi::NLMSG_DONE, _) => 0,
        (_, 0) => {
            usize::try_from(u32::from_ne_bytes(*rest.first_chunk()?)).ok()?.checked_next_multiple_of(4)?
        }
        (_, _) => MESSAGE_HEADER,
    };
    let attributes = Attributes::new(rest.get(echo..)?);
    attributes.find(uapi::NLMSGERR_ATTR_MSG).ok()??.text().ok()
}
