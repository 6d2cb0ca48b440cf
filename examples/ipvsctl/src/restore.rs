//! Making what rules say.

use std::io::Write;

use ipvs_netlink::{Client, Command, Transport};

use crate::failure::Failure;
use crate::names::Names;
use crate::rules::{Rule, RuleError, rules};

/// What becomes of the good lines of a text with a bad one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BadLine {
    /// Those before it count, as with ipvsadm; nothing after it is read.
    Stops,
    /// None counts: the kernel is not asked for anything.
    SpoilsAll,
}

/// Applies the rules of a text in their order, many with each request.
///
/// What the kernel refuses is told on `err` with its line, and does not stop the others.
///
/// # Errors
///
/// [`Failure::Rule`] with the first line that is no rule, [`Failure::Told`] if the kernel refused
/// something.
pub fn restore<T: Transport>(
    connect: impl FnOnce() -> Result<Client<T>, ipvs_netlink::Error>,
    text: &str,
    names: &dyn Names,
    bad_line: BadLine,
    err: &mut dyn Write,
) -> Result<(), Failure> {
    let Read { commands, places, bad } = read(text, names, err);
    let result = bad.map_or(Ok(()), |error| Err(error.into()));
    if commands.is_empty() || (result.is_err() && bad_line == BadLine::SpoilsAll) {
        return result;
    }
    let results = connect()?.apply_all(&commands);
    let mut refused = 0;
    for (result, (line, text)) in results.into_iter().zip(places) {
        if let Err(error) = result {
            refused += 1;
            // Nowhere to tell that nothing can be told.
            let _ = writeln!(err, "line {line}: {error}: {text}");
        }
    }
    match refused {
        0 => result,
        // The bad line is the graver news, but it must not hide the refused ones' number.
        _ => result.and(Err(Failure::Told(refused, commands.len()))),
    }
}

struct Read<'t> {
    commands: Vec<Command>,
    /// Line and text of each command.
    places: Vec<(usize, &'t str)>,
    bad: Option<RuleError>,
}

fn read<'t>(text: &'t str, names: &'t dyn Names, err: &mut dyn Write) -> Read<'t> {
    let mut read = Read { commands: Vec::new(), places: Vec::new(), bad: None };
    for rule in rules(text, names) {
        match rule {
            Ok(Rule { line, text, command, notes }) => {
                for note in notes {
                    let _ = writeln!(err, "line {line}: note: {note}: {text}");
                }
                read.commands.push(command);
                read.places.push((line, text));
            }
            Err(error) => {
                read.bad = Some(error);
                break;
            }
        }
    }
    read
}
