//! The files thread: tracked files of instances.

use std::io;
use std::path::PathBuf;

use tokio::runtime::Builder;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::queue::QueueSender;
use crate::tracked_file;
use crate::vrrp::engine::Command;

/// Tells the vrrp thread the numbers of these files, now and whenever one changes, until the other
/// end of `stop` is gone.
///
/// # Errors
///
/// When the kernel gives no epoll.
pub(crate) fn run(
    paths: Vec<PathBuf>,
    vrrp: &QueueSender<Command>,
    mut stop: oneshot::Receiver<()>,
) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (tell, mut told) = unbounded_channel();
        let mut watches = JoinSet::new();
        for (number, path) in paths.into_iter().enumerate() {
            watches.spawn(tracked_file::watch(number, path, tell.clone()));
        }
        loop {
            tokio::select! {
                _ = &mut stop => return,
                Some((file, value)) = told.recv() => vrrp.send(Command::FileNumber { file, value }),
            }
        }
    });
    Ok(())
}
