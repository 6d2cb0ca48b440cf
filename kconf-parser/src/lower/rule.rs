//! Entries of `virtual_rules` and `static_rules`.

mod finish;

use core::cell::Cell;
use core::net::Ipv4Addr;
use core::num::NonZeroU64;

use super::address::Interfaces;
use super::reader::{Reader, Statement, Word};
use super::route::Kind;
use super::route::names::{decimal, mark, range};
use super::route::words::{Key, Network, Void, Words};
use crate::model::{
    AddressFamily, IpName, PortRange, Prefix, Rule, RuleAction, RuleAddresses, RuleLookup, RuleMark,
    UserRange,
};
use crate::routing_names::RoutingNames;

/// What a mistake costs.
const LOST: &str = "the rule has no effect";

const OPTIONS: &[&str] = &[
    "inet",
    "inet6",
    "from",
    "to",
    "table",
    "lookup",
    "not",
    "preference",
    "order",
    "priority",
    "tos",
    "dsfield",
    "fwmark",
    "realms",
    "suppress_prefixlength",
    "sup_pl",
    "suppress_ifgroup",
    "sup_group",
    "dev",
    "iif",
    "oif",
    "tunnel-id",
    "uidrange",
    "l3mdev",
    "protocol",
    "ipproto",
    "sport",
    "dport",
    "no_track",
    "track_group",
    "type",
    "goto",
    "nop",
    "blackhole",
    "unreachable",
    "prohibit",
];

/// The next preference of a rule that is written without one, by family.
pub(super) struct Preferences {
    v4: Cell<u32>,
    v6: Cell<u32>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { v4: Cell::new(Rule::FIRST_PREFERENCE), v6: Cell::new(Rule::FIRST_PREFERENCE) }
    }
}

impl Preferences {
    fn take(&self, family: AddressFamily) -> u32 {
        let next = match family {
            AddressFamily::V4 => &self.v4,
            AddressFamily::V6 => &self.v6,
        };
        next.replace(next.get().wrapping_sub(1))
    }
}

/// A rule, unless a mistake makes it void.
pub(super) fn rule<'t>(
    reader: &mut Reader<'t>,
    interfaces: &Interfaces<'_>,
    line: Statement<'t>,
    kind: Kind,
) -> Option<Rule> {
    let words = Words::new(reader, interfaces, line, LOST);
    let nowhere = RuleAddresses::V4 { from: Prefix::<Ipv4Addr>::ALL, to: Prefix::<Ipv4Addr>::ALL };
    let mut draft = Draft {
        words,
        kind,
        from: Network::Any,
        to: Network::Any,
        preference: None,
        action: None,
        lookup: RuleLookup::new(None),
        lookup_only: None,
        no_track: false,
        protocol: None,
        track_group: None,
        refused: false,
        rule: Rule::new(nowhere, 0, RuleAction::Nop),
    };
    draft.read().and_then(|()| draft.finish()).ok()
}

struct Draft<'r, 't> {
    words: Words<'r, 't>,
    kind: Kind,
    from: Network,
    to: Network,
    preference: Option<u32>,
    action: Option<RuleAction>,
    /// What goes with a table.
    lookup: RuleLookup,
    /// An option that only a table can have.
    lookup_only: Option<Word<'t>>,
    no_track: bool,
    protocol: Option<(Word<'t>, u8)>,
    track_group: Option<Word<'t>>,
    /// keepalived takes it and the kernel does not.
    refused: bool,
    /// Everything else.
    rule: Rule,
}

impl<'t> Draft<'_, 't> {
    fn read(&mut self) -> Result<(), Void> {
        while let Some(word) = self.words.pop() {
            let known = OPTIONS.iter().find(|name| *name.as_bytes() == *word.text);
            let known = known.filter(|name| **name != "track_group" || self.kind == Kind::Static);
            let Some(name) = known else {
                self.number_or_unknown(&word)?;
                continue;
            };
            let key = Key { name, word };
            if key.name == "track_group" {
                if self.track_group(&key)? {
                    continue;
                }
                return Ok(());
            }
            let taken = self.selector(&key)?
                || self.socket(&key)?
                || self.table(&key)?
                || self.action(&key)?
                || self.upkeep(&key)?;
            debug_assert!(taken, "{} is listed and not taken", key.name);
        }
        Ok(())
    }

    fn network(&mut self, key: &Key<'t>) -> Result<Network, Void> {
        let word = self.words.value(key)?;
        let Some(network) = self.words.network(&word) else {
            return Err(self.words.wrong(&word, "an address, a network or 'all'"));
        };
        let expected = match network {
            Network::Any => "possible behind what tells the family; it must come before",
            Network::V4(_) | Network::V6(_) => "an address of the same family as the others",
        };
        self.words.agree(&word, network.family(), expected)?;
        Ok(network)
    }

    fn selector(&mut self, key: &Key<'t>) -> Result<bool, Void> {
        match key.name {
            "inet" => self.words.family(key, AddressFamily::V4, key.name)?,
            "inet6" => self.words.family(key, AddressFamily::V6, key.name)?,
            "from" => self.from = self.network(key)?,
            "to" => self.to = self.network(key)?,
            "not" => self.rule.invert = true,
            "tos" | "dsfield" => {
                let word = self.words.value(key)?;
                self.rule.ds_field = self.words.ds_field(&word)?;
            }
            "fwmark" => {
                let word = self.words.value(key)?;
                let Some((value, mask)) = mark(&word.text) else {
                    return Err(self.words.wrong(&word, "a mark, or a mark and a mask such as 0x1/0xff"));
                };
                self.rule.mark = Some(mask.map_or(RuleMark::new(value), |mask| RuleMark { value, mask }));
            }
            "dev" | "iif" => {
                let word = self.words.value(key)?;
                self.rule.input = Some(self.words.interface(&word));
            }
            "oif" => {
                let word = self.words.value(key)?;
                self.rule.output = Some(self.words.interface(&word));
            }
            "tunnel-id" => {
                let word = self.words.value(key)?;
                self.rule.tunnel_id = NonZeroU64::new(self.words.number(&word, 0, u64::MAX)?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn socket(&mut self, key: &Key<'t>) -> Result<bool, Void> {
        match key.name {
            "uidrange" => {
                let word = self.words.value(key)?;
                let Some((first, last)) = self.range(&word) else {
                    return Err(self.words.wrong(&word, "two user numbers such as 1000-1999"));
                };
                let range = u32::try_from(first).ok().zip(u32::try_from(last).ok());
                self.rule.users = range.and_then(|(first, last)| UserRange::new(first, last));
                self.refuse_unless(self.rule.users.is_some(), &word);
            }
            "sport" => {
                let word = self.words.value(key)?;
                self.rule.source_ports = self.ports(&word).or(self.rule.source_ports);
            }
            "dport" => {
                let word = self.words.value(key)?;
                self.rule.destination_ports = self.ports(&word).or(self.rule.destination_ports);
            }
            "ipproto" => {
                let word = self.words.value(key)?;
                self.rule.ip_protocol = self.ip_protocol(&word).or(self.rule.ip_protocol.take());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `A-B`. keepalived does not look at what follows.
    fn range(&mut self, word: &Word<'_>) -> Option<(u64, u64)> {
        let (first, last, more) = range(&word.text)?;
        if more {
            let what = format!("'{}' is more than a range", word.string());
            self.words.adjust(word, what, "what follows the range has no effect", false);
        }
        Some((first, last))
    }

    /// A range that is wrong in itself is lost, one that begins behind its end or at 0 is the kernel's matter.
    fn ports(&mut self, word: &Word<'_>) -> Option<PortRange> {
        let Some((first, last)) = self.range(word) else {
            let single = decimal(&word.text).filter(|port| (1..=65535).contains(port));
            let advice = single.map(|port| format!("write '{port}-{port}'"));
            let effect = "the rule does not look at ports";
            let expected = "a range of ports such as 80-80 or 8000-8999";
            let value = word.string();
            let problem = crate::Problem::InvalidValue { value, expected, effect };
            let mut finding = crate::Diagnostic::new(word.span, problem);
            if let Some(port) = single {
                finding = finding.fix(word.span, format!("{port}-{port}"));
            }
            self.words.reader.advise(crate::Diagnostic { suggestion: advice, ..finding });
            return None;
        };
        let range = u16::try_from(first).ok().zip(u16::try_from(last).ok());
        let range = range.and_then(|(first, last)| PortRange::new(first, last));
        self.refuse_unless(range.is_some(), word);
        range
    }

    fn refuse_unless(&mut self, valid: bool, word: &Word<'_>) {
        if !valid {
            let what = format!("'{}' is no range for the kernel", word.string());
            self.words.adjust(word, what, LOST, false);
            self.refused = true;
        }
    }

    /// Numbers up to 127, and names for any.
    fn ip_protocol(&mut self, word: &Word<'_>) -> Option<IpName<u8>> {
        const IGNORED: &str = "the rule does not look at the protocol";
        let number = decimal(&word.text).filter(|_| !word.text.is_empty());
        let name = word.text.first().is_some_and(u8::is_ascii_alphabetic);
        let effect = core::mem::replace(&mut self.words.effect, IGNORED);
        let found = match number {
            Some(number) if number <= 127 => u8::try_from(number).ok().map(IpName::Number),
            None if name => self.ip_protocol_name(word),
            Some(_) | None => {
                self.words.wrong(word, RoutingNames::IpProtocol.expected());
                None
            }
        };
        self.words.effect = effect;
        found
    }

    fn ip_protocol_name(&mut self, word: &Word<'_>) -> Option<IpName<u8>> {
        let found = self.words.name(word, RoutingNames::IpProtocol).ok()?;
        Some(match found {
            IpName::Number(number) => IpName::Number(u8::try_from(number).ok()?),
            IpName::Name(name) => IpName::Name(name),
        })
    }

    fn table(&mut self, key: &Key<'t>) -> Result<bool, Void> {
        match key.name {
            "table" | "lookup" => {
                let word = self.words.value(key)?;
                let table = self.words.named(&word, RoutingNames::Table)?;
                if table == IpName::Number(0) {
                    return Err(self.words.wrong(&word, "a routing table that a rule can use"));
                }
                self.lookup.table = Some(table);
                self.set(&key.word, RuleAction::Lookup(RuleLookup::new(None)))?;
                return Ok(true);
            }
            "l3mdev" => {
                self.set(&key.word, RuleAction::Lookup(RuleLookup::new(None)))?;
                return Ok(true);
            }
            "realms" => {
                let word = self.words.value(key)?;
                self.lookup.realms = self.words.realms(&word)?;
            }
            "suppress_prefixlength" | "sup_pl" => {
                let word = self.words.value(key)?;
                self.lookup.suppress_prefix_len =
                    Some(self.words.number(&word, 0, i32::MAX.unsigned_abs().into())?);
            }
            "suppress_ifgroup" | "sup_group" => {
                let word = self.words.value(key)?;
                self.lookup.suppress_group = Some(self.words.named(&word, RoutingNames::Group)?);
            }
            _ => return Ok(false),
        }
        self.lookup_only = Some(key.word.clone());
        Ok(true)
    }

    fn action(&mut self, key: &Key<'t>) -> Result<bool, Void> {
        if key.name == "type" {
            let word = self.words.value(key)?;
            let known = ["goto", "nop", "blackhole", "unreachable", "prohibit"];
            match known.into_iter().find(|name| *name.as_bytes() == *word.text) {
                Some(name) => self.action(&Key { name, word })?,
                None => {
                    self.number_or_unknown(&word)?;
                    true
                }
            };
            return Ok(true);
        }
        let action = match key.name {
            "goto" => {
                let word = self.words.value(key)?;
                RuleAction::Goto(self.words.number(&word, 0, u64::from(u32::MAX))?)
            }
            "nop" => RuleAction::Nop,
            "blackhole" => RuleAction::Blackhole,
            "unreachable" => RuleAction::Unreachable,
            "prohibit" => RuleAction::Prohibit,
            _ => return Ok(false),
        };
        self.set(&key.word, action)?;
        Ok(true)
    }

    /// keepalived takes the kernel's numbers of route types for actions, too.
    fn number_or_unknown(&mut self, word: &Word<'t>) -> Result<(), Void> {
        let action = match decimal(&word.text).filter(|_| !word.text.is_empty()) {
            Some(6) => RuleAction::Blackhole,
            Some(7) => RuleAction::Unreachable,
            Some(8) => RuleAction::Prohibit,
            _ => return Err(self.words.wrong_option(word, "an option or action of a rule", OPTIONS)),
        };
        self.set(word, action)
    }

    fn set(&mut self, word: &Word<'_>, action: RuleAction) -> Result<(), Void> {
        if self.action.is_some() {
            let what = "a rule has one action: table, l3mdev, goto, nop, blackhole, unreachable or prohibit";
            return Err(self.words.adjust(word, what, LOST, true));
        }
        self.action = Some(action);
        Ok(())
    }

    fn upkeep(&mut self, key: &Key<'t>) -> Result<bool, Void> {
        match key.name {
            "preference" | "order" | "priority" => {
                let word = self.words.value(key)?;
                self.preference = Some(self.words.number_base_zero(&word)?);
            }
            "no_track" => self.no_track = true,
            "protocol" => {
                let word = self.words.value(key)?;
                let number = self.words.number_or(&word, 0, u64::from(u8::MAX), "it has no effect");
                if let Ok(number) = number {
                    self.protocol = Some((word, number));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// False: a second one, behind which keepalived does not look.
    fn track_group(&mut self, key: &Key<'t>) -> Result<bool, Void> {
        let word = self.words.value(key)?;
        if self.track_group.is_some() {
            self.words.adjust(
                &word,
                "a rule has one track_group",
                "from here on the line has no effect",
                true,
            );
            return Ok(false);
        }
        self.rule.track_group = self.words.defined_above(&word);
        self.track_group = self.rule.track_group.is_some().then_some(word);
        Ok(true)
    }
}
