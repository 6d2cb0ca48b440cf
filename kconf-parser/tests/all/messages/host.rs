//! What is wrong only on this host.

use kconf_parser::model::{ScriptCommand, ScriptUser};
use kconf_parser::{Facts, NoFiles, ScriptStatus};

use super::{instance, page_on, snapshot};

/// A host with eth0 and root, and with few scripts.
struct Host;

impl Facts for Host {
    fn interface_exists(&self, name: &str) -> bool {
        name == "eth0"
    }

    fn user_exists(&self, user: &str) -> bool {
        user == "root"
    }

    fn group_exists(&self, group: &str) -> bool {
        group == "root"
    }

    fn script(&self, command: &ScriptCommand, _user: Option<&ScriptUser>) -> ScriptStatus {
        match command.args.first().and_then(|program| program.to_str()) {
            Some("/bin/true") => ScriptStatus::Ok,
            Some("/tmp/anybody.sh") => ScriptStatus::Insecure,
            Some("/etc/keepalived/plain.txt") => ScriptStatus::NotExecutable,
            _ => ScriptStatus::NotFound,
        }
    }
}

#[test]
fn this_host_lacks_it() {
    let interface = instance("priority 100").replace("eth0", "eht0");
    let security = "global_defs {\n    enable_script_security\n    script_user root\n}\n";
    let with = |script: &str| {
        format!(
            "{security}vrrp_script check {{\n    script \"{script}\"\n}}\n{}",
            instance("track_script {\n    check\n}")
        )
    };
    let missing = with("/etc/keepalived/chek.sh --fast");
    let plain = with("/etc/keepalived/plain.txt");
    let insecure = with("/tmp/anybody.sh");
    let user = "global_defs {\n    enable_script_security\n    script_user keepalive\n}\n";
    let nobody = format!(
        "global_defs {{\n    enable_script_security\n}}\nvrrp_script check {{\n    script /bin/true\n}}\n{}",
        instance("track_script {\n    check\n}")
    );
    let cases: &[(&str, &str)] = &[
        ("an interface that is not there", &interface),
        ("a script that is not there", &missing),
        ("a script that is not executable", &plain),
        ("a script that anybody can change", &insecure),
        ("a user that is not there", user),
        ("nobody to run a script", &nobody),
    ];
    snapshot("host", &page_on(cases, &NoFiles, &Host));
}
