//! `track_file` and `vrrp_track_process`: what instances can track.

use core::time::Duration;
use std::ffi::OsString;
use std::path::PathBuf;

use super::command::os_word;
use super::reader::{Reader, Section, Statement};
use super::track::own_weight;
use super::value::IGNORED;
use crate::Problem;
use crate::keywords::Keyword;
use crate::model::{InitFile, ParameterMatch, TrackedFile, TrackedProcess};

/// Largest weight of both kinds.
const MAX_WEIGHT: i64 = 254;

/// Reads the block that `line` opens.
pub(super) fn file<'t>(
    reader: &mut Reader<'t>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    above: &[TrackedFile],
) -> Option<TrackedFile> {
    let mut block = FileReader { path: None, weight: 1, reverse: false, init: None };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    let Some(name) = reader.text(&line) else {
        reader.report(line.keyword_span(), Problem::MissingArgument { keyword: keyword.name });
        return None;
    };
    let Some(path) = block.path else {
        let problem = Problem::Incomplete { kind: keyword.name, name, missing: "file" };
        reader.report(line.span(), problem);
        return None;
    };
    let named = |other: &TrackedFile| other.name == name;
    if above.iter().any(named) {
        return unused(reader, keyword.name, &name, &line);
    }
    let FileReader { weight, reverse, init, .. } = block;
    Some(TrackedFile { name, span: line.span(), path, weight, reverse, init })
}

/// A second block of a name is read, and nothing finds it.
pub(super) fn unused<T>(
    reader: &mut Reader<'_>,
    kind: &'static str,
    name: &str,
    line: &Statement<'_>,
) -> Option<T> {
    let what = format!("{kind} '{name}' is already defined");
    let effect = "only the first is ever used";
    reader.report(line.span(), Problem::Adjusted { what, effect, reported: false });
    None
}

fn again(reader: &mut Reader<'_>, what: &str, line: &Statement<'_>) {
    let what = format!("{what} is already set");
    reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: true });
}

/// A `track_file` block as far as it has been read.
struct FileReader {
    path: Option<PathBuf>,
    weight: i16,
    reverse: bool,
    init: Option<InitFile>,
}

impl<'t> Section<'t> for FileReader {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        match keyword.name {
            "file" if self.path.is_some() => again(reader, "the file", &line),
            "file" => self.path = line.arg(1).map(|word| PathBuf::from(os_word(&word))),
            "weight" if self.weight != 1 => again(reader, "the weight", &line),
            "weight" => {
                let (weight, reverse) = own_weight(reader, &line, MAX_WEIGHT);
                self.weight = weight.unwrap_or(1);
                self.reverse |= reverse.unwrap_or(false);
            }
            "init_file" => self.init = Some(init_file(reader, &line)),
            _ => return false,
        }
        true
    }
}

/// `init_file [VALUE] [overwrite]`, in any order.
fn init_file(reader: &mut Reader<'_>, line: &Statement<'_>) -> InitFile {
    let mut init = InitFile::default();
    for word in line.args() {
        if &*word.text == b"overwrite" {
            init.overwrite = true;
        } else if word.text.first().is_some_and(|first| first.is_ascii_digit() || *first == b'-') {
            let (min, max) = (i64::from(i32::MIN), i64::from(i32::MAX));
            let value = reader.exact_integer_word(&word, min, max, "0 is used");
            init.value = value.and_then(|value| i32::try_from(value).ok()).unwrap_or(0);
            if !(-254..=254).contains(&init.value) {
                let what = "a number outside of -254 to 254 is more than a priority can change".to_owned();
                let problem = Problem::Adjusted { what, effect: "it is used as it is", reported: true };
                reader.report(word.span, problem);
            }
        } else {
            let (value, expected) = (word.string(), "a number or overwrite");
            let effect = "the word has no effect";
            reader.report(word.span, Problem::InvalidValue { value, expected, effect });
        }
    }
    init
}

/// Reads the block that `line` opens.
pub(super) fn process<'t>(
    reader: &mut Reader<'t>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    above: &[TrackedProcess],
) -> Option<TrackedProcess> {
    let mut block = ProcessReader { quorum: 1, ..ProcessReader::default() };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    let Some(name) = reader.text(&line) else {
        reader.report(line.keyword_span(), Problem::MissingArgument { keyword: keyword.name });
        return None;
    };
    let Some(process) = block.process else {
        let problem = Problem::Incomplete { kind: keyword.name, name, missing: "process" };
        reader.report(line.span(), problem);
        return None;
    };
    if above.iter().any(|other| other.name == name) {
        return unused(reader, keyword.name, &name, &line);
    }
    Some(TrackedProcess {
        name,
        span: line.span(),
        process,
        parameters: block.parameters,
        parameter_match: block.parameter_match,
        full_command: block.full_command,
        weight: block.weight,
        reverse: block.reverse,
        quorum: block.quorum,
        quorum_max: block.quorum_max,
        fork_delay: block.fork_delay,
        terminate_delay: block.terminate_delay,
    })
}

/// A `vrrp_track_process` block as far as it has been read.
#[derive(Default)]
struct ProcessReader {
    process: Option<OsString>,
    parameters: Vec<OsString>,
    parameter_match: ParameterMatch,
    full_command: bool,
    weight: i16,
    reverse: bool,
    quorum: u16,
    quorum_max: Option<u16>,
    fork_delay: Duration,
    terminate_delay: Duration,
}

impl<'t> Section<'t> for ProcessReader {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        match keyword.name {
            "process" if self.process.is_some() => again(reader, "the process", &line),
            "process" => self.set_process(&line),
            "param_match" => self.set_match(reader, &line),
            "weight" if self.weight != 0 => again(reader, "the weight", &line),
            "weight" => {
                let (weight, reverse) = own_weight(reader, &line, MAX_WEIGHT);
                self.weight = weight.unwrap_or(0);
                self.reverse |= weight.is_some() && reverse.unwrap_or(false);
            }
            "quorum" => self.set_quorum(reader, &line),
            "quorum_max" => self.set_quorum_max(reader, &line),
            "delay" => {
                if let Some(delay) = delay(reader, &line) {
                    (self.fork_delay, self.terminate_delay) = (delay, delay);
                }
            }
            "fork_delay" => self.fork_delay = delay(reader, &line).unwrap_or(self.fork_delay),
            "terminate_delay" => {
                self.terminate_delay = delay(reader, &line).unwrap_or(self.terminate_delay);
            }
            "full_command" => self.full_command = true,
            _ => return false,
        }
        true
    }
}

fn delay(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Duration> {
    reader.timer(line, Duration::from_micros(1), Duration::from_secs(3600))
}

impl ProcessReader {
    fn set_process(&mut self, line: &Statement<'_>) {
        let mut words = line.args().map(|word| os_word(&word));
        self.process = words.next();
        self.parameters = words.collect();
        if !self.parameters.is_empty() {
            if self.parameter_match == ParameterMatch::Ignore {
                self.parameter_match = ParameterMatch::Exact;
            }
            self.full_command = true;
        }
    }

    fn set_match(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        self.parameter_match = match line.arg(1) {
            None => ParameterMatch::Exact,
            Some(word) if &*word.text == b"initial" => ParameterMatch::Initial,
            Some(word) if &*word.text == b"partial" => ParameterMatch::Partial,
            Some(word) => {
                let (value, expected) = (word.string(), "initial or partial");
                reader.report(word.span, Problem::InvalidValue { value, expected, effect: IGNORED });
                return;
            }
        };
        self.full_command = true;
    }

    fn set_quorum(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        let Some(quorum) = reader.number(line, 1, 65_535) else { return };
        if self.quorum_max.is_some_and(|max| quorum > max) {
            limits(reader, line, "quorum is above quorum_max");
        } else {
            self.quorum = quorum;
        }
    }

    /// 0 means that no process may run; then a quorum of 1 is nobody's wish.
    fn set_quorum_max(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        let Some(max) = reader.number(line, 0, 65_535) else { return };
        if max < self.quorum && (max > 0 || self.quorum > 1) {
            return limits(reader, line, "quorum_max is below quorum");
        }
        self.quorum_max = Some(max);
        self.quorum = if max == 0 { 0 } else { self.quorum.max(1) };
    }
}

fn limits(reader: &mut Reader<'_>, line: &Statement<'_>, what: &str) {
    let problem = Problem::Adjusted { what: what.to_owned(), effect: IGNORED, reported: true };
    reader.report(line.span(), problem);
}
