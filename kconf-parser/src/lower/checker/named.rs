//! `BFD_CHECK` and `FILE_CHECK`, which name something that is defined elsewhere.

use super::super::declared::Declared;
use super::super::reader::{Reader, Statement, Word};
use super::super::value::IGNORED;
use crate::{Diagnostic, Problem};

/// Longest name of a BFD session.
const MAX_NAME: usize = 31;
/// What becomes of a `BFD_CHECK` that is not right.
const DROPPED: &str = "the whole check has no effect";

/// `BFD_CHECK` as written.
#[derive(Default)]
pub(super) struct BfdDraft {
    pub(super) name: Option<String>,
    /// Something was wrong with a name: keepalived drops the check.
    pub(super) broken: bool,
}

impl BfdDraft {
    /// Takes a keyword. `others` are the sessions that checks of the same real server already watch.
    pub(super) fn keyword(
        &mut self,
        reader: &mut Reader<'_>,
        declared: &Declared<'_>,
        others: &[&str],
        name: &str,
        line: &Statement<'_>,
    ) -> bool {
        if name == "name" {
            let session = self.session(reader, declared, others, line);
            self.broken |= session.is_none();
            self.name = session;
        }
        name == "name"
    }

    fn session(
        &self,
        reader: &mut Reader<'_>,
        declared: &Declared<'_>,
        others: &[&str],
        line: &Statement<'_>,
    ) -> Option<String> {
        let word = line.arg(1)?;
        let name = word.string();
        if let Some(extra) = line.arg(2) {
            reader.adjusted(extra.span, "a BFD_CHECK takes one name", DROPPED, true);
        } else if !declared.session(&word.text, word.span) {
            let kind = "bfd_instance above that tells the checkers called";
            undefined(reader, &word, kind, declared.near_session(&name));
        } else if self.name.is_some() || self.broken {
            reader.adjusted(line.span(), "the check already has a name", DROPPED, true);
        } else if word.text.len() > MAX_NAME {
            reader.invalid(&word, "a name of at most 31 characters", DROPPED);
        } else if others.contains(&name.as_str()) {
            let what = format!("the real server already has a check of bfd_instance '{name}'");
            reader.adjusted(line.span(), what, DROPPED, true);
        } else {
            return Some(name);
        }
        None
    }
}

/// `FILE_CHECK` as written.
#[derive(Default)]
pub(super) struct FileDraft {
    pub(super) track_file: Option<String>,
    /// `weight` and whether it is reversed.
    pub(super) weight: Option<(i32, bool)>,
    /// Those of the `track_file` block.
    pub(super) default_weight: (i32, bool),
    /// There was a name, but of nothing.
    pub(super) undefined: bool,
}

impl FileDraft {
    pub(super) fn keyword(
        &mut self,
        reader: &mut Reader<'_>,
        declared: &Declared<'_>,
        name: &str,
        line: &Statement<'_>,
    ) -> bool {
        match name {
            "track_file" => {
                let Some(word) = line.arg(1) else { return true };
                if let Some(file) = declared.file(&word.text, word.span) {
                    self.track_file = Some(word.string());
                    self.default_weight = (i32::from(file.weight), file.reverse);
                } else {
                    undefined(reader, &word, "track_file above called", declared.near_file(&word.string()));
                    self.undefined = true;
                }
            }
            "weight" => self.weight = weight(reader, line).or(self.weight),
            _ => return false,
        }
        true
    }
}

fn weight(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<(i32, bool)> {
    let limit = i64::from(i32::MAX);
    let weight = reader.number(line, -limit, limit)?;
    let Some(word) = line.arg(2) else { return Some((weight, false)) };
    match &*word.text {
        b"reverse" => Some((weight, true)),
        b"noreverse" => Some((weight, false)),
        _ => {
            reader.invalid_choice(&word, "reverse or noreverse", IGNORED, &["reverse", "noreverse"]);
            None
        }
    }
}

fn undefined(reader: &mut Reader<'_>, word: &Word<'_>, kind: &'static str, near: Option<&str>) {
    let name = word.string();
    let advice = match near {
        Some(near) if near == name => Some("it must be defined above the virtual server".to_owned()),
        near => near.map(|near| format!("did you mean '{near}'?")),
    };
    let finding = Diagnostic::new(word.span, Problem::Undefined { kind, name });
    reader.advise(Diagnostic { suggestion: advice, ..finding });
}
