//! `FILE_CHECK`.

use core::ffi::c_int;
use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{OFlags, inotify};
use tokio::net::unix::pipe::Receiver;

mod event;
mod route;

use crate::{FileValue, FileValueOutOfRange, MAX_FILE_VALUE_LEN};
use event::{Event, Happened};
use route::{Hop, Leads, route};

/// The kernel's limit is 4,096 octets for a path; links are followed as often as it does.
const MAX_EVENTS_LEN: usize = 4096;

/// A file's number, and the news of it.
///
/// It is no [`Probe`](crate::Probe): nobody asks the file, it says so when it changes. The value counts as
/// soon as whoever writes the file closes it or moves it into place, as with keepalived, so half a number is
/// never seen. Deleted or moved away, a file holds 0.
///
/// Unlike keepalived, which follows links and wants the directory only at the start, this follows both
/// when they change: a directory may come later, or be removed and made anew, and a link may be
/// replaced (as Kubernetes does it).
///
/// ```no_run
/// use healthcheck::{FileNews, FileRule, FileWatch, Quorum, QuorumInput};
///
/// # async fn watch(quorum: &mut Quorum, server: usize, checker: usize) -> std::io::Result<()> {
/// let rule = FileRule { weight: 1, reverse: false };
/// let mut file = FileWatch::new("/run/drain")?;
/// let mut value = file.value();
/// loop {
///     let (health, contribution) = rule.judge(value);
///     quorum.handle_input(QuorumInput::Contribution { server, checker, contribution });
///     quorum.handle_input(QuorumInput::Checker { server, checker, health });
///     value = match file.changed().await? {
///         FileNews::Value(value) => value,
///         FileNews::Ignored(_) => continue,
///     };
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct FileWatch {
    path: PathBuf,
    /// tokio's type stands for anything that can be waited for and read.
    inotify: Receiver,
    /// The places that decide which file the path leads to, and whether there is one.
    watched: Vec<Watched>,
    value: FileValue,
    news: VecDeque<FileNews>,
}

/// What a [`FileWatch`] has to tell.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum FileNews {
    /// Another number than before.
    Value(FileValue),
    /// The file holds a number that cannot be; the one from before stays.
    Ignored(FileValueOutOfRange),
}

#[derive(Debug)]
struct Watched {
    descriptor: c_int,
    hop: Hop,
}

impl FileWatch {
    /// Begins to watch, and reads the file if it is there.
    ///
    /// # Errors
    ///
    /// Whatever the system says: no watch left (`fs.inotify.max_user_watches`), or no right to read a
    /// directory.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O.
    pub fn new(path: impl AsRef<Path>) -> io::Result<Self> {
        let flags = inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK;
        let mut watch = Self {
            path: std::path::absolute(path)?,
            inotify: Receiver::from_owned_fd_unchecked(inotify::init(flags)?)?,
            watched: Vec::new(),
            value: FileValue::default(),
            news: VecDeque::new(),
        };
        watch.follow()?;
        watch.read();
        // Where it begins is no change.
        if let Some(FileNews::Value(value)) = watch.news.front() {
            watch.value = *value;
            watch.news.clear();
        }
        Ok(watch)
    }

    /// `init_file`: writes `value` if the file is not there, or with `overwrite` even if it is. Returns
    /// whether it did.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if there is something that is not a regular file, and what the system says.
    pub fn init_file(path: impl AsRef<Path>, value: i32, overwrite: bool) -> io::Result<bool> {
        let mut options = OpenOptions::new();
        match fs::symlink_metadata(&path) {
            Ok(_) if !overwrite => return Ok(false),
            Ok(there) if !there.is_file() => return Err(io::ErrorKind::InvalidInput.into()),
            Ok(_) => options.write(true).truncate(true).custom_flags(bits(OFlags::NOFOLLOW)),
            Err(_) => options.write(true).create_new(true),
        };
        options.open(path)?.write_all(format!("{value}\n").as_bytes())?;
        Ok(true)
    }

    /// The number, as far as news of it were taken.
    #[must_use]
    pub const fn value(&self) -> FileValue {
        self.value
    }

    /// Waits for news. May be given up and called again without any being lost.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new). The watch may then miss changes until it is made anew.
    pub async fn changed(&mut self) -> io::Result<FileNews> {
        let mut buffer = [0; MAX_EVENTS_LEN];
        loop {
            if let Some(news) = self.news.pop_front() {
                if let FileNews::Value(value) = news {
                    self.value = value;
                }
                return Ok(news);
            }
            self.inotify.readable().await?;
            match self.inotify.try_read(&mut buffer) {
                Ok(length) => self.handle(buffer.get(..length).unwrap_or(&[]))?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn handle(&mut self, octets: &[u8]) -> io::Result<()> {
        for event in event::all(octets) {
            match self.meaning(&event) {
                Meaning::Nothing => {}
                // Not read: another file may be there already, and half written.
                Meaning::Gone => self.found(Ok(FileValue::default())),
                Meaning::Look => {
                    self.follow()?;
                    self.read();
                }
            }
        }
        Ok(())
    }

    fn meaning(&self, event: &Event<'_>) -> Meaning {
        if event.happened == Happened::Lost {
            return Meaning::Look;
        }
        let here = || self.watched.iter().filter(|watched| watched.descriptor == event.descriptor);
        if event.happened == Happened::Directory {
            return if here().next().is_some() { Meaning::Look } else { Meaning::Nothing };
        }
        let Some(watched) = here().find(|watched| watched.hop.name.as_os_str() == event.name) else {
            return Meaning::Nothing;
        };
        match (watched.hop.leads, event.happened) {
            (Leads::ToFile, Happened::Gone) => Meaning::Gone,
            // A file that was just made will be closed. A link never is.
            (Leads::ToFile, Happened::Made) if !watched.hop.path().is_symlink() => Meaning::Nothing,
            (Leads::ToFile | Leads::On | Leads::Nowhere, _) => Meaning::Look,
        }
    }

    /// Watches all the places that matter now, and no others.
    fn follow(&mut self) -> io::Result<()> {
        let mut hops = route(&self.path);
        // Each may change until it is watched. Somebody who changes them faster than we look is told of
        // by the watches that we have.
        for _ in 0..8 {
            let mut watched = Vec::new();
            for hop in hops {
                match inotify::add_watch(&self.inotify, &hop.directory, event::WANTED) {
                    Ok(descriptor) => watched.push(Watched { descriptor, hop }),
                    // Removed meanwhile: the route is another one.
                    Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            let numbers = |list: &[Watched]| list.iter().map(|one| one.descriptor).collect::<BTreeSet<_>>();
            for old in numbers(&self.watched).difference(&numbers(&watched)) {
                // The kernel may have removed it with its directory.
                let _ = inotify::remove_watch(&self.inotify, *old);
            }
            self.watched = watched;
            hops = route(&self.path);
            if hops.iter().eq(self.watched.iter().map(|watched| &watched.hop)) {
                break;
            }
        }
        Ok(())
    }

    fn read(&mut self) {
        let mut content = Vec::new();
        // keepalived takes a file that it cannot read for one that is not there. A FIFO must not hold us
        // up.
        let _ = OpenOptions::new()
            .read(true)
            .custom_flags(bits(OFlags::NONBLOCK))
            .open(&self.path)
            .and_then(|file: File| file.take(LIMIT).read_to_end(&mut content));
        self.found(FileValue::parse(&content));
    }

    /// Makes news of what differs from the last number that was.
    fn found(&mut self, found: Result<FileValue, FileValueOutOfRange>) {
        let told = self.news.iter().rev().find_map(|news| match news {
            FileNews::Value(value) => Some(*value),
            FileNews::Ignored(_) => None,
        });
        match found {
            Ok(value) if value == told.unwrap_or(self.value) => {}
            Ok(value) => self.news.push_back(FileNews::Value(value)),
            Err(problem) => self.news.push_back(FileNews::Ignored(problem)),
        }
    }
}

/// [`MAX_FILE_VALUE_LEN`], as reading wants it.
#[expect(clippy::as_conversions, reason = "a small constant")]
const LIMIT: u64 = MAX_FILE_VALUE_LEN as u64;

enum Meaning {
    Nothing,
    /// The file is not there any more.
    Gone,
    /// The route may lead elsewhere, or the file holds something new.
    Look,
}

fn bits(flags: OFlags) -> i32 {
    // They are an int in C.
    i32::try_from(flags.bits()).unwrap_or_default()
}
