//! `-t`: what keepalived would say of the file, better said, with keepalived's exit codes.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use kconf_parser::ConfigTest;

use crate::cli::Options;
use crate::config_file::Loaded;
use crate::exit::Exit;
use crate::unsupported::{self, Unsupported};

/// Findings are written in pieces of this size: of a long file they are longer than it.
const AT_ONCE: usize = 64 * 1024;

/// Judges the configuration and writes the findings to `log` or stderr.
#[must_use]
pub(crate) fn run(options: &Options, log: Option<&std::path::Path>) -> Exit {
    let out: Box<dyn Write> = match log.map(File::create) {
        None => Box::new(io::stderr()),
        Some(Ok(file)) => Box::new(file),
        Some(Err(error)) => {
            eprintln!("cannot write the log file of the configuration test: {error}");
            return Exit::Fatal;
        }
    };
    let Ok(loaded) = crate::load(options) else {
        return Exit::ConfigTest(ConfigTest::CannotRun.exit_code());
    };
    let missing = unsupported::find(&loaded.config);
    // A closed stderr changes nothing about the verdict.
    let _ = write(&mut BufWriter::with_capacity(AT_ONCE, out), &loaded, &missing);
    let verdict = loaded.verdict();
    let warned = loaded.warnings() > 0 || !missing.is_empty();
    // The process ends, which frees thousands of blocks faster than one after the other.
    core::mem::forget(loaded);
    if options.strict && verdict == ConfigTest::Accepted && warned {
        return Exit::ConfigTest(ConfigTest::WouldRun.exit_code());
    }
    Exit::ConfigTest(verdict.exit_code())
}

fn write(out: &mut dyn Write, loaded: &Loaded, missing: &[Unsupported]) -> io::Result<()> {
    loaded.write(out)?;
    missing.iter().try_for_each(|found| writeln!(out, "{}", found.line(&loaded.sources)))?;
    out.flush()
}
