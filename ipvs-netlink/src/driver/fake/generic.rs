//! Netlink and generic netlink: from octets to a command, and its outcome back.

use core::cell::Cell;

use crate::attr::MESSAGE_HEADER;
use crate::uapi::{self, cmd, errno};

use super::numbers::{self, EINTR, NLMSG_MIN_TYPE};
use super::policy::{self, Bad, Found, Policy};
use super::socket::Note;
use super::{FAMILY, FakeKernel, report};

const GENERIC_HEADER: usize = 4;

/// One message of a request.
struct Request<'a> {
    kind: u16,
    flags: u16,
    sequence: u32,
    whole: &'a [u8],
    /// After `struct nlmsghdr`.
    payload: &'a [u8],
    /// What was noticed when it was read, for an extended answer.
    note: Cell<Option<Note>>,
}

impl Request<'_> {
    const fn is_dump(&self) -> bool {
        self.flags & uapi::NLM_F_DUMP == uapi::NLM_F_DUMP
    }

    /// Reads attributes that begin `base` octets after the beginning of the message.
    fn read<'o>(&self, octets: &'o [u8], policy: Policy, base: usize) -> Result<Found<'o>, i32> {
        let found = Found::read(octets, policy).map_err(|Bad { errno, offset, demand }| {
            self.note.set(Some(Note::Demand { offset: base + offset, demand }));
            errno
        })?;
        if found.leftover {
            self.note.set(Some(Note::Leftover));
        }
        Ok(found)
    }
}

/// What a command did, if it was not refused.
enum Outcome {
    Done,
    /// Its end is answer enough.
    Dumping,
}

impl FakeKernel {
    /// Works through the messages of one send. What is no message ends it without an answer.
    pub(super) fn process(&mut self, mut rest: &[u8]) {
        while let Some((request, more)) = split(rest) {
            self.answer(&request);
            rest = more;
        }
        self.kernel.schedule();
    }

    fn answer(&mut self, request: &Request<'_>) {
        let ours = request.flags & uapi::NLM_F_REQUEST != 0 && request.kind >= NLMSG_MIN_TYPE;
        let outcome = if ours { self.dispatch(request) } else { Ok(Outcome::Done) };
        match outcome {
            Ok(Outcome::Dumping) | Err(EINTR) => {}
            Ok(Outcome::Done) if request.flags & uapi::NLM_F_ACK == 0 => {}
            Ok(Outcome::Done) => self.acknowledge(request.whole, request.sequence, 0, request.note.get()),
            Err(errno) => self.acknowledge(request.whole, request.sequence, errno, request.note.get()),
        }
    }

    fn dispatch(&mut self, request: &Request<'_>) -> Result<Outcome, i32> {
        let loaded = self.kernel.traits.loaded;
        let family = request.kind;
        if family != uapi::GENL_ID_CTRL && !(family == FAMILY && loaded) {
            return Err(errno::ENOENT);
        }
        let Some(([command, ..], attributes)) = request.payload.split_first_chunk::<GENERIC_HEADER>() else {
            return Err(errno::EINVAL);
        };
        if family == uapi::GENL_ID_CTRL {
            return self.control(*command, request, attributes);
        }
        if let Some(errno) = self.faults.refuse.pop_front() {
            return Err(errno);
        }
        let Some((does, dumps)) = operations(*command) else {
            return Err(errno::EOPNOTSUPP);
        };
        if !self.kernel.traits.permitted {
            return Err(errno::EPERM);
        }
        match request.is_dump() {
            true if dumps => {
                self.start_dump(*command, request.sequence, attributes)?;
                Ok(Outcome::Dumping)
            }
            false if does => {
                let found = request.read(attributes, policy::TOP, MESSAGE_HEADER + GENERIC_HEADER)?;
                self.perform(*command, request, &found)?;
                Ok(Outcome::Done)
            }
            _ => Err(errno::EOPNOTSUPP),
        }
    }

    fn perform(&mut self, command: u8, request: &Request<'_>, found: &Found<'_>) -> Result<(), i32> {
        match command {
            cmd::GET_SERVICE | cmd::GET_INFO | cmd::GET_CONFIG => {
                self.tell(command, request.sequence, found)?;
            }
            cmd::NEW_DAEMON | cmd::DEL_DAEMON => {
                let nest = found.octets(uapi::top::DAEMON).ok_or(errno::EINVAL)?;
                let base = offset_within(request.whole, nest);
                let daemon = request.read(nest, policy::DAEMON, base).map_err(|_| errno::EINVAL)?;
                self.kernel.change_daemon(command, &daemon)?;
            }
            cmd::SET_CONFIG => self.kernel.set_timeouts(found)?,
            cmd::ZERO if found.octets(uapi::top::SERVICE).is_none() => {
                self.kernel.table.zero(None);
            }
            cmd::FLUSH => self.kernel.table.flush(),
            _ => self.kernel.change(command, found)?,
        }
        Ok(())
    }

    fn tell(&mut self, command: u8, sequence: u32, found: &Found<'_>) -> Result<(), i32> {
        match command {
            cmd::GET_SERVICE => {
                let id = self.kernel.named(found.octets(uapi::top::SERVICE))?;
                if self.kernel.table.services.get(&id).is_none() {
                    return Err(errno::ESRCH);
                }
                self.reply(FAMILY, sequence, |kernel, reply| {
                    reply.generic(cmd::NEW_SERVICE, uapi::GENL_VERSION);
                    if let Some(service) = kernel.table.services.get(&id) {
                        report::service(reply, &kernel.traits, &id, service);
                    }
                });
            }
            cmd::GET_INFO => self.reply(FAMILY, sequence, |kernel, reply| {
                reply.generic(numbers::SET_INFO, uapi::GENL_VERSION);
                kernel.report_info(reply);
            }),
            _ => self.reply(FAMILY, sequence, |kernel, reply| {
                reply.generic(cmd::SET_CONFIG, uapi::GENL_VERSION);
                kernel.report_timeouts(reply);
            }),
        }
        Ok(())
    }

    /// The controller looks up one family by its name or number; it does nothing else here.
    fn control(&mut self, command: u8, request: &Request<'_>, attributes: &[u8]) -> Result<Outcome, i32> {
        if command != uapi::CTRL_CMD_GETFAMILY || request.is_dump() {
            return Err(errno::EOPNOTSUPP);
        }
        let found = request.read(attributes, policy::CONTROLLER, MESSAGE_HEADER + GENERIC_HEADER)?;
        let name = found.name(uapi::CTRL_ATTR_FAMILY_NAME);
        let ours = match (found.u16(uapi::CTRL_ATTR_FAMILY_ID), name) {
            (None, None) => return Err(errno::EINVAL),
            (_, Some(name)) => name == uapi::IPVS_GENL_NAME.as_bytes(),
            (Some(id), None) => id == FAMILY,
        };
        if !(ours && self.kernel.traits.loaded) {
            return Err(errno::ENOENT);
        }
        self.reply(uapi::GENL_ID_CTRL, request.sequence, |_, reply| {
            reply.generic(numbers::CTRL_CMD_NEWFAMILY, 2);
            reply.text(uapi::CTRL_ATTR_FAMILY_NAME, uapi::IPVS_GENL_NAME);
            reply.u16(uapi::CTRL_ATTR_FAMILY_ID, FAMILY);
            // Version, size of a family header, highest attribute.
            reply.u32(3, u32::from(uapi::GENL_VERSION));
            reply.u32(4, 0);
            reply.u32(5, 6);
            reply.nest(6, |reply| {
                let commands = (1..=u8::MAX).filter_map(|command| Some((command, operations(command)?)));
                for (index, (command, (does, dumps))) in (1_u16..).zip(commands) {
                    // GENL_ADMIN_PERM, GENL_CMD_CAP_DO, GENL_CMD_CAP_DUMP, GENL_CMD_CAP_HASPOL.
                    let flags = 0x1 | if does { 0x2 } else { 0 } | if dumps { 0x4 } else { 0 } | 0x8;
                    reply.nest(index, |reply| {
                        reply.u32(1, u32::from(command));
                        reply.u32(2, flags);
                    });
                }
            });
        });
        Ok(Outcome::Done)
    }
}

/// The first message and what follows it; `None` where the kernel would stop reading.
fn split(octets: &[u8]) -> Option<(Request<'_>, &[u8])> {
    let (header, _) = octets.split_first_chunk::<MESSAGE_HEADER>()?;
    let [l0, l1, l2, l3, k0, k1, f0, f1, s0, s1, s2, s3, ..] = *header;
    let length = usize::try_from(u32::from_ne_bytes([l0, l1, l2, l3])).ok()?;
    let whole = octets.get(..length)?;
    let request = Request {
        kind: u16::from_ne_bytes([k0, k1]),
        flags: u16::from_ne_bytes([f0, f1]),
        sequence: u32::from_ne_bytes([s0, s1, s2, s3]),
        whole,
        payload: whole.get(MESSAGE_HEADER..)?,
        note: Cell::new(None),
    };
    Some((request, octets.get(length.next_multiple_of(4)..).unwrap_or_default()))
}

/// Whether a command can be asked for once, and as a dump; `None` if there is none of that
/// number.
const fn operations(command: u8) -> Option<(bool, bool)> {
    match command {
        cmd::GET_SERVICE => Some((true, true)),
        cmd::GET_DEST | cmd::GET_DAEMON => Some((false, true)),
        numbers::SET_INFO => None,
        cmd::NEW_SERVICE..=cmd::FLUSH => Some((true, false)),
        _ => None,
    }
}

/// Where the octets of a nest begin within its message.
fn offset_within(whole: &[u8], nest: &[u8]) -> usize {
    let address = |octets: &[u8]| octets.as_ptr().addr();
    address(nest).saturating_sub(address(whole))
}
