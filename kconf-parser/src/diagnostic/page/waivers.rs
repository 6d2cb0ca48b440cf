//! Comments and files that say that a finding is known.

use super::Page;

/// Pages of this file.
pub(super) const ALL: &[Page] = &[WAIVER_WITHOUT_REASON, WAIVER_UNKNOWN_CODE, WAIVER_UNUSED, BASELINE_STALE];

pub(in crate::diagnostic) const WAIVER_WITHOUT_REASON: Page = Page {
    code: "waiver-without-reason",
    what: "A comment allows a finding and does not say why.",
    effect: "keepalived does not look at comments. The finding is reported as if the comment were not there.",
    mend: "Write the reason behind the bracket: kconf: allow(CODE) REASON.",
    example: "\
# kconf: allow(adjusted)
global_defs {
}
",
};

pub(in crate::diagnostic) const WAIVER_UNKNOWN_CODE: Page = Page {
    code: "waiver-unknown-code",
    what: "A comment allows a finding of a code that does not exist.",
    effect: "Nothing is allowed by it.",
    mend: "Write the code that stands in brackets in the message of the finding.",
    example: "\
# kconf: allow(ajusted) the other node has it too
global_defs {
}
",
};

pub(in crate::diagnostic) const WAIVER_UNUSED: Page = Page {
    code: "waiver-unused",
    what: "A comment allows a finding that is not there.",
    effect: "Nothing is wrong any more; the comment would hide the next mistake of its kind.",
    mend: "Remove the comment.",
    example: "\
# kconf: allow(adjusted) the other node has it too
global_defs {
}
",
};

pub(in crate::diagnostic) const BASELINE_STALE: Page = Page {
    code: "baseline-stale",
    what: "The baseline lists a finding that is not there any more.",
    effect: "Nothing is wrong; the entry would hide the next mistake of its kind on a line of the same text.",
    mend: "Write the baseline again: kconf check --write-baseline FILE.",
    example: "",
};
