//! Names of routing, from the files of iproute2 and of the C library.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::RoutingNames;

/// The distribution's, and the administrator's.
const USR: &str = "/usr/share/iproute2";
const ETC: &str = "/etc/iproute2";

/// All names of a kind.
pub(super) fn read(names: RoutingNames) -> HashMap<String, u32> {
    match names.file() {
        Some(file) => from_folders(Path::new(USR), Path::new(ETC), file, names.max()),
        None => protocols(&text(Path::new("/etc/protocols"))),
    }
}

/// The administrator's file stands for the distribution's of the same name; in `FILE.d` both have more.
fn from_folders(usr: &Path, etc: &Path, file: &str, max: u32) -> HashMap<String, u32> {
    let mut all = HashMap::new();
    let main = [etc.join(file), usr.join(file)].into_iter().find(|path| path.is_file());
    let folder = format!("{file}.d");
    let theirs = parts(&usr.join(&folder)).into_iter();
    let theirs =
        theirs.filter(|path| !path.file_name().is_some_and(|name| etc.join(&folder).join(name).exists()));
    for path in main.into_iter().chain(theirs).chain(parts(&etc.join(&folder))) {
        for (name, number) in text(&path).lines().filter_map(|line| entry(line, max)) {
            all.entry(name).or_insert(number);
        }
    }
    all
}

/// The `*.conf` of a folder.
fn parts(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".conf") && !name.starts_with('.') && path.is_file()
    });
    paths.sort();
    paths
}

fn text(path: &Path) -> String {
    std::fs::read(path).map_or_else(|_| String::new(), |octets| String::from_utf8_lossy(&octets).into_owned())
}

/// `NUMBER NAME`.
fn entry(line: &str, max: u32) -> Option<(String, u32)> {
    let line = line.split('#').next()?;
    let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
    let (number, name) = (words.next()?, words.next()?);
    let number = number_base_zero(number).filter(|number| *number <= max && words.next().is_none())?;
    Some((name.to_owned(), number))
}

/// Decimal, octal with `0` or hexadecimal with `0x` before it.
fn number_base_zero(text: &str) -> Option<u32> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match (hexadecimal, text.strip_prefix('0')) {
        (Some(digits), _) => u32::from_str_radix(digits, 16).ok(),
        (None, Some(digits)) if !digits.is_empty() => u32::from_str_radix(digits, 8).ok(),
        (None, _) => text.parse().ok(),
    }
}

/// `NAME NUMBER ALIAS…`, as in protocols(5).
fn protocols(text: &str) -> HashMap<String, u32> {
    let mut all = HashMap::new();
    for line in text.lines() {
        let mut words = line.split('#').next().unwrap_or_default().split_ascii_whitespace();
        let (Some(name), Some(number)) = (words.next(), words.next()) else { continue };
        let Ok(number) = number.parse() else { continue };
        for name in core::iter::once(name).chain(words) {
            all.entry(name.to_owned()).or_insert(number);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// keepalived 2.4.3 reads the folders in this order, and takes the first number of a name.
    #[test]
    fn the_administrators_file_stands_for_the_distributions() {
        let root = std::env::temp_dir().join(format!("host-routing-{}", std::process::id()));
        let (usr, etc) = (root.join("usr"), root.join("etc"));
        let files = [
            ("usr/rt_tables", "7 only_usr\n"),
            (
                "etc/rt_tables",
                "# 1 comment\n100 blue # beside\n0x64\thex\n010 octal\n300 a b\n-1 low\nblue 5\n256\n",
            ),
            ("usr/rt_tables.d/a.conf", "8 hidden\n"),
            ("etc/rt_tables.d/a.conf", "9 shown\n11 blue\n"),
            ("usr/rt_tables.d/b.conf", "10 usr_d\n"),
            ("etc/rt_tables.d/README", "12 readme\n"),
        ];
        for (name, content) in files {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let found = from_folders(&usr, &etc, "rt_tables", u32::MAX);
        let mut found: Vec<_> = found.iter().map(|(name, number)| (name.as_str(), *number)).collect();
        found.sort_unstable();
        assert_eq!(found, [("blue", 100), ("hex", 100), ("octal", 8), ("shown", 9), ("usr_d", 10)]);
        std::fs::remove_file(etc.join("rt_tables")).unwrap();
        assert_eq!(from_folders(&usr, &etc, "rt_tables", u32::MAX).get("only_usr"), Some(&7));
        assert_eq!(from_folders(&usr, &etc, "rt_tables", 6).get("only_usr"), None);
        std::fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn protocols_have_names_and_aliases() {
        let found = protocols("# comment\nip\t0\tIP\t# pseudo\nospf 89 OSPFIGP OSPF\nbroken\n");
        assert_eq!((found.get("OSPF"), found.get("IP"), found.len()), (Some(&89), Some(&0), 5));
    }
}
