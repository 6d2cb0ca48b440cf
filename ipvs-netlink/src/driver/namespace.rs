//! Doing something inside another network namespace.

use std::fs::File;
use std::io;
use std::path::Path;
use std::thread;

use nix::errno::Errno;
use nix::sched::{CloneFlags, setns};

use crate::driver::socket::failed;
use crate::error::Error;

/// On a thread of its own, which ends with it: the caller's is never switched, whatever fails.
pub(crate) fn inside<T: Send>(
    namespace: &Path,
    act: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let file = File::open(namespace).map_err(|error| system("open a network namespace", &error))?;
    let enter = || {
        setns(&file, CloneFlags::CLONE_NEWNET)
            .map_err(|errno| failed("enter a network namespace", errno))
            .and_then(|()| act())
    };
    thread::scope(|scope| {
        let spawned = thread::Builder::new().name("ipvs-netns".to_owned()).spawn_scoped(scope, enter);
        let thread = spawned.map_err(|error| system("start a thread", &error))?;
        thread.join().unwrap_or(Err(Error::Socket { doing: "enter a network namespace", errno: 0 }))
    })
}

fn system(doing: &'static str, error: &io::Error) -> Error {
    failed(doing, Errno::from_raw(error.raw_os_error().unwrap_or_default()))
}
