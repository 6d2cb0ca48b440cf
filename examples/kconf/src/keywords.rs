//! `kconf keywords`: every keyword that keepalived knows or knew.

use std::process::ExitCode;

use clap::Args;
use kconf_parser::keywords::{Argument, BLOCKS, Block, Content, Keyword};
use serde::Serialize;

use crate::failure::{Failure, write};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// One keyword in one block; `null` where nothing is to be said.
#[derive(Serialize)]
struct Row {
    /// The blocks around it, outermost first, separated by slashes; empty for the top level.
    block: &'static str,
    keyword: &'static str,
    usage: String,
    /// `none`, `optional`, `wanted` (without it the line has no effect) or `required` (keepalived 2.2.7 exits).
    argument: &'static str,
    /// `line`, `list` or `block`.
    content: &'static str,
    help: &'static str,
    range: Option<String>,
    unit: Option<&'static str>,
    default: Option<&'static str>,
    since: Option<String>,
    until: Option<String>,
    deprecated: Option<&'static str>,
    instead: Option<&'static str>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let rows = BLOCKS
        .iter()
        .flat_map(|block| block.keywords.iter().chain(block.gone).map(|keyword| row(block, keyword)));
    let rows: Vec<Row> = rows.collect();
    let text = if arguments.json {
        let json = serde_json::to_string_pretty(&rows).unwrap_or_else(|_| "[]".to_owned());
        json + "\n"
    } else {
        let line = |row: &Row| {
            let slash = if row.block.is_empty() { "" } else { "/" };
            format!("{}{slash}{}\n", row.block, row.usage)
        };
        rows.iter().map(line).collect()
    };
    write(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn row(block: &'static Block, keyword: &Keyword) -> Row {
    Row {
        block: block.path,
        keyword: keyword.name,
        usage: keyword.usage(),
        argument: match keyword.argument {
            Argument::None => "none",
            Argument::Optional => "optional",
            Argument::Wanted => "wanted",
            Argument::Required => "required",
        },
        content: match keyword.content {
            Content::Line => "line",
            Content::List(_) => "list",
            Content::Block(_) => "block",
        },
        help: keyword.help(),
        range: keyword.takes.range(),
        unit: keyword.takes.unit().map(|unit| unit.name()),
        default: keyword.default,
        since: block.since_of(keyword).map(|since| since.to_string()),
        until: keyword.until.map(|until| until.to_string()),
        deprecated: keyword.deprecated,
        instead: keyword.instead,
    }
}
