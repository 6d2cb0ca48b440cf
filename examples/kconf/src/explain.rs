//! `kconf explain`: what a keyword or the code of a finding means.

use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// A keyword, or a code such as unknown-keyword
    word: String,
}

pub(crate) fn run(_arguments: &Arguments) -> Result<ExitCode, Failure> {
    Err(Failure::Usage("explain: not built yet".to_owned()))
}
