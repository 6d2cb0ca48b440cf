//! `kconf check`: find mistakes.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kconf_parser::{AssumePresent, Severity};

use crate::failure::{Failure, write};
use crate::source::{Reading, load};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The files; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut worst = None;
    for path in &arguments.files {
        let loaded = load(path, &Reading::default(), &AssumePresent)?;
        let findings = &loaded.diagnostics;
        write(&findings.iter().map(|finding| finding.render(loaded.sources())).collect::<String>())?;
        worst = worst.max(findings.iter().map(|finding| finding.severity).max());
    }
    Ok(ExitCode::from(match worst {
        None | Some(Severity::Note) => 0,
        Some(Severity::Warning) => 1,
        Some(Severity::Error) => 2,
    }))
}
