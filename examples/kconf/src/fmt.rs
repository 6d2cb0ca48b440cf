//! `kconf fmt`: Lay the text out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use kconf_parser::{AssumePresent, FormatOptions, format, parse};

use crate::failure::Failure;
use crate::source::{Reading, read, understand};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Change nothing; name the files that would change, and exit with 1 if there are any
    #[arg(long)]
    check: bool,
    /// How lines end
    #[arg(long, value_enum, default_value = "keep")]
    line_ending: LineEnding,
    /// The files, which are changed in place; `-` is standard input, laid out on standard output
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// How lines end.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LineEnding {
    /// As most lines of the file do
    Keep,
    /// With a line feed
    Lf,
    /// With carriage return and line feed
    Crlf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let options = FormatOptions {
        line_ending: match arguments.line_ending {
            LineEnding::Keep => kconf_parser::LineEnding::Keep,
            LineEnding::Lf => kconf_parser::LineEnding::Lf,
            LineEnding::Crlf => kconf_parser::LineEnding::CrLf,
        },
    };
    let mut different = false;
    for path in &arguments.files {
        different |= one(path, options, arguments.check)?;
    }
    Ok(ExitCode::from(u8::from(different && arguments.check)))
}

/// Whether the layout of the file is, or was, another one.
fn one(path: &Path, options: FormatOptions, check: bool) -> Result<bool, Failure> {
    let old = read(path)?;
    let new = format(&parse(&path.to_string_lossy(), &old).tree, &options);
    let is_file = path.as_os_str() != "-";
    if old != new && check {
        let name = if is_file { path.display().to_string() } else { "(standard input)".to_owned() };
        crate::failure::write(&format!("{name}\n"))?;
    }
    if check {
        return Ok(old != new);
    }
    if old != new && meaning(path, &old) != meaning(path, &new) {
        let problem = "its new layout would mean something else, so it is left alone; please report this";
        return Err(Failure::Usage(format!("{}: {problem}", path.display())));
    }
    if !is_file {
        write_octets(&new)?;
    } else if old != new {
        std::fs::write(path, &new).map_err(Failure::file("write", path))?;
    }
    Ok(old != new)
}

/// What must not change: the configuration, and the kinds of what is wrong with it.
fn meaning(path: &Path, octets: &[u8]) -> (kconf_parser::Value, Vec<&'static str>) {
    let loaded = understand(path, octets, &Reading::default(), &AssumePresent);
    let mut codes: Vec<_> = loaded.diagnostics.iter().map(kconf_parser::Diagnostic::code).collect();
    codes.sort_unstable();
    (loaded.config.describe(), codes)
}

fn write_octets(octets: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    out.write_all(octets).and_then(|()| out.flush()).map_err(Failure::file("write", "standard output"))
}
