//! Lines, braces and quotes.

use super::Page;

/// Pages of this file.
pub(super) const ALL: &[Page] = &[
    LINE_TOO_LONG,
    UNTERMINATED_QUOTE,
    NUL_OCTET,
    TOO_DEEP,
    EXTRA_CLOSE,
    MISSING_CLOSE,
    UNEXPECTED_OPEN,
    MISSING_OPEN,
];

pub(in crate::diagnostic) const LINE_TOO_LONG: Page = Page {
    code: "line-too-long",
    what: "A line is longer than keepalived's buffer of 1024 octets.",
    effect: "keepalived drops the whole line, newer versions with a message. Whatever it said has no effect.",
    mend: "Break the line. Where it cannot be broken, let definitions ($NAME=value) hold parts of it.",
    example: "\
global_defs {
    router_id lb1 # …
}
",
};

pub(in crate::diagnostic) const UNTERMINATED_QUOTE: Page = Page {
    code: "unterminated-quote",
    what: "A double quote has no partner on its line.",
    effect: "keepalived drops everything from the quote to the end of the line. A keyword that needs an argument then has none, and keepalived 2.2.7 reads no further.",
    mend: "Close the quote on the same line. A quoted text cannot go on in the next one.",
    example: "\
global_defs {
    router_id \"lb1
}
",
};

pub(in crate::diagnostic) const NUL_OCTET: Page = Page {
    code: "nul-octet",
    what: "A line contains an octet of value 0.",
    effect: "For keepalived the line ends there, without a message.",
    mend: "Remove it. It comes from a broken copy, or from a file in UTF-16: save that as UTF-8.",
    example: "\
global_defs {
    router_id lb1 ␀ lb2
}
",
};

pub(in crate::diagnostic) const TOO_DEEP: Page = Page {
    code: "too-deep",
    what: "More braces are open than any block needs.",
    effect: "keepalived's language needs five levels. What is deeper is not looked at.",
    mend: "Look for a program that writes this file and repeats itself, or for braces that are never closed.",
    example: "\
global_defs {{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{
",
};

pub(in crate::diagnostic) const EXTRA_CLOSE: Page = Page {
    code: "extra-close",
    what: "A '}' closes nothing.",
    effect: "keepalived reports it and reads on. The line itself is harmless, but often an earlier '}' came too early, and the lines in between are read as if they stood at the top level.",
    mend: "Remove it, or the one that came too early. `kconf fmt` shows by its indentation what belongs where.",
    example: "\
global_defs {
    router_id lb1
}
}
",
};

pub(in crate::diagnostic) const MISSING_CLOSE: Page = Page {
    code: "missing-close",
    what: "A '{' is never closed.",
    effect: "keepalived reads the following blocks as lines of this one. They are unknown keywords there, so everything in them is lost.",
    mend: "Add the '}'. The message names the place where it is probably missing, by the indentation of the lines.",
    example: "\
global_defs {
    router_id lb1

vrrp_script check {
    script \"/bin/true\"
}
",
};

pub(in crate::diagnostic) const UNEXPECTED_OPEN: Page = Page {
    code: "unexpected-open",
    what: "A '{' stands behind a keyword that has no block, or behind another '{'.",
    effect: "keepalived skips the brace, and takes the '}' that belongs to it for the end of the block around. The lines after that are read in the wrong place.",
    mend: "Remove both braces, or correct the keyword.",
    example: "\
vrrp_script check {
    script \"/bin/true\"
    interval {
        2
    }
}
",
};

pub(in crate::diagnostic) const MISSING_OPEN: Page = Page {
    code: "missing-open",
    what: "A keyword that has a block is not followed by '{'.",
    effect: "keepalived reports it and reads the block nonetheless. Other programs may not.",
    mend: "Put a '{' at the end of the line, or on the next one.",
    example: "\
global_defs
    router_id lb1
}
",
};
