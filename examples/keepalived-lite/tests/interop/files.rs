//! `track_file`: a number in a file moves the priority, or is a fault.

use std::fs;

use netlab::{now, with_namespaces};

use crate::common::{PATIENCE, Program, Solo};

/// What is advertised when the file holds a number, is too low, and is not there any more.
fn follows(program: Program) {
    let mut solo = Solo::new(&format!("track_file, {}", program.name()), program);
    let number = solo.file("number");
    solo.configure(|configuration| {
        configuration.before = format!("track_file load {{\n file {}\n weight 2\n}}\n", number.display());
        configuration.more = "    track_file {\n        load weight 2 reverse\n    }\n".to_owned();
    });
    fs::write(&number, "7 and words\n").unwrap();
    let expect = |solo: &Solo, from, priority: u8, what: &str| {
        let heard = solo.hearing.first(from, PATIENCE, what, |heard| heard.priority == priority);
        solo.hearing.tell(heard.time, &format!("{what}: {priority}"));
    };
    let started = now();
    solo.become_master();
    expect(&solo, started, Solo::PRIORITY - 14, "there from the start");
    let heard = solo.hearing.since(started);
    assert!(heard.iter().all(|heard| heard.priority == Solo::PRIORITY - 14), "{heard:?}");
    let asked = now();
    fs::write(&number, "-0x10").unwrap();
    expect(&solo, asked, Solo::PRIORITY + 32, "another number");
    let asked = now();
    fs::write(&number, "128").unwrap();
    expect(&solo, asked, 0, "too much is a fault");
    solo.await_address(false, "in Fault");
    let asked = now();
    fs::remove_file(&number).unwrap();
    expect(&solo, asked, Solo::PRIORITY, "no file, no change");
    solo.await_address(true, "master again");
    solo.machine.stop();
}

#[test]
fn a_number_in_a_file_moves_the_priority_as_keepalived_has_it() {
    with_namespaces(|| {
        follows(Program::Ours);
        follows(Program::Keepalived);
    });
}

#[test]
fn without_a_weight_a_number_is_a_fault_and_the_daemon_writes_the_first_one() {
    with_namespaces(|| {
        for program in [Program::Ours, Program::Keepalived] {
            let mut solo = Solo::new(&format!("init_file, {}", program.name()), program);
            let number = solo.file("number");
            solo.configure(|configuration| {
                let file = number.display();
                configuration.before =
                    format!("track_file switch {{\n file {file}\n weight 0\n init_file 0\n}}\n");
                configuration.more = "    track_file {\n        switch\n    }\n".to_owned();
            });
            solo.become_master();
            assert_eq!(fs::read_to_string(&number).unwrap(), "0\n", "{}", program.name());
            fs::write(&number, "1").unwrap();
            solo.await_address(false, "switched off");
            fs::write(&number, "0").unwrap();
            solo.await_address(true, "switched on");
            solo.machine.stop();
        }
    });
}
