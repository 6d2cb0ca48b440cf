//! `ipvsctl`: the program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ipvsctl::main(std::env::args_os())
}
