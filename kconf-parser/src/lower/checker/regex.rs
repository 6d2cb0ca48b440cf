//! `regex` of a `url`. keepalived complains about these lines in its log only.

use super::super::reader::{Reader, Statement};
use super::super::value::{IGNORED, parse};
use crate::keywords::near;
use crate::lexer::command_words;
use crate::model::{HttpRegex, RegexOption, RegexStack};
use crate::{Diagnostic, Problem};

/// What is written about it so far.
#[derive(Default)]
pub(super) struct RegexDraft {
    pattern: Option<String>,
    options: Vec<RegexOption>,
    no_match: bool,
    min_offset: u64,
    max_offset: Option<u64>,
    stack: Option<RegexStack>,
}

impl RegexDraft {
    pub(super) fn keyword(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        match name {
            "regex" => self.pattern(reader, line),
            "regex_options" => self.options(reader, line),
            "regex_no_match" => self.no_match = true,
            "regex_min_offset" => self.min_offset = offset(reader, line),
            "regex_max_offset" => self.max_offset = Some(offset(reader, line)),
            "regex_stack" => self.stack = stack(reader, line).or(self.stack),
            _ => return false,
        }
        true
    }

    /// One word, in which quotes and escapes are those of commands.
    fn pattern(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        let (text, span) = line.rest();
        let words = command_words(text).unwrap_or_default();
        let [pattern] = words.as_slice() else {
            let what = "'regex' takes one pattern; with blanks it must be in quotes";
            reader.adjusted(span, what, IGNORED, false);
            return;
        };
        if self.pattern.is_some() {
            let what = "the URL already has a 'regex'";
            reader.adjusted(line.span(), what, "this one takes its place", false);
        }
        self.pattern = Some(String::from_utf8_lossy(pattern).into_owned());
    }

    fn options(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        for word in line.args() {
            let option = RegexOption::ALL.iter().find(|option| option.word().as_bytes() == &*word.text);
            match option {
                Some(option) => self.options.push(*option),
                None => {
                    let words = RegexOption::ALL.iter().map(|option| option.word());
                    let near = near(words, &word.string());
                    let what = format!("'{}' is no option of a regex", word.string());
                    let effect = "the word has no effect";
                    let problem = Problem::Adjusted { what, effect, reported: false };
                    let finding = Diagnostic::new(word.span, problem);
                    reader.advise(match near {
                        Some(near) => finding.suggest(format!("did you mean '{near}'?")).fix(word.span, near),
                        None => finding,
                    });
                }
            }
        }
        self.options.sort_unstable();
        self.options.dedup();
    }

    fn is_empty(&self) -> bool {
        let Self { pattern: _, options, no_match, min_offset, max_offset, stack } = self;
        options.is_empty() && !no_match && *min_offset == 0 && max_offset.is_none() && stack.is_none()
    }

    /// The end of the block that `line` opens.
    pub(super) fn complete(mut self, reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<HttpRegex> {
        if self.pattern.is_none() && !self.is_empty() {
            let what = "there are settings of a regex, but no 'regex'";
            reader.adjusted(line.span(), what, "they have no effect", false);
        }
        if self.max_offset.is_some_and(|max| self.min_offset > max) {
            let what = "'regex_min_offset' is greater than 'regex_max_offset'";
            reader.adjusted(line.span(), what, "neither has an effect", false);
            (self.min_offset, self.max_offset) = (0, None);
        }
        let Self { pattern, options, no_match, min_offset, max_offset, stack } = self;
        Some(HttpRegex { pattern: pattern?, options, no_match, min_offset, max_offset, stack })
    }
}

/// A number of octets. Anything else counts as 0.
fn offset(reader: &mut Reader<'_>, line: &Statement<'_>) -> u64 {
    let number = line.arg(1).and_then(|word| parse::<u64>(&word.text)).filter(|_| line.arg(2).is_none());
    if number.is_none() {
        reader.adjusted(line.span(), "one number of octets is wanted here", "it counts as 0", false);
    }
    number.unwrap_or(0)
}

fn stack(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<RegexStack> {
    let mut numbers = line.args().map(|word| parse::<u64>(&word.text));
    if let (Some(Some(start)), Some(Some(max)), None) = (numbers.next(), numbers.next(), numbers.next())
        && start <= max
    {
        return Some(RegexStack { start, max });
    }
    let what = "'regex_stack' takes two numbers of octets: START MAX, where MAX is not less than START";
    reader.adjusted(line.span(), what, IGNORED, false);
    None
}
