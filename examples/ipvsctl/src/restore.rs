//! Making what rules say.

use std::io::Write;

use ipvs_netlink::{Batch, Client, Command, Transport};

use crate::failure::Failure;
use crate::names::Names;
use crate::rules::{Rule, rules};

/// What becomes of the good lines of a text with a bad one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BadLine {
    /// Those before it count, as with ipvsadm; nothing after it is read.
    Stops,
    /// None counts: the kernel is not asked for anything.
    SpoilsAll,
}

/// Rules that are read before they are sent: ten full requests. More would only be more memory.
const CHUNK: usize = 10 * Batch::<&[Command]>::IN_FLIGHT;

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
    if bad_line == BadLine::SpoilsAll
        && let Some(error) = rules(text, names).find_map(Result::err)
    {
        return Err(error.into());
    }
    let mut rules = rules(text, names).peekable();
    if rules.peek().is_none() {
        return Ok(());
    }
    let mut chunk =
        Chunk { client: connect()?, commands: Vec::new(), places: Vec::new(), done: 0, refused: 0 };
    let mut bad = None;
    for rule in rules {
        match rule {
            Ok(rule) => chunk.add(rule, err),
            Err(error) => {
                bad = Some(error);
                break;
            }
        }
    }
    chunk.apply(err);
    match (bad, chunk.refused) {
        (Some(error), _) => Err(error.into()),
        (None, 0) => Ok(()),
        (None, refused) => Err(Failure::Told(refused, chunk.done)),
    }
}

struct Chunk<'t, T> {
    client: Client<T>,
    commands: Vec<Command>,
    /// Line and text of each command.
    places: Vec<(usize, &'t str)>,
    done: usize,
    refused: usize,
}

impl<'t, T: Transport> Chunk<'t, T> {
    fn add(&mut self, rule: Rule<'t>, err: &mut dyn Write) {
        let Rule { line, text, command, notes } = rule;
        for note in notes {
            // Nowhere to tell that nothing can be told; here and below.
            let _ = writeln!(err, "line {line}: note: {note}: {text}");
        }
        self.commands.push(command);
        self.places.push((line, text));
        if self.commands.len() == CHUNK {
            self.apply(err);
        }
    }

    fn apply(&mut self, err: &mut dyn Write) {
        let results = self.client.apply_all(&self.commands);
        for (result, (line, text)) in results.into_iter().zip(&self.places) {
            if let Err(error) = result {
                self.refused += 1;
                let _ = writeln!(err, "line {line}: {error}: {text}");
            }
        }
        self.done += self.commands.len();
        self.commands.clear();
        self.places.clear();
    }
}
