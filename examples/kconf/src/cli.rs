//! The command line.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::USAGE;
use crate::{check, diff, dump, explain, fmt, keywords, lsp};

/// Checks, formats, explains and compares configurations of keepalived.
///
/// Reads nothing of this host unless told to.
#[derive(Debug, Parser)]
#[command(name = "kconf", version, after_help = STATUSES)]
struct Arguments {
    #[command(subcommand)]
    command: Subcommands,
}

const STATUSES: &str = "\
Exit status 0: nothing found; 1: warnings only; 2: errors; 64: the command line makes no sense, or a file
that it names cannot be read.";

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Find mistakes.
    Check(check::Arguments),
    /// Lay the text out.
    Fmt(fmt::Arguments),
    /// Print what the configuration means, as JSON.
    Dump(dump::Arguments),
    /// Say what a keyword or the code of a finding means.
    Explain(explain::Arguments),
    /// List every keyword.
    Keywords(keywords::Arguments),
    /// Tell how two configurations differ in what they do.
    Diff(diff::Arguments),
    /// Serve an editor (Language Server Protocol, on standard input and output).
    Lsp(lsp::Arguments),
}

/// Runs the program with its command line, its own name first.
pub fn main(args: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come here, too. Where they cannot be written nobody reads them.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let result = match &arguments.command {
        Subcommands::Check(arguments) => check::run(arguments),
        Subcommands::Fmt(arguments) => fmt::run(arguments),
        Subcommands::Dump(arguments) => dump::run(arguments),
        Subcommands::Explain(arguments) => explain::run(arguments),
        Subcommands::Keywords(arguments) => keywords::run(arguments),
        Subcommands::Diff(arguments) => diff::run(arguments),
        Subcommands::Lsp(arguments) => lsp::run(arguments),
    };
    result.unwrap_or_else(|failure| failure.report())
}
