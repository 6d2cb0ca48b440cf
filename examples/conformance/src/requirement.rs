//! The table of requirements.

/// One rule of an RFC.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Requirement {
    /// RFC, section and a running number of ours: `3768-5.3.3-1`.
    pub id: String,
    /// The RFC's keyword, or `DEF` for a format or number.
    pub level: String,
    /// The crate that meets it.
    pub krate: String,
    /// How much of it must be shown.
    pub sides: Sides,
    /// What it demands.
    pub text: String,
    /// Where the default departs from it, and why; empty if it does not. Why it is not built.
    pub deviation: String,
}

/// How much of a rule must be shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sides {
    /// Nothing: it is not built.
    NotBuilt,
    /// That it holds: it cannot be broken.
    Holds,
    /// That it holds and that its opposite is refused.
    Both,
}

impl Requirement {
    /// The RFC's number.
    #[must_use]
    pub fn rfc(&self) -> &str {
        self.id.split('-').next().unwrap_or_default()
    }
}

/// Why a table cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TableError {
    /// A line has not five or six columns.
    #[error("line {0}: not id, level, crate, sides, text, deviation")]
    Columns(usize),
    /// The sides are neither 1 nor 2, nor 0 with a reason.
    #[error("line {0}: a rule has 1 or 2 sides, or 0 and a reason")]
    Sides(usize),
    /// An id stands there twice.
    #[error("line {0}: {1} is there already")]
    Twice(usize, String),
}

/// Reads a table: tabs between the columns, `#` before a remark.
///
/// # Errors
///
/// [`TableError`] names the line.
pub fn requirements(table: &str) -> Result<Vec<Requirement>, TableError> {
    let mut rows: Vec<Requirement> = Vec::new();
    for (index, line) in table.lines().enumerate() {
        let number = index + 1;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let (id, level, krate, sides, text, deviation) = match *columns {
            [id, level, krate, sides, text] => (id, level, krate, sides, text, ""),
            [id, level, krate, sides, text, deviation] => (id, level, krate, sides, text, deviation),
            _ => return Err(TableError::Columns(number)),
        };
        let sides = match (sides, deviation) {
            ("0", reason) if !reason.is_empty() => Sides::NotBuilt,
            ("1", _) => Sides::Holds,
            ("2", _) => Sides::Both,
            _ => return Err(TableError::Sides(number)),
        };
        if rows.iter().any(|row| row.id == id) {
            return Err(TableError::Twice(number, id.to_owned()));
        }
        rows.push(Requirement {
            id: id.to_owned(),
            level: level.to_owned(),
            krate: krate.to_owned(),
            sides,
            text: text.to_owned(),
            deviation: deviation.to_owned(),
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_and_its_faults_are_named() {
        let rows = requirements("# remark\n\n3768-5.3.3-1\tDEF\tvrrp-proto\t2\tA VRID.\n").unwrap();
        assert_eq!((rows[0].rfc(), rows[0].sides), ("3768", Sides::Both));
        let rows = requirements("1-1-1\tMUST\tx\t0\ttext\treason").unwrap();
        assert_eq!(rows[0].sides, Sides::NotBuilt);
        assert_eq!(requirements("1-1-1\tMUST\tx\t0\ttext"), Err(TableError::Sides(1)));
        assert_eq!(requirements("a\tb"), Err(TableError::Columns(1)));
        assert_eq!(requirements("\na\tMUST\tx\t3\ttext"), Err(TableError::Sides(2)));
        let twice = "a\tMUST\tx\t1\ttext\na\tMUST\tx\t1\ttext";
        assert_eq!(requirements(twice), Err(TableError::Twice(2, "a".to_owned())));
    }
}
