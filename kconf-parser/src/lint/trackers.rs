//! What moves an instance's priority, and how far.

use crate::Span;
use crate::model::VrrpInstance;

use super::places::Block;

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
}

impl Tracker<'_> {
    /// Where the entry is written.
    pub(super) fn span(&self, block: Block<'_>) -> Span {
        block.entry(self.list, self.name)
    }

    /// How much lower the priority is while this fails.
    pub(super) const fn loss(&self) -> i32 {
        self.weight.abs()
    }
}

/// Everything that the instance tracks by itself.
pub(super) fn trackers(instance: &VrrpInstance) -> impl Iterator<Item = Tracker<'_>> {
    let interfaces = instance.track_interfaces.iter().map(|track| Tracker {
        list: "track_interface",
        name: &track.name,
        weight: track.weight.into(),
    });
    let scripts = instance.track_scripts.iter().map(|track| Tracker {
        list: "track_script",
        name: &track.name,
        weight: track.weight.into(),
    });
    interfaces.chain(scripts)
}

/// Those that change the priority.
pub(super) fn weighted(instance: &VrrpInstance) -> impl Iterator<Item = Tracker<'_>> {
    trackers(instance).filter(|tracker| tracker.weight != 0 && instance.priority != OWNER)
}

/// The priority with no tracker failing, before it is brought into range: a positive weight counts while its check
/// succeeds, a negative one while it fails.
pub(super) fn healthy_sum(instance: &VrrpInstance) -> i32 {
    i32::from(instance.priority) + weighted(instance).map(|tracker| tracker.weight.max(0)).sum::<i32>()
}

/// The same as it is advertised.
pub(super) fn healthy(instance: &VrrpInstance) -> i32 {
    effective(instance, healthy_sum(instance))
}

/// The priority that a sum leads to.
pub(super) fn effective(instance: &VrrpInstance, sum: i32) -> i32 {
    if instance.priority == OWNER { OWNER.into() } else { sum.clamp(EFFECTIVE.0, EFFECTIVE.1) }
}
