//! What the guest uses, seen from outside.

use core::time::Duration;
use std::{collections::BTreeMap, fs, path::Path, thread, time::Instant};

use crate::{
    failure::{Failure, check},
    fleet::usage::CpuTime,
};

/// Between two looks at the marks: next to nothing of the time that counts.
const POLL: Duration = Duration::from_millis(10);

/// One time that counts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    /// As the guest calls it.
    pub(super) name: String,
    /// Checks that were made.
    pub(super) checks: u32,
    pub(super) seconds: f64,
    /// Of a core.
    pub(super) percent: f64,
}

/// Follows the marks until the guest is `done`.
pub(super) fn watch(marks: &Path, done: impl Fn() -> bool) -> Result<Vec<Span>, Failure> {
    let mut spans = Vec::new();
    let mut open: Option<(String, CpuTime, Instant)> = None;
    let mut seen = 0;
    loop {
        let last = done();
        let text = fs::read_to_string(marks).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| text.get(..end).unwrap_or_default());
        for line in whole.lines().skip(seen) {
            seen += 1;
            let now = (CpuTime::of(&descendants()?)?, Instant::now());
            open = match open.take() {
                None => Some((line.to_owned(), now.0, now.1)),
                Some((name, before, began)) => {
                    let seconds = now.1.duration_since(began).as_secs_f64();
                    let percent = now.0.grown_since(&before).as_secs_f64() / seconds * 100.0;
                    let checks =
                        line.parse().map_err(|_| Failure::Untrue(format!("{line:?} is no number")))?;
                    spans.push(Span { name, checks, seconds, percent });
                    None
                }
            };
        }
        if last {
            check(open.is_none(), || "the guest ended while it was measured".into())?;
            return Ok(spans);
        }
        thread::sleep(POLL);
    }
}

/// Processes below this one: the guest's.
fn descendants() -> Result<Vec<u32>, Failure> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let table = fs::read_dir("/proc").map_err(Failure::file("read", "/proc"))?;
    for number in table.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok()) {
        // One that has ended meanwhile has no parent.
        let Ok(text) = fs::read_to_string(format!("/proc/{number}/stat")) else { continue };
        let Some(parent) = parent(&text) else { continue };
        children.entry(parent).or_default().push(number);
    }
    let mut all = children.remove(&std::process::id()).unwrap_or_default();
    let mut place = 0;
    while let Some(number) = all.get(place) {
        all.extend(children.remove(number).unwrap_or_default());
        place += 1;
    }
    Ok(all)
}

/// The fourth word; the second is a name in brackets, which may hold anything.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_hide_the_parent() {
        assert_eq!(parent("12 (a) b) S 7 12 12 0"), Some(7));
    }
}
