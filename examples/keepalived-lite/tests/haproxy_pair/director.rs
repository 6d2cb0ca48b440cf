//! A load balancer with processes of its own.

use core::{net::Ipv4Addr, time::Duration};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Instant,
};

use netlab::{Isolation, Lan, Namespace, Node};

use crate::{HAPROXY, Program, foreground::in_foreground};

/// The address that both want.
pub(crate) const VIRTUAL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 100);
/// Where HAProxy listens.
pub(crate) const PORT: u16 = 8080;

const PATIENCE: Duration = Duration::from_secs(30);

/// A host with HAProxy and a daemon, in a namespace of processes of its own: `killall` must not
/// find the HAProxy of the other one.
#[derive(Debug)]
pub(crate) struct Director {
    host: u8,
    folder: PathBuf,
    program: Program,
    /// First process of its namespace, by its number outside.
    init: u32,
    started: Vec<Child>,
    // What holds everything above alive; its end is theirs.
    _node: Node,
}

impl Director {
    /// Whether this machine lets us make a namespace of processes with its own `/proc`.
    pub(crate) fn possible() -> Result<(), String> {
        let attempt = Namespace::new().and_then(|namespace| namespace.output(own_processes().arg("true")));
        let output = attempt.map_err(|error| error.to_string())?;
        let words = String::from_utf8_lossy(&output.stderr);
        output.status.success().then_some(()).ok_or_else(|| format!("no own processes: {}", words.trim()))
    }

    /// Starts everything on host `host`, 1 or 2, of `lan`.
    pub(crate) fn start(lan: &Lan, host: u8, program: Program, folder: &Path) -> Self {
        let isolation = Isolation::own_tmp().keep(folder).keep(Path::new(program.path()).parent().unwrap());
        let mut init = own_processes();
        init.args(["sleep", "1000"]).stdin(Stdio::null());
        let node = lan.node(host).unwrap().spawn(&mut init, &isolation).unwrap();
        let mut director = Self {
            host,
            folder: folder.to_owned(),
            program,
            init: await_process(&node, "sleep"),
            started: Vec::new(),
            _node: node,
        };
        director.start_haproxy();
        director.start_daemon();
        director
    }

    /// As it signs its answers.
    pub(crate) fn name(&self) -> String {
        format!("director{}", self.host)
    }

    /// Last octet of its own address.
    pub(crate) fn host(&self) -> u8 {
        self.host
    }

    /// Starts the service.
    pub(crate) fn start_haproxy(&mut self) {
        let configuration = format!(
            "defaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 5s\n\
             frontend all\n    bind *:{PORT}\n    \
             http-request return status 200 content-type text/plain string {}\n",
            self.name()
        );
        let file = self.write("haproxy", &configuration);
        let mut command = Command::new(HAPROXY);
        command.arg("-db").arg("-f").arg(file);
        self.spawn(&command);
    }

    /// Kills the service, whatever it is doing.
    pub(crate) fn kill_haproxy(&mut self) {
        let mut command = Command::new("killall");
        command.args(["-KILL", "haproxy"]);
        assert!(self.inside(&command).status().unwrap().success(), "{} has an HAProxy", self.name());
    }

    fn start_daemon(&mut self) {
        let (state, priority) = if self.host == 1 { ("MASTER", 101) } else { ("BACKUP", 100) };
        let configuration = format!(
            "global_defs {{\n    script_user root\n}}\n\
             vrrp_script chk_haproxy {{\n    script \"killall -0 haproxy\"\n    interval 2\n    weight 2\n}}\n\
             vrrp_instance VI_1 {{\n    interface eth0\n    state {state}\n    priority {priority}\n    \
             virtual_router_id 51\n    advert_int 1\n    \
             authentication {{\n        auth_type PASS\n        auth_pass 1111\n    }}\n    \
             virtual_ipaddress {{\n        {VIRTUAL}\n    }}\n    \
             track_script {{\n        chk_haproxy\n    }}\n}}\n"
        );
        let file = self.write("keepalived", &configuration);
        self.spawn(&in_foreground(self.program, &file));
    }

    fn write(&self, what: &str, text: &str) -> PathBuf {
        let file = self.folder.join(format!("{what}{}.conf", self.host));
        fs::write(&file, text).unwrap();
        file
    }

    /// `command` inside the director.
    fn inside(&self, command: &Command) -> Command {
        let mut inside = Command::new("nsenter");
        inside.args(["--target", &self.init.to_string(), "--net", "--mount", "--pid", "--"]);
        inside.arg(command.get_program()).args(command.get_args());
        inside
    }

    fn spawn(&mut self, command: &Command) {
        let log = File::options().create(true).append(true).open(self.log_file()).unwrap();
        let mut inside = self.inside(command);
        inside.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.started.push(inside.spawn().unwrap());
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join(format!("director{}.log", self.host))
    }
}

impl Drop for Director {
    fn drop(&mut self) {
        if thread::panicking() {
            let log = fs::read(self.log_file()).unwrap_or_default();
            println!("--- log of {}\n{}", self.name(), String::from_utf8_lossy(&log));
        }
        for child in &mut self.started {
            // nsenter, not what it started: that ends with the namespace.
            let _ = (child.kill(), child.wait());
        }
    }
}

/// A command that runs its arguments as the first process of a new namespace.
fn own_processes() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--pid", "--fork", "--kill-child", "--mount-proc", "--"]);
    command
}

/// The number of the node's process called `name`.
fn await_process(node: &Node, name: &str) -> u32 {
    let is_it = |process: &u32| {
        let found = fs::read_to_string(format!("/proc/{process}/comm"));
        found.is_ok_and(|found| found.trim_end() == name)
    };
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(process) = node.processes().unwrap().into_iter().find(is_it) {
            return process;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("no {name} in {:?}", node.processes());
}
