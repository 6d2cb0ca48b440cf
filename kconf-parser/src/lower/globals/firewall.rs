//! `vrrp_iptables`, `vrrp_ipsets`, `nftables`.

use core::num::NonZeroU32;

use super::super::reader::{Reader, Statement};
use super::super::value::IGNORED;
use super::{GlobalsReader, already, set};
use crate::model::{IpsetNames, Ipsets, IptablesChains, Nftables, NftablesIpvs};

/// Longest name of a chain (`XT_EXTENSION_MAXNAMELEN` − 2).
const MAX_CHAIN: usize = 27;
/// Longest name of a set as written (`IPSET_MAXNAMELEN` − 2).
const MAX_SET: usize = 30;
/// Longest name of a table (`NFT_TABLE_MAXNAMELEN` − 2).
const MAX_TABLE: usize = 254;
/// The first mark where none is written.
const START_FWMARK: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

impl GlobalsReader<'_> {
    pub(super) fn firewall(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let firewall = &mut self.globals.firewall;
        match name {
            "vrrp_iptables" if firewall.iptables.is_some() => already(reader, line, name),
            "vrrp_iptables" => firewall.iptables = chains(reader, line),
            "vrrp_ipsets" => firewall.ipsets = ipsets(reader, line).unwrap_or_default(),
            "nftables" if firewall.nftables.is_some() => already(reader, line, name),
            "nftables" => {
                let table = table(reader, line, "keepalived");
                firewall.nftables = table.map(|table| Nftables { table, priority: -1 });
            }
            "nftables_ipvs" if firewall.nftables_ipvs.is_some() => already(reader, line, name),
            "nftables_ipvs" => {
                let table = table(reader, line, "keepalived_ipvs");
                let (priority, start_fwmark) = (-1, START_FWMARK);
                firewall.nftables_ipvs = table.map(|table| NftablesIpvs { table, priority, start_fwmark });
            }
            "nftables_ifindex" => firewall.nftables_ifindex = true,
            "nftables_counters" => firewall.nftables_counters = true,
            _ => return self.nftables_number(reader, name, line),
        }
        true
    }

    /// Settings that the line which names the table sets back.
    fn nftables_number(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let firewall = &mut self.globals.firewall;
        let (min, max) = (i64::from(i32::MIN), i64::from(i32::MAX));
        match name {
            "nftables_priority" => {
                let priority = reader.exact_number(line, min, max);
                match &mut firewall.nftables {
                    Some(nftables) => set(&mut nftables.priority, priority),
                    None => must_follow(reader, line, "nftables"),
                }
            }
            "nftables_ipvs_priority" => {
                let priority = reader.exact_number(line, min, max);
                match &mut firewall.nftables_ipvs {
                    Some(ipvs) => set(&mut ipvs.priority, priority),
                    None => must_follow(reader, line, "nftables_ipvs"),
                }
            }
            "nftables_ipvs_start_fwmark" => {
                let mark = reader.exact_number::<u32>(line, 1, i64::from(u32::MAX)).and_then(NonZeroU32::new);
                match &mut firewall.nftables_ipvs {
                    Some(ipvs) => set(&mut ipvs.start_fwmark, mark),
                    None => must_follow(reader, line, "nftables_ipvs"),
                }
            }
            _ => return false,
        }
        true
    }
}

/// keepalived says nothing.
fn must_follow(reader: &mut Reader<'_>, line: &Statement<'_>, keyword: &str) {
    reader.adjusted(line.span(), format!("this must follow '{keyword}'"), IGNORED, false);
}

/// Argument `index`, if it is neither empty nor too long.
fn name(reader: &mut Reader<'_>, line: &Statement<'_>, index: usize, max: usize) -> Option<String> {
    let word = line.arg(index)?;
    if (1..=max).contains(&word.text.len()) {
        return Some(word.string());
    }
    let what = format!("a name of 1 to {max} characters is wanted here");
    reader.adjusted(word.span, what, IGNORED, true);
    None
}

fn table(reader: &mut Reader<'_>, line: &Statement<'_>, default: &str) -> Option<String> {
    if line.arg(1).is_none() { Some(default.to_owned()) } else { name(reader, line, 1, MAX_TABLE) }
}

/// `[INPUT [OUTPUT]]`
fn chains(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<IptablesChains> {
    if line.arg(1).is_none() {
        return Some(IptablesChains { input: "INPUT".to_owned(), output: Some("OUTPUT".to_owned()) });
    }
    let input = name(reader, line, 1, MAX_CHAIN)?;
    let output = name(reader, line, 2, MAX_CHAIN);
    if output.as_ref() == Some(&input) {
        let what = "the chains must have different names";
        reader.adjusted(line.span(), what, IGNORED, false);
        return None;
    }
    Some(IptablesChains { input, output })
}

/// Up to six names; keepalived makes those that are missing of the first.
fn ipsets(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Ipsets> {
    if line.arg(1).is_none() {
        return Some(Ipsets::Off);
    }
    let mut written = |index: usize, made: String| {
        if line.arg(index).is_some() { name(reader, line, index, MAX_SET) } else { Some(made) }
    };
    let address = written(1, String::new())?;
    let address6 = written(2, stem(&address, 30) + "6")?;
    let names = IpsetNames {
        address_iface6: written(3, stem(address6.strip_suffix('6').unwrap_or(&address6), 27) + "_if6")?,
        igmp: written(4, stem(&address, 26) + "_igmp")?,
        mld: written(5, stem(&address, 27) + "_mld")?,
        vmac_nd: written(6, stem(&address, 27) + "_nd")?,
        address6,
        address,
    };
    let IpsetNames { address, address6, address_iface6, igmp, mld, vmac_nd } = &names;
    let mut all = [address, address6, address_iface6, igmp, mld, vmac_nd];
    all.sort_unstable();
    if let Some((twin, _)) = all.iter().zip(all.iter().skip(1)).find(|(one, other)| one == other) {
        reader.adjusted(line.span(), format!("the set name '{twin}' stands for two sets"), IGNORED, true);
        return None;
    }
    Some(Ipsets::Named(names))
}

/// The first `octets` of a name.
fn stem(name: &str, octets: usize) -> String {
    let mut end = octets.min(name.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default().to_owned()
}
