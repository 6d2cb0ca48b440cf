//! `vrrp-sim`: the program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    vrrp_sim::main(std::env::args_os())
}
