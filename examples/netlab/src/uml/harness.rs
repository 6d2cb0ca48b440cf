//! The guest for `#[test]` functions.

use std::{
    env,
    process::{Command, ExitStatus},
    thread,
};

use super::{Uml, UmlError};

/// Set in the copy of the test program that runs in the guest.
const INSIDE: &str = "NETLAB_UML_INSIDE";

/// Runs `body`, the whole of a test, in a guest as `uml` describes it: the test program is started
/// again there for this one test, and the test fails if that one does. Where there can be no guest
/// the test prints `SKIPPED` and why.
///
/// # Panics
///
/// As `body` does, and if the test in the guest fails.
pub fn with_uml(uml: &Uml, body: impl FnOnce()) {
    if env::var_os(INSIDE).is_some() {
        return body();
    }
    let test = thread::current().name().unwrap_or("main").to_owned();
    if let Err(reason) = Uml::available() {
        println!("SKIPPED {test}: {reason}");
        return;
    }
    match in_guest(uml, &test) {
        Ok(status) => assert!(status.success(), "{test} failed in its guest: {status}"),
        Err(error) => panic!("{test}: {error}"),
    }
}

fn in_guest(uml: &Uml, test: &str) -> Result<ExitStatus, UmlError> {
    let this = env::current_exe().map_err(crate::LabError::step("find this program"))?;
    let mut command = Command::new(this);
    command.args([test, "--exact", "--nocapture"]).env(INSIDE, "1");
    let output = uml.run(&command)?;
    // By the macros, so that the harness keeps it for the report of a failure.
    print!("{}", String::from_utf8_lossy(&output.stdout));
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Ok(output.status)
}
