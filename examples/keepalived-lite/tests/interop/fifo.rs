//! `notify_fifo` and `vrrp_notify_fifo`: a line for every change.

use std::{
    fs::{self, File, OpenOptions},
    io::Read,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use netlab::with_namespaces;
use nix::{
    libc::O_NONBLOCK,
    sys::{signal::Signal, stat::Mode},
    unistd::mkfifo,
};

use crate::common::{PATIENCE, Program, Solo, wait_until};
use crate::sync::grouped;

/// A pipe that was there before the daemon, with what was read from it.
struct Pipe(File, String);

impl Pipe {
    fn new(path: &Path) -> Self {
        mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
        // For writing, too, so that it has no end.
        let file = OpenOptions::new().read(true).write(true).custom_flags(O_NONBLOCK).open(path).unwrap();
        Self(file, String::new())
    }

    /// Waits until so many lines came, and takes them.
    fn lines(&mut self, count: usize) -> Vec<String> {
        let all = wait_until(PATIENCE, || {
            let mut octets = Vec::new();
            // Ends with EAGAIN: we hold the other end.
            self.0.read_to_end(&mut octets).unwrap_err();
            self.1.push_str(core::str::from_utf8(&octets).unwrap());
            (self.1.lines().count() >= count).then(|| self.1.lines().map(str::to_owned).collect())
        });
        let all: Vec<String> = all.unwrap_or_else(|| panic!("{count} lines, not {:?}", self.1));
        self.1.clear();
        all
    }
}

/// What is told, event by event; the lines of one event, group and members, sorted.
fn told(program: Program) -> Vec<Vec<String>> {
    let mut solo = Solo::new(&format!("FIFO, {}", program.name()), program);
    let (number, path) = (solo.file("number"), solo.file("fifo"));
    let (mut pipe, mut other) = (Pipe::new(&path), Pipe::new(&solo.file("other")));
    let other_path = solo.file("other");
    solo.configure(|configuration| {
        grouped(configuration, "", " sync_group_tracking_weight\n");
        let (fifo, other) = (path.display(), other_path.display());
        let before = format!(
            "global_defs {{\n notify_fifo {fifo}\n vrrp_notify_fifo {other}\n}}\n\
             track_file load {{\n file {}\n}}\n",
            number.display()
        );
        configuration.before.insert_str(0, &before);
        configuration.more =
            "    notify_priority_changes\n    track_file {\n        load weight 1\n    }\n".to_owned();
    });
    let mut all = Vec::new();
    let mut take = |count| {
        let mut lines = pipe.lines(count);
        assert_eq!(other.lines(count), lines, "both are told the same");
        lines.sort();
        all.push(lines);
    };
    solo.start();
    take(3);
    take(3);
    fs::write(&number, "-7").unwrap();
    take(1);
    solo.machine.stop();
    take(3);
    assert!(path.exists(), "whoever made it keeps it");
    all
}

#[test]
fn every_change_is_a_line_as_keepalived_writes_it() {
    let expected = [
        vec!["GROUP \"G\" BACKUP 0", "INSTANCE \"VI_1\" BACKUP 150", "INSTANCE \"VI_2\" BACKUP 150"],
        vec!["GROUP \"G\" MASTER 0", "INSTANCE \"VI_1\" MASTER 150", "INSTANCE \"VI_2\" MASTER 150"],
        vec!["INSTANCE \"VI_1\" MASTER_PRIORITY 143"],
        vec!["GROUP \"G\" STOP 0", "INSTANCE \"VI_1\" STOP 143", "INSTANCE \"VI_2\" STOP 150"],
    ];
    with_namespaces(|| {
        for program in [Program::Ours, Program::Keepalived] {
            assert_eq!(told(program), expected, "{}", program.name());
        }
    });
}

/// What is told of an instance, a master, that a reload removes.
fn told_of_the_removed(program: Program, lines: &str) -> Vec<String> {
    let mut solo = Solo::new(&format!("FIFO, removed, {}", program.name()), program);
    let path = solo.file("fifo");
    let mut pipe = Pipe::new(&path);
    let rest = format!(
        "global_defs {{\n vrrp_version 3\n notify_fifo {}\n}}\nvrrp_instance VI_2 {{\n interface eth0\n \
         virtual_router_id 52\n advert_int 10\n virtual_ipaddress {{\n 10.77.0.101\n }}\n}}\n",
        path.display()
    );
    solo.configure(|configuration| {
        configuration.before.clone_from(&rest);
        configuration.more = lines.to_owned();
    });
    solo.become_master();
    pipe.lines(3);
    solo.machine.configure(rest);
    solo.machine.node().signal(Signal::SIGHUP).unwrap();
    let told = pipe.lines(1);
    solo.machine.stop();
    told
}

#[test]
fn an_instance_that_a_reload_removes_is_told_as_by_keepalived() {
    with_namespaces(|| {
        for program in [Program::Ours, Program::Keepalived] {
            let name = program.name();
            assert_eq!(told_of_the_removed(program, ""), ["INSTANCE \"VI_1\" FAULT 150"], "{name}");
            let told = told_of_the_removed(program, "    notify_deleted\n");
            assert_eq!(told, ["INSTANCE \"VI_1\" DELETED 150"], "{name}");
        }
    });
}

#[test]
fn a_pipe_that_the_daemon_made_goes_with_it_and_its_script_reads_it() {
    with_namespaces(|| {
        let mut solo = Solo::new("FIFO with a script", Program::Ours);
        let (path, script, heard) = (solo.file("fifo"), solo.file("reader"), solo.file("heard"));
        let body = format!("cat \"$2\" > {}", heard.display());
        crate::sync::executable(&script, &body);
        solo.configure(|configuration| {
            configuration.before = format!(
                "global_defs {{\n notify_fifo {}\n notify_fifo_script \"{} of\"\n}}\n",
                path.display(),
                script.display()
            );
        });
        solo.become_master();
        let wanted = "INSTANCE \"VI_1\" BACKUP 150\nINSTANCE \"VI_1\" MASTER 150\n";
        let found =
            wait_until(PATIENCE, || fs::read_to_string(&heard).ok().filter(|text| text.starts_with(wanted)));
        assert!(found.is_some(), "{:?}", fs::read_to_string(&heard));
        assert!(path.exists());
        solo.machine.stop();
        assert!(!path.exists());
    });
}
