//! Scripts and their users.

use super::Page;

/// Pages of this file.
pub(super) const ALL: &[Page] = &[SCRIPT_UNUSABLE, NO_SCRIPT_USER, SCRIPT_SECURITY];

pub(in crate::diagnostic) const SCRIPT_UNUSABLE: Page = Page {
    code: "script-unusable",
    what: "A script is not there, cannot be executed, or could be changed by somebody who is not root and would run as root.",
    effect: "keepalived does not run it. An instance that tracks it does without, and never fails over because of it.",
    mend: "Correct the path, make the file executable, or see that it and its folders belong to root and that nobody else may write them.",
    example: "\
global_defs {
    enable_script_security
    script_user root
}
vrrp_script check {
    script \"/missing\"
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
    }
    track_script {
        check
    }
}
",
};

pub(in crate::diagnostic) const NO_SCRIPT_USER: Page = Page {
    code: "no-script-user",
    what: "Script security is on, and nobody but root could run a script.",
    effect: "keepalived does not run it.",
    mend: "Set script_user in global_defs, or create a user keepalived_script, which is the default.",
    example: "\
global_defs {
    enable_script_security
}
vrrp_script check {
    script \"/bin/true\"
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
    }
    track_script {
        check
    }
}
",
};

pub(in crate::diagnostic) const SCRIPT_SECURITY: Page = Page {
    code: "script-security",
    what: "Scripts are run, and script security is not on.",
    effect: "keepalived runs them, as root if no script_user is set, and says at each start that it should be told to be careful. Whoever can change such a script is root.",
    mend: "Write enable_script_security and script_user in global_defs.",
    example: "\
vrrp_script check {
    script \"/bin/true\"
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
    }
    track_script {
        check
    }
}
",
};
