//! `global_defs` and the scalars of the top level.

use core::net::{Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use std::path::PathBuf;

use super::command::{Written, os_word};
use super::reader::{Reader, Section, Statement};
use super::value::IGNORED;
use crate::keywords::Keyword;
use crate::model::{Globals, ProcessSettings, VrrpVersion};
use crate::{Facts, Problem};

/// `global_defs` as far as it has been read.
pub(super) struct GlobalsReader<'a> {
    facts: &'a dyn Facts,
    pub(super) globals: Globals,
    /// `vrrp_lower_prio_no_advert`, which strict mode takes for granted only where nothing is written.
    pub(super) lower_prio_no_advert: Option<bool>,
    pub(super) startup_script: Option<Written>,
    pub(super) shutdown_script: Option<Written>,
}

impl<'a> GlobalsReader<'a> {
    pub(super) fn new(facts: &'a dyn Facts) -> Self {
        Self {
            facts,
            globals: Globals::default(),
            lower_prio_no_advert: None,
            startup_script: None,
            shutdown_script: None,
        }
    }
}

impl<'t> Section<'t> for GlobalsReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        self.process(reader, keyword.name, &line)
            || self.garp(reader, keyword.name, &line)
            || self.vrrp(reader, keyword.name, &line)
            || self.mail(reader, keyword, &line)
            || self.scripts(reader, keyword.name, &line)
            || self.misc(reader, keyword.name, &line)
    }
}

/// Overwrites only with a value.
fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

impl GlobalsReader<'_> {
    fn process(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let (process, setting): (&mut ProcessSettings, _) = match name.split_once('_') {
            Some(("vrrp", setting)) => (&mut self.globals.vrrp_process, setting),
            Some(("checker", setting)) => (&mut self.globals.checker_process, setting),
            _ => return false,
        };
        match setting {
            "priority" => process.nice = reader.number(line, -20, 19),
            "rt_priority" => process.rt_priority = reader.number(line, 1, 99),
            "rlimit_rttime" | "rlimit_rtime" => {
                process.rlimit_rttime_us = reader.number(line, 1, i64::from(u32::MAX));
            }
            "no_swap" => process.no_swap = true,
            _ => return false,
        }
        true
    }

    fn garp(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let garp = &mut self.globals.garp;
        let seconds_max = i64::from(u32::MAX);
        let interval_max = Duration::from_secs(4294);
        match name {
            "vrrp_garp_master_delay" => set(&mut garp.master_delay, reader.seconds(line, 0, seconds_max)),
            "vrrp_garp_master_repeat" => set(&mut garp.master_repeat, reader.number(line, 1, seconds_max)),
            "vrrp_garp_master_refresh" => set(&mut garp.master_refresh, reader.seconds(line, 0, seconds_max)),
            "vrrp_garp_master_refresh_repeat" => {
                set(&mut garp.master_refresh_repeat, reader.number(line, 1, seconds_max));
            }
            "vrrp_garp_lower_prio_delay" => garp.lower_prio_delay = reader.seconds(line, 0, seconds_max),
            "vrrp_garp_lower_prio_repeat" => {
                garp.lower_prio_repeat = reader.number(line, 0, i64::from(i32::MAX))
            }
            "vrrp_garp_interval" => {
                set(&mut garp.garp_interval, reader.timer(line, Duration::from_micros(1), interval_max));
            }
            "vrrp_gna_interval" => {
                set(&mut garp.gna_interval, reader.timer(line, Duration::from_micros(1), interval_max));
            }
            "vrrp_min_garp" => {
                if reader.switch(line) == Some(true) {
                    garp.master_repeat = 1;
                    garp.master_delay = Duration::ZERO;
                }
            }
            _ => return false,
        }
        true
    }

    fn vrrp(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let globals = &mut self.globals;
        match name {
            "vrrp_version" => globals.vrrp_version = version(reader, line),
            "vrrp_strict" => globals.vrrp_strict = true,
            "vrrp_skip_check_adv_addr" => globals.skip_check_adv_addr = true,
            "vrrp_check_unicast_src" => globals.check_unicast_src = true,
            "vrrp_mcast_group4" => set(&mut globals.mcast_group4, group4(reader, line)),
            "vrrp_mcast_group6" => set(&mut globals.mcast_group6, group6(reader, line)),
            "vrrp_down_timer_adverts" => set(&mut globals.down_timer_adverts, reader.number(line, 1, 100)),
            "vrrp_lower_prio_no_advert" => {
                self.lower_prio_no_advert = reader.switch(line).or(self.lower_prio_no_advert);
                globals.lower_prio_no_advert = self.lower_prio_no_advert == Some(true);
            }
            "vrrp_higher_prio_send_advert" => set(&mut globals.higher_prio_send_advert, reader.switch(line)),
            "v3_checksum_as_v2" => set(&mut globals.v3_checksum_as_v2, reader.switch(line)),
            "vrrp_startup_delay" => {
                let longest = Duration::from_secs(u64::from(u32::MAX));
                set(&mut globals.vrrp_startup_delay, reader.timer(line, Duration::from_millis(1), longest));
            }
            "vrrp_notify_priority_changes" => {
                set(&mut globals.vrrp_notify_priority_changes, reader.switch(line))
            }
            "log_unknown_vrids" => globals.log_unknown_vrids = true,
            "dynamic_interfaces" => globals.dynamic_interfaces = dynamic_interfaces(reader, line),
            "default_interface" => globals.default_interface = reader.text(line),
            _ => return false,
        }
        true
    }

    fn mail<'t>(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: &Statement<'t>) -> bool {
        let globals = &mut self.globals;
        match keyword.name {
            "notification_email" => {
                let addresses = &mut globals.notification_email;
                reader.list((keyword, *line), |_, entry| {
                    addresses.extend(entry.words().map(|word| word.string()));
                });
                if globals.notification_email.is_empty() {
                    reader.report(line.keyword_span(), Problem::MissingValue { keyword: keyword.name });
                }
            }
            "notification_email_from" => globals.notification_email_from = reader.text(line),
            "smtp_server" => globals.smtp_server = smtp_server(reader, line),
            "smtp_connect_timeout" => set(&mut globals.smtp_connect_timeout, reader.seconds(line, 0, 4294)),
            "smtp_helo_name" => globals.smtp_helo_name = reader.text(line),
            "smtp_alert" => globals.smtp_alert = reader.switch(line),
            "smtp_alert_vrrp" => globals.smtp_alert_vrrp = reader.switch(line),
            "smtp_alert_checker" => globals.smtp_alert_checker = reader.switch(line),
            "router_id" => globals.router_id = reader.text(line),
            _ => return false,
        }
        true
    }

    fn scripts(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let path = |line: &Statement<'_>| line.arg(1).map(|word| PathBuf::from(os_word(&word)));
        match name {
            "script_user" => self.globals.script_user = reader.user(self.facts, line),
            "enable_script_security" => self.globals.enable_script_security = true,
            "startup_script" => self.startup_script = reader.command(self.facts, line),
            "shutdown_script" => self.shutdown_script = reader.command(self.facts, line),
            "notify_fifo" => self.globals.notify_fifo = path(line),
            "vrrp_notify_fifo" => self.globals.vrrp_notify_fifo = path(line),
            "lvs_notify_fifo" => self.globals.lvs_notify_fifo = path(line),
            _ => return false,
        }
        true
    }

    fn misc(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let globals = &mut self.globals;
        match name {
            "lvs_flush" => globals.lvs_flush = true,
            "lvs_flush_on_stop" | "lvs_flush_onstop" => {
                globals.lvs_flush_on_stop = flush_on_stop(reader, line)
            }
            "rs_init_notifies" => set(&mut globals.rs_init_notifies, reader.switch(line)),
            "net_namespace" => globals.net_namespace = reader.text(line),
            "instance" => globals.instance = reader.text(line),
            "use_pid_dir" => globals.use_pid_dir = true,
            "child_wait_time" => {
                set(&mut globals.child_wait_time, reader.seconds(line, 0, i64::from(u32::MAX)))
            }
            _ => return false,
        }
        true
    }
}

/// `2` or `3`.
pub(super) fn version(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<VrrpVersion> {
    match reader.integer(line, 1, 2, 3)? {
        3 => Some(VrrpVersion::V3),
        _ => Some(VrrpVersion::V2),
    }
}

fn group4(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Ipv4Addr> {
    reader.address_word(&line.arg(1)?, "an IPv4 address")
}

fn group6(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Ipv6Addr> {
    reader.address_word(&line.arg(1)?, "an IPv6 address")
}

fn smtp_server(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<(String, u16)> {
    let host = reader.text(line)?;
    let port = match line.arg(2) {
        Some(word) => reader.integer_word(&word, 1, 65_535, IGNORED)?,
        None => 25,
    };
    Some((host, u16::try_from(port).ok()?))
}

fn dynamic_interfaces(reader: &mut Reader<'_>, line: &Statement<'_>) -> bool {
    if let Some(word) = line.arg(1).filter(|word| &*word.text != b"allow_if_changes") {
        let (value, expected) = (word.string(), "allow_if_changes");
        reader.report(word.span, Problem::InvalidValue { value, expected, effect: "the word has no effect" });
    }
    true
}

/// `VS`, deleting the services one by one, is what this project does anyway.
fn flush_on_stop(reader: &mut Reader<'_>, line: &Statement<'_>) -> bool {
    match line.arg(1) {
        None => true,
        Some(word) if &*word.text == b"VS" => false,
        Some(word) => {
            let value = word.string();
            reader.report(word.span, Problem::InvalidValue { value, expected: "VS", effect: IGNORED });
            false
        }
    }
}
