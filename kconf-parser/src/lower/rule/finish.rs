//! From what a rule says to what it is.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::{Draft, LOST};
use crate::lower::route::words::{Network, Void};
use crate::model::{AddressFamily, Prefix, Route, Rule, RuleAction, RuleAddresses, RuleLookup, Tracking};

impl Draft<'_, '_> {
    pub(super) fn finish(mut self) -> Result<Rule, Void> {
        let action = self.checked_action()?;
        self.tracking();
        let family = self.words.family.unwrap_or_default();
        self.rule.action = action;
        self.rule.addresses = self.addresses(family);
        self.rule.preference = self.preference.unwrap_or_else(|| {
            let preference = self.words.interfaces.preferences.take(family);
            let what = format!("the rule has no preference and gets {preference}");
            let effect = "which is probably not what is meant";
            self.words.advise(what, effect, "write 'preference NUMBER'; the lowest rule comes first");
            preference
        });
        if self.refused { Err(Void) } else { Ok(self.rule) }
    }

    fn checked_action(&mut self) -> Result<RuleAction, Void> {
        let Some(action) = self.action.take() else {
            let advice = "write 'table NAME', 'goto PREFERENCE', 'blackhole' or another action";
            return Err(self.words.advise("a rule needs an action", LOST, advice));
        };
        match action {
            RuleAction::Lookup(_) => {
                return Ok(RuleAction::Lookup(core::mem::replace(&mut self.lookup, RuleLookup::new(None))));
            }
            RuleAction::Goto(target) => self.leads_forward(target)?,
            RuleAction::Nop | RuleAction::Blackhole | RuleAction::Unreachable | RuleAction::Prohibit => {}
        }
        self.without_lookup(action)
    }

    fn leads_forward(&mut self, target: u32) -> Result<(), Void> {
        let what = match self.preference {
            None => "'goto' needs a rule with a preference".to_owned(),
            Some(own) if own >= target => {
                format!("'goto' only leads forward, and {own} is not below {target}")
            }
            Some(_) => return Ok(()),
        };
        Err(self.words.advise(
            what,
            LOST,
            "write 'preference' with a lower number than the one behind 'goto'",
        ))
    }

    fn without_lookup(&mut self, action: RuleAction) -> Result<RuleAction, Void> {
        match self.lookup_only.take() {
            Some(word) => {
                let what = format!("'{}' needs a table", word.string());
                Err(self.words.adjust(&word, what, LOST, true))
            }
            None => Ok(action),
        }
    }

    fn addresses(&self, family: AddressFamily) -> RuleAddresses {
        let v4 = |network| match network {
            Network::V4(network) => network,
            Network::Any | Network::V6(_) => Prefix::<Ipv4Addr>::ALL,
        };
        let v6 = |network| match network {
            Network::V6(network) => network,
            Network::Any | Network::V4(_) => Prefix::<Ipv6Addr>::ALL,
        };
        match family {
            AddressFamily::V4 => RuleAddresses::V4 { from: v4(self.from), to: v4(self.to) },
            AddressFamily::V6 => RuleAddresses::V6 { from: v6(self.from), to: v6(self.to) },
        }
    }

    fn tracking(&mut self) {
        match (self.no_track, self.protocol.take()) {
            (true, protocol) => {
                let protocol = protocol.map_or(0, |(_, protocol)| protocol);
                self.rule.tracking = Tracking::Untracked { protocol };
            }
            (false, Some((word, protocol))) if protocol != Route::PROTOCOL => {
                let what = "a rule of a protocol other than keepalived's (18) cannot be tracked";
                self.words.adjust(&word, what, "its protocol becomes 18", true);
            }
            (false, _) => {}
        }
        if self.rule.input.is_none()
            && let Some(word) = self.track_group.take()
        {
            self.words.adjust(&word, "track_group needs a rule with 'iif'", "it has no effect", true);
            self.rule.track_group = None;
        }
    }
}
