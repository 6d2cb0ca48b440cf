//! The program; everything is in the library.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    // Packages of keepalived have a link of this name.
    let genhash = OsString::from("genhash");
    let name = args.next().filter(|name| Path::new(name).file_name() == Some(&genhash));
    keepalived_lite::run(name.map(|_| genhash).into_iter().chain(args))
}
