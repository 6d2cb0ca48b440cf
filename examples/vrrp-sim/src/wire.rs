//! Advertisements as octets: written once per priority, checked by every receiver.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use vrrp_fsm::Config;
use vrrp_proto::{
    AddressList, AdvertisementFields, Authentication, ChecksumScope, Credentials, EncodeError, Expectation,
    IpFacts, Mode, Policy, Priority, ReceiveError, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version, receive,
};

use crate::machine::Heard;

/// What a router says and what it expects of others.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    config: Config,
    addresses: AddressList,
    facts: IpFacts,
    ordinary: (Priority, Arc<[u8]>),
    release: Arc<[u8]>,
}

impl Wire {
    pub(crate) fn new(config: &Config, addresses: AddressList) -> Result<Self, EncodeError> {
        let facts = match config.primary_address {
            IpAddr::V4(source) => IpFacts::v4(source, VRRP_MULTICAST_V4, 255),
            IpAddr::V6(source) => IpFacts::v6(source, VRRP_MULTICAST_V6, 255),
        };
        let ordinary = encode(config, &addresses, &facts, config.priority)?;
        let release = encode(config, &addresses, &facts, Priority::RELEASE)?;
        let ordinary = (config.priority, ordinary);
        Ok(Self { config: config.clone(), addresses, facts, ordinary, release })
    }

    /// The IP header of what this router sends.
    pub(crate) const fn facts(&self) -> &IpFacts {
        &self.facts
    }

    /// The message with this priority.
    pub(crate) fn octets(&mut self, priority: Priority) -> Arc<[u8]> {
        if priority == Priority::RELEASE {
            return Arc::clone(&self.release);
        }
        if priority != self.ordinary.0
            // What could be written with one priority can be with every other.
            && let Ok(octets) = encode(&self.config, &self.addresses, &self.facts, priority)
        {
            self.ordinary = (priority, octets);
        }
        Arc::clone(&self.ordinary.1)
    }

    /// What `octets` from the sender of `facts` say to this router.
    pub(crate) fn receive(&self, octets: &[u8], facts: &IpFacts) -> Result<Heard, ReceiveError> {
        let expectation = Expectation {
            version: self.config.version,
            vrid: self.config.vrid,
            interval: self.config.advert_interval,
            credentials: Credentials::None,
            mode: Mode::Multicast { group: self.facts.destination() },
            addresses: self.addresses.as_addresses(),
            policy: Policy::KEEPALIVED,
        };
        let view = receive(octets, facts, &expectation)?.view;
        Ok(Heard { priority: view.priority(), interval: view.interval(), source: facts.source() })
    }
}

/// One address of documentation for each VRID, when a router is given none.
pub(crate) fn default_addresses(source: IpAddr, vrid: u8) -> AddressList {
    match source {
        IpAddr::V4(_) => AddressList::V4(vec![Ipv4Addr::new(198, 51, 100, vrid)]),
        IpAddr::V6(_) => AddressList::V6(vec![Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0xff00, u16::from(vrid))]),
    }
}

fn encode(
    config: &Config,
    addresses: &AddressList,
    facts: &IpFacts,
    priority: Priority,
) -> Result<Arc<[u8]>, EncodeError> {
    let fields = AdvertisementFields {
        version: config.version,
        vrid: config.vrid,
        priority,
        interval: config.advert_interval,
        addresses: addresses.as_addresses(),
        authentication: Authentication::None,
    };
    // keepalived's scopes.
    let scope = match config.version {
        Version::V2 => ChecksumScope::Message,
        Version::V3 => facts.pseudo_header(),
    };
    let mut octets = vec![0; fields.encoded_len()];
    fields.encode(scope, &mut octets)?;
    Ok(octets.into())
}
