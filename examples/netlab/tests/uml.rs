//! Programs under a User-Mode Linux kernel.

#![expect(clippy::unwrap_used, reason = "the functions below belong to tests too")]

use core::time::Duration;
use std::{
    fs,
    process::{Command, Output},
    thread,
    time::Instant,
};

use netlab::uml::{Uml, UmlError, with_uml};

const LIMIT: Duration = Duration::from_secs(60);

/// Whether there can be a guest; tells why not.
fn available(test: &str) -> bool {
    Uml::available().inspect_err(|reason| println!("SKIPPED {test}: {reason}")).is_ok()
}

/// `netlab uml` with `arguments`, as a script calls it.
fn netlab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netlab")).arg("uml").args(arguments).output().unwrap()
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

fn text(octets: &[u8]) -> &str {
    core::str::from_utf8(octets).unwrap()
}

#[test]
fn exit_status_output_and_error_come_through_apart() {
    if !available("exit_status_output_and_error_come_through_apart") {
        return;
    }
    let output =
        netlab(&["--timeout", "60", "--mem=128", "--", "sh", "-c", "printf 'a\\nb'; echo c >&2; exit 42"]);
    assert_eq!((output.status.code(), text(&output.stdout), text(&output.stderr)), (Some(42), "a\nb", "c\n"));
}

#[test]
fn arguments_environment_and_folder_arrive() {
    if !available("arguments_environment_and_folder_arrive") {
        return;
    }
    let folder = std::env::temp_dir().join(format!("netlab uml test {}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut command =
        shell("printf '%s|' \"$@\" \"$WORDS\"; pwd; id -u; echo written > here; echo lost > ../there");
    command.args(["sh", "two words", "", "quote\"d\n"]).env("WORDS", "  blank = kept ").current_dir(&folder);
    let output = Uml::new().mem(128).timeout(LIMIT).run(&command);
    let (kept, lost) = (fs::read_to_string(folder.join("here")), folder.with_file_name("there").exists());
    fs::remove_dir_all(&folder).unwrap();
    let expected = format!("two words||quote\"d\n|  blank = kept |{}\n0\n", folder.display());
    assert_eq!(text(&output.unwrap().stdout), expected);
    assert_eq!(kept.unwrap(), "written\n", "the working folder is the host's");
    assert!(!lost, "the rest of /tmp is the guest's own");
}

#[test]
fn a_program_that_hangs_is_killed_when_its_time_is_over() {
    if !available("a_program_that_hangs_is_killed_when_its_time_is_over") {
        return;
    }
    let start = Instant::now();
    let limit = Duration::from_secs(8);
    let error = Uml::new().mem(128).timeout(limit).run(&shell("echo before; sleep 1000")).unwrap_err();
    let UmlError::TimedOut { limit: told, stdout, .. } = error else { panic!("{error}") };
    assert_eq!((told, text(&stdout)), (limit, "before\n"));
    assert!((limit..limit * 3).contains(&start.elapsed()), "{:?}", start.elapsed());
    let output = netlab(&["--timeout", "0.5", "--", "sleep", "1000"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(124), "netlab: killed after 500ms\n"));
}

#[test]
fn a_program_that_is_not_there_is_the_callers_mistake() {
    if !available("a_program_that_is_not_there_is_the_callers_mistake") {
        return;
    }
    let output = netlab(&["--mem", "128", "--", "/nonexistent program"]);
    assert_eq!(output.status.code(), Some(127));
    assert!(text(&output.stderr).contains("cannot start /nonexistent program: No such file"), "{output:?}");
}

#[test]
fn two_guests_keep_their_services_to_themselves() {
    if !available("two_guests_keep_their_services_to_themselves") {
        return;
    }
    if Command::new("ipvsadm").arg("--version").output().is_err() {
        println!("SKIPPED two_guests_keep_their_services_to_themselves: no ipvsadm in PATH");
        return;
    }
    thread::scope(|scope| {
        let guests = [("10.0.0.1:80", "rr"), ("10.0.0.2:80", "mh")].map(|(address, scheduler)| {
            scope.spawn(move || {
                let service = format!("-A -t {address} -s {scheduler}");
                let script = format!("ipvsadm {service} && sleep 2 && ipvsadm -Sn");
                let output = Uml::new().mem(128).timeout(LIMIT).run(&shell(&script)).unwrap();
                assert!(output.status.success(), "{output:?}");
                assert!(text(&output.stdout).starts_with(&service), "{output:?}");
                assert_eq!(text(&output.stdout).lines().count(), 1, "{output:?}");
            })
        });
        guests.into_iter().for_each(|guest| guest.join().unwrap());
    });
}

#[test]
fn a_test_can_run_itself_in_the_guest() {
    with_uml(&Uml::new().mem(128).timeout(LIMIT), || {
        assert!(fs::read_to_string("/proc/net/ip_vs").unwrap().starts_with("IP Virtual Server"));
    });
}
