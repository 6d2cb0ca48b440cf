//! `kconf`: the program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    kconf::main(std::env::args_os())
}
