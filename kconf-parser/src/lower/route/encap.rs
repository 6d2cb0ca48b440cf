//! `encap`.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::names::base_zero;
use super::words::{Key, Void, Words};
use crate::keywords::near;
use crate::lower::reader::Word;
use crate::lower::value::parse;
use crate::model::{Encap, Hop, MplsLabel, MplsLabels, TunnelKey};
use crate::routing_names::RoutingNames;
use crate::{Diagnostic, Problem};

const KINDS: &[&str] = &["ip", "ip6", "mpls", "ila"];

/// Reads what follows `encap`.
pub(super) fn encap<'t>(words: &mut Words<'_, 't>, key: &Key<'t>, hop: &mut Hop) -> Result<(), Void> {
    let Some(kind) = words.pop() else {
        words.adjust(&key.word, "'encap' needs a type: ip, ip6, mpls or ila", "it has no effect", true);
        return Ok(());
    };
    hop.encap = match &*kind.text {
        b"ip" => Some(Encap::Ip(tunnel::<Ipv4Addr>(words, &kind)?)),
        b"ip6" => Some(Encap::Ip6(tunnel::<Ipv6Addr>(words, &kind)?)),
        b"mpls" => Some(Encap::Mpls(mpls(words, &kind)?)),
        b"ila" => Some(Encap::Ila(ila(words, &kind))),
        _ => {
            unknown(words, &kind);
            return Ok(());
        }
    };
    Ok(())
}

fn unknown(words: &mut Words<'_, '_>, kind: &Word<'_>) {
    let value = kind.string();
    let advice = near(KINDS.iter().copied(), &value).map(|near| format!("did you mean '{near}'?"));
    let skipped = words.pop();
    let effect = if skipped.is_some() { "it and the next word have no effect" } else { "it has no effect" };
    let problem = Problem::InvalidValue { value, expected: "ip, ip6, mpls or ila", effect };
    words.reader.advise(Diagnostic { suggestion: advice, ..Diagnostic::new(kind.span, problem) });
}

/// What IPv4 and IPv6 tunnels differ in.
trait Tunnel: Copy {
    const DS_FIELD: &'static str;
    const HOP_LIMIT: &'static str;
    const EXPECTED: &'static str;
    fn from_address(address: IpAddr) -> Option<Self>;
}

impl Tunnel for Ipv4Addr {
    const DS_FIELD: &'static str = "tos";
    const HOP_LIMIT: &'static str = "ttl";
    const EXPECTED: &'static str = "an IPv4 address";
    fn from_address(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        }
    }
}

impl Tunnel for Ipv6Addr {
    const DS_FIELD: &'static str = "tc";
    const HOP_LIMIT: &'static str = "hoplimit";
    const EXPECTED: &'static str = "an IPv6 address";
    fn from_address(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V6(address) => Some(address),
            IpAddr::V4(_) => None,
        }
    }
}

fn tunnel<A: Tunnel>(words: &mut Words<'_, '_>, kind: &Word<'_>) -> Result<TunnelKey<A>, Void> {
    let mut key = TunnelKey::<A>::default();
    // keepalived takes a last word without a value for an option of the route.
    while let (Some(option), Some(value)) = (words.peek(), words.peek_second()) {
        let known = ["id", "dst", "src", A::DS_FIELD, A::HOP_LIMIT, "flags"];
        let Some(option) = known.into_iter().find(|known| *known.as_bytes() == *option.text) else { break };
        words.pop();
        words.pop();
        match option {
            "id" => key.id = Some(words.number(&value, 0, u64::MAX)?),
            "dst" => key.destination = Some(address(words, &value)?),
            "src" => key.source = Some(address(words, &value)?),
            "flags" => key.flags = Some(words.number(&value, 0, u64::from(u16::MAX))?),
            _ if option == A::HOP_LIMIT => {
                key.hop_limit = Some(words.number(&value, 0, u64::from(u8::MAX))?)
            }
            _ => key.ds_field = Some(words.named_octet(&value, RoutingNames::DsField)?),
        }
    }
    if key.id.is_none() && key.destination.is_none() {
        key.source = None;
        let effect = "packets are sent nowhere";
        words.adjust(kind, "a tunnel needs 'dst' or 'id'", effect, true);
    }
    Ok(key)
}

fn address<A: Tunnel>(words: &mut Words<'_, '_>, word: &Word<'_>) -> Result<A, Void> {
    let address = parse::<IpAddr>(&word.text).and_then(A::from_address);
    address.ok_or_else(|| words.wrong(word, A::EXPECTED))
}

/// `LABEL[/LABEL]`. Without a valid one the kernel refuses the route.
fn mpls(words: &mut Words<'_, '_>, kind: &Word<'_>) -> Result<MplsLabels, Void> {
    let Some(word) = words.pop() else {
        let effect = words.effect;
        return Err(words.adjust(kind, "'encap mpls' needs a label", effect, true));
    };
    let labels = labels(&word.text);
    labels.ok_or_else(|| words.wrong(&word, "one or two labels from 0 to 1048575, such as 100 or 100/200"))
}

fn labels(text: &[u8]) -> Option<MplsLabels> {
    let mut labels = text.split(|octet| *octet == b'/').map(|part| {
        let read = base_zero(part)?;
        let whole = read.exact && read.rest.is_empty() && part.first().is_some_and(|first| *first != b' ');
        whole.then_some(read.number).and_then(MplsLabel::new)
    });
    let outer = labels.next()??;
    let inner = match labels.next() {
        Some(inner) => Some(inner?),
        None => None,
    };
    labels.next().is_none().then_some(MplsLabels { outer, inner })
}

/// `H:H:H:H`.
fn ila(words: &mut Words<'_, '_>, kind: &Word<'_>) -> u64 {
    const ZERO: &str = "the locator is 0";
    let Some(word) = words.pop() else {
        words.adjust(kind, "'encap ila' needs a locator", ZERO, true);
        return 0;
    };
    locator(&word.text).unwrap_or_else(|| {
        let (value, expected) = (word.string(), "a locator of four hexadecimal numbers, such as 1:2:3:4");
        words.reader.report(word.span, Problem::InvalidValue { value, expected, effect: ZERO });
        0
    })
}

fn locator(text: &[u8]) -> Option<u64> {
    let text = core::str::from_utf8(text).ok()?.trim_ascii_start();
    let mut parts = text.split(':').map(|part| {
        let digits = part.starts_with(|first: char| first.is_ascii_hexdigit());
        let part = part.strip_prefix("0x").unwrap_or(part);
        digits.then(|| u16::from_str_radix(part, 16).ok()).flatten()
    });
    let locator = parts
        .by_ref()
        .take(4)
        .try_fold((0_u64, 0), |(sum, count), part| Some(((sum << 16) | u64::from(part?), count + 1)));
    locator.filter(|(_, count)| *count == 4 && parts.next().is_none()).map(|(locator, _)| locator)
}
