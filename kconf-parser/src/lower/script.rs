//! `vrrp_script`.

use core::time::Duration;
use std::path::PathBuf;

use super::command::Written;
use super::reader::{Reader, Section, Statement};
use super::value::IGNORED;
use crate::keywords::Keyword;
use crate::model::{ScriptUser, VrrpScript, VrrpScriptCommand};
use crate::{Facts, Problem, Span};

/// Shortest period. keepalived 2.2.7 had whole seconds.
const MIN_INTERVAL: Duration = Duration::from_millis(1);
const MAX_INTERVAL: Duration = Duration::from_secs(4294);

/// A `vrrp_script` block as far as it has been read.
struct ScriptReader<'a> {
    facts: &'a dyn Facts,
    command: Option<Written<VrrpScriptCommand>>,
    interval: Duration,
    timeout: Option<Duration>,
    weight: i16,
    reverse: bool,
    rise: u32,
    fall: u32,
    user: Option<ScriptUser>,
    init_fail: bool,
}

/// A script and where its command is written.
pub(super) struct ReadScript {
    pub(super) script: VrrpScript,
    pub(super) command_span: Span,
}

/// Reads the block that `line` opens.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    facts: &dyn Facts,
    keyword: &'static Keyword,
    line: Statement<'t>,
) -> Option<ReadScript> {
    let name = reader.text(&line);
    let mut block = ScriptReader {
        facts,
        command: None,
        interval: Duration::from_secs(1),
        timeout: None,
        weight: 0,
        reverse: false,
        rise: 1,
        fall: 1,
        user: None,
        init_fail: false,
    };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    let Some(name) = name else {
        reader.report(line.keyword_span(), Problem::MissingArgument { keyword: "vrrp_script" });
        return None;
    };
    let Some(command) = block.command else {
        let problem = Problem::Incomplete { kind: "vrrp_script", name, missing: "script" };
        reader.report(line.span(), problem);
        return None;
    };
    let script = VrrpScript {
        name,
        span: line.span(),
        command: *command.value,
        interval: block.interval,
        timeout: block.timeout.unwrap_or(block.interval),
        weight: block.weight,
        reverse: block.reverse,
        rise: block.rise,
        fall: block.fall,
        user: block.user,
        init_fail: block.init_fail,
    };
    Some(ReadScript { script, command_span: command.span })
}

impl<'t> Section<'t> for ScriptReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let count_max = i64::from(i32::MAX);
        match keyword.name {
            "script" => self.command = command(reader, &line).or(self.command.take()),
            "interval" => {
                let interval = reader.timer(&line, MIN_INTERVAL, MAX_INTERVAL);
                self.interval = interval.unwrap_or(Duration::from_secs(1));
            }
            "timeout" => self.timeout = reader.timer(&line, MIN_INTERVAL, MAX_INTERVAL).or(self.timeout),
            "weight" => {
                if let Some(weight) = reader.number(&line, -253, 253) {
                    self.weight = weight;
                    self.reverse = reverse(reader, &line, 2);
                }
            }
            "rise" => self.rise = reader.number(&line, 1, count_max).unwrap_or(1),
            "fall" => self.fall = reader.number(&line, 1, count_max).unwrap_or(1),
            "user" => self.user = reader.user(self.facts, &line),
            "init_fail" => self.init_fail = true,
            _ => return false,
        }
        true
    }
}

fn command(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Written<VrrpScriptCommand>> {
    let Written { value, span } = reader.bare_command(line, "script")?;
    let open =
        value.args.first().and_then(|program| program.to_str()).and_then(|path| path.strip_prefix('<'));
    let value = match open {
        Some(path) => VrrpScriptCommand::OpenFile(PathBuf::from(path)),
        None => VrrpScriptCommand::Run(*value),
    };
    Some(Written { value: Box::new(value), span })
}

/// `reverse` as argument `index`.
pub(super) fn reverse(reader: &mut Reader<'_>, line: &Statement<'_>, index: usize) -> bool {
    let Some(word) = line.arg(index) else { return false };
    if &*word.text == b"reverse" {
        return true;
    }
    if &*word.text != b"noreverse" {
        let (value, expected) = (word.string(), "reverse");
        reader.report(word.span, Problem::InvalidValue { value, expected, effect: IGNORED });
    }
    false
}
