//! How a test says what it proves: in the comment lines right above it, `Holds: ID, ID` for
//! requirements that it shows to be kept, `Refuses: ID, ID` for those whose opposite it shows
//! to be refused. A word may stand on several lines.
//!
//! Read line by line, as the formatter leaves them: attributes may stand between comment and
//! function, an empty line or any code may not. A test that is ignored proves nothing.

use core::mem;

use super::Problem;

/// What a test proves about a requirement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Side {
    /// What the rule demands is done, what keeps it is let through.
    Holds,
    /// What breaks the rule is refused.
    Refuses,
}

/// One requirement named above one test.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Citation {
    pub(crate) id: String,
    pub(crate) side: Side,
    /// From the folder of the crate, with slashes.
    pub(crate) file: String,
    /// The test function, without its modules.
    pub(crate) test: String,
    /// Of the comment.
    pub(crate) line: usize,
}

impl Citation {
    /// Where it stands.
    pub(crate) fn at(&self) -> String {
        at(&self.file, self.line)
    }
}

fn at(file: &str, line: usize) -> String {
    format!("{file}:{line}")
}

/// The citations of a file, and those that are attached to no test.
pub(crate) fn read(file: &str, text: &str) -> (Vec<Citation>, Vec<Problem>) {
    let mut reader = Reader::new(file);
    for (index, line) in text.lines().enumerate() {
        reader.line(index + 1, line.trim());
    }
    reader.forget();
    (reader.citations, reader.problems)
}

/// What was read, and what waits for its function.
struct Reader<'a> {
    file: &'a str,
    citations: Vec<Citation>,
    problems: Vec<Problem>,
    waiting: Vec<(usize, Side, &'a str)>,
    is_test: bool,
    is_ignored: bool,
    within: Option<&'static str>,
}

impl<'a> Reader<'a> {
    fn new(file: &'a str) -> Self {
        Self {
            file,
            citations: Vec::new(),
            problems: Vec::new(),
            waiting: Vec::new(),
            is_test: false,
            is_ignored: false,
            within: None,
        }
    }

    /// Takes a line without the white space around it.
    fn line(&mut self, number: usize, line: &'a str) {
        if let Some(end) = self.within {
            if line.ends_with(end) {
                self.within = None;
            }
        } else if let Some(comment) = line.strip_prefix("//") {
            self.comment(number, comment.trim_start_matches(['/', '!']).trim());
        } else if line.starts_with("/*") {
            self.forget();
            self.within = (!line.ends_with("*/")).then_some("*/");
        } else if line.starts_with("#[") {
            self.is_test |= line == "#[test]";
            self.is_ignored |= line.starts_with("#[ignore");
            self.within = (!line.ends_with(']')).then_some("]");
        } else if let Some(name) = function(line) {
            self.function(name);
        } else {
            self.forget();
        }
    }

    fn comment(&mut self, number: usize, text: &'a str) {
        let cited = None
            .or_else(|| Some((Side::Holds, text.strip_prefix("Holds:")?)))
            .or_else(|| Some((Side::Refuses, text.strip_prefix("Refuses:")?)));
        let Some((side, ids)) = cited else { return };
        let ids = ids.trim().trim_end_matches([',', '.']);
        for id in ids.split(',').map(str::trim) {
            if id.is_empty() {
                self.problems.push(Problem::Loose { at: at(self.file, number) });
            } else {
                self.waiting.push((number, side, id));
            }
        }
    }

    fn function(&mut self, name: &str) {
        if !self.is_test || self.is_ignored {
            return self.forget();
        }
        for (line, side, id) in mem::take(&mut self.waiting) {
            let (id, file, test) = (id.to_owned(), self.file.to_owned(), name.to_owned());
            self.citations.push(Citation { id, side, file, test, line });
        }
        self.forget();
    }

    /// Whatever still waits is attached to nothing.
    fn forget(&mut self) {
        let mut lines: Vec<_> = mem::take(&mut self.waiting).into_iter().map(|(line, ..)| line).collect();
        lines.dedup();
        self.problems.extend(lines.into_iter().map(|line| Problem::Loose { at: at(self.file, line) }));
        (self.is_test, self.is_ignored) = (false, false);
    }
}

/// The name, if `line` begins a function.
fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
    let line = line.strip_prefix("async ").unwrap_or(line);
    let name = line.strip_prefix("fn ")?;
    name.split(['(', '<']).next()
}
