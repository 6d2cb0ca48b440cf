//! Entries of `track_interface`, `track_script`, `track_file`, `track_process` and `track_bfd`.

use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};

use super::reader::{Reader, Statement, Word};
use super::value::IGNORED;
use crate::keywords::Hints;
use crate::model::{TrackBfd, TrackFile, TrackInterface, TrackProcess, TrackScript};
use crate::{Diagnostic, Problem, Span};

/// What is said of an entry that keepalived leaves out as a whole.
const UNTRACKED: &str = "this is not tracked";

/// How the entries of one keyword are written. Each kind is read by code of its own in keepalived.
#[derive(Debug)]
pub(super) struct Kind {
    /// The keyword of the list.
    pub(super) keyword: &'static str,
    /// The block that defines what is tracked.
    pub(super) defined_by: &'static str,
    /// Largest weight.
    limit: i64,
    /// One more is taken for the largest.
    forgiving: bool,
    /// `noreverse` undoes what the definition says.
    noreverse: bool,
    /// A wrong word behind the weight costs the whole entry.
    severe: bool,
}

pub(super) static INTERFACE: Kind = Kind {
    keyword: "track_interface",
    defined_by: "interface",
    limit: 253,
    forgiving: true,
    noreverse: false,
    severe: false,
};
pub(super) static SCRIPT: Kind = Kind {
    keyword: "track_script",
    defined_by: "vrrp_script",
    limit: 253,
    forgiving: true,
    noreverse: true,
    severe: false,
};
pub(super) static FILE: Kind = Kind {
    keyword: "track_file",
    defined_by: "track_file",
    limit: 254,
    forgiving: false,
    noreverse: true,
    severe: true,
};
pub(super) static PROCESS: Kind = Kind {
    keyword: "track_process",
    defined_by: "vrrp_track_process",
    limit: 254,
    forgiving: false,
    noreverse: true,
    severe: false,
};
pub(super) static BFD: Kind = Kind {
    keyword: "track_bfd",
    defined_by: "bfd_instance",
    limit: 253,
    forgiving: false,
    noreverse: true,
    severe: true,
};

/// An entry before it is known what it names.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) name: String,
    pub(super) span: Span,
    /// `None`: nothing valid is written.
    pub(super) weight: Option<i16>,
    /// `reverse` is true, `noreverse` false.
    pub(super) reverse: Option<bool>,
}

/// Everything that a block tracks, as written.
#[derive(Debug, Default)]
pub(super) struct TrackDraft {
    pub(super) interfaces: Vec<Track>,
    pub(super) scripts: Vec<Track>,
    pub(super) files: Vec<Track>,
    pub(super) processes: Vec<Track>,
    pub(super) bfds: Vec<Track>,
}

/// An entry that names something.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) weight: i16,
    pub(super) reverse: bool,
}

macro_rules! tracked {
    ($($type:ident),+) => {$(
        impl From<Entry> for $type {
            fn from(entry: Entry) -> Self {
                let Entry { name, weight, reverse, .. } = entry;
                Self { name, weight, reverse }
            }
        }
    )+};
}
tracked!(TrackInterface, TrackScript, TrackFile, TrackProcess, TrackBfd);

/// Everything that a block tracks and that exists.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracked {
    pub(super) interfaces: Vec<Entry>,
    pub(super) scripts: Vec<Entry>,
    pub(super) files: Vec<Entry>,
    pub(super) processes: Vec<Entry>,
    pub(super) bfds: Vec<Entry>,
}

/// `NAME [weight N [reverse|noreverse]]`.
pub(super) fn track(reader: &mut Reader<'_>, line: &Statement<'_>, kind: &Kind) -> Option<Track> {
    let name = line.arg(0)?;
    let mut track = Track { name: name.string(), span: name.span, weight: None, reverse: None };
    let Some(option) = line.arg(1) else { return Some(track) };
    if &*option.text != b"weight" {
        unknown(reader, &option, "weight", UNTRACKED);
        return None;
    }
    let Some(number) = line.arg(2) else {
        reader.report(option.span, Problem::MissingValue { keyword: "weight" });
        return None;
    };
    track.weight = weight(reader, &number, kind);
    let Some(direction) = line.arg(3) else { return Some(track) };
    match &*direction.text {
        b"reverse" => track.reverse = Some(true),
        b"noreverse" if kind.noreverse => track.reverse = Some(false),
        _ => {
            let expected = if kind.noreverse { "reverse or noreverse" } else { "reverse" };
            let effect = if kind.severe { UNTRACKED } else { "the word has no effect" };
            unknown(reader, &direction, expected, effect);
            if kind.severe {
                return None;
            }
        }
    }
    Some(track)
}

fn unknown(reader: &mut Reader<'_>, word: &Word<'_>, expected: &'static str, effect: &'static str) {
    let value = word.string();
    reader.report(word.span, Problem::InvalidValue { value, expected, effect });
}

fn weight(reader: &mut Reader<'_>, word: &Word<'_>, kind: &Kind) -> Option<i16> {
    let written = super::value::parse::<i64>(&word.text);
    if let Some(number) = written.filter(|number| kind.forgiving && number.abs() == kind.limit + 1) {
        let (min, max) = (-kind.limit, kind.limit);
        let (value, effect) = (word.string(), "the nearest possible value is used");
        let problem = Problem::InvalidNumber { value, min: min.to_string(), max: max.to_string(), effect };
        reader.report(word.span, problem);
        return i16::try_from(number.clamp(min, max)).ok();
    }
    let weight = reader.integer_word(word, -kind.limit, kind.limit, "the default weight is used");
    weight.and_then(|weight| i16::try_from(weight).ok())
}

/// `weight N [reverse]` of a block that defines what is tracked.
pub(super) fn own_weight(
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    limit: i64,
) -> (Option<i16>, Option<bool>) {
    let weight = reader.number(line, -limit, limit);
    let reverse = line.arg(2).and_then(|word| {
        let reverse = &*word.text == b"reverse";
        if !reverse {
            unknown(reader, &word, "reverse", IGNORED);
        }
        reverse.then_some(true)
    });
    (weight, reverse)
}

/// What a kind of block defines.
pub(super) struct Definitions<'a> {
    kind: &'static Kind,
    by_name: HashMap<&'a str, Definition>,
    hints: Hints,
}

#[derive(Clone, Copy)]
struct Definition {
    /// Its place among the blocks of its kind.
    place: usize,
    weight: i16,
    reverse: bool,
}

impl<'a> Definitions<'a> {
    /// Of blocks with their weights, in the order of the file. The first of a name counts.
    pub(super) fn new(kind: &'static Kind, blocks: impl Iterator<Item = (&'a str, i16, bool)>) -> Self {
        let mut by_name = HashMap::new();
        for (place, (name, weight, reverse)) in blocks.enumerate() {
            if let Slot::Vacant(slot) = by_name.entry(name) {
                slot.insert(Definition { place, weight, reverse });
            }
        }
        Self { kind, by_name, hints: Hints::default() }
    }

    /// What `tracks` name, if it is among the first `before` blocks: keepalived does not look further down.
    pub(super) fn resolve(
        &self,
        tracks: Vec<Track>,
        before: usize,
        findings: &mut Vec<Diagnostic>,
    ) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = HashSet::new();
        for Track { name, span, weight, reverse } in tracks {
            let found = self.by_name.get(name.as_str()).filter(|definition| definition.place < before);
            let Some(definition) = found else {
                findings.push(self.undefined(name, span));
                continue;
            };
            // The definition's place stands for the name.
            if !seen.insert(definition.place) {
                findings.push(Diagnostic::new(span, Problem::Duplicate { kind: self.kind.keyword, name }));
                continue;
            }
            let weight = weight.unwrap_or(definition.weight);
            let reverse = reverse.unwrap_or(definition.reverse);
            entries.push(Entry { name, span, weight, reverse });
        }
        entries
    }

    fn undefined(&self, name: String, at: Span) -> Diagnostic {
        let advice = if self.by_name.contains_key(name.as_str()) {
            Some(format!("'{name}' is defined below; move it above this block"))
        } else {
            let near = self.hints.near(self.by_name.keys().copied(), &name);
            near.map(|near| format!("did you mean '{near}'?"))
        };
        let finding = Diagnostic::new(at, Problem::Undefined { kind: self.kind.defined_by, name });
        Diagnostic { suggestion: advice, ..finding }
    }
}

/// Entries of `track_interface`, which nothing defines.
pub(super) fn resolve_interfaces(tracks: Vec<Track>, findings: &mut Vec<Diagnostic>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut seen = HashSet::new();
    for Track { name, span, weight, reverse } in tracks {
        if !seen.insert(name.clone()) {
            findings.push(Diagnostic::new(span, Problem::Duplicate { kind: INTERFACE.keyword, name }));
            continue;
        }
        let (weight, reverse) = (weight.unwrap_or(0), reverse.unwrap_or(false));
        entries.push(Entry { name, span, weight, reverse });
    }
    entries
}

/// Blocks that can be tracked and stand above some block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    pub(super) scripts: usize,
    pub(super) files: usize,
    pub(super) processes: usize,
    pub(super) bfds: usize,
}

/// Everything that can be tracked.
pub(super) struct Trackable<'a> {
    pub(super) scripts: Definitions<'a>,
    pub(super) files: Definitions<'a>,
    pub(super) processes: Definitions<'a>,
    pub(super) bfds: Definitions<'a>,
}

impl Trackable<'_> {
    pub(super) fn resolve(
        &self,
        draft: TrackDraft,
        before: Before,
        findings: &mut Vec<Diagnostic>,
    ) -> Tracked {
        Tracked {
            interfaces: resolve_interfaces(draft.interfaces, findings),
            scripts: self.scripts.resolve(draft.scripts, before.scripts, findings),
            files: self.files.resolve(draft.files, before.files, findings),
            processes: self.processes.resolve(draft.processes, before.processes, findings),
            bfds: self.bfds.resolve(draft.bfds, before.bfds, findings),
        }
    }
}

impl TrackDraft {
    /// Reads a list whose keyword is `track_*`. False: it is none.
    pub(super) fn list<'t>(
        &mut self,
        reader: &mut Reader<'t>,
        interfaces: &super::address::Interfaces<'_>,
        keyword: &'static crate::keywords::Keyword,
        line: Statement<'t>,
    ) -> bool {
        let (kind, list) = match keyword.name {
            "track_interface" => (&INTERFACE, &mut self.interfaces),
            "track_script" => (&SCRIPT, &mut self.scripts),
            "track_file" => (&FILE, &mut self.files),
            "track_process" => (&PROCESS, &mut self.processes),
            "track_bfd" => (&BFD, &mut self.bfds),
            _ => return false,
        };
        reader.list((keyword, line), |reader, entry| {
            if keyword.name == "track_interface"
                && let Some(word) = entry.arg(0)
            {
                interfaces.check(reader, &word);
            }
            list.extend(track(reader, &entry, kind));
        });
        true
    }
}
