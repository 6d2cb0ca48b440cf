//! Doing what ipvsadm's flags ask for.

use std::io::{self, Read, Write};

use ipvs_netlink::{
    Client, Command, DecodeError, ObservedEntry, ReadEntries, Records, ServiceKey, Socket, Transport,
};

use crate::failure::Failure;
use crate::flags::{Listing, Operation, View};
use crate::names::{Names, NoNames, SystemNames};
use crate::print::{self, Connection, Dialect, Inexpressible, Rules};
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
    let faults = match listing {
        Listing::Table { only, view } => {
            let mut client = connect()?;
            table(&mut client, &mut out, only, view, named(system, view.names))?
        }
        Listing::Connections { names, engine } => {
            let text = std::fs::read_to_string(CONNECTIONS).map_err(Failure::file("read", CONNECTIONS))?;
            let (found, errors) = Connection::parse_all(&text);
            for error in &errors {
                report(error);
            }
            print::connections(&mut out, &found, engine, named(system, names));
            errors.len()
        }
        Listing::Timeouts => {
            print::timeouts(&mut out, &connect()?.timeouts()?);
            0
        }
        Listing::Daemons => {
            print::daemons(&mut out, &connect()?.daemons()?);
            0
        }
    };
    write(&out)?;
    all_told(faults)
}

fn named(system: &SystemNames, names: bool) -> &dyn Names {
    if names { system } else { &NoNames }
}

/// Appends a listing; how many entries could not be read was told on standard error.
pub(crate) fn table<T: Transport>(
    client: &mut Client<T>,
    out: &mut String,
    only: Option<ServiceKey>,
    view: View,
    names: &dyn Names,
) -> Result<usize, Failure> {
    let mut read = match only {
        Some(key) => {
            let read = client.run(ReadEntries::of(&[key]))?;
            if read.entries.is_empty() && read.faults.is_empty() {
                return Err(Failure::NoSuchService(key));
            }
            read
        }
        None => {
            print::head(out, &client.info()?);
            client.entries()?
        }
    };
    if view.sort {
        print::sort_entries(&mut read.entries);
    }
    print::table(out, &read.entries, view, names);
    Ok(tell(&read.faults))
}

/// Everything, in ipvsadm's order, and how many entries could not be read.
pub(crate) fn sorted_entries<T: Transport>(
    client: &mut Client<T>,
) -> Result<(Vec<ObservedEntry>, usize), Failure> {
    let Records { mut entries, faults, .. } = client.entries()?;
    print::sort_entries(&mut entries);
    Ok((entries, tell(&faults)))
}

/// Prints the table as rules.
pub(crate) fn save<T: Transport>(
    client: &mut Client<T>,
    dialect: Dialect,
    names: &dyn Names,
) -> Result<(), Failure> {
    let (entries, mut faults) = sorted_entries(client)?;
    let (mut out, rules) = (String::new(), Rules::new(dialect, names));
    for entry in &entries {
        let missing: Vec<Inexpressible> = rules.entry(&mut out, entry);
        faults += missing.len();
        missing.iter().for_each(|missing| report(missing));
    }
    write(&out)?;
    all_told(faults)
}

pub(crate) fn all_told(faults: usize) -> Result<(), Failure> {
    if faults == 0 { Ok(()) } else { Err(Failure::Incomplete(faults)) }
}

fn tell(faults: &[DecodeError]) -> usize {
    for fault in faults {
        report(&format_args!("an entry is missing here, it could not be read: {fault}"));
    }
    faults.len()
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

/// All of standard input; octets that are no text make their line no rule.
pub(crate) fn standard_input() -> Result<String, Failure> {
    let mut octets = Vec::new();
    io::stdin().lock().read_to_end(&mut octets).map_err(Failure::file("read", "standard input"))?;
    Ok(String::from_utf8(octets)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Everything at once: the kernel is asked often enough.
pub(crate) fn write(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::file("write", "standard output"))
}
