//! Which attributes a request may carry, and how the kernel reads them.
//!
//! IPVS asks for the liberal validation that generic netlink had at first: unknown numbers are
//! skipped, too long numbers are cut, what cannot be an attribute ends the level without an
//! error, and of two attributes with one number the later counts.

use crate::attr::{Attribute, Attributes};
use crate::uapi::{NLA_F_NESTED, daemon, dest, errno, svc, top};

use super::kernel::Traits;
use super::write::Reply;

/// What the kernel demands of an attribute's octets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Demand {
    /// At least so many octets: numbers, and IPv6 addresses.
    AtLeast(usize),
    /// At most so many.
    AtMost(usize),
    /// Nothing, or at least a header.
    Nest,
    /// At most so many octets, and a zero octet behind them.
    Name(usize),
}

/// The demands of one level, by number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    last: u16,
    demands: &'static [(u16, Demand)],
}

/// `struct nf_inet_addr`.
const ADDRESS: Demand = Demand::AtMost(16);
const U8: Demand = Demand::AtLeast(1);
const U16: Demand = Demand::AtLeast(2);
const U32: Demand = Demand::AtLeast(4);

/// Outermost attributes.
pub(super) const TOP: Policy = Policy {
    last: 6,
    demands: &[
        (top::SERVICE, Demand::Nest),
        (top::DEST, Demand::Nest),
        (top::DAEMON, Demand::Nest),
        (top::TIMEOUT_TCP, U32),
        (top::TIMEOUT_TCP_FIN, U32),
        (top::TIMEOUT_UDP, U32),
    ],
};

pub(super) const SERVICE: Policy = Policy {
    last: 12,
    demands: &[
        (svc::AF, U16),
        (svc::PROTOCOL, U16),
        (svc::ADDR, ADDRESS),
        (svc::PORT, U16),
        (svc::FWMARK, U32),
        (svc::SCHED_NAME, Demand::Name(15)),
        (svc::PE_NAME, Demand::Name(16)),
        (svc::FLAGS, Demand::AtMost(8)),
        (svc::TIMEOUT, U32),
        (svc::NETMASK, U32),
        (svc::STATS, Demand::Nest),
    ],
};

pub(super) const DEST: Policy = Policy {
    last: 15,
    demands: &[
        (dest::ADDR, ADDRESS),
        (dest::PORT, U16),
        (dest::FWD_METHOD, U32),
        (dest::WEIGHT, U32),
        (dest::U_THRESH, U32),
        (dest::L_THRESH, U32),
        (dest::ACTIVE_CONNS, U32),
        (dest::INACT_CONNS, U32),
        (dest::PERSIST_CONNS, U32),
        (dest::STATS, Demand::Nest),
        (dest::ADDR_FAMILY, U16),
        (dest::TUN_TYPE, U8),
        (dest::TUN_PORT, U16),
        (dest::TUN_FLAGS, U16),
    ],
};

pub(super) const DAEMON: Policy = Policy {
    last: 8,
    demands: &[
        (daemon::STATE, U32),
        (daemon::MCAST_IFN, Demand::Name(15)),
        (daemon::SYNC_ID, U32),
        (daemon::SYNC_MAXLEN, U16),
        (daemon::MCAST_GROUP, U32),
        (daemon::MCAST_GROUP6, Demand::AtLeast(16)),
        (daemon::MCAST_PORT, U16),
        (daemon::MCAST_TTL, U8),
    ],
};

/// The controller's, as far as it looks up families.
pub(super) const CONTROLLER: Policy = Policy { last: 10, demands: &[(1, U16), (2, Demand::Name(15))] };

/// An attribute that the policy refuses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Bad {
    pub(super) errno: i32,
    /// Where it begins, counted from the beginning of its level.
    pub(super) offset: usize,
    pub(super) demand: Demand,
}

/// The attributes of one level that the policy knows and accepts.
#[derive(Clone, Debug, Default)]
pub(super) struct Found<'a> {
    attributes: Vec<Attribute<'a>>,
    /// Octets behind the last attribute are none. The kernel takes no offence.
    pub(super) leftover: bool,
}

impl<'a> Found<'a> {
    /// Reads one level.
    pub(super) fn read(octets: &'a [u8], policy: Policy) -> Result<Self, Bad> {
        let mut found = Self::default();
        let mut offset = 0;
        for attribute in Attributes::new(octets) {
            let Ok(attribute) = attribute else {
                found.leftover = true;
                break;
            };
            if (1..=policy.last).contains(&attribute.kind) {
                let demand = policy.demands.iter().find(|(kind, _)| *kind == attribute.kind);
                if let Some((_, demand)) = demand {
                    demand.check(attribute.payload).map_err(|errno| Bad {
                        errno,
                        offset,
                        demand: *demand,
                    })?;
                }
                found.attributes.push(attribute);
            }
            offset += (attribute.payload.len() + 4).next_multiple_of(4);
        }
        Ok(found)
    }

    fn get(&self, kind: u16) -> Option<&Attribute<'a>> {
        self.attributes.iter().rev().find(|attribute| attribute.kind == kind)
    }

    /// What is inside, as it is.
    pub(super) fn octets(&self, kind: u16) -> Option<&'a [u8]> {
        self.get(kind).map(|attribute| attribute.payload)
    }

    pub(super) fn u8(&self, kind: u16) -> Option<u8> {
        self.get(kind)?.u8().ok()
    }

    pub(super) fn u16(&self, kind: u16) -> Option<u16> {
        self.get(kind)?.u16().ok()
    }

    pub(super) fn u16_be(&self, kind: u16) -> Option<u16> {
        self.get(kind)?.u16_be().ok()
    }

    pub(super) fn u32(&self, kind: u16) -> Option<u32> {
        self.get(kind)?.u32().ok()
    }

    /// The first `N` octets; what the attribute lacks is zero.
    pub(super) fn padded<const N: usize>(&self, kind: u16) -> Option<[u8; N]> {
        let octets = self.octets(kind)?;
        let mut padded = [0; N];
        for (place, octet) in padded.iter_mut().zip(octets) {
            *place = *octet;
        }
        Some(padded)
    }

    /// A name without its zero octet.
    pub(super) fn name(&self, kind: u16) -> Option<&'a [u8]> {
        self.octets(kind).map(|octets| octets.split(|octet| *octet == 0).next().unwrap_or_default())
    }
}

/// `NL_POLICY_TYPE_ATTR_*`, which tell a demand.
mod told {
    pub(super) const TYPE: u16 = 1;
    pub(super) const MIN_VALUE: u16 = 4;
    pub(super) const MAX_VALUE: u16 = 5;
    pub(super) const MAX_LENGTH: u16 = 7;
    pub(super) const PAD: u16 = 11;
}

impl Demand {
    /// As an extended answer tells it, with the numbers of `NL_ATTR_TYPE_*`. For an IPv6
    /// address there are none.
    pub(super) fn tell(self, kind: u16, reply: &mut Reply<'_>, traits: &Traits) {
        let pad = traits.pad(told::PAD);
        let number = |reply: &mut Reply<'_>, number: u32, most: u64| {
            reply.nest(kind | NLA_F_NESTED, |reply| {
                reply.u64(told::MIN_VALUE, 0, pad);
                reply.u64(told::MAX_VALUE, most, pad);
                reply.u32(told::TYPE, number);
            });
        };
        let octets = |reply: &mut Reply<'_>, number: u32, most: usize| {
            reply.nest(kind | NLA_F_NESTED, |reply| {
                reply.u32(told::MAX_LENGTH, u32::try_from(most).unwrap_or(u32::MAX));
                reply.u32(told::TYPE, number);
            });
        };
        match self {
            Self::AtLeast(1) => number(reply, 2, u8::MAX.into()),
            Self::AtLeast(2) => number(reply, 3, u16::MAX.into()),
            Self::AtLeast(4) => number(reply, 4, u32::MAX.into()),
            Self::AtLeast(_) => {}
            Self::AtMost(most) => octets(reply, 10, most),
            Self::Name(most) => octets(reply, 12, most),
            Self::Nest => reply.nest(kind | NLA_F_NESTED, |reply| reply.u32(told::TYPE, 13)),
        }
    }

    fn check(self, octets: &[u8]) -> Result<(), i32> {
        let length = octets.len();
        let fits = match self {
            Self::AtLeast(least) => length >= least,
            Self::AtMost(most) => length <= most,
            Self::Nest => length == 0 || length >= 4,
            Self::Name(most) => {
                // Without its zero octet within reach it is no text at all.
                if !octets.iter().take(most + 1).any(|octet| *octet == 0) {
                    return Err(errno::EINVAL);
                }
                length - usize::from(octets.last() == Some(&0)) <= most
            }
        };
        if fits { Ok(()) } else { Err(errno::ERANGE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attr::Writer;

    #[test]
    fn names_need_their_zero_octet_and_room() {
        assert_eq!(Demand::Name(3).check(b"rr\0"), Ok(()));
        assert_eq!(Demand::Name(3).check(b"wlc\0"), Ok(()));
        assert_eq!(Demand::Name(3).check(b"wlc"), Err(errno::EINVAL));
        assert_eq!(Demand::Name(3).check(b"lblc\0"), Err(errno::EINVAL));
        assert_eq!(Demand::Name(3).check(b"rr\0xy"), Err(errno::ERANGE));
        assert_eq!(Demand::Name(3).check(b""), Err(errno::EINVAL));
    }

    #[test]
    fn the_later_of_two_counts_and_what_is_no_attribute_ends_the_level() {
        let mut octets = Vec::new();
        let mut writer = Writer::new(&mut octets);
        writer.u16(svc::AF, 2);
        writer.u16(svc::AF, 10);
        writer.u8(svc::PROTOCOL, 6);
        let short = Found::read(&octets, SERVICE);
        assert_eq!(short.unwrap_err(), Bad { errno: errno::ERANGE, offset: 16, demand: U16 });
        // Cut off within the third.
        octets.truncate(20);
        let found = Found::read(&octets, SERVICE).unwrap();
        assert_eq!(found.u16(svc::AF), Some(10));
        assert_eq!(found.octets(svc::PROTOCOL), None);
        assert!(found.leftover);
    }
}
