//! Reading a configuration: its text, its meaning, what is wrong.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use kconf_parser::host::HostFiles;
use kconf_parser::model::Config;
use kconf_parser::{Diagnostic, ExpandOptions, Facts, LowerOptions, Tree, expand, lower_with};

use crate::failure::Failure;

/// What every subcommand that reads a configuration can be told about it.
#[derive(Args, Debug)]
pub(crate) struct Origin {
    /// Where the text is meant to be: for messages and includes
    #[arg(long = "as", value_name = "PATH")]
    place: Option<PathBuf>,
    /// What lines with `@ID` are compared with, keepalived's -i
    #[arg(long, value_name = "ID")]
    pub(crate) config_id: Option<String>,
}

impl Origin {
    /// How to read a text from there.
    pub(crate) fn reading(&self) -> Reading<'_> {
        let config_id = self.config_id.clone().unwrap_or_default();
        Reading { place: self.place.as_deref(), config_id, ..Reading::default() }
    }

    /// Makes sure that each of several texts has a place of its own.
    pub(crate) fn is_for(&self, paths: &[PathBuf]) -> Result<(), Failure> {
        match (&self.place, paths.len()) {
            (Some(_), 2..) => {
                Err(Failure::Usage("--as is the place of one text, and several are given".to_owned()))
            }
            (Some(_) | None, _) => Ok(()),
        }
    }
}

/// Makes sure that standard input, which can be read once, is.
pub(crate) fn standard_input_once<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), Failure> {
    match paths.into_iter().filter(|path| is_standard_input(path)).count() {
        0 | 1 => Ok(()),
        _ => Err(Failure::Usage("standard input can be read once only".to_owned())),
    }
}

/// Whether `path` is how standard input is called on the command line.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What a text is called: by its place if it has one.
pub(crate) fn name<'a>(path: &'a Path, reading: &Reading<'a>) -> &'a Path {
    let own = if is_standard_input(path) { Path::new("(standard input)") } else { path };
    reading.place.unwrap_or(own)
}

/// What the command line says about how to read.
#[derive(Debug, Default)]
pub(crate) struct Reading<'a> {
    /// Where the text is meant to be.
    pub(crate) place: Option<&'a Path>,
    /// What `@id` lines are compared with.
    pub(crate) config_id: String,
    /// How to lower.
    pub(crate) lower: LowerOptions<'a>,
}

/// A configuration with everything there is to say about it.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What it means.
    pub(crate) config: Config,
    /// Its lines after expansion.
    pub(crate) tree: Tree,
    /// What is wrong.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// The octets of a file; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if !is_standard_input(path) {
        return std::fs::read(path).map_err(Failure::file("read", path));
    }
    let mut octets = Vec::new();
    io::stdin().lock().read_to_end(&mut octets).map_err(Failure::file("read", "standard input"))?;
    Ok(octets)
}

/// Reads `path` and everything that it includes.
pub(crate) fn load(path: &Path, reading: &Reading<'_>, facts: &dyn Facts) -> Result<Loaded, Failure> {
    let octets = read(path)?;
    Ok(understand(name(path, reading), &octets, reading, facts))
}

/// Reads a text that is meant to be at `place`.
pub(crate) fn understand(place: &Path, octets: &[u8], reading: &Reading<'_>, facts: &dyn Facts) -> Loaded {
    let options = ExpandOptions { config_id: reading.config_id.clone(), ..ExpandOptions::default() };
    let parsed = expand(&place.to_string_lossy(), octets, &HostFiles::default(), &options);
    let lowered = lower_with(&parsed.tree, facts, &reading.lower);
    let mut diagnostics = parsed.diagnostics;
    diagnostics.extend(lowered.diagnostics);
    Loaded { config: lowered.config, tree: parsed.tree, diagnostics }
}
