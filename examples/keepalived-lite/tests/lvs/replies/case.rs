//! A reply, how it is checked, and what is made of it.

use crate::Program;

/// A server that always says the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    /// Lines of `url`, with semicolons between them.
    pub(super) url: &'static str,
    /// Lines of the check besides, likewise.
    pub(super) lines: &'static str,
    /// The server has something else to say to a request without this.
    pub(super) wants: &'static str,
    pub(super) said: Said,
    pub(super) then: Then,
    pub(super) verdict: Verdict,
}

/// In a text `<N>` is N octets, and where a `~` stands there is a pause.
#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    /// The whole reply to a request.
    Page(&'static str),
    /// The first one at once, each further one after a line of the client.
    Dialogue(&'static [&'static str]),
}

/// What the server does when all is said.
#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    Closes,
    /// Waits for the client to close.
    Holds,
    /// After a pause.
    Resets,
}

/// What the daemons make of a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    Up,
    Down,
    /// For ours, not for keepalived; and why that is better.
    UpHere(&'static str),
    /// For keepalived, not for ours; and why that is better.
    DownHere(&'static str),
}

impl Verdict {
    pub(super) fn is_up(self, program: Program) -> bool {
        match self {
            Self::Up => true,
            Self::Down => false,
            Self::UpHere(_) => program == Program::Ours,
            Self::DownHere(_) => program == Program::Keepalived,
        }
    }

    pub(super) const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Up | Self::Down => None,
            Self::UpHere(reason) | Self::DownHere(reason) => Some(reason),
        }
    }
}

/// How quick every check is. Nothing is tried again: the first failure counts.
const QUICK: &str = "connect_timeout 3;retry 0;delay_before_retry 1;delay_loop 1;warmup 0";

/// A page that is asked for once, and then the server closes.
pub(super) const fn get(name: &'static str, url: &'static str, said: &'static str, verdict: Verdict) -> Case {
    Case { name, url, lines: "", wants: "", said: Said::Page(said), then: Then::Closes, verdict }
}

/// A mail server, which closes after its last word.
pub(super) const fn mail(name: &'static str, said: &'static [&'static str], verdict: Verdict) -> Case {
    Case { name, url: "", lines: "", wants: "", said: Said::Dialogue(said), then: Then::Closes, verdict }
}

impl Case {
    /// How many connections one check of the server takes.
    pub(super) fn connections(&self) -> usize {
        1 + self.lines.matches("url {").count()
    }

    /// As it stands in the file.
    pub(super) fn check(&self) -> String {
        let (lines, url) = (self.lines, self.url);
        let text = match self.said {
            Said::Page(_) => format!("HTTP_GET {{;url {{;path /;{url};}};{lines};{QUICK};}};"),
            Said::Dialogue(_) => format!("SMTP_CHECK {{;{lines};{QUICK};}};"),
        };
        text.replace(';', "\n")
    }
}

/// Of a server and of its service.
pub(super) fn port(number: usize) -> u16 {
    2000 + u16::try_from(number).unwrap()
}
