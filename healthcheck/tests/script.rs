//! `MISC_CHECK` with real scripts.
#![cfg(feature = "script")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core::time::Duration;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;

use healthcheck::{
    Failure, LocalProblem, Outcome, Phase, Probe, ProbeReport, ScriptCommand, ScriptFailure, ScriptProbe,
    ScriptUser,
};

/// Longer than any test should take.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(50);
const TIMED_OUT: Outcome = Outcome::Failure(Failure::TimedOut { phase: Phase::Receive });

fn shell(line: impl Into<OsString>) -> ScriptProbe {
    ScriptProbe::new(ScriptCommand::Shell(line.into()), LONG)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn run(probe: &ScriptProbe) -> ProbeReport {
    let report = runtime().block_on(probe.probe());
    assert_eq!((report.connect, report.http), (None, None));
    report
}

fn verdict(probe: &ScriptProbe) -> (Outcome, Option<u32>) {
    let report = run(probe);
    (report.outcome, report.weight)
}

/// Waits for something that is bound to come.
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !done() {
        assert!(begun.elapsed() < LONG, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The number that a script has written to a file, all of it.
fn number_in(path: &Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.strip_suffix('\n')?.parse().ok()
}

/// A zombie is there, too.
fn is_there(process: u32) -> bool {
    Path::new("/proc").join(process.to_string()).exists()
}

#[test]
fn a_script_may_open_as_many_files_as_it_is_told() {
    // When it looks it has been told for long.
    let probe = |open_files| ScriptProbe { open_files, ..shell("sleep 0.5; [ $(ulimit -Sn) = 123 ]") };
    assert_eq!(verdict(&probe(Some(123))), (Outcome::Success, None));
    assert_ne!(verdict(&probe(None)).0, Outcome::Success);
}

#[test]
fn the_exit_status_is_the_verdict_and_with_dynamic_the_weight() {
    let failed = |status| (Outcome::Failure(Failure::Script(ScriptFailure::Status(status))), None);
    #[rustfmt::skip]
    let cases = [
        ("exit 0",   false, (Outcome::Success, None)),
        ("exit 0",   true,  (Outcome::Success, None)),
        ("exit 1",   true,  failed(1)),
        ("exit 2",   true,  (Outcome::Success, Some(0))),
        ("exit 255", true,  (Outcome::Success, Some(253))),
        ("exit 2",   false, failed(2)),
        ("kill -9 $$", true, (Outcome::Failure(Failure::Script(ScriptFailure::Signal(9))), None)),
    ];
    for (line, dynamic, want) in cases {
        assert_eq!(verdict(&ScriptProbe { dynamic, ..shell(line) }), want, "{line}");
    }
}

#[test]
fn a_script_that_cannot_be_run_says_nothing_about_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let plain = directory.path().join("plain");
    fs::write(&plain, "exit 0").unwrap();
    let none: [&str; 0] = [];
    // ENOENT, EACCES.
    for (program, errno) in [("/nonexistent/program".into(), 2), ("no-such-program".into(), 2), (plain, 13)] {
        let probe = ScriptProbe::new(ScriptCommand::new(&program, none), LONG);
        let want = Outcome::NotProbed(LocalProblem::Script(Some(errno)));
        assert_eq!(run(&probe).outcome, want, "{}", program.display());
    }
}

#[test]
fn a_script_without_an_interpreter_is_the_shells() {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("script");
    // Written by another process: a descriptor of ours that another test's child holds makes it busy.
    let line = format!("echo 'exit $1' > {0} && chmod 755 {0}", script.display());
    assert!(run(&shell(line)).outcome.is_success());
    let probe = ScriptProbe::new(ScriptCommand::new(&script, ["7"]), LONG);
    assert_eq!(run(&probe).outcome, Outcome::Failure(Failure::Script(ScriptFailure::Status(7))));
}

#[test]
fn a_path_after_a_less_than_sign_is_opened() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    let mut word = OsString::from("<");
    word.push(&file);
    let probe = ScriptProbe::new(ScriptCommand::keepalived(&[word]).unwrap(), LONG);
    assert!(!run(&probe).outcome.is_success());
    fs::write(&file, "").unwrap();
    assert!(run(&probe).outcome.is_success());
}

/// What a program copies from its own `/proc/self`.
fn own(name: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let args = [Path::new("/proc/self").join(name), out.clone()];
    assert!(run(&ScriptProbe::new(ScriptCommand::new("cp", args), LONG)).outcome.is_success());
    fs::read_to_string(out).unwrap()
}

#[test]
fn a_script_leads_a_group_and_takes_the_signals_that_we_take() {
    let stat = own("stat");
    let fields: Vec<_> = stat.split(' ').collect();
    assert_eq!(fields.first(), fields.get(4), "{stat}");
    let (its, ours) = (own("status"), fs::read_to_string("/proc/thread-self/status").unwrap());
    let mask = |status: &str, name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap()
    };
    assert_eq!(mask(&its, "SigBlk:"), mask(&ours, "SigBlk:"));
    // A Rust program ignores SIGPIPE (13), which no script expects. From 32 on they are glibc's.
    let named = (1 << 31) - 1;
    assert_eq!(mask(&its, "SigIgn:") & named, mask(&ours, "SigIgn:") & named & !(1 << 12));
}

#[test]
fn a_script_gets_null_for_its_streams_and_none_of_our_descriptors() {
    let directory = tempfile::tempdir().unwrap();
    let [out, ours] = ["out", "ours"].map(|name| directory.path().join(name));
    let _file = fs::File::create(&ours).unwrap();
    let args = ["/proc/self/fd", "-mindepth", "1", "-fprintf", out.to_str().unwrap(), "%f %l\n"];
    assert!(run(&ScriptProbe::new(ScriptCommand::new("find", args), LONG)).outcome.is_success());
    let text = fs::read_to_string(&out).unwrap();
    let streams = ["0 /dev/null", "1 /dev/null", "2 /dev/null"];
    assert!(streams.iter().all(|stream| text.lines().any(|line| line == *stream)), "{text}");
    assert!(!text.contains(ours.to_str().unwrap()) && !text.contains("anon_inode"), "{text}");
}

#[test]
fn variables_that_change_what_runs_are_kept_back() {
    const ROLE: &str = "SCRIPT_TEST_INNER";
    if std::env::var_os(ROLE).is_none() {
        // Only a new process can be given an environment.
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "variables_that_change_what_runs_are_kept_back"])
            .envs([
                (ROLE, "1"),
                ("IFS", "x"),
                ("LD_LIBRARY_PATH", "/nonexistent"),
                ("OURS", "secret"),
                ("KEPT", "yes"),
            ])
            .status();
        assert!(status.unwrap().success());
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let command = ScriptCommand::new("sh", ["-c", "env > \"$0\"", out.to_str().unwrap()]);
    let probe = ScriptProbe { without: vec!["OURS".into()], ..ScriptProbe::new(command, LONG) };
    assert!(run(&probe).outcome.is_success());
    let text = fs::read_to_string(&out).unwrap();
    let names: Vec<_> = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    assert!(names.contains(&"KEPT") && names.contains(&ROLE), "{text}");
    assert!(
        !["IFS", "LD_LIBRARY_PATH", "LD_PRELOAD", "OURS"].iter().any(|name| names.contains(name)),
        "{text}"
    );
}

#[test]
fn a_script_that_takes_too_long_is_stopped_with_all_that_it_has_started() {
    let directory = tempfile::tempdir().unwrap();
    let [own, child] = ["own", "child"].map(|name| directory.path().join(name));
    // The child ignores TERM, its parent does not.
    let line = format!(
        "(trap '' TERM; exec sleep 1000) & echo $! > {}; echo $$ > {}; wait",
        child.display(),
        own.display()
    );
    let probe = ScriptProbe { timeout: Duration::from_secs(1), ..shell(line) };
    assert_eq!(verdict(&probe), (TIMED_OUT, None));
    let [own, child] = [own, child].map(|path| number_in(&path).unwrap());
    assert!(!is_there(own), "it was waited for");
    until("the child was killed and somebody waited for it", || !is_alive(child));
}

/// An orphan's zombie is init's affair.
fn is_alive(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
    state.is_some_and(|state| state != 'Z')
}

#[test]
fn a_script_that_ignores_term_is_killed() {
    let line = "trap '' TERM; while :; do sleep 0.05; done";
    let report = run(&ScriptProbe { timeout: SHORT, ..shell(line) });
    assert_eq!(report.outcome, TIMED_OUT);
    assert!(report.total >= Duration::from_secs(2), "TERM comes first: {:?}", report.total);
}

#[test]
fn a_script_that_exits_with_0_when_told_to_end_has_failed() {
    let directory = tempfile::tempdir().unwrap();
    let told = directory.path().join("told");
    let line = format!("trap 'touch {}; exit 0' TERM; while :; do sleep 0.05; done", told.display());
    let probe = ScriptProbe { timeout: Duration::from_secs(1), ..shell(line) };
    assert_eq!(run(&probe).outcome, TIMED_OUT);
    assert!(told.exists());
}

#[test]
fn what_a_script_leaves_in_the_background_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let child = directory.path().join("child");
    let line = format!("sleep 1000 & echo $! > {}", child.display());
    assert!(run(&shell(line)).outcome.is_success());
    let child = number_in(&child).unwrap();
    assert!(is_alive(child));
    assert!(Command::new("kill").arg(child.to_string()).status().unwrap().success());
}

#[test]
fn scripts_whose_probes_are_given_up_leave_neither_orphans_nor_zombies() {
    let directory = tempfile::tempdir().unwrap();
    let file = |number: usize| directory.path().join(number.to_string());
    let lines = (0..40).map(|number| {
        // Each third ignores TERM and has to be killed.
        let trap = if number % 3 == 0 { "trap '' TERM; " } else { "" };
        format!("{trap}echo $$ > {}; while :; do sleep 0.1; done", file(number).display())
    });
    let runtime = runtime();
    let tasks: Vec<_> = lines.map(|line| runtime.spawn(async move { shell(line).probe().await })).collect();
    let begun = |number| number_in(&file(number)).is_some();
    runtime.block_on(async {
        while !(0..40).all(begun) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    tasks.iter().take(20).for_each(|task| task.abort());
    // The other half goes down with all of the runtime.
    drop(runtime);
    for number in 0..40 {
        let process = number_in(&file(number)).unwrap();
        until("it ended and was waited for", || !is_there(process));
    }
}

#[test]
fn another_user_has_that_users_groups_only() {
    let root = ScriptUser::find("root", None).unwrap();
    assert_eq!(root, ScriptUser { uid: 0, gid: 0 });
    assert_eq!(ScriptUser::find("12345", Some("54321")).unwrap(), ScriptUser { uid: 12345, gid: 54321 });
    for (user, group) in [("no-such-user-here", None), ("root", Some("no-such-group-here"))] {
        assert_eq!(ScriptUser::find(user, group).unwrap_err().kind(), std::io::ErrorKind::NotFound);
    }
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let out = directory.path().join("out");
    let line = format!("id -u > {0}; id -g >> {0}; id -G >> {0}", out.display());
    let probe = ScriptProbe { user: Some(ScriptUser { uid: 12345, gid: 54321 }), ..shell(line) };
    match run(&probe).outcome {
        Outcome::NotProbed(LocalProblem::Script(Some(1 | 22))) => {
            println!("skipped: becoming another user takes rights");
        }
        outcome @ (Outcome::Success | Outcome::Failure(_) | Outcome::NotProbed(_)) => {
            assert_eq!(outcome, Outcome::Success);
            assert_eq!(fs::read_to_string(&out).unwrap(), "12345\n54321\n54321\n");
        }
    }
}
