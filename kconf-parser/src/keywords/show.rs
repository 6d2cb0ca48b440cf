//! The tables as text for people.

use core::fmt::Write as _;

use super::{Argument, BLOCKS, Block, Content, Keyword, Version};

impl Keyword {
    /// The line as manual pages write it, such as `persistence_timeout [SECONDS]`.
    pub fn usage(&self) -> String {
        let argument = self.takes.to_string();
        let mut usage = match (self.argument, argument.is_empty()) {
            (_, true) => self.name.to_owned(),
            (Argument::Optional, false) if !matches!(self.content, Content::Block(_)) => {
                format!("{} [{argument}]", self.name)
            }
            (_, false) => format!("{} {argument}", self.name),
        };
        match self.content {
            Content::Line => {}
            // Writing to a String cannot fail.
            Content::List(entry) => drop(write!(usage, " {{ {entry} … }}")),
            Content::Block(_) => usage.push_str(" { … }"),
        }
        usage
    }

    /// What is known about the keyword as one of `block`, in a few lines: usage and place, what it does, range and
    /// default, versions.
    pub fn explain(&self, block: &Block) -> String {
        let mut text = format!("{}\n    in {}\n    {}\n", self.usage(), block.place(), self.help);
        let mut facts = Vec::new();
        if let Some(range) = self.takes.range() {
            let unit = self.takes.unit().map_or(String::new(), |unit| format!(" {}", unit.name()));
            facts.push(format!("range {range}{unit}"));
        }
        facts.extend(self.default.map(|default| format!("default {default}")));
        facts.extend(block.since_of(self).map(|since| match since > Version::NEWEST {
            true => format!("not released yet when this was written (after {})", Version::NEWEST),
            false => format!("since keepalived {since}"),
        }));
        facts.extend(self.until.map(|until| format!("until keepalived {until}")));
        if !facts.is_empty() {
            text.push_str(&format!("    {}\n", facts.join("; ")));
        }
        if let Some(advice) = self.deprecated {
            text.push_str(&format!("    deprecated: {advice}\n"));
        } else if let Some(instead) = self.instead {
            text.push_str(&format!("    another name of {instead}\n"));
        }
        if let Some(entry) = self.entry() {
            for word in entry.words {
                text.push_str(&format!("    {:24} {}\n", word.usage(), word.help));
            }
        }
        text
    }
}

impl Block {
    /// Where the block stands, outermost first, such as `virtual_server, real_server`.
    pub fn place(&self) -> String {
        if self.path.is_empty() { "the top level".to_owned() } else { self.path.replace('/', ", ") }
    }
}

/// Every block in which `name` is a keyword, and the keyword. keepalived gives some words several meanings.
pub fn occurrences(name: &str) -> Vec<(&'static Block, &'static Keyword)> {
    let found = |block: &&'static Block| Some((*block, block.keyword(name.as_bytes())?));
    BLOCKS.iter().filter_map(found).collect()
}
