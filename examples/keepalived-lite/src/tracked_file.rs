//! `track_file`: files whose numbers move priorities and weigh on real servers.

use core::time::Duration;
use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use healthcheck::{FileNews, FileValue, FileWatch, MAX_FILE_VALUE_LEN};
use kconf_parser::model::{CheckerKind, Config, TrackedFile};
use nix::libc::O_NONBLOCK;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::sleep;

/// Before a file that cannot be watched is tried again.
const PAUSE: Duration = Duration::from_secs(60);

/// The file that is called so.
#[must_use]
pub(crate) fn named<'c>(config: &'c Config, name: &str) -> Option<&'c TrackedFile> {
    config.track_files.iter().find(|file| file.name == name)
}

/// One that cannot be read, or holds a number that cannot be, counts as one that is not there.
#[must_use]
pub(crate) fn read(path: &Path) -> FileValue {
    let mut content = Vec::new();
    let limit = u64::try_from(MAX_FILE_VALUE_LEN).unwrap_or(u64::MAX);
    // A FIFO must not hold us up.
    let opened = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path);
    let _ = opened.and_then(|file| file.take(limit).read_to_end(&mut content));
    FileValue::parse(&content).unwrap_or_default()
}

/// `init_file` of the files that instances and checks follow; what is there already is overwritten only at
/// the `start`.
pub(crate) fn prepare(config: &Config, start: bool) {
    let reals = config.virtual_servers.iter().flat_map(|server| &server.real_servers);
    let by_checks = reals.flat_map(|real| &real.checkers).filter_map(|check| {
        let CheckerKind::File(check) = &check.kind else { return None };
        Some(check.track_file.as_str())
    });
    let by_instances = config.instances.iter().flat_map(|block| &block.track_files);
    let followed = by_checks.chain(by_instances.map(|track| track.name.as_str()));
    let files: HashMap<&Path, &TrackedFile> =
        followed.filter_map(|name| named(config, name)).map(|file| (file.path.as_path(), file)).collect();
    for (path, file) in files {
        if let Some(init) = file.init
            && let Err(error) = FileWatch::init_file(path, init.value, init.overwrite && start)
        {
            tracing::error!("track_file {}: cannot write {}: {error}", file.name, path.display());
        }
    }
}

/// Tells the file's number as `number`, now and whenever it changes, until the receiver is gone.
pub(crate) async fn watch(number: usize, path: PathBuf, tell: UnboundedSender<(usize, FileValue)>) {
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
