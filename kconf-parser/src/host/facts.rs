//! Facts of the host.

use core::cell::{OnceCell, RefCell};
use core::net::IpAddr;
use std::collections::HashMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::sys::socket::SockaddrStorage;
use nix::unistd::{Group, User};

use super::routing;
use crate::model::{ScriptCommand, ScriptUser};
use crate::{Facts, HostAddress, RoutingNames, RoutingNumber, ScriptStatus};

/// Answers from the running system. Each is asked for once: a file may name an interface a thousand times, and each
/// question costs a socket.
#[derive(Debug, Default)]
pub struct HostFacts {
    interfaces: Answers,
    users: Answers,
    groups: Answers,
    addresses: OnceCell<Option<Vec<HostAddress>>>,
    routing: RefCell<HashMap<RoutingNames, HashMap<String, u32>>>,
}

#[derive(Debug, Default)]
struct Answers(RefCell<HashMap<String, bool>>);

impl Answers {
    fn get(&self, name: &str, ask: impl FnOnce() -> bool) -> bool {
        let known = self.0.borrow().get(name).copied();
        known.unwrap_or_else(|| {
            let answer = ask();
            self.0.borrow_mut().insert(name.to_owned(), answer);
            answer
        })
    }
}

impl Facts for HostFacts {
    fn interface_exists(&self, name: &str) -> bool {
        self.interfaces.get(name, || nix::net::if_::if_nametoindex(name).is_ok())
    }

    fn user_exists(&self, user: &str) -> bool {
        let ask = || matches!(User::from_name(user), Ok(Some(_)));
        user.parse::<u32>().is_ok() || self.users.get(user, ask)
    }

    fn group_exists(&self, group: &str) -> bool {
        let ask = || matches!(Group::from_name(group), Ok(Some(_)));
        group.parse::<u32>().is_ok() || self.groups.get(group, ask)
    }

    fn script(&self, command: &ScriptCommand, user: Option<&ScriptUser>) -> ScriptStatus {
        let Some(program) = command.args.first() else { return ScriptStatus::NotFound };
        let Some(path) = find_program(Path::new(program)) else { return ScriptStatus::NotFound };
        let Ok(meta) = path.metadata() else { return ScriptStatus::NotFound };
        if !meta.is_file() {
            return ScriptStatus::NotFound;
        }
        if meta.permissions().mode() & 0o111 == 0 {
            return ScriptStatus::NotExecutable;
        }
        let as_root = user.is_none_or(|user| matches!(user.user.as_str(), "root" | "0"));
        if as_root && others_can_change(&path) { ScriptStatus::Insecure } else { ScriptStatus::Ok }
    }

    /// Names are those of the files that keepalived reads, unless `iproute_usr_dir` or `iproute_etc_dir` tells it others.
    fn routing_number(&self, names: RoutingNames, name: &str) -> RoutingNumber {
        let mut known = self.routing.borrow_mut();
        let numbers = known.entry(names).or_insert_with(|| routing::read(names));
        numbers.get(name).map_or(RoutingNumber::Undefined, |number| RoutingNumber::Is(*number))
    }

    /// Those that VRRP has put there now are among them.
    fn addresses(&self) -> Option<&[HostAddress]> {
        self.addresses.get_or_init(addresses).as_deref()
    }
}

fn addresses() -> Option<Vec<HostAddress>> {
    let all = nix::ifaddrs::getifaddrs().ok()?;
    let address = |storage: SockaddrStorage| -> Option<IpAddr> {
        let v4 = storage.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
        v4.or_else(|| storage.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip())))
    };
    let held = all.filter_map(|found| {
        let prefix_len = match address(found.netmask?)? {
            IpAddr::V4(mask) => mask.to_bits().count_ones(),
            IpAddr::V6(mask) => mask.to_bits().count_ones(),
        };
        let prefix_len = u8::try_from(prefix_len).ok()?;
        Some(HostAddress { interface: found.interface_name, address: address(found.address?)?, prefix_len })
    });
    Some(held.collect())
}

/// The file that running `program` starts: itself if it names a place, else the first hit in PATH.
#[must_use]
pub fn find_program(program: &Path) -> Option<PathBuf> {
    if program.to_string_lossy().contains('/') {
        return program.exists().then(|| program.to_owned());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Whether somebody who is not root can replace the file or a folder on the way to it.
fn others_can_change(path: &Path) -> bool {
    let Ok(real) = path.canonicalize() else { return true };
    real.ancestors().any(|place| {
        place.metadata().is_ok_and(|meta| {
            let sticky_folder = meta.is_dir() && meta.mode() & 0o1000 != 0;
            meta.uid() != 0 || (meta.mode() & 0o022 != 0 && !sticky_folder)
        })
    })
}
