//! Includes and definitions.

use super::Page;

/// Pages of this file.
pub(super) const ALL: &[Page] = &[INCLUDE_MISSING, INCLUDE_UNREADABLE, TOO_MANY_LEVELS];

pub(in crate::diagnostic) const INCLUDE_MISSING: Page = Page {
    code: "include-missing",
    what: "An include finds no file.",
    effect: "keepalived goes on without a word, unless include_check or a variant of the keyword (includem, includew) asks for more.",
    mend: "Correct the path. It is relative to the folder of the file that includes.",
    example: "\
include conf.d/*.conf
",
};

pub(in crate::diagnostic) const INCLUDE_UNREADABLE: Page = Page {
    code: "include-unreadable",
    what: "An included file is there and cannot be read.",
    effect: "keepalived reports it and goes on without the file.",
    mend: "Let the user who reads it read it, or remove the include.",
    example: "\
include unreadable.conf
",
};

pub(in crate::diagnostic) const TOO_MANY_LEVELS: Page = Page {
    code: "too-many-levels",
    what: "Includes, definitions or sequences go on without an end.",
    effect: "keepalived ends, or takes all memory.",
    mend: "Look for a file that includes itself, a definition that uses itself, or a ~SEQ with too large a number.",
    example: "\
$A=${A}x
global_defs {
    router_id $A
}
",
};
