//! What a LAN does to frames.

use core::time::Duration;

/// A share, kept in millionths.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Share(u32);

impl Share {
    /// Never.
    pub const NONE: Self = Self(0);

    /// `per_million` in `0..=1_000_000`.
    #[must_use]
    pub const fn from_millionths(per_million: u32) -> Option<Self> {
        if per_million <= 1_000_000 { Some(Self(per_million)) } else { None }
    }

    /// In millionths.
    #[must_use]
    pub const fn as_millionths(self) -> u32 {
        self.0
    }

    /// Reads `12.5 %`, up to four decimals.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.trim().strip_suffix('%')?.trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = whole.chars().chain(fraction.chars());
        if whole.is_empty() || fraction.len() > 4 || !digits.clone().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let whole: u32 = whole.parse().ok()?;
        let fraction: u32 = format!("{fraction:0<4}").parse().ok()?;
        Self::from_millionths(whole.checked_mul(10_000)?.checked_add(fraction)?)
    }
}

impl core::fmt::Display for Share {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (whole, fraction) = (self.0 / 10_000, self.0 % 10_000);
        if fraction == 0 {
            write!(f, "{whole} %")
        } else {
            write!(f, "{whole}.{} %", format!("{fraction:04}").trim_end_matches('0'))
        }
    }
}

/// What every LAN does to every frame.
///
/// A switch that is well copies a frame to all ports at once: one draw of the delay for all
/// receivers. As soon as anything is lost, doubled or held back, each copy has its own fate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Network {
    /// The least time that a frame takes.
    pub delay: Duration,
    /// Up to so much is added.
    pub jitter: Duration,
    /// Copies that never arrive.
    pub loss: Share,
    /// Copies that arrive twice.
    pub duplicate: Share,
    /// Copies that are held back, so that later ones overtake them.
    pub reorder: Share,
    /// Up to so long are they held back.
    pub hold: Duration,
}

impl Network {
    /// A quiet LAN: 100 to 150 µs, nothing is lost.
    pub const QUIET: Self = Self {
        delay: Duration::from_micros(100),
        jitter: Duration::from_micros(50),
        loss: Share::NONE,
        duplicate: Share::NONE,
        reorder: Share::NONE,
        hold: Duration::from_millis(1500),
    };

    /// Whether each copy has its own fate.
    pub(crate) const fn is_noisy(&self) -> bool {
        self.loss.0 > 0 || self.duplicate.0 > 0 || self.reorder.0 > 0
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::QUIET
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_and_written_back() {
        for (text, want) in [("0 %", 0), ("12.5%", 125_000), ("100 %", 1_000_000), ("0.0001 %", 1)] {
            let share = Share::parse(text).unwrap();
            assert_eq!(share.as_millionths(), want, "{text}");
            assert_eq!(Share::parse(&share.to_string()), Some(share), "{text}");
        }
        for text in ["", "%", "12", "101 %", "-1 %", "1.00001 %", "1.-5 %"] {
            assert_eq!(Share::parse(text), None, "{text}");
        }
    }
}
