//! `kconf diff`: how two configurations differ in what they do.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The one before
    old: PathBuf,
    /// The one after
    new: PathBuf,
}

pub(crate) fn run(_arguments: &Arguments) -> Result<ExitCode, Failure> {
    Err(Failure::Usage("diff: not built yet".to_owned()))
}
