//! `vrrp_instance`: what is written. [`complete`](super::complete) makes an instance of it.

use core::net::IpAddr;
use core::time::Duration;

use super::address::{Interfaces, unicast_peer, virtual_address};
use super::command::Written;
use super::globals::version;
use super::reader::{Reader, Section, Statement};
use super::track::{Track, track};
use super::value::IGNORED;
use crate::keywords::Keyword;
use crate::model::{AddressFamily, InitialState, UnicastPeer, VirtualAddress, VrrpVersion};
use crate::{Facts, Problem, Span};

/// Keywords that mean unicast even without a peer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UnicastWords {
    /// `unicast_peer`, `unicast_src_ip` or `check_unicast_src`.
    pub(super) any: Option<Span>,
    /// `unicast_ttl`.
    pub(super) ttl: Option<Span>,
}

/// A `vrrp_instance` block as written: `None` is nothing written, or nothing valid.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) family: Option<AddressFamily>,
    pub(super) state: Option<InitialState>,
    pub(super) interface: Option<String>,
    pub(super) vrid: Option<u8>,
    pub(super) priority: Option<u8>,
    pub(super) advert_interval: Option<Duration>,
    pub(super) version: Option<VrrpVersion>,
    pub(super) nopreempt: bool,
    pub(super) preempt_delay: Duration,
    pub(super) authentication: AuthenticationDraft,
    pub(super) addresses: Vec<VirtualAddress>,
    pub(super) excluded: Vec<VirtualAddress>,
    pub(super) no_addresses_wanted: bool,
    pub(super) peers: Vec<UnicastPeer>,
    pub(super) unicast: UnicastWords,
    pub(super) source: Option<IpAddr>,
    pub(super) unicast_ttl: Option<u8>,
    pub(super) check_unicast_src: bool,
    pub(super) unicast_fault_no_peer: bool,
    pub(super) track_source: bool,
    pub(super) multicast_group: Option<IpAddr>,
    pub(super) skip_check_adv_addr: Option<bool>,
    pub(super) strict: Option<bool>,
    pub(super) down_timer_adverts: Option<u8>,
    pub(super) lower_prio_no_advert: Option<bool>,
    pub(super) higher_prio_send_advert: Option<bool>,
    pub(super) garp: GarpDraft,
    pub(super) dont_track_primary: bool,
    pub(super) track_interfaces: Vec<Track>,
    pub(super) track_scripts: Vec<Track>,
    /// Scripts defined above the instance: keepalived does not look further down.
    pub(super) scripts_before: usize,
    pub(super) notify: NotifyDraft,
    pub(super) notify_priority_changes: Option<bool>,
    pub(super) smtp_alert: Option<bool>,
    pub(super) accept: Option<bool>,
    pub(super) promote_secondaries: bool,
    pub(super) use_vmac: bool,
    pub(super) v3_checksum_as_v2: Option<bool>,
    pub(super) debug: u8,
}

#[derive(Debug, Default)]
pub(super) struct GarpDraft {
    pub(super) master_delay: Option<Duration>,
    pub(super) master_repeat: Option<u32>,
    pub(super) master_refresh: Option<Duration>,
    pub(super) master_refresh_repeat: Option<u32>,
    pub(super) lower_prio_delay: Option<Duration>,
    pub(super) lower_prio_repeat: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct NotifyDraft {
    pub(super) master: Option<Written>,
    pub(super) backup: Option<Written>,
    pub(super) fault: Option<Written>,
    pub(super) stop: Option<Written>,
    pub(super) any: Option<Written>,
    pub(super) deleted: Option<Written>,
    pub(super) report_deleted: bool,
    pub(super) master_rx_lower_pri: Option<Written>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AuthType {
    Pass,
    Ah,
}

/// `authentication`. The secret never reaches a message.
#[derive(Default)]
pub(super) struct AuthenticationDraft {
    pub(super) kind: Option<AuthType>,
    pub(super) secret: Vec<u8>,
    pub(super) span: Span,
}

impl core::fmt::Debug for AuthenticationDraft {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AuthenticationDraft").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl<'t> Section<'t> for AuthenticationDraft {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let Some(word) = line.arg(1) else { return true };
        match (keyword.name, &*word.text) {
            ("auth_pass", secret) => {
                if secret.len() > 8 {
                    reader.report(word.span, Problem::AuthPassTruncated { octets: secret.len() });
                }
                self.secret = secret.to_vec();
            }
            (_, b"PASS") => self.kind = Some(AuthType::Pass),
            (_, b"AH") => self.kind = Some(AuthType::Ah),
            _ => {
                let (value, expected) = (word.string(), "PASS or AH");
                reader.report(word.span, Problem::InvalidValue { value, expected, effect: IGNORED });
            }
        }
        true
    }
}

/// Reads the block that `line` opens into a draft.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    interfaces: &Interfaces<'_>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    known: &dyn Fn(&str) -> bool,
    scripts_before: usize,
) -> Option<Draft> {
    let Some(name) = reader.text(&line).filter(|_| line.arg(2).is_none()) else {
        let problem =
            Problem::Incomplete { kind: "vrrp_instance", name: String::new(), missing: "name of one word" };
        reader.report(line.span(), problem);
        reader.skip();
        return None;
    };
    if known(&name) {
        reader.report(line.span(), Problem::Duplicate { kind: "vrrp_instance", name });
        reader.skip();
        return None;
    }
    let draft = Draft { name, span: line.span(), scripts_before, ..Draft::default() };
    let mut block = InstanceReader { draft, interfaces };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    Some(block.draft)
}

struct InstanceReader<'a> {
    draft: Draft,
    interfaces: &'a Interfaces<'a>,
}

impl<'t> Section<'t> for InstanceReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        self.election(reader, keyword.name, &line)
            || self.place(reader, keyword.name, &line)
            || self.lists(reader, keyword, line)
            || self.garp(reader, keyword.name, &line)
            || self.notify(reader, keyword.name, &line)
            || self.switches(reader, keyword.name, &line)
    }
}

impl InstanceReader<'_> {
    fn election(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let draft = &mut self.draft;
        match name {
            "state" => state(reader, draft, line),
            "virtual_router_id" => draft.vrid = reader.number(line, 1, 255).or(draft.vrid),
            "priority" => draft.priority = Some(priority(reader, line)),
            "advert_int" => {
                let interval = reader.timer(line, Duration::from_millis(10), Duration::from_secs(255));
                draft.advert_interval = interval.or(draft.advert_interval);
            }
            "version" => draft.version = version(reader, line).or(draft.version),
            "nopreempt" => draft.nopreempt = true,
            "preempt" => draft.nopreempt = false,
            "preempt_delay" => {
                let delay = reader.timer(line, Duration::ZERO, Duration::from_secs(1000));
                draft.preempt_delay = delay.unwrap_or_default();
            }
            "down_timer_adverts" => {
                draft.down_timer_adverts = reader.number(line, 1, 100).or(draft.down_timer_adverts);
            }
            _ => return false,
        }
        true
    }

    fn place(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        match name {
            "interface" => self.interface(reader, line),
            "unicast_src_ip" => {
                self.draft.unicast.any = Some(line.span());
                self.source(reader, line);
            }
            "mcast_src_ip" => self.source(reader, line),
            "mcast_dst_ip" => {
                let group = reader.address(line, 1).filter(|group| self.same_family(reader, line, *group));
                self.draft.multicast_group = group.or(self.draft.multicast_group);
            }
            "unicast_ttl" => {
                self.draft.unicast.ttl = Some(line.span());
                self.draft.unicast_ttl = reader.number(line, 0, 255).or(self.draft.unicast_ttl);
            }
            "check_unicast_src" => {
                self.draft.unicast.any = Some(line.span());
                self.draft.check_unicast_src = true;
            }
            "unicast_fault_no_peer" => self.draft.unicast_fault_no_peer = true,
            "track_src_ip" => self.draft.track_source = true,
            _ => return false,
        }
        true
    }

    fn interface(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        let Some(word) = line.arg(1) else { return };
        if &*word.text == b"lo" {
            let (value, expected) = (word.string(), "an interface that VRRP can run on");
            reader.report(word.span, Problem::InvalidValue { value, expected, effect: IGNORED });
            return;
        }
        self.interfaces.check(reader, &word);
        self.draft.interface = Some(word.string());
    }

    fn source(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        let source = reader.address(line, 1).filter(|source| self.same_family(reader, line, *source));
        self.draft.source = source.or(self.draft.source);
    }

    /// The first address of an instance decides about its family.
    fn same_family(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>, address: IpAddr) -> bool {
        let family = AddressFamily::from(address);
        let same = *self.draft.family.get_or_insert(family) == family;
        if !same {
            let (value, expected) = (address.to_string(), "of the instance's address family");
            reader.report(line.span(), Problem::InvalidAddress { value, expected });
        }
        same
    }

    fn lists<'t>(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let opener = (keyword, line);
        match keyword.name {
            "virtual_ipaddress" => reader.list(opener, |reader, entry| self.address(reader, &entry)),
            "virtual_ipaddress_excluded" => reader.list(opener, |reader, entry| {
                self.draft.excluded.extend(virtual_address(reader, self.interfaces, &entry));
            }),
            "unicast_peer" => {
                self.draft.unicast.any = Some(line.span());
                reader.list(opener, |reader, entry| {
                    let peer = unicast_peer(reader, &entry);
                    let peer = peer.filter(|peer| self.same_family(reader, &entry, peer.address));
                    self.draft.peers.extend(peer);
                });
            }
            "track_interface" => reader.list(opener, |reader, entry| self.track_interface(reader, &entry)),
            "track_script" => reader.list(opener, |reader, entry| {
                self.draft.track_scripts.extend(track(reader, &entry));
            }),
            "authentication" => {
                self.draft.authentication.span = line.span();
                if let Some(table) = keyword.block() {
                    reader.block(table, &mut self.draft.authentication, opener);
                }
            }
            _ => return false,
        }
        true
    }

    fn address(&mut self, reader: &mut Reader<'_>, entry: &Statement<'_>) {
        let address = virtual_address(reader, self.interfaces, entry);
        let address = address.filter(|address| self.same_family(reader, entry, address.address));
        self.draft.addresses.extend(address);
    }

    fn track_interface(&mut self, reader: &mut Reader<'_>, entry: &Statement<'_>) {
        if let Some(word) = entry.arg(0) {
            self.interfaces.check(reader, &word);
        }
        self.draft.track_interfaces.extend(track(reader, entry));
    }

    fn garp(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let garp = &mut self.draft.garp;
        let max = i64::from(u32::MAX);
        match name {
            "garp_master_delay" => garp.master_delay = reader.seconds(line, 0, max).or(garp.master_delay),
            "garp_master_repeat" => garp.master_repeat = Some(reader.number(line, 1, max).unwrap_or(1)),
            "garp_master_refresh" => {
                garp.master_refresh = reader.seconds(line, 0, max).or(garp.master_refresh)
            }
            "garp_master_refresh_repeat" => {
                garp.master_refresh_repeat = Some(reader.number(line, 1, max).unwrap_or(1));
            }
            "garp_lower_prio_delay" => {
                garp.lower_prio_delay = reader.seconds(line, 0, max).or(garp.lower_prio_delay);
            }
            "garp_lower_prio_repeat" => {
                garp.lower_prio_repeat =
                    reader.number(line, 0, i64::from(i32::MAX)).or(garp.lower_prio_repeat);
            }
            _ => return false,
        }
        true
    }

    fn notify(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let facts: &dyn Facts = self.interfaces.facts;
        let notify = &mut self.draft.notify;
        let command = match name {
            "notify_master" => &mut notify.master,
            "notify_backup" => &mut notify.backup,
            "notify_fault" => &mut notify.fault,
            "notify_stop" => &mut notify.stop,
            "notify" => &mut notify.any,
            "notify_master_rx_lower_pri" => &mut notify.master_rx_lower_pri,
            "notify_deleted" => {
                notify.report_deleted = true;
                if line.arg(1).is_some() {
                    notify.deleted = reader.command(facts, line);
                }
                return true;
            }
            _ => return false,
        };
        if command.is_some() {
            let what = format!("'{name}' is set twice");
            let problem = Problem::Adjusted { what, effect: "the first one counts", reported: true };
            reader.report(line.span(), problem);
            return true;
        }
        *command = reader.command(facts, line);
        true
    }

    fn switches(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let draft = &mut self.draft;
        match name {
            "skip_check_adv_addr" => {
                draft.skip_check_adv_addr = reader.switch(line).or(draft.skip_check_adv_addr)
            }
            "strict_mode" => draft.strict = reader.switch(line).or(draft.strict),
            "lower_prio_no_advert" => {
                draft.lower_prio_no_advert = reader.switch(line).or(draft.lower_prio_no_advert);
            }
            "higher_prio_send_advert" => {
                draft.higher_prio_send_advert = reader.switch(line).or(draft.higher_prio_send_advert);
            }
            "notify_priority_changes" => {
                draft.notify_priority_changes = reader.switch(line).or(draft.notify_priority_changes);
            }
            "smtp_alert" => draft.smtp_alert = reader.switch(line).or(draft.smtp_alert),
            "v3_checksum_as_v2" => draft.v3_checksum_as_v2 = reader.switch(line).or(draft.v3_checksum_as_v2),
            "accept" => draft.accept = Some(true),
            "no_accept" => draft.accept = Some(false),
            "dont_track_primary" => draft.dont_track_primary = true,
            "promote_secondaries" => draft.promote_secondaries = true,
            "use_vmac" => draft.use_vmac = true,
            "no_virtual_ipaddress" => draft.no_addresses_wanted = true,
            "debug" => draft.debug = reader.number(line, 0, 4).unwrap_or(draft.debug),
            _ => return false,
        }
        true
    }
}

fn priority(reader: &mut Reader<'_>, line: &Statement<'_>) -> u8 {
    let number = line.arg(1).and_then(|word| reader.integer_word(&word, 1, 255, "the priority is 100"));
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
            InitialState::Backup
        }
    };
    if draft.state == Some(InitialState::Master) && state == InitialState::Backup {
        let what = "state is already MASTER".to_owned();
        reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: true });
        return;
    }
    draft.state = Some(state);
}
