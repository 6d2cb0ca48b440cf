//! Our daemon and keepalived, measured in turn: `cargo run --release -p versus`.
//!
//! Only a ratio of two numbers that were taken in the same minutes on the same machine means
//! something, so both sides run alternately and every number is printed beside the other side's.
//! A run counts only if what it stands for was seen to happen; a run that does not count is told.
//!
//! First build what is compared: `cargo build --release -p keepalived-lite -p ipvsctl -p netlab`.
//!
//! A file or folder here holds one group of rows and names its rows, goals and checks; `row.rs` is
//! what a row is, `table.rs` and `json.rs` print it. To add rows, write an [`Experiment`] and name
//! it in [`experiments`].

mod about;
mod checks;
mod configuration_test;
mod daemon;
mod experiment;
mod failure;
mod fleet;
mod ipvs;
mod json;
mod options;
mod row;
mod statistics;
mod table;
mod takeover;

use std::{fs, process::ExitCode};

use clap::Parser;
use netlab::Entered;

use crate::{
    about::About,
    experiment::{Bench, Experiment},
    failure::Failure,
    options::Options,
    row::Row,
    table::Table,
};

/// As in `sysexits.h`.
const EX_USAGE: u8 = 64;

/// Every group of rows, in the table's order.
fn experiments() -> Vec<Box<dyn Experiment>> {
    let mut all: Vec<Box<dyn Experiment>> = Vec::new();
    all.extend(takeover::all().map(|one| Box::new(one) as Box<dyn Experiment>));
    all.extend(fleet::masters().map(|one| Box::new(one) as Box<dyn Experiment>));
    all.push(Box::new(fleet::StartAndStop));
    all.extend(configuration_test::all().map(|one| Box::new(one) as Box<dyn Experiment>));
    all.push(Box::new(ipvs::RestoreAndList));
    all.push(Box::new(checks::TcpChecks));
    all
}

fn main() -> ExitCode {
    if let Some(code) = ipvs::hidden_role().or_else(checks::hidden_role) {
        return code;
    }
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(mistake) => {
            // Help and version are no mistakes.
            let code = if mistake.use_stderr() { EX_USAGE } else { 0 };
            let _ = mistake.print();
            return ExitCode::from(code);
        }
    };
    // Before any thread.
    let entered = match netlab::enter_user_namespace() {
        Ok(entered) => entered,
        Err(refusal) => {
            eprintln!("versus: {refusal}");
            return ExitCode::FAILURE;
        }
    };
    match run(&options, entered) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("versus: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options, entered: Entered) -> Result<ExitCode, Failure> {
    let mut chosen: Vec<(Box<dyn Experiment>, Vec<Row>)> =
        experiments().into_iter().map(|one| (one.rows(), one)).map(|(rows, one)| (one, rows)).collect();
    if options.list {
        chosen.iter().flat_map(|(_, rows)| rows).for_each(|row| println!("{}", row.id));
        return Ok(ExitCode::SUCCESS);
    }
    chosen.retain(|(_, rows)| rows.iter().any(|row| options.wants(&row.id)));
    if chosen.is_empty() {
        eprintln!("versus: no row {}; --list lists them", options.only.join(", no row "));
        return Ok(ExitCode::from(EX_USAGE));
    }
    let folder = tempfile::Builder::new().prefix("versus-").tempdir();
    let folder = folder.map_err(Failure::file("make a folder in", std::env::temp_dir()))?;
    let bench = Bench { theirs: options.theirs()?, ours: options.ours()?, folder: folder.path().to_owned() };
    let about = About::gather(&bench.theirs, &bench.ours, entered);
    let mut rows = Vec::new();
    for (experiment, mut measured) in chosen {
        experiment.run(&bench, options.rounds(experiment.rounds()), &mut measured);
        rows.extend(measured.into_iter().filter(|row| options.wants(&row.id)));
    }
    report(options, &about, &rows)?;
    Ok(if rows.iter().any(Row::failed) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn report(options: &Options, about: &About, rows: &[Row]) -> Result<(), Failure> {
    let table = Table { about, rows }.to_string();
    print!("{table}");
    if let Some(path) = &options.markdown {
        fs::write(path, &table).map_err(Failure::file("write", path))?;
    }
    let path = options.json()?;
    json::write(&path, about, rows)?;
    eprintln!("every run is in {}", path.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_an_id_of_its_own() {
        let mut ids: Vec<String> =
            experiments().iter().flat_map(|one| one.rows()).map(|row| row.id).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
