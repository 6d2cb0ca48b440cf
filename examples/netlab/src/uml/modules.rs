//! Loading the guest's modules, in place of `modprobe`.
//!
//! A machine whose kernel has no modules often has no `modprobe` either, and the real one looks in
//! `/lib/modules`, where the host keeps its own. So this program is the guest's `modprobe`, for
//! the kernel's own demands too.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use nix::{
    errno::Errno,
    kmod::{ModuleInitFlags, finit_module},
};

/// Where Debian's package puts a folder for each release of the kernel.
pub(super) const MODULES: &str = "/usr/lib/uml/modules";

/// The lists that `depmod` wrote for one release of the kernel.
#[derive(Debug)]
pub(super) struct Index {
    folder: PathBuf,
    dependencies: String,
    aliases: String,
    builtin: String,
}

impl Index {
    /// The lists of the kernel that is running.
    pub(super) fn of_running_kernel() -> io::Result<Self> {
        let release = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        Self::open(Path::new(MODULES).join(release.trim()))
    }

    fn open(folder: PathBuf) -> io::Result<Self> {
        let list = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
        };
        Ok(Self {
            dependencies: list("modules.dep")?,
            aliases: list("modules.alias")?,
            builtin: list("modules.builtin")?,
            folder,
        })
    }

    /// Loads what `name`, a module or an alias, stands for, and first what that needs.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such module, or the kernel's refusal.
    pub(super) fn load(&self, name: &str) -> io::Result<()> {
        let mut known = false;
        for module in self.meaning(name) {
            if let Some(files) = self.files(&module) {
                known = true;
                files.iter().try_for_each(|file| insert(&self.folder.join(file)))?;
            }
        }
        if known || self.is_builtin(name) {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::NotFound, format!("{name}: no such module")))
    }

    /// The module itself if there is one, else those whose alias matches.
    fn meaning(&self, name: &str) -> BTreeSet<String> {
        if self.files(name).is_some() {
            return BTreeSet::from([name.to_owned()]);
        }
        let name = canonical(name);
        let matching = self.aliases.lines().filter_map(|line| {
            let (pattern, module) = line.strip_prefix("alias ")?.rsplit_once(' ')?;
            matches(canonical(pattern).as_bytes(), name.as_bytes()).then(|| module.to_owned())
        });
        matching.collect()
    }

    /// The files to insert for a module, in order, below the folder of the release.
    fn files(&self, module: &str) -> Option<Vec<&str>> {
        let (file, needs) = self.dependencies.lines().find_map(|line| {
            let (file, needs) = line.split_once(':')?;
            names(file, module).then_some((file, needs))
        })?;
        // What is needed most is listed last.
        Some(needs.split_whitespace().rev().chain([file]).collect())
    }

    fn is_builtin(&self, module: &str) -> bool {
        self.builtin.lines().any(|file| names(file, module))
    }
}

/// Whether `file` is that of `module`. Dashes and underscores are the same in names of modules.
///
/// Asked a thousand times for every module that is loaded, so it begins with what costs least.
fn names(file: &str, module: &str) -> bool {
    let Some(path) = file.strip_suffix(".ko").map(str::as_bytes) else { return false };
    let Some((folder, name)) = path.len().checked_sub(module.len()).and_then(|at| path.split_at_checked(at))
    else {
        return false;
    };
    let dashed = |octet: &u8| if *octet == b'-' { b'_' } else { *octet };
    matches!(folder.last(), None | Some(b'/'))
        && name.iter().map(dashed).eq(module.as_bytes().iter().map(dashed))
}

fn canonical(name: &str) -> String {
    name.replace('-', "_")
}

/// Shell patterns with `*` and `?`, the only signs in aliases that the kernel asks for by name.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => matches(rest, name),
        (Some((b'*', rest)), Some((_, shorter))) => matches(rest, name) || matches(pattern, shorter),
        (Some((sign, rest)), Some((letter, shorter))) => {
            (*sign == b'?' || sign == letter) && matches(rest, shorter)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn insert(path: &Path) -> io::Result<()> {
    let refused = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(refused)?;
    match finit_module(&file, c"", ModuleInitFlags::empty()) {
        Ok(()) | Err(Errno::EEXIST) => Ok(()),
        Err(errno) => Err(refused(errno.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        Index {
            folder: PathBuf::new(),
            dependencies: "a/ip_vs_rr.ko: a/ip_vs.ko b/nf_conntrack.ko c/crc.ko\nc/crc.ko:\n".into(),
            aliases: "# Aliases\nalias net-pf-16-proto-16-family-IPVS ip_vs_rr\nalias pci:v0*d?f crc\n"
                .into(),
            builtin: "kernel/fs/hostfs/hostfs.ko\n".into(),
        }
    }

    #[test]
    fn what_a_module_needs_comes_first() {
        let expected = vec!["c/crc.ko", "b/nf_conntrack.ko", "a/ip_vs.ko", "a/ip_vs_rr.ko"];
        assert_eq!(index().files("ip-vs-rr"), Some(expected));
    }

    #[test]
    fn an_alias_stands_for_its_modules() {
        let meaning = |name| index().meaning(name).into_iter().collect::<Vec<_>>();
        assert_eq!(meaning("net-pf-16-proto-16-family-IPVS"), ["ip_vs_rr"]);
        assert_eq!(meaning("pci:v0815dxf"), ["crc"]);
        assert!(meaning("pci:v0815dxfg").is_empty());
        assert!(meaning("nothing").is_empty());
    }

    #[test]
    fn what_is_built_in_counts_as_loaded_and_what_is_nowhere_does_not() {
        assert!(index().load("hostfs").is_ok());
        assert_eq!(index().load("nothing").unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
