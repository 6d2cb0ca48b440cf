//! What a node's processes share with the machine, besides the network.

use std::{
    ffi::OsStr,
    fs::{DirBuilder, File},
    os::fd::AsRawFd,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use nix::{
    libc,
    mount::{MsFlags, mount},
    sched::{CloneFlags, unshare},
};

use crate::LabError;

/// What a node's processes do not share with the machine. The network is always their own.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Isolation {
    private: Vec<PathBuf>,
    keep: Vec<PathBuf>,
}

impl Isolation {
    /// Files and processes are the machine's.
    pub fn none() -> Self {
        Self::default()
    }

    /// `/tmp` and `/run` are the node's own and empty at every start, as after a reboot: two
    /// daemons do not meet in their pid and dump files. The folder of the program that is started
    /// stays visible.
    pub fn own_tmp() -> Self {
        Self::none().private("/tmp").private("/run")
    }

    /// Puts an empty file system in memory over the folder `path`.
    #[must_use]
    pub fn private(mut self, path: impl Into<PathBuf>) -> Self {
        self.private.push(path.into());
        self
    }

    /// Keeps the file or folder `path` visible although it lies in a private folder.
    #[must_use]
    pub fn keep(mut self, path: impl Into<PathBuf>) -> Self {
        self.keep.push(path.into());
        self
    }

    /// Applies this to the calling thread, which is only good for starting `program` afterwards.
    pub(crate) fn apply(&self, program: &OsStr) -> Result<(), LabError> {
        if self.private.is_empty() {
            return Ok(());
        }
        own_mounts()?;
        let kept = self.open_kept(program)?;
        for folder in &self.private {
            mount_memory(folder)?;
        }
        for (path, file) in &kept {
            put_back(path, file)?;
        }
        Ok(())
    }

    /// Opens what will be hidden and must come back. After [`own_mounts`], because only a mount of
    /// the same namespace can be bound elsewhere.
    fn open_kept(&self, program: &OsStr) -> Result<Vec<(PathBuf, File)>, LabError> {
        let program_folder = Path::new(program).parent().filter(|folder| folder.is_absolute());
        let wanted = self.keep.iter().map(PathBuf::as_path).chain(program_folder);
        let hidden = wanted
            .filter(|path| self.private.iter().any(|folder| path.starts_with(folder) && *path != folder));
        hidden
            .map(|path| {
                let mut options = File::options();
                options.read(true).custom_flags(libc::O_PATH);
                let file = options.open(path).map_err(LabError::path("keep", path))?;
                Ok((path.to_owned(), file))
            })
            .collect()
    }
}

/// Gives the calling thread its own table of mounts; nothing it mounts is seen elsewhere.
pub(crate) fn own_mounts() -> Result<(), LabError> {
    unshare(CloneFlags::CLONE_NEWNS).map_err(LabError::step("make a mount namespace"))?;
    let flags = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(None::<&str>, "/", None::<&str>, flags, None::<&str>)
        .map_err(LabError::step("make the mounts private"))
}

fn mount_memory(folder: &Path) -> Result<(), LabError> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("tmpfs"), folder, Some("tmpfs"), flags, Some("mode=1777"))
        .map_err(LabError::path("mount over", folder))
}

fn put_back(path: &Path, file: &File) -> Result<(), LabError> {
    let metadata = file.metadata().map_err(LabError::path("inspect", path))?;
    let folder = if metadata.is_dir() { Some(path) } else { path.parent() };
    if let Some(folder) = folder {
        let made = DirBuilder::new().recursive(true).mode(0o755).create(folder);
        made.map_err(LabError::path("make", folder))?;
    }
    if !metadata.is_dir() {
        // Never `File::create`: in a folder that came back already, this is the real file.
        let made = File::options().create(true).append(true).open(path);
        made.map_err(LabError::path("make", path))?;
    }
    let source = format!("/proc/self/fd/{}", file.as_raw_fd());
    let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
    mount(Some(source.as_str()), path, None::<&str>, flags, None::<&str>)
        .map_err(LabError::path("bind", path))
}
