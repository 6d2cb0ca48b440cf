//! Files of the host.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use crate::Loader;
use crate::expand::alternatives;

/// Finds and reads included files.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostFiles {
    /// Whether `${_ENV NAME}` is answered from the environment of this process; it finds nothing otherwise.
    pub environment: bool,
}

impl Loader for HostFiles {
    /// Braces may still be in the pattern, for whoever has it from an include line.
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf> {
        let pattern = directory.join(pattern);
        let patterns = alternatives(pattern.to_str().unwrap_or_default());
        patterns.iter().flat_map(|pattern| one(&single_stars(pattern))).collect()
    }

    /// Ordinary files that nobody may execute: keepalived skips the others.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let meta = std::fs::metadata(path)?;
        if !meta.is_file() || meta.permissions().mode() & 0o111 != 0 {
            return Err(io::Error::other("not an ordinary file, or one that may be executed"));
        }
        std::fs::read(path)
    }

    fn environment(&self, name: &str) -> Option<Vec<u8>> {
        let value = std::env::var_os(name).filter(|_| self.environment);
        value.map(std::ffi::OsString::into_encoded_bytes)
    }
}

/// What a pattern without braces finds. Unreadable directories and bad patterns match nothing, as with keepalived.
fn one(pattern: &str) -> Vec<PathBuf> {
    let found = glob::glob(pattern).into_iter().flatten().flatten();
    found.filter(|path| shows(Path::new(pattern), path)).collect()
}

/// In glob(3) only a dot finds a name that begins with one. `MatchOptions` of the crate can only hide all of them.
fn shows(pattern: &Path, path: &Path) -> bool {
    let hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
    let mut parts = pattern.components().rev().zip(path.components().rev());
    parts.all(|(pattern, name)| hidden(pattern) || !hidden(name))
}

/// In glob(3) `**` is `*`; here it would go down into folders.
fn single_stars(pattern: &str) -> String {
    let mut last = None;
    pattern.chars().filter(|letter| last.replace(*letter) != Some('*') || *letter != '*').collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    /// What glob(3) finds, which a shell uses.
    #[test]
    fn a_pattern_finds_what_a_shell_finds() {
        let folder = std::env::temp_dir().join(format!("host-files-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("sub")).unwrap();
        for name in ["a.conf", "b.conf", ".a.conf.swp", ".hidden.conf", "sub/c.conf", "x.txt"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        for pattern in
            ["*", "*.conf", "**", "**.conf", ".*.conf", "*/*", "[ab].conf", "[!a].conf", "?.txt", "no*"]
        {
            let found = HostFiles::default().find(&folder, pattern);
            let names: Vec<_> = found.iter().filter_map(|path| path.strip_prefix(&folder).ok()).collect();
            let mut shell = std::process::Command::new("sh");
            let script = format!("for f in {pattern}; do [ -e \"$f\" ] && echo \"$f\"; done; true");
            let output =
                shell.args(["-c", &script]).env("LC_ALL", "C").current_dir(&folder).output().unwrap();
            let want = String::from_utf8(output.stdout).unwrap();
            let want: Vec<&Path> = want.lines().map(Path::new).collect();
            assert_eq!(names, want, "{pattern}");
        }
        // A name that is no text is in nobody's way.
        std::fs::write(folder.join(std::ffi::OsStr::from_bytes(b"\xff.bin")), "").unwrap();
        assert_eq!(HostFiles::default().find(&folder, "*.conf").len(), 2);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
