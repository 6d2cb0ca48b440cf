//! Common changes, with types that cannot hold what makes no sense.

use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU8;
use core::time::Duration;

use super::{BlockPath, Edit, EditError, NewBlock};
use crate::describe::Describe;
use crate::model::{ForwardMethod, InitialState};

/// A `real_server` to add.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewRealServer {
    /// Address and port.
    pub address: SocketAddr,
    /// `weight`, if it is not the virtual server's.
    pub weight: Option<u32>,
    /// `lvs_method`, if it is not the virtual server's.
    pub forward_method: Option<ForwardMethod>,
    /// Its checks.
    pub checks: Vec<NewCheck>,
}

/// A check to add.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NewCheck {
    /// `TCP_CHECK`
    Tcp {
        /// `connect_timeout`, if it is not the real server's.
        connect_timeout: Option<Duration>,
    },
    /// `HTTP_GET`, or `SSL_GET`, of one URL.
    Http {
        /// `SSL_GET`.
        tls: bool,
        /// `path`
        path: String,
        /// `status_code`, if 200..=299 will not do.
        status_code: Option<u16>,
    },
    /// `MISC_CHECK`
    Misc {
        /// `misc_path`: program and arguments.
        command: String,
    },
}

impl NewRealServer {
    /// A server with the virtual server's settings and without checks.
    pub const fn new(address: SocketAddr) -> Self {
        Self { address, weight: None, forward_method: None, checks: Vec::new() }
    }

    fn block(&self) -> NewBlock {
        let mut block = NewBlock::new(format!("real_server {} {}", self.address.ip(), self.address.port()));
        if let Some(weight) = self.weight {
            block = block.line(format!("weight {weight}"));
        }
        if let Some(method) = self.forward_method {
            block = block.line(format!("lvs_method {}", method.describe()));
        }
        self.checks.iter().fold(block, |block, check| block.block(check.block()))
    }
}

impl NewCheck {
    fn block(&self) -> NewBlock {
        match self {
            Self::Tcp { connect_timeout } => {
                let block = NewBlock::new("TCP_CHECK");
                match connect_timeout {
                    Some(timeout) => block.line(format!("connect_timeout {}", timeout.as_secs_f64())),
                    None => block,
                }
            }
            Self::Http { tls, path, status_code } => {
                let url = NewBlock::new("url").line(format!("path {path}"));
                let url = match status_code {
                    Some(code) => url.line(format!("status_code {code}")),
                    None => url,
                };
                NewBlock::new(if *tls { "SSL_GET" } else { "HTTP_GET" }).block(url)
            }
            Self::Misc { command } => NewBlock::new("MISC_CHECK").line(format!("misc_path \"{command}\"")),
        }
    }
}

/// Each of these can fail as the untyped change does that it stands for: [`set`](Self::set),
/// [`add_entry`](Self::add_entry), [`remove_entry`](Self::remove_entry), [`add_block`](Self::add_block),
/// [`remove_block`](Self::remove_block).
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
impl Edit<'_> {
    /// `priority` of an instance.
    pub fn set_priority(&mut self, instance: &str, priority: NonZeroU8) -> Result<&mut Self, EditError> {
        self.set(BlockPath::instance(instance), "priority", &priority.to_string())
    }

    /// `state` of an instance.
    pub fn set_state(&mut self, instance: &str, state: InitialState) -> Result<&mut Self, EditError> {
        self.set(BlockPath::instance(instance), "state", &state.describe().to_string())
    }

    /// `virtual_router_id` of an instance.
    pub fn set_virtual_router_id(&mut self, instance: &str, vrid: NonZeroU8) -> Result<&mut Self, EditError> {
        self.set(BlockPath::instance(instance), "virtual_router_id", &vrid.to_string())
    }

    /// `advert_int` of an instance.
    pub fn set_advert_interval(
        &mut self,
        instance: &str,
        interval: Duration,
    ) -> Result<&mut Self, EditError> {
        self.set(BlockPath::instance(instance), "advert_int", &interval.as_secs_f64().to_string())
    }

    /// An entry of `virtual_ipaddress`.
    pub fn add_virtual_address(
        &mut self,
        instance: &str,
        address: IpAddr,
        prefix_len: u8,
        interface: Option<&str>,
    ) -> Result<&mut Self, EditError> {
        let dev = interface.map(|name| format!(" dev {name}")).unwrap_or_default();
        let entry = format!("{address}/{prefix_len}{dev}");
        self.add_entry(BlockPath::instance(instance), "virtual_ipaddress", &entry)
    }

    /// Takes an entry out of `virtual_ipaddress`, whatever its prefix length and options.
    pub fn remove_virtual_address(
        &mut self,
        instance: &str,
        address: IpAddr,
    ) -> Result<&mut Self, EditError> {
        self.remove_entry(BlockPath::instance(instance), "virtual_ipaddress", &address.to_string())
    }

    /// An entry of `unicast_peer`.
    pub fn add_unicast_peer(&mut self, instance: &str, peer: IpAddr) -> Result<&mut Self, EditError> {
        self.add_entry(BlockPath::instance(instance), "unicast_peer", &peer.to_string())
    }

    /// Takes an entry out of `unicast_peer`.
    pub fn remove_unicast_peer(&mut self, instance: &str, peer: IpAddr) -> Result<&mut Self, EditError> {
        self.remove_entry(BlockPath::instance(instance), "unicast_peer", &peer.to_string())
    }

    /// An entry of `track_script`, with the script's own weight if there is none here.
    pub fn track_script(
        &mut self,
        instance: &str,
        script: &str,
        weight: Option<i16>,
    ) -> Result<&mut Self, EditError> {
        let weight = weight.map(|weight| format!(" weight {weight}")).unwrap_or_default();
        self.add_entry(BlockPath::instance(instance), "track_script", &format!("{script}{weight}"))
    }

    /// Takes an entry out of `track_script`.
    pub fn untrack_script(&mut self, instance: &str, script: &str) -> Result<&mut Self, EditError> {
        self.remove_entry(BlockPath::instance(instance), "track_script", script)
    }

    /// Adds a real server to a virtual server: a [`VirtualServerKey`](crate::model::VirtualServerKey), or a path if
    /// that alone does not tell.
    pub fn add_real_server(
        &mut self,
        virtual_server: impl Into<BlockPath>,
        server: &NewRealServer,
    ) -> Result<&mut Self, EditError> {
        let path = virtual_server.into();
        let known = path.clone().real_server(server.address);
        if let Ok(Some(open)) = self.block(&known) {
            return Err(EditError::AlreadyThere { what: known.to_string(), line: self.line_number(open) });
        }
        // In quotes there is no way to write a quote.
        let quote = |check: &NewCheck| matches!(check, NewCheck::Misc { command } if command.contains('"'));
        if server.checks.iter().any(quote) {
            return Err(EditError::Unwritable);
        }
        self.add_block(path, &server.block())
    }

    /// Removes a real server with its checks.
    pub fn remove_real_server(
        &mut self,
        virtual_server: impl Into<BlockPath>,
        server: SocketAddr,
    ) -> Result<&mut Self, EditError> {
        self.remove_block(virtual_server.into().real_server(server))
    }

    /// `weight` of a real server.
    pub fn set_weight(
        &mut self,
        virtual_server: impl Into<BlockPath>,
        server: SocketAddr,
        weight: u32,
    ) -> Result<&mut Self, EditError> {
        self.set(virtual_server.into().real_server(server), "weight", &weight.to_string())
    }

    /// Gives an instance another name, wherever it is used.
    pub fn rename_instance(&mut self, old: &str, new: &str) -> Result<&mut Self, EditError> {
        self.rename(super::Named::Instance, old, new)
    }
}
