//! What goes on after a reload.

use std::collections::HashMap;

use kconf_parser::Span;
use kconf_parser::model::{Config, VrrpInstance, VrrpScript};

use crate::board::Board;
use crate::link::{self, Addresses};
use crate::setup::{Origin, Setup};
use crate::vrrp::engine::Engine;
use crate::vrrp::machine::Machine;

/// The instance of before from which one goes on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Twin {
    /// Its position then.
    pub old: usize,
    /// Its block says something else now.
    pub changed: bool,
}

/// For each new instance the one of before that it goes on from, if there is one: of the same name, and the same
/// virtual router on the same interface. A sync group goes on as a whole or not at all.
///
/// An owner whose block changes starts anew: which of its addresses were there before us is known of the old
/// ones only.
#[must_use]
pub(crate) fn twins(setup: &Setup, config: &Config, origins: &[Origin], old: &Config) -> Vec<Option<Twin>> {
    let of_before = origins.iter().enumerate().filter_map(|(position, origin)| {
        let block = old.instances.get(origin.block)?;
        Some((block.name.as_str(), (position, origin.interface, block)))
    });
    let of_before: HashMap<&str, (usize, u32, &VrrpInstance)> = of_before.collect();
    let twin = |new: &Origin| {
        let wanted = config.instances.get(new.block)?;
        let &(old, interface, block) = of_before.get(wanted.name.as_str())?;
        let changed = VrrpInstance { span: wanted.span, ..block.clone() } != *wanted;
        let goes_on = interface == new.interface && (!changed || same_router(block, wanted));
        goes_on.then_some(Twin { old, changed })
    };
    let mut twins: Vec<Option<Twin>> = setup.origins.iter().map(twin).collect();
    let mut members_before: HashMap<&str, usize> = HashMap::new();
    for (_, _, block) in of_before.values() {
        if let Some(group) = &block.sync_group {
            *members_before.entry(group).or_default() += 1;
        }
    }
    for machine in &setup.machines {
        let Some((_, group)) = machine.as_group() else { continue };
        let members = machine.members();
        let go_on = members.iter().filter(|member| twins.get(**member).is_some_and(Option::is_some));
        let before = members_before.get(group).copied().unwrap_or(0);
        if (before, go_on.count()) != (members.len(), members.len()) {
            members.iter().filter_map(|member| twins.get_mut(*member).map(Option::take)).for_each(drop);
        }
    }
    twins
}

/// Whether a changed block can go on where the old one was.
fn same_router(old: &VrrpInstance, new: &VrrpInstance) -> bool {
    let identity = |block: &VrrpInstance| (block.vrid, block.version, block.family, block.sync_group.clone());
    let owner = |block: &VrrpInstance| block.priority == u8::MAX;
    identity(old) == identity(new) && !owner(old) && !owner(new)
}

/// Puts what the old engine knows into the new parts.
pub(crate) fn inherit(
    setup: &mut Setup,
    engine: Engine,
    twins: &[Option<Twin>],
    config: &Config,
    old: &Config,
) {
    let mut old_instances: Vec<_> = engine.instances.into_iter().map(Some).collect();
    for (new, twin) in setup.instances.iter_mut().zip(twins) {
        let Some(twin) = twin else { continue };
        let Some(mut instance) = old_instances.get_mut(twin.old).and_then(Option::take) else { continue };
        if twin.changed {
            new.stats = instance.stats;
            continue;
        }
        // Positions are the new engine's; all else is as it was.
        instance.port = new.port;
        instance.scripts = core::mem::take(&mut new.scripts);
        instance.files = core::mem::take(&mut new.files);
        *new = instance;
    }
    inherit_machines(setup, engine.machines, twins);
    // The monitor compares with what the instances really send from.
    for (watched, instance) in setup.watched.iter_mut().zip(&setup.instances) {
        watched.source = Some(instance.wire.content().source).filter(|source| !source.is_unspecified());
    }
    for script in &mut setup.scripts {
        let block = |config: &Config| config.script(&script.name).map(script_without_span);
        let known = engine.scripts.iter().find(|known| known.name == script.name);
        if let Some(known) = known.filter(|_| block(config) == block(old)) {
            script.tracker = known.tracker;
        }
    }
}

/// The state machines of instances that go on do so at their new positions; a changed one is told its new
/// configuration when the engine starts.
fn inherit_machines(setup: &mut Setup, old: Vec<Machine>, twins: &[Option<Twin>]) {
    let moved = twins.iter().enumerate().filter_map(|(new, twin)| Some(((*twin)?.old, new)));
    let moved: HashMap<usize, usize> = moved.collect();
    let place = |machine: &Machine| moved.get(machine.members().first()?).copied();
    let mut by_member: HashMap<usize, Machine> =
        old.into_iter().filter_map(|machine| Some((place(&machine)?, machine))).collect();
    for machine in &mut setup.machines {
        // The first member of old may be another one now.
        let old = machine.members().iter().find_map(|member| by_member.remove(member));
        let Some(old) = old else { continue };
        for (position, router) in machine.members().iter().zip(machine.routers()) {
            let changed = twins.get(*position).copied().flatten().is_some_and(|twin| twin.changed);
            if let Some(instance) = setup.instances.get_mut(*position).filter(|_| changed) {
                instance.fresh = Some(Box::new(router.config().clone()));
            }
        }
        *machine = old.goes_on_as(machine, |position| moved.get(&position).copied());
    }
}

/// The board that goes on. A changed Master has its new addresses put up; what it is not to have any more
/// goes.
#[must_use]
pub(crate) fn board(setup: &Setup, old: &Board, addresses: &[Addresses], twins: &[Option<Twin>]) -> Board {
    let board = Board::new(setup.instances.len());
    for (new, twin) in twins.iter().enumerate() {
        let Some(twin) = twin else { continue };
        board.adopt(new, old, twin.old);
        if !twin.changed {
            continue;
        }
        let held = old.held(twin.old);
        board.hold(new, false);
        if let (true, Some(before), Some(now)) = (held, addresses.get(twin.old), setup.addresses.get(new))
            && let Err(error) = link::give_up(before, now)
        {
            tracing::error!("cannot remove addresses that the file has no more: {error}");
        }
    }
    board
}

/// Changes of a reload that the log names. Whoever rewrites a thousand instances reads the file.
const MAX_CHANGES: usize = 50;

/// How many instances go on, and what the reload changes, block by block; secrets are not shown.
pub(crate) fn log(twins: &[Option<Twin>], old: &Config, new: &Config) {
    let changed = twins.iter().flatten().filter(|twin| twin.changed).count();
    let same = twins.iter().flatten().count() - changed;
    tracing::info!("reload: {same} of {} instances go on unchanged, {changed} go on changed", twins.len());
    let changes = kconf_parser::diff(old, new);
    changes.iter().take(MAX_CHANGES).for_each(|change| tracing::info!("reload: {change}"));
    if let Some(more) = changes.len().checked_sub(MAX_CHANGES).filter(|more| *more > 0) {
        tracing::info!("reload: and {more} more changes");
    }
}

fn script_without_span(block: &VrrpScript) -> VrrpScript {
    VrrpScript { span: Span::default(), ..block.clone() }
}
