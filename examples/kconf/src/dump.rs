//! `kconf dump`: what a configuration means, as JSON.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kconf_parser::AssumePresent;

use crate::failure::{Failure, write};
use crate::plain::{Plain, pretty};
use crate::source::{Reading, load};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// What lines with `@ID` are compared with, keepalived's -i
    #[arg(long, value_name = "ID")]
    config_id: Option<String>,
    /// The file; `-` is standard input
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config_id = arguments.config_id.clone().unwrap_or_default();
    let loaded = load(&arguments.file, &Reading { config_id, ..Reading::default() }, &AssumePresent)?;
    write(&pretty(&Plain(&loaded.config.describe()))?)?;
    let count = loaded.diagnostics.len();
    if count > 0 {
        eprintln!("kconf: {count} findings, which kconf check shows");
    }
    Ok(ExitCode::SUCCESS)
}
