//! Rules as `ipvsadm -S` writes them and `ipvsadm -R` reads them.

use core::fmt::Write as _;

/// Virtual services of the table.
pub(super) const SERVICES: usize = 1000;

/// Real servers of each.
pub(super) const DESTINATIONS: usize = 10;

/// The table as text: a line for each service, followed by its destinations.
pub(super) fn text() -> String {
    let mut text = String::new();
    for service in 0..SERVICES {
        let (high, low) = (service / 250, service % 250 + 1);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "-A -t 10.1.{high}.{low}:80 -s wlc");
        for destination in 1..=DESTINATIONS {
            let _ = writeln!(
                text,
                "-a -t 10.1.{high}.{low}:80 -r 10.{}.{high}.{low}:80 -g -w {destination}",
                100 + destination
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use ipvsctl::{NoNames, rules};

    use super::*;

    #[test]
    fn the_text_is_the_whole_table_and_nothing_twice() {
        let table = ipvsctl::desired(&text(), &NoNames).unwrap();
        assert_eq!(table.services().count(), SERVICES);
        assert_eq!(rules(&text(), &NoNames).count(), SERVICES * (DESTINATIONS + 1));
    }
}
