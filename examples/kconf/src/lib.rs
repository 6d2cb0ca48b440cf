//! Checks, formats, explains and compares configurations of keepalived, with `kconf-parser`.
//!
//! Each subcommand is a module. README.md has their options and what they print.

mod check;
mod cli;
mod diff;
mod dump;
mod explain;
mod facts;
mod failure;
mod fmt;
mod keywords;
mod lsp;
mod plain;
mod source;

pub use cli::main;
