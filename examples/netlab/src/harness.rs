//! Namespaces for `#[test]` functions, which run in threads.

use std::{env, process::Command, thread};

use crate::{Namespace, enter::has_admin_rights, enter_user_namespace};

/// Set in the copy of the test program that enters the user namespace.
const INSIDE: &str = "NETLAB_INSIDE";

/// Runs `body`, the whole of a test, with the right to make namespaces.
///
/// As root it just runs. Otherwise the test program is started again for this one test, in a
/// user namespace and without other threads, and the test fails if that one does. Where user
/// namespaces are forbidden the test prints `SKIPPED` and why.
///
/// # Panics
///
/// As `body` does, and if the test in the user namespace fails.
pub fn with_namespaces(body: impl FnOnce()) {
    if has_admin_rights() && Namespace::new().is_ok() {
        return body();
    }
    let name = thread::current().name().unwrap_or("main").to_owned();
    if env::var_os(INSIDE).is_some() || name == "main" {
        match enter_user_namespace() {
            Ok(_) => body(),
            Err(refusal) => println!("SKIPPED {name}: {refusal}"),
        }
        return;
    }
    // With one test thread the harness runs the test in the main thread.
    let status = Command::new("/proc/self/exe")
        .args([name.as_str(), "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .status();
    match status {
        Ok(status) => assert!(status.success(), "{name} failed in its user namespace: {status}"),
        Err(error) => println!("SKIPPED {name}: cannot start the test program again: {error}"),
    }
}
