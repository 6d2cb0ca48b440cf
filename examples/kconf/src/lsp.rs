//! `kconf lsp`: an editor asks.

use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;

#[derive(Args, Debug)]
pub(crate) struct Arguments {}

pub(crate) fn run(_arguments: &Arguments) -> Result<ExitCode, Failure> {
    Err(Failure::Usage("lsp: not built yet".to_owned()))
}
