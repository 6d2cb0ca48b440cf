//! The effective priority as a sum with its causes.

use alloc::vec::Vec;
use core::fmt;

use vrrp_proto::Priority;

/// The effective priority: the base and all contributions, clamped to 1..=254. An owner's is
/// never moved.
#[must_use]
pub fn effective_priority(base: Priority, contributions: impl IntoIterator<Item = i16>) -> Priority {
    if base.is_owner() {
        return base;
    }
    let sum: i32 = contributions.into_iter().map(i32::from).sum();
    let total = (i32::from(base.get()) + sum).clamp(1, 254);
    u8::try_from(total).map_or(base, Priority::new)
}

/// How an effective priority came to be: for status, logs and the question why nobody takes over.
///
/// `Who` says whose a contribution is: a name, a number.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct PrioritySum<Who> {
    /// The configured priority.
    pub base: Priority,
    /// What each tracker adds. Those that add nothing can be left out.
    pub contributions: Vec<(Who, i16)>,
}

impl<Who> PrioritySum<Who> {
    /// The priority that the router competes with.
    #[must_use]
    pub fn effective(&self) -> Priority {
        effective_priority(self.base, self.contributions.iter().map(|(_, added)| *added))
    }
}

/// `100 + 20 (chk_haproxy) − 5 (eth1) = 115`; a sum beyond the bounds says so.
impl<Who: fmt::Display> fmt::Display for PrioritySum<Who> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.base)?;
        if self.base.is_owner() {
            return f.write_str(" (owner)");
        }
        let moved = self.contributions.iter().filter(|(_, added)| *added != 0);
        for (who, added) in moved.clone() {
            let sign = if *added < 0 { '−' } else { '+' };
            write!(f, " {sign} {} ({who})", added.unsigned_abs())?;
        }
        let total: i32 =
            i32::from(self.base.get()) + moved.clone().map(|(_, added)| i32::from(*added)).sum::<i32>();
        let effective = self.effective();
        if i32::from(effective.get()) != total {
            return write!(f, " = {total}, counts as {effective}");
        }
        if moved.count() > 0 { write!(f, " = {effective}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec;

    #[test]
    fn the_effective_priority_stays_an_ordinary_one() {
        assert_eq!(effective_priority(Priority::new(250), [20]), Priority::new(254));
        assert_eq!(effective_priority(Priority::new(10), [-20]), Priority::new(1));
        assert_eq!(effective_priority(Priority::OWNER, [-20]), Priority::OWNER);
        assert_eq!(effective_priority(Priority::new(100), [2, -10]), Priority::new(92));
    }

    #[test]
    fn a_sum_says_where_it_comes_from() {
        let sum = |base, contributions| PrioritySum { base: Priority::new(base), contributions }.to_string();
        assert_eq!(sum(100, vec![]), "100");
        assert_eq!(sum(100, vec![("chk", 20), ("idle", 0), ("eth1", -5)]), "100 + 20 (chk) − 5 (eth1) = 115");
        assert_eq!(sum(250, vec![("chk", 20)]), "250 + 20 (chk) = 270, counts as 254");
        assert_eq!(sum(255, vec![("chk", -20)]), "255 (owner)");
    }
}
