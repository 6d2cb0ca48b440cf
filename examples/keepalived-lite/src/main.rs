//! The program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    keepalived_lite::run(std::env::args_os().skip(1))
}
