//! The comparison, on configurations as plain data.

use super::words::{KEYED, ORDERLESS, keyword};
use super::{Change, ChangeKind, SettingChange, Subject};
use crate::Value;

type Parts = [(&'static str, Value)];

/// How the blocks of a list are known: the subject that a block of this identity is.
type Identify<'a> = &'a dyn Fn(String) -> Subject;

/// Compares what [`Config::describe`](crate::model::Config::describe) gives.
pub(super) fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let (old, new) = (parts(old), parts(new));
    let mut changes = Vec::new();
    let mut loose = Vec::new();
    for (field, value) in new {
        let before = part(old, field);
        if *field == "globals" {
            settings("", before, value, &mut loose);
            global_words(&mut loose);
        } else if let Some((_, block)) = KEYED.iter().find(|(name, _)| name == field) {
            blocks(before, value, &|name| subject(block, name), &mut changes);
        } else if is_named(before) && is_named(value) {
            blocks(before, value, &|name| Subject::Block { keyword: field, name }, &mut changes);
        } else {
            setting(&keyword(field), before, value, &mut loose);
        }
    }
    if !loose.is_empty() {
        changes.insert(0, Change { subject: Subject::Globals, kind: ChangeKind::Changed(loose) });
    }
    changes
}

/// What an instance writes as `garp_…` is `vrrp_garp_…` in `global_defs`.
fn global_words(found: &mut [SettingChange]) {
    for setting in found.iter_mut().filter(|setting| setting.path.starts_with("garp_")) {
        setting.path.insert_str(0, "vrrp_");
    }
}

fn subject(block: &'static str, name: String) -> Subject {
    match block {
        "vrrp_script" => Subject::Script(name),
        "vrrp_instance" => Subject::Instance(name),
        "vrrp_sync_group" => Subject::SyncGroup(name),
        "virtual_server_group" => Subject::ServerGroup(name),
        "virtual_server" => Subject::VirtualServer(name),
        keyword => Subject::Block { keyword, name },
    }
}

fn parts(value: &Value) -> &Parts {
    if let Value::Map(parts) = value { parts } else { &[] }
}

fn part<'v>(parts: &'v Parts, name: &str) -> &'v Value {
    parts.iter().find(|(field, _)| *field == name).map_or(&Value::Absent, |(_, value)| value)
}

fn entries(value: &Value) -> &[Value] {
    if let Value::List(entries) = value { entries } else { &[] }
}

/// A list of blocks that say what they are called.
fn is_named(value: &Value) -> bool {
    matches!(value, Value::List(entries) if entries.iter().all(|entry| identity(entry).is_some()))
}

/// What a block is known by.
fn identity(block: &Value) -> Option<String> {
    let parts = parts(block);
    let text = |field| if let Value::Text(text) = part(parts, field) { Some(text.clone()) } else { None };
    if let (Some(key), Some(protocol)) = (text("key"), text("protocol")) {
        // A mark can be there once for each family.
        let family = text("family").filter(|_| key.starts_with("fwmark")).map(|family| format!(" {family}"));
        return Some(format!("{key} {protocol}{}", family.unwrap_or_default()));
    }
    text("name")
}

/// Blocks with the same identity are told apart by how many came before.
fn numbered(list: &Value, identity: impl Fn(&Value) -> Option<String>) -> Vec<((String, usize), &Value)> {
    let mut seen = std::collections::HashMap::new();
    let number = |block| {
        let name = identity(block).unwrap_or_default();
        let count = seen.entry(name.clone()).or_insert(0_usize);
        *count += 1;
        ((name, *count), block)
    };
    entries(list).iter().map(number).collect()
}

fn blocks(old: &Value, new: &Value, subject: Identify<'_>, changes: &mut Vec<Change>) {
    paired(old, new, identity, |name, before, after| {
        let (Some(before), Some(after)) = (before, after) else {
            let kind = if after.is_some() { ChangeKind::Added } else { ChangeKind::Removed };
            changes.push(Change { subject: subject(name), kind });
            return;
        };
        let mut found = Vec::new();
        settings("", before, after, &mut found);
        if !found.is_empty() {
            changes.push(Change { subject: subject(name.clone()), kind: ChangeKind::Changed(found) });
        }
        let servers = |block| part(parts(block), "real_servers");
        real_servers(&name, servers(before), servers(after), changes);
    });
}

fn real_servers(virtual_server: &str, old: &Value, new: &Value, changes: &mut Vec<Change>) {
    let address = |server: &Value| Some(part(parts(server), "address").to_string());
    paired(old, new, address, |address, before, after| {
        let subject = Subject::RealServer { virtual_server: virtual_server.to_owned(), address };
        let kind = match (before, after) {
            (Some(before), Some(after)) => {
                let mut found = Vec::new();
                settings("", before, after, &mut found);
                ChangeKind::Changed(found)
            }
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
        };
        if kind != ChangeKind::Changed(Vec::new()) {
            changes.push(Change { subject, kind });
        }
    });
}

/// Calls `each` for every identity: those of the new list in its order, then those that it lacks.
fn paired<'v>(
    old: &'v Value,
    new: &'v Value,
    identity: impl Fn(&Value) -> Option<String> + Copy,
    mut each: impl FnMut(String, Option<&'v Value>, Option<&'v Value>),
) {
    let mut old: std::collections::HashMap<_, _> = numbered(old, identity)
        .into_iter()
        .zip(0_usize..)
        .map(|((key, block), at)| (key, (at, block)))
        .collect();
    for (key, after) in numbered(new, identity) {
        let before = old.remove(&key).map(|(_, block)| block);
        each(key.0, before, Some(after));
    }
    let mut gone: Vec<_> = old.into_iter().map(|((name, _), (at, block))| (at, name, block)).collect();
    gone.sort_by_key(|(at, ..)| *at);
    gone.into_iter().for_each(|(_, name, block)| each(name, Some(block), None));
}

/// Compares the parts of one block.
fn settings(path: &str, old: &Value, new: &Value, found: &mut Vec<SettingChange>) {
    let before = parts(old);
    for (field, value) in parts(new).iter().filter(|(field, _)| *field != "real_servers") {
        let path = if path.is_empty() { (*field).to_owned() } else { format!("{path}.{field}") };
        setting(&path, part(before, field), value, found);
    }
}

fn setting(path: &str, old: &Value, new: &Value, found: &mut Vec<SettingChange>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Value::Map(before), Value::Map(after)) if same_shape(before, after) => {
            settings(path, old, new, found)
        }
        (Value::List(before), Value::List(after)) if is_orderless(path) => {
            let lacking = |list: &[Value], other: &[Value]| {
                let mut left = other.to_vec();
                let mut lacking = list.to_vec();
                lacking.retain(|entry| match left.iter().position(|twin| twin == entry) {
                    Some(at) => {
                        left.swap_remove(at);
                        false
                    }
                    None => true,
                });
                lacking
            };
            let path = keyword(path);
            let gone = lacking(before, after).into_iter().map(|entry| (entry, Value::Absent));
            let come = lacking(after, before).into_iter().map(|entry| (Value::Absent, entry));
            found.extend(gone.chain(come).map(|(old, new)| SettingChange { path: path.clone(), old, new }));
        }
        _ => found.push(SettingChange { path: keyword(path), old: old.clone(), new: new.clone() }),
    }
}

fn same_shape(old: &Parts, new: &Parts) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|((before, _), (after, _))| before == after)
}

fn is_orderless(path: &str) -> bool {
    ORDERLESS.contains(&path.rsplit('.').next().unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaf() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Absent),
            any::<bool>().prop_map(Value::Flag),
            (0..3_i64).prop_map(Value::Number)
        ]
    }

    fn block() -> impl Strategy<Value = Value> {
        let peers = prop::collection::vec(leaf(), 0..4);
        let ordered = prop::collection::vec(leaf(), 0..3);
        ("[ab]", leaf(), peers, ordered, leaf()).prop_map(|(name, a, peers, ordered, inner)| {
            Value::Map(vec![
                ("name", Value::Text(name)),
                ("priority", a),
                ("unicast_peers", Value::List(peers)),
                ("args", Value::List(ordered)),
                ("garp", Value::Map(vec![("master_delay", inner)])),
            ])
        })
    }

    fn config() -> impl Strategy<Value = Value> {
        let lists = || prop::collection::vec(block(), 0..3).prop_map(Value::List);
        (leaf(), lists(), lists(), leaf()).prop_map(|(global, instances, others, loose)| {
            Value::Map(vec![
                ("globals", Value::Map(vec![("router_id", global)])),
                ("instances", instances),
                ("no_such_blocks", others),
                ("no_such_setting", loose),
            ])
        })
    }

    /// The same with everything sorted whose order means nothing. Blocks of one name keep theirs.
    fn canonical(field: &str, value: &Value) -> Value {
        if let Value::Map(parts) = value {
            return Value::Map(parts.iter().map(|(name, value)| (*name, canonical(name, value))).collect());
        }
        let Value::List(list) = value else { return value.clone() };
        let mut list: Vec<_> = list.iter().map(|value| canonical("", value)).collect();
        match field {
            "unicast_peers" => list.sort_by_key(|value| format!("{value:?}")),
            "instances" | "no_such_blocks" => list.sort_by_key(identity),
            _ => {}
        }
        Value::List(list)
    }

    proptest! {
        #[test]
        fn there_are_changes_exactly_where_the_meaning_differs(a in config(), b in config()) {
            let same = canonical("", &a) == canonical("", &b);
            prop_assert_eq!(compare(&a, &b).is_empty(), same);
            prop_assert_eq!(compare(&a, &a), []);
            prop_assert_eq!(compare(&b, &a).len(), compare(&a, &b).len());
        }
    }
}
