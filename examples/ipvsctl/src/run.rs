//! Doing what ipvsadm's flags ask for.

use std::io::{self, Read, Write};

use ipvs_netlink::{Client, Command, ServiceKey, Socket, Transport};

use crate::failure::Failure;
use crate::flags::{Listing, Operation, View};
use crate::names::{Names, NoNames, SystemNames};
use crate::print::{self, Connection, Dialect, Rules};
use crate::read::{Part, each_entry};
use crate::restore::{BadLine, restore};

const CONNECTIONS: &str = "/proc/net/ip_vs_conn";

/// Opens the kernel's IPVS.
pub(crate) fn connect() -> Result<Client<Socket>, ipvs_netlink::Error> {
    Client::open()
}

/// Does what the flags ask for, and prints what is to be printed.
pub(crate) fn operation(operation: Operation, names: &SystemNames) -> Result<(), Failure> {
    match operation {
        Operation::Change(command) => change(&command),
        Operation::List(listing) => list(listing, names),
        Operation::Save { names: true } => save(&mut connect()?, Dialect::Ipvsadm, names),
        Operation::Save { names: false } => save(&mut connect()?, Dialect::Ipvsadm, &NoNames),
        Operation::Restore => restore(connect, &standard_input()?, names, BadLine::Stops, &mut complaints()),
        Operation::Help => write(&crate::cli::help()),
        Operation::Version => write(&crate::cli::version()),
    }
}

fn change(command: &Command) -> Result<(), Failure> {
    Ok(connect()?.apply(command)?)
}

fn list(listing: Listing, system: &SystemNames) -> Result<(), Failure> {
    let mut out = String::new();
    match listing {
        Listing::Table { only, view } => {
            return all_told(table(&mut connect()?, only, view, named(system, view.names))?);
        }
        Listing::Connections { names, engine } => {
            let text = std::fs::read_to_string(CONNECTIONS).map_err(Failure::file("read", CONNECTIONS))?;
            let (found, errors) = Connection::parse_all(&text);
            errors.iter().for_each(|error| report(error));
            print::connections(&mut out, &found, engine, named(system, names));
            write(&out)?;
            return all_told(errors.len());
        }
        Listing::Timeouts => print::timeouts(&mut out, &connect()?.timeouts()?),
        Listing::Daemons => print::daemons(&mut out, &connect()?.daemons()?),
    }
    write(&out)
}

fn named(system: &SystemNames, names: bool) -> &dyn Names {
    if names { system } else { &NoNames }
}

/// Prints a listing, piece by piece. Gives how many entries could not be read.
pub(crate) fn table<T: Transport>(
    client: &mut Client<T>,
    only: Option<ServiceKey>,
    view: View,
    names: &dyn Names,
) -> Result<usize, Failure> {
    let mut page = Page::default();
    // The first question also finds out whether any is permitted, and what is missing if not.
    let info = client.info()?;
    match only {
        None => print::head(&mut page.text, &info),
        Some(key) if client.service(&key)?.is_none() => return Err(Failure::NoSuchService(key)),
        Some(_) => {}
    }
    print::title(&mut page.text, view.columns);
    let faults = each_entry(client, Part { only, sort: view.sort }, |entry| {
        print::entry(&mut page.text, entry, view, names);
        page.turn()
    })?;
    page.end()?;
    Ok(faults)
}

/// Text on its way out, in pieces that are large enough.
#[derive(Debug, Default)]
struct Page {
    text: String,
}

impl Page {
    const LEN: usize = 64 * 1024;

    fn turn(&mut self) -> Result<(), Failure> {
        if self.text.len() >= Self::LEN { self.end() } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), Failure> {
        write(&self.text)?;
        self.text.clear();
        Ok(())
    }
}

/// Prints the table as rules.
pub(crate) fn save<T: Transport>(
    client: &mut Client<T>,
    dialect: Dialect,
    names: &dyn Names,
) -> Result<(), Failure> {
    client.info()?;
    let (mut page, rules, mut missing) = (Page::default(), Rules::new(dialect, names), 0);
    let faults = each_entry(client, Part { only: None, sort: true }, |entry| {
        for inexpressible in rules.entry(&mut page.text, entry) {
            report(&inexpressible);
            missing += 1;
        }
        page.turn()
    })?;
    page.end()?;
    all_told(faults + missing)
}

pub(crate) fn all_told(faults: usize) -> Result<(), Failure> {
    if faults == 0 { Ok(()) } else { Err(Failure::Incomplete(faults)) }
}

/// Standard error for what may be thousands of lines. Dropping it writes the last of them.
pub(crate) fn complaints() -> impl Write {
    io::BufWriter::new(io::stderr())
}

/// Tells people something, beside the output.
pub(crate) fn report(what: &dyn core::fmt::Display) {
    // Nowhere to tell that nothing can be told.
    let _ = writeln!(io::stderr(), "ipvsctl: {what}");
}

/// All of standard input.
pub(crate) fn standard_input() -> Result<String, Failure> {
    let mut octets = Vec::new();
    io::stdin().lock().read_to_end(&mut octets).map_err(Failure::file("read", "standard input"))?;
    Ok(text_of(octets))
}

/// Octets that are no text make their line no rule.
pub(crate) fn text_of(octets: Vec<u8>) -> String {
    String::from_utf8(octets).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// To standard output.
pub(crate) fn write(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::file("write", "standard output"))
}
