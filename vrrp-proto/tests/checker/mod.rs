//! Proves that every requirement of a crate's table is cited by the tests that show it, and
//! keeps the crate's part of `docs/conformance.md` true.
//!
//! Any crate of the workspace can use it. It brings `requirements.tsv` (see [`table`]), cites
//! its rows above its tests (see [`citation`]), has its two marker lines in the document (the
//! check says which), and a test `conformance` that calls [`conform`]:
//!
//! ```text
//! #[path = "../../vrrp-proto/tests/checker/mod.rs"]
//! mod checker;
//! ```
//!
//! That path leads out of the package, so the test goes into the manifest's `exclude`. All of
//! this is a folder and not a crate because it needs only the standard library, and only tests
//! have a use for it.

mod citation;
mod report;
mod table;

use core::fmt;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

pub(crate) use citation::{Citation, Side};
pub(crate) use table::Row;

/// Rewrites the document if it is set and not empty.
const UPDATE: &str = "UPDATE_CONFORMANCE";

/// A crate whose requirements are checked.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The package, as its markers in the document name it.
    pub(crate) package: &'static str,
    /// The heading of its part of the document.
    pub(crate) title: &'static str,
    /// Its folder, `CARGO_MANIFEST_DIR`; the workspace is the folder above.
    pub(crate) folder: &'static str,
}

/// What is wrong with table or citations.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Problem {
    /// A line of the table cannot be read.
    Table { line: usize, reason: &'static str },
    /// No test shows that the requirement holds.
    NotShown { id: String },
    /// A two-sided requirement, and no test shows the opposite refused.
    NotRefused { id: String },
    /// The table says that there is nothing to refuse, a test refuses it.
    NothingToRefuse { id: String, at: String },
    /// A test cites what is in no row.
    Stale { id: String, at: String },
    /// A citation that is not right above a test which runs, or names no requirement.
    Loose { at: String },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { line, reason } => write!(f, "requirements.tsv:{line}: {reason}"),
            Self::NotShown { id } => write!(f, "{id}: no test holds it"),
            Self::NotRefused { id } => write!(f, "{id}: two-sided, and no test refuses the opposite"),
            Self::NothingToRefuse { id, at } => write!(f, "{at}: {id} is one-sided in the table"),
            Self::Stale { id, at } => write!(f, "{at}: {id} is in no row of the table"),
            Self::Loose { at } => write!(f, "{at}: not right above a test that runs, or without an id"),
        }
    }
}

/// Table and citations that agree.
#[derive(Debug)]
pub(crate) struct Proven {
    pub(crate) rows: Vec<Row>,
    pub(crate) citations: Vec<Citation>,
}

/// Compares the text of a table with the text of files, each with its path.
pub(crate) fn check(table: &str, files: &[(String, String)]) -> Result<Proven, Vec<Problem>> {
    let (rows, mut problems) = table::read(table);
    let mut citations = Vec::new();
    for (file, text) in files {
        let (found, loose) = citation::read(file, text);
        citations.extend(found);
        problems.extend(loose);
    }
    for citation in &citations {
        let (id, at) = (citation.id.clone(), citation.at());
        match rows.iter().find(|row| row.id == citation.id) {
            None => problems.push(Problem::Stale { id, at }),
            Some(row) if !row.two_sided && citation.side == Side::Refuses => {
                problems.push(Problem::NothingToRefuse { id, at });
            }
            Some(_) => {}
        }
    }
    for row in &rows {
        let cited = |side| citations.iter().any(|citation| citation.id == row.id && citation.side == side);
        if !cited(Side::Holds) {
            problems.push(Problem::NotShown { id: row.id.clone() });
        }
        if row.two_sided && !cited(Side::Refuses) {
            problems.push(Problem::NotRefused { id: row.id.clone() });
        }
    }
    problems.sort();
    if problems.is_empty() { Ok(Proven { rows, citations }) } else { Err(problems) }
}

/// Checks a crate and its part of the document, or rewrites that part.
///
/// Without the document's workspace, as in a published crate, the document is left out and the
/// reason printed.
pub(crate) fn conform(subject: &Subject) -> Result<Proven, String> {
    let folder = Path::new(subject.folder);
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    let table = read(&folder.join("requirements.tsv"))?;
    let files = sources(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let proven = check(&table, &files).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })?;
    if !folder.join("../run-tests").exists() {
        println!("skipped: docs/conformance.md needs the source tree of the workspace");
        return Ok(proven);
    }
    let path = folder.join("../docs/conformance.md");
    let committed = read(&path)?;
    let wanted = report::splice(&committed, subject, &report::part(subject, &proven))?;
    if wanted == committed {
        return Ok(proven);
    }
    if env::var_os(UPDATE).is_some_and(|value| !value.is_empty()) {
        fs::write(&path, wanted).map_err(|error| format!("{}: {error}", path.display()))?;
        return Ok(proven);
    }
    let command = report::command(subject);
    Err(format!("docs/conformance.md is not what table and tests say; write it with\n    {command}"))
}

/// The Rust files below `src` and `tests`, by their paths from `folder`, in order.
fn sources(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut waiting = vec![folder.join("src"), folder.join("tests")];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
                paths.push(entry.path());
            }
        }
    }
    paths.sort();
    let name = |path: &Path| {
        let parts: Vec<_> =
            path.strip_prefix(folder).into_iter().flatten().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    };
    paths.iter().map(|path| Ok((name(path), fs::read_to_string(path)?))).collect()
}
