//! `FILE_CHECK`: files whose numbers weigh on real servers.

use core::future::pending;
use std::collections::HashMap;
use std::path::PathBuf;

use healthcheck::{Contribution, FileRule, FileValue, Health};
use kconf_parser::model::{Config, FileCheck};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

use super::prober::Place;
use crate::tracked_file;

/// The file that a check follows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Followed {
    path: PathBuf,
    rule: FileRule,
}

impl Followed {
    /// The file of `check`, which `config` names.
    #[must_use]
    pub(crate) fn new(check: &FileCheck, config: &Config) -> Option<Self> {
        let file = tracked_file::named(config, &check.track_file)?;
        let rule = FileRule { weight: check.weight, reverse: check.reverse };
        Some(Self { path: file.path.clone(), rule })
    }

    /// What the file says now. keepalived, too, knows it before the first server is balanced.
    #[must_use]
    pub(crate) fn now(&self) -> (Health, Contribution) {
        self.rule.judge(tracked_file::read(&self.path))
    }
}

/// What a file has said about one check: the number, and what it means.
pub(crate) type Word = (Place, FileValue, (Health, Contribution));

/// All files that are followed.
#[derive(Debug)]
pub(crate) struct Files {
    /// Dropping it ends them.
    _watches: JoinSet<()>,
    told: UnboundedReceiver<(usize, FileValue)>,
    /// Who follows each.
    followers: Vec<Vec<(Place, FileRule)>>,
}

impl Files {
    /// Begins to watch the files of these checks, each once; every one tells its number. To be called
    /// inside the runtime.
    #[must_use]
    pub(crate) fn follow(checks: impl IntoIterator<Item = (Place, Followed)>) -> Self {
        let (tell, told) = unbounded_channel();
        let mut watches = JoinSet::new();
        let mut known = HashMap::new();
        let mut followers: Vec<Vec<(Place, FileRule)>> = Vec::new();
        for (place, Followed { path, rule }) in checks {
            let number = *known.entry(path.clone()).or_insert_with(|| {
                watches.spawn(tracked_file::watch(followers.len(), path, tell.clone()));
                followers.push(Vec::new());
                followers.len() - 1
            });
            if let Some(of_this) = followers.get_mut(number) {
                of_this.push((place, rule));
            }
        }
        Self { _watches: watches, told, followers }
    }

    /// Waits until a file has something to say, for ever if there is none. May be given up.
    pub(crate) async fn said(&mut self) -> Vec<Word> {
        let Some((number, value)) = self.told.recv().await else { return pending().await };
        let followers = self.followers.get(number).into_iter().flatten();
        followers.map(|(place, rule)| (*place, value, rule.judge(value))).collect()
    }
}
