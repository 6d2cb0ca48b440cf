//! Namespaces for `#[test]` functions.

use std::{env, process::Command, thread};

use nix::errno::Errno;

use crate::{
    Namespace,
    enter::{has_admin_rights, rule_behind},
};

/// Set in the copy of the test program that runs in a user namespace.
const INSIDE: &str = "NETLAB_INSIDE";

/// Runs `body`, the whole of a test, with the right to make namespaces.
///
/// As root it just runs. Otherwise the test program is started again for this one test in a user
/// namespace, and the test fails if that one does. Rust's test harness runs every test in a
/// thread, and a process with threads cannot enter a user namespace itself, so util-linux's
/// `unshare` does it. Where that is missing or forbidden the test prints `SKIPPED` and why.
///
/// # Panics
///
/// As `body` does, and if the test in the user namespace fails.
pub fn with_namespaces(body: impl FnOnce()) {
    if has_admin_rights() && Namespace::new().is_ok() {
        return body();
    }
    match in_user_namespace() {
        Ok(()) => {}
        Err(reason) => println!("SKIPPED {}: {reason}", test_name()),
    }
}

/// Runs the calling test again in a user namespace; the reason if there can be none.
fn in_user_namespace() -> Result<(), String> {
    if env::var_os(INSIDE).is_some() {
        let refusal = Namespace::new().err().map_or_else(String::new, |error| error.to_string());
        return Err(format!(
            "no rights in the user namespace: {refusal}; {}",
            rule_behind(Errno::EPERM).advice()
        ));
    }
    let probe = unshare().arg("true").output().map_err(|error| format!("unshare (util-linux): {error}"))?;
    if !probe.status.success() {
        let words = String::from_utf8_lossy(&probe.stderr);
        return Err(format!("{}; {}", words.trim(), rule_behind(Errno::EPERM).advice()));
    }
    let name = test_name();
    let status = unshare()
        // By path: `/proc/self/exe` would be `unshare`, and by number it is closed to the namespace.
        .arg(env::current_exe().map_err(|error| error.to_string())?)
        .args([name.as_str(), "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .map_err(|error| error.to_string())?;
    assert!(status.success(), "{name} failed in its user namespace: {status}");
    Ok(())
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "--net", "--"]);
    command
}

/// The harness names its threads after the tests.
fn test_name() -> String {
    thread::current().name().unwrap_or("main").to_owned()
}
