//! `bfd_instance`.

use core::net::IpAddr;
use core::time::Duration;

use super::reader::{Reader, Section, Statement};
use super::track::own_weight;
use super::value::{IGNORED, decimal_seconds};
use crate::keywords::Keyword;
use crate::model::BfdInstance;
use crate::{Problem, Span};

/// The keyword, as findings name it.
const BFD_INSTANCE: &str = "bfd_instance";

/// Longest name in octets.
const MAX_NAME: usize = 31;

/// Longest interval in milliseconds: microseconds must fit into 32 bits.
const MAX_MS: u64 = 4_294_967;

/// A `bfd_instance` block. keepalived's processes read it each for itself, so instances can track one that the BFD
/// process has dropped; its session never comes up.
pub(super) struct ReadBfd {
    pub(super) name: String,
    pub(super) weight: i16,
    pub(super) reverse: bool,
    /// Instances can track it.
    pub(super) vrrp: bool,
    pub(super) instance: Option<BfdInstance>,
}

/// A block as far as it has been read.
struct BfdReader {
    neighbor: Option<IpAddr>,
    source: Option<IpAddr>,
    /// `min_rx`, `min_tx` and `idle_tx`.
    intervals: [Duration; 3],
    multiplier: u8,
    passive: bool,
    ttl: Option<u8>,
    max_hops: Option<u8>,
    multihop: bool,
    weight: i16,
    reverse: bool,
    vrrp: bool,
    checker: bool,
    /// The neighbor cannot be read, and what follows is skipped.
    void: bool,
}

/// Reads the block that `line` opens.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    above: &[ReadBfd],
) -> Option<ReadBfd> {
    let name = reader.text(&line);
    let usable = name.as_deref().and_then(|name| unusable(name, above));
    if let Some(problem) = usable {
        reader.report(line.span(), problem);
        reader.skip();
        return None;
    }
    let mut block = BfdReader {
        neighbor: None,
        source: None,
        intervals: [10, 10, 1000].map(Duration::from_millis),
        multiplier: 5,
        passive: false,
        ttl: None,
        max_hops: Some(0),
        multihop: false,
        weight: 0,
        reverse: false,
        vrrp: false,
        checker: false,
        void: false,
    };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    let Some(name) = name else {
        reader.report(line.keyword_span(), Problem::MissingArgument { keyword: BFD_INSTANCE });
        return None;
    };
    let (weight, reverse) = (block.weight, block.reverse);
    let vrrp = block.vrrp || !block.checker;
    let instance = block.finish(reader, name.clone(), line.span(), above);
    Some(ReadBfd { name, weight, reverse, vrrp, instance })
}

fn unusable(name: &str, above: &[ReadBfd]) -> Option<Problem> {
    if name.len() > MAX_NAME {
        let (value, expected) = (name.to_owned(), "a name of at most 31 octets");
        return Some(Problem::InvalidValue { value, expected, effect: "the whole block has no effect" });
    }
    let twice = above.iter().any(|other| other.name == name);
    twice.then(|| Problem::Duplicate { kind: BFD_INSTANCE, name: name.to_owned() })
}

impl<'t> Section<'t> for BfdReader {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        match keyword.name {
            "weight" => {
                let (weight, reverse) = own_weight(reader, &line, 253);
                self.weight = weight.unwrap_or(self.weight);
                self.reverse = reverse.unwrap_or(self.reverse);
            }
            "vrrp" => self.vrrp = true,
            "checker" => self.checker = true,
            name => return self.session(reader, name, &line),
        }
        true
    }
}

impl BfdReader {
    /// What only the BFD process reads.
    fn session(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let [min_rx, min_tx, idle_tx] = &mut self.intervals;
        match name {
            _ if self.void => {}
            "neighbor_ip" | "neighbour_ip" => {
                self.neighbor = reader.address(line, 1);
                self.void = self.neighbor.is_none();
            }
            "source_ip" => self.source = reader.address(line, 1).or(self.source),
            "min_rx" => *min_rx = milliseconds(reader, line, 1).unwrap_or(*min_rx),
            "min_tx" => *min_tx = milliseconds(reader, line, 1).unwrap_or(*min_tx),
            "idle_tx" => *idle_tx = milliseconds(reader, line, 1000).unwrap_or(*idle_tx),
            "multiplier" => self.multiplier = reader.exact_number(line, 1, 255).unwrap_or(self.multiplier),
            "passive" => self.passive = true,
            "ttl" | "hoplimit" => self.ttl = reader.exact_number(line, 1, 255).or(self.ttl),
            "max_hops" => {
                if let Some(hops) = reader.exact_number::<i64>(line, -1, 255) {
                    self.max_hops = u8::try_from(hops).ok();
                }
            }
            "multihop" => self.multihop = reader.switch(line).unwrap_or(self.multihop),
            _ => return false,
        }
        true
    }

    fn finish(
        self,
        reader: &mut Reader<'_>,
        name: String,
        at: Span,
        above: &[ReadBfd],
    ) -> Option<BfdInstance> {
        if self.void {
            return None;
        }
        let Some(neighbor) = self.neighbor else {
            let missing = "neighbor_ip";
            reader.report(at, Problem::Incomplete { kind: BFD_INSTANCE, name, missing });
            return None;
        };
        let sessions = || above.iter().filter_map(|read| read.instance.as_ref());
        let what = if self.source.is_some_and(|source| source.is_ipv4() != neighbor.is_ipv4()) {
            Some(format!("source_ip and neighbor_ip of {BFD_INSTANCE} '{name}' are of different families"))
        } else {
            let same = |other: &&BfdInstance| {
                (other.neighbor, other.source, other.multihop) == (neighbor, self.source, self.multihop)
            };
            sessions()
                .find(same)
                .map(|other| format!("{BFD_INSTANCE} '{}' already has these addresses", other.name))
        };
        if let Some(what) = what {
            let effect = "the whole block has no effect";
            reader.report(at, Problem::Adjusted { what, effect, reported: true });
            return None;
        }
        let ttl = self.ttl.unwrap_or(if neighbor.is_ipv4() { 255 } else { 64 });
        let max_hops = self.max_hops.map(|hops| hops.min(ttl));
        if max_hops != self.max_hops {
            let (what, effect) = (format!("max_hops is above the TTL of {ttl}"), "the TTL is used");
            reader.report(at, Problem::Adjusted { what, effect, reported: true });
        }
        let [min_rx, min_tx, idle_tx] = self.intervals;
        Some(BfdInstance {
            name,
            span: at,
            neighbor,
            source: self.source,
            min_rx,
            min_tx,
            idle_tx,
            multiplier: self.multiplier,
            passive: self.passive,
            ttl,
            max_hops,
            multihop: self.multihop,
            weight: self.weight,
            reverse: self.reverse,
            vrrp: self.vrrp || !self.checker,
            checker: self.checker || !self.vrrp,
        })
    }
}

/// The first argument as decimal milliseconds with microseconds.
fn milliseconds(reader: &mut Reader<'_>, line: &Statement<'_>, min: u64) -> Option<Duration> {
    let word = line.arg(1)?;
    // Read as seconds, so the unit is a thousandth of what it says.
    let micros = decimal_seconds(&word.text).map(|time| time.as_micros() / 1000);
    let micros = micros.and_then(|micros| u64::try_from(micros).ok());
    let time = micros.filter(|micros| (min * 1000..=MAX_MS * 1000).contains(micros));
    if time.is_none() {
        let (min, max) = (min.to_string(), MAX_MS.to_string());
        reader.report(word.span, Problem::InvalidNumber { value: word.string(), min, max, effect: IGNORED });
    }
    time.map(Duration::from_micros)
}
