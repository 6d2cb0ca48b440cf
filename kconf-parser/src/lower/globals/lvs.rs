//! Settings of IPVS.

use core::net::IpAddr;
use core::time::Duration;

use super::super::reader::{Reader, Statement, Word};
use super::super::value::{IGNORED, parse};
use super::{GlobalsReader, already, set};
use crate::model::{LvsFlushOnStop, LvsSyncDaemon, LvsTimeouts, VrrpInstance};
use crate::{Diagnostic, Problem, Span};

/// Longest time-out, 31 days.
const MAX_TIMEOUT_S: i64 = 2_678_400;
/// Longest interface name of the kernel's IPVS.
const MAX_INTERFACE: usize = 15;
const OPTIONS: [&str; 6] = ["inst", "id", "maxlen", "port", "ttl", "group"];
const WORD: &str = "the word has no effect";
const KERNEL: &str = "the kernel's default holds";

/// `lvs_sync_daemon` as written.
pub(super) struct SyncDaemonDraft {
    at: Span,
    daemon: LvsSyncDaemon,
    id: Option<u8>,
}

impl GlobalsReader<'_> {
    pub(super) fn lvs<'t>(&mut self, reader: &mut Reader<'t>, name: &str, line: &Statement<'t>) -> bool {
        let globals = &mut self.globals;
        match name {
            "lvs_flush" => globals.lvs_flush = true,
            "lvs_flush_on_stop" | "lvs_flush_onstop" => {
                set(&mut globals.lvs_flush_on_stop, flush_on_stop(reader, line));
            }
            "lvs_timeouts" => timeouts(reader, line, &mut globals.lvs_timeouts),
            "lvs_sync_daemon" if self.sync_daemon.is_some() => already(reader, line, name),
            "lvs_sync_daemon" => self.sync_daemon = sync_daemon(reader, line),
            "rs_init_notifies" => set(&mut globals.rs_init_notifies, reader.switch(line)),
            "checker_log_all_failures" => set(&mut globals.checker_log_all_failures, reader.switch(line)),
            _ => return false,
        }
        true
    }
}

impl SyncDaemonDraft {
    /// Finds the instance that the synchronization follows.
    pub(super) fn finish(
        self,
        instances: &[VrrpInstance],
        findings: &mut Vec<Diagnostic>,
    ) -> Option<LvsSyncDaemon> {
        let Self { at, daemon, id } = self;
        let default = match &daemon.instance {
            None => 0,
            Some(name) => match instances.iter().find(|instance| instance.name == *name) {
                Some(instance) => instance.vrid,
                None => {
                    let what = format!("there is no vrrp_instance '{name}'");
                    let effect = "connections are not synchronized";
                    findings.push(Diagnostic::new(at, Problem::Adjusted { what, effect, reported: false }));
                    return None;
                }
            },
        };
        Some(LvsSyncDaemon { id: id.unwrap_or(default), ..daemon })
    }
}

fn flush_on_stop(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<LvsFlushOnStop> {
    match line.arg(1) {
        None => Some(LvsFlushOnStop::Table),
        Some(word) if &*word.text == b"VS" => Some(LvsFlushOnStop::Services),
        Some(word) => {
            reader.invalid(&word, "VS", IGNORED);
            None
        }
    }
}

/// `[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]`
fn timeouts(reader: &mut Reader<'_>, line: &Statement<'_>, timeouts: &mut LvsTimeouts) {
    if line.arg(2).is_none() {
        reader.adjusted(line.span(), "'lvs_timeouts' needs tcp, tcpfin or udp and a number", IGNORED, true);
        return;
    }
    let mut words = line.args();
    while let Some(word) = words.next() {
        let timeout = match &*word.text {
            b"tcp" => &mut timeouts.tcp,
            b"tcpfin" => &mut timeouts.tcp_fin,
            b"udp" => &mut timeouts.udp,
            _ => {
                reader.invalid_choice(&word, "tcp, tcpfin or udp", WORD, &["tcp", "tcpfin", "udp"]);
                continue;
            }
        };
        let seconds = number(reader, &word, words.next(), 0, MAX_TIMEOUT_S);
        *timeout =
            seconds.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs).or(*timeout);
    }
}

/// The number behind the word `option`.
fn number(
    reader: &mut Reader<'_>,
    option: &Word<'_>,
    word: Option<Word<'_>>,
    min: i64,
    max: i64,
) -> Option<i64> {
    if word.is_none() {
        nothing_behind(reader, option);
    }
    reader.exact_integer_word(&word?, min, max, KERNEL)
}

fn nothing_behind(reader: &mut Reader<'_>, option: &Word<'_>) {
    reader.adjusted(option.span, format!("nothing follows '{}'", option.string()), KERNEL, true);
}

/// `INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]`
fn sync_daemon<'t>(reader: &mut Reader<'t>, line: &Statement<'t>) -> Option<SyncDaemonDraft> {
    let word = line.arg(1)?;
    if word.text.len() > MAX_INTERFACE {
        reader.invalid(&word, "an interface name of at most 15 characters", IGNORED);
        return None;
    }
    let interface = word.string();
    let empty = LvsSyncDaemon {
        interface,
        instance: None,
        id: 0,
        max_length: None,
        port: None,
        ttl: None,
        group: None,
    };
    let mut draft = SyncDaemonDraft { at: line.span(), daemon: empty, id: None };
    let mut words = line.args().enumerate().skip(1);
    while let Some((place, word)) = words.next() {
        let mut next = || words.next().map(|(_, word)| word);
        let SyncDaemonDraft { daemon, id, .. } = &mut draft;
        match &*word.text {
            b"inst" => {
                let Some(name) = next() else {
                    reader.report(word.span, Problem::MissingArgument { keyword: "inst" });
                    continue;
                };
                if daemon.instance.is_some() {
                    reader.adjusted(name.span, "an instance is already named", WORD, true);
                } else {
                    daemon.instance = Some(name.string());
                }
            }
            b"id" => *id = narrow(number(reader, &word, next(), 0, 255)).or(*id),
            b"maxlen" => {
                let length = narrow(number(reader, &word, next(), 1, 65_507));
                daemon.max_length = length.or(daemon.max_length);
            }
            b"port" => daemon.port = narrow(number(reader, &word, next(), 1, 65_535)).or(daemon.port),
            b"ttl" => daemon.ttl = narrow(number(reader, &word, next(), 1, 255)).or(daemon.ttl),
            b"group" => daemon.group = group(reader, &word, next()),
            // An old form: INTERFACE INSTANCE ID.
            _ if place == 1 => daemon.instance = Some(word.string()),
            _ if place == 2 => {
                *id = narrow(reader.exact_integer_word(&word, 0, 255, KERNEL)).or(*id);
                if id.is_some() {
                    let what = "the word 'id' should stand before the number";
                    reader.adjusted(word.span, what, "the number is used", true);
                }
            }
            _ => {
                let expected = "one of inst, id, maxlen, port, ttl, group";
                reader.invalid_choice(&word, expected, WORD, &OPTIONS);
            }
        }
    }
    Some(draft)
}

fn narrow<T: TryFrom<i64>>(number: Option<i64>) -> Option<T> {
    number.and_then(|number| T::try_from(number).ok())
}

fn group(reader: &mut Reader<'_>, option: &Word<'_>, word: Option<Word<'_>>) -> Option<IpAddr> {
    let Some(word) = word else {
        nothing_behind(reader, option);
        return None;
    };
    let group = parse::<IpAddr>(&word.text).filter(IpAddr::is_multicast);
    if group.is_none() {
        let expected = "a multicast address";
        reader.report(word.span, Problem::InvalidAddress { value: word.string(), expected });
    }
    group
}
