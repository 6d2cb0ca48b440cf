//! `top`: who has how much traffic now.

mod rates;
mod screen;

use core::fmt::Write as _;
use core::time::Duration;
use std::io::Write;
use std::time::Instant;

use clap::ValueEnum;
use ipvs_netlink::{Client, Transport};

use crate::failure::Failure;
use rates::{Rate, Snapshot};
use screen::{Key, Screen};

/// What the rows are sorted by.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Column {
    /// Connections a second
    Cps,
    /// Packets a second from clients
    Inpps,
    /// Packets a second to clients
    Outpps,
    /// Octets a second from clients
    Inbps,
    /// Octets a second to clients
    Outbps,
    /// Connections that carry traffic
    Active,
    /// Connections that are being closed, and those of UDP
    Inactive,
    /// Services by their names, each with its servers behind it
    Name,
}

impl Column {
    const fn title(self) -> &'static str {
        match self {
            Self::Cps => "CPS",
            Self::Inpps => "InPPS",
            Self::Outpps => "OutPPS",
            Self::Inbps => "InBPS",
            Self::Outbps => "OutBPS",
            Self::Active => "Active",
            Self::Inactive => "InAct",
            Self::Name => "Service",
        }
    }

    fn next(self) -> Self {
        let all = Self::value_variants();
        let at = all.iter().position(|column| *column == self).unwrap_or(0);
        all.iter().cycle().nth(at + 1).copied().unwrap_or(self)
    }
}

/// How `top` looks and when it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// How many snapshots; without it until `q`, or one if this is no terminal.
    pub(crate) count: Option<u64>,
    /// Time between two of them.
    pub(crate) interval: Duration,
    pub(crate) sort: Column,
}

/// Shows snapshots: on a terminal each in the place of the last one, elsewhere one after the
/// other.
pub(crate) fn top<T: Transport>(client: &mut Client<T>, mut options: Options) -> Result<(), Failure> {
    let mut screen = if options.count.is_none() { Screen::open() } else { None };
    let mut left = options.count.unwrap_or(if screen.is_some() { u64::MAX } else { 1 });
    let mut before: Option<Snapshot> = None;
    while left > 0 {
        left -= 1;
        let read = client.entries()?;
        let now = Snapshot::new(Instant::now(), &read.entries);
        let faults = read.faults.len();
        let rates = now.rates(before.as_ref());
        before = Some(now);
        loop {
            let page = page(&rates, options, screen.as_ref(), faults);
            std::io::stdout()
                .lock()
                .write_all(page.as_bytes())
                .and_then(|()| std::io::stdout().flush())
                .map_err(Failure::file("write", "standard output"))?;
            if left == 0 {
                return Ok(());
            }
            match screen.as_mut().map(|screen| screen.key_within(options.interval)) {
                None => std::thread::sleep(options.interval),
                Some(Key::Quit) => return Ok(()),
                Some(Key::NextColumn) => {
                    options.sort = options.sort.next();
                    continue;
                }
                Some(Key::None | Key::Other) => {}
            }
            break;
        }
    }
    Ok(())
}

fn page(rates: &[Rate], options: Options, screen: Option<&Screen>, faults: usize) -> String {
    let mut rows: Vec<&Rate> = rates.iter().collect();
    if options.sort != Column::Name {
        rows.retain(|rate| rate.destination.is_some() || rate.is_alone);
        rows.sort_by_key(|rate| core::cmp::Reverse(rate.value(options.sort)));
    }
    let mut text = String::new();
    let hint = if screen.is_some() { "; s: another column, q: quit" } else { "" };
    let _ = writeln!(text, "{} services and servers by {}{hint}", rates.len(), options.sort.title());
    if faults > 0 {
        let _ = writeln!(text, "{faults} more could not be read");
    }
    let titles = ["Active", "InAct", "CPS", "InPPS", "OutPPS", "InBPS", "OutBPS"];
    let mut lines = vec![("Service".to_owned(), "Server".to_owned(), titles.map(str::to_owned))];
    lines.extend(rows.into_iter().map(Rate::cells));
    let width = |of: fn(&(String, String, [String; 7])) -> usize| lines.iter().map(of).max().unwrap_or(0);
    let (service_width, server_width) = (width(|line| line.0.len()), width(|line| line.1.len()));
    for (service, server, numbers) in &lines {
        let _ = write!(text, "{service:<service_width$} {server:<server_width$}");
        for number in numbers {
            let _ = write!(text, " {number:>8}");
        }
        text.push('\n');
    }
    screen.map_or_else(|| text.clone(), |screen| screen.fit(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_comes_up_in_turn() {
        let all = Column::value_variants();
        let mut column = Column::Cps;
        for _ in all {
            column = column.next();
        }
        assert_eq!(column, Column::Cps);
        assert_eq!(Column::Name.next(), Column::Cps);
    }
}
