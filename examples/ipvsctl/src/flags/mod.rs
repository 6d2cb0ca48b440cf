//! ipvsadm's command line, which is also the language of its rules.

mod build;
mod daemon;
mod flag;
mod listing;
mod server;
mod service;
mod usage;
mod words;

use ipvs_netlink::Command;

pub use flag::Flag;
pub use listing::{Columns, Listing, View};
pub use usage::{Note, UsageError};

use crate::names::Names;

/// What a command line asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// A change of the kernel's table, its time-outs or its daemons.
    Change(Command),
    /// `-L`.
    List(Listing),
    /// `-S`: rules to standard output.
    Save {
        /// Without `-n`: names instead of numbers.
        names: bool,
    },
    /// `-R`: rules from standard input.
    Restore,
    /// `-h`.
    Help,
    /// `-v`.
    Version,
}

/// A command line that makes sense.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Parsed {
    /// What to do.
    pub operation: Operation,
    /// What was said in vain.
    pub notes: Vec<Note>,
}

impl Operation {
    /// Reads the words of ipvsadm's command line, or of one line of its rules, without the
    /// program's name. Flags may come in any order.
    ///
    /// # Errors
    ///
    /// [`UsageError`] says what makes no sense.
    ///
    /// # Examples
    ///
    /// ```
    /// use ipvsctl::{NoNames, Operation};
    /// use ipvs_netlink::{Command, Service, ServiceKey};
    ///
    /// let parsed = Operation::parse("-A -t 192.0.2.1:80 -s rr".split(' '), &NoNames).unwrap();
    /// let key = ServiceKey::tcp("192.0.2.1:80".parse().unwrap());
    /// let service = Service::new("rr".parse().unwrap());
    /// assert_eq!(parsed.operation, Operation::Change(Command::NewService { key, service }));
    /// ```
    pub fn parse<'a>(
        words: impl IntoIterator<Item = &'a str>,
        names: &dyn Names,
    ) -> Result<Parsed, UsageError> {
        build::operation(words, names)
    }
}
