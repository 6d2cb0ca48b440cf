//! The command line: subcommands by clap, ipvsadm's flags by [`Operation`].

use core::time::Duration;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use ipvs_netlink::Capabilities;

use crate::desired::{Authority, apply_steps, print_steps, steps};
use crate::failure::{Failure, Statuses, USAGE};
use crate::flags::{Operation, View};
use crate::names::{NoNames, SystemNames};
use crate::print::Dialect;
use crate::restore::{BadLine, restore};
use crate::rules::desired;
use crate::run::{self, connect, write};
use crate::top::{Column, Options};
use crate::{host, json, stats, top};

/// Controls IPVS, the load balancer of the Linux kernel.
///
/// Takes ipvsadm's own flags too: `ipvsctl -A -t 192.0.2.1:80 -s rr`, `ipvsctl -Ln --stats`.
#[derive(Debug, Parser)]
#[command(name = "ipvsctl", version, after_help = FLAGS)]
struct Arguments {
    #[command(subcommand)]
    command: Subcommands,
}

const FLAGS: &str = "\
ipvsadm's flags, in any order:
  -A -E -D SERVICE      add, change, delete a service
        [-s SCHEDULER] [-b FLAGS] [-p [SECONDS]] [-M MASK] [--pe ENGINE] [-o]
  -a -e -d SERVICE -r SERVER
                        add, change, delete a server
        [-m | -g | -i [--tun-type ipip|gue|gre] [--tun-port N] [--tun-nocsum|--tun-csum|--tun-remcsum]]
        [-w WEIGHT] [-x UPPER] [-y LOWER]
  -L [SERVICE] [-n]     list; also with --stats --rate --thresholds --persistent-conn --tun-info --exact
                        --nosort, or -c, --timeout, --daemon
  -S [-n], -R, -C       save, restore, clear
  -Z [SERVICE]          zero the counters
  --set TCP TCPFIN UDP  time-outs in seconds
  --start-daemon master|backup [--mcast-interface IF] [--syncid N] [--sync-maxlen N]
        [--mcast-group ADDRESS] [--mcast-port N] [--mcast-ttl N]
  --stop-daemon master|backup
SERVICE is -t, -u or --sctp-service ADDRESS[:PORT], or -f MARK [-6].

Exit status 0: done; 1: refused, or not all of it was done; 64: the command line makes no sense.
With ipvsadm's flags ipvsadm's: 2: the command line makes no sense; 255: a flag is unknown, or the
kernel refused.";

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Print services and servers, as `ipvsadm -Ln` does.
    List(ListArguments),
    /// Print the table as rules that lose nothing, thresholds included.
    Save,
    /// Apply rules, as `ipvsadm -R` does.
    ///
    /// What the kernel refuses is told with its line and does not stop the rest. A line that is no
    /// rule ends the reading: the lines before it are applied, none behind it is.
    Restore(RestoreArguments),
    /// Print the fewest rules that make the table what FILE says, and change nothing.
    ///
    /// FILE has the form of `save`. Services that it does not name are not touched.
    Plan(PlanArguments),
    /// Make the table what FILE says, by the fewest changes, additions before removals.
    ///
    /// Prints the changes that were made, as rules.
    Apply(PlanArguments),
    /// Delete every service, without asking.
    Flush,
    /// Print counters and rates in full, one line for each service and server.
    Stats(StatsArguments),
    /// Show who has how much traffic now.
    ///
    /// On a terminal until `q`; `s` sorts by another column. Elsewhere one snapshot, with the
    /// kernel's moving averages, or as many as asked for.
    Top(TopArguments),
    /// Try what this kernel can do, on a service of its own that it takes away again.
    ///
    /// The kernel may load modules for it. What is missing comes with the module to load.
    Probe(ProbeArguments),
    /// Name the settings of this host that will hurt the table's users, and what to do.
    Advise(AdviseArguments),
}

#[derive(Args, Debug)]
struct ListArguments {
    /// Print JSON, see README.md
    #[arg(long)]
    json: bool,
    /// Names of hosts and ports instead of numbers
    #[arg(long, conflicts_with = "json")]
    names: bool,
}

#[derive(Args, Debug)]
struct RestoreArguments {
    /// The rules; standard input without it, or with `-`
    file: Option<PathBuf>,
    /// Apply nothing unless every line is a rule
    #[arg(long)]
    strict: bool,
}

#[derive(Args, Debug)]
struct PlanArguments {
    /// What should be, in the form of `save`; `-` is standard input
    file: PathBuf,
    /// Services that FILE does not name are to go
    #[arg(long)]
    all: bool,
    /// Servers that are there keep their weight
    #[arg(long)]
    keep_weights: bool,
}

#[derive(Args, Debug)]
struct StatsArguments {
    /// Print JSON, see README.md
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct ProbeArguments {
    /// Print JSON, see README.md
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct AdviseArguments {
    /// A table in the form of `save` to judge them for, instead of the kernel's
    file: Option<PathBuf>,
    /// Print JSON, see README.md
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct TopArguments {
    /// So many snapshots, one after the other
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// One snapshot
    #[arg(long, conflicts_with = "count")]
    once: bool,
    /// Seconds between two snapshots
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    interval: Duration,
    /// Sort by this column
    #[arg(long, value_name = "COLUMN", default_value = "inbps")]
    sort: Column,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.1..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "seconds from 0.1 to 86400".to_owned())
}

/// Runs the program: subcommands, or ipvsadm's flags if the first word is one. Without words it
/// lists, as ipvsadm does.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let words: Vec<_> = args.iter().skip(1).map(|word| word.to_string_lossy()).collect();
    let (result, statuses) = match words.first().map(AsRef::as_ref) {
        None => (flags(["-L"]), Statuses::Ipvsadm),
        Some("-V") => (write(&version()), Statuses::Ours),
        Some(first) if first.starts_with('-') => (flags(words.iter().map(AsRef::as_ref)), Statuses::Ipvsadm),
        Some(_) => match Arguments::try_parse_from(&args) {
            Ok(arguments) => (subcommand(arguments.command), Statuses::Ours),
            Err(error) => return told_by_clap(&error),
        },
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            run::report(&failure);
            failure.status(statuses)
        }
    }
}

fn told_by_clap(error: &clap::Error) -> ExitCode {
    // Help that was asked for is no error.
    let status = if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
    let _ = error.print();
    status
}

fn flags<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<(), Failure> {
    let names = SystemNames::default();
    let parsed = Operation::parse(words, &names)?;
    for note in parsed.notes {
        run::report(&format_args!("note: {note}"));
    }
    run::operation(parsed.operation, &names)
}

fn subcommand(command: Subcommands) -> Result<(), Failure> {
    match command {
        Subcommands::List(arguments) => list(&arguments),
        Subcommands::Save => run::save(&mut connect()?, Dialect::Lossless, &NoNames),
        Subcommands::Restore(RestoreArguments { file, strict }) => {
            let bad_line = if strict { BadLine::SpoilsAll } else { BadLine::Stops };
            let text = text(file.as_deref().unwrap_or(Path::new("-")))?;
            restore(connect, &text, &SystemNames::default(), bad_line, &mut run::complaints())
        }
        Subcommands::Plan(arguments) => plan(&arguments, false),
        Subcommands::Apply(arguments) => plan(&arguments, true),
        Subcommands::Flush => Ok(connect()?.apply(&ipvs_netlink::Command::Flush)?),
        Subcommands::Stats(StatsArguments { json }) => counters(json),
        Subcommands::Top(TopArguments { count, once, interval, sort }) => {
            let count = if once { Some(1) } else { count };
            top::top(&mut connect()?, Options { count, interval, sort })
        }
        Subcommands::Probe(ProbeArguments { json }) => {
            let found = Capabilities::probe(&mut connect()?)?;
            if json { write_json(&host::Probed::new(&found)) } else { write(&found.to_string()) }
        }
        Subcommands::Advise(arguments) => advise(&arguments),
    }
}

fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let mut client = connect()?;
    if arguments.json {
        let info = client.info()?;
        let (entries, faults) = run::sorted_entries(&mut client)?;
        write_json(&json::Listing::new(&info, &entries))?;
        return run::all_told(faults);
    }
    let mut out = String::new();
    let view = View { names: arguments.names, ..View::NUMERIC };
    let faults = match arguments.names {
        true => run::table(&mut client, &mut out, None, view, &SystemNames::default())?,
        false => run::table(&mut client, &mut out, None, view, &NoNames)?,
    };
    write(&out)?;
    run::all_told(faults)
}

fn counters(json: bool) -> Result<(), Failure> {
    let (entries, faults) = run::sorted_entries(&mut connect()?)?;
    match json {
        true => write_json(&stats::rows(&entries))?,
        false => write(&stats::text(&entries))?,
    }
    run::all_told(faults)
}

fn plan(arguments: &PlanArguments, apply: bool) -> Result<(), Failure> {
    let desired = desired(&text(&arguments.file)?, &SystemNames::default())?;
    let authority = Authority { everything: arguments.all, keep_weights: arguments.keep_weights };
    let mut client = connect()?;
    let steps = steps(&client.table()?, &desired, authority);
    let (mut out, mut err) = (String::new(), run::complaints());
    let result = match apply {
        true => apply_steps(&mut client, &steps, &mut out, &mut err),
        false => {
            print_steps(&mut out, &steps, &mut err);
            Ok(())
        }
    };
    drop(err);
    write(&out).and(result)
}

fn advise(arguments: &AdviseArguments) -> Result<(), Failure> {
    let wanted = match &arguments.file {
        Some(path) => Some(desired(&text(path)?, &SystemNames::default())?),
        None => None,
    };
    let advice = host::advice(connect, wanted)?;
    if arguments.json {
        return write_json(&advice.into_iter().map(host::Advised::from).collect::<Vec<_>>());
    }
    write(&host::advice_text(&advice))
}

/// A file, or standard input.
fn text(path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") {
        return run::standard_input();
    }
    let octets = std::fs::read(path).map_err(Failure::file("read", path))?;
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

fn write_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let failed = |error: serde_json::Error| Failure::file("write", "standard output")(error.into());
    write(&(serde_json::to_string_pretty(value).map_err(failed)? + "\n"))
}

/// What `-h` prints.
pub(crate) fn help() -> String {
    Arguments::command().render_long_help().to_string()
}

/// What `-v` prints.
pub(crate) fn version() -> String {
    Arguments::command().render_version()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_takes_its_own_description() {
        Arguments::command().debug_assert();
        assert!(help().contains("--start-daemon"));
        assert!(version().starts_with("ipvsctl "));
    }

    #[test]
    fn intervals_are_bounded() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "NaN", "inf", "1e9", "two"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
