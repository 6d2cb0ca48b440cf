//! Rules as keepalived reads them.

use core::fmt;

use super::{PortRange, Rule, RuleAction, RuleAddresses, RuleLookup, RuleMark, UserRange};
use crate::model::route::{IpName, Prefix, Quoted, Tracking, write_option};
use crate::routing_names::RoutingNames;

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "preference {}", self.preference)?;
        if self.invert {
            f.write_str(" not")?;
        }
        self.addresses.fmt(f)?;
        write_option(f, "tos", self.ds_field.as_ref())?;
        write_option(f, "fwmark", self.mark.as_ref())?;
        write_option(f, "iif", self.input.as_deref().map(Quoted).as_ref())?;
        write_option(f, "oif", self.output.as_deref().map(Quoted).as_ref())?;
        write_option(f, "tunnel-id", self.tunnel_id.as_ref())?;
        write_option(f, "uidrange", self.users.as_ref())?;
        match &self.ip_protocol {
            // keepalived takes numbers only up to 127.
            Some(IpName::Number(number @ 128..)) => {
                let name = RoutingNames::ip_protocol(*number);
                write!(f, " ipproto {}", name.map_or_else(|| number.to_string(), str::to_owned))?;
            }
            protocol => write_option(f, "ipproto", protocol.as_ref())?,
        }
        write_option(f, "sport", self.source_ports.as_ref())?;
        write_option(f, "dport", self.destination_ports.as_ref())?;
        self.action.fmt(f)?;
        if let Tracking::Untracked { protocol } = self.tracking {
            f.write_str(" no_track")?;
            if protocol != 0 {
                write!(f, " protocol {protocol}")?;
            }
        }
        write_option(f, "track_group", self.track_group.as_deref().map(Quoted).as_ref())
    }
}

impl fmt::Display for RuleAddresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4 { from, to } => {
                let all = Prefix::<core::net::Ipv4Addr>::ALL;
                write_option(f, "from", Some(from).filter(|from| **from != all))?;
                write_option(f, "to", Some(to).filter(|to| **to != all))
            }
            // Written even if it is every address: nothing else may tell the family.
            Self::V6 { from, to } => {
                let all = Prefix::<core::net::Ipv6Addr>::ALL;
                write!(f, " from {from}")?;
                write_option(f, "to", Some(to).filter(|to| **to != all))
            }
        }
    }
}

impl fmt::Display for RuleAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lookup(lookup) => lookup.fmt(f),
            Self::Goto(preference) => write!(f, " goto {preference}"),
            Self::Nop => f.write_str(" nop"),
            Self::Blackhole => f.write_str(" blackhole"),
            Self::Unreachable => f.write_str(" unreachable"),
            Self::Prohibit => f.write_str(" prohibit"),
        }
    }
}

impl fmt::Display for RuleLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.table {
            Some(table) => write!(f, " table {table}")?,
            None => f.write_str(" l3mdev")?,
        }
        write_option(f, "suppress_prefixlength", self.suppress_prefix_len.as_ref())?;
        write_option(f, "suppress_ifgroup", self.suppress_group.as_ref())?;
        write_option(f, "realms", self.realms.as_ref())
    }
}

impl fmt::Display for RuleMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.value)?;
        if *self != Self::new(self.value) {
            write!(f, "/{:#x}", self.mask)?;
        }
        Ok(())
    }
}

impl fmt::Display for UserRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}
