//! Gratuitous ARP and neighbour advertisements.

use core::time::Duration;

use super::draft::Draft;
use crate::Problem;
use crate::lower::reader::{Reader, Statement};
use crate::lower::value::IGNORED;
use crate::model::GarpExtraInterfaces;

/// Longest delay that keepalived can count in microseconds.
const MAX_DELAY_S: i64 = 4294;

pub(super) fn keyword(draft: &mut Draft, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
    let garp = &mut draft.garp;
    match name {
        "garp_master_delay" => garp.master_delay = reader.seconds(line, 0, MAX_DELAY_S).or(garp.master_delay),
        "garp_master_repeat" => garp.master_repeat = repeats(reader, line).or(garp.master_repeat),
        "garp_master_refresh" => {
            let refresh = reader.seconds(line, 0, i64::from(u32::MAX));
            garp.master_refresh = Some(refresh.unwrap_or_default());
        }
        "garp_master_refresh_repeat" => {
            garp.master_refresh_repeat = repeats(reader, line).or(garp.master_refresh_repeat);
        }
        "garp_lower_prio_delay" => {
            garp.lower_prio_delay = reader.seconds(line, 0, MAX_DELAY_S).or(garp.lower_prio_delay);
        }
        "garp_lower_prio_repeat" => {
            garp.lower_prio_repeat = reader.number(line, 0, i64::from(i32::MAX)).or(garp.lower_prio_repeat);
        }
        "garp_extra_if" | "vmac_garp_intvl" => {
            let extra = extra_interfaces(draft, reader, line);
            draft.garp_extra_interfaces = extra.or(draft.garp_extra_interfaces);
        }
        _ => return false,
    }
    true
}

/// A number of messages; 0 is taken for 1.
fn repeats(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<u32> {
    let repeats: u32 = reader.number(line, 0, i64::from(u32::MAX))?;
    if repeats == 0 {
        let (value, min, max) = ("0".to_owned(), "1".to_owned(), u32::MAX.to_string());
        let at = line.arg(1).map_or(line.span(), |word| word.span);
        reader.report(at, Problem::InvalidNumber { value, min, max, effect: "1 is used" });
    }
    Some(repeats.max(1))
}

/// `[all] SECONDS`, in any order.
fn extra_interfaces(
    draft: &Draft,
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
) -> Option<GarpExtraInterfaces> {
    let mut all = draft.garp_extra_interfaces.is_some_and(|before| before.all);
    let mut seconds = None;
    for (index, word) in line.args().enumerate() {
        if &*word.text == b"all" {
            all = true;
        } else {
            seconds = Some(reader.integer(line, index + 1, 0, 86_400)?);
        }
    }
    let Some(seconds) = seconds else {
        let what = "no time is given".to_owned();
        reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: true });
        return None;
    };
    let interval = Duration::from_secs(u64::try_from(seconds).ok()?);
    Some(GarpExtraInterfaces { interval, all })
}
