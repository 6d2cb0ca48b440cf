//! `kconf diff`: how two configurations differ in what they do.

use core::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use kconf_parser::model::Config;
use kconf_parser::{AssumePresent, Change, ChangeKind, SettingChange, Value, diff};
use serde::Serialize;

use crate::failure::{Failure, write};
use crate::plain::{Plain, pretty};
use crate::source::{Reading, load};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// How to print the changes
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// What lines with `@ID` are compared with, keepalived's -i
    #[arg(long, value_name = "ID")]
    config_id: Option<String>,
    /// The one before
    old: PathBuf,
    /// The one after
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
    let config_id = arguments.config_id.clone().unwrap_or_default();
    let changes = diff(&config(&arguments.old, &config_id)?, &config(&arguments.new, &config_id)?);
    match arguments.format {
        Format::Human => write(&changes.iter().map(human).collect::<String>())?,
        Format::Json => write(&pretty(&changes.iter().map(Entry::new).collect::<Vec<_>>())?)?,
    }
    Ok(ExitCode::from(u8::from(!changes.is_empty())))
}

fn config(path: &Path, config_id: &str) -> Result<Config, Failure> {
    let reading = Reading { config_id: config_id.to_owned(), ..Reading::default() };
    load(path, &reading, &AssumePresent).map(|loaded| loaded.config)
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
