//! Keywords and their values.

use super::Page;

/// Pages of this file.
pub(super) const ALL: &[Page] = &[
    UNKNOWN_KEYWORD,
    STRANGE_SPACE,
    NOT_SUPPORTED,
    TOO_NEW,
    GONE,
    DEPRECATED,
    MISSING_ARGUMENT,
    MISSING_VALUE,
    EXTRA_ARGUMENTS,
    TOO_MANY_ARGUMENTS,
    INVALID_NUMBER,
    INVALID_VALUE,
    INVALID_ADDRESS,
    UNDEFINED,
    DUPLICATE,
    INCOMPLETE,
    ADJUSTED,
];

pub(in crate::diagnostic) const UNKNOWN_KEYWORD: Page = Page {
    code: "unknown-keyword",
    what: "A word is not a keyword in the block in which it stands.",
    effect: "keepalived ignores the line and runs. What the line was to set keeps its default. If a block follows, its '}' ends the block around, and the lines after that are lost, too.",
    mend: "If it is misspelt, write what the message suggests. If it belongs in another block, move it. If it comes from an old guide, it may be gone: then remove it.",
    example: "\
vrrp_script check {
    script \"/bin/true\"
    intervall 2
}
",
};

pub(in crate::diagnostic) const STRANGE_SPACE: Page = Page {
    code: "strange-space",
    what: "A keyword has a character before it that looks like a space or like nothing, and is a letter to keepalived.",
    effect: "keepalived does not know the word, so the line has no effect. Such characters come with text copied from web pages, word processors and input methods.",
    mend: "Replace it by an ordinary space. `kconf check --fix` does.",
    example: "\
global_defs {
\u{a0}   router_id lb1
}
",
};

pub(in crate::diagnostic) const NOT_SUPPORTED: Page = Page {
    code: "not-supported",
    what: "keepalived knows this keyword, and the program at hand gives it no effect.",
    effect: "keepalived would do what the keyword says. The program that reports this does not.",
    mend: "Find out whether you need it. If you do, stay with keepalived for now.",
    example: "\
vrrp_script check {
    script \"/bin/true\"
    init_fail
}
",
};

pub(in crate::diagnostic) const TOO_NEW: Page = Page {
    code: "too-new",
    what: "The keepalived that is to read the file does not know this keyword yet.",
    effect: "It takes the line for a mistake and ignores it. If a block follows, its '}' ends the block around. Found only when a version is given.",
    mend: "Update keepalived to the version in the message, or do without the keyword.",
    example: "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    no_virtual_ipaddress
}
",
};

pub(in crate::diagnostic) const GONE: Page = Page {
    code: "gone",
    what: "The keepalived that is to read the file does not know this keyword any more.",
    effect: "It takes the line for a mistake and ignores it. Found only when a version is given; otherwise the keyword is unknown.",
    mend: "Write the keyword that took its place, or remove the line if none did.",
    example: "\
global_defs {
    lvs_id LVS_MAIN
}
",
};

pub(in crate::diagnostic) const DEPRECATED: Page = Page {
    code: "deprecated",
    what: "keepalived still takes this keyword and wants to see another one.",
    effect: "It works as before, with a message at each start. A later version may drop it.",
    mend: "Write the keyword that the message names.",
    example: "\
virtual_server 192.0.2.1 80 {
    lb_algo rr
    lb_kind NAT
    protocol TCP
    real_server 10.0.0.1 80 {
        HTTP_GET {
            nb_get_retry 3
            url {
                path /
            }
        }
    }
}
",
};

pub(in crate::diagnostic) const MISSING_ARGUMENT: Page = Page {
    code: "missing-argument",
    what: "A keyword that needs a value has none.",
    effect: "keepalived 2.2.7 reads no further and exits.",
    mend: "Write the value, or remove the line.",
    example: "\
vrrp_script check {
    script \"/bin/true\"
    interval
}
",
};

pub(in crate::diagnostic) const MISSING_VALUE: Page = Page {
    code: "missing-value",
    what: "A keyword or an option that needs a value has none.",
    effect: "keepalived reports it and ignores the line.",
    mend: "Write the value, or remove the line.",
    example: "\
global_defs {
    router_id
}
",
};

pub(in crate::diagnostic) const EXTRA_ARGUMENTS: Page = Page {
    code: "extra-arguments",
    what: "Something stands behind the last value that the keyword takes.",
    effect: "keepalived does not look at it. Behind `script` these are the arguments of a command without quotes: the command is run without them.",
    mend: "Put the whole command in quotes. Elsewhere remove the words.",
    example: "\
vrrp_script check {
    script /usr/bin/pgrep nginx
}
",
};

pub(in crate::diagnostic) const TOO_MANY_ARGUMENTS: Page = Page {
    code: "too-many-arguments",
    what: "A block that takes one name has several words behind its keyword.",
    effect: "keepalived 2.2.7 reads no further and exits.",
    mend: "Write one word; '_' and '-' may be in it.",
    example: "\
virtual_server_group the web {
    192.0.2.1 80
}
",
};

pub(in crate::diagnostic) const INVALID_NUMBER: Page = Page {
    code: "invalid-number",
    what: "A value is not a number, or not in its range.",
    effect: "keepalived reports it and keeps or takes another value: the message says which. Of most whole numbers it takes what stands before the mistake, as in '5;'. Times with a unit are the exception here: keepalived takes '6s' for 6 µs, kconf and keepalived-lite leave the line out.",
    mend: "Write a number in the range. Times are seconds and have no unit.",
    example: "\
vrrp_script check {
    script \"/bin/true\"
    interval 2s
}
",
};

pub(in crate::diagnostic) const INVALID_VALUE: Page = Page {
    code: "invalid-value",
    what: "A value is not one of those that are possible.",
    effect: "keepalived reports it and ignores the line or takes another value: the message says which. Many values must be written in capitals.",
    mend: "Write one of the values that the message names.",
    example: "\
vrrp_instance VI_1 {
    state SLAVE
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
    }
}
",
};

pub(in crate::diagnostic) const INVALID_ADDRESS: Page = Page {
    code: "invalid-address",
    what: "An address cannot be read, or is of the wrong family.",
    effect: "keepalived reports it and does without it. If it was a virtual address, nobody will have it.",
    mend: "Write the address in numbers, the port behind a blank, and the two families in blocks of their own.",
    example: "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
        192.0.2.256
    }
}
",
};

pub(in crate::diagnostic) const UNDEFINED: Page = Page {
    code: "undefined",
    what: "A name is used that nothing has.",
    effect: "keepalived reports it and does without: an instance that tracks an undefined script is not failed over by it.",
    mend: "Correct the name, or define it. A vrrp_script must stand above the instance that tracks it.",
    example: "\
global_defs {
    enable_script_security
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

pub(in crate::diagnostic) const DUPLICATE: Page = Page {
    code: "duplicate",
    what: "Two blocks or entries have the same name.",
    effect: "keepalived keeps the first one and skips the other as a whole.",
    mend: "Give one of them another name, or merge the two.",
    example: "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
    }
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress {
        192.0.2.2/24
    }
}
",
};

pub(in crate::diagnostic) const INCOMPLETE: Page = Page {
    code: "incomplete",
    what: "A block lacks something that it cannot do without.",
    effect: "keepalived drops the whole block and runs.",
    mend: "Add what the message names, or remove the block.",
    example: "\
vrrp_script check {
    interval 2
}
",
};

pub(in crate::diagnostic) const ADJUSTED: Page = Page {
    code: "adjusted",
    what: "Settings do not go together, or not with the protocol.",
    effect: "keepalived ignores or changes one of them: the message says which.",
    mend: "Decide which of them is meant, and remove the other.",
    example: "\
vrrp_instance VI_1 {
    state MASTER
    nopreempt
    priority 150
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.1/24
    }
}
",
};
