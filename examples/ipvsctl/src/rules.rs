//! Rules in a file: line after line, each a command line of ipvsadm.

use std::collections::HashSet;

use ipvs_netlink::{Command, Table};

use crate::flags::{Note, Operation, UsageError};
use crate::names::Names;

/// A line that is no rule, or not one of those that fit here.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}: {text}")]
pub struct RuleError {
    /// Counted from 1.
    pub line: usize,
    /// What it is.
    pub text: String,
    /// Why it is no rule.
    pub problem: Problem,
}

/// Why a line is no rule.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Its words make no sense.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// It asks for something else than a change.
    #[error("this is no change of the table")]
    NoChange,
    /// A table is said with `-A` and `-a` alone.
    #[error("a file that says what should be has lines with -A and -a only")]
    NotDesired,
    /// A server of a service that no line before it adds.
    #[error("no line before it adds the service")]
    NoService,
    /// What an earlier line says already.
    #[error("an earlier line says that already")]
    Twice,
}

impl RuleError {
    pub(crate) const fn usage(&self) -> Option<&UsageError> {
        match &self.problem {
            Problem::Usage(error) => Some(error),
            Problem::NoChange | Problem::NotDesired | Problem::NoService | Problem::Twice => None,
        }
    }
}

/// A change with its place in the text.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rule<'t> {
    /// Counted from 1.
    pub line: usize,
    /// The line without the blanks around it.
    pub text: &'t str,
    /// What it changes.
    pub command: Command,
    /// What it says in vain.
    pub notes: Vec<Note>,
}

/// Reads the rules of a text, one after the other. Lines may begin with the word `ipvsadm`;
/// empty ones and those that begin with `#` say nothing.
pub fn rules<'t>(
    text: &'t str,
    names: &'t dyn Names,
) -> impl Iterator<Item = Result<Rule<'t>, RuleError>> + 't {
    text.lines().enumerate().filter_map(move |(index, line)| rule(index + 1, line.trim(), names).transpose())
}

fn rule<'t>(line: usize, text: &'t str, names: &dyn Names) -> Result<Option<Rule<'t>>, RuleError> {
    let mut words = text.split_ascii_whitespace().peekable();
    words.next_if_eq(&"ipvsadm");
    if words.peek().is_none_or(|word| word.starts_with('#')) {
        return Ok(None);
    }
    let wrong = |problem| RuleError { line, text: text.to_owned(), problem };
    let parsed = Operation::parse(words, names).map_err(|error| wrong(error.into()))?;
    let Operation::Change(command) = parsed.operation else { return Err(wrong(Problem::NoChange)) };
    Ok(Some(Rule { line, text, command, notes: parsed.notes }))
}

/// The table that a text in the form of `-S` describes.
///
/// # Errors
///
/// [`RuleError`] with the first line that does not fit.
pub fn desired(text: &str, names: &dyn Names) -> Result<Table, RuleError> {
    let mut table = Table::new();
    let (mut services, mut servers) = (HashSet::new(), HashSet::new());
    for rule in rules(text, names) {
        let Rule { line, text, command, .. } = rule?;
        let wrong = |problem| RuleError { line, text: text.to_owned(), problem };
        match command {
            Command::NewService { key, service } => {
                if !services.insert(key.normalized()) {
                    return Err(wrong(Problem::Twice));
                }
                table.insert(key, service);
            }
            Command::NewDestination { service, key, destination } => {
                if !servers.insert((service.normalized(), key)) {
                    return Err(wrong(Problem::Twice));
                }
                if !table.insert_destination(service, key, destination) {
                    return Err(wrong(Problem::NoService));
                }
            }
            Command::SetService { .. }
            | Command::DeleteService { .. }
            | Command::SetDestination { .. }
            | Command::DeleteDestination { .. }
            | Command::ZeroService { .. }
            | Command::Zero
            | Command::StartSync(_)
            | Command::StopSync(_)
            | Command::SetTimeouts(_)
            | Command::Flush
            | _ => return Err(wrong(Problem::NotDesired)),
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::NoNames;

    #[test]
    fn comments_empty_lines_and_the_programs_name_say_nothing() {
        let text = "# comment\n\n  -A -t 10.0.0.1:80 -s rr\nipvsadm\nipvsadm -A -t 10.0.0.2:80\n\t-C\t \r\n";
        let found: Vec<_> =
            rules(text, &NoNames).map(|rule| rule.map(|rule| (rule.line, rule.text))).collect();
        let want = [(3, "-A -t 10.0.0.1:80 -s rr"), (5, "ipvsadm -A -t 10.0.0.2:80"), (6, "-C")];
        assert_eq!(found, want.map(Ok));
    }

    #[test]
    fn a_bad_line_has_its_number_and_its_text() {
        let text = "-A -t 10.0.0.1:80\n-A -t nowhere\n-L -n\n-a -t 10.0.0.1:80 -r 10.0.0.2 --tcp\n";
        let errors: Vec<_> =
            rules(text, &NoNames).filter_map(Result::err).map(|error| error.to_string()).collect();
        assert_eq!(
            errors,
            [
                "line 2: --tcp-service cannot be `nowhere`: it wants ADDRESS[:PORT], an address of IPv6 in \
                 brackets: -A -t nowhere",
                "line 3: this is no change of the table: -L -n",
                "line 4: --tcp: unknown flag: -a -t 10.0.0.1:80 -r 10.0.0.2 --tcp",
            ]
        );
    }

    #[test]
    fn a_file_of_what_should_be_holds_each_thing_once_and_services_first() {
        #[rustfmt::skip]
        let cases = [
            ("-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.0.0.2 -m\n",                                    None),
            ("-a -t 10.0.0.1:80 -r 10.0.0.2 -m\n-A -t 10.0.0.1:80\n",                                    Some((1, Problem::NoService))),
            ("-A -t 10.0.0.1:80\n-A -t 10.0.0.1:80 -s rr\n",                                             Some((2, Problem::Twice))),
            ("-A -f 1\n-a -f 1 -r 10.0.0.2 -m\n-a -f 1 -r 10.0.0.2 -g\n",                                Some((3, Problem::Twice))),
            ("-A -f 1\n-C\n",                                                                           Some((2, Problem::NotDesired))),
        ];
        for (text, want) in cases {
            let got = desired(text, &NoNames).err().map(|error| (error.line, error.problem));
            assert_eq!(got, want, "{text}");
        }
    }
}
