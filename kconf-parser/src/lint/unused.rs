//! What is defined and never used.

use core::cell::LazyCell;
use std::collections::HashSet;

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::tree::LineKind;
use crate::{Diagnostic, Severity, Span};

pub(super) static UNUSED: Page = Page {
    code: "unused",
    severity: Severity::Warning,
    what: "a script, file, process, BFD session or group is defined and nothing uses it",
    why: "It has no effect: keepalived does not run a script that nothing tracks. Often the line that tracks it was \
          forgotten, and the failure that it checks for moves nothing.",
    mend: "Track it in the instance or sync group, or take the block out.",
    example: Example::of(
        "\
vrrp_script chk {
    script \"/usr/local/bin/check\"
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
vrrp_script chk {
    script \"/usr/local/bin/check\"
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    track_script { chk }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

/// Blocks that are there to be used: what defines them, which lists name them, and what to say.
const DEFINITIONS: &[(&str, &[&str], &str)] = &[
    ("vrrp_script", &["track_script"], "name it in a track_script block"),
    ("vrrp_track_file", &["track_file"], "name it in a track_file block"),
    ("vrrp_track_process", &["track_process"], "name it in a track_process block"),
    ("track_file", &["track_file", "FILE_CHECK"], "name it in a track_file block"),
    ("bfd_instance", &["track_bfd", "BFD_CHECK"], "name it in a track_bfd block"),
];

/// Looks at the text: what refers to something that cannot be used uses it all the same.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    // Most files define nothing of the kind.
    let used = LazyCell::new(|| used(context));
    // A part of a configuration may define what another part uses.
    let part = context.own.config.instances.is_empty() && context.own.config.virtual_servers.is_empty();
    let report =
        |at, message| if part { Lint::Unused.note(at, message) } else { Lint::Unused.warning(at, message) };
    for (keyword, lists, advice) in DEFINITIONS {
        for block in context.own.places.top(keyword) {
            let name = block.header_word(1).unwrap_or_default();
            if name.is_empty() || lists.iter().any(|list| used.contains(&(*list, name.clone()))) {
                continue;
            }
            let message = format!("{keyword} '{name}' is not used");
            findings.push(report(block.header(), message).suggest(*advice));
        }
    }
    groups(context, &report, findings);
}

/// Blocks in which something is used.
const LISTS: &[&str] =
    &["track_script", "track_file", "track_process", "track_bfd", "FILE_CHECK", "BFD_CHECK"];

/// Every list and what is in it.
fn used(context: &Context<'_>) -> HashSet<(&'static str, String)> {
    let tree = context.own.tree;
    let mut open: Vec<Option<&'static str>> = Vec::new();
    let mut last = None;
    let mut used = HashSet::new();
    for line in tree.lines() {
        let words = tree.words(line);
        match line.kind {
            LineKind::Open => open.push(last.take()),
            LineKind::Close => {
                open.pop();
            }
            LineKind::Statement => {
                // Every word counts: `chk weight 2`, `FILE_CHECK { track_file NAME }`, and a name behind a strange space.
                if let Some(list) = open.last().copied().flatten() {
                    used.extend(words.iter().map(|word| (list, bare(&tree.text(word)))));
                }
                let named =
                    |list: &&&str| words.iter().any(|word| tree.text(word).ends_with(list.as_bytes()));
                last = LISTS.iter().find(named).copied();
            }
        }
    }
    used
}

/// The word without the strange spaces around it. They are reported themselves, and what follows from them is not.
fn bare(word: &[u8]) -> String {
    String::from_utf8_lossy(word).trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned()
}

fn groups(
    context: &Context<'_>,
    report: &dyn Fn(Span, String) -> Diagnostic,
    findings: &mut Vec<Diagnostic>,
) {
    if context.own.config.groups.is_empty() {
        return;
    }
    let servers = context.own.places.top("virtual_server");
    let named: HashSet<String> = servers.filter_map(|server| server.header_word(2)).collect();
    for group in context.own.config.groups.iter().filter(|group| !named.contains(&group.name)) {
        let message = format!("virtual_server_group '{}' is not used", group.name);
        let advice = format!("write virtual_server group {}", group.name);
        findings.push(report(group.span, message).suggest(advice));
    }
}
