//! `kconf keywords`: Every keyword.

use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(_arguments: &Arguments) -> Result<ExitCode, Failure> {
    Err(Failure::Usage("keywords: not built yet".to_owned()))
}
