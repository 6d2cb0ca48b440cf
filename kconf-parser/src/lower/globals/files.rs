//! Files, reloading, and what the processes are given.

use std::path::PathBuf;

use super::super::command::os_word;
use super::super::reader::{Reader, Statement, Word};
use super::super::value::IGNORED;
use super::{GlobalsReader, already, set};
use crate::Problem;
use crate::keywords::Keyword;
use crate::model::{IncludeCheck, JsonVersion, ReloadMarker};

/// Every permission that a mask can take away.
const PERMISSIONS: u16 = 0o777;

impl GlobalsReader<'_> {
    pub(super) fn files(
        &mut self,
        reader: &mut Reader<'_>,
        keyword: &'static Keyword,
        line: &Statement<'_>,
    ) -> bool {
        let globals = &mut self.globals;
        let files = &mut globals.files;
        let name = keyword.name;
        let path = || line.arg(1).map(|word| directory(&word));
        match name {
            "config_save_dir" => files.config_save_dir = path(),
            "tmp_config_directory" if files.tmp_config_directory.is_some() => already(reader, line, name),
            "tmp_config_directory" => files.tmp_config_directory = path(),
            "state_dump_file" => files.state_dump = only_path(reader, line).or(files.state_dump.take()),
            "stats_dump_file" => files.stats_dump = only_path(reader, line).or(files.stats_dump.take()),
            "json_dump_file" => files.json_dump = only_path(reader, line).or(files.json_dump.take()),
            "json_version" => {
                let version = reader.integer(line, 1, 1, 2);
                let version = version.map(|two| if two == 2 { JsonVersion::V2 } else { JsonVersion::V1 });
                set(&mut files.json_version, version);
            }
            "data_use_instance" => set(&mut files.data_use_instance, reader.switch(line)),
            "iproute_usr_dir" => {
                files.iproute_usr_dir = only_path(reader, line).or(files.iproute_usr_dir.take());
            }
            "iproute_etc_dir" => {
                files.iproute_etc_dir = only_path(reader, line).or(files.iproute_etc_dir.take());
            }
            "include_check" => include_check(reader, line, &mut files.include_check),
            "umask" => globals.umask = umask(reader, line).or(globals.umask),
            "random_seed" => {
                globals.random_seed =
                    reader.exact_number(line, 0, i64::from(u32::MAX)).or(globals.random_seed);
            }
            _ => return self.reload(reader, name, line),
        }
        true
    }

    fn reload(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let reload = &mut self.globals.reload;
        let path = line.arg(1).map(|word| PathBuf::from(os_word(&word)));
        match name {
            "reload_check_config" => {
                reload.check_config = Some(path.unwrap_or_else(|| PathBuf::from("/dev/null")));
            }
            "reload_time_file" => reload.time_file = only_path(reader, line).or(reload.time_file.take()),
            "reload_repeat" => reload.repeat = true,
            "reload_file" => {
                reload.marker = Some(path.map_or(ReloadMarker::BesidePidFile, ReloadMarker::File));
            }
            _ => return false,
        }
        true
    }
}

/// A path without the slash at its end.
fn directory(word: &Word<'_>) -> PathBuf {
    let mut word = word.clone();
    if let Some(text) = word.text.strip_suffix(b"/").filter(|text| !text.is_empty()) {
        word.text = text.to_vec().into();
    }
    PathBuf::from(os_word(&word))
}

/// The one path of a line.
fn only_path(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<PathBuf> {
    let word = line.arg(1)?;
    if let Some(extra) = line.arg(2) {
        let span = extra.span.to(line.span());
        reader.adjusted(span, "one path is wanted here; with blanks it must be in quotes", IGNORED, true);
        return None;
    }
    if word.text.is_empty() {
        reader.invalid(&word, "a path", IGNORED);
        return None;
    }
    Some(PathBuf::from(os_word(&word)))
}

/// A word stands for itself and `read`; behind others it must say `+` or `-`.
fn include_check(reader: &mut Reader<'_>, line: &Statement<'_>, check: &mut IncludeCheck) {
    if line.arg(1).is_none() {
        *check = IncludeCheck { read: true, matches: true, wildcard_match: true, brace_match: true };
    }
    for (place, word) in line.args().enumerate() {
        let (name, on) = match word.text.split_first() {
            Some((b'+', name)) => (name, Some(true)),
            Some((b'-', name)) => (name, Some(false)),
            _ => (&*word.text, None),
        };
        if on.is_none() && place > 0 {
            reader.invalid(&word, "a word behind '+' or '-'", "the word has no effect");
            continue;
        }
        if on.is_none() {
            *check = IncludeCheck::default();
        }
        let flag = match name {
            b"read" => &mut check.read,
            b"match" => &mut check.matches,
            b"wildcard_match" => &mut check.wildcard_match,
            b"brace_match" => &mut check.brace_match,
            _ => {
                let expected = "read, match, wildcard_match or brace_match";
                let choices = ["read", "match", "wildcard_match", "brace_match"];
                reader.invalid_choice(&word, expected, "the word has no effect", &choices);
                continue;
            }
        };
        *flag = on.unwrap_or(true);
        check.read |= on.is_none();
    }
}

/// A number (octal with `0`, hexadecimal with `0x` before it), or names of bits with `|` between them.
fn umask(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<u16> {
    let first = line.arg(1)?;
    let number = first.text.first().is_some_and(u8::is_ascii_digit);
    if let (true, Some(extra)) = (number, line.arg(2)) {
        reader.adjusted(extra.span, "one number is wanted here", IGNORED, true);
        return None;
    }
    let mask = if number { umask_number(&first.text) } else { umask_bits(line) };
    if mask.is_none() {
        let (text, span) = line.rest();
        let value = String::from_utf8_lossy(text).into_owned();
        let expected = "a number up to 0777, or names such as IRUSR, IWGRP, IRWXO with | between them";
        reader.report(span, Problem::InvalidValue { value, expected, effect: IGNORED });
    }
    mask
}

fn umask_number(text: &[u8]) -> Option<u16> {
    let text = core::str::from_utf8(text).ok()?;
    let lower = text.to_ascii_lowercase();
    let mask = match (lower.strip_prefix("0x"), lower.strip_prefix('0')) {
        (Some(digits), _) => u16::from_str_radix(digits, 16),
        (None, Some(digits)) if !digits.is_empty() => u16::from_str_radix(digits, 8),
        (None, _) => lower.parse(),
    };
    mask.ok().filter(|mask| *mask <= PERMISSIONS)
}

/// The words may be glued to `|` or not.
fn umask_bits(line: &Statement<'_>) -> Option<u16> {
    let mut mask = 0;
    let mut wants_name = true;
    for word in line.args() {
        let mut rest = &*word.text;
        while !rest.is_empty() {
            if !wants_name {
                rest = rest.strip_prefix(b"|")?;
                wants_name = true;
                continue;
            }
            let (name, after) = rest.split_at_checked(5)?;
            mask |= umask_bit(name)?;
            (rest, wants_name) = (after, false);
        }
    }
    (!wants_name).then_some(mask)
}

fn umask_bit(name: &[u8]) -> Option<u16> {
    Some(match name {
        b"IRUSR" => 0o400,
        b"IWUSR" => 0o200,
        b"IXUSR" => 0o100,
        b"IRWXU" => 0o700,
        b"IRGRP" => 0o040,
        b"IWGRP" => 0o020,
        b"IXGRP" => 0o010,
        b"IRWXG" => 0o070,
        b"IROTH" => 0o004,
        b"IWOTH" => 0o002,
        b"IXOTH" => 0o001,
        b"IRWXO" => 0o007,
        _ => return None,
    })
}
