//! What instances and groups follow.

use crate::keywords::build::{flag, keywords, number, required};
use crate::keywords::{Entry, Takes};

/// A line of `track_interface`.
pub(in crate::keywords) static TRACK_INTERFACE: Entry = Entry {
    lead: Takes::Interface,
    words: keywords!(&[
        flag("reverse", "Turns the sign of the weight around.").since(2, 0, 18),
        required(
            "weight",
            number(-253, 253),
            "Change of priority while the link is up, or if negative, down; 0: FAULT when down."
        )
        .or("0")
        .since(1, 1, 13),
    ]),
};

/// A line of `track_script`.
pub(in crate::keywords) static TRACK_SCRIPT: Entry = Entry {
    lead: Takes::Reference("vrrp_script"),
    words: keywords!(&[
        flag("noreverse", "The weight counts as written.").since(2, 0, 18),
        flag("reverse", "Turns the sign of the weight around.").since(2, 0, 18),
        required(
            "weight",
            number(-253, 253),
            "Change of priority after success, or if negative, failure; 0: FAULT after failure."
        )
        .or("that of the script")
        .since(1, 1, 13),
    ]),
};

/// A line of `track_files`.
pub(in crate::keywords) static TRACK_FILES: Entry = Entry {
    lead: Takes::Reference("track_file"),
    words: keywords!(&[
        flag("noreverse", "The weight counts as written.").since(2, 0, 18),
        flag("reverse", "Turns the sign of the weight around.").since(2, 0, 18),
        required("weight", number(-254, 254), "The file's number times this changes the priority.")
            .or("that of the file")
            .since(1, 1, 13),
    ]),
};

/// A line of `track_process`.
pub(in crate::keywords) static TRACK_PROCESS: Entry = Entry {
    lead: Takes::Reference("vrrp_track_process"),
    words: keywords!(&[
        flag("noreverse", "The weight counts as written.").since(2, 0, 18),
        flag("reverse", "Turns the sign of the weight around.").since(2, 0, 18),
        required(
            "weight",
            number(-254, 254),
            "Change of priority while enough processes are there, or if negative, while not."
        )
        .or("that of the process")
        .since(1, 1, 13),
    ]),
};

/// A line of `track_bfd`.
pub(in crate::keywords) static TRACK_BFD: Entry = Entry {
    lead: Takes::Reference("bfd_instance"),
    words: keywords!(&[
        flag("noreverse", "The weight counts as written.").since(2, 0, 18),
        flag("reverse", "Turns the sign of the weight around.").since(2, 0, 18),
        required(
            "weight",
            number(-253, 253),
            "Change of priority while the session is up, or if negative, down."
        )
        .or("that of the session")
        .since(1, 1, 13),
    ]),
};
