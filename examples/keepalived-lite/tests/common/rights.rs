//! What a user namespace withholds.

use std::fs;

use crate::Program;

/// Whether Debian's keepalived can run scripts here; where it cannot, says that `what` is skipped.
///
/// It gives up its groups before every script, also to stay who it is. A user namespace that an
/// ordinary user made forbids that (`user_namespaces(7)`). Our daemon changes nothing when the
/// script's user is the one it has.
pub(crate) fn keepalived_runs_scripts(what: &str) -> bool {
    if !Program::keepalived_is_installed(what) {
        return false;
    }
    let denied = fs::read_to_string("/proc/self/setgroups").is_ok_and(|word| word.trim() == "deny");
    if denied {
        println!("SKIPPED {what}: keepalived runs no script in a user namespace, run as root");
    }
    !denied
}
