//! Words of a command line as flags with their values, by popt's rules.

use core::iter::Peekable;

use super::flag::{Flag, Value};
use super::usage::UsageError;

/// What the words said: flags in their order, and what is left over.
#[derive(Debug, Default)]
pub(crate) struct Given<'a> {
    flags: Vec<(Flag, Option<&'a str>)>,
    /// Words that belong to no flag.
    pub(crate) rest: Vec<&'a str>,
}

impl<'a> Given<'a> {
    /// Reads the words after the program's name.
    ///
    /// `-Ln` is `-L -n`, `-t10.0.0.1:80`, `-t=10.0.0.1:80` and `--tcp-service=10.0.0.1:80` hold
    /// their values, `--` ends the flags. What follows a flag that wants a value is its value.
    pub(crate) fn read(words: impl IntoIterator<Item = &'a str>) -> Result<Self, UsageError> {
        let mut words = words.into_iter().peekable();
        let mut given = Self { flags: Vec::with_capacity(8), rest: Vec::new() };
        let mut flags_ended = false;
        while let Some(word) = words.next() {
            match word.strip_prefix('-') {
                _ if flags_ended => given.rest.push(word),
                None | Some("") => given.rest.push(word),
                Some("-") => flags_ended = true,
                Some(short) => match short.strip_prefix('-') {
                    Some(long) => given.long(long, &mut words)?,
                    None => given.short(short, &mut words)?,
                },
            }
        }
        Ok(given)
    }

    fn long<I>(&mut self, long: &'a str, words: &mut Peekable<I>) -> Result<(), UsageError>
    where
        I: Iterator<Item = &'a str>,
    {
        let (word, attached) = match long.split_once('=') {
            Some((word, value)) => (word, Some(value)),
            None => (long, None),
        };
        let unknown = || UsageError::UnknownFlag(format!("--{word}"));
        let flag = Flag::by_word(word).ok_or_else(unknown)?;
        self.add(flag, attached, words)
    }

    fn short<I>(&mut self, letters: &'a str, words: &mut Peekable<I>) -> Result<(), UsageError>
    where
        I: Iterator<Item = &'a str>,
    {
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            let flag =
                Flag::by_letter(letter).ok_or_else(|| UsageError::UnknownFlag(format!("-{letter}")))?;
            if flag.value() == Value::No {
                self.add(flag, None, words)?;
                continue;
            }
            let attached = rest.as_str();
            let attached = attached.strip_prefix('=').or((!attached.is_empty()).then_some(attached));
            return self.add(flag, attached, words);
        }
        Ok(())
    }

    fn add<I>(
        &mut self,
        flag: Flag,
        attached: Option<&'a str>,
        words: &mut Peekable<I>,
    ) -> Result<(), UsageError>
    where
        I: Iterator<Item = &'a str>,
    {
        let value = match (flag.value(), attached) {
            (Value::No, None) => None,
            (Value::No, Some(_)) => return Err(UsageError::NoValueWanted(flag)),
            (Value::Yes | Value::Optional, Some(value)) => Some(value),
            (Value::Yes, None) => Some(words.next().ok_or(UsageError::ValueMissing(flag))?),
            (Value::Optional, None) => words.next_if(|next| !next.starts_with('-')),
        };
        // --sort is the default and may be said as often as anyone likes.
        if self.has(flag) && flag != Flag::Sort {
            return Err(UsageError::Twice(flag));
        }
        self.flags.push((flag, value));
        Ok(())
    }

    /// The flags in the order in which they were given.
    pub(crate) fn flags(&self) -> impl Iterator<Item = Flag> + '_ {
        self.flags.iter().map(|(flag, _)| *flag)
    }

    /// Whether a flag was given.
    pub(crate) fn has(&self, flag: Flag) -> bool {
        self.flags().any(|given| given == flag)
    }

    /// The value that a flag was given with.
    pub(crate) fn value(&self, flag: Flag) -> Option<&'a str> {
        self.flags.iter().find(|(given, _)| *given == flag).and_then(|(_, value)| *value)
    }

    /// The one flag of several that exclude each other.
    pub(crate) fn one_of(&self, flags: &[Flag]) -> Result<Option<Flag>, UsageError> {
        let mut found = self.flags().filter(|flag| flags.contains(flag));
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (Some(one), Some(other)) => Err(UsageError::Conflict(one, other)),
            (None, Some(_)) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Vec<(Flag, Option<&str>)>, UsageError> {
        Given::read(line.split(' ')).map(|given| given.flags)
    }

    #[test]
    fn words_are_split_as_popt_does() {
        use Flag::*;
        type Case<'a> = (&'a str, &'a [(Flag, Option<&'a str>)]);
        #[rustfmt::skip]
        let cases: &[Case<'_>] = &[
            ("-Ln",                     &[(List, None), (Numeric, None)]),
            ("-At 10.0.0.1:80",         &[(AddService, None), (TcpService, Some("10.0.0.1:80"))]),
            ("-At10.0.0.1:80 -srr",     &[(AddService, None), (TcpService, Some("10.0.0.1:80")), (Scheduler, Some("rr"))]),
            ("-t=10.0.0.1:80",          &[(TcpService, Some("10.0.0.1:80"))]),
            ("--tcp-service=10.0.0.1",  &[(TcpService, Some("10.0.0.1"))]),
            ("-tcp-service 1",          &[(TcpService, Some("cp-service"))]),
            ("-p -s rr",                &[(Persistent, None), (Scheduler, Some("rr"))]),
            ("-p 20 -s rr",             &[(Persistent, Some("20")), (Scheduler, Some("rr"))]),
            ("-op55",                   &[(Ops, None), (Persistent, Some("55"))]),
            ("--persistent=20",         &[(Persistent, Some("20"))]),
            ("-s rr -p",                &[(Scheduler, Some("rr")), (Persistent, None)]),
            ("-f -1",                   &[(FwmarkService, Some("-1"))]),
        ];
        for (line, want) in cases {
            assert_eq!(read(line).as_deref(), Ok(*want), "{line}");
        }
    }

    #[test]
    fn what_popt_does_not_know_is_refused() {
        use UsageError::*;
        assert_eq!(read("-Q"), Err(UnknownFlag("-Q".to_owned())));
        assert_eq!(read("--tcp 10.0.0.1"), Err(UnknownFlag("--tcp".to_owned())));
        assert_eq!(read("-A -t"), Err(ValueMissing(Flag::TcpService)));
        assert_eq!(read("--numeric=1"), Err(NoValueWanted(Flag::Numeric)));
        assert_eq!(read("-Lnn"), Err(Twice(Flag::Numeric)));
    }

    #[test]
    fn words_behind_two_dashes_are_no_flags() {
        let given = Given::read(["--set", "1", "--", "-2", "-"]).unwrap();
        assert_eq!(given.rest, ["1", "-2", "-"]);
        assert!(given.has(Flag::Set));
    }
}
