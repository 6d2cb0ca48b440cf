//! Script commands: splitting them, and asking the host about them.

use core::cell::OnceCell;
use std::ffi::OsString;

use super::reader::{Reader, Statement, Word};
use super::value::IGNORED;
use crate::lexer::command_words;
use crate::model::{ScriptCommand, ScriptUser};
use crate::{Diagnostic, Facts, Problem, ScriptStatus, Span};

/// A command and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Written<T = ScriptCommand> {
    /// Apart, because most of the places for a command are empty, and there can be many thousands.
    pub(super) value: Box<T>,
    pub(super) span: Span,
}

impl Reader<'_> {
    /// A command with an optional user behind it: `CMD [USER [[:]GROUP]]`.
    pub(super) fn command(&mut self, facts: &dyn Facts, line: &Statement<'_>) -> Option<Written> {
        let (args, user, span) = self.command_and_user(line)?;
        let user = match user.as_slice() {
            [user, group @ ..] => {
                Some(Box::new(self.known_user(facts, span, user, group.first().map(Vec::as_slice))?))
            }
            [] => None,
        };
        Some(Written { value: Box::new(ScriptCommand { args, user }), span })
    }

    /// The same where keepalived says of an unknown user only in its log that it drops the command.
    pub(super) fn silent_command(&mut self, facts: &dyn Facts, line: &Statement<'_>) -> Option<Written> {
        let (args, user, span) = self.command_and_user(line)?;
        let mut words = user.iter().map(|word| String::from_utf8_lossy(word).into_owned());
        let user = match words.next() {
            Some(user) => Some(Box::new(self.silently_known_user(facts, span, user, words.next())?)),
            None => None,
        };
        Some(Written { value: Box::new(ScriptCommand { args, user }), span })
    }

    /// `USER [[:]GROUP]` where keepalived says only in its log that there is none.
    pub(super) fn silently_known_user(
        &mut self,
        facts: &dyn Facts,
        at: Span,
        user: String,
        group: Option<String>,
    ) -> Option<ScriptUser> {
        let group = group.map(|group| group.strip_prefix(':').unwrap_or(&group).to_owned());
        let unknown = if !facts.user_exists(&user) {
            Some(format!("there is no user '{user}'"))
        } else {
            let group = group.as_ref().filter(|group| !facts.group_exists(group));
            group.map(|group| format!("there is no group '{group}'"))
        };
        if let Some(what) = unknown {
            self.adjusted(at, what, IGNORED, false);
            return None;
        }
        Some(ScriptUser { user, group })
    }

    fn command_and_user(&mut self, line: &Statement<'_>) -> Option<(Vec<OsString>, Vec<Vec<u8>>, Span)> {
        let (mut words, span) = self.command_line(line)?;
        let user = words.split_off(words.len().min(1));
        let args = self.split_again(words.first()?, span)?;
        Some((args, user, span))
    }

    /// A command with nothing behind it. Whoever forgets the quotes loses the arguments, as in keepalived.
    pub(super) fn bare_command(&mut self, line: &Statement<'_>, keyword: &'static str) -> Option<Written> {
        let (words, span) = self.command_line(line)?;
        let first = words.first()?;
        if words.len() > 1 {
            let from = line.arg(2).map_or(span, |word| word.span.to(line.span()));
            let advice = format!("put the whole command in quotes: {keyword} \"{}\"", shown(&words));
            self.advise(
                Diagnostic::new(from, Problem::ExtraArguments { keyword, reported: false }).suggest(advice),
            );
        }
        let args = self.split_again(first, span)?;
        Some(Written { value: Box::new(ScriptCommand { args, user: None }), span })
    }

    /// `user`, `script_user`: `USER [[:]GROUP]`.
    pub(super) fn user(&mut self, facts: &dyn Facts, line: &Statement<'_>) -> Option<ScriptUser> {
        let user = line.arg(1)?;
        let group = line.arg(2);
        self.known_user(facts, user.span, &user.text, group.as_ref().map(|word| &*word.text))
    }

    fn known_user(
        &mut self,
        facts: &dyn Facts,
        at: Span,
        user: &[u8],
        group: Option<&[u8]>,
    ) -> Option<ScriptUser> {
        let lossy = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        let user = lossy(user);
        if !facts.user_exists(&user) {
            self.report(at, Problem::Undefined { kind: "user", name: user });
            return None;
        }
        let group = group.map(|group| lossy(group.strip_prefix(b":").unwrap_or(group)));
        if let Some(name) = group.clone().filter(|group| !facts.group_exists(group)) {
            self.report(at, Problem::Undefined { kind: "group", name });
            return None;
        }
        Some(ScriptUser { user, group })
    }

    fn command_line(&mut self, line: &Statement<'_>) -> Option<(Vec<Vec<u8>>, Span)> {
        let (text, span) = line.rest();
        let words = command_words(text);
        if words.is_none() {
            self.report(span, Problem::UnterminatedQuote);
        }
        Some((words?, span))
    }

    /// What was one word in quotes is a command line of its own.
    fn split_again(&mut self, command: &[u8], span: Span) -> Option<Vec<OsString>> {
        let words = command_words(command);
        match words {
            None => self.report(span, Problem::UnterminatedQuote),
            Some(ref words) if words.is_empty() => {
                self.adjusted(span, "there is no command in these quotes", IGNORED, false);
            }
            Some(_) => {}
        }
        let words = words.filter(|words| !words.is_empty())?;
        Some(words.into_iter().map(os_string).collect())
    }
}

fn shown(words: &[Vec<u8>]) -> String {
    let words: Vec<_> = words.iter().map(|word| String::from_utf8_lossy(word)).collect();
    words.join(" ")
}

/// Text as the operating system takes it.
pub(super) fn os_string(text: Vec<u8>) -> OsString {
    #[cfg(unix)]
    {
        std::os::unix::ffi::OsStringExt::from_vec(text)
    }
    #[cfg(not(unix))]
    {
        String::from_utf8_lossy(&text).into_owned().into()
    }
}

/// A word as the operating system takes it.
pub(super) fn os_word(word: &Word<'_>) -> OsString {
    os_string(word.text.to_vec())
}

/// Asks about every script, once the user is known that scripts run as.
pub(super) struct ScriptCheck<'a> {
    facts: &'a dyn Facts,
    script_user: Option<&'a ScriptUser>,
    /// The user for want of another one, once somebody has asked: that may read files.
    fallback: OnceCell<Option<ScriptUser>>,
    security: bool,
    /// The first script that would be run.
    first: Option<Span>,
    pub(super) findings: Vec<Diagnostic>,
}

impl<'a> ScriptCheck<'a> {
    pub(super) fn new(facts: &'a dyn Facts, script_user: Option<&'a ScriptUser>, security: bool) -> Self {
        Self { facts, script_user, fallback: OnceCell::new(), security, first: None, findings: Vec::new() }
    }

    /// Who runs a script that names nobody.
    fn default_user(&self) -> Option<&ScriptUser> {
        let fallback = || {
            let user = "keepalived_script";
            self.facts.user_exists(user).then(|| ScriptUser { user: user.to_owned(), group: None })
        };
        self.script_user.or_else(|| self.fallback.get_or_init(fallback).as_ref())
    }

    /// Whether the script can be run. `tracked` scripts are missed aloud, others silently by keepalived.
    pub(super) fn usable(
        &mut self,
        command: &ScriptCommand,
        user: Option<&ScriptUser>,
        at: Span,
        tracked: bool,
    ) -> bool {
        let user = command.user.as_deref().or(user).or_else(|| self.default_user());
        let args = || command.args.iter().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ");
        if user.is_none() && self.security {
            // It would run as root, which is what script security is there to prevent.
            let advice = "set script_user in global_defs, or make a user keepalived_script";
            let problem = Problem::NoScriptUser { command: args() };
            self.findings.push(Diagnostic::new(at, problem).suggest(advice));
            return false;
        }
        let status = self.facts.script(command, user);
        let usable = match status {
            ScriptStatus::Ok => true,
            ScriptStatus::Insecure => !self.security,
            ScriptStatus::NotFound | ScriptStatus::NotExecutable => false,
        };
        // keepalived minds the missing script security even for a file that cannot be executed,
        // of which `-t` says nothing.
        if usable || status == ScriptStatus::NotExecutable {
            self.first.get_or_insert(at);
        }
        if !usable {
            let reported = match status {
                ScriptStatus::NotFound => tracked,
                ScriptStatus::Insecure => true,
                ScriptStatus::Ok | ScriptStatus::NotExecutable => false,
            };
            let problem = Problem::ScriptUnusable { command: args(), status, reported };
            self.findings.push(Diagnostic::new(at, problem));
        }
        usable
    }

    /// Takes the command out if it cannot be run.
    pub(super) fn keep(&mut self, command: Option<Written>) -> Option<Box<ScriptCommand>> {
        let Written { value, span } = command?;
        self.usable(&value, None, span, false).then_some(value)
    }

    /// Reports missing script security, once.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        if let Some(at) = self.first.filter(|_| !self.security) {
            let advice = "add enable_script_security and script_user to global_defs";
            self.findings.push(Diagnostic::new(at, Problem::ScriptSecurity).suggest(advice));
        }
        self.findings
    }
}
