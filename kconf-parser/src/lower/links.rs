//! What belongs to interfaces and not to an instance: `static_ipaddress`, `track_group`, `garp_group`,
//! `linkbeat_interfaces` and `interface_up_down_delays`.

use core::time::Duration;

use super::address::{Interfaces, Use, address};
use super::reader::{Reader, Section, Statement, Word};
use super::sync_group::{members, only_name};
use super::value::{IGNORED, decimal_seconds};
use crate::keywords::Keyword;
use crate::model::{
    GarpGroup, InterfaceDelays, LinkbeatInterface, LinkbeatMethod, StaticAddress, TrackGroup, VrrpInstance,
};
use crate::{Diagnostic, Problem, Span};

/// Longest delay of a link that is reported late.
const MAX_DELAY: Duration = Duration::from_secs(255);

/// Longest pause between two announcements: microseconds must fit into 31 bits.
const MAX_PAUSE: Duration = Duration::from_micros(2_147_483_647);

/// A `track_group` block as written.
pub(super) struct TrackGroupDraft {
    name: String,
    span: Span,
    members: Vec<(String, Span)>,
}

/// Reads the block that `line` opens.
pub(super) fn track_group<'t>(
    reader: &mut Reader<'t>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    above: &[TrackGroupDraft],
) -> Option<TrackGroupDraft> {
    let name = only_name(reader, keyword.name, &line)?;
    if above.iter().any(|other| other.name == name) {
        reader.report(line.span(), Problem::Duplicate { kind: keyword.name, name });
        reader.skip();
        return None;
    }
    let mut block = TrackGroupReader::default();
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    Some(TrackGroupDraft { name, span: line.span(), members: block.members })
}

#[derive(Default)]
struct TrackGroupReader {
    members: Vec<(String, Span)>,
    listed: bool,
}

impl<'t> Section<'t> for TrackGroupReader {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let group = keyword.name == "group";
        if group {
            members(reader, keyword, line, &mut self.members, &mut self.listed);
        }
        group
    }
}

impl TrackGroupDraft {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// The group with the members that exist, if there are any. Of the others keepalived speaks only in its log.
    pub(super) fn complete(
        self,
        instances: &[VrrpInstance],
        findings: &mut Vec<Diagnostic>,
    ) -> Option<TrackGroup> {
        let mut known = Vec::new();
        for (name, span) in self.members {
            if instances.iter().any(|instance| instance.name == name) {
                known.push(name);
                continue;
            }
            let what = format!("there is no vrrp_instance '{name}'");
            let problem = Problem::Adjusted { what, effect: "it has no effect", reported: false };
            findings.push(Diagnostic::new(span, problem));
        }
        if known.is_empty() {
            let what = format!("track_group '{}' has no members", self.name);
            let problem =
                Problem::Adjusted { what, effect: "the whole block has no effect", reported: false };
            findings.push(Diagnostic::new(self.span, problem));
            return None;
        }
        Some(TrackGroup { name: self.name, span: self.span, members: known })
    }
}

/// Reads an entry of `static_ipaddress`.
pub(super) fn static_address(
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    default_interface: Option<&str>,
    groups: &dyn Fn(&str) -> bool,
    line: &Statement<'_>,
) -> Option<StaticAddress> {
    let mut group = None;
    let used = Use::Static { groups, group: &mut group };
    let mut address = address(reader, interfaces, line, used)?;
    if address.dev.is_none() {
        let name = default_interface.unwrap_or("eth0").to_owned();
        if !interfaces.exists(&name) {
            let problem = Problem::LinkMissing { name, keyword: "static_ipaddress" };
            let advice = "write 'dev INTERFACE', or set default_interface in global_defs above";
            reader.advise(Diagnostic::new(line.span(), problem).suggest(advice));
            return None;
        }
        address.dev = Some(name);
    }
    if address.no_track && group.take().is_some() {
        let (what, effect) = ("no_track goes before track_group", "the address is not tracked");
        reader.report(line.span(), Problem::Adjusted { what: what.to_owned(), effect, reported: false });
    }
    Some(StaticAddress { address, track_group: group })
}

/// Reads the block that `line` opens.
pub(super) fn garp_group<'t>(
    reader: &mut Reader<'t>,
    interfaces: &Interfaces<'_>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    above: &[GarpGroup],
) -> Option<GarpGroup> {
    let group =
        GarpGroup { span: line.span(), interfaces: Vec::new(), garp_interval: None, gna_interval: None };
    let mut block = GarpGroupReader { group, interfaces, above, tried: false };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    let group = block.group;
    if group.garp_interval.is_none() && group.gna_interval.is_none() {
        let (name, missing) = (group.interfaces.join(" "), "garp_interval or gna_interval");
        // One that cannot be read has been reported.
        if !block.tried {
            reader.report(line.span(), Problem::Incomplete { kind: keyword.name, name, missing });
        }
        return None;
    }
    Some(group)
}

struct GarpGroupReader<'a> {
    group: GarpGroup,
    interfaces: &'a Interfaces<'a>,
    above: &'a [GarpGroup],
    /// An interval is written.
    tried: bool,
}

impl<'t> Section<'t> for GarpGroupReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let group = &mut self.group;
        match keyword.name {
            "garp_interval" => {
                let pause = reader.timer(&line, Duration::ZERO, MAX_PAUSE);
                group.garp_interval = pause.or(group.garp_interval);
                self.tried = true;
            }
            "gna_interval" => {
                let pause = reader.timer(&line, Duration::ZERO, MAX_PAUSE);
                group.gna_interval = pause.or(group.gna_interval);
                self.tried = true;
            }
            "interface" => {
                if let Some(word) = line.arg(1) {
                    self.interface(reader, &word);
                }
            }
            "interfaces" => {
                let mut any = false;
                reader.list((keyword, line), |reader, entry| {
                    any = true;
                    entry.words().for_each(|word| self.interface(reader, &word));
                });
                if !any {
                    reader.report(line.span(), Problem::MissingValue { keyword: "interfaces" });
                }
            }
            _ => return false,
        }
        true
    }
}

impl GarpGroupReader<'_> {
    fn interface(&mut self, reader: &mut Reader<'_>, word: &Word<'_>) {
        self.interfaces.check(reader, word);
        let name = word.string();
        let groups = self.above.iter().chain([&self.group]);
        if groups.into_iter().any(|group| group.interfaces.contains(&name)) {
            let what = format!("interface '{name}' is already in a garp_group");
            let effect = "it is not in this one";
            reader.report(word.span, Problem::Adjusted { what, effect, reported: true });
            return;
        }
        self.group.interfaces.push(name);
    }
}

/// The first word of an entry as an interface, without which keepalived does not start.
fn needed(
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    keyword: &'static str,
    line: &Statement<'_>,
) -> Option<String> {
    let word = line.arg(0)?;
    interfaces.check_as(reader, &word, |name| Problem::LinkMissing { name, keyword });
    Some(word.string())
}

/// `INTERFACE [MII|ETHTOOL|IOCTL]`.
pub(super) fn linkbeat(
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    line: &Statement<'_>,
    list: &mut Vec<LinkbeatInterface>,
) {
    let Some(name) = needed(reader, interfaces, "linkbeat_interfaces", line) else { return };
    let method = line.arg(1).and_then(|word| match &*word.text {
        b"MII" => Some(LinkbeatMethod::Mii),
        b"ETHTOOL" => Some(LinkbeatMethod::Ethtool),
        b"IOCTL" => Some(LinkbeatMethod::Ioctl),
        _ => None,
    });
    let known = usize::from(method.is_some());
    if let Some(word) = line.arg(1 + known) {
        let (expected, effect) = ("MII, ETHTOOL or IOCTL, once", "the word has no effect");
        reader.report(word.span, Problem::InvalidValue { value: word.string(), expected, effect });
    }
    list.retain(|other| other.name != name);
    list.push(LinkbeatInterface { name, method });
}

/// `INTERFACE DOWN [UP]` in seconds.
pub(super) fn delays(
    reader: &mut Reader<'_>,
    interfaces: &Interfaces<'_>,
    line: &Statement<'_>,
    list: &mut Vec<InterfaceDelays>,
) {
    let keyword = "interface_up_down_delays";
    let Some(name) = needed(reader, interfaces, keyword, line) else { return };
    let Some(down) = line.arg(1) else {
        let what = format!("no time is given for interface '{name}'");
        reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: false });
        return;
    };
    if let Some(extra) = line.arg(3) {
        reader.report(extra.span, Problem::ExtraArguments { keyword, reported: false });
    }
    let Some(down) = seconds(reader, &down) else { return };
    let up = match line.arg(2) {
        Some(word) => seconds(reader, &word),
        None => Some(Duration::ZERO),
    };
    let Some(up) = up else { return };
    list.retain(|other| other.name != name);
    list.push(InterfaceDelays { name, down, up });
}

fn seconds(reader: &mut Reader<'_>, word: &Word<'_>) -> Option<Duration> {
    let time = decimal_seconds(&word.text).filter(|time| *time <= MAX_DELAY);
    if time.is_none() {
        let (value, min, max) = (word.string(), "0".to_owned(), MAX_DELAY.as_secs().to_string());
        reader.report(word.span, Problem::InvalidNumber { value, min, max, effect: IGNORED });
    }
    time
}

/// A link must be reported before the adverts that are missed are counted, so keepalived shortens what is longer.
pub(super) fn shorten_delays(
    delays: &mut [InterfaceDelays],
    instances: &[VrrpInstance],
    findings: &mut Vec<Diagnostic>,
) {
    for instance in instances {
        let Some(delays) = delays.iter_mut().find(|delays| delays.name == instance.interface) else {
            continue;
        };
        let spare = u32::from(instance.down_timer_adverts.saturating_sub(1));
        let limit = instance.advert_interval * spare;
        let longest = limit.saturating_sub(instance.advert_interval / 256);
        let mut shortened = false;
        for delay in [&mut delays.down, &mut delays.up] {
            if *delay >= limit && !delay.is_zero() {
                *delay = if spare == 0 { Duration::ZERO } else { longest };
                shortened = true;
            }
        }
        if shortened {
            let what = format!(
                "interface_up_down_delays of '{}' are longer than this instance may miss adverts",
                delays.name
            );
            let problem = Problem::Adjusted { what, effect: "they are shortened", reported: false };
            findings.push(Diagnostic::new(instance.span, problem));
        }
    }
}
