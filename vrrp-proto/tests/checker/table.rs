//! The table of requirements: a line each, columns separated by tabs, a heading first.
//!
//! | column | what it holds |
//! |---|---|
//! | id | RFC, section, running number |
//! | level | the RFC's keyword; `STEP` of the state machine; `DEF`, a definition without one |
//! | sides | `2` if the rule can be broken, so that the opposite must be shown refused; else `1` |
//! | demand | what it demands, in our words |
//! | departure | why we do otherwise by default; may be missing |
//! | letter kept by | the setting that does as the RFC says; goes with a departure |

use super::Problem;

const HEADING: &str = "id\tlevel\tsides\tdemand\tdeparture\tletter kept by";
const LEVELS: [&str; 7] = ["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "STEP", "DEF"];

/// One requirement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) level: String,
    pub(crate) two_sided: bool,
    pub(crate) demand: String,
    pub(crate) departure: Option<Departure>,
}

/// Where the default departs from the letter of the RFC, on purpose.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Departure {
    pub(crate) reason: String,
    pub(crate) kept_by: String,
}

impl Row {
    /// The RFC's number.
    pub(crate) fn rfc(&self) -> &str {
        self.id.split_once('-').map_or("", |(rfc, _)| rfc)
    }
}

/// The rows, and the lines that are none.
pub(crate) fn read(text: &str) -> (Vec<Row>, Vec<Problem>) {
    let mut rows: Vec<Row> = Vec::new();
    let mut problems = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let row = match index {
            0 if line == HEADING => continue,
            0 => Err("the heading is another one"),
            _ => row(line),
        };
        let row = match row {
            Ok(row) if rows.iter().any(|earlier| earlier.id == row.id) => Err("a second row of this id"),
            other => other,
        };
        match row {
            Ok(row) => rows.push(row),
            Err(reason) => problems.push(Problem::Table { line: index + 1, reason }),
        }
    }
    (rows, problems)
}

fn row(line: &str) -> Result<Row, &'static str> {
    let columns: Vec<&str> = line.split('\t').collect();
    let (id, level, sides, demand, departure) = match columns[..] {
        [id, level, sides, demand] => (id, level, sides, demand, None),
        [id, level, sides, demand, reason, kept_by] if !reason.is_empty() && !kept_by.is_empty() => {
            (id, level, sides, demand, Some(Departure { reason: reason.into(), kept_by: kept_by.into() }))
        }
        _ => return Err("four columns, or six with a departure and what keeps the letter"),
    };
    if id.split('-').count() != 3 || id.split('-').any(str::is_empty) {
        return Err("the id is not RFC, section, number");
    }
    if !LEVELS.contains(&level) {
        return Err("unknown level");
    }
    let two_sided = match sides {
        "1" => false,
        "2" => true,
        _ => return Err("sides are 1 or 2"),
    };
    if demand.is_empty() {
        return Err("no demand");
    }
    Ok(Row { id: id.into(), level: level.into(), two_sided, demand: demand.into(), departure })
}
