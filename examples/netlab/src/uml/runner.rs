//! The host's side: starts the kernel, relays what the program prints, takes the verdict.

use core::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};
use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs::{self, DirBuilder, File},
    io::{self, Read, Write},
    os::unix::{
        fs::{DirBuilderExt, symlink},
        process::{CommandExt, ExitStatusExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio, id},
    sync::Arc,
    thread,
    time::Instant,
};

use nix::{
    sys::{
        signal::{Signal, killpg},
        statvfs::{FsFlags, statvfs},
    },
    unistd::Pid,
};

use super::{FOLDER, REQUEST, STDERR, STDOUT, UmlError, modules, request::Request, verdict};
use crate::LabError;

const KERNEL: &str = "/usr/bin/linux.uml";
const PACKAGE: &str = "user-mode-linux";

/// How often the host looks for output and the end.
const POLL: Duration = Duration::from_millis(5);

/// Octets of the console that an error quotes.
const CONSOLE_TAIL: usize = 2048;

/// Settings for runs of a program under User-Mode Linux.
#[derive(Clone, Debug)]
pub struct Uml {
    mem_mib: u32,
    limit: Option<Duration>,
    keep: Vec<PathBuf>,
    modules: Vec<String>,
    own_init: bool,
    interrupted: Arc<AtomicBool>,
}

/// How a program in the guest ended and what it had to say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Output {
    /// Its exit status, or the signal that killed it.
    pub status: ExitStatus,
    /// What it and its children wrote to standard output.
    pub stdout: Vec<u8>,
    /// What they wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Uml {
    /// 512 MiB of memory, five minutes.
    pub fn new() -> Self {
        Self {
            mem_mib: 512,
            limit: Some(Duration::from_secs(300)),
            keep: Vec::new(),
            modules: vec!["ip_vs".to_owned()],
            own_init: false,
            interrupted: Arc::default(),
        }
    }

    /// The guest's memory in MiB. The host pays for what is used. Below 64 it does not boot.
    #[must_use]
    pub fn mem(mut self, mib: u32) -> Self {
        self.mem_mib = mib;
        self
    }

    /// The time from the start of the kernel after which it is killed.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Waits for the program for ever. Should this process be killed meanwhile, the kernel goes on.
    #[must_use]
    pub fn without_timeout(mut self) -> Self {
        self.limit = None;
        self
    }

    /// Spares the file or folder `path` below `/tmp`: what the program writes there is written on
    /// the host. It must exist.
    #[must_use]
    pub fn keep(mut self, path: impl Into<PathBuf>) -> Self {
        self.keep.push(path.into());
        self
    }

    /// Loads the module `name` before the program starts.
    #[must_use]
    pub fn module(mut self, name: &str) -> Self {
        self.modules.push(name.to_owned());
        self
    }

    /// The guest's first process is this program instead of `netlab`; its `main` must begin with
    /// [`hidden_role`](super::hidden_role). For programs that are given away alone.
    #[must_use]
    pub fn first_process_is_this_program(mut self) -> Self {
        self.own_init = true;
        self
    }

    /// Kills the kernel soon after `flag` has become true.
    #[must_use]
    pub fn interrupted_by(mut self, flag: Arc<AtomicBool>) -> Self {
        self.interrupted = flag;
        self
    }

    /// Whether a program can be run here at all.
    ///
    /// # Errors
    ///
    /// [`UmlError::Architecture`], [`UmlError::Missing`] or [`UmlError::NoInit`]: what lacks.
    pub fn available() -> Result<(), UmlError> {
        Self::kernel_available()?;
        init_program().map(|_| ())
    }

    fn kernel_available() -> Result<(), UmlError> {
        if !cfg!(target_arch = "x86_64") {
            return Err(UmlError::Architecture);
        }
        for path in [KERNEL, modules::MODULES] {
            if fs::metadata(path).is_err() {
                return Err(UmlError::Missing { path: path.into(), package: PACKAGE });
            }
        }
        Ok(())
    }

    /// Runs `command` to its end and collects its output. Of `command` count the program, its
    /// arguments, the working folder and single variables of the environment; a cleared
    /// environment and pipes do not. A folder that is not set is this process's.
    ///
    /// # Errors
    ///
    /// [`UmlError`] if the program did not end by itself.
    pub fn run(&self, command: &Command) -> Result<Output, UmlError> {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        match self.relay(command, &mut stdout, &mut stderr) {
            Ok(status) => Ok(Output { status, stdout, stderr }),
            Err(UmlError::TimedOut { limit, .. }) => Err(UmlError::TimedOut { limit, stdout, stderr }),
            Err(error) => Err(error),
        }
    }

    /// Like [`run`](Self::run), but passes on what the program prints as it comes.
    ///
    /// # Errors
    ///
    /// [`UmlError`] if the program did not end by itself or `stdout` or `stderr` cannot be written.
    pub fn relay(
        &self,
        command: &Command,
        stdout: &mut dyn Write,
        stderr: &mut dyn Write,
    ) -> Result<ExitStatus, UmlError> {
        Self::kernel_available()?;
        let init = if self.own_init {
            env::current_exe().map_err(LabError::step("find this program"))?
        } else {
            init_program()?
        };
        let request = self.request(command)?;
        let folder = Folder::make()?;
        folder.fill(&request.encode(), &init)?;
        let mut streams = [
            Relay { file: folder.open(STDOUT)?, sink: stdout },
            Relay { file: folder.open(STDERR)?, sink: stderr },
        ];
        let deadline = self.limit.map(|limit| Instant::now() + limit);
        let mut kernel = Kernel::boot(&folder.0, self.mem_mib)?;
        let ended = loop {
            let ended = kernel.0.try_wait().map_err(LabError::step("wait for the kernel"))?;
            // After the question: what was written before the end is then there.
            for stream in &mut streams {
                stream.pass_on()?;
            }
            if let Some(status) = ended {
                break status;
            }
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(UmlError::Interrupted);
            }
            if let (Some(deadline), Some(limit)) = (deadline, self.limit)
                && deadline <= Instant::now()
            {
                return Err(UmlError::TimedOut { limit, stdout: Vec::new(), stderr: Vec::new() });
            }
            thread::sleep(POLL);
        };
        folder.verdict(&request, ended)
    }

    fn request(&self, command: &Command) -> Result<Request, UmlError> {
        let here = env::current_dir().map_err(LabError::step("find the working folder"))?;
        let folder = command.get_current_dir().map_or_else(|| here.clone(), |folder| here.join(folder));
        let folder = folder.canonicalize().map_err(LabError::path("enter", &folder))?;
        let mut keep = Vec::new();
        for path in &self.keep {
            keep.push(path.canonicalize().map_err(LabError::path("keep", path))?);
        }
        // The whole of /tmp as working folder says nothing; a folder in it does.
        keep.push(folder.clone());
        keep.retain(|path| {
            ["/tmp", "/var/tmp"].iter().any(|top| path.starts_with(top) && !path.ends_with("tmp"))
        });
        let arguments = core::iter::once(command.get_program()).chain(command.get_args());
        let mut environment: BTreeMap<OsString, OsString> = env::vars_os().collect();
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => environment.insert(name.into(), value.into()),
                None => environment.remove(name),
            };
        }
        Ok(Request {
            arguments: arguments.map(Into::into).collect(),
            environment: environment.into_iter().collect(),
            folder,
            keep,
            modules: self.modules.clone(),
            limit: self.limit,
        })
    }
}

impl Default for Uml {
    fn default() -> Self {
        Self::new()
    }
}

/// The program `netlab`: this one, or beside it, or above it (tests lie in `deps`), or in `PATH`.
fn init_program() -> Result<PathBuf, UmlError> {
    const NAME: &str = "netlab";
    let this = env::current_exe().map_err(LabError::step("find this program"))?;
    if this.file_name().is_some_and(|name| name == NAME) {
        return Ok(this);
    }
    let near = this.ancestors().skip(1).take(2).map(Path::to_owned);
    let path = env::var_os("PATH").unwrap_or_default();
    let candidates = near.chain(env::split_paths(&path)).map(|folder| folder.join(NAME));
    candidates.filter_map(|path| path.canonicalize().ok()).find(|path| path.is_file()).ok_or(UmlError::NoInit)
}

/// The folder of one run, which goes with this value.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self, UmlError> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("netlab-uml-{}-{}", id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let parent = env::temp_dir();
        let parent = parent.canonicalize().map_err(LabError::path("use", &parent))?;
        let path = parent.join(name);
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "/-_.+~@".contains(letter);
        if !path.to_str().is_some_and(|path| path.chars().all(plain)) {
            return Err(UmlError::Folder(path));
        }
        // One of a dead process with our number.
        let _ = fs::remove_dir_all(&path);
        DirBuilder::new().mode(0o700).create(&path).map_err(LabError::path("make", &path))?;
        Ok(Self(path))
    }

    fn fill(&self, request: &[u8], init: &Path) -> Result<(), LabError> {
        let path = self.0.join(REQUEST);
        fs::write(&path, request).map_err(LabError::path("write", path))?;
        for name in [STDOUT, STDERR] {
            let path = self.0.join(name);
            File::create_new(&path).map_err(LabError::path("make", path))?;
        }
        // A name without blanks for the kernel's command line.
        let path = self.0.join("init");
        symlink(init, &path).map_err(LabError::path("make", path))
    }

    fn open(&self, name: &str) -> Result<File, LabError> {
        let path = self.0.join(name);
        File::open(&path).map_err(LabError::path("open", path))
    }

    /// What the guest left, after its kernel has `ended`.
    fn verdict(&self, request: &Request, ended: ExitStatus) -> Result<ExitStatus, UmlError> {
        use verdict::Verdict;
        let text = fs::read_to_string(self.0.join(verdict::STATUS)).unwrap_or_default();
        match Verdict::decode(&text) {
            Some(Verdict::Ended(status)) => Ok(ExitStatus::from_raw(status)),
            Some(Verdict::Failed(reason)) => Err(UmlError::Guest(reason)),
            Some(Verdict::Unstartable(errno)) => Err(UmlError::Unstartable {
                program: request.arguments.first().map(PathBuf::from).unwrap_or_default(),
                source: errno.map_or_else(|| io::Error::other("unknown"), io::Error::from_raw_os_error),
            }),
            None => Err(UmlError::Died { status: ended.to_string(), console: self.console() }),
        }
    }

    fn console(&self) -> String {
        let octets = fs::read(self.0.join(Kernel::CONSOLE)).unwrap_or_default();
        let tail = octets.get(octets.len().saturating_sub(CONSOLE_TAIL)..).unwrap_or_default();
        String::from_utf8_lossy(tail).trim().replace('\r', "")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nobody can be told, and a rest in the folder for such things does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One stream of the program, read from its file while it grows.
struct Relay<'a> {
    file: File,
    sink: &'a mut dyn Write,
}

impl Relay<'_> {
    fn pass_on(&mut self) -> Result<(), LabError> {
        let mut buffer = [0; 16 * 1024];
        loop {
            let length = self.file.read(&mut buffer).map_err(LabError::step("read the program's output"))?;
            if length == 0 {
                return Ok(());
            }
            let text = buffer.get(..length).unwrap_or_default();
            let passed = self.sink.write_all(text).and_then(|()| self.sink.flush());
            passed.map_err(LabError::step("pass on the program's output"))?;
        }
    }
}

/// The running kernel. Dropping it kills it and the processes that are its guest's.
struct Kernel(Child);

impl Kernel {
    /// The kernel's own messages, with its console.
    const CONSOLE: &str = "console";

    fn boot(folder: &Path, mem_mib: u32) -> Result<Self, LabError> {
        let path = folder.join(Self::CONSOLE);
        let console = File::create(&path).map_err(LabError::path("make", &path))?;
        let also = console.try_clone().map_err(LabError::path("share", &path))?;
        let here = folder.display();
        let mut command = Command::new(KERNEL);
        command
            .arg(format!("mem={mem_mib}M"))
            .args(["rootfstype=hostfs", "hostfs=/", "rw", "quiet", "con=null", "con0=null,fd:1"])
            // A guest that reboots has ended. The raid6 benchmark is half of the boot time.
            .args(["noreboot", "initcall_blacklist=raid6_select_algo"])
            // Else it leaves folders in the user's home.
            .arg(format!("uml_dir={here}/"))
            .arg(format!("init={here}/init"))
            .arg(format!("{FOLDER}={here}"))
            .env_clear()
            .env("TMPDIR", memory_folder(mem_mib))
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(console)
            .stderr(also);
        command.spawn().map(Self).map_err(LabError::path("start", KERNEL))
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        // Its guest's processes are processes of the host too, in the same group.
        if let Ok(group) = i32::try_from(self.0.id()) {
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
        let _ = self.0.wait();
    }
}

/// The guest's memory is a file that can be executed; containers have a small `/dev/shm` or one
/// without that right, and too small a one kills the kernel in the middle of its work.
fn memory_folder(mem_mib: u32) -> PathBuf {
    const SHM: &str = "/dev/shm";
    let fits = statvfs(SHM).is_ok_and(|room| {
        let free = room.blocks_available().saturating_mul(room.fragment_size());
        free >= u64::from(mem_mib) << 20 && !room.flags().contains(FsFlags::ST_NOEXEC)
    });
    if fits { SHM.into() } else { env::temp_dir() }
}
