//! Commands that do something else than they look like.

use core::time::Duration;

use super::commands::{Command, commands};
use super::context::Context;
use super::page::{Example, Page, instance};
use super::problem::Lint;
use crate::model::{VrrpScript, VrrpScriptCommand};
use crate::{Diagnostic, Severity};

/// A script, and an instance that tracks it as 'chk'.
macro_rules! tracked {
    ($script:literal) => {
        concat!($script, instance!("    track_script { chk }\n"))
    };
}

pub(super) static NEEDS_SHELL: Page = Page {
    code: "script-needs-shell",
    severity: Severity::Warning,
    what: "a command uses the shell's words, and no shell runs it",
    why: "keepalived starts the program itself. '&&', '|', '>' and the like are given to it as arguments, and 'if' or \
          'cd' is looked for as a program.",
    mend: "Put the commands in a script file with a #! line, or write /bin/sh -c '…'.",
    example: Example::of(tracked!(
        "\
vrrp_script chk {
    script \"/bin/ping -c1 192.0.2.9 && /usr/local/bin/check\"
}
"
    )),
    mended: Example::of(tracked!(
        "\
vrrp_script chk {
    script \"/bin/sh -c '/bin/ping -c1 192.0.2.9 && /usr/local/bin/check'\"
}
"
    )),
};

pub(super) static ARGUMENT_AS_USER: Page = Page {
    code: "argument-taken-for-user",
    severity: Severity::Warning,
    what: "a word behind a notify command is taken for the user that runs it",
    why: "Behind a notify command keepalived expects a user and a group. Without quotes around command and arguments, \
          the first argument becomes a user that does not exist, and the script is not run.",
    mend: "Put the command and its arguments in one pair of double quotes.",
    example: Example::of(instance!("    notify_master /usr/local/bin/notify.sh master\n")),
    mended: Example::of(instance!("    notify_master \"/usr/local/bin/notify.sh master\" nobody\n")),
};

pub(super) static CANNOT_SIGNAL: Page = Page {
    code: "script-cannot-signal",
    severity: Severity::Note,
    what: "a check by signal 0 does not run as root",
    why: "killall -0 and kill -0 ask the kernel whether a signal could be sent. A user other than root may send one only \
          to processes of its own, so the check fails although the process is there.",
    mend: "Use pidof or pgrep -x, a vrrp_track_process block, or user root in the vrrp_script.",
    example: Example::of(tracked!(
        "\
vrrp_script chk {
    script \"/usr/bin/killall -0 haproxy\"
    user nobody
}
"
    )),
    mended: Example::of(tracked!(
        "\
vrrp_script chk {
    script \"/usr/bin/killall -0 haproxy\"
    user root
}
"
    )),
};

pub(super) static SHORT_TIMEOUT: Page = Page {
    code: "script-short-timeout",
    severity: Severity::Note,
    what: "a script has at most a second, and its first failure counts",
    why: "Without timeout a script is stopped and counts as failed after its interval. One slow run under load, of an \
          interval of a second or less and with fall 1, is then a failover.",
    mend: "Write timeout, or fall 2 or more.",
    example: Example::of(tracked!(
        "\
vrrp_script chk {
    script \"/usr/bin/curl -s http://127.0.0.1/\"
    interval 1
}
"
    )),
    mended: Example::of(tracked!(
        "\
vrrp_script chk {
    script \"/usr/bin/curl -s http://127.0.0.1/\"
    interval 1
    fall 2
}
"
    )),
};

pub(super) static LONG_TIMEOUT: Page = Page {
    code: "script-timeout-above-interval",
    severity: Severity::Note,
    what: "a script may run longer than its interval",
    why: "keepalived never runs two at a time: while one hangs the next ones are left out, and a failure is noticed after \
          the timeout, not after the interval.",
    mend: "Make the timeout at most as long as the interval.",
    example: Example::of(tracked!(
        "\
vrrp_script chk {
    script \"/usr/local/bin/check\"
    interval 2
    timeout 10
}
"
    )),
    mended: Example::of(tracked!(
        "\
vrrp_script chk {
    script \"/usr/local/bin/check\"
    interval 2
    timeout 2
}
"
    )),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for command in commands(context) {
        needs_shell(&command, findings);
        argument_as_user(&command, findings);
        cannot_signal(&command, findings);
    }
    for script in &context.own.config.scripts {
        timeouts(context, script, findings);
    }
}

const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "ksh", "zsh", "busybox"];
/// Words that only a shell knows.
const BUILT_IN: &[&str] =
    &["if", "for", "while", "until", "case", "cd", "exit", "export", "source", "!", "(", "[["];
const OPERATORS: &[&str] =
    &["&&", "||", "|", ";", "&", ">", ">>", "<", "2>", "&>", "2>&1", ">/dev/null", "2>/dev/null"];

fn needs_shell(command: &Command<'_>, findings: &mut Vec<Diagnostic>) {
    let (words, program) = (command.words(), command.program());
    if SHELLS.contains(&program.as_str()) {
        return;
    }
    let first = words.first().filter(|first| BUILT_IN.contains(&first.as_str()));
    let is_operator = |word: &&String| {
        OPERATORS.contains(&word.as_str())
            || word.contains("$(")
            || word.contains('`')
            || word.contains(">/dev/")
    };
    let operator = || words.iter().skip(1).find(is_operator);
    let message = match (first, operator()) {
        (Some(first), _) => format!("'{first}' is a word of the shell, and no shell runs this command"),
        (None, Some(operator)) => {
            format!("no shell runs this command: '{operator}' is given to '{program}' as an argument")
        }
        (None, None) => return,
    };
    let advice = "put it in a script file with a #! line, or write /bin/sh -c '…'";
    findings.push(Lint::ScriptNeedsShell.warning(command.span, message).suggest(advice));
}

/// A user whose name is a state, a path or an option was not meant as a user.
fn argument_as_user(command: &Command<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(user) = &command.command.user else { return };
    let states = ["master", "backup", "fault", "stop", "start", "up", "down", "notify", "restart"];
    let name = user.user.as_str();
    let meant = states.contains(&name.to_ascii_lowercase().as_str())
        || name.starts_with(['-', '/', '.'])
        || name.contains(['=', '/', '@', ':']);
    if meant {
        let message = format!("'{name}' is taken for the user that runs the command");
        let advice = "put the command and its arguments in double quotes";
        findings.push(Lint::ArgumentTakenForUser.warning(command.span, message).suggest(advice));
    }
}

fn cannot_signal(command: &Command<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(user) = command.user.filter(|user| user.user != "root" && user.user != "0") else { return };
    let line = command.words().join(" ");
    let signals = ["killall -0", "kill -0", "killall -s 0", "kill -s 0"];
    if signals.iter().any(|signal| line.contains(signal)) {
        let message = format!("signal 0 from user '{}' reaches only processes of that user", user.user);
        let advice = "use pidof or pgrep -x, a vrrp_track_process block, or user root";
        findings.push(Lint::ScriptCannotSignal.note(command.span, message).suggest(advice));
    }
}

fn timeouts(context: &Context<'_>, script: &VrrpScript, findings: &mut Vec<Diagnostic>) {
    if matches!(script.command, VrrpScriptCommand::OpenFile(_)) {
        return;
    }
    let lines = context.own.places.block(script.span);
    let written = lines.line("timeout");
    let seconds = |time: Duration| format!("{} s", time.as_secs_f64());
    if written.is_none() && script.interval <= Duration::from_secs(1) && script.fall == 1 {
        let message = format!(
            "'{}' has failed if it takes longer than {} a single time",
            script.name,
            seconds(script.timeout)
        );
        let advice = "write timeout, or fall 2 or more";
        findings.push(Lint::ScriptShortTimeout.note(lines.at("interval"), message).suggest(advice));
    } else if script.timeout > script.interval {
        let message = format!(
            "'{}' may take {}, longer than its interval of {}: a hanging check is noticed that late",
            script.name,
            seconds(script.timeout),
            seconds(script.interval)
        );
        let at = written.map_or(script.span, |line| line.span());
        let finding = Lint::ScriptTimeoutAboveInterval.note(at, message);
        findings.push(finding.relate(lines.at("interval"), "the interval"));
    }
}
