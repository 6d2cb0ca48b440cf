//! What moves an instance's priority, and how far.

use crate::Span;
use crate::model::VrrpInstance;

use super::context::Node;

/// The highest and lowest priority that trackers can lead to; 0 and 255 have meanings of their own.
const EFFECTIVE: (i32, i32) = (1, 254);

/// The address owner's priority. It never changes.
pub(super) const OWNER: u8 = 255;

/// An entry of a track block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tracker<'a> {
    /// The block it stands in.
    pub(super) list: &'static str,
    /// What is tracked.
    pub(super) name: &'a str,
    /// 0 makes a failure a fault.
    pub(super) weight: i32,
    /// `reverse`: what is added is subtracted, and the other way round. A failure then raises the priority.
    reverse: bool,
}

impl Tracker<'_> {
    /// Where the entry is written: in the instance, else in its sync group.
    pub(super) fn span(&self, node: &Node<'_>, instance: &VrrpInstance) -> Span {
        let lines = node.lines(instance);
        let group = instance.sync_group.as_ref().and_then(|name| node.config.sync_group(name));
        let in_group = || node.places.block(group?.span).find_entry(self.list, self.name);
        let found = lines.find_entry(self.list, self.name).or_else(in_group);
        found.unwrap_or_else(|| lines.at(self.list))
    }

    /// How much lower the priority is while this fails.
    pub(super) const fn loss(&self) -> i32 {
        self.weight.abs()
    }
}

/// Everything that the instance tracks, itself or by its group, but files.
pub(super) fn trackers(instance: &VrrpInstance) -> impl Iterator<Item = Tracker<'_>> {
    let interfaces = instance.track_interfaces.iter().map(|track| Tracker {
        list: "track_interface",
        name: &track.name,
        weight: track.weight.into(),
        reverse: track.reverse,
    });
    let scripts = instance.track_scripts.iter().map(|track| Tracker {
        list: "track_script",
        name: &track.name,
        weight: track.weight.into(),
        reverse: track.reverse,
    });
    let processes = instance.track_processes.iter().map(|track| Tracker {
        list: "track_process",
        name: &track.name,
        weight: track.weight.into(),
        reverse: track.reverse,
    });
    let bfds = instance.track_bfds.iter().map(|track| Tracker {
        list: "track_bfd",
        name: &track.name,
        weight: track.weight.into(),
        reverse: track.reverse,
    });
    interfaces.chain(scripts).chain(processes).chain(bfds)
}

/// Whether a number in a file can take the priority anywhere.
pub(super) fn open_ended(instance: &VrrpInstance) -> bool {
    instance.track_files.iter().any(|track| track.weight != 0)
}

/// Those whose failure lowers the priority.
pub(super) fn weighted(instance: &VrrpInstance) -> impl Iterator<Item = Tracker<'_>> {
    let lowers = |tracker: &Tracker<'_>| tracker.weight != 0 && !tracker.reverse;
    trackers(instance).filter(move |tracker| lowers(tracker) && instance.priority != OWNER)
}

/// The priority with no tracker failing, before it is brought into range: a positive weight counts while its check
/// succeeds, a negative one while it fails.
pub(super) fn healthy_sum(instance: &VrrpInstance) -> i32 {
    let signed =
        |tracker: Tracker<'_>| if tracker.reverse { -tracker.weight.max(0) } else { tracker.weight.max(0) };
    i32::from(instance.priority) + trackers(instance).map(signed).sum::<i32>()
}

/// The same as it is advertised.
pub(super) fn healthy(instance: &VrrpInstance) -> i32 {
    effective(instance, healthy_sum(instance))
}

/// The priority that a sum leads to.
pub(super) fn effective(instance: &VrrpInstance, sum: i32) -> i32 {
    if instance.priority == OWNER { OWNER.into() } else { sum.clamp(EFFECTIVE.0, EFFECTIVE.1) }
}
