//! What a tracker that is good or bad does to the priority.

/// What a tracker does to the priority (`weight N [reverse]`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Weight {
    weight: i16,
    reverse: bool,
}

impl Weight {
    /// `weight` in −254..=254; 0 has no effect on the priority: a failure is then a fault, or with `reverse` a
    /// success.
    #[must_use]
    pub const fn new(weight: i16, reverse: bool) -> Option<Self> {
        if weight >= -254 && weight <= 254 { Some(Self { weight, reverse }) } else { None }
    }

    /// Whether a failure (with `reverse`, a success) is a fault instead of a change of priority.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        self.weight == 0
    }

    /// What a number is multiplied by: the weight, with its sign flipped by `reverse`.
    #[must_use]
    pub const fn factor(self) -> i64 {
        // `as` widens.
        let weight = self.weight as i64;
        if self.reverse { -weight } else { weight }
    }

    /// What to add to the priority: a positive weight acts while good, a negative one while
    /// bad; `reverse` flips the sign of what is added.
    #[must_use]
    pub const fn contribution(self, good: bool) -> i16 {
        match ((self.weight > 0) == good, self.reverse) {
            (false, _) => 0,
            (true, false) => self.weight,
            (true, true) => -self.weight,
        }
    }
}

impl Weight {
    /// What a tracker that is good or bad comes to.
    #[must_use]
    pub const fn effect(self, good: bool) -> Effect {
        if self.is_fault() && good == self.reverse {
            Effect::Fault
        } else {
            Effect::Add(self.contribution(good))
        }
    }
}

/// What a tracker comes to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Effect {
    /// So much is added to the priority, in −254..=254.
    Add(i16),
    /// The router is unfit to be Master: raise [`Fault::Tracker`](crate::Fault::Tracker).
    Fault,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_act_on_one_side_and_reverse_flips_their_sign() {
        let cases = [
            (2, false, true, 2),
            (2, false, false, 0),
            (-20, false, true, 0),
            (-20, false, false, -20),
            (2, true, true, -2),
            (-20, true, false, 20),
        ];
        for (weight, reverse, good, want) in cases {
            assert_eq!(
                Weight::new(weight, reverse).unwrap().contribution(good),
                want,
                "{weight} {reverse} {good}"
            );
        }
        assert!(Weight::new(0, false).unwrap().is_fault());
        assert_eq!(Weight::new(255, false), None);
    }

    #[test]
    fn without_weight_bad_is_a_fault() {
        let none = Weight::new(0, false).unwrap();
        assert_eq!((none.effect(true), none.effect(false)), (Effect::Add(0), Effect::Fault));
        let turned = Weight::new(0, true).unwrap();
        assert_eq!((turned.effect(true), turned.effect(false)), (Effect::Fault, Effect::Add(0)));
        let some = Weight::new(-5, false).unwrap();
        assert_eq!((some.effect(true), some.effect(false)), (Effect::Add(0), Effect::Add(-5)));
    }
}
