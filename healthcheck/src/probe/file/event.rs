//! inotify's events (inotify(7)).

use core::ffi::{CStr, c_int};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::inotify::{ReadFlags, WatchFlags};

/// What is asked of each directory.
pub(super) const WANTED: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);

/// One event.
#[derive(Debug)]
pub(super) struct Event<'a> {
    /// Of the watch.
    pub(super) descriptor: c_int,
    pub(super) happened: Happened,
    /// In the directory; empty if it is about the directory itself.
    pub(super) name: &'a OsStr,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Happened {
    /// Written and closed, or moved here.
    Written,
    /// Created.
    Made,
    /// Deleted, or moved away.
    Gone,
    /// The directory is not where it was, or is watched no more.
    Directory,
    /// The kernel could not remember everything.
    Lost,
}

/// All events in what was read. The kernel never cuts one off.
pub(super) fn all(mut octets: &[u8]) -> impl Iterator<Item = Event<'_>> {
    core::iter::from_fn(move || {
        let (header, rest) = octets.split_first_chunk::<16>()?;
        let [d0, d1, d2, d3, m0, m1, m2, m3, _, _, _, _, l0, l1, l2, l3] = *header;
        let length = usize::try_from(u32::from_ne_bytes([l0, l1, l2, l3])).ok()?;
        let (padded, rest) = rest.split_at_checked(length)?;
        octets = rest;
        let name = CStr::from_bytes_until_nul(padded).map_or(padded, CStr::to_bytes);
        Some(Event {
            descriptor: c_int::from_ne_bytes([d0, d1, d2, d3]),
            happened: happened(ReadFlags::from_bits_retain(u32::from_ne_bytes([m0, m1, m2, m3]))),
            name: OsStr::from_bytes(name),
        })
    })
}

const fn happened(mask: ReadFlags) -> Happened {
    if mask.contains(ReadFlags::QUEUE_OVERFLOW) {
        Happened::Lost
    } else if mask.intersects(ReadFlags::CLOSE_WRITE.union(ReadFlags::MOVED_TO)) {
        Happened::Written
    } else if mask.contains(ReadFlags::CREATE) {
        Happened::Made
    } else if mask.intersects(ReadFlags::DELETE.union(ReadFlags::MOVED_FROM)) {
        Happened::Gone
    } else {
        // DELETE_SELF, MOVE_SELF, UNMOUNT, IGNORED.
        Happened::Directory
    }
}
