//! `kconf fmt`: Lay the text out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use kconf_parser::{AssumePresent, FormatOptions, format, parse};

use crate::failure::Failure;
use crate::source::{Origin, Reading, is_standard_input, name, read, standard_input_once, understand};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Change nothing; name the files that would change, and exit with 1 if there are any
    #[arg(long)]
    check: bool,
    /// How lines end
    #[arg(long, value_enum, default_value = "keep")]
    line_ending: LineEnding,
    #[command(flatten)]
    origin: Origin,
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
    standard_input_once(&arguments.files)?;
    arguments.origin.is_for(&arguments.files)?;
    let reading = arguments.origin.reading();
    let mut different = false;
    for path in &arguments.files {
        different |= one(path, &reading, options, arguments.check)?;
    }
    Ok(ExitCode::from(u8::from(different && arguments.check)))
}

/// Whether the layout of the file is, or was, another one.
fn one(path: &Path, reading: &Reading<'_>, options: FormatOptions, check: bool) -> Result<bool, Failure> {
    let old = read(path)?;
    let name = name(path, reading);
    let new = format(&parse(&name.to_string_lossy(), &old).tree, &options);
    if old != new && check {
        crate::failure::write(&format!("{}\n", name.display()))?;
    }
    if check {
        return Ok(old != new);
    }
    let meaning = |octets: &[u8]| meaning(name, octets, reading);
    if old != new && meaning(&old) != meaning(&new) {
        let problem = "its new layout would mean something else, so it is left alone; please report this";
        return Err(Failure::Usage(format!("{}: {problem}", name.display())));
    }
    if is_standard_input(path) {
        write_octets(&new)?;
    } else if old != new {
        std::fs::write(path, &new).map_err(Failure::file("write", path))?;
    }
    Ok(old != new)
}

/// What must not change: the configuration, and the kinds of what is wrong with it.
fn meaning(place: &Path, octets: &[u8], reading: &Reading<'_>) -> (kconf_parser::Value, Vec<&'static str>) {
    let loaded = understand(place, octets, reading, &AssumePresent);
    let mut codes: Vec<_> = loaded.diagnostics.iter().map(kconf_parser::Diagnostic::code).collect();
    codes.sort_unstable();
    (loaded.config.describe(), codes)
}

fn write_octets(octets: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    out.write_all(octets).and_then(|()| out.flush()).map_err(Failure::file("write", "standard output"))
}
