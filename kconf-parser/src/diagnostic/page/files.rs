//! Includes and definitions.

use super::Page;

/// Pages of this file.
pub(super) const ALL: &[Page] = &[
    INCLUDE_MISSING,
    INCLUDE_UNREADABLE,
    INCLUDE_REFUSED,
    INCLUDE_CIRCLE,
    FILE_TOO_LARGE,
    NOT_EXPANDED,
    TOO_MANY_LEVELS,
];

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

pub(in crate::diagnostic) const INCLUDE_REFUSED: Page = Page {
    code: "include-refused",
    what: "An include that must find something finds nothing, or nothing that can be read.",
    effect: "keepalived does not start.",
    mend: "Correct the path, or write 'include', which needs nothing to be there.",
    example: "\
includem /etc/keepalived/missing.conf
",
};

pub(in crate::diagnostic) const INCLUDE_CIRCLE: Page = Page {
    code: "include-circle",
    what: "A file includes itself, perhaps by way of others.",
    effect: "keepalived reads it again and again until it gives up. Here the include that closes the circle has no effect.",
    mend: "Remove one of the includes; the message names the files in their order.",
    example: "\
include circle.conf
",
};

pub(in crate::diagnostic) const FILE_TOO_LARGE: Page = Page {
    code: "file-too-large",
    what: "A file is larger than any configuration.",
    effect: "Nothing of it is read.",
    mend: "Look whether the path names a configuration at all.",
    example: "",
};

pub(in crate::diagnostic) const NOT_EXPANDED: Page = Page {
    code: "not-expanded",
    what: "A reference to a definition that does not exist stays as it is written.",
    effect: "keepalived goes on with the dollar sign in the text.",
    mend: "Correct the name, or move the definition above its first use.",
    example: "\
$ROUTER=lb1
global_defs {
    router_id $ROUTR
}
",
};
