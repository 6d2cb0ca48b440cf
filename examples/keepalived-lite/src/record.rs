//! What a worker holds, written down where its death cannot take it along.
//!
//! Two files beside the pid file: a description of every instance, written once, and one octet
//! per instance that says whether it is Master, written before each act. When the worker dies,
//! the parent sends priority 0 for each recorded Master and removes its addresses.

use core::net::Ipv4Addr;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::interface::{Placement, batches};
use crate::netlink::RouteSocket;
use crate::vrrp::port::Port;

/// What is needed to retire an instance without its worker.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Entry {
    /// Name in the file.
    pub name: String,
    /// Interface of the adverts.
    pub interface: String,
    /// Its number.
    pub index: u32,
    /// The packets that say priority 0, with their destinations.
    pub farewell: Vec<(Ipv4Addr, Vec<u8>)>,
    /// Addresses: interface, address, prefix length.
    pub addresses: Vec<(u32, Ipv4Addr, u8)>,
}

#[derive(Deserialize, Serialize)]
struct Description {
    /// A record of another boot is about interfaces that are no more.
    boot_id: String,
    /// A record of another namespace is about other interfaces of the same numbers.
    namespace: String,
    entries: Vec<Entry>,
}

/// The worker's end.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    state: Arc<File>,
}

impl Record {
    /// Writes the description, and which of the instances are Master already.
    ///
    /// # Errors
    ///
    /// When the files cannot be written.
    pub(crate) fn create(paths: &Paths, entries: Vec<Entry>, masters: &[bool]) -> io::Result<Self> {
        let masters: Vec<u8> = masters.iter().copied().map(u8::from).collect();
        let description = Description { boot_id: boot_id(), namespace: namespace(), entries };
        std::fs::write(&paths.description, serde_json::to_vec(&description)?)?;
        let state = File::options().create(true).truncate(true).write(true).open(&paths.state)?;
        state.write_all_at(&masters, 0)?;
        Ok(Self { state: Arc::new(state) })
    }

    /// Writes down that the instance is Master, or no longer.
    pub(crate) fn set(&self, position: usize, master: bool) {
        // A full tmpfs cannot refuse to overwrite an octet that is there.
        let _ = self.state.write_at(&[u8::from(master)], position as u64);
    }
}

/// Where the record lies.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    description: PathBuf,
    state: PathBuf,
}

impl Paths {
    /// Beside `pid_file`, which is unique to a daemon.
    #[must_use]
    pub(crate) fn beside(pid_file: &Path) -> Self {
        Self { description: pid_file.with_extension("record"), state: pid_file.with_extension("masters") }
    }

    /// Removes both files.
    pub(crate) fn remove(&self) {
        for path in [&self.description, &self.state] {
            // Not there: that is what we want.
            let _ = std::fs::remove_file(path);
        }
    }

    /// Retires whatever the record says a dead worker held; returns how many instances those were.
    pub(crate) fn clean_up(&self) -> usize {
        let Ok(text) = std::fs::read(&self.description) else { return 0 };
        let Ok(masters) = std::fs::read(&self.state) else { return 0 };
        let Ok(description) = serde_json::from_slice::<Description>(&text) else { return 0 };
        if description.boot_id != boot_id() || description.namespace != namespace() {
            return 0;
        }
        let held = description.entries.iter().zip(masters).filter(|(_, master)| *master != 0);
        held.map(|(entry, _)| retire(entry)).count()
    }
}

fn retire(entry: &Entry) {
    tracing::warn!("({}) the worker died as master: sending priority 0, removing addresses", entry.name);
    match Port::open(&entry.interface, entry.index, &[]) {
        Ok(mut port) => entry.farewell.iter().for_each(|(to, packet)| port.send(*to, packet)),
        Err(error) => tracing::error!("({}) cannot send priority 0: {error}", entry.name),
    }
    let placements = entry.addresses.iter().map(|&(index, address, prefix_len)| Placement {
        index,
        address,
        prefix_len,
        broadcast: None,
        scope: 0,
        label: None,
        no_track: false,
    });
    let (_, delete) = batches(&placements.collect::<Vec<_>>());
    if let Err(error) = RouteSocket::open(0).and_then(|mut socket| socket.apply(&delete)) {
        tracing::error!("({}) cannot remove addresses: {error}", entry.name);
    }
}

fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

fn namespace() -> String {
    std::fs::read_link("/proc/self/ns/net")
        .map(|link| link.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            name: "VI_1".to_owned(),
            interface: "none-such".to_owned(),
            index: 999_999,
            farewell: Vec::new(),
            addresses: vec![(999_999, Ipv4Addr::new(192, 0, 2, 1), 32)],
        }
    }

    #[test]
    fn only_recorded_masters_are_retired() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::beside(&folder.path().join("x.pid"));
        assert_eq!(paths.clean_up(), 0, "nothing is recorded");
        let record = Record::create(&paths, vec![entry(), entry()], &[false, true]).unwrap();
        assert_eq!(paths.clean_up(), 1, "a master from before a reload");
        record.set(1, false);
        assert_eq!(paths.clean_up(), 0);
        record.set(0, true);
        assert_eq!(paths.clean_up(), 1);
        paths.remove();
        assert_eq!(paths.clean_up(), 0);
    }

    #[test]
    fn a_record_of_another_boot_or_of_nonsense_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::beside(&folder.path().join("x.pid"));
        Record::create(&paths, vec![entry()], &[true]).unwrap();
        let text = std::fs::read_to_string(&paths.description).unwrap();
        std::fs::write(&paths.description, text.replace(boot_id().trim(), "another")).unwrap();
        assert_eq!(paths.clean_up(), 0);
        std::fs::write(&paths.description, b"{\"boot_id\": 7").unwrap();
        assert_eq!(paths.clean_up(), 0);
    }
}
