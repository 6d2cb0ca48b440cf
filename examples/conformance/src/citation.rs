//! What tests say that they show.

/// Which side of a rule a test shows.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Side {
    /// What the rule demands happens.
    Holds,
    /// What it forbids is refused.
    Refuses,
}

/// A test that shows one side of one rule.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Citation {
    /// The rule.
    pub id: String,
    /// Which side.
    pub side: Side,
    /// The file, from the workspace's root.
    pub file: String,
    /// Name of the test's function.
    pub test: String,
}

/// A citation that no test follows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unattached {
    /// The file, from the workspace's root.
    pub file: String,
    /// The line of the citation, from 1.
    pub line: usize,
}

/// Reads the citations in the `source` of `file`.
#[must_use]
pub fn citations(file: &str, source: &str) -> (Vec<Citation>, Vec<Unattached>) {
    let (mut found, mut unattached) = (Vec::new(), Vec::new());
    let mut waiting: Vec<(Side, String)> = Vec::new();
    let (mut since, mut is_test) = (0, false);
    for (index, line) in source.lines().enumerate() {
        let line = line.trim();
        if let Some((side, ids)) = citation(line) {
            since = if waiting.is_empty() { index + 1 } else { since };
            waiting.extend(ids.map(|id| (side, id)));
        } else if line == "#[test]" {
            is_test = true;
        } else if line.starts_with("#[ignore") {
            // It shows nothing.
            is_test = false;
        } else if let (Some(name), true) = (function(line), is_test) {
            let test = |(side, id)| Citation { id, side, file: file.to_owned(), test: name.to_owned() };
            found.extend(waiting.drain(..).map(test));
            is_test = false;
        } else if !(line.starts_with("///") || line.starts_with("#[")) {
            // Also a plain comment: behind it may be a test that was taken out.
            let misspelt = line.starts_with("// Holds:") || line.starts_with("// Refuses:");
            if misspelt || !waiting.is_empty() {
                let line = if misspelt { index + 1 } else { since };
                unattached.push(Unattached { file: file.to_owned(), line });
            }
            waiting.clear();
            is_test = false;
        }
    }
    if !waiting.is_empty() {
        unattached.push(Unattached { file: file.to_owned(), line: since });
    }
    (found, unattached)
}

/// The side and the ids of a line that cites.
fn citation(line: &str) -> Option<(Side, impl Iterator<Item = String>)> {
    let text = line.strip_prefix("/// ")?;
    let (side, ids) = match text.split_once(": ")? {
        ("Holds", ids) => (Side::Holds, ids),
        ("Refuses", ids) => (Side::Refuses, ids),
        _ => return None,
    };
    Some((side, ids.split(',').map(|id| id.trim().to_owned())))
}

fn function(line: &str) -> Option<&str> {
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_belongs_to_the_test_below_it() {
        let source = "\
            /// Some words: a, b.\n\
            ///\n\
            /// Holds: 1-2-3, 1-2-4\n\
            /// Refuses: 1-2-3\n\
            #[test]\n\
            #[cfg(feature = \"x\")]\n\
            fn a_name(with: u8) {\n\
            }\n";
        let (found, unattached) = citations("file.rs", source);
        let seen: Vec<_> = found.iter().map(|found| (found.side, found.id.as_str())).collect();
        assert_eq!(seen, [(Side::Holds, "1-2-3"), (Side::Holds, "1-2-4"), (Side::Refuses, "1-2-3")]);
        assert!(found.iter().all(|found| found.test == "a_name" && found.file == "file.rs"));
        assert_eq!(unattached, []);
    }

    #[test]
    fn a_citation_above_anything_else_is_unattached() {
        let line = |line| vec![Unattached { file: "file.rs".to_owned(), line }];
        for (source, want) in [
            ("/// Holds: 1-2-3\nfn no_test() {}\n", line(1)),
            ("\n/// Holds: 1-2-3\nconst A: u8 = 1;\n#[test]\nfn test() {}\n", line(2)),
            ("/// Holds: 1-2-3\n", line(1)),
            ("\n// Holds: 1-2-3\n#[test]\nfn test() {}\n", line(2)),
            ("/// Holds: 1-2-3\n// #[test]\n// fn taken_out() {}\n#[test]\nfn test() {}\n", line(1)),
            ("/// Holds: 1-2-3\n#[test]\n#[ignore]\nfn test() {}\n", line(1)),
        ] {
            assert_eq!(citations("file.rs", source), (Vec::new(), want), "{source}");
        }
    }
}
