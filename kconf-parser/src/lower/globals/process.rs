//! Names and scheduling of the processes.

use core::time::Duration;

use super::super::reader::{Reader, Statement};
use super::super::value::{IGNORED, parse};
use super::{GlobalsReader, set};
use crate::Problem;
use crate::model::ProcessSettings;

/// Longest name of a process (`TASK_COMM_LEN` without the NUL).
const MAX_NAME: usize = 15;
/// Processors that a set can hold (`CPU_SETSIZE`).
const MAX_CPUS: i64 = 1024;

impl GlobalsReader<'_> {
    pub(super) fn process(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let globals = &mut self.globals;
        match name {
            "process_names" => {
                globals.vrrp_process.name = Some("keepalived_vrrp".to_owned());
                globals.checker_process.name = Some("keepalived_lvs".to_owned());
                globals.bfd_process.name = Some("keepalived_bfd".to_owned());
            }
            "process_name" => globals.process_name = process_name(reader, line),
            "lvs_process_name" => globals.checker_process.name = process_name(reader, line),
            "max_auto_priority" => set(&mut globals.auto_priority.max, max_priority(reader, line)),
            "min_auto_priority_delay" => {
                let delay = reader.number::<u64>(line, 1, 10_000_000).map(Duration::from_micros);
                set(&mut globals.auto_priority.min_delay, delay);
            }
            _ => {
                let (process, setting) = match name.split_once('_') {
                    Some(("vrrp", setting)) => (&mut globals.vrrp_process, setting),
                    Some(("checker", setting)) => (&mut globals.checker_process, setting),
                    Some(("bfd", setting)) => (&mut globals.bfd_process, setting),
                    _ => return false,
                };
                return one(reader, process, setting, line);
            }
        }
        true
    }
}

/// A setting of one process.
fn one(reader: &mut Reader<'_>, process: &mut ProcessSettings, setting: &str, line: &Statement<'_>) -> bool {
    match setting {
        "process_name" => process.name = process_name(reader, line),
        "priority" => process.nice = reader.number(line, -20, 19),
        "rt_priority" => process.rt_priority = rt_priority(reader, line).or(process.rt_priority),
        "rlimit_rttime" | "rlimit_rtime" => {
            let limit = reader.number::<u64>(line, 1, i64::from(u32::MAX));
            process.rlimit_rttime_us = limit.map(|limit| limit.max(2));
        }
        "no_swap" => process.no_swap = true,
        "cpu_affinity" => process.cpu_affinity = cpus(reader, line),
        _ => return false,
    }
    true
}

/// keepalived cuts a name that is too long.
fn process_name(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<String> {
    let word = line.arg(1)?;
    let cut = word.text.get(..MAX_NAME).filter(|cut| cut.len() < word.text.len());
    if cut.is_some() {
        let what = format!("the name of a process has at most {MAX_NAME} characters");
        reader.adjusted(word.span, what, "the rest is cut off", true);
    }
    Some(String::from_utf8_lossy(cut.unwrap_or(&word.text)).into_owned())
}

/// A priority beyond the limits is taken for the limit.
fn rt_priority(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<u8> {
    let word = line.arg(1)?;
    let Some(written) = parse::<i32>(&word.text) else {
        let (value, min, max) = (word.string(), "1".to_owned(), "99".to_owned());
        reader.report(word.span, Problem::InvalidNumber { value, min, max, effect: IGNORED });
        return None;
    };
    let priority = written.clamp(1, 99);
    if priority != written {
        let effect = if priority == 1 { "it is 1" } else { "it is 99" };
        reader.adjusted(word.span, "a real-time priority is a number from 1 to 99", effect, true);
    }
    u8::try_from(priority).ok()
}

fn max_priority(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<i8> {
    if line.arg(1).is_none() { Some(99) } else { reader.number(line, -1, 99) }
}

/// One number that is wrong spoils all of them. How many processors there are is not known here.
fn cpus(reader: &mut Reader<'_>, line: &Statement<'_>) -> Vec<u16> {
    let mut cpus = Vec::new();
    for word in line.args() {
        let Some(cpu) = reader.integer_word(&word, 0, MAX_CPUS - 1, IGNORED) else { return Vec::new() };
        cpus.extend(u16::try_from(cpu));
    }
    cpus.sort_unstable();
    cpus.dedup();
    cpus
}
