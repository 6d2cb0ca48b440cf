//! The judge of one check: when to probe and what to believe.

use alloc::collections::VecDeque;
use core::time::Duration;

use crate::damping::Penalty;
use crate::policy::Stage;
use crate::{Damping, Failure, Instant, LocalProblem, Outcome, Policy, Sequence};

mod reconfigure;

/// What a check is configured to do.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Config {
    /// When to probe, and how many results decide.
    pub policy: Policy,
    /// `alpha`: down until the first success. Without it the check starts as up.
    pub alpha: bool,
    /// One target, or several in turn.
    pub sequence: Sequence,
    /// Hold the check down while it flaps; keepalived never does.
    pub damping: Option<Damping>,
    /// What [`Policy::jitter_percent`] is drawn from: the same seed, the same times.
    pub seed: u64,
}

impl Config {
    /// keepalived's way: no damping, no jitter.
    #[must_use]
    pub const fn keepalived(policy: Policy, alpha: bool, sequence: Sequence) -> Self {
        Self { policy, alpha, sequence, damping: None, seed: 0 }
    }
}

/// Whether something counts as working.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Health {
    /// It does not.
    Down,
    /// It does.
    Up,
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Input {
    /// Begin: the first probe comes after `delay`, for instance [`spread`](crate::spread) of
    /// keepalived's `warmup`. Without effect once started.
    Start {
        /// Until the first probe.
        delay: Duration,
    },
    /// The probe that was asked for is over. Whoever runs probes owes one result for each
    /// [`Output::StartProbe`], after a time-out at the latest.
    ProbeResult(Outcome),
    /// Start no probes for now (`ha_suspend`). A probe under way still counts.
    Suspend,
    /// Probe again. The rhythm is the one from before, so that checks suspended together do not
    /// resume in a burst.
    Resume,
}

/// One thing to do or to know.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Output {
    /// Probe now, and report with [`Input::ProbeResult`]. Never sent again before that.
    StartProbe {
        /// Which of [`Sequence::Rotation`]'s targets, from 0; 0 for [`Sequence::Single`].
        target: u16,
    },
    /// The check came up or went down.
    Transition(Transition),
    /// Something worth a counter or a line in the log; nothing has to be done.
    Event(Event),
}

/// A change of health with its reason.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Transition {
    /// Down before, up now: every target succeeded, often enough.
    Up {
        /// Successful checks in a row, this one included; 1 if it was the first check ever.
        successes: u32,
    },
    /// Up before, down now.
    Down {
        /// What the last probe said.
        cause: Failure,
        /// Failures in a row, this one included; 1 if it was the first probe ever.
        failures: u32,
    },
}

/// Something the caller may count or log.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A probe failed and changed nothing: retries are left, or the check was down already.
    ProbeFailed {
        /// Why.
        cause: Failure,
        /// How many more failures the check endures; `None` if it is down.
        retries_left: Option<u32>,
    },
    /// A check succeeded and did not bring it up yet.
    Rising {
        /// How many more successes it takes.
        successes_left: u32,
    },
    /// A check succeeded often enough, but has flapped too much to be believed yet ([`Damping`]).
    Damped,
    /// The probe took so long that this many were left out ([`Pace::FromStart`](crate::Pace::FromStart)).
    Overrun {
        /// How many.
        missed: u64,
    },
    /// The first check ever was done and found what was assumed: up, or with `alpha` down.
    /// keepalived runs `notify_down` in the second case.
    Confirmed(Health),
    /// The probe could not be made; nothing is known.
    NotProbed(LocalProblem),
    /// A result came that nobody had asked for; it was ignored.
    UnexpectedResult,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Phase {
    /// Not started.
    Idle,
    Waiting {
        due: Instant,
    },
    /// There is no timer here, so there cannot be a second probe.
    Probing {
        since: Instant,
    },
}

/// When to probe one service of one server, and whether to believe that it works.
///
/// keepalived's judgement (`TCP_CHECK`, `HTTP_GET` and their kin) unless [`Policy`] says more. While
/// up, `retry` further failures at `delay_before_retry` are endured; the very first result decides
/// at once, either way; while down, one success of everything brings it up.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Checker {
    config: Config,
    health: Health,
    /// Whether the first check is done; until then nothing is endured.
    confirmed: bool,
    /// In a row, while up or not confirmed.
    failures: u32,
    /// In a row, while down.
    successes: u32,
    penalty: Penalty,
    /// Waits that were drawn so far; stays 0 without jitter.
    draws: u64,
    target: u16,
    /// Whether `target` is tried alone because it took the check down.
    alone: bool,
    phase: Phase,
    suspended: bool,
    outputs: VecDeque<Output>,
}

impl Checker {
    /// A check that is not started yet.
    #[must_use]
    pub const fn new(config: Config) -> Self {
        Self {
            health: if config.alpha { Health::Down } else { Health::Up },
            config,
            confirmed: false,
            failures: 0,
            successes: 0,
            penalty: Penalty::NONE,
            draws: 0,
            target: 0,
            alone: false,
            phase: Phase::Idle,
            suspended: false,
            outputs: VecDeque::new(),
        }
    }

    /// A check that is not started yet, of which an earlier one has found `health` already (a
    /// reload): retries count from the first probe.
    #[must_use]
    pub fn resumed(config: Config, health: Health) -> Self {
        let alone = matches!((health, config.sequence), (Health::Down, Sequence::Rotation { .. }));
        Self { health, confirmed: true, alone, ..Self::new(config) }
    }

    /// What the check says now.
    #[must_use]
    pub const fn health(&self) -> Health {
        self.health
    }

    /// Whether that comes from probes; before, it is an assumption.
    #[must_use]
    pub const fn is_confirmed(&self) -> bool {
        self.confirmed
    }

    /// What it is configured to do.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Whether the next probe may change something: nothing is confirmed yet, it is down, or it
    /// endures failures. Where not all probes can be made at once, these come first.
    #[must_use]
    pub const fn is_doubtful(&self) -> bool {
        !self.confirmed || self.failures > 0 || matches!(self.health, Health::Down)
    }

    /// Whether a probe is under way.
    #[must_use]
    pub const fn is_probing(&self) -> bool {
        matches!(self.phase, Phase::Probing { .. })
    }

    /// Applies one input at `now`.
    pub fn handle_input(&mut self, now: Instant, input: Input) {
        match (input, self.phase) {
            (Input::Start { delay }, Phase::Idle) => self.phase = Phase::Waiting { due: now + delay },
            (Input::Start { .. }, Phase::Waiting { .. } | Phase::Probing { .. }) => {}
            (Input::ProbeResult(outcome), Phase::Probing { since }) => {
                let delay = match outcome {
                    Outcome::Success => self.succeed(now),
                    Outcome::Failure(cause) => self.fail(now, cause),
                    Outcome::NotProbed(problem) => {
                        self.event(Event::NotProbed(problem));
                        self.config.policy.delay_loop
                    }
                };
                let delay = self.config.policy.vary(delay, self.config.seed, &mut self.draws);
                let (due, missed) = self.config.policy.pace.next(since, now, delay);
                if missed > 0 {
                    self.event(Event::Overrun { missed });
                }
                self.phase = Phase::Waiting { due };
            }
            (Input::ProbeResult(_), Phase::Idle | Phase::Waiting { .. }) => {
                self.event(Event::UnexpectedResult);
            }
            (Input::Suspend, _) => self.suspended = true,
            (Input::Resume, Phase::Waiting { due }) if self.suspended => {
                self.suspended = false;
                self.phase = Phase::Waiting { due: self.next_tick(due, now) };
            }
            (Input::Resume, _) => self.suspended = false,
        }
    }

    /// Asks for a probe if one is due at `now`. Calling it early or twice does nothing; after a
    /// long sleep there is one probe, not the backlog.
    pub fn handle_timeout(&mut self, now: Instant) {
        match self.phase {
            Phase::Waiting { due } if due <= now && !self.suspended => {
                self.phase = Phase::Probing { since: now };
                self.outputs.push_back(Output::StartProbe { target: self.target });
            }
            Phase::Idle | Phase::Waiting { .. } | Phase::Probing { .. } => {}
        }
    }

    /// Takes the oldest pending output. Drain to `None` after every `handle_*` call: one call
    /// makes two outputs at most.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        if self.outputs.is_empty() {
            // Room for a few is a third of what a check takes, and thousands wait for most of the time.
            self.outputs = VecDeque::new();
        }
        output
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next; `None` while a probe is under
    /// way, while suspended and before the start.
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Waiting { due } if !self.suspended => Some(due),
            Phase::Idle | Phase::Waiting { .. } | Phase::Probing { .. } => None,
        }
    }

    /// Returns the delay to the next probe.
    fn succeed(&mut self, now: Instant) -> Duration {
        self.failures = 0;
        let Sequence::Rotation { targets, fast_recovery } = self.config.sequence else {
            self.complete(now);
            return self.config.policy.interval(self.stage());
        };
        if self.alone {
            // The target that took the check down is back; now all have to answer, from the first.
            self.alone = false;
            self.target = 0;
        } else {
            self.target = self.target.saturating_add(1);
            if self.target >= targets.get() {
                self.target = 0;
                self.complete(now);
            }
        }
        if fast_recovery && !(self.confirmed && self.health == Health::Up) {
            return Duration::ZERO;
        }
        self.config.policy.interval(self.stage())
    }

    /// All targets have succeeded.
    fn complete(&mut self, now: Instant) {
        let first = !core::mem::replace(&mut self.confirmed, true);
        if self.health == Health::Up {
            if first {
                self.event(Event::Confirmed(Health::Up));
            }
            return;
        }
        self.successes = self.successes.saturating_add(1);
        let needed = if first { 1 } else { self.config.policy.rise };
        if let Some(successes_left) = needed.checked_sub(self.successes).filter(|left| *left > 0) {
            self.event(Event::Rising { successes_left });
            return;
        }
        if let Some(damping) = self.config.damping
            && self.penalty.holds(&damping, now)
        {
            self.event(Event::Damped);
            return;
        }
        self.health = Health::Up;
        let successes = core::mem::take(&mut self.successes);
        self.outputs.push_back(Output::Transition(Transition::Up { successes }));
    }

    /// Returns the delay to the next probe.
    fn fail(&mut self, now: Instant, cause: Failure) -> Duration {
        let policy = self.config.policy;
        self.successes = 0;
        let failures = self.failures.saturating_add(1);
        if !self.confirmed && failures < policy.initial_failures {
            let retries_left = Some(policy.initial_failures - failures - 1);
            self.failures = failures;
            self.event(Event::ProbeFailed { cause, retries_left });
            return policy.delay_before_retry;
        }
        let first = !core::mem::replace(&mut self.confirmed, true);
        match self.health {
            Health::Up => {
                let endured = if first { None } else { policy.after_failure(failures) };
                if let Some(delay) = endured {
                    self.failures = failures;
                    let retries_left = Some(policy.retry.saturating_sub(failures));
                    self.event(Event::ProbeFailed { cause, retries_left });
                    return delay;
                }
                self.failures = 0;
                self.health = Health::Down;
                self.alone = true;
                if let Some(damping) = self.config.damping {
                    self.penalty.add(&damping, now);
                }
                self.outputs.push_back(Output::Transition(Transition::Down { cause, failures }));
            }
            Health::Down if first => {
                self.failures = 0;
                self.alone = true;
                self.event(Event::Confirmed(Health::Down));
            }
            Health::Down => self.event(Event::ProbeFailed { cause, retries_left: None }),
        }
        match self.config.sequence {
            Sequence::Single => {
                self.alone = false;
                policy.interval(Stage::Down)
            }
            Sequence::Rotation { .. } if self.alone => {
                policy.interval(Stage::Down).max(policy.delay_before_retry)
            }
            // Another target than the one that took the check down: keepalived holds on to it
            // at the pace of retries.
            Sequence::Rotation { .. } => policy.delay_before_retry,
        }
    }

    const fn stage(&self) -> Stage {
        match self.health {
            Health::Up => Stage::Up,
            Health::Down if self.successes > 0 => Stage::Rising,
            Health::Down => Stage::Down,
        }
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    /// The first of `due`, `due + delay_loop`, `due + 2 × delay_loop` … that is not past.
    /// keepalived's suspended checks keep ticking in this rhythm; we only compute it.
    fn next_tick(&self, due: Instant, now: Instant) -> Instant {
        let nanos = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let late = nanos(now.saturating_since(due));
        match late.checked_rem(nanos(self.config.policy.delay_loop)) {
            _ if late == 0 => due,
            None | Some(0) => now,
            Some(past) => now + self.config.policy.delay_loop.saturating_sub(Duration::from_nanos(past)),
        }
    }
}
