//! `track_file`: a number in a file moves the priority.

use crate::{Effect, Weight};

/// The most that a file adds or takes.
const MOST: i64 = 253;

/// What the number in a tracked file comes to (`track_file` with a weight).
///
/// The number is multiplied by the weight. Without a weight, any number but 0 is a fault, with `reverse` 0; a product
/// below −253 is a fault, too; one above 253 counts as 253. A missing file counts as 0.
#[must_use]
pub const fn file_effect(weight: Weight, number: i64) -> Effect {
    if weight.is_fault() {
        return weight.effect(number == 0);
    }
    let product = number.saturating_mul(weight.factor());
    if product < -MOST {
        return Effect::Fault;
    }
    // `as` after the bounds: −253..=253.
    #[expect(clippy::cast_possible_truncation, reason = "bounded above and below")]
    let added = if product > MOST { MOST } else { product } as i16;
    Effect::Add(added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_counts_by_the_weight_within_bounds() {
        let effect = |weight, reverse, number| file_effect(Weight::new(weight, reverse).unwrap(), number);
        let cases = [
            (1, false, 0, Effect::Add(0)),
            (1, false, 7, Effect::Add(7)),
            (1, true, 7, Effect::Add(-7)),
            (-2, false, 7, Effect::Add(-14)),
            (1, false, 300, Effect::Add(253)),
            (1, false, -253, Effect::Add(-253)),
            (1, false, -254, Effect::Fault),
            (254, true, i64::MAX, Effect::Fault),
            (254, false, i64::MAX, Effect::Add(253)),
            (0, false, 0, Effect::Add(0)),
            (0, false, -1, Effect::Fault),
            (0, true, -1, Effect::Add(0)),
            (0, true, 0, Effect::Fault),
        ];
        for (weight, reverse, number, want) in cases {
            assert_eq!(effect(weight, reverse, number), want, "{weight} {reverse} {number}");
        }
    }
}
