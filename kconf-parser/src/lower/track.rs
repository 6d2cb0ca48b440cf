//! Entries of `track_interface` and `track_script`.

use super::reader::{Reader, Statement};
use super::value::IGNORED;
use crate::{Problem, Span};

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

/// `NAME [weight N [reverse|noreverse]]`.
pub(super) fn track(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Track> {
    let name = line.arg(0)?;
    let mut track = Track { name: name.string(), span: name.span, weight: None, reverse: None };
    let mut words = line.args();
    while let Some(word) = words.next() {
        match &*word.text {
            b"weight" => {
                let Some(number) = words.next() else {
                    reader.report(word.span, Problem::MissingValue { keyword: "weight" });
                    break;
                };
                let weight = reader.integer_word(&number, -253, 253, "the weight has no effect");
                track.weight = weight.and_then(|weight| i16::try_from(weight).ok());
            }
            b"reverse" => track.reverse = Some(true),
            b"noreverse" => track.reverse = Some(false),
            _ => {
                let expected = "weight or reverse";
                reader.report(
                    word.span,
                    Problem::InvalidValue { value: word.string(), expected, effect: IGNORED },
                );
                break;
            }
        }
    }
    Some(track)
}
