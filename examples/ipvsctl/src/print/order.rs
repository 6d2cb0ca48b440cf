//! ipvsadm's order of services and servers.

use core::cmp::Ordering;
use core::net::{IpAddr, SocketAddr};

use ipvs_netlink::{ObservedDestination, ObservedEntry, ObservedService, ServiceKey};

/// Puts services and the servers of each where ipvsadm puts them.
///
/// ipvsadm compares numbers by the sign of their 32-bit difference. Marks and addresses that are
/// far apart make that a circle: 1.0.0.1 comes before 100.0.0.1, that before 200.0.0.1, and that
/// before 1.0.0.1. So what comes out depends on what goes in and on how one sorts, and the same
/// text takes the same merge sort, from the kernel's order.
pub fn sort_entries(entries: &mut Vec<ObservedEntry>) {
    for entry in entries.iter_mut() {
        sort_destinations(&mut entry.destinations);
    }
    merge_sort(entries, &|left, right| services(&left.service.key, &right.service.key));
}

/// The services alone; see [`sort_entries`].
pub(crate) fn sort_services(found: &mut Vec<ObservedService>) {
    merge_sort(found, &|left, right| services(&left.key, &right.key));
}

/// The servers of one service; see [`sort_entries`].
pub(crate) fn sort_destinations(found: &mut Vec<ObservedDestination>) {
    merge_sort(found, &servers);
}

fn services(left: &ServiceKey, right: &ServiceKey) -> Ordering {
    circular(mark(left), mark(right)).then_with(|| left.family().cmp(&right.family())).then_with(|| {
        match (left, right) {
            (
                ServiceKey::Address { protocol: left, address: from },
                ServiceKey::Address { protocol: right, address: to },
            ) => left.number().cmp(&right.number()).then_with(|| addresses(from, to)),
            (_, _) => Ordering::Equal,
        }
    })
}

/// Whatever their families: the first word decides between them.
fn servers(left: &ObservedDestination, right: &ObservedDestination) -> Ordering {
    addresses(&left.key.address(), &right.key.address())
}

fn addresses(left: &SocketAddr, right: &SocketAddr) -> Ordering {
    let words = words(left.ip()).into_iter().zip(words(right.ip()));
    let differing = words.map(|(left, right)| circular(left, right)).find(|order| order.is_ne());
    differing.unwrap_or_else(|| left.port().cmp(&right.port()))
}

/// An address as four numbers, the most significant one first.
fn words(address: IpAddr) -> [u32; 4] {
    match address {
        IpAddr::V4(address) => [address.to_bits(), 0, 0, 0],
        IpAddr::V6(address) => {
            let [a, b, c, d, e, f, g, h] = address.segments();
            [(a, b), (c, d), (e, f), (g, h)].map(|(high, low)| u32::from(high) << 16 | u32::from(low))
        }
    }
}

/// The sign of the difference in 32 bits.
const fn circular(left: u32, right: u32) -> Ordering {
    match left.wrapping_sub(right).cast_signed() {
        0 => Ordering::Equal,
        ..0 => Ordering::Less,
        1.. => Ordering::Greater,
    }
}

/// Services with an address count as mark 0.
const fn mark(key: &ServiceKey) -> u32 {
    match key {
        ServiceKey::FirewallMark { mark, .. } => mark.get(),
        ServiceKey::Address { .. } => 0,
    }
}

/// The textbook's merge sort, halves rounded down, as in glibc's qsort(3). The standard library's
/// must not be given a circle.
fn merge_sort<T>(items: &mut Vec<T>, order: &impl Fn(&T, &T) -> Ordering) {
    if items.len() < 2 {
        return;
    }
    let mut right = items.split_off(items.len() / 2);
    let mut left = core::mem::take(items);
    merge_sort(&mut left, order);
    merge_sort(&mut right, order);
    items.reserve(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        let next = if order(one, other).is_le() { left.next() } else { right.next() };
        items.extend(next);
    }
    items.extend(left);
    items.extend(right);
}

#[cfg(test)]
mod tests {
    use ipvs_netlink::AddressFamily;

    use super::*;

    /// What `ipvsadm -Ln --nosort` and `ipvsadm -Ln` print of one table: `1:80` is TCP 1.0.0.1:80,
    /// `[ff::1]` is port 80 of UDP, `m77/6` is the mark 77 of IPv6.
    const KERNEL: &str = "[2001::8000:0:0:1] [2001:0:f000::1] [2001:8000::1] [ff::1] [7fff::1] [8000::1] [fe80::1] \
        [1001::1] [2001:1::1] 190:80 60:80 1:80 250:80 128:80 127:80 130:80 150:80 10:80 9:80 200:80 \
        100:80 190:7 60:7 1:7 250:7 128:7 127:7 130:7 150:7 10:7 9:7 200:7 100:7 [2001:7fff:9000::1] \
        m77/6 m77 m1000000000/6 m1000000000 m-294967296/6 m-294967296 m-1294967296/6 m-1294967296 \
        m-2147483648/6 m-2147483648 m1/6 m1 m2147483647/6 m2147483647";
    const PRINTED: &str = "m-1294967296 m-1294967296/6 m-294967296 m-294967296/6 9:7 100:7 127:7 127:80 128:7 128:80 \
        130:7 130:80 150:7 150:80 190:7 190:80 200:7 250:7 250:80 1:7 1:80 9:80 10:7 10:80 60:7 60:80 \
        100:80 200:80 [fe80::1] [ff::1] [1001::1] [2001:0:f000::1] [2001::8000:0:0:1] [2001:1::1] \
        [2001:7fff:9000::1] [2001:8000::1] [7fff::1] [8000::1] m1 m1/6 m77 m77/6 m1000000000 \
        m1000000000/6 m2147483647 m2147483647/6 m-2147483648 m-2147483648/6";

    fn key(word: &str) -> ServiceKey {
        if let Some(mark) = word.strip_prefix('m') {
            let (mark, family) = match mark.split_once('/') {
                Some((mark, _)) => (mark, AddressFamily::V6),
                None => (mark, AddressFamily::V4),
            };
            let mark = mark.parse::<i64>().unwrap().rem_euclid(1 << 32);
            return ServiceKey::FirewallMark {
                mark: u32::try_from(mark).unwrap().try_into().unwrap(),
                family,
            };
        }
        match word.starts_with('[') {
            true => ServiceKey::udp(format!("{word}:80").parse().unwrap()),
            false => ServiceKey::tcp(word.replace(':', ".0.0.1:").parse().unwrap()),
        }
    }

    #[test]
    fn services_far_apart_are_ordered_as_ipvsadm_orders_them() {
        let list = |text: &str| text.split_whitespace().map(key).collect::<Vec<_>>();
        let mut sorted = list(KERNEL);
        merge_sort(&mut sorted, &services);
        assert_eq!(sorted, list(PRINTED));
    }

    #[test]
    fn sorting_is_stable_and_total_where_the_order_is() {
        let mut items: Vec<(u32, usize)> = [5, 3, 9, 3, 1, 5].into_iter().zip(0..).collect();
        merge_sort(&mut items, &|left, right| left.0.cmp(&right.0));
        assert_eq!(items, [(1, 4), (3, 1), (3, 3), (5, 0), (5, 5), (9, 2)]);
    }
}
