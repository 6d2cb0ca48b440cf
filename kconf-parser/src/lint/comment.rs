//! A comment sign inside a word.

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::tree::LineKind;
use crate::{Diagnostic, Severity, Span};

/// Keywords whose value is free text in which `#` and `!` occur.
const FREE_TEXT: &[&str] = &[
    "auth_pass",
    "key",
    "misc_path",
    "notify",
    "notify_backup",
    "notify_down",
    "notify_fault",
    "notify_master",
    "notify_stop",
    "notify_up",
    "password",
    "path",
    "quorum_down",
    "quorum_up",
    "regex",
    "script",
    "virtualhost",
];

/// Those of them that no message may show.
const SECRET: &[&str] = &["auth_pass", "key", "password"];

pub(super) static CUTS_WORD: Page = Page {
    code: "comment-cuts-word",
    severity: Severity::Warning,
    what: "a # or ! inside a password, path or expression begins a comment",
    why: "keepalived takes # and ! for the start of a comment anywhere outside double quotes, even in the middle of a \
          word. The password is shorter than it looks, and may be nothing but its first letters.",
    mend: "Put the value in double quotes. A backslash before the sign helps only in global_defs.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass pa!word
    }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass \"pa!word\" # a comment
    }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let tree = context.own.tree;
    for line in tree.lines().iter().filter(|line| line.kind == LineKind::Statement) {
        let words = tree.words(line);
        let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
        // Comments are not always in what expansion made, so the text as it is written counts.
        let octets = tree.sources().octets(last.span().source);
        let Some(sign @ (b'#' | b'!')) = octets.get(last.span().end as usize) else { continue };
        let keyword = tree.text(first);
        let Some(keyword) = FREE_TEXT.iter().find(|free| free.as_bytes() == &*keyword) else { continue };
        if words.len() < 2 {
            continue;
        }
        let sign = char::from(*sign);
        let message = format!("the value of {keyword} ends before the '{sign}', which begins a comment");
        let at = if SECRET.contains(keyword) { first.span() } else { last.span() };
        let cut = Span::new(last.span().source, last.span().end, last.span().end.saturating_add(1));
        let advice = "put the value in double quotes; if it is a comment, put a blank before it";
        findings.push(
            Lint::CommentCutsWord.warning(at, message).relate(cut, "the comment begins here").suggest(advice),
        );
    }
}
