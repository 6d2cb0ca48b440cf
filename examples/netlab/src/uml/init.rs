//! The first process of the guest: makes it look like a machine, runs the program, switches off.

use core::time::Duration;
use std::{
    env,
    ffi::{OsStr, OsString},
    fs::{self, File},
    io,
    os::unix::{fs::symlink, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use nix::{
    mount::{MsFlags, mount},
    sys::reboot::{RebootMode, reboot},
    unistd::{setsid, sync},
};
use rustix::process::{WaitOptions, WaitStatus, wait};

use super::{
    modules::Index,
    request::Request,
    verdict::{STATUS, Verdict},
};
use crate::{LabError, Namespace};

/// What is the guest's own and concerns no program in it.
const OWN: &str = "/run/netlab";

/// The host's file system as the guest may see it, whatever is put over parts of it.
const HOST: &str = "/run/netlab/host";

/// Where root finds programs on Debian. The caller may be a user who does not.
const ROOT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Folders that programs fill and that two guests must not share: the host's content is seen,
/// changes stay in memory.
const PRIVATE: [&str; 2] = ["/tmp", "/var/tmp"];

/// How much longer than the host the guest waits.
const GRACE: Duration = Duration::from_secs(10);

/// Does what the request in `folder` says, leaves the verdict there and switches off.
pub(super) fn run(folder: &Path) -> ! {
    let verdict = match prepare(folder) {
        Ok(request) => execute(&request, &on_host(folder)),
        Err(error) => Verdict::Failed(error.to_string()),
    };
    // On the console, which the host shows when there is no verdict.
    let told = [on_host(folder), folder.to_owned()]
        .iter()
        .map(|folder| fs::write(folder.join(STATUS), verdict.encode()))
        .find(Result::is_ok);
    if told.is_none() {
        eprintln!("netlab: cannot write the verdict to {}: {verdict:?}", folder.display());
    }
    switch_off()
}

fn switch_off() -> ! {
    sync();
    match reboot(RebootMode::RB_POWER_OFF) {
        Ok(never) => match never {},
        // The kernel panics when its first process ends, which stops it as well.
        Err(errno) => panic!("cannot switch off: {errno}"),
    }
}

/// Reads the request and builds the guest around it.
fn prepare(folder: &Path) -> Result<Request, LabError> {
    let path = folder.join(super::REQUEST);
    let octets = fs::read(&path).map_err(LabError::path("read", &path))?;
    let request = Request::decode(&octets).ok_or_else(|| {
        LabError::path("understand", &path)(io::Error::other(
            "this netlab is of another version, build it anew",
        ))
    })?;
    mount_kernel_views()?;
    let index = Index::of_running_kernel().map_err(LabError::step("read the lists of modules"))?;
    serve_modules()?;
    for module in ["overlay"].into_iter().chain(request.modules.iter().map(String::as_str)) {
        index.load(module).map_err(LabError::path("load the module", module))?;
    }
    for private in PRIVATE {
        cover(Path::new(private))?;
    }
    for kept in &request.keep {
        bind(&on_host(kept), kept)?;
    }
    Namespace::of_this_thread()?.set_up("lo")?;
    Ok(request)
}

/// Mounts what every machine has and remembers the host's file system.
fn mount_kernel_views() -> Result<(), LabError> {
    memory(Path::new("/run"))?;
    for (kind, place) in [("proc", "/proc"), ("sysfs", "/sys")] {
        mount(Some(kind), place, Some(kind), MsFlags::empty(), None::<&str>)
            .map_err(LabError::path("mount", place))?;
    }
    // The kernel has mounted /dev.
    for folder in ["/dev/pts", "/dev/shm", OWN, HOST, "/run/lock"] {
        make(Path::new(folder))?;
    }
    let flags = MsFlags::MS_NOSUID;
    mount(Some("devpts"), "/dev/pts", Some("devpts"), flags, Some("mode=620,ptmxmode=666"))
        .map_err(LabError::path("mount", "/dev/pts"))?;
    memory(Path::new("/dev/shm"))?;
    bind(Path::new("/"), Path::new(HOST))
}

/// Makes this program the `modprobe` of the kernel and, first in `PATH`, of everybody else.
fn serve_modules() -> Result<(), LabError> {
    let folder = Path::new(OWN).join("bin");
    make(&folder)?;
    let program = env::current_exe().map_err(LabError::step("find this program"))?;
    let link = folder.join(super::MODPROBE);
    symlink(on_host(&program), &link).map_err(LabError::path("make", &link))?;
    let setting = "/proc/sys/kernel/modprobe";
    fs::write(setting, link.as_os_str().as_encoded_bytes()).map_err(LabError::path("write", setting))
}

/// Puts memory over `folder` for what is written and leaves what is there readable.
fn cover(folder: &Path) -> Result<(), LabError> {
    if !folder.is_dir() {
        return Ok(());
    }
    let name = folder.to_string_lossy().replace('/', "-");
    let changes = Path::new(OWN).join(format!("changes{name}"));
    let (upper, work) = (changes.join("upper"), changes.join("work"));
    make(&upper)?;
    make(&work)?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o1777);
    fs::set_permissions(&upper, mode).map_err(LabError::path("open", &upper))?;
    let options = format!(
        "lowerdir={},upperdir={},workdir={}",
        on_host(folder).display(),
        upper.display(),
        work.display()
    );
    mount(Some("overlay"), folder, Some("overlay"), MsFlags::empty(), Some(options.as_str()))
        .map_err(LabError::path("mount over", folder))
}

fn memory(folder: &Path) -> Result<(), LabError> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("tmpfs"), folder, Some("tmpfs"), flags, Some("mode=1777"))
        .map_err(LabError::path("mount over", folder))
}

fn bind(from: &Path, to: &Path) -> Result<(), LabError> {
    mount(Some(from), to, None::<&str>, MsFlags::MS_BIND, None::<&str>).map_err(LabError::path("bind", to))
}

fn make(folder: &Path) -> Result<(), LabError> {
    fs::create_dir_all(folder).map_err(LabError::path("make", folder))
}

/// The way to `path` that no mount hides.
fn on_host(path: &Path) -> PathBuf {
    Path::new(HOST).join(path.strip_prefix("/").unwrap_or(path))
}

/// Runs the program to its end; `folder` takes its output.
fn execute(request: &Request, folder: &Path) -> Verdict {
    if let Some(limit) = request.limit {
        // For the case that the host's netlab is gone and nobody else will stop this kernel.
        thread::spawn(move || {
            thread::sleep(limit + GRACE);
            switch_off()
        });
    }
    match start(request, folder) {
        Ok(program) => reap_until_end_of(program),
        Err(LabError::Path { step: START, source, .. }) => Verdict::Unstartable(source.raw_os_error()),
        Err(error) => Verdict::Failed(error.to_string()),
    }
}

/// The step that is the program's own failure.
const START: &str = "start";

fn start(request: &Request, folder: &Path) -> Result<u32, LabError> {
    let output = |name: &str| {
        let path = folder.join(name);
        File::options().append(true).open(&path).map_err(LabError::path("write to", path))
    };
    let Some((program, arguments)) = request.arguments.split_first() else {
        return Err(LabError::step("find the program")(io::Error::other("the request names none")));
    };
    fs::metadata(&request.folder).map_err(LabError::path("enter", &request.folder))?;
    // A program that signals its whole group must not mean this process, nor the kernel's.
    let _ = setsid();
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(request.environment.iter().map(|(name, value)| (name, value)));
    command.env("PATH", path_of(&request.environment)).current_dir(&request.folder).process_group(0);
    command.stdin(Stdio::null()).stdout(output(super::STDOUT)?).stderr(output(super::STDERR)?);
    command.spawn().map(|child| child.id()).map_err(LabError::path(START, program))
}

/// This program as `modprobe`, then the caller's folders, then root's.
fn path_of(environment: &[(OsString, OsString)]) -> OsString {
    let theirs = environment.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.as_os_str());
    let own = format!("{OWN}/bin");
    let parts = [Some(OsStr::new(&own)), theirs.filter(|path| !path.is_empty()), Some(OsStr::new(ROOT_PATH))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(OsStr::new(":"))
}

/// Orphans become children of the first process, which has to bury them.
fn reap_until_end_of(program: u32) -> Verdict {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid.as_raw_pid().unsigned_abs() == program => {
                return Verdict::Ended(WaitStatus::as_raw(status));
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Verdict::Failed(format!("cannot wait for the program: {errno}")),
        }
    }
}
