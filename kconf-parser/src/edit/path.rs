//! Which block.

use core::fmt;
use core::net::SocketAddr;

use crate::model::VirtualServerKey;

/// The way to a block: from the file, block by block.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BlockPath {
    pub(super) steps: Vec<Step>,
}

/// One block on the way.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Step {
    pub(super) keyword: String,
    /// Words behind the keyword.
    pub(super) words: Vec<String>,
    /// A line that it has.
    pub(super) having: Option<(String, String)>,
}

impl BlockPath {
    /// The file itself.
    pub fn file() -> Self {
        Self::default()
    }

    /// `global_defs`
    pub fn globals() -> Self {
        Self::file().block("global_defs", "")
    }

    /// `vrrp_instance NAME`
    pub fn instance(name: &str) -> Self {
        Self::file().named("vrrp_instance", name)
    }

    /// `virtual_server …`
    pub fn virtual_server(key: &VirtualServerKey) -> Self {
        let words = match key {
            VirtualServerKey::Address(address) => {
                vec![address.ip().to_string(), address.port().to_string()]
            }
            VirtualServerKey::FirewallMark(mark) => vec!["fwmark".to_owned(), mark.to_string()],
            VirtualServerKey::Group(name) => vec!["group".to_owned(), name.clone()],
        };
        Self::file().step("virtual_server", words)
    }

    /// `real_server ADDRESS PORT` inside this.
    #[must_use]
    pub fn real_server(self, address: SocketAddr) -> Self {
        self.step("real_server", vec![address.ip().to_string(), address.port().to_string()])
    }

    /// A block inside this: its keyword and, separated by blanks, the words behind it.
    #[must_use]
    pub fn block(self, keyword: &str, words: &str) -> Self {
        self.step(keyword, words.split_ascii_whitespace().map(str::to_owned).collect())
    }

    /// A block inside this whose name is one word.
    #[must_use]
    pub fn named(self, keyword: &str, name: &str) -> Self {
        self.step(keyword, vec![name.to_owned()])
    }

    /// Of several blocks that go by this path, the one with such a line: `protocol` and `UDP` tell two virtual servers
    /// of one address apart.
    #[must_use]
    pub fn having(mut self, keyword: &str, argument: &str) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.having = Some((keyword.to_owned(), argument.to_owned()));
        }
        self
    }

    fn step(mut self, keyword: &str, words: Vec<String>) -> Self {
        self.steps.push(Step { keyword: keyword.to_owned(), words, having: None });
        self
    }
}

impl From<&VirtualServerKey> for BlockPath {
    fn from(key: &VirtualServerKey) -> Self {
        Self::virtual_server(key)
    }
}

impl From<&BlockPath> for BlockPath {
    fn from(path: &BlockPath) -> Self {
        path.clone()
    }
}

impl fmt::Display for BlockPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("the file");
        }
        for (index, step) in self.steps.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { " / " }, step.keyword)?;
            step.words.iter().try_for_each(|word| write!(f, " {word}"))?;
        }
        Ok(())
    }
}
