//! `kconf diff`: how two configurations differ in what they do.

use core::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use kconf_parser::{AssumePresent, Change, ChangeKind, SettingChange, Value, diff};
use serde::Serialize;

use crate::failure::{Failure, write};
use crate::plain::{Plain, pretty};
use crate::source::{Origin, load, standard_input_once};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// How to print the changes
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    #[command(flatten)]
    origin: Origin,
    /// The one before; `-` is standard input
    old: PathBuf,
    /// The one after; `-` is standard input
    new: PathBuf,
}

/// How to print the changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// A line for each block, and one for each setting
    Human,
    /// An array of objects
    Json,
}

/// Exit status 0: they mean the same; 1: they do not.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    standard_input_once([&arguments.old, &arguments.new])?;
    // --as is the place of both: one is to take the other's.
    let reading = arguments.origin.reading();
    let old = load(&arguments.old, &reading, &AssumePresent)?;
    let new = load(&arguments.new, &reading, &AssumePresent)?;
    let changes = diff(&old.config, &new.config);
    match arguments.format {
        Format::Human => write(&changes.iter().map(human).collect::<String>())?,
        Format::Json => write(&pretty(&changes.iter().map(Entry::new).collect::<Vec<_>>())?)?,
    }
    Ok(ExitCode::from(u8::from(!changes.is_empty())))
}

fn human(change: &Change) -> String {
    let sign = match change.kind {
        ChangeKind::Added => '+',
        ChangeKind::Removed => '-',
        ChangeKind::Changed(_) => '~',
    };
    let mut out = format!("{sign} {}\n", change.subject);
    for setting in settings(change) {
        // Writing to a String cannot fail.
        let _ = match (&setting.old, &setting.new) {
            (Value::Secret(_), Value::Secret(_)) => writeln!(out, "    {}: changed", setting.path),
            (Value::Absent, new) => writeln!(out, "    {}: + {new}", setting.path),
            (old, Value::Absent) => writeln!(out, "    {}: - {old}", setting.path),
            (old, new) => writeln!(out, "    {}: {old} -> {new}", setting.path),
        };
    }
    out
}

fn settings(change: &Change) -> &[SettingChange] {
    match &change.kind {
        ChangeKind::Changed(settings) => settings,
        ChangeKind::Added | ChangeKind::Removed => &[],
    }
}

/// A change in JSON.
#[derive(Serialize)]
struct Entry<'a> {
    /// The block, keyword first.
    subject: String,
    change: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<Setting<'a>>,
}

#[derive(Serialize)]
struct Setting<'a> {
    keyword: &'a str,
    old: Plain<'a>,
    new: Plain<'a>,
}

impl<'a> Entry<'a> {
    fn new(change: &'a Change) -> Self {
        let kind = match change.kind {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Changed(_) => "changed",
        };
        let setting = |setting: &'a SettingChange| Setting {
            keyword: &setting.path,
            old: Plain(&setting.old),
            new: Plain(&setting.new),
        };
        let settings = settings(change).iter().map(setting).collect();
        Self { subject: change.subject.to_string(), change: kind, settings }
    }
}
