//! The configuration file: read, understood, judged.

use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use kconf_parser::{
    ConfigTest, Diagnostic, ExpandOptions, Loader, LowerOptions, Parsed, Severity, Sources, config_test,
    expand_owned, lower_with, model::Config,
};

use crate::cli::Options;
use crate::facts::HostFacts;
use crate::unsupported;
use crate::without_effect::WITHOUT_EFFECT;

/// A configuration with what there is to say about it.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What to run.
    pub config: Config,
    /// Everything that was found, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the findings point into.
    pub sources: Sources,
}

impl Loaded {
    /// Whether keepalived would refuse to run with it; so do we.
    #[must_use]
    pub(crate) fn cannot_run(&self) -> bool {
        self.diagnostics.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// What to run, without the text and what there was to say about it.
    #[must_use]
    pub(crate) fn into_config(self) -> Config {
        self.config
    }

    /// keepalived's verdict on the file.
    #[must_use]
    pub(crate) fn verdict(&self) -> ConfigTest {
        config_test(&self.diagnostics)
    }

    /// How many findings are more than a note.
    #[must_use]
    pub(crate) fn warnings(&self) -> usize {
        self.diagnostics.iter().filter(|finding| finding.severity >= Severity::Warning).count()
    }

    /// Writes all findings as text for people, with the lines they are about.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.diagnostics
            .iter()
            .try_for_each(|finding| out.write_all(finding.render(&self.sources).as_bytes()))
    }

    /// Logs every finding, and everything that this version cannot do, in a line each; then how
    /// many there were.
    pub(crate) fn log(&self, path: &Path) {
        for finding in &self.diagnostics {
            let text = finding.render(&self.sources);
            let line = text.lines().next().unwrap_or_default();
            match finding.severity {
                Severity::Error => tracing::error!("{line}"),
                Severity::Warning => tracing::warn!("{line}"),
                Severity::Note => tracing::info!("{line}"),
            }
        }
        let missing = unsupported::find(&self.config);
        for found in &missing {
            tracing::warn!("{}", found.line(&self.sources));
        }
        let count = self.warnings() + missing.len();
        if count > 0 {
            let file = path.display();
            tracing::warn!("{count} findings in {file}; -t -f {file} shows them");
        }
    }
}

/// Reads the file and everything it includes, and asks this host about interfaces, users and scripts.
///
/// # Errors
///
/// Why the file itself cannot be read. A mistake in it is a finding, never an error here.
pub(crate) fn load(options: &Options) -> io::Result<Loaded> {
    let path = &options.config_file;
    let octets = std::fs::read(path)?;
    let host = host_name();
    let config_id = options.config_id.clone().unwrap_or_else(|| short(&host));
    let all_includes = options.all_config;
    let options = ExpandOptions { config_id, all_includes, seed: seed(&host), ..ExpandOptions::default() };
    let parsed = expand_owned(&path.to_string_lossy(), octets, &Files, &options);
    let options = LowerOptions { without_effect: WITHOUT_EFFECT, ..LowerOptions::default() };
    let lowered = lower_with(&parsed.tree, &HostFacts::default(), &options);
    let Parsed { tree, mut diagnostics } = parsed;
    let sources = tree.sources().clone();
    // Of a long file it is larger than all that follows.
    drop(tree);
    diagnostics.extend(lowered.diagnostics);
    Ok(Loaded { config: lowered.config, diagnostics, sources })
}

fn host_name() -> String {
    nix::unistd::gethostname().unwrap_or_default().to_string_lossy().into_owned()
}

/// keepalived's default for `-i`: the host name up to the first dot.
fn short(host: &str) -> String {
    host.split('.').next().unwrap_or_default().to_owned()
}

/// What `${_RANDOM}` begins with: other numbers on the other node, the same ones after a reload.
fn seed(host: &str) -> u32 {
    // FNV-1a
    host.bytes().fold(0x811c_9dc5, |hash, octet| (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193))
}

/// Included files come from the file system.
struct Files;

impl Loader for Files {
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf> {
        let pattern = directory.join(pattern);
        let Some(pattern) = pattern.to_str() else { return Vec::new() };
        // Unreadable directories and bad patterns match nothing, as with keepalived.
        glob::glob(pattern).into_iter().flatten().flatten().collect()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let meta = std::fs::metadata(path)?;
        if !meta.is_file() || meta.permissions().mode() & 0o111 != 0 {
            return Err(io::Error::other("not an ordinary file, or one that may be executed"));
        }
        std::fs::read(path)
    }

    fn environment(&self, name: &str) -> Option<Vec<u8>> {
        std::env::var_os(name).map(std::ffi::OsString::into_encoded_bytes)
    }
}
