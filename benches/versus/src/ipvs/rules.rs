//! Rules as `ipvsadm -S` writes them and `ipvsadm -R` reads them.

use core::{fmt::Write as _, net::SocketAddr};

use ipvs_netlink::{Command, Destination, DestinationKey, ForwardMethod, Service, ServiceKey, Tunnel};

use crate::failure::Failure;

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

/// Reads such text. Words that it does not know are an error: a rule must not become another.
pub(super) fn parse(text: &str) -> Result<Vec<Command>, Failure> {
    let wrong = |line: &str| Failure::Untrue(format!("cannot read the rule {line:?}"));
    text.lines().map(|line| command(line).ok_or_else(|| wrong(line))).collect()
}

fn command(line: &str) -> Option<Command> {
    let mut words = line.split_ascii_whitespace();
    let operation = words.next()?;
    let (mut key, mut scheduler, mut real) = (None, None, None);
    let mut destination = Destination::new(ForwardMethod::DirectRoute);
    while let Some(word) = words.next() {
        match word {
            "-t" => key = Some(ServiceKey::tcp(words.next()?.parse().ok()?)),
            "-u" => key = Some(ServiceKey::udp(words.next()?.parse().ok()?)),
            "-s" => scheduler = Some(words.next()?.parse().ok()?),
            "-r" => real = Some(words.next()?.parse::<SocketAddr>().ok()?),
            "-w" => destination.weight = words.next()?.parse().ok()?,
            "-g" => destination.forward = ForwardMethod::DirectRoute,
            "-m" => destination.forward = ForwardMethod::Masquerade,
            "-i" => destination.forward = ForwardMethod::Tunnel(Tunnel::Ipip),
            _ => return None,
        }
    }
    match (operation, real) {
        ("-A", None) => Some(Command::NewService { key: key?, service: Service::new(scheduler?) }),
        ("-a", Some(real)) => {
            Some(Command::NewDestination { service: key?, key: DestinationKey::new(real), destination })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_text_is_the_whole_table_and_reads_back() {
        let commands = parse(&text()).unwrap();
        let keys: HashSet<ServiceKey> = commands
            .iter()
            .filter_map(
                |command| {
                    if let Command::NewService { key, .. } = command { Some(*key) } else { None }
                },
            )
            .collect();
        assert_eq!((commands.len(), keys.len()), (SERVICES * (DESTINATIONS + 1), SERVICES));
    }

    #[test]
    fn a_rule_says_what_it_says() {
        let expected = Command::NewDestination {
            service: ServiceKey::udp("10.0.0.1:53".parse().unwrap()),
            key: DestinationKey::new("10.0.0.2:53".parse().unwrap()),
            destination: Destination { weight: 7, ..Destination::new(ForwardMethod::Masquerade) },
        };
        assert_eq!(command("-a -u 10.0.0.1:53 -r 10.0.0.2:53 -m -w 7"), Some(expected));
        for line in
            ["", "-A", "-a -t 10.0.0.1:80 -r", "-A -t 10.0.0.1:80 -s rr --unknown", "-D -t 10.0.0.1:80"]
        {
            assert_eq!(command(line), None, "{line}");
        }
    }
}
