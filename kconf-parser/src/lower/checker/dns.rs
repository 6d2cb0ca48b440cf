//! `DNS_CHECK`.

use super::super::reader::{Reader, Statement};
use super::super::value::IGNORED;
use crate::model::DnsType;

/// `type` and `name`.
#[derive(Default)]
pub(super) struct DnsDraft {
    pub(super) record: DnsType,
    pub(super) name: Option<String>,
}

impl DnsDraft {
    pub(super) fn keyword(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        match name {
            "type" => self.record(reader, line),
            "name" => self.name(reader, line),
            _ => return false,
        }
        true
    }

    fn record(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        let Some(word) = line.arg(1) else { return };
        self.record = match word.text.to_ascii_uppercase().as_slice() {
            b"A" => DnsType::A,
            b"NS" => DnsType::Ns,
            b"CNAME" => DnsType::Cname,
            b"SOA" => DnsType::Soa,
            b"MX" => DnsType::Mx,
            b"TXT" => DnsType::Txt,
            b"AAAA" => DnsType::Aaaa,
            b"RRSIG" => DnsType::Rrsig,
            b"DNSKEY" => DnsType::Dnskey,
            _ => {
                let expected = "one of A, NS, CNAME, SOA, MX, TXT, AAAA, RRSIG, DNSKEY";
                let choices = ["A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"];
                reader.invalid_choice(&word, expected, IGNORED, &choices);
                return;
            }
        };
    }

    fn name(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        let Some(word) = line.arg(1) else { return };
        let text = &*word.text;
        if self.name.is_some() {
            reader.adjusted(line.span(), "the check already has a name", IGNORED, true);
        } else if (text.first() == Some(&b'.') && text.len() > 1) || text.windows(2).any(|two| two == b"..") {
            reader.invalid(&word, "a name without empty labels", IGNORED);
        } else if text.get(1) == Some(&b'.') {
            let expected =
                "a name that keepalived takes: it mistakes a first label of one character for an empty one";
            reader.invalid(&word, expected, IGNORED);
        } else {
            self.name = Some(word.string());
        }
    }
}
