//! Which test shows that which rule of the RFCs holds.
//!
//! `docs/requirements.tsv` lists the rules. A test says in its documentation which of them it shows:
//!
//! ```text
//! /// Holds: 3768-5.3.3-1, 9568-5.2.3-1
//! /// Refuses: 3768-5.3.3-1, 9568-5.2.3-1
//! #[test]
//! fn a_vrid_is_1_to_255() { … }
//! ```
//!
//! [`problems`] finds rules that nobody shows and citations of rules that are not there;
//! [`document`] writes down who shows what. `cargo test -p conformance` does both for this workspace;
//! with `UPDATE_CONFORMANCE=1` it writes `docs/conformance.md` anew.

mod citation;
mod document;
mod requirement;

use core::fmt;
use std::collections::BTreeSet;

pub use citation::{Citation, Side, Unattached, citations};
pub use document::document;
pub use requirement::{Requirement, Sides, TableError, requirements};

/// Why the tests do not show what the table demands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Problem {
    /// No test shows that the rule holds.
    NotShown(String),
    /// The rule can be broken, and no test shows its opposite refused.
    NotRefused(String),
    /// A test cites a rule that is not in the table.
    Stale(Citation),
    /// A test shows the opposite of a rule refused that, by the table, has none.
    OneSided(Citation),
    /// A citation stands above no test.
    Unattached(Unattached),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotShown(id) => write!(f, "{id}: no test says `Holds: {id}`"),
            Self::NotRefused(id) => write!(f, "{id}: no test says `Refuses: {id}`"),
            Self::Stale(citation) => {
                write!(
                    f,
                    "{}: {} cites {}, which is no requirement",
                    citation.file, citation.test, citation.id
                )
            }
            Self::OneSided(citation) => {
                write!(
                    f,
                    "{}: {} refuses the opposite of {}, which has one side",
                    citation.file, citation.test, citation.id
                )
            }
            Self::Unattached(Unattached { file, line }) => {
                write!(f, "{file}:{line}: a citation above no test")
            }
        }
    }
}

/// Everything that is wrong.
#[must_use]
pub fn problems(table: &[Requirement], cited: &[Citation], unattached: &[Unattached]) -> Vec<Problem> {
    let by = |side| -> BTreeSet<&str> {
        let of_side = cited.iter().filter(|citation| citation.side == side);
        of_side.map(|citation| citation.id.as_str()).collect()
    };
    let (shown, refused) = (by(Side::Holds), by(Side::Refuses));
    let known: BTreeSet<&str> = table.iter().map(|row| row.id.as_str()).collect();
    let not_shown =
        table.iter().filter(|row| row.sides != Sides::NotBuilt && !shown.contains(row.id.as_str()));
    let not_refused =
        table.iter().filter(|row| row.sides == Sides::Both && !refused.contains(row.id.as_str()));
    let stale = cited.iter().filter(|citation| !known.contains(citation.id.as_str()));
    let one_sided = cited.iter().filter(|citation| {
        let row = table.iter().find(|row| row.id == citation.id);
        citation.side == Side::Refuses && row.is_some_and(|row| row.sides != Sides::Both)
    });
    not_shown
        .map(|row| Problem::NotShown(row.id.clone()))
        .chain(not_refused.map(|row| Problem::NotRefused(row.id.clone())))
        .chain(stale.cloned().map(Problem::Stale))
        .chain(one_sided.cloned().map(Problem::OneSided))
        .chain(unattached.iter().cloned().map(Problem::Unattached))
        .collect()
}
