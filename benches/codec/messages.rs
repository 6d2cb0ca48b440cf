//! The messages that are measured: 64 of each kind, each with another priority.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::num::{NonZeroU8, NonZeroU16};

use vrrp_proto::{
    AddressFamily, Addresses, AdvertInterval, AdvertisementFields, AhCheck, AhCoverage, AhKey, AhWindow,
    AntiReplay, Authentication, ChecksumScope, Credentials, Expectation, HmacCheck, HmacKey, HmacMode,
    HmacSequence, IpFacts, Ipv4Frame, Ipv4Packet, Ipv6Frame, Ipv6Packet, Mode, Password, Policy, Priority,
    VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version, Vrid,
};

pub(crate) const SOURCE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
pub(crate) const GROUP: Ipv4Addr = VRRP_MULTICAST_V4;
const SOURCE_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
const NOW: u32 = 1_000_000_000;

/// Version, family and method.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    V2,
    V2Pass,
    V2Header,
    V3,
    V3Trailer,
    V6,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::V2, Self::V2Pass, Self::V2Header, Self::V3, Self::V3Trailer, Self::V6];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V2Pass => "v2 PASS",
            Self::V2Header => "v2 AH",
            Self::V3 => "v3",
            Self::V3Trailer => "v3 auth_hmac",
            Self::V6 => "v3 IPv6",
        }
    }

    const fn version(self) -> Version {
        match self {
            Self::V2 | Self::V2Pass | Self::V2Header => Version::V2,
            Self::V3 | Self::V3Trailer | Self::V6 => Version::V3,
        }
    }
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Spoilt {
    Length,
    Ttl,
    Password,
    CheckValue,
    Code,
    Checksum,
}

impl Spoilt {
    pub(crate) const ALL: [(Kind, Self); 6] = [
        (Kind::V3, Self::Length),
        (Kind::V3, Self::Ttl),
        (Kind::V2Pass, Self::Password),
        (Kind::V2Header, Self::CheckValue),
        (Kind::V3Trailer, Self::Code),
        (Kind::V3, Self::Checksum),
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Ttl => "TTL",
            Self::Password => "password",
            Self::CheckValue => "check value",
            Self::Code => "code",
            Self::Checksum => "checksum",
        }
    }
}

/// Messages of one kind, and everything that it takes to judge them.
pub(crate) struct Messages {
    kind: Kind,
    pub(crate) packets: Vec<Vec<u8>>,
    messages: Vec<(Vec<u8>, IpFacts)>,
    v4: Vec<Ipv4Addr>,
    v6: Vec<Ipv6Addr>,
    password: Password,
    ah: AhKey,
    keys: [HmacKey; 1],
    pub(crate) scope: ChecksumScope,
}

impl Messages {
    /// With `count` addresses.
    pub(crate) fn new(kind: Kind, count: u8) -> Self {
        let password = Password::new(b"s3cr3t").expect("short");
        let key = HmacKey::new(NonZeroU8::MIN, &[7; 32]).expect("32 octets");
        let scope = match kind {
            Kind::V2 | Kind::V2Pass | Kind::V2Header => ChecksumScope::Message,
            Kind::V3 | Kind::V3Trailer => ChecksumScope::PseudoV4 { src: SOURCE, dst: GROUP },
            Kind::V6 => ChecksumScope::PseudoV6 { src: SOURCE_V6, dst: VRRP_MULTICAST_V6 },
        };
        let mut all = Self {
            kind,
            packets: Vec::new(),
            messages: Vec::new(),
            v4: (0..count).map(|host| Ipv4Addr::new(10, 0, 0, host)).collect(),
            v6: (0..count).map(|host| Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 1, host.into())).collect(),
            password,
            ah: AhKey::new(password),
            keys: [key],
            scope,
        };
        for number in 1..=64 {
            let mut out = vec![0; 6000];
            let len = all.write(number, &mut out);
            out.truncate(len);
            all.packets.push(out);
        }
        all.messages = all.packets.iter().map(|packet| all.take_apart(packet)).collect();
        all
    }

    /// With one address and one fault.
    pub(crate) fn spoilt(kind: Kind, spoilt: Spoilt) -> Self {
        let mut all = Self::new(kind, 1);
        for (octets, facts) in &mut all.messages {
            match spoilt {
                Spoilt::Length => octets.push(0),
                Spoilt::Ttl => *facts = IpFacts::v4(SOURCE, GROUP, 254),
                Spoilt::Checksum => octets[6] ^= 1,
                Spoilt::Password | Spoilt::Code => *octets.last_mut().expect("not empty") ^= 1,
                // Which the check value covers.
                Spoilt::CheckValue => octets[8] ^= 1,
            }
        }
        all
    }

    /// The messages in turn, without end.
    pub(crate) fn cycle(&self) -> impl Iterator<Item = (&[u8], &IpFacts)> {
        self.messages.iter().map(|(octets, facts)| (octets.as_slice(), facts)).cycle()
    }

    pub(crate) const fn family(&self) -> AddressFamily {
        match self.kind {
            Kind::V6 => AddressFamily::V6,
            Kind::V2 | Kind::V2Pass | Kind::V2Header | Kind::V3 | Kind::V3Trailer => AddressFamily::V4,
        }
    }

    fn addresses(&self) -> Addresses<'_> {
        match self.family() {
            AddressFamily::V4 => Addresses::V4(&self.v4),
            AddressFamily::V6 => Addresses::V6(&self.v6),
        }
    }

    pub(crate) fn fields(&self) -> AdvertisementFields<'_> {
        AdvertisementFields {
            version: self.kind.version(),
            vrid: Vrid::new(51).expect("51 is not 0"),
            priority: Priority::DEFAULT,
            interval: AdvertInterval::DEFAULT,
            addresses: self.addresses(),
            authentication: match self.kind {
                Kind::V2Pass => Authentication::Password(self.password),
                Kind::V2 | Kind::V2Header | Kind::V3 | Kind::V3Trailer | Kind::V6 => Authentication::None,
            },
        }
    }

    /// The packet with this number, IP header included.
    pub(crate) fn write(&self, number: u8, out: &mut [u8]) -> usize {
        let fields = AdvertisementFields { priority: Priority::new(number), ..self.fields() };
        let identification = NonZeroU16::MIN;
        let packet = Ipv4Packet { source: SOURCE, destination: GROUP, ttl: 255, identification };
        let written = match self.kind {
            Kind::V2Header => {
                packet.encode_authenticated(&fields, &self.ah, AhCoverage::WithTtl, number.into(), out)
            }
            Kind::V3Trailer => {
                let sequence = HmacSequence::at(NOW, number.into());
                packet.encode_signed(&fields, self.scope, &self.keys[0], sequence, out)
            }
            Kind::V6 => {
                let destination = VRRP_MULTICAST_V6;
                Ipv6Packet { source: SOURCE_V6, destination, hop_limit: 255 }.encode(&fields, out)
            }
            Kind::V2 | Kind::V2Pass | Kind::V3 => packet.encode(&fields, self.scope, out),
        };
        written.expect("a packet")
    }

    fn take_apart(&self, packet: &[u8]) -> (Vec<u8>, IpFacts) {
        match self.family() {
            AddressFamily::V4 => {
                let frame = Ipv4Frame::parse(packet).expect("a packet");
                (frame.payload().to_vec(), frame.facts())
            }
            AddressFamily::V6 => {
                let frame = Ipv6Frame::parse(packet).expect("a packet");
                (frame.payload().to_vec(), frame.facts())
            }
        }
    }

    /// What a router with the same configuration expects.
    pub(crate) fn expect(&self) -> Expectation<'_> {
        let group: IpAddr = match self.family() {
            AddressFamily::V4 => GROUP.into(),
            AddressFamily::V6 => VRRP_MULTICAST_V6.into(),
        };
        let fields = self.fields();
        Expectation {
            version: fields.version,
            vrid: fields.vrid,
            interval: fields.interval,
            credentials: match self.kind {
                Kind::V2Pass => Credentials::Password(&self.password),
                Kind::V2Header => Credentials::Header(AhCheck {
                    key: &self.ah,
                    coverage: AhCoverage::WithTtl,
                    window: AhWindow::growing(),
                }),
                Kind::V3Trailer => Credentials::Trailer(HmacCheck {
                    keys: &self.keys,
                    mode: HmacMode::Enforce,
                    anti_replay: AntiReplay::Time { window: 5 },
                    last: None,
                    now: NOW,
                }),
                Kind::V2 | Kind::V3 | Kind::V6 => Credentials::None,
            },
            mode: Mode::Multicast { group },
            addresses: fields.addresses,
            policy: Policy::KEEPALIVED,
        }
    }
}
