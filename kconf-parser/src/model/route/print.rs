//! Routes as keepalived reads them.

use core::fmt;

use super::{
    AddressFamily, AddressScope, Hop, IpName, NextHop, Quoted, Route, RouteAddresses, RouteInsert,
    RouteTable, RouterPreference, Tracking, write_option,
};

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.name() {
            Some("unicast") => {}
            Some(name) => write!(f, "{name} ")?,
            None => write!(f, "{} ", self.kind.number())?,
        }
        // The destination comes first: it fixes the family, and keepalived takes a `default` only before that.
        self.addresses.fmt(f)?;
        let next_hops = self.write_or(f)?;
        self.hop.write(f)?;
        if self.table != RouteTable::default() {
            match &self.table {
                RouteTable::Table(table) => write!(f, " table {table}")?,
                RouteTable::Vrf(name) => write!(f, " vrf {}", Quoted(name))?,
            }
        }
        write_option(f, "tos", self.ds_field.as_ref())?;
        write_option(f, "scope", self.scope.as_ref())?;
        write_option(f, "metric", self.metric.as_ref())?;
        self.metrics.fmt(f)?;
        match self.ttl_propagate {
            Some(true) => f.write_str(" ttl-propagate enabled")?,
            Some(false) => f.write_str(" ttl-propagate disabled")?,
            None => {}
        }
        match self.insert {
            RouteInsert::Prepend => {}
            RouteInsert::Append => f.write_str(" append")?,
            RouteInsert::Add => f.write_str(" add")?,
        }
        if let Tracking::Untracked { protocol } = &self.tracking {
            f.write_str(" no_track")?;
            if *protocol != IpName::Number(Self::PROTOCOL) {
                write!(f, " protocol {protocol}")?;
            }
        }
        write_option(f, "track_group", self.track_group.as_deref().map(Quoted).as_ref())?;
        next_hops.iter().try_for_each(|hop| write!(f, " nexthop{hop}"))
    }
}

impl Route {
    /// Writes gateways of which one is of the other family the only way that keepalived takes them. Gives what is left.
    fn write_or(&self, f: &mut fmt::Formatter<'_>) -> Result<&[NextHop], fmt::Error> {
        let other = |hop: &NextHop| hop.hop.via.is_some_and(|via| AddressFamily::from(via) != self.family());
        if let [first, second] = self.next_hops.as_slice()
            && other(second)
        {
            write_option(f, "via", first.hop.via.as_ref())?;
            write_option(f, "or", second.hop.via.as_ref())?;
            return Ok(&[]);
        }
        Ok(&self.next_hops)
    }
}

impl fmt::Display for RouteAddresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4 { destination, source, realms } => {
                destination.fmt(f)?;
                write_option(f, "src", source.as_ref())?;
                write_option(f, "realms", realms.as_ref())
            }
            Self::V6 { destination, from, source, expires_s, preference } => {
                destination.fmt(f)?;
                write_option(f, "from", from.as_ref())?;
                write_option(f, "src", source.as_ref())?;
                write_option(f, "expires", expires_s.as_ref())?;
                match preference {
                    Some(RouterPreference::Low) => f.write_str(" pref low"),
                    Some(RouterPreference::Medium) => f.write_str(" pref medium"),
                    Some(RouterPreference::High) => f.write_str(" pref high"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Hop {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_option(f, "via", self.via.as_ref())?;
        write_option(f, "dev", self.dev.as_deref().map(Quoted).as_ref())?;
        if self.onlink {
            f.write_str(" onlink")?;
        }
        match &self.encap {
            Some(encap) => write!(f, " {encap}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hop.write(f)?;
        if self.weight_minus_1 > 0 {
            write!(f, " weight {}", u16::from(self.weight_minus_1) + 1)?;
        }
        write_option(f, "realms", self.realms.as_ref())
    }
}

impl fmt::Display for AddressScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Global => "global",
            Self::Site => "site",
            Self::Link => "link",
            Self::Host => "host",
            Self::Nowhere => "nowhere",
            Self::Other(number) => return number.fmt(f),
        })
    }
}
