//! What servers are told, and whether they have heard it.

use core::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};
use std::sync::Arc;

use tokio::sync::watch;

use super::{
    cases::{CASES, Case, Conduct, address},
    watched::numbered,
};

/// A server's part.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) address: SocketAddr,
    /// The step, and how to behave in it.
    pub(super) told: watch::Receiver<(usize, Conduct)>,
    /// The step in which it is.
    pub(super) heard: Arc<AtomicUsize>,
}

/// Every server of every case; without it they are gone.
#[derive(Debug)]
pub(super) struct Stage(Vec<Vec<Role>>);

#[derive(Debug)]
struct Role {
    tell: watch::Sender<(usize, Conduct)>,
    heard: Arc<AtomicUsize>,
}

impl Stage {
    pub(super) fn new() -> Self {
        let role = |conduct: &Conduct| Role {
            tell: watch::Sender::new((0, *conduct)),
            heard: Arc::new(AtomicUsize::new(usize::MAX)),
        };
        let roles = |case: &Case| case.steps[0].1.iter().map(role).collect();
        Self(CASES.iter().map(roles).collect())
    }

    /// All parts, for those who play them.
    pub(super) fn parts(&self) -> Vec<Part> {
        let parts = |((number, _), roles): ((usize, _), &Vec<Role>)| {
            let part = |(place, role): (usize, &Role)| Part {
                address: address(number, place),
                told: role.tell.subscribe(),
                heard: Arc::clone(&role.heard),
            };
            roles.iter().enumerate().map(part).collect::<Vec<_>>()
        };
        numbered().zip(&self.0).flat_map(parts).collect()
    }

    /// Case `number` is in `step` from now on.
    pub(super) fn tell(&self, number: usize, step: usize, conducts: &[Conduct]) {
        for (role, conduct) in self.0[number - 1].iter().zip(conducts) {
            role.tell.send_replace((step, *conduct));
        }
    }

    /// Whether all servers of case `number` behave as they are to in `step`.
    pub(super) fn have_heard(&self, number: usize, step: usize) -> bool {
        self.0[number - 1].iter().all(|role| role.heard.load(Ordering::SeqCst) == step)
    }
}
