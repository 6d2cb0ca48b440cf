//! `kconf check`: find mistakes.

mod fixing;
mod format;
mod github;
mod human;
mod json;
mod sarif;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ColorChoice, ValueEnum};
use kconf_parser::diagnostic::{Baseline, waive};
use kconf_parser::host::{self, HostFacts};
use kconf_parser::keywords::Version;
use kconf_parser::{
    AssumePresent, Diagnostic, Facts, LintOptions, LowerOptions, Pair, Severity, Sources, lint,
};

use crate::facts;
use crate::failure::{Failure, write};
use crate::source::{self, Loaded, Origin, Reading, standard_input_once};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The files; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How to print what is found
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Warnings are errors
    #[arg(long)]
    strict: bool,
    /// The release of keepalived that is to read the file, such as 2.2.7
    #[arg(long, value_name = "VERSION")]
    target: Option<Version>,
    #[command(flatten)]
    origin: Origin,
    /// Ask this host about interfaces, addresses, users and scripts
    #[arg(long, conflicts_with = "facts")]
    host: bool,
    /// Ask a file about them (JSON, see README.md)
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// The configuration of the other node, to compare with
    #[arg(long, value_name = "OTHER")]
    pair: Option<PathBuf>,
    /// Report only what this file does not list
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write such a file
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,
    /// Mend what a tool can mend, in place; what was included is not touched
    #[arg(long)]
    fix: bool,
    /// With --fix: print the changes and make none
    #[arg(long, requires = "fix")]
    dry_run: bool,
    /// Colours
    #[arg(long, value_enum, default_value = "auto")]
    color: ColorChoice,
}

/// How to print what is found.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// With the lines, for people
    Human,
    /// An array of objects
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub's workflows
    Github,
}

/// What was found in one file.
struct Report {
    sources: Sources,
    findings: Vec<Diagnostic>,
    /// What a comment allows.
    allowed: Vec<Diagnostic>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    standard_input_once(arguments.files.iter().chain(&arguments.pair))?;
    arguments.origin.is_for(&arguments.files)?;
    let checker = Checker::new(arguments)?;
    if arguments.fix {
        fixing::run(arguments, &checker)?;
        if arguments.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
    }
    let mut reports = Vec::new();
    for path in &arguments.files {
        reports.push(checker.report(checker.read(path)?));
    }
    if let Some(path) = &arguments.write_baseline {
        return write_baseline(path, &reports);
    }
    if let Some(path) = &arguments.baseline {
        subtract(path, &mut reports)?;
    }
    if arguments.strict {
        let findings = reports.iter_mut().flat_map(|report| &mut report.findings);
        findings
            .filter(|found| found.severity == Severity::Warning)
            .for_each(|found| found.severity = Severity::Error);
    }
    write(&match arguments.format {
        Format::Human => human::print(&reports, arguments.color),
        Format::Json => json::print(&reports),
        Format::Sarif => sarif::print(&reports),
        Format::Github => github::print(&reports),
    })?;
    let worst = reports.iter().flat_map(|report| &report.findings).map(|finding| finding.severity).max();
    Ok(ExitCode::from(match worst {
        None | Some(Severity::Note) => 0,
        Some(Severity::Warning) => 1,
        Some(Severity::Error) => 2,
    }))
}

fn write_baseline(path: &Path, reports: &[Report]) -> Result<ExitCode, Failure> {
    let mut baseline = Baseline::default();
    for report in reports {
        baseline.add(&report.findings, &report.sources);
    }
    std::fs::write(path, baseline.to_string()).map_err(Failure::file("write", path))?;
    Ok(ExitCode::SUCCESS)
}

fn subtract(path: &Path, reports: &mut Vec<Report>) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path).map_err(Failure::file("read", path))?;
    let name = path.to_string_lossy();
    let mut baseline = Baseline::parse(&name, &text)
        .map_err(|error| Failure::Usage(format!("{} is no baseline: {error}", path.display())))?;
    for report in reports.iter_mut() {
        let findings = core::mem::take(&mut report.findings);
        report.findings = baseline.subtract(findings, &report.sources);
    }
    let findings = baseline.stale();
    reports.push(Report { sources: baseline.sources().clone(), findings, allowed: Vec::new() });
    Ok(())
}

/// Everything that a file is checked with.
struct Checker<'a> {
    reading: Reading<'a>,
    facts: Box<dyn Facts>,
    pair: Option<Loaded>,
}

impl<'a> Checker<'a> {
    fn new(arguments: &'a Arguments) -> Result<Self, Failure> {
        let facts: Box<dyn Facts> = match &arguments.facts {
            Some(path) => Box::new(facts::read(path)?),
            None if arguments.host => Box::new(HostFacts::default()),
            None => Box::new(AssumePresent),
        };
        let mut reading = arguments.origin.reading();
        if arguments.host && arguments.origin.config_id.is_none() {
            reading.config_id = host::config_id();
        }
        reading.lower = LowerOptions { target: arguments.target, ..LowerOptions::default() };
        let other = Reading::default();
        let pair =
            arguments.pair.as_ref().map(|path| source::load(path, &other, &AssumePresent)).transpose()?;
        Ok(Self { reading, facts, pair })
    }

    fn read(&self, path: &Path) -> Result<Loaded, Failure> {
        source::load(path, &self.reading, &*self.facts)
    }

    /// The same for a text that is meant to be at `path`.
    fn read_text(&self, path: &Path, octets: &[u8]) -> Loaded {
        source::understand(self.reading.place.unwrap_or(path), octets, &self.reading, &*self.facts)
    }

    fn report(&self, loaded: Loaded) -> Report {
        let Loaded { config, tree, mut diagnostics } = loaded;
        let pair = self.pair.as_ref().map(|other| Pair { tree: &other.tree, config: &other.config });
        diagnostics.extend(lint(&tree, &config, &LintOptions { facts: &*self.facts, pair }));
        let waived = waive(&tree, diagnostics);
        Report { sources: tree.sources().clone(), findings: waived.findings, allowed: waived.allowed }
    }
}
