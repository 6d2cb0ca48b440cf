//! Gateways, interfaces and encapsulation.

use core::net::IpAddr;

use super::encap::encap;
use super::words::{Key, Void, Words};
use crate::model::{AddressFamily, Hop, NextHop};

const OPTIONS: &[&str] = &["via", "dev", "weight", "onlink", "encap", "realms", "as"];

const LOST: &str = "this and the following next hops have no effect";

/// What follows the first `nexthop`. A mistake costs a next hop and those behind it, not the route.
pub(super) fn next_hops(words: &mut Words<'_, '_>) -> Vec<NextHop> {
    let mut hops = Vec::new();
    words.effect = LOST;
    loop {
        match next_hop(words) {
            Ok(hop) => hops.push(hop),
            Err(Void) => return hops,
        }
        if words.take("nexthop").is_none() {
            break;
        }
    }
    if let Some(word) = words.peek() {
        words.effect = "from here on the line has no effect";
        words.wrong_option(&word, "an option of a next hop; options of the route come before them", OPTIONS);
    }
    hops
}

fn next_hop<'t>(words: &mut Words<'_, 't>) -> Result<NextHop, Void> {
    let mut next = NextHop::default();
    while let Some(word) = words.peek() {
        let Some(name) = OPTIONS.iter().find(|name| *name.as_bytes() == *word.text) else { break };
        words.pop();
        let key = Key { name, word };
        match key.name {
            "via" => next.hop.via = Some(gateway(words, &key)?),
            "dev" => next.hop.dev = Some(device(words, &key)?),
            "weight" => {
                let weight = words.value(&key)?;
                let weight = words.number::<u16>(&weight, 1, 256)?;
                next.weight_minus_1 = u8::try_from(weight.saturating_sub(1)).unwrap_or(u8::MAX);
            }
            "onlink" => next.hop.onlink = true,
            "encap" => encap(words, &key, &mut next.hop)?,
            "realms" => {
                let realms = words.value(&key)?;
                next.realms = words.realms(&realms)?;
            }
            _ => {
                words.value(&key)?;
                return Err(words.adjust(&key.word, "keepalived has no 'as' for next hops", LOST, true));
            }
        }
    }
    Ok(next)
}

/// `via [inet|inet6] ADDRESS`.
pub(super) fn gateway<'t>(words: &mut Words<'_, 't>, key: &Key<'t>) -> Result<IpAddr, Void> {
    let mut word = words.value(key)?;
    let family = match &*word.text {
        b"inet" => Some(AddressFamily::V4),
        b"inet6" => Some(AddressFamily::V6),
        _ => None,
    };
    if family.is_some() {
        words.agree(&word, family, "the family of the addresses before it")?;
        word = words.value(key)?;
    }
    words.address(&word)
}

pub(super) fn device<'t>(words: &mut Words<'_, 't>, key: &Key<'t>) -> Result<String, Void> {
    let word = words.value(key)?;
    Ok(words.interface(&word))
}

/// `or ADDRESS`: the gateway so far and this one become next hops.
pub(super) fn or<'t>(
    words: &mut Words<'_, 't>,
    key: &Key<'t>,
    hop: &mut Hop,
    next_hops: &mut Vec<NextHop>,
) -> Result<(), Void> {
    words.deprecated(key, "write 'nexthop via ADDRESS nexthop via ADDRESS' at the end");
    if !next_hops.is_empty() {
        words.adjust(&key.word, "there is an 'or' already", "this one has no effect", true);
        words.pop();
        return Ok(());
    }
    let word = words.value(key)?;
    let second = words.any_address(&word)?;
    let first = hop.via.take();
    let next = |via| NextHop { hop: Hop { via, ..Hop::default() }, ..NextHop::default() };
    next_hops.extend([next(first), next(Some(second))]);
    Ok(())
}
