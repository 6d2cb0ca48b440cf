//! Probes that need nothing but TCP, as seen by whoever makes thousands of them at once.

use core::fmt;
use core::time::Duration;

use super::{ConnectTo, ExchangeProbe, HttpProbe, TcpProbe};
use crate::{Exchange, HttpExchange, HttpReport};

/// What a probe does, where that is a connection over TCP and at most one dialogue in clear text.
///
/// [`Probe::over_tcp`](crate::Probe::over_tcp) of this crate's probes gives it; a probe that stands for another one
/// hands on that one's.
#[derive(Clone, Copy)]
pub struct OverTcp<'a>(pub(crate) Kind<'a>);

#[derive(Clone, Copy)]
pub(crate) enum Kind<'a> {
    /// The connection is all.
    Connection(&'a TcpProbe),
    /// There is something to be said.
    Dialogue(&'a dyn DialogueProbe),
}

/// A probe that carries one dialogue.
pub(crate) trait DialogueProbe: Send + Sync {
    fn connect(&self) -> &ConnectTo;

    /// How long all of it may take.
    fn deadline(&self) -> Duration;

    /// A dialogue that has not begun.
    fn dialogue(&self) -> Box<dyn Dialogue>;
}

/// An exchange with what is reported of it besides the outcome.
pub(crate) trait Dialogue: Send {
    fn exchange(&mut self) -> &mut dyn Exchange;

    fn http(&self) -> Option<HttpReport>;
}

impl DialogueProbe for HttpProbe {
    fn connect(&self) -> &ConnectTo {
        &self.connect
    }

    fn deadline(&self) -> Duration {
        self.deadline
    }

    fn dialogue(&self) -> Box<dyn Dialogue> {
        Box::new(Page(HttpExchange::new(&self.request, self.expect.clone())))
    }
}

impl<E: Exchange + Clone + Send + Sync + 'static> DialogueProbe for ExchangeProbe<E> {
    fn connect(&self) -> &ConnectTo {
        &self.connect
    }

    fn deadline(&self) -> Duration {
        self.deadline
    }

    fn dialogue(&self) -> Box<dyn Dialogue> {
        Box::new(self.exchange.clone())
    }
}

/// What an [`HttpProbe`] asks for.
struct Page(HttpExchange);

impl Dialogue for Page {
    fn exchange(&mut self) -> &mut dyn Exchange {
        &mut self.0
    }

    fn http(&self) -> Option<HttpReport> {
        Some(self.0.report())
    }
}

impl<E: Exchange + Send> Dialogue for E {
    fn exchange(&mut self) -> &mut dyn Exchange {
        self
    }

    fn http(&self) -> Option<HttpReport> {
        None
    }
}

impl fmt::Debug for OverTcp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, connect) = match self.0 {
            Kind::Connection(probe) => ("Connection", &probe.connect),
            Kind::Dialogue(probe) => ("Dialogue", probe.connect()),
        };
        f.debug_tuple(kind).field(connect).finish()
    }
}
