//! `${_RANDOM}`: the numbers that keepalived gets from the C library for the same seed.

/// Numbers that the generator remembers.
const DEGREE: usize = 31;
/// Distance of the two that are added.
const SEPARATION: usize = 3;

/// `random()` of glibc after `srandom(seed)`: an additive feedback generator.
#[derive(Debug)]
pub(super) struct Random {
    state: std::collections::VecDeque<u32>,
}

impl Random {
    pub(super) fn new(seed: u32) -> Self {
        let mut word = i64::from(seed.max(1).cast_signed());
        let mut state = std::collections::VecDeque::with_capacity(DEGREE);
        for _ in 0..DEGREE {
            state.push_back(u32::try_from(word).unwrap_or(seed));
            // Lehmer's generator, as Park and Miller have it; it stays positive.
            word = (16_807 * word).rem_euclid(2_147_483_647);
        }
        let mut random = Self { state };
        // Each of the first numbers is used up ten times before anybody gets one.
        random.state.rotate_left(SEPARATION);
        for _ in 0..10 * DEGREE {
            random.next();
        }
        random
    }

    /// The next number, from 0 to 2³¹ − 1.
    pub(super) fn next(&mut self) -> u32 {
        let oldest = self.state.pop_front().unwrap_or_default();
        let other = self.state.get(DEGREE - 1 - SEPARATION).copied().unwrap_or_default();
        let sum = oldest.wrapping_add(other);
        self.state.push_back(sum);
        sum >> 1
    }
}
