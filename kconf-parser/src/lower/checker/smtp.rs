//! `SMTP_CHECK`.

use core::net::IpAddr;

use super::super::reader::{Reader, Section, Statement};
use super::Settings;
use super::connect::ConnectDraft;
use crate::Problem;
use crate::keywords::Keyword;

/// The block as written.
#[derive(Default)]
pub(super) struct SmtpDraft {
    pub(super) helo_name: Option<String>,
    /// `host` blocks: each is a check of its own with the other settings of the block around.
    pub(super) hosts: Vec<ConnectDraft>,
}

impl SmtpDraft {
    pub(super) fn keyword<'t>(
        &mut self,
        reader: &mut Reader<'t>,
        (settings, server): (&mut Settings, IpAddr),
        keyword: &'static Keyword,
        line: Statement<'t>,
    ) -> bool {
        match keyword.name {
            "helo_name" => self.helo_name = reader.text(&line),
            "host" => {
                let mut host = Host { connect: ConnectDraft::default(), settings };
                if let Some(table) = keyword.block() {
                    reader.block(table, &mut host, (keyword, line));
                }
                let connect = host.connect;
                if let Some(missing) = connect.missing(server) {
                    let (kind, name) = ("block", "host".to_owned());
                    reader.report(line.span(), Problem::Incomplete { kind, name, missing });
                } else {
                    self.hosts.push(connect);
                }
            }
            _ => return false,
        }
        true
    }
}

/// `host`: what does not say where to connect holds for the whole check.
struct Host<'s> {
    connect: ConnectDraft,
    settings: &'s mut Settings,
}

impl<'t> Section<'t> for Host<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        self.connect.keyword(reader, None, keyword.name, &line)
            || self.settings.keyword(reader, None, keyword.name, &line)
    }
}
