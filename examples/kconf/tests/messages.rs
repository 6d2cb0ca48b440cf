//! `docs/messages.md` quotes keepalived and kconf about the same ten mistakes. Both still say that.
//!
//! `UPDATE_MESSAGES=1 cargo test -p kconf --test messages` writes the document again, where keepalived 2.2.7 is installed.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Mistake {
    title: &'static str,
    /// What the configuration does when it runs with it.
    effect: &'static str,
    text: &'static str,
}

const MISTAKES: &[Mistake] = &[
    Mistake {
        title: "A misspelt keyword",
        effect: "The priority is 100.",
        text: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    priorty 150\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n",
    },
    Mistake {
        title: "A space that is none",
        effect: "Copied from a web page, the line begins with U+00A0. The priority is 100.",
        text: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n\u{a0}   priority 150\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n",
    },
    Mistake {
        title: "A missing brace",
        effect: "The second instance does not exist.",
        text: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.1/24\n}\n\nvrrp_instance VI_2 {\n    interface eth0\n    virtual_router_id 52\n    virtual_ipaddress {\n        192.0.2.2/24\n    }\n}\n",
    },
    Mistake {
        title: "A keyword in the wrong block",
        effect: "Five gratuitous ARPs, as ever.",
        text: "global_defs {\n    router_id lb1\n}\nvrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    vrrp_garp_master_repeat 1\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n",
    },
    Mistake {
        title: "A state that does not exist",
        effect: "It happens to be what was meant.",
        text: "vrrp_instance VI_1 {\n    state SLAVE\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n",
    },
    Mistake {
        title: "A number out of range",
        effect: "keepalived does not start.",
        text: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 300\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n",
    },
    Mistake {
        title: "An alias for an interface",
        effect: "keepalived does not start.",
        text: "vrrp_instance VI_1 {\n    interface eth0:1\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n",
    },
    Mistake {
        title: "nopreempt on a master",
        effect: "The node preempts.",
        text: "vrrp_instance VI_1 {\n    state MASTER\n    nopreempt\n    priority 150\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n",
    },
    Mistake {
        title: "A comment sign in a password",
        effect: "The password is what stands before the sign.",
        text: "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    authentication {\n        auth_type PASS\n        auth_pass s3c#r3t\n    }\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n",
    },
    Mistake {
        title: "A port behind a colon",
        effect: "The service has no server, so there is no service.",
        text: "virtual_server 192.0.2.1 80 {\n    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n    real_server 10.0.0.1:80 {\n        weight 1\n    }\n}\n",
    },
];

fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/messages.md")
}

/// What kconf says about a file called keepalived.conf.
fn ours(text: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kconf"));
    command.args(["check", "--as", "keepalived.conf", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

/// What keepalived 2.2.7 says about it, in a network namespace that has eth0. `None` where that cannot be asked.
fn theirs(text: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("keepalived.conf"), text).unwrap();
    let script = "ip link add eth0 type veth peer name other && ip link set eth0 up && exec keepalived -t -f keepalived.conf";
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", script]).current_dir(folder.path());
    let output = command.stdin(Stdio::null()).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // Status 127 is the shell's, 1 unshare's; keepalived uses neither here.
    (!matches!(output.status.code(), Some(1 | 127) | None)).then_some(said)
}

fn is_2_2_7() -> bool {
    let output = Command::new("keepalived").arg("-v").output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stderr).starts_with("Keepalived v2.2.7"))
}

const HEAD: &str = "\
# What keepalived says, and what kconf says

Ten mistakes that people make, each in a file that has no other, and what an operator reads about it: from
`keepalived -t` of version 2.2.7 and from `kconf check`. `kconf explain CODE` says more about each of them.
";

fn section(number: usize, mistake: &Mistake, theirs: &str) -> String {
    let Mistake { title, effect, text } = mistake;
    let block = |text: &str| format!("```\n{}\n```\n", text.trim_end());
    let theirs = match theirs {
        "" => "keepalived takes the file and says nothing.\n".to_owned(),
        said => format!("keepalived says:\n\n{}", block(said)),
    };
    let ours = block(&ours(text));
    format!("\n## {number}. {title}\n\n{effect}\n\n{theirs}\nkconf says:\n\n{ours}")
}

/// What a section says that keepalived says.
fn quoted<'d>(document: &'d str, mistake: &Mistake) -> &'d str {
    let (_, section) = document.split_once(&format!(". {}\n", mistake.title)).unwrap();
    let (section, _) = section.split_once("kconf says:").unwrap();
    let block = section.split_once("```\n").and_then(|(_, rest)| rest.split_once("```"));
    block.map_or("", |(text, _)| text)
}

#[test]
fn kconf_says_what_the_document_quotes() {
    let document = document();
    if std::env::var_os("UPDATE_MESSAGES").is_some() {
        assert!(is_2_2_7(), "the document quotes keepalived 2.2.7");
        let sections = MISTAKES.iter().enumerate();
        let sections =
            sections.map(|(index, mistake)| section(index + 1, mistake, &theirs(mistake.text).unwrap()));
        fs::write(&document, format!("{HEAD}{}", sections.collect::<String>())).unwrap();
    }
    let text = fs::read_to_string(document).unwrap();
    let sections = MISTAKES.iter().enumerate();
    let sections = sections.map(|(index, mistake)| section(index + 1, mistake, quoted(&text, mistake)));
    let want = format!("{HEAD}{}", sections.collect::<String>());
    assert_eq!(text, want, "UPDATE_MESSAGES=1 writes it again");
}

#[test]
fn keepalived_says_what_the_document_quotes() {
    if !is_2_2_7() {
        eprintln!("skipped: keepalived 2.2.7 is not installed");
        return;
    }
    let text = fs::read_to_string(document()).unwrap();
    for mistake in MISTAKES {
        let Some(said) = theirs(mistake.text) else {
            eprintln!("skipped: no network namespace can be made here");
            return;
        };
        // Its processes speak in any order.
        let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(lines(&said), lines(quoted(&text, mistake)), "{}", mistake.title);
    }
}
