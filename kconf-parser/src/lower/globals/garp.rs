//! `vrrp_garp_*` and `vrrp_gna_interval`.

use core::time::Duration;

use super::super::reader::{Reader, Statement};
use super::super::value::IGNORED;
use super::{GlobalsReader, set};
use crate::keywords::Keyword;
use crate::model::{GarpDefaults, GarpExtraInterfaces};

/// Longest time that keepalived holds in 32 bits of microseconds, in whole seconds.
const MAX_SECONDS: i64 = 4294;
const MAX_INTERVAL: Duration = Duration::from_micros(u32::MAX as u64);
const MIN_INTERVAL: Duration = Duration::from_micros(1);

impl GlobalsReader<'_> {
    pub(super) fn garp(
        &mut self,
        reader: &mut Reader<'_>,
        keyword: &'static Keyword,
        line: &Statement<'_>,
    ) -> bool {
        let garp = &mut self.globals.garp;
        match keyword.name {
            "vrrp_garp_master_delay" => {
                set(&mut garp.master_delay, reader.seconds(line, 0, MAX_SECONDS));
            }
            "vrrp_garp_master_repeat" => set(&mut garp.master_repeat, repeat(reader, line)),
            "vrrp_garp_master_refresh" => {
                garp.master_refresh = reader.seconds(line, 0, i64::from(u32::MAX)).unwrap_or_default();
            }
            "vrrp_garp_master_refresh_repeat" => {
                set(&mut garp.master_refresh_repeat, repeat(reader, line));
            }
            "vrrp_garp_lower_prio_delay" => {
                garp.lower_prio_delay = reader.seconds(line, 0, MAX_SECONDS).or(garp.lower_prio_delay);
            }
            "vrrp_garp_lower_prio_repeat" => {
                let repeat = reader.number(line, 0, i64::from(i32::MAX));
                garp.lower_prio_repeat = repeat.or(garp.lower_prio_repeat);
            }
            "vrrp_garp_interval" => {
                set(&mut garp.garp_interval, reader.timer(line, MIN_INTERVAL, MAX_INTERVAL));
            }
            "vrrp_gna_interval" => {
                set(&mut garp.gna_interval, reader.timer(line, MIN_INTERVAL, MAX_INTERVAL));
            }
            "vrrp_min_garp" => {
                if reader.switch(line) == Some(true) {
                    least(garp);
                }
            }
            "vrrp_garp_extra_if" | "vrrp_vmac_garp_intvl" => {
                let extra = extra_interfaces(reader, keyword.name, line);
                garp.extra_interfaces = extra.or(garp.extra_interfaces);
            }
            _ => return false,
        }
        true
    }
}

/// 0 is taken for 1.
fn repeat(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<u32> {
    let repeat: u32 = reader.number(line, 0, i64::from(u32::MAX))?;
    if repeat == 0 {
        reader.adjusted(line.span(), "at least one message must be sent", "it is 1", true);
    }
    Some(repeat.max(1))
}

/// `vrrp_min_garp` changes only what still has its default.
fn least(garp: &mut GarpDefaults) {
    let default = GarpDefaults::default();
    if garp.master_repeat == default.master_repeat {
        garp.master_repeat = 1;
    }
    if garp.master_delay == default.master_delay {
        garp.master_delay = Duration::ZERO;
    }
}

/// `[all] SECONDS`, in any order.
fn extra_interfaces(
    reader: &mut Reader<'_>,
    keyword: &str,
    line: &Statement<'_>,
) -> Option<GarpExtraInterfaces> {
    let (mut interval, mut all) = (None, false);
    for word in line.args() {
        if &*word.text == b"all" {
            all = true;
        } else {
            let seconds = reader.integer_word(&word, 1, 86_400, IGNORED)?;
            interval = u64::try_from(seconds).ok().map(Duration::from_secs);
        }
    }
    if interval.is_none() {
        let what = format!("'{keyword}' needs a number of seconds");
        reader.adjusted(line.span(), what, IGNORED, true);
    }
    Some(GarpExtraInterfaces { interval: interval?, all })
}
