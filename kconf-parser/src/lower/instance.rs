//! `vrrp_instance`: what is written. [`complete`](super::complete) makes an instance of it.

mod announce;
mod authentication;
mod draft;
mod election;
mod notify;
mod place;
mod switches;
mod vmac;

use super::address::{Interfaces, virtual_address};
use super::reader::{Reader, Section, Statement};
use super::route::{Kind, route};
use super::rule::rule;
use super::track::Before;
use crate::Problem;
use crate::keywords::Keyword;

pub(super) use authentication::{AuthType, HmacDraft};
pub(super) use draft::Draft;
pub(super) use notify::NotifyDraft;
pub(super) use vmac::{IpvlanDraft, VmacDraft};

/// What an instance must know of the file above it.
pub(super) struct Above<'a> {
    /// Instances in the order of the file.
    pub(super) drafts: &'a [Box<Draft>],
    /// Whether there is an instance of this name.
    pub(super) known: &'a dyn Fn(&str) -> bool,
    /// Blocks that can be tracked.
    pub(super) before: Before,
}

/// Reads the block that `line` opens into a draft.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    interfaces: &Interfaces<'_>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    above: &Above<'_>,
) -> Option<Draft> {
    let Some(name) = reader.text(&line).filter(|_| line.arg(2).is_none()) else {
        let problem =
            Problem::Incomplete { kind: "vrrp_instance", name: String::new(), missing: "name of one word" };
        reader.report(line.span(), problem);
        reader.skip();
        return None;
    };
    if (above.known)(&name) {
        reader.report(line.span(), Problem::Duplicate { kind: "vrrp_instance", name });
        reader.skip();
        return None;
    }
    // Few have more lines, and there can be thousands of instances.
    let lines = Vec::with_capacity(12);
    let draft = Draft { name, span: line.span(), lines, before: above.before, ..Draft::default() };
    let mut block = InstanceReader { draft, interfaces, above };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    Some(block.draft)
}

struct InstanceReader<'a> {
    draft: Draft,
    interfaces: &'a Interfaces<'a>,
    above: &'a Above<'a>,
}

impl<'t> Section<'t> for InstanceReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let (draft, name) = (&mut self.draft, keyword.name);
        draft.lines.push((keyword, line.span()));
        election::keyword(draft, reader, name, &line)
            || place::keyword(draft, reader, self.interfaces, name, &line)
            || announce::keyword(draft, reader, name, &line)
            || draft.notify.keyword(reader, self.interfaces.facts, name, &line)
            || switches::keyword(draft, reader, name, &line)
            || draft.track.list(reader, self.interfaces, keyword, line)
            || self.virtual_link(reader, name, &line)
            || self.lists(reader, keyword, line)
    }
}

impl InstanceReader<'_> {
    fn virtual_link(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let taken = |name: &str| {
            let made = self.above.drafts.iter().flat_map(|draft| {
                let vmac = draft.vmac.as_ref().and_then(|vmac| vmac.name.as_deref());
                vmac.into_iter().chain(draft.ipvlan.as_ref().and_then(|ipvlan| ipvlan.name.as_deref()))
            });
            made.into_iter().any(|other| other == name)
        };
        match name {
            "use_vmac" => vmac::use_vmac(&mut self.draft, reader, line, &taken),
            "use_ipvlan" => vmac::use_ipvlan(&mut self.draft, reader, line, &taken),
            _ => return false,
        }
        true
    }

    fn lists<'t>(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let opener = (keyword, line);
        match keyword.name {
            "virtual_ipaddress" => reader.list(opener, |reader, entry| self.address(reader, &entry)),
            "virtual_ipaddress_excluded" => reader.list(opener, |reader, entry| {
                let address = virtual_address(reader, self.interfaces, &entry);
                self.draft.excluded.extend(address.map(|address| (address, entry.span())));
            }),
            "virtual_routes" => reader.list(opener, |reader, entry| {
                self.draft.routes.extend(route(reader, self.interfaces, entry, Kind::Virtual));
            }),
            "virtual_rules" => reader.list(opener, |reader, entry| {
                self.draft.rules.extend(rule(reader, self.interfaces, entry, Kind::Virtual));
            }),
            "unicast_peer" => {
                self.draft.unicast.any = Some(line.span());
                reader.list(opener, |reader, entry| place::peer(&mut self.draft, reader, &entry));
            }
            "authentication" => {
                self.draft.authentication.span = line.span();
                if let Some(table) = keyword.block() {
                    reader.block(table, &mut self.draft.authentication, opener);
                }
            }
            "auth_hmac" => {
                let hmac = self.draft.hmac.get_or_insert_default();
                hmac.span = line.span();
                if let Some(table) = keyword.block() {
                    reader.block(table, hmac, opener);
                }
            }
            _ => return false,
        }
        true
    }

    fn address(&mut self, reader: &mut Reader<'_>, entry: &Statement<'_>) {
        let Some(address) = virtual_address(reader, self.interfaces, entry) else { return };
        if place::same_family(&mut self.draft, reader, entry.span(), address.address) {
            self.draft.addresses.push((address, entry.span()));
        }
    }
}
