//! `kconf fmt`: Lay the text out.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Change nothing; exit 1 if something would change
    #[arg(long)]
    check: bool,
    /// The files; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

pub(crate) fn run(_arguments: &Arguments) -> Result<ExitCode, Failure> {
    Err(Failure::Usage("fmt: not built yet".to_owned()))
}
