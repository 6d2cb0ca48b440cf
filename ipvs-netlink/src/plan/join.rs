//! Two ordered maps side by side.

use core::cmp::Ordering;
use core::iter::Peekable;
use std::collections::{BTreeMap, btree_map};

/// Every key of either map once, in order, with what each map has for it.
pub(crate) fn join<'a, K: Ord, L, R>(
    left: &'a BTreeMap<K, L>,
    right: &'a BTreeMap<K, R>,
) -> Join<'a, K, L, R> {
    Join { left: left.iter().peekable(), right: right.iter().peekable() }
}

/// What [`join`] returns.
#[derive(Debug)]
pub(crate) struct Join<'a, K, L, R> {
    left: Peekable<btree_map::Iter<'a, K, L>>,
    right: Peekable<btree_map::Iter<'a, K, R>>,
}

impl<'a, K: Ord, L, R> Iterator for Join<'a, K, L, R> {
    type Item = (&'a K, Option<&'a L>, Option<&'a R>);

    fn next(&mut self) -> Option<Self::Item> {
        let order = match (self.left.peek(), self.right.peek()) {
            (Some((left, _)), Some((right, _))) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let left = if order.is_le() { self.left.next() } else { None };
        let right = if order.is_ge() { self.right.next() } else { None };
        let key = left.map(|(key, _)| key).or(right.map(|(key, _)| key))?;
        Some((key, left.map(|(_, value)| value), right.map(|(_, value)| value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_comes_once_and_in_order() {
        let left = BTreeMap::from([(1, 'a'), (2, 'b'), (5, 'c')]);
        let right = BTreeMap::from([(2, 'x'), (3, 'y')]);
        let joined: Vec<_> = join(&left, &right).map(|(k, l, r)| (*k, l.copied(), r.copied())).collect();
        assert_eq!(
            joined,
            [(1, Some('a'), None), (2, Some('b'), Some('x')), (3, None, Some('y')), (5, Some('c'), None)]
        );
    }
}
