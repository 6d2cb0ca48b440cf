//! `vrrp_script`.

use core::time::Duration;
use std::path::PathBuf;

use super::command::Written;
use super::reader::{Reader, Section, Statement};
use super::track::own_weight;
use super::tracked::unused;
use crate::keywords::Keyword;
use crate::model::{ScriptUser, VrrpScript, VrrpScriptCommand};
use crate::{Facts, Problem, Span};

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
    /// The last `user` is nobody.
    nobody: bool,
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
    above: &[ReadScript],
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
        nobody: false,
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
    if block.nobody {
        // Whose name it is has been reported, and keepalived drops the script.
        return None;
    }
    if above.iter().any(|other| other.script.name == name) {
        return unused(reader, keyword.name, &name, &line);
    }
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
        match keyword.name {
            "script" => self.command = command(reader, &line).or(self.command.take()),
            "interval" => self.interval = period(reader, &line).unwrap_or(self.interval),
            "timeout" => self.timeout = period(reader, &line).or(self.timeout),
            "weight" => {
                let (weight, reverse) = own_weight(reader, &line, 253);
                self.weight = weight.unwrap_or(0);
                self.reverse |= reverse.unwrap_or(false);
            }
            "rise" => self.rise = count(reader, &line),
            "fall" => self.fall = count(reader, &line),
            "user" => {
                self.user = reader.user(self.facts, &line);
                self.nobody = self.user.is_none();
            }
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

fn count(reader: &mut Reader<'_>, line: &Statement<'_>) -> u32 {
    let count = line.arg(1).and_then(|word| reader.integer_word(&word, 1, i64::from(i32::MAX), "1 is used"));
    count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1)
}

/// A time of at least a millisecond; 0 is taken for a second.
fn period(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Duration> {
    let time = reader.timer(line, Duration::ZERO, MAX_INTERVAL)?;
    // keepalived 2.4.3 counts milliseconds, 2.2.7 whole seconds.
    let millis = u64::try_from(time.as_millis()).ok()?;
    if millis > 0 {
        return Some(Duration::from_millis(millis));
    }
    let at = line.arg(1).map_or(line.span(), |word| word.span);
    let (what, effect) = ("a script cannot run all the time".to_owned(), "one second is used");
    reader.report(at, Problem::Adjusted { what, effect, reported: true });
    Some(Duration::from_secs(1))
}
