//! The checker process's own pass over the file.

use super::command::ScriptCheck;
use super::declared::Declared;
use super::reader::{Reader, Section, Statement};
use super::virtual_server::ServerDraft;
use super::{group, service, ssl, virtual_server};
use crate::keywords::{Hints, Keyword};
use crate::model::{Config, Globals, SslSettings, VirtualServer, VirtualServerGroup, VirtualServerKey};
use crate::{Diagnostic, Facts};

/// What the checker process reads.
pub(super) struct CheckerPass<'a, 'f> {
    facts: &'a dyn Facts,
    declared: &'a Declared<'a>,
    globals: &'a Globals,
    scripts: &'a mut ScriptCheck<'f>,
    ssl: Option<SslSettings>,
    groups: Vec<VirtualServerGroup>,
    servers: Vec<Server>,
    /// What was found when servers were completed.
    findings: Vec<Diagnostic>,
}

/// A virtual server of the file.
#[expect(clippy::large_enum_variant, reason = "nearly all of them are complete")]
enum Server {
    Complete(VirtualServer),
    /// Its group may stand below it.
    ByGroup(Box<ServerDraft>),
    /// It cannot work.
    Broken,
}

impl<'t> Section<'t> for CheckerPass<'_, '_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        match keyword.name {
            "virtual_server_group" => group::read(reader, keyword, line, &mut self.groups),
            "SSL" => ssl::read(reader, keyword, line, &mut self.ssl),
            "virtual_server" => {
                let read = virtual_server::read(reader, self.facts, self.declared, keyword, line);
                if let Some(draft) = read {
                    self.add(draft);
                }
            }
            _ => return false,
        }
        true
    }
}

impl<'a, 'f> CheckerPass<'a, 'f> {
    pub(super) fn new(
        facts: &'a dyn Facts,
        declared: &'a Declared<'a>,
        globals: &'a Globals,
        scripts: &'a mut ScriptCheck<'f>,
    ) -> Self {
        let (groups, servers, findings) = (Vec::new(), Vec::new(), Vec::new());
        Self { facts, declared, globals, scripts, ssl: None, groups, servers, findings }
    }

    /// Whether any virtual server is written, whatever becomes of it.
    pub(super) fn any_server(&self) -> bool {
        !self.servers.is_empty()
    }

    /// What keepalived completes last can be completed at once where no group is awaited: a file may have thousands of
    /// servers, and a draft is several times as large as what it becomes.
    fn add(&mut self, draft: ServerDraft) {
        let server = if matches!(draft.key, VirtualServerKey::Group(_)) {
            Server::ByGroup(Box::new(draft))
        } else {
            let (server, found) = service::complete(draft, None, self.globals, self.scripts);
            self.findings.extend(found);
            server.map_or(Server::Broken, Server::Complete)
        };
        self.servers.push(server);
    }

    /// Completes what has been read into `config`.
    pub(super) fn finish(self, config: &mut Config, findings: &mut Vec<Diagnostic>) {
        let Self { globals, scripts, ssl, groups, servers, findings: found, .. } = self;
        findings.extend(found);
        let hints = Hints::default();
        let by_group = |mut draft: Box<ServerDraft>| {
            // Groups are looked up first: of a server without its group nothing else matters.
            match group::link(&groups, &hints, &mut draft) {
                Ok(group) => {
                    let (server, found) = service::complete(*draft, group, globals, scripts);
                    findings.extend(found);
                    server
                }
                Err(finding) => {
                    findings.push(*finding);
                    None
                }
            }
        };
        config.virtual_servers = complete(servers, by_group);
        config.groups = groups;
        config.ssl = ssl;
    }
}

/// The servers that work, in the order of the file.
fn complete(
    servers: Vec<Server>,
    mut by_group: impl FnMut(Box<ServerDraft>) -> Option<VirtualServer>,
) -> Vec<VirtualServer> {
    let servers = servers.into_iter().filter_map(|server| match server {
        Server::Complete(server) => Some(server),
        Server::ByGroup(draft) => by_group(draft),
        Server::Broken => None,
    });
    servers.collect()
}
