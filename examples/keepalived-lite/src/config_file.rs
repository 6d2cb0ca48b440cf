//! The configuration file: read, understood, judged.

use std::io::{self, Write};
use std::path::Path;

use kconf_parser::host::{HostFacts, HostFiles, config_id, host_name};
use kconf_parser::{
    ConfigTest, Diagnostic, ExpandOptions, LowerOptions, Parsed, Severity, Sources, config_test,
    expand_owned, lower_with, model::Config,
};

use crate::cli::Options;
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
    let config_id = options.config_id.clone().unwrap_or_else(config_id);
    let (all_includes, seed) = (options.all_config, seed(&host_name()));
    let options = ExpandOptions { config_id, all_includes, seed, ..ExpandOptions::default() };
    let files = HostFiles { environment: true };
    let parsed = expand_owned(&path.to_string_lossy(), octets, &files, &options);
    let options = LowerOptions { without_effect: WITHOUT_EFFECT, ..LowerOptions::default() };
    let lowered = lower_with(&parsed.tree, &HostFacts::default(), &options);
    let Parsed { tree, mut diagnostics } = parsed;
    let sources = tree.sources().clone();
    // Of a long file it is larger than all that follows.
    drop(tree);
    diagnostics.extend(lowered.diagnostics);
    Ok(Loaded { config: lowered.config, diagnostics, sources })
}

/// What `${_RANDOM}` begins with: other numbers on the other node, the same ones after a reload.
fn seed(host: &str) -> u32 {
    // FNV-1a
    host.bytes().fold(0x811c_9dc5, |hash, octet| (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193))
}
