//! Reading a configuration: its text, its meaning, what is wrong.

use std::io::{self, Read as _};
use std::path::Path;

use kconf_parser::host::HostFiles;
use kconf_parser::model::Config;
use kconf_parser::{Diagnostic, ExpandOptions, Facts, LowerOptions, Tree, expand, lower_with};

use crate::failure::Failure;

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
    if path.as_os_str() != "-" {
        return std::fs::read(path).map_err(Failure::file("read", path));
    }
    let mut octets = Vec::new();
    io::stdin().lock().read_to_end(&mut octets).map_err(Failure::file("read", "standard input"))?;
    Ok(octets)
}

/// Reads `path` and everything that it includes.
pub(crate) fn load(path: &Path, reading: &Reading<'_>, facts: &dyn Facts) -> Result<Loaded, Failure> {
    let octets = read(path)?;
    let is_file = path.as_os_str() != "-";
    let name = if is_file { path } else { Path::new("(standard input)") };
    Ok(understand(reading.place.unwrap_or(name), &octets, reading, facts))
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
