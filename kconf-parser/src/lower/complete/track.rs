//! What an instance tracks: its own, that of its group, and what weights may do.

use super::{Completion, OWNER};
use crate::lower::sync_group::Assembled;
use crate::lower::track::{Entry, Tracked};
use crate::{Problem, Span};

/// Why an instance has no trackers with weights.
#[derive(Clone, Copy, Eq, PartialEq)]
enum NoWeights {
    /// The priorities of a group must stay as they are.
    Group,
    /// The priority of an address owner never changes.
    Owner,
}

impl NoWeights {
    fn what(self) -> &'static str {
        match self {
            Self::Group => {
                "members of a vrrp_sync_group have no weights, unless it has sync_group_tracking_weight"
            }
            Self::Owner => "the priority of an address owner (255) never changes",
        }
    }
}

impl Completion<'_> {
    /// What the instance names and is defined.
    pub(super) fn tracked(&mut self) -> Tracked {
        let draft = core::mem::take(&mut self.draft.track);
        self.around.trackable.resolve(draft, self.draft.before, &mut self.findings)
    }

    /// What is tracked in the end.
    pub(super) fn settle(&mut self, mut tracked: Tracked, own: &str, priority: u8) -> Tracked {
        let at = self.draft.span;
        tracked.interfaces.retain(|entry| {
            let other = entry.name != own;
            if !other {
                self.adjust(
                    entry.span,
                    "the instance's own interface is tracked anyway",
                    "the line has no effect",
                );
            }
            other
        });
        if self.group.is_some_and(|group| !group.tracking_weight()) {
            self.without_weights(&mut tracked, NoWeights::Group);
        } else if priority == OWNER {
            self.without_weights(&mut tracked, NoWeights::Owner);
        }
        if let Some(group) = self.group {
            self.inherit(&mut tracked, group, own, at);
        }
        tracked
    }

    /// Each kind of tracker loses its weight, or is lost with it, in its own way.
    fn without_weights(&mut self, tracked: &mut Tracked, reason: NoWeights) {
        const LOST: &str = "this is not tracked";
        let what = reason.what();
        tracked.interfaces.retain_mut(|entry| {
            if entry.weight == 0 {
                return true;
            }
            let keep = reason == NoWeights::Group;
            self.adjust(entry.span, what, if keep { "the weight is 0" } else { LOST });
            entry.weight = 0;
            keep
        });
        for list in [&mut tracked.scripts, &mut tracked.bfds] {
            list.retain(|entry| {
                if entry.weight != 0 {
                    self.adjust(entry.span, what, LOST);
                }
                entry.weight == 0
            });
        }
        tracked.files.retain_mut(|entry| {
            if entry.weight == 0 {
                return true;
            }
            // 1 is what a file has without a word about it.
            let keep = entry.weight == 1;
            self.adjust(entry.span, what, if keep { "the weight is 0" } else { LOST });
            entry.weight = 0;
            keep
        });
        if let Some(entry) = tracked.processes.iter().find(|entry| entry.weight != 0) {
            let (what, effect) = (what.to_owned(), "keepalived forgets about processes: the weight is used");
            self.report(entry.span, Problem::Adjusted { what, effect, reported: false });
        }
    }

    /// What the group tracks is tracked by every member.
    fn inherit(&mut self, tracked: &mut Tracked, group: &Assembled, own: &str, at: Span) {
        let inherited = &group.tracked;
        for entry in &inherited.interfaces {
            let own = entry.name == own && !self.draft.dont_track_primary;
            let twice = own || tracked.interfaces.iter().any(|other| other.name == entry.name);
            if twice {
                let what = format!("interface '{}' is tracked by the instance and by its group", entry.name);
                self.adjust(at, what, "a weight of the instance gives way to the group's");
            }
            if !own {
                merge(&mut tracked.interfaces, entry);
            }
        }
        let lists = [
            (&mut tracked.scripts, &inherited.scripts),
            (&mut tracked.files, &inherited.files),
            (&mut tracked.processes, &inherited.processes),
            (&mut tracked.bfds, &inherited.bfds),
        ];
        for (list, inherited) in lists {
            for entry in inherited {
                if let Some(other) = merge(list, entry) {
                    let what = format!("'{}' is tracked by the instance and by its group", entry.name);
                    let effect = "a weight of the instance gives way to the group's";
                    self.report(other, Problem::Adjusted { what, effect, reported: false });
                }
            }
        }
    }
}

/// Adds an entry, or changes the weight of the one that is there, whose place is returned.
fn merge(list: &mut Vec<Entry>, entry: &Entry) -> Option<Span> {
    let Some(other) = list.iter_mut().find(|other| other.name == entry.name) else {
        list.push(entry.clone());
        return None;
    };
    if other.weight != 0 {
        other.weight = entry.weight;
        other.reverse = entry.reverse;
    }
    Some(other.span)
}
