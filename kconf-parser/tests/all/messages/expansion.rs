//! Includes, definitions and sequences.

use std::io;
use std::path::{Path, PathBuf};

use kconf_parser::{AssumePresent, Loader};

use super::{instance, page_on, snapshot};

/// `extra.conf` with a mistake in it, `secret.conf` that cannot be read, `again.conf` that includes itself.
struct Folder;

impl Loader for Folder {
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf> {
        let there = ["extra.conf", "secret.conf", "again.conf"].contains(&pattern);
        if there { vec![directory.join(pattern)] } else { Vec::new() }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match path.to_str() {
            Some("extra.conf") => Ok(b"# more\nglobal_defs {\n    router_di lb1\n}\n".to_vec()),
            Some("again.conf") => Ok(b"include again.conf\n".to_vec()),
            _ => Err(io::ErrorKind::PermissionDenied.into()),
        }
    }
}

#[test]
fn includes_and_definitions() {
    let definition = format!("$PRIORITY=300\n{}", instance("priority $PRIORITY"));
    let sequence = "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        ~SEQ(i, 254, 256) 192.0.2.$i\n    }\n}\n";
    let lines = format!(
        "$TRACK=\\\n    track_interface {{ \\\n        eth1 weight 999 \\\n    }}\n{}",
        instance("$TRACK")
    );
    let missing = instance("priority $PRIO");
    let bad = instance("~SEQ(i) priority $i");
    let condition = instance("@lb1 priority 300\n@lb2 priority 400");
    let secret = format!(
        "$PASS=correct-horse\n{}",
        instance("authentication {\n    auth_type PASS\n    auth_pass $PASS\n}")
    );
    let cases: &[(&str, &str)] = &[
        ("a mistake in an included file", "include extra.conf\n"),
        ("an include that finds nothing", "include conf.d/*.conf\n"),
        ("an include that cannot be read", "include secret.conf\n"),
        ("a file that includes itself", "include again.conf\n"),
        ("a mistake in a definition", &definition),
        ("a mistake in a sequence", sequence),
        ("a mistake in a definition of several lines", &lines),
        ("a definition that is not there", &missing),
        ("a sequence without an end", &bad),
        ("a mistake under a condition", &condition),
        ("a secret in a definition", &secret),
        ("a definition of itself", "$A=${A}x\nrouter_id $A\n"),
    ];
    snapshot("expansion", &page_on(cases, &Folder, &AssumePresent));
}
