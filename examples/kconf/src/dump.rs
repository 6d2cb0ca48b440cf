//! `kconf dump`: what a configuration means, as JSON.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kconf_parser::AssumePresent;

use crate::failure::{Failure, write};
use crate::plain::{Plain, pretty};
use crate::source::{Origin, load};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    origin: Origin,
    /// The file; `-` is standard input
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let loaded = load(&arguments.file, &arguments.origin.reading(), &AssumePresent)?;
    write(&pretty(&Plain(&loaded.config.describe()))?)?;
    let count = loaded.diagnostics.len();
    if count > 0 {
        eprintln!("kconf: {count} findings, which kconf check shows");
    }
    Ok(ExitCode::SUCCESS)
}
