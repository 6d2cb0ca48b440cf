//! One socket: what waits to be received, and the dump that runs.

use std::collections::VecDeque;

use crate::uapi;

use super::kernel::Kernel;
use super::numbers::{BACKUP, MASTER, NLM_F_MULTI, NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_POLICY};
use super::policy::{self, Bad, Demand, Found};
use super::write::{Header, Reply};
use super::{FakeKernel, report};

/// The port of a fake socket: the kernel's own is 0, and nobody asks for it.
const PORT: u32 = 1;

/// What one socket has of its own.
#[derive(Clone, Debug)]
pub(super) struct Socket {
    queue: VecDeque<Vec<u8>>,
    dump: Option<Dump>,
    /// The next receive says so once, before what still waits.
    overrun: bool,
    /// After an overrun by itself nothing is queued until all is received.
    congested: bool,
    /// Answers that may wait, `None` for any number.
    pub(super) room: Option<usize>,
    /// `NETLINK_CAP_ACK`.
    pub(super) cap_ack: bool,
    /// `NETLINK_EXT_ACK`.
    pub(super) ext_ack: bool,
}

impl Default for Socket {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            dump: None,
            overrun: false,
            congested: false,
            room: None,
            cap_ack: true,
            ext_ack: true,
        }
    }
}

impl Socket {
    /// A fresh one with the same options.
    pub(super) fn another(&self) -> Self {
        Self { room: self.room, cap_ack: self.cap_ack, ext_ack: self.ext_ack, ..Self::default() }
    }
}

/// A dump between two of its datagrams.
#[derive(Clone, Debug)]
struct Dump {
    command: u8,
    sequence: u32,
    /// The request's attributes, read anew for every datagram.
    attributes: Vec<u8>,
    /// Records that were told.
    told: usize,
    disturbed: bool,
}

impl Dump {
    /// Only destinations are asked for with attributes that are read. A fault in them does not
    /// end the dump early, for it has no records then; its end tells it.
    fn note(&self) -> Option<Note> {
        if self.command != uapi::cmd::GET_DEST {
            return None;
        }
        match Found::read(&self.attributes, policy::TOP) {
            Ok(found) => found.leftover.then_some(Note::Leftover),
            Err(Bad { offset, demand, .. }) => Some(Note::Demand { offset, demand }),
        }
    }
}

/// What an extended answer says. IPVS has no words for its own refusals.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Note {
    /// The attribute so many octets after the beginning of the message is not what is demanded.
    Demand { offset: usize, demand: Demand },
    /// Something behind the attributes.
    Leftover,
}

impl Note {
    const fn text(self) -> &'static str {
        match self {
            Self::Demand { .. } => "Attribute failed policy validation",
            Self::Leftover => "bytes leftover after parsing attributes",
        }
    }
}

impl FakeKernel {
    /// Queues what answers something, unless it is lost.
    fn push(&mut self, datagram: Vec<u8>) {
        if self.faults.withhold > 0 {
            self.faults.withhold -= 1;
        } else if self.faults.lose > 0 {
            self.faults.lose -= 1;
            self.socket.overrun = true;
        } else if self.socket.congested
            || self.socket.room.is_some_and(|room| self.socket.queue.len() >= room)
        {
            self.socket.overrun = true;
            self.socket.congested = true;
        } else {
            self.socket.queue.push_back(datagram);
        }
    }

    /// `NLMSG_ERROR`: the outcome, and the request or its header.
    pub(super) fn acknowledge(&mut self, request: &[u8], sequence: u32, errno: i32, note: Option<Note>) {
        let whole = errno != 0 && !self.socket.cap_ack;
        let note = note.filter(|_| self.socket.ext_ack);
        let flags = if whole { 0 } else { uapi::NLM_F_CAPPED } | note.map_or(0, |_| uapi::NLM_F_ACK_TLVS);
        let kept = if whole { request.len() } else { crate::attr::MESSAGE_HEADER };
        let mut datagram = Vec::new();
        let header = Header { kind: uapi::NLMSG_ERROR, flags, sequence, port: PORT };
        Reply::message(&mut datagram, header, |reply| {
            reply.raw(&errno.wrapping_neg().to_ne_bytes());
            reply.raw(request.get(..kept).unwrap_or_default());
            if let Some(note) = note {
                reply.text(uapi::NLMSGERR_ATTR_MSG, note.text());
            }
            if let Some(Note::Demand { offset, demand }) = note {
                reply.u32(NLMSGERR_ATTR_OFFS, u32::try_from(offset).unwrap_or(u32::MAX));
                demand.tell(NLMSGERR_ATTR_POLICY, reply, &self.kernel.traits);
            }
        });
        self.push(datagram);
    }

    /// One message that a request asked for.
    pub(super) fn reply(&mut self, family: u16, sequence: u32, body: impl FnOnce(&Kernel, &mut Reply<'_>)) {
        let mut datagram = Vec::new();
        let header = Header { kind: family, flags: 0, sequence, port: PORT };
        Reply::message(&mut datagram, header, |reply| body(&self.kernel, reply));
        self.push(datagram);
    }

    /// A socket has one dump at a time.
    pub(super) fn start_dump(&mut self, command: u8, sequence: u32, attributes: &[u8]) -> Result<(), i32> {
        if self.socket.dump.is_some() {
            return Err(uapi::errno::EBUSY);
        }
        let attributes = attributes.to_vec();
        self.socket.dump = Some(Dump { command, sequence, attributes, told: 0, disturbed: false });
        self.go_on_dumping();
        Ok(())
    }

    /// The next datagram of the dump. Its end comes alone, after the last record.
    fn go_on_dumping(&mut self) {
        let Some(mut dump) = self.socket.dump.take() else { return };
        let mut datagram = Vec::new();
        dump.told += self.kernel.dump(&dump, &mut datagram);
        if datagram.is_empty() {
            let note = dump.note().filter(|_| self.socket.ext_ack);
            let flags = NLM_F_MULTI | note.map_or(0, |_| uapi::NLM_F_ACK_TLVS);
            let header = Header { kind: uapi::NLMSG_DONE, flags, sequence: dump.sequence, port: PORT };
            Reply::message(&mut datagram, header, |reply| {
                reply.raw(&0_i32.to_ne_bytes());
                if let Some(note) = note {
                    reply.text(uapi::NLMSGERR_ATTR_MSG, note.text());
                }
            });
        } else {
            self.socket.dump = Some(dump);
        }
        self.socket.queue.push_back(datagram);
    }

    /// What waits longest. Receiving makes room, so the dump goes on.
    pub(super) fn take(&mut self) -> Taken {
        if core::mem::take(&mut self.socket.overrun) {
            return Taken::Overrun;
        }
        let Some(datagram) = self.socket.queue.pop_front() else {
            return Taken::Nothing;
        };
        if self.socket.dump.is_some() {
            self.disturb();
            self.go_on_dumping();
        }
        self.socket.congested &= !self.socket.queue.is_empty();
        Taken::Datagram(datagram)
    }

    /// Lets somebody else change the table between two datagrams.
    fn disturb(&mut self) {
        let Some(dump) = self.socket.dump.as_mut() else { return };
        if dump.disturbed {
            return;
        }
        dump.disturbed = true;
        if let Some(change) = self.faults.changes.pop_front() {
            let ours = (core::mem::take(&mut self.socket), core::mem::take(&mut self.faults));
            self.process(&change);
            (self.socket, self.faults) = ours;
        }
    }
}

/// What a receive finds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Taken {
    Datagram(Vec<u8>),
    /// `ENOBUFS`.
    Overrun,
    Nothing,
}

impl Kernel {
    /// Appends the records from `told` on that have room, and counts them.
    fn dump(&self, dump: &Dump, datagram: &mut Vec<u8>) -> usize {
        match dump.command {
            uapi::cmd::GET_SERVICE => {
                let services = self.table.services.iter().skip(dump.told);
                self.fill(dump, uapi::cmd::NEW_SERVICE, datagram, services, |reply, (id, service)| {
                    report::service(reply, &self.traits, id, service);
                })
            }
            uapi::cmd::GET_DEST => {
                let Some(service) = self.dumped_service(&dump.attributes) else { return 0 };
                let dests = service.dests.iter().skip(dump.told);
                self.fill(dump, uapi::cmd::NEW_DEST, datagram, dests, |reply, (id, found)| {
                    report::destination(reply, &self.traits, id, found);
                })
            }
            _ => {
                let roles = [(MASTER, &self.daemons.master), (BACKUP, &self.daemons.backup)];
                let running = roles.into_iter().filter_map(|(state, daemon)| Some((state, daemon.as_ref()?)));
                let running = running.skip(dump.told);
                self.fill(dump, uapi::cmd::NEW_DAEMON, datagram, running, |reply, (state, daemon)| {
                    report::daemon(reply, state, daemon);
                })
            }
        }
    }

    /// Whatever is wrong with the request, the dump is empty, not refused.
    fn dumped_service(&self, attributes: &[u8]) -> Option<&super::table::Svc> {
        let found = Found::read(attributes, policy::TOP).ok()?;
        let id = self.named(found.octets(uapi::top::SERVICE)).ok()?;
        self.table.services.get(&id)
    }

    fn fill<T>(
        &self,
        dump: &Dump,
        command: u8,
        datagram: &mut Vec<u8>,
        records: impl Iterator<Item = T>,
        body: impl Fn(&mut Reply<'_>, T),
    ) -> usize {
        let mut count = 0;
        for record in records {
            let end = datagram.len();
            let header =
                Header { kind: super::FAMILY, flags: NLM_F_MULTI, sequence: dump.sequence, port: PORT };
            Reply::message(datagram, header, |reply| {
                reply.generic(command, uapi::GENL_VERSION);
                body(reply, record);
            });
            // One record always has room, or the dump would end early.
            if datagram.len() > self.traits.dump_len && end > 0 {
                datagram.truncate(end);
                break;
            }
            count += 1;
        }
        count
    }
}
