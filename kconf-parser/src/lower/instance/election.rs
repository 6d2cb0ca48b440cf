//! Who becomes master, and when.

use core::time::Duration;

use super::draft::Draft;
use crate::Problem;
use crate::lower::globals::version;
use crate::lower::reader::{Reader, Statement};
use crate::lower::value::IGNORED;
use crate::model::{AddressFamily, InitialState, VrrpVersion};

pub(super) fn keyword(draft: &mut Draft, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
    match name {
        "state" => state(reader, draft, line),
        "virtual_router_id" => draft.vrid = reader.exact_number(line, 1, 255).or(draft.vrid),
        "priority" => draft.priority = Some(priority(reader, line)),
        "advert_int" => {
            let interval = reader.timer(line, Duration::from_millis(10), Duration::from_secs(255));
            draft.advert_interval = interval.or(draft.advert_interval);
        }
        "version" => set_version(reader, draft, line),
        "native_ipv6" => native_ipv6(reader, draft, line),
        "nopreempt" => draft.nopreempt = true,
        "preempt" => draft.nopreempt = false,
        "preempt_delay" => {
            let delay = reader.timer(line, Duration::ZERO, Duration::from_secs(1000));
            draft.preempt_delay = delay.unwrap_or_default();
        }
        "down_timer_adverts" => {
            draft.down_timer_adverts = reader.number(line, 1, 100).or(draft.down_timer_adverts);
        }
        "timer_expired_backup" | "thread_timer_expired" => {
            // Without a number the other instance is the quickest there can be.
            let highest = if line.arg(1).is_some() { reader.exact_number(line, 1, 254) } else { Some(254) };
            draft.timer_expired_backup = highest.or(draft.timer_expired_backup);
        }
        "owner_ignore_adverts" => {
            draft.owner_ignore_adverts = reader.switch(line).or(draft.owner_ignore_adverts);
        }
        _ => return false,
    }
    true
}

fn priority(reader: &mut Reader<'_>, line: &Statement<'_>) -> u8 {
    let number = line.arg(1).and_then(|word| reader.exact_integer_word(&word, 1, 255, "the priority is 100"));
    number.and_then(|number| u8::try_from(number).ok()).unwrap_or(100)
}

fn state(reader: &mut Reader<'_>, draft: &mut Draft, line: &Statement<'_>) {
    let Some(word) = line.arg(1) else { return };
    let state = match &*word.text {
        b"MASTER" => InitialState::Master,
        b"BACKUP" => InitialState::Backup,
        _ => {
            let (value, expected) = (word.string(), "MASTER or BACKUP");
            let effect = "the instance starts as BACKUP";
            reader.report(word.span, Problem::InvalidValue { value, expected, effect });
            draft.state = Some(InitialState::Backup);
            return;
        }
    };
    if draft.state == Some(InitialState::Master) && state == InitialState::Backup {
        let what = "state is already MASTER".to_owned();
        reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: true });
        return;
    }
    draft.state = Some(state);
}

/// The first version counts, and IPv6 has no version 2.
fn set_version(reader: &mut Reader<'_>, draft: &mut Draft, line: &Statement<'_>) {
    let Some(version) = version(reader, line) else { return };
    let v6 = draft.family == Some(AddressFamily::V6) && version == VrrpVersion::V2;
    let what = if v6 {
        "IPv6 has no VRRP version 2"
    } else if draft.version.is_some_and(|first| first != version) {
        "another version is already set"
    } else {
        draft.version = Some(version);
        return;
    };
    reader.report(line.span(), Problem::Adjusted { what: what.to_owned(), effect: IGNORED, reported: true });
}

fn native_ipv6(reader: &mut Reader<'_>, draft: &mut Draft, line: &Statement<'_>) {
    if draft.family == Some(AddressFamily::V4) {
        let what = "native_ipv6 in an instance with IPv4 addresses".to_owned();
        reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: true });
        return;
    }
    draft.family = Some(AddressFamily::V6);
    draft.version = Some(VrrpVersion::V3);
}
