//! `track_bfd`: a session of Bidirectional Forwarding Detection moves the priority.

use crate::{Effect, Weight};

/// State of a BFD session (RFC 5880 §4.1), as whoever speaks BFD reports it.
///
/// A hint only: it says that a neighbour's forwarding works, not who is Master.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum BfdState {
    /// 0: switched off by somebody.
    AdminDown,
    /// 1: the neighbour is not heard.
    Down,
    /// 2: it is heard and does not hear us yet.
    Init,
    /// 3: both hear each other.
    Up,
}

impl BfdState {
    /// The two bits of the packet's `Sta` field.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            0 => Some(Self::AdminDown),
            1 => Some(Self::Down),
            2 => Some(Self::Init),
            3 => Some(Self::Up),
            _ => None,
        }
    }

    /// What the session comes to with this weight. As for keepalived only `Up` is good; a session
    /// that was switched off counts as failed, though RFC 5882 would have it ignored.
    #[must_use]
    pub const fn effect(self, weight: Weight) -> Effect {
        weight.effect(matches!(self, Self::Up))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_session_that_is_up_is_good() {
        let (fault, weight) = (Weight::new(0, false).unwrap(), Weight::new(-20, false).unwrap());
        for bits in 0..3 {
            let state = BfdState::from_bits(bits).unwrap();
            assert_eq!((state.effect(fault), state.effect(weight)), (Effect::Fault, Effect::Add(-20)));
        }
        let up = BfdState::from_bits(3).unwrap();
        assert_eq!((up.effect(fault), up.effect(weight)), (Effect::Add(0), Effect::Add(0)));
        assert_eq!(BfdState::from_bits(4), None);
    }
}
