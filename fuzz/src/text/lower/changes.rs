//! Two configurations side by side, and an edit that makes one of the other.

use core::num::NonZeroU8;

use kconf_parser::edit::{BlockPath, Edit, EditError};
use kconf_parser::{Lowered, Parsed, diff, parse};

/// `lowered` is the meaning of `parsed`, which is made of `octets`.
pub(super) fn laws(octets: &[u8], parsed: &Parsed, lowered: &Lowered) {
    assert_eq!(diff(&lowered.config, &lowered.config), [], "nothing differs from itself");
    for change in diff(&kconf_parser::model::Config::default(), &lowered.config) {
        assert!(!change.to_string().is_empty());
    }
    let Some(instance) = lowered.config.instances.first() else { return };
    edit(octets, parsed, lowered, &instance.name);
}

/// One edit, which the length of the input chooses: it is made, and every other octet stays; or it is refused.
fn edit(octets: &[u8], parsed: &Parsed, lowered: &Lowered, instance: &str) {
    let tree = parse("fuzz.conf", octets).tree;
    let mut edit = Edit::of(&tree).with_expansion(&parsed.tree);
    let Some(priority) = NonZeroU8::new(77) else { return };
    let choice = octets.len() % 4;
    let made: Result<_, EditError> = match choice {
        0 => edit.set_priority(instance, priority),
        1 => edit.add_virtual_address(instance, [203, 0, 113, 77].into(), 32, None),
        2 => edit.rename_instance(instance, "new_name"),
        _ => edit.remove_block(BlockPath::instance(instance)),
    };
    if made.is_err() {
        return;
    }
    let edited = edit.finish();
    let mut rebuilt = Vec::new();
    let mut at = 0;
    for change in &edited.replaced {
        rebuilt.extend_from_slice(octets.get(at..change.range.start).expect("changes in order and apart"));
        rebuilt.extend_from_slice(&change.text);
        at = change.range.end;
    }
    rebuilt.extend_from_slice(octets.get(at..).expect("changes in the text"));
    assert_eq!(rebuilt, edited.octets);
    let (_, after) = super::read(&edited.octets);
    // Where a mistake makes keepalived read the braces in another way, no edit can know the block.
    let sound = parsed.diagnostics.is_empty() && lowered.diagnostics.is_empty();
    if choice == 0 && sound {
        let priority = after.config.instance(instance).map(|instance| instance.priority);
        assert_eq!(priority, Some(77), "the edit has its effect");
    }
}
