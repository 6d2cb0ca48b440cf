//! Many commands in one send, one result for each.

use crate::attr::{Message, Messages};
use crate::error::{DecodeError, Error, Rejected};
use crate::request::{Command, FamilyId};
use crate::uapi;

/// Commands on their way: octets to send, datagrams to feed, results to take.
///
/// Only the last message asks for an acknowledgement. The kernel works through a send in
/// order and answers what it refuses unasked, with the sequence number of the request; so
/// when the last answer is there, silence about the others was consent. That is one answer
/// instead of one for each command, and the receive buffer cannot overrun.
///
/// # Examples
///
/// ```
/// use ipvs_netlink::{Batch, Command, FamilyId, ServiceKey};
///
/// let key = ServiceKey::tcp("192.0.2.1:80".parse().unwrap());
/// let commands = [Command::DeleteService { key }];
/// let mut octets = Vec::new();
/// let mut batch = Batch::encode(&commands, FamilyId(28), 1, &mut octets);
/// assert_eq!(octets.len(), 68); // send these; then, until the batch is complete:
/// // length, NLMSG_ERROR, sequence number, port, error 0
/// let answer = [20_u32, 2, 1, 0, 0].map(u32::to_ne_bytes).concat();
/// batch.feed(&answer).unwrap();
/// assert!(batch.is_complete());
/// assert_eq!(batch.finish(), [Ok(())]);
/// ```
#[derive(Debug)]
pub struct Batch<'a> {
    commands: &'a [Command],
    first: u32,
    /// The index whose answer ends the batch; `None` if nothing was sent.
    last: Option<usize>,
    verdicts: Vec<Option<Result<(), Error>>>,
    complete: bool,
}

impl<'a> Batch<'a> {
    /// More commands than this in one batch can overrun a receive buffer of default size
    /// (212,992 octets) when all of them fail: measured at 512. This leaves a margin.
    pub const MAX_COMMANDS: usize = 128;

    /// Appends the commands to `out` under the sequence numbers from `first` on. One that
    /// cannot be encoded is left out, and its result says why.
    pub fn encode(commands: &'a [Command], family: FamilyId, first: u32, out: &mut Vec<u8>) -> Self {
        let mut verdicts = Vec::with_capacity(commands.len());
        let mut last = None;
        let mut sequence = first;
        for (index, command) in commands.iter().enumerate() {
            let start = out.len();
            match command.encode(family, sequence, false, out) {
                Ok(()) => {
                    last = Some((index, sequence, start));
                    verdicts.push(None);
                }
                Err(error) => verdicts.push(Some(Err(error.into()))),
            }
            sequence = sequence.wrapping_add(1);
        }
        if let Some((index, sequence, start)) = last
            && let Some(command) = commands.get(index)
        {
            out.truncate(start);
            // It was encoded a moment ago: it cannot fail now.
            let _same = command.encode(family, sequence, true, out);
        }
        Self { commands, first, last: last.map(|(index, ..)| index), verdicts, complete: last.is_none() }
    }

    /// Takes one datagram from the kernel. Messages that answer something else, such as an
    /// earlier request that was given up, are skipped.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the octets are no netlink messages.
    pub fn feed(&mut self, datagram: &[u8]) -> Result<(), DecodeError> {
        for message in Messages::new(datagram) {
            let message = message?;
            let index = usize::try_from(message.sequence.wrapping_sub(self.first)).unwrap_or(usize::MAX);
            let Some(command) = self.commands.get(index) else { continue };
            let Some(errno) = verdict(&message)? else { continue };
            let (operation, object) = (command.operation(), command.object());
            let outcome = match errno {
                0 => Ok(()),
                errno => Err(Rejected { operation, object, errno }.into()),
            };
            if let Some(place) = self.verdicts.get_mut(index) {
                *place = Some(outcome);
            }
            self.complete |= self.last == Some(index);
        }
        Ok(())
    }

    /// Whether every result is known.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// One result for each command, in their order. In a batch that is not complete, what
    /// has no answer is [`Error::Lost`].
    #[must_use]
    pub fn finish(self) -> Vec<Result<(), Error>> {
        let complete = self.complete;
        let lost = |command: &Command| match complete {
            true => Ok(()),
            false => Err(Error::Lost { operation: command.operation(), object: command.object() }),
        };
        let verdicts = self.verdicts.into_iter().zip(self.commands);
        verdicts.map(|(verdict, command)| verdict.unwrap_or_else(|| lost(command))).collect()
    }
}

/// The error number of an acknowledgement, positive, 0 for success; `None` for every other
/// message.
pub(crate) fn verdict(message: &Message<'_>) -> Result<Option<i32>, DecodeError> {
    if message.kind != uapi::NLMSG_ERROR {
        return Ok(None);
    }
    let Some(octets) = message.payload.first_chunk() else {
        return Err(DecodeError::Truncated { needed: 4, got: message.payload.len() });
    };
    Ok(Some(i32::from_ne_bytes(*octets).checked_neg().unwrap_or(i32::MAX)))
}
