//! `FILE_CHECK`: files whose numbers weigh on real servers.

use core::future::pending;
use core::time::Duration;
use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use healthcheck::{Contribution, FileNews, FileRule, FileValue, FileWatch, Health, MAX_FILE_VALUE_LEN};
use kconf_parser::model::{CheckerKind, Config, FileCheck, TrackedFile};
use nix::libc::O_NONBLOCK;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::prober::Place;

/// Before a file that cannot be watched is tried again.
const PAUSE: Duration = Duration::from_secs(60);

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
        let file = named(check, config)?;
        let rule = FileRule { weight: check.weight, reverse: check.reverse };
        Some(Self { path: file.path.clone(), rule })
    }

    /// What the file says now. keepalived, too, knows it before the first server is balanced.
    #[must_use]
    pub(crate) fn now(&self) -> (Health, Contribution) {
        self.rule.judge(read(&self.path))
    }
}

fn named<'c>(check: &FileCheck, config: &'c Config) -> Option<&'c TrackedFile> {
    config.track_files.iter().find(|file| file.name == check.track_file)
}

/// One that cannot be read, or holds a number that cannot be, counts as one that is not there.
fn read(path: &Path) -> FileValue {
    let mut content = Vec::new();
    let limit = u64::try_from(MAX_FILE_VALUE_LEN).unwrap_or(u64::MAX);
    // A FIFO must not hold us up.
    let opened = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path);
    let _ = opened.and_then(|file| file.take(limit).read_to_end(&mut content));
    FileValue::parse(&content).unwrap_or_default()
}

/// `init_file` of the files that checks follow; what is there already is overwritten only at the `start`.
pub(crate) fn prepare(config: &Config, start: bool) {
    let reals = config.virtual_servers.iter().flat_map(|server| &server.real_servers);
    let followed: HashMap<&Path, &TrackedFile> = reals
        .flat_map(|real| &real.checkers)
        .filter_map(|check| {
            let CheckerKind::File(check) = &check.kind else { return None };
            named(check, config).map(|file| (file.path.as_path(), file))
        })
        .collect();
    for (path, file) in followed {
        if let Some(init) = file.init
            && let Err(error) = FileWatch::init_file(path, init.value, init.overwrite && start)
        {
            tracing::error!("track_file {}: cannot write {}: {error}", file.name, path.display());
        }
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
                watches.spawn(watch(followers.len(), path, tell.clone()));
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

async fn watch(number: usize, path: PathBuf, tell: UnboundedSender<(usize, FileValue)>) {
    loop {
        let Err(error) = follow(number, &path, &tell).await;
        tracing::error!("cannot watch {}: {error}", path.display());
        sleep(PAUSE).await;
    }
}

async fn follow(
    number: usize,
    path: &Path,
    tell: &UnboundedSender<(usize, FileValue)>,
) -> std::io::Result<core::convert::Infallible> {
    let mut file = FileWatch::new(path)?;
    // The receiver is gone only when all watches end.
    let _ = tell.send((number, file.value()));
    loop {
        match file.changed().await? {
            FileNews::Value(value) => _ = tell.send((number, value)),
            FileNews::Ignored(problem) => tracing::warn!("{}: {problem}: ignored", path.display()),
        }
    }
}
