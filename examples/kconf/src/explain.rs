//! `kconf explain`: what a keyword or the code of a finding means.

use std::process::ExitCode;

use clap::Args;
use kconf_parser::diagnostic::{Page, page, pages};
use kconf_parser::keywords::{BLOCKS, closest, occurrences};

use crate::failure::{Failure, write};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// A keyword, or a code such as unknown-keyword
    word: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let word = arguments.word.as_str();
    let known = occurrences(word);
    let gone = BLOCKS.iter().filter_map(|block| Some((*block, block.gone(word.as_bytes())?)));
    let keywords = known.into_iter().chain(gone).map(|(block, keyword)| keyword.explain(block));
    let keywords: Vec<String> = keywords.collect();
    let text = match (page(word), keywords.is_empty()) {
        (Some(page), _) => text(&page),
        (None, false) => keywords.join("\n"),
        (None, true) => return Err(Failure::Usage(unknown(word))),
    };
    write(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(word: &str) -> String {
    let near = BLOCKS.iter().find_map(|block| closest(block, word));
    let part = |code: &&str| !word.is_empty() && code.contains(word);
    let near = near.or_else(|| pages().map(|page| page.code).find(part));
    let near = near.map_or_else(String::new, |near| format!("; did you mean '{near}'?"));
    format!("'{word}' is neither a keyword nor the code of a finding{near}")
}

fn text(page: &Page) -> String {
    let Page { code, what, effect, mend, example } = page;
    let mut text = format!("{code}\n\n{what}\n\nWhat happens: {effect}\n\nWhat to do: {mend}\n");
    if !example.is_empty() {
        text.push_str("\nFound in:\n\n");
        text.extend(example.lines().map(|line| format!("    {line}\n")));
    }
    text
}
